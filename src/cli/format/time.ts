const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const halfYear = 31_556_952 / 2; // seconds, as GNU ls counts
const two = (value: number): string => String(value).padStart(2, '0');

/** A time as `ls -l` shows it: with the hour when it is less than six months old, else with the year. */
export function listTime(seconds: bigint, now: number): string {
  const date = new Date(Number(seconds) * 1000);
  const day = `${months[date.getMonth()]} ${String(date.getDate()).padStart(2)}`;
  const age = now / 1000 - Number(seconds);
  if (age >= 0 && age < halfYear) return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
  return `${day}  ${date.getFullYear()}`;
}

/** A time as stat(1) shows it: "2026-01-31 12:00:00.000000001 +0100". */
export function statTime(nanosecondsSinceEpoch: bigint): string {
  const fraction = ((nanosecondsSinceEpoch % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const date = new Date(Number((nanosecondsSinceEpoch - fraction) / 1_000_000n));
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${day} ${time}.${String(fraction).padStart(9, '0')} ${zone}`;
}
