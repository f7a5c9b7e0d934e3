import { EACCES, EBUSY, EIO, ENOENT, EOPNOTSUPP, type Errno, ESTALE, ETIMEDOUT } from 'fusewire/server';

/** Milliseconds that one answer may take, its body included. */
const PATIENCE = 30_000;
/** The largest file that is taken from a server that knows no ranges, in bytes. */
const LARGEST_WHOLE = 16 * 2 ** 20;

/** What an HTTP status means to a program that reads a file. What has no entry is EIO. */
const errnoOfStatus = new Map<number, Errno>([
  [401, EACCES],
  [403, EACCES],
  [404, ENOENT],
  [405, EOPNOTSUPP],
  [408, ETIMEDOUT],
  [410, ENOENT],
  [412, ESTALE],
  [416, ESTALE], // shorter than it was said to be
  [429, EBUSY],
  [501, EOPNOTSUPP],
  [503, EBUSY],
  [504, ETIMEDOUT],
]);

/** A remote file as it was when it was asked about. */
export class RemoteVersion {
  readonly size: number; // bytes
  readonly modified: number; // milliseconds since 1970; 0 when the server does not tell
  readonly #url: string;
  readonly #validators: readonly (string | null)[];
  #whole: Uint8Array | null = null;

  /** Asks for the present version. @throws Errno for what the server's status means; EOPNOTSUPP when it tells no length */
  static async find(url: string, interrupted: AbortSignal): Promise<RemoteVersion> {
    const response = await send(url, { method: 'HEAD' }, interrupted);
    if (!response.ok) throw errnoOfStatus.get(response.status) ?? EIO;
    const size = Number(response.headers.get('content-length') ?? Number.NaN);
    if (!Number.isSafeInteger(size)) throw EOPNOTSUPP;
    return new RemoteVersion(url, size, response.headers);
  }

  private constructor(url: string, size: number, headers: Headers) {
    this.#url = url;
    this.size = size;
    this.#validators = validatorsOf(headers);
    this.modified = Date.parse(headers.get('last-modified') ?? '') || 0;
  }

  isSame(other: RemoteVersion): boolean {
    return this.size === other.size && this.#hasValidators(other.#validators);
  }

  /**
   * The bytes from `start` up to `end`, which must lie in the file.
   *
   * @throws ESTALE when the file is another one by now; EOPNOTSUPP when it is large and the server knows no ranges
   */
  async fetch(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#whole !== null) return this.#whole.subarray(start, end);
    const response = await send(this.#url, { headers: this.#rangeHeaders(start, end) }, signal);
    if (!response.ok) return await give(response, errnoOfStatus.get(response.status) ?? EIO);
    if (!this.#hasValidators(validatorsOf(response.headers))) return await give(response, ESTALE);
    if (response.status === 206) {
      const isWhatWasAsked = response.headers.get('content-range') === `bytes ${start}-${end - 1}/${this.size}`;
      return isWhatWasAsked ? await bodyOf(response, end - start) : await give(response, EIO);
    }
    // 200: the same version, but all of it.
    if (this.size > LARGEST_WHOLE) return await give(response, EOPNOTSUPP);
    this.#whole = await bodyOf(response, this.size);
    return this.#whole.subarray(start, end);
  }

  /** With If-Range a server answers with the whole of a new version, instead of a part that does not fit the others. */
  #rangeHeaders(start: number, end: number): Record<string, string> {
    const validator = this.#validators.find((each) => each !== null && !each.startsWith('W/'));
    return { range: `bytes=${start}-${end - 1}`, ...(validator == null ? {} : { 'if-range': validator }) };
  }

  #hasValidators(others: readonly (string | null)[]): boolean {
    return this.#validators.every((validator, index) => validator === others[index]);
  }
}

const validatorsOf = (headers: Headers): readonly (string | null)[] => [
  headers.get('etag'),
  headers.get('last-modified'),
];

/** Lengths and ranges are those of the file as it is stored, so no compression on the way. */
async function send(url: string, options: RequestInit, signal: AbortSignal): Promise<Response> {
  const headers = { ...options.headers, 'accept-encoding': 'identity' };
  try {
    return await fetch(url, { ...options, headers, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) });
  } catch (error) {
    throw errnoOfFailure(error);
  }
}

/** Exactly so many bytes of body: a server may send fewer, or never stop. */
async function bodyOf(response: Response, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  try {
    for await (const chunk of response.body ?? []) {
      if (at + chunk.length > length) break;
      bytes.set(chunk, at);
      at += chunk.length;
    }
  } catch (error) {
    throw errnoOfFailure(error);
  }
  if (at !== length) throw EIO;
  return bytes;
}

/** Fails; the connection can only be used again when nobody has a body to read from it. */
async function give(response: Response, errno: Errno): Promise<never> {
  await response.body?.cancel();
  throw errno;
}

/** A failed fetch has its reason in `cause`, an error of the network as Node's. An AbortError means EINTR as it is. */
function errnoOfFailure(error: unknown): unknown {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  if (name === 'AbortError') return error;
  if (name === 'TimeoutError') return ETIMEDOUT;
  return cause?.code?.startsWith('E') ? cause : EIO;
}
