import { randomUUID } from 'node:crypto';
import { close, open, unlink, write } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { BadArchive } from './entry.ts';
import { Source } from './source.ts';

/**
 * Unpacks a gzip file into a temporary one, which has no name any more when this returns: it is gone with its
 * descriptor. That is what reading at any place of a compressed tar archive costs; gzip alone knows no places.
 *
 * @throws BadArchive for damage, and above `maxBytes`; Error with Node's code for the temporary file
 */
export async function gunzip(source: Source, maxBytes: number): Promise<Source> {
  const fd = await openUnnamed();
  try {
    return new Source(fd, await inflateTo(fd, source, maxBytes));
  } catch (error) {
    close(fd);
    throw error;
  }
}

async function openUnnamed(): Promise<number> {
  const file = path.join(tmpdir(), `fusewire-archive-${randomUUID()}`);
  const fd = await promisify(open)(file, 'wx+', 0o600);
  await promisify(unlink)(file);
  return fd;
}

async function inflateTo(fd: number, source: Source, maxBytes: number): Promise<number> {
  const writeLater = promisify(write);
  const unpacked = createGunzip({ chunkSize: 256 * 1024 });
  // What fails ends the loop below with its error; the callback is there so that it is not thrown too.
  pipeline(Readable.from(source.pieces(0, source.size)), unpacked, () => undefined);
  let size = 0;
  try {
    for await (const piece of unpacked as AsyncIterable<Uint8Array>) {
      if (size + piece.length > maxBytes) {
        throw new BadArchive(`more than ${maxBytes} bytes when unpacked; maxUnpackedBytes allows more`);
      }
      for (let done = 0; done < piece.length; ) {
        const { bytesWritten } = await writeLater(fd, piece, done, piece.length - done, size + done);
        done += bytesWritten;
      }
      size += piece.length;
    }
  } catch (error) {
    const isZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    if (isZlib) throw new BadArchive(`damaged gzip: ${error.message}`, { cause: error });
    throw error;
  }
  return size;
}
