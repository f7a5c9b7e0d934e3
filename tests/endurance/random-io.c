/*
 * random-io FILE SEED COUNT: random I/O on one file, checked against a copy in memory.
 *
 * Operation number i depends on SEED and i alone, so any subset of a run can be run again. The operations to run are
 * ranges of numbers on standard input, "FIRST LAST" a line; without any, all of 0 to COUNT-1.
 * Exit code 0: all agreed, and the counts are printed. 1: "operation I: what is wrong" is printed. 2: usage, set-up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/falloc.h>

enum { MAX_SIZE = 768 * 1024, MAX_IO = 96 * 1024, PAGE = 4096 };

static const char *path;
static int fd = -1;
static uint64_t seed;
static long current = -1;
static uint8_t model[MAX_SIZE];
static size_t size;
static uint8_t scratch[MAX_SIZE];

static void wrong(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("operation %ld: ", current);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    exit(1);
}

static void must(int is_true, const char *call)
{
    if (!is_true) wrong("%s: %s (size %zu)", call, strerror(errno), size);
}

/* splitmix64: a sequence for each operation, started from the seed and the operation's number. */
static uint64_t state;
static uint64_t next(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}
static size_t below(size_t limit) { return limit == 0 ? 0 : next() % limit; }

/* Small lengths, page-sized ones and large ones are about as frequent. */
static size_t some_length(void)
{
    switch (below(3)) {
    case 0: return 1 + below(100);
    case 1: return 1 + below(3 * PAGE);
    default: return 1 + below(MAX_IO);
    }
}
/* Any place up to MAX_SIZE, or one near the end of the file, or at a page's edge. */
static size_t some_offset(void)
{
    size_t offset;
    switch (below(4)) {
    case 0: offset = below(MAX_SIZE); break;
    case 1: offset = below(MAX_SIZE) / PAGE * PAGE; break;
    default: offset = below(size + 1);
    }
    return offset;
}
static size_t fit(size_t offset, size_t length)
{
    return offset + length > MAX_SIZE ? MAX_SIZE - offset : length;
}

static void fresh_bytes(uint8_t *at, size_t length)
{
    for (size_t i = 0; i < length; i += 8) {
        uint64_t word = next();
        memcpy(at + i, &word, length - i < 8 ? length - i : 8);
    }
}

static void model_resize(size_t wanted)
{
    if (wanted > size) memset(model + size, 0, wanted - size);
    size = wanted;
}
static void model_write(size_t offset, const uint8_t *bytes, size_t length)
{
    if (offset + length > size) model_resize(offset + length);
    memcpy(model + offset, bytes, length);
}

static void compare(const uint8_t *found, size_t offset, size_t length, const char *how)
{
    if (memcmp(found, model + offset, length) == 0) return;
    size_t at = 0;
    while (found[at] == model[offset + at]) at++;
    wrong("%s of %zu bytes at %zu: byte %zu is 0x%02x and should be 0x%02x (size %zu)",
          how, length, offset, offset + at, found[at], model[offset + at], size);
}

static void check_read(size_t offset, size_t length, const char *how)
{
    ssize_t count = pread(fd, scratch, length, offset);
    must(count >= 0, how);
    size_t expected = offset >= size ? 0 : (length < size - offset ? length : size - offset);
    if ((size_t)count != expected)
        wrong("%s of %zu bytes at %zu gave %zd and should have given %zu (size %zu)", how, length, offset, count, expected, size);
    compare(scratch, offset, count, how);
}

static void check_size(void)
{
    struct stat open_file, named;
    must(fstat(fd, &open_file) == 0, "fstat");
    must(stat(path, &named) == 0, "stat");
    if ((size_t)open_file.st_size != size) wrong("fstat has size %lld and should have %zu", (long long)open_file.st_size, size);
    if ((size_t)named.st_size != size) wrong("stat has size %lld and should have %zu", (long long)named.st_size, size);
}

static void op_read(void)
{
    size_t offset = some_offset();
    check_read(offset, fit(offset, some_length()), "pread");
}

static void op_write(void)
{
    size_t offset = some_offset(), length = fit(offset, some_length());
    if (length == 0) return;
    fresh_bytes(scratch, length);
    model_write(offset, scratch, length);
    must(pwrite(fd, scratch, length, offset) == (ssize_t)length, "pwrite");
}

static void op_writev(void)
{
    size_t offset = some_offset(), length = fit(offset, some_length()), cut = below(length + 1);
    if (length == 0) return;
    fresh_bytes(scratch, length);
    model_write(offset, scratch, length);
    struct iovec parts[] = { { scratch, cut }, { scratch + cut, length - cut } };
    must(pwritev(fd, parts, 2, offset) == (ssize_t)length, "pwritev");
}

static void op_append(void)
{
    size_t length = fit(size, some_length());
    if (length == 0) return;
    fresh_bytes(scratch, length);
    model_write(size, scratch, length);
    int appender = open(path, O_WRONLY | O_APPEND);
    must(appender >= 0, "open for appending");
    must(write(appender, scratch, length) == (ssize_t)length, "write at the end");
    must(close(appender) == 0, "close of the appender");
}

static void op_truncate(void)
{
    size_t wanted = below(4) == 0 ? below(MAX_SIZE) : (below(2) ? some_offset() : below(size + 1));
    must((below(2) ? ftruncate(fd, wanted) : truncate(path, wanted)) == 0, "truncate");
    model_resize(wanted);
}

/* mode 0, KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE with and without KEEP_SIZE */
static void op_fallocate(void)
{
    static const int modes[] = { 0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                 FALLOC_FL_ZERO_RANGE, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE };
    int mode = modes[below(5)];
    size_t offset = some_offset(), length = fit(offset, some_length());
    if (length == 0) return;
    must(fallocate(fd, mode, offset, length) == 0, "fallocate");
    if (!(mode & FALLOC_FL_KEEP_SIZE) && offset + length > size) model_resize(offset + length);
    if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) && offset < size)
        memset(model + offset, 0, offset + length > size ? size - offset : length);
}

static void op_copy_range(void)
{
    size_t from = below(size + 1), length = some_length();
    if (length > size - from) length = size - from;
    size_t to = some_offset();
    length = fit(to, length);
    if (length == 0 || (to < from + length && from < to + length)) return;
    off_t in = from, out = to;
    size_t left = length;
    while (left > 0) {
        ssize_t count = copy_file_range(fd, &in, fd, &out, left, 0);
        must(count > 0, "copy_file_range");
        left -= count;
    }
    memcpy(scratch, model + from, length);
    model_write(to, scratch, length);
}

/* Maps the pages around a range of the file that exists; the end of the last page must be zero. */
static void op_map(int writes)
{
    if (size == 0) return;
    size_t offset = below(size), length = some_length();
    if (length > size - offset) length = size - offset;
    size_t start = offset / PAGE * PAGE;
    uint8_t *at = mmap(NULL, offset + length - start, PROT_READ | (writes ? PROT_WRITE : 0), MAP_SHARED, fd, start);
    must(at != MAP_FAILED, "mmap");
    if (writes) {
        fresh_bytes(scratch, length);
        memcpy(model + offset, scratch, length);
        memcpy(at + (offset - start), scratch, length);
        if (below(2)) must(msync(at, offset + length - start, MS_SYNC) == 0, "msync");
    } else {
        compare(at, start, offset + length - start, "mapped read");
        if (offset + length == size)
            for (size_t i = size - start; i % PAGE != 0; i++)
                if (at[i] != 0) wrong("mapped byte %zu behind the end is 0x%02x and should be 0 (size %zu)", start + i, at[i], size);
    }
    must(munmap(at, offset + length - start) == 0, "munmap");
}
static void op_map_read(void) { op_map(0); }
static void op_map_write(void) { op_map(1); }

static void op_sync(void)
{
    must((below(2) ? fsync(fd) : fdatasync(fd)) == 0, "fsync");
}

/* One in four is opened for direct I/O, which FUSE does not want aligned. */
static void reopen(void)
{
    if (fd >= 0) must(close(fd) == 0, "close");
    int direct = below(4) == 0 ? O_DIRECT : 0;
    fd = open(path, O_RDWR | direct);
    must(fd >= 0, "open");
}

static void op_reopen(void)
{
    reopen();
    check_read(0, MAX_SIZE, "read of the whole file");
}

/* What is called a hole must be zero. */
static void op_seek(void)
{
    size_t from = some_offset();
    off_t hole = lseek(fd, from, SEEK_HOLE);
    if (from >= size) {
        if (hole != -1 || errno != ENXIO) wrong("SEEK_HOLE at %zu gave %lld and should have failed with ENXIO (size %zu)", from, (long long)hole, size);
        return;
    }
    must(hole >= 0, "SEEK_HOLE");
    if ((size_t)hole < from || (size_t)hole > size) wrong("SEEK_HOLE at %zu gave %lld (size %zu)", from, (long long)hole, size);
    off_t data = lseek(fd, hole, SEEK_DATA);
    size_t end = data < 0 ? size : (size_t)data;
    for (size_t i = hole; i < end; i++)
        if (model[i] != 0) wrong("byte %zu lies in a hole and should be 0x%02x (size %zu)", i, model[i], size);
}

/* How often each comes, of all the weights. */
static const struct { const char *name; void (*run)(void); int weight; } rows[] = {
    { "read", op_read, 24 },       { "write", op_write, 14 },         { "writev", op_writev, 4 },
    { "append", op_append, 5 },    { "truncate", op_truncate, 8 },    { "fallocate", op_fallocate, 10 },
    { "copy", op_copy_range, 6 },  { "map-read", op_map_read, 8 },    { "map-write", op_map_write, 8 },
    { "sync", op_sync, 3 },        { "reopen", op_reopen, 3 },        { "seek", op_seek, 5 },
};
enum { ROWS = sizeof rows / sizeof rows[0] };
static long done[ROWS];

static void run(long index)
{
    current = index;
    state = seed * 0xd1342543de82ef95u + (uint64_t)index * 0x2545f4914f6cdd1du;
    next();
    int total = 0, row = 0;
    for (int i = 0; i < ROWS; i++) total += rows[i].weight;
    int chosen = below(total);
    while (chosen >= rows[row].weight) chosen -= rows[row++].weight;
    rows[row].run();
    done[row]++;
    check_size();
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: random-io FILE SEED COUNT\n");
        return 2;
    }
    path = argv[1];
    seed = strtoull(argv[2], NULL, 10);
    long count = strtol(argv[3], NULL, 10);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 2;
    }
    long first, last, ranges = 0;
    while (scanf("%ld %ld", &first, &last) == 2) {
        ranges++;
        for (long i = first; i <= last; i++) run(i);
    }
    for (long i = 0; ranges == 0 && i < count; i++) run(i);
    current = count;
    state = seed;
    op_reopen();
    must(close(fd) == 0, "the last close");
    for (int i = 0; i < ROWS; i++) printf("%s%s %ld", i ? ", " : "", rows[i].name, done[i]);
    printf("\n");
    return 0;
}
