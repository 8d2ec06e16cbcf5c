/* Fails chosen system calls of a program on files below one folder. Loaded before libc (LD_PRELOAD).
 *
 * KW_FAULTS names a file of five 32-bit numbers that is shared with the test (faults.rs): which kind of call, with which
 * error (0 = a write takes only half, 1000 = the program is killed instead), how many more calls until it fails, how often it fails then, how often it has.
 * KW_FAULTS_BELOW is the folder. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { KILLED = 1000 };
enum kind { OPEN = 1, WRITE, SYNC, RENAME, LENGTH, UNLINK, MKDIR, READ, STAT };

struct control {
  _Atomic int kind, error, countdown, times, hits;
};

static struct control *control;
static const char *below;
static size_t below_length;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("KW_FAULTS");
  below = getenv("KW_FAULTS_BELOW");
  if (!path || !below) return;
  below_length = strlen(below);
  int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *shared = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (shared != MAP_FAILED) control = shared;
}

static int is_below(const char *path) {
  return path && strncmp(path, below, below_length) == 0 && (path[below_length] == '/' || path[below_length] == 0);
}

/* Whether this call fails: the error, 0 for half a write, -1 for none. */
static int due(void) {
  int left = atomic_fetch_sub(&control->countdown, 1);
  if (left > 1 || left <= 1 - control->times) return -1;
  atomic_fetch_add(&control->hits, 1);
  if (control->error == KILLED) kill(getpid(), SIGKILL);
  return control->error;
}

static int at_path(enum kind kind, const char *path) {
  return control && control->kind == (int)kind && is_below(path) ? due() : -1;
}

static int at_file(enum kind kind, int fd) {
  if (!control || control->kind != (int)kind) return -1;
  char name[64], path[PATH_MAX];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length < 0) return -1;
  path[length] = 0;
  return is_below(path) ? due() : -1;
}

#define FAILS(what) do { int error = what; if (error > 0) { errno = error; return -1; } } while (0)

#define OPENS(name)                                                                 \
  int name(const char *path, int flags, ...) {                                      \
    mode_t mode = 0;                                                                \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
    FAILS(at_path(OPEN, path));                                                     \
    return REAL(name)(path, flags, mode);                                           \
  }
OPENS(open)
OPENS(open64)
#define OPENS_AT(name)                                                              \
  int name(int folder, const char *path, int flags, ...) {                          \
    mode_t mode = 0;                                                                \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
    FAILS(at_path(OPEN, path));                                                     \
    return REAL(name)(folder, path, flags, mode);                                   \
  }
OPENS_AT(openat)
OPENS_AT(openat64)

static size_t half(size_t count, int error) { return error == 0 && count > 1 ? count / 2 : count; }

ssize_t write(int fd, const void *bytes, size_t count) {
  int error = at_file(WRITE, fd);
  FAILS(error);
  return REAL(write)(fd, bytes, half(count, error));
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  int error = at_file(WRITE, fd);
  FAILS(error);
  return REAL(pwrite64)(fd, bytes, half(count, error), at);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  FAILS(at_file(WRITE, fd));
  return REAL(writev)(fd, parts, count);
}
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t count, unsigned flags) {
  FAILS(at_file(WRITE, to));
  return REAL(copy_file_range)(from, from_at, to, to_at, count, flags);
}

int fsync(int fd) { FAILS(at_file(SYNC, fd)); return REAL(fsync)(fd); }
int fdatasync(int fd) { FAILS(at_file(SYNC, fd)); return REAL(fdatasync)(fd); }
int sync_file_range(int fd, off64_t from, off64_t count, unsigned flags) {
  FAILS(at_file(SYNC, fd));
  return REAL(sync_file_range)(fd, from, count, flags);
}

int rename(const char *from, const char *to) { FAILS(at_path(RENAME, to)); return REAL(rename)(from, to); }
int renameat(int a, const char *from, int b, const char *to) { FAILS(at_path(RENAME, to)); return REAL(renameat)(a, from, b, to); }

int ftruncate64(int fd, off64_t length) { FAILS(at_file(LENGTH, fd)); return REAL(ftruncate64)(fd, length); }
int fallocate64(int fd, int mode, off64_t from, off64_t count) { FAILS(at_file(LENGTH, fd)); return REAL(fallocate64)(fd, mode, from, count); }

int unlink(const char *path) { FAILS(at_path(UNLINK, path)); return REAL(unlink)(path); }
int unlinkat(int folder, const char *path, int flags) {
  FAILS(folder == AT_FDCWD ? at_path(UNLINK, path) : at_file(UNLINK, folder));
  return REAL(unlinkat)(folder, path, flags);
}
int rmdir(const char *path) { FAILS(at_path(UNLINK, path)); return REAL(rmdir)(path); }
int mkdir(const char *path, mode_t mode) { FAILS(at_path(MKDIR, path)); return REAL(mkdir)(path, mode); }

ssize_t read(int fd, void *bytes, size_t count) { FAILS(at_file(READ, fd)); return REAL(read)(fd, bytes, count); }
ssize_t pread64(int fd, void *bytes, size_t count, off64_t at) { FAILS(at_file(READ, fd)); return REAL(pread64)(fd, bytes, count, at); }
ssize_t readv(int fd, const struct iovec *parts, int count) { FAILS(at_file(READ, fd)); return REAL(readv)(fd, parts, count); }

int statx(int folder, const char *restrict path, int flags, unsigned mask, struct statx *restrict about) {
  FAILS(at_path(STAT, path));
  return REAL(statx)(folder, path, flags, mask, about);
}
