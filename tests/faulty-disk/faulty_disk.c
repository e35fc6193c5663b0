/*
 * A disk and a clock that fail on command, preloaded (LD_PRELOAD) between a process and its C library.
 *
 * It writes a journal of what the process made durable, so that after a SIGKILL, which leaves the kernel's page cache as it
 * is, somebody can take from the disk what a power cut would have taken. While a control file says so, syncs fail or lie,
 * the disk is full, and the wall clock is off. It decides nothing, and keeps no state of its own.
 *
 * C and not Rust: what stands between a program and its C library is unsafe in every line, and the workspace forbids that;
 * `open` takes a variable number of arguments, which Rust cannot define.
 *
 * What it knows: files that are written by write, writev and pwrite, and made durable by fsync and fdatasync. What is
 * written through a memory map, or by O_SYNC, counts as not synced. Folders count as durable once they are made.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { SYNC_WORKS, SYNC_FAILS, SYNC_LIES };

/* The control file, as the nemesis writes it. */
struct control {
  int32_t sync;
  int32_t full;
  int64_t clock_shift_ms;
};

static const volatile struct control *control;
static int journal = -1;
static const char *root;
static const char *kept;
static unsigned kept_count;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  root = getenv("FAULTY_DISK_ROOT");
  kept = getenv("FAULTY_DISK_KEPT");
  const char *control_path = getenv("FAULTY_DISK_CONTROL"), *journal_path = getenv("FAULTY_DISK_JOURNAL");
  if (!root || !kept || !control_path || !journal_path) return;
  int file = syscall(SYS_openat, AT_FDCWD, control_path, O_RDONLY | O_CLOEXEC, 0);
  journal = syscall(SYS_openat, AT_FDCWD, journal_path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
  void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ, MAP_SHARED, file, 0);
  /* A disk that does not fail as it should would prove what is not so. */
  if (journal < 0 || mapped == MAP_FAILED) abort();
  syscall(SYS_close, file);
  control = mapped;
}

/* One line, in one write: lines of several threads do not mix. */
static void record(const char *format, ...) {
  char line[3 * PATH_MAX];
  int before = errno;
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line, format, values);
  va_end(values);
  if (length < 0 || (size_t)length >= sizeof line || syscall(SYS_write, journal, line, length) != length) abort();
  errno = before;
}

static int is_ours(const char *path) {
  size_t length = control && path ? strlen(root) : 0;
  if (length == 0 || strncmp(path, root, length) != 0 || path[length] != '/') return 0;
  return strncmp(path, kept, strlen(kept)) != 0;
}

static int is_our_file(int file, char path[PATH_MAX]) {
  char link[32];
  int before = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = control ? syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1) : -1;
  errno = before;
  path[length < 0 ? 0 : length] = 0;
  return is_ours(path) || (length > 0 && strcmp(path, root) == 0);
}

static int is_full(int file) {
  char path[PATH_MAX];
  if (!control || !control->full || !is_our_file(file, path)) return 0;
  errno = ENOSPC;
  return 1;
}

/* Keeps what a name stands for, so that the loss of a removal or a renaming can be played. Says where, or "-". */
static const char *keep(const char *path, char place[PATH_MAX]) {
  int before = errno;
  snprintf(place, PATH_MAX, "%s/%d-%u", kept, getpid(), __atomic_add_fetch(&kept_count, 1, __ATOMIC_RELAXED));
  if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, place, 0) != 0) strcpy(place, "-");
  errno = before;
  return place;
}

static int open_file(const char *path, int flags, mode_t mode) {
  int creates = (flags & O_CREAT) && is_ours(path);
  int existed = creates && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
  if (creates && !existed && control->full) {
    errno = ENOSPC;
    return -1;
  }
  int file = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  struct stat found;
  if (file >= 0 && is_ours(path) && fstat(file, &found) == 0 && S_ISREG(found.st_mode)) {
    if (creates && !existed) record("created\t%s\t%ju\n", path, (uintmax_t)found.st_ino);
    else if (flags & O_TRUNC) record("cut\t%ju\t0\n", (uintmax_t)found.st_ino);
  }
  return file;
}

int open(const char *path, int flags, ...) {
  va_list values;
  va_start(values, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(values, mode_t) : 0;
  va_end(values);
  return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list values;
  va_start(values, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(values, mode_t) : 0;
  va_end(values);
  return open_file(path, flags, mode);
}

static int is_log(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, ".log") == 0;
}

static int sync_file(long call, int file) {
  char path[PATH_MAX];
  if (!is_our_file(file, path)) return syscall(call, file);
  struct stat before;
  if (fstat(file, &before) != 0) return -1;
  uintmax_t inode = before.st_ino;
  switch (control->sync) {
    case SYNC_FAILS:
      record("failed\t%ju\n", inode);
      errno = EIO;
      return -1;
    case SYNC_LIES:
      if (is_log(path)) return 0;
  }
  int failed = syscall(call, file);
  /* What is appended while the sync goes on is not promised: the length is the one before it. */
  if (!failed && S_ISDIR(before.st_mode)) record("folder\t%s\n", path);
  else if (!failed) record("synced\t%ju\t%jd\n", inode, (intmax_t)before.st_size);
  return failed;
}

int fsync(int file) { return sync_file(SYS_fsync, file); }

int fdatasync(int file) { return sync_file(SYS_fdatasync, file); }

ssize_t write(int file, const void *bytes, size_t count) {
  return is_full(file) ? -1 : syscall(SYS_write, file, bytes, count);
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
  return is_full(file) ? -1 : syscall(SYS_writev, file, pieces, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
  return is_full(file) ? -1 : syscall(SYS_pwrite64, file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
  return is_full(file) ? -1 : syscall(SYS_pwrite64, file, bytes, count, at);
}

int fallocate(int file, int mode, off_t at, off_t length) {
  return is_full(file) ? -1 : syscall(SYS_fallocate, file, mode, at, length);
}

static int cut(int file, off_t length) {
  char path[PATH_MAX];
  struct stat found;
  int failed = syscall(SYS_ftruncate, file, length);
  if (!failed && is_our_file(file, path) && fstat(file, &found) == 0) {
    record("cut\t%ju\t%jd\n", (uintmax_t)found.st_ino, (intmax_t)length);
  }
  return failed;
}

int ftruncate(int file, off_t length) { return cut(file, length); }

int ftruncate64(int file, off64_t length) { return cut(file, length); }

int rename(const char *from, const char *to) {
  char place[PATH_MAX];
  int ours = is_ours(from) && is_ours(to);
  if (ours) keep(to, place);
  int failed = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (ours && !failed) record("renamed\t%s\t%s\t%s\n", from, to, place);
  return failed;
}

int unlink(const char *path) {
  char place[PATH_MAX];
  int ours = is_ours(path);
  if (ours) keep(path, place);
  int failed = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (ours && !failed) record("removed\t%s\t%s\n", path, place);
  return failed;
}

int link(const char *from, const char *to) {
  struct stat found;
  int failed = syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (!failed && is_ours(to) && stat(to, &found) == 0) record("linked\t%s\n", to);
  return failed;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int failed = real_clock_gettime ? real_clock_gettime(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
  if (failed || !control || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return failed;
  int64_t shift_ms = control->clock_shift_ms, nanos = time->tv_nsec + shift_ms % 1000 * 1000000;
  time->tv_sec += shift_ms / 1000 + (nanos >= 1000000000) - (nanos < 0);
  time->tv_nsec = (nanos + 1000000000) % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec time;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
