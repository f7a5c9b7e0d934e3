/** How long a name's reply may be believed, in seconds and parts of them; Infinity is as long as there can be. */
export function entryValidity(seconds: number): { entry_valid: number; entry_valid_nsec: number } {
  const [whole, nanoseconds] = split(seconds);
  return { entry_valid: whole, entry_valid_nsec: nanoseconds };
}

/** How long attributes may be believed, in seconds and parts of them; Infinity is as long as there can be. */
export function attrValidity(seconds: number): { attr_valid: number; attr_valid_nsec: number } {
  const [whole, nanoseconds] = split(seconds);
  return { attr_valid: whole, attr_valid_nsec: nanoseconds };
}

function split(seconds: number): [whole: number, nanoseconds: number] {
  if (seconds === Infinity) return [Infinity, 0];
  const whole = Math.floor(seconds);
  return [whole, Math.floor((seconds - whole) * 1e9)];
}
