import { initOut } from './init.ts';
import { OWNER } from './read-requests.ts';
import { entry, fails, ok, opened, S_IFREG } from './replies.ts';
import { asked, call, lookedUp } from './scenario.ts';
import { scenario } from './scenarios.ts';

const file = ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }));

scenario('open(2) of a file sends OPEN with its flags, and F_GETFL shows them', {
  moves: [
    call('open /f O_RDWR -> $f', [
      lookedUp(1, 'f', file),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9))),
    ]),
    call('fcntl $f F_GETFL -> 32770'),
    call('close $f -> 0', [
      asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok()),
      asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, ok()),
    ]),
  ],
});
scenario('a name that is not there is ENOENT', {
  moves: [call('stat /f -> ENOENT', [lookedUp(1, 'f', fails('ENOENT'))])],
});
