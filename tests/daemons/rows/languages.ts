import * as path from 'node:path';
import { part } from '../part.ts';
import type { DaemonRow } from '../row.ts';

const folder = path.resolve(import.meta.dirname, '../languages');
const fuseOfPython = '/usr/lib/python3/dist-packages';

/** A small server in another language, on the library that Debian has for it. */
const script = (
  row: Omit<DaemonRow, 'prepare' | 'losses'>,
  command: string,
  file: string,
  serves: 'content' | 'one file',
): DaemonRow => ({
  ...row,
  prepare: (content, scratch) => ({
    command,
    args: [`${folder}/${file}`, ...(serves === 'content' ? [part(content, `${scratch}/content`)] : []), '{}'],
    inside: '/',
  }),
  losses: null,
});

const python = '/usr/bin/python3';

/** Servers in Python and Perl. */
export const languages: readonly DaemonRow[] = [
  script(
    {
      name: 'fusepy',
      from: 'python3-fusepy',
      library: 'libfuse.so.2, by ctypes',
      needs: [python, `${fuseOfPython}/fusepy.py`],
    },
    python,
    'mirror_fusepy.py',
    'content',
  ),
  script(
    { name: 'fuse-python', from: 'python3-fuse', library: 'libfuse.so.2', needs: [python, `${fuseOfPython}/fuse.py`] },
    python,
    'mirror_fuse_python.py',
    'content',
  ),
  script(
    {
      name: 'pyfuse3',
      from: 'python3-pyfuse3',
      library: 'libfuse3.so.3',
      needs: [python, `${fuseOfPython}/pyfuse3_asyncio.py`],
    },
    python,
    'one_file_pyfuse3.py',
    'one file',
  ),
  script(
    {
      name: 'llfuse',
      from: 'python3-llfuse',
      library: 'libfuse.so.2',
      needs: [python, `${fuseOfPython}/llfuse-1.4.1.egg-info`],
    },
    python,
    'one_file_llfuse.py',
    'one file',
  ),
  script(
    {
      name: 'Fuse of Perl',
      from: 'libfuse-perl',
      library: 'libfuse.so.2',
      needs: ['perl', '/usr/share/doc/libfuse-perl'],
    },
    'perl',
    'mirror_perl.pl',
    'content',
  ),
];
