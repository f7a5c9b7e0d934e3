import { type Command, UsageError } from '../command.ts';

const BLOCK = 1 << 20; // bytes a read asks for

/** `fusewire cat`: the contents of files, one behind the other. */
export const cat: Command = {
  name: 'cat',
  about: 'print files',
  operands: 'PATH...',
  options: {},
  check: (operands) => {
    if (operands.length === 0) throw new UsageError('cat: which file?');
  },
  run: async ({ mounted, operands, output }) => {
    for (const path of operands) {
      try {
        await using file = await mounted.fs.promises.open(path, 'r');
        const block = Buffer.allocUnsafe(BLOCK);
        for (;;) {
          const { bytesRead } = await file.read(block, 0, BLOCK, null);
          if (bytesRead === 0) break;
          await output.write(Buffer.from(block.subarray(0, bytesRead)));
        }
      } catch (error) {
        output.fail(path, error);
      }
    }
  },
};
