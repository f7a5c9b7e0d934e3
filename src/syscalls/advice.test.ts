import { table } from './testing/table.ts';

const files = `
  open f O_CREAT|O_RDWR 0644 -> $f
  write $f hello
  open f O_PATH -> $p
  open . O_RDONLY -> $d`;

table({
  'posix_fadvise takes any known advice about any range that is not negative': `${files}
    posix_fadvise $f 0 0 POSIX_FADV_NORMAL
    posix_fadvise $f 0 5 POSIX_FADV_SEQUENTIAL
    posix_fadvise $f 100 5 POSIX_FADV_WILLNEED
    posix_fadvise $f -1 5 POSIX_FADV_DONTNEED
    posix_fadvise $d 0 5 POSIX_FADV_NOREUSE
    pread $f 9 0 -> hello`,
  'posix_fadvise of no descriptor is EBADF, of a negative length or an unknown advice EINVAL': `${files}
    posix_fadvise 99 0 -1 9 -> EBADF
    posix_fadvise $p 0 0 0 -> EBADF
    posix_fadvise $f 0 -1 POSIX_FADV_RANDOM -> EINVAL
    posix_fadvise $f 0 0 6 -> EINVAL
    posix_fadvise $f 0 0 -1 -> EINVAL`,
  'sync_file_range of a range that can be succeeds': `${files}
    sync_file_range $f 0 0 7
    sync_file_range $f 100 5 2
    sync_file_range $d 0 0 0`,
  'sync_file_range of no descriptor is EBADF, of an unknown flag or a negative range EINVAL': `${files}
    sync_file_range 99 -1 0 8 -> EBADF
    sync_file_range $p 0 0 0 -> EBADF
    sync_file_range $f 0 0 8 -> EINVAL
    sync_file_range $f -1 5 0 -> EINVAL
    sync_file_range $f 5 -1 0 -> EINVAL`,
});
