import { decodeRequest, decodeRequestHeader, NEWEST } from '../../../src/abi/message.ts';
import { INIT } from '../../../src/abi/opcodes.ts';
import { stepsOf } from '../../oracle/script.ts';
import { deed, outcome, packed, readsInto, set, writes } from '../moves.ts';
import type { Stage } from '../stage.ts';
import type { Deed, Trace } from '../trace.ts';
import { rawReply } from '../trace-server.ts';

const ROOT = { uid: 0, gid: 0 };

/** The texts of options that mount(2) was given. */
const OPTIONS = [
  'no options',
  'fd alone',
  'fd and rootmode',
  'fd, rootmode, user_id',
  'rootmode=0',
  'rootmode=100000',
  'rootmode=120000',
  'fd=999',
  'fd of /dev/null',
  'blksize without a device',
  'unknown option',
  'user_id=4294967295',
  'subtype and max_read',
];

/** What poll(2) says in the end. */
const polls =
  (words: string, file = 0): Deed['act'] =>
  async ({ world }) => {
    await world.poll(file, words);
    return words;
  };

async function unmount({ world }: Stage): Promise<string> {
  world.unmount();
  await world.unmounted();
  return 'unmounted';
}

function initOf(message: Uint8Array | null): string {
  if (message === null) return 'nothing';
  const { len, opcode, unique, nodeid, uid, gid, pid, total_extlen } = decodeRequestHeader(message);
  const { major, minor } = decodeRequest(INIT, message, NEWEST).body;
  return `${[len, opcode, unique, nodeid, uid, gid, pid, total_extlen].join(' ')} ${major}.${minor}`;
}

/** Answers INIT; then, while a stat(2) waits or goes on, what the next read gives. */
async function answerInit(stage: Stage, body: Uint8Array): Promise<string> {
  const { world } = stage;
  await world.read(0, 200_000);
  const written = stage.write(rawReply(2, 0, body));
  for (const call of stepsOf('stat /')) world.start(call);
  await world.pause(100);
  let next = 'EAGAIN';
  for (let message = world.tryRead(0, 200_000); message !== null; message = null) next = String(message.length);
  return `write ${written} next read ${next}`;
}

/** A device without a mount, INIT that waits, fails or is odd, a device that is closed. */
export const t15: Trace = {
  name: 't15',
  covers: 'a device without a mount, INIT that waits, fails or is odd, a device that is closed',
  mounts: [
    {
      title: 'a device that belongs to no connection',
      server: {},
      play: [
        ({ world }) => {
          world.open();
          world.open();
        },
        deed('unmounted device: read', (stage) => readsInto(10)(stage, 1), 'EPERM'),
        deed('unmounted device: write', ({ world }) => outcome(() => world.write(1, new Uint8Array(16))), 'EPERM'),
        deed('unmounted device: read with room', (stage) => readsInto(200_000)(stage, 1), 'EPERM'),
        deed('unmounted device: poll', polls('ERR', 1), 'ERR'),
        deed('clone from unmounted', ({ world }) => outcome(() => world.clone(1, 2)), 'EPERM'),
        {
          labels: ['unknown ioctl', 'lseek', 'pread'],
          because: 'a device of Fusewire is an object with read, write, clone and poll',
        },
        {
          labels: OPTIONS,
          because: 'what mount(2) says of its options is tested in src/fusefs/options.test.ts, without a mount',
        },
      ],
    },
    {
      title: 'INIT pending',
      server: {},
      init: 'told',
      tasks: [ROOT, ROOT, ROOT],
      play: [
        deed('mount', () => '0', '0'),
        deed('INIT pending: poll', polls('IN OUT'), 'IN OUT'),
        {
          labels: ['second mount on other dir same fd', 'its device numbers'],
          because: 'a connection of Fusewire has one mount',
        },
        deed('small read', readsInto(8191), 'EINVAL'),
        deed('8192', ({ world }) => String(world.tryRead(0, 8192)?.length), '104'),
        deed('again', readsInto(8192), 'EAGAIN'),
        `
      ## stat blocked before INIT reply?
        begin @1 stat /
        pause 100
        asleep @1
      `,
        deed('poll while it is blocked', polls('OUT'), 'OUT'),
        `
      ## kill
        killed @1
        end @1 -> killed
      ## stat blocked again
        begin @2 stat /
        pause 100
        asleep @2
      `,
        writes('reply INIT with major 8', rawReply(2, 0, packed('II', 8, 0)), '24'),
        `
      ## stat -> ECONNREFUSED
        end @2 -> ECONNREFUSED
      `,
        deed('second INIT?', readsInto(200_000), 'EAGAIN'),
        deed('poll after it', polls('OUT'), 'OUT'),
        deed('umount', unmount, 'unmounted'),
        deed('read after umount', readsInto(200_000), 'ENODEV'),
        writes('write after umount', rawReply(2, 0), 'ENOENT'),
        deed('poll after umount', polls('ERR'), 'ERR'),
      ],
    },
    {
      title: 'INIT replied with error',
      server: {},
      init: 'told',
      play: [
        deed(
          'INIT: unique, header, version',
          ({ world }) => initOf(world.tryRead(0, 200_000)),
          '104 26 2 0 0 0 0 0 7.45',
        ),
        (stage) => {
          stage.write(rawReply(2, -71));
        },
        `
      ## stat after INIT failed
        stat / -> ECONNREFUSED
      ## statvfs after INIT failed
        statfs / -> ECONNREFUSED
      `,
        deed('umount after INIT failed', unmount, 'unmounted'),
      ],
    },
    {
      title: 'INIT replied with 0 bytes',
      server: {},
      init: 'told',
      play: [deed('body len 0', (stage) => answerInit(stage, new Uint8Array(0)), 'write 16 next read EAGAIN')],
    },
    {
      title: 'INIT replied with 4 bytes',
      server: {},
      init: 'told',
      play: [deed('body len 4', (stage) => answerInit(stage, packed('I', 7)), 'write 20 next read 56')],
    },
    {
      title: 'INIT replied with 8 bytes',
      server: {},
      init: 'told',
      play: [deed('body len 8', (stage) => answerInit(stage, packed('II', 7, 45)), 'write 24 next read 56')],
    },
    {
      title: 'INIT replied with 8 of minor 4 bytes',
      server: {},
      init: 'told',
      play: [deed('body len 8 of minor 4', (stage) => answerInit(stage, packed('II', 7, 4)), 'write 24 next read 56')],
    },
    {
      title: 'INIT replied with 65 bytes',
      server: {},
      init: 'told',
      play: [deed('body len 65', (stage) => answerInit(stage, new Uint8Array(65)), 'write EINVAL next read EAGAIN')],
    },
    {
      title: 'close device while request pending (last fd)',
      server: {},
      tasks: [ROOT, ROOT],
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        open / O_RDONLY -> $dir
      `,
        set({ held: ['LOOKUP'] }),
        `
      ## LOOKUP pending
        begin @1 stat /x
          LOOKUP n=1 'x'
      `,
        (stage) => {
          stage.world.close(0);
          stage.isDeaf = true;
        },
        `
      ## waiter
        end @1 -> ECONNABORTED
      ## new stat
        stat /x -> ENOTCONN
      ## root stat
        stat / -> ENOTCONN
      ## write fd
        write $fd x -> ENOTCONN
      ## fstat
        fstat $fd -> ENOTCONN
      ## close
        close $fd -> ENOTCONN
      ## statvfs
        statfs / -> ENOTCONN
      ## readdir
        open / O_RDONLY|O_DIRECTORY -> ENOTCONN
      `,
      ],
    },
  ],
};
