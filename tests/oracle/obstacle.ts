import { accessSync, constants, readFileSync } from 'node:fs';

/** What Linux is told by sysctl, and Fusewire does: the kernel asks its administrator here, and there is none to ask. */
const SETTINGS: Readonly<Record<string, string>> = {
  protected_hardlinks: '1',
  protected_symlinks: '0',
  protected_regular: '0',
  protected_fifos: '0',
};

/** Why this machine's Linux cannot be asked; null when it can. */
export function obstacle(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'system calls are made by their x86-64 numbers';
  if (process.geteuid?.() !== 0) return 'it mounts and changes users, which takes root';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch {
    return 'there is no /dev/fuse to open';
  }
  for (const [name, value] of Object.entries(SETTINGS)) {
    const set = readFileSync(`/proc/sys/fs/${name}`, 'utf8').trim();
    if (set !== value) return `fs.${name} is ${set}, and Fusewire does as with ${value}`;
  }
  return null;
}
