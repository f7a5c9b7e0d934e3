import { bench, do_not_optimize, group } from 'mitata';
import { fuse_attr_out, fuse_entry_out } from '../../src/abi/structs-attributes.ts';
import { fuse_open_out, fuse_read_in } from '../../src/abi/structs-files.ts';
import { fuse_in_header, fuse_out_header } from '../../src/abi/structs-session.ts';

/** Structs of every call, or of calls that come often. */
export function codecBenches(): void {
  const view = new DataView(new ArrayBuffer(1024));
  group('codec', () => {
    for (const struct of [
      fuse_in_header,
      fuse_out_header,
      fuse_attr_out,
      fuse_entry_out,
      fuse_open_out,
      fuse_read_in,
    ]) {
      const value = struct.read(view, 0);
      const write = struct.write as (view: DataView, at: number, value: unknown) => void;
      bench(`read ${struct.name}`, () => do_not_optimize(struct.read(view, 0)));
      bench(`write ${struct.name}`, () => write(view, 0, value));
    }
  });
}
