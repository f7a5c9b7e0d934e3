import { attachment } from '../attachment.ts';
import type { Command, Context } from '../command.ts';
import { byteCount, columns } from '../format/columns.ts';

/** `fusewire probe`: what was negotiated with the server, and the limits that follow. */
export const probe: Command = {
  name: 'probe',
  about: 'print what the server and this kernel agreed on',
  operands: '',
  options: { json: { type: 'boolean', about: 'one JSON object' } },
  run: async ({ mounted, options, output }) => {
    const facts = factsOf(mounted);
    if (options.json === true) await output.line(JSON.stringify(Object.fromEntries(facts)));
    else
      for (const line of columns(
        facts.map(([name, value]) => [name, show(value)]),
        ['left', 'left'],
      ))
        await output.line(line);
  },
};

type Fact = readonly [string, string | number | readonly string[]];

function factsOf(mounted: Context['mounted']): Fact[] {
  const { connection, daemon, control } = mounted;
  const { limits, features, offer } = connection;
  const accepted = Object.entries(features).flatMap(([name, set]) => (set ? [name] : []));
  return [
    ['server', connection.name],
    ['attached by', attachment(mounted)],
    ...(daemon === null
      ? []
      : ([
          ['processes', daemon.pids.join(' ')],
          ['largest packet', byteCount(daemon.packetLimit)],
        ] as Fact[])),
    ['protocol', `7.${limits.minor}`],
    ['flags agreed on', accepted],
    ['flags refused', [...offer].filter((name) => !features[name])],
    ['largest READ', byteCount(Math.min(limits.maxRead, limits.maxPages * 4096))],
    ['largest WRITE', byteCount(Math.min(limits.maxWrite, limits.maxPages * 4096))],
    ['max_write', limits.maxWrite],
    ['max_pages', limits.maxPages],
    ['max_readahead', limits.maxReadahead],
    ['max_background', control.maxBackground],
    ['congestion_threshold', control.congestionThreshold],
    ['time_gran', `${limits.timeGran} ns`],
    ['longest name', limits.nameMax],
  ];
}

const show = (value: Fact[1]): string => (typeof value === 'object' ? value.join(' ') || 'none' : String(value));
