/*
 * A FUSE server that has one file, written on Linux's own header and nothing else: what it says is what C makes of that
 * header. It serves an inherited descriptor, as an external server of gVisor does.
 *
 *     one-file-server /dev/fd/N SIZE MANNER
 *
 * SIZE is how many bytes the file has at first; byte i is i % 251. MANNER is `well` or what it does wrong.
 */
#include <errno.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_NODEID = 2, HANDLE = 77, CAPACITY = 1 << 20, ROOM = CAPACITY + 8192 };

static unsigned char content[CAPACITY];
static uint64_t size;
static const char *manner;
static int device;

static int is(const char *what) { return strcmp(manner, what) == 0; }

static void reply(const struct fuse_in_header *request, int error, const void *body, size_t length)
{
	static unsigned char message[ROOM];
	struct fuse_out_header header = { .len = sizeof(header) + length, .error = error, .unique = request->unique };

	if (is("lies about lengths") && request->opcode == FUSE_LOOKUP)
		header.len = 12;
	memcpy(message, &header, sizeof(header));
	if (length > 0)
		memcpy(message + sizeof(header), body, length);
	if (write(device, message, is("says too little") && request->opcode == FUSE_LOOKUP ? 8 : sizeof(header) + length) < 0) {
		perror("write");
		exit(1);
	}
}

static struct fuse_attr attributes(uint64_t nodeid)
{
	int is_file = nodeid == FILE_NODEID;
	struct fuse_attr attr = {
		.ino = nodeid,
		.size = is_file ? size : 0,
		.mode = is_file ? S_IFREG | 0644 : S_IFDIR | 0755,
		.nlink = is_file ? 1 : 2,
		.blksize = 4096,
	};
	return attr;
}

static void init(const struct fuse_in_header *request, const struct fuse_init_in *in)
{
	static unsigned char endless[9000];
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = in->max_readahead,
		.flags = in->flags & (FUSE_BIG_WRITES | FUSE_MAX_PAGES),
		.max_write = 65536,
		.max_pages = 16,
		.time_gran = 1,
	};

	if (is("answers INIT without end"))
		reply(request, 0, endless, sizeof(endless));
	else
		reply(request, is("refuses INIT") ? -EPROTO : 0, &out, is("refuses INIT") ? 0 : sizeof(out));
}

static void lookup(const struct fuse_in_header *request, const char *name)
{
	struct fuse_entry_out out = { .nodeid = FILE_NODEID, .attr = attributes(FILE_NODEID) };

	if (strcmp(name, "testfile") == 0)
		reply(request, 0, &out, sizeof(out));
	else
		reply(request, -ENOENT, NULL, 0);
}

static void tell(const struct fuse_in_header *request)
{
	struct fuse_attr_out out = { .attr = attributes(request->nodeid) };

	reply(request, 0, &out, sizeof(out));
}

static void change(const struct fuse_in_header *request, const struct fuse_setattr_in *in)
{
	if ((in->valid & FATTR_SIZE) && in->size <= CAPACITY) {
		if (in->size > size)
			memset(content + size, 0, in->size - size);
		size = in->size;
	}
	tell(request);
}

static void read_file(const struct fuse_in_header *request, const struct fuse_read_in *in)
{
	uint64_t from = in->offset < size ? in->offset : size;
	uint64_t count = size - from < in->size ? size - from : in->size;

	if (is("dies at READ"))
		exit(3);
	reply(request, 0, content + from, count);
}

static void write_file(const struct fuse_in_header *request, const struct fuse_write_in *in)
{
	struct fuse_write_out out = { .size = in->size };

	if (in->offset + in->size > CAPACITY) {
		reply(request, -EFBIG, NULL, 0);
		return;
	}
	memcpy(content + in->offset, in + 1, in->size);
	if (in->offset + in->size > size)
		size = in->offset + in->size;
	reply(request, 0, &out, sizeof(out));
}

static void serve(const struct fuse_in_header *request)
{
	const void *body = request + 1;
	struct fuse_open_out opened = { .fh = HANDLE };

	switch (request->opcode) {
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return;
	case FUSE_INIT:
		init(request, body);
		return;
	case FUSE_LOOKUP:
		lookup(request, body);
		return;
	case FUSE_GETATTR:
		tell(request);
		return;
	case FUSE_SETATTR:
		change(request, body);
		return;
	case FUSE_OPEN:
		reply(request, 0, &opened, sizeof(opened));
		return;
	case FUSE_READ:
		read_file(request, body);
		return;
	case FUSE_WRITE:
		write_file(request, body);
		return;
	case FUSE_RELEASE:
	case FUSE_FLUSH:
	case FUSE_DESTROY:
		reply(request, 0, NULL, 0);
		return;
	default:
		reply(request, -ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	static unsigned char request[ROOM];
	ssize_t length;

	if (argc != 4 || sscanf(argv[1], "/dev/fd/%d", &device) != 1)
		return 2;
	size = strtoull(argv[2], NULL, 10);
	manner = argv[3];
	for (uint64_t i = 0; i < size && i < CAPACITY; i++)
		content[i] = i % 251;
	while ((length = read(device, request, sizeof(request))) > 0)
		serve((const struct fuse_in_header *)request);
	return length < 0;
}
