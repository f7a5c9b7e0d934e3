/** The system calls that somebody may want to stop. */
export type CallName = 'open' | 'openat' | 'ioctl' | 'mount' | 'umount2' | 'seccomp' | 'fsopen';

/** How a processor makes system calls: asm/unistd.h, and linux/audit.h for the name that seccomp knows it by. */
export interface Architecture {
  /** AUDIT_ARCH_... */
  readonly audit: number;
  /** The number of each call; null for one that it does not have. */
  readonly numbers: Readonly<Record<CallName, number | null>>;
}

/** The architectures that calls can be stopped on, as `process.arch` names them. */
export const architectures: Readonly<Record<'x64' | 'arm64', Architecture>> = {
  x64: {
    audit: 0xc000003e,
    numbers: { open: 2, openat: 257, ioctl: 16, mount: 165, umount2: 166, seccomp: 317, fsopen: 430 },
  },
  arm64: {
    audit: 0xc00000b7,
    numbers: { open: null, openat: 56, ioctl: 29, mount: 40, umount2: 39, seccomp: 277, fsopen: 430 },
  },
};

/** The architecture of this process; undefined for one that calls cannot be stopped on. */
export const ownArchitecture = (): Architecture | undefined =>
  Object.entries(architectures).find(([name]) => name === process.arch)?.[1];
