/*
 * waiter OPERATION DIRECTORY: prepares a system call in a directory, says "ready", waits for a line, makes the call, and
 * prints the errno it gave, 0 for success. A test lets its server fall silent before it sends the line.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 4096 };

static void prepare(int is_done, const char *what)
{
    if (is_done) return;
    perror(what);
    exit(2);
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    const char *operation = argv[1];
    char buffer[SIZE] = "content";
    prepare((mkdir(argv[2], 0755) == 0 || errno == EEXIST) && chdir(argv[2]) == 0, "directory");
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    prepare(fd >= 0 && pwrite(fd, buffer, SIZE, 0) == SIZE, "file");
    prepare(fsync(fd) == 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, "fadvise");
    char *mapped = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
    prepare(mapped != MAP_FAILED, "mmap");
    puts("ready");
    fflush(stdout);
    if (fgets(buffer, sizeof buffer, stdin) == NULL) return 2;

    long result = 0;
    if (!strcmp(operation, "read")) result = pread(fd, buffer, SIZE, 0);
    else if (!strcmp(operation, "write")) result = pwrite(fd, buffer, SIZE, SIZE);
    else if (!strcmp(operation, "open")) result = open("file", O_RDONLY);
    else if (!strcmp(operation, "readdir")) result = opendir(".") == NULL ? -1 : 0;
    else if (!strcmp(operation, "fault")) result = *(volatile char *)mapped;
    else if (!strcmp(operation, "close")) result = close(fd);
    else if (!strcmp(operation, "rename")) result = rename("file", "renamed");
    else if (!strcmp(operation, "lookup")) result = access("nothing", F_OK);
    else return 2;
    printf("%d\n", result < 0 ? errno : 0);
    return 0;
}
