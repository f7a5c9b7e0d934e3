/** The capabilities that a file system asks for. */
export type Capability =
  | 'CAP_CHOWN'
  | 'CAP_DAC_OVERRIDE'
  | 'CAP_DAC_READ_SEARCH'
  | 'CAP_FOWNER'
  | 'CAP_FSETID'
  | 'CAP_LEASE'
  | 'CAP_LINUX_IMMUTABLE'
  | 'CAP_MKNOD'
  | 'CAP_SETFCAP'
  | 'CAP_SYS_ADMIN'
  | 'CAP_SYS_RAWIO';

/** Who a task acts as. Immutable: a change makes a new value. Analogous to Linux's struct cred. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly euid: number;
  readonly egid: number;
  readonly suid: number;
  readonly sgid: number;
  /** What file systems see as the caller, as do FUSE servers. */
  readonly fsuid: number;
  readonly fsgid: number;
  readonly groups: readonly number[];
  readonly capabilities: ReadonlySet<Capability>;
}

const all: ReadonlySet<Capability> = new Set<Capability>([
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_LEASE',
  'CAP_LINUX_IMMUTABLE',
  'CAP_MKNOD',
  'CAP_SETFCAP',
  'CAP_SYS_ADMIN',
  'CAP_SYS_RAWIO',
]);

/** Credentials with all ids alike; uid 0 holds every capability, as after a login. */
export const credentialsOf = (uid: number, gid: number, groups: readonly number[] = [gid]): Credentials => ({
  uid,
  gid,
  euid: uid,
  egid: gid,
  suid: uid,
  sgid: gid,
  fsuid: uid,
  fsgid: gid,
  groups,
  capabilities: uid === 0 ? all : new Set(),
});

/** Whether the credentials belong to the group, by fsgid or as a supplementary group. */
export const inGroup = (credentials: Credentials, gid: number): boolean =>
  credentials.fsgid === gid || credentials.groups.includes(gid);
