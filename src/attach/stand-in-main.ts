import { standIn } from './stand-in.ts';

const [door = '', ...args] = process.argv.slice(2);
try {
  if (args.includes('-V') || args.includes('--version')) console.log('fusermount3 version: 3.14.0 (fusewire)');
  else standIn(door, args, process.env);
} catch (error) {
  console.error(`fusermount: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
