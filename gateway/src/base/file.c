#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

static ax_status failed(ax_error *err, const char *what, const char *path) {
  int code = errno;
  char reason[128] = "";
  (void)strerror_r(code, reason, sizeof reason);
  ax_status status = AX_IO;
  if (code == ENOENT || code == ENOTDIR) status = AX_NOT_FOUND;
  if (code == ENOMEM) status = AX_NOMEM;
  return ax_error_set(err, status, "cannot %s %s: %s", what, path, reason);
}

/* read() that carries on after a signal. */
static ssize_t read_some(int fd, char *to, size_t len) {
  ssize_t got;
  do got = read(fd, to, len);
  while (got < 0 && errno == EINTR);
  return got;
}

static ax_status too_large(ax_error *err, const char *path, size_t max) {
  return ax_error_set(err, AX_TOO_LARGE, "%s is larger than %zu bytes", path,
                      max);
}

static ax_status read_sized(ax_arena *arena, int fd, const char *path,
                            size_t max, ax_str *out, ax_error *err) {
  struct stat st;
  if (fstat(fd, &st) != 0) return failed(err, "look at", path);
  if (S_ISDIR(st.st_mode)) {
    errno = EISDIR;
    return failed(err, "read", path);
  }
  if ((uintmax_t)st.st_size > max) return too_large(err, path, max);
  size_t size = (size_t)st.st_size, len = 0;
  char *bytes = AX_TAKE_ARRAY(arena, char, size + 1);
  if (!bytes) return ax_error_set(err, AX_NOMEM, "no memory for %s", path);
  while (len < size) {
    ssize_t got = read_some(fd, bytes + len, size - len);
    if (got < 0) return failed(err, "read", path);
    if (got == 0) break;
    len += (size_t)got;
  }
  bytes[len] = '\0';
  *out = (ax_str){ bytes, len };
  return AX_OK;
}

/* Pipes and files of /proc say size 0: read until the end. */
static ax_status read_unsized(ax_arena *arena, int fd, const char *path,
                              size_t max, ax_str *out, ax_error *err) {
  ax_buf buf = AX_BUF_INIT(SIZE_MAX);
  ax_status status = ax_file_read_fd(fd, max, &buf, NULL);
  if (status == AX_TOO_LARGE) (void)too_large(err, path, max);
  if (status == AX_IO) (void)failed(err, "read", path);
  if (status == AX_OK) {
    *out = ax_arena_str(arena, ax_buf_view(&buf));
    if (!out->ptr) status = AX_NOMEM;
  }
  ax_buf_free(&buf);
  return status;
}

ax_status ax_file_read(ax_arena *arena, const char *path, size_t max,
                       ax_str *out, ax_error *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(err, "open", path);
  struct stat st;
  bool sized = fstat(fd, &st) == 0 && (st.st_size > 0 || S_ISDIR(st.st_mode));
  ax_status status = sized ? read_sized(arena, fd, path, max, out, err)
                           : read_unsized(arena, fd, path, max, out, err);
  (void)close(fd);
  return status;
}

ax_status ax_file_read_fd(int fd, size_t max, ax_buf *out, ax_error *err) {
  enum { PIECE = 64 * 1024 };
  size_t total = 0;
  for (;;) {
    char *to = ax_buf_room(out, PIECE);
    if (!to)
      return ax_error_set(err, out->status, "the input does not fit in memory");
    ssize_t got = read_some(fd, to, PIECE);
    if (got < 0) return failed(err, "read", "the input");
    if (got == 0) return AX_OK;
    total += (size_t)got;
    if (total > max) return too_large(err, "the input", max);
    ax_buf_wrote(out, (size_t)got);
  }
}

static ax_status write_all(int fd, ax_str bytes, const char *path,
                           ax_error *err) {
  while (bytes.len) {
    ssize_t wrote = write(fd, bytes.ptr, bytes.len);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return failed(err, "write", path);
    bytes = ax_str_skip(bytes, (size_t)wrote);
  }
  return fsync(fd) == 0 ? AX_OK : failed(err, "sync", path);
}

static ax_status sync_folder_of(const char *path, ax_error *err) {
  char folder[4096];
  const char *slash = strrchr(path, '/');
  int len = slash ? (int)(slash - path) : 0;
  (void)snprintf(folder, sizeof folder, "%.*s", len, path);
  const char *name = slash == path ? "/" : len ? folder : ".";
  int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed(err, "open", name);
  ax_status status = fsync(fd) == 0 ? AX_OK : failed(err, "sync", name);
  (void)close(fd);
  return status;
}

ax_status ax_file_write(const char *path, ax_str bytes, ax_error *err) {
  char draft[4096];
  int len =
      snprintf(draft, sizeof draft, "%s.%ld.XXXXXX", path, (long)getpid());
  if (len < 0 || (size_t)len >= sizeof draft)
    return ax_error_set(err, AX_INVALID, "the path is too long: %.80s...",
                        path);
  int fd = mkstemp(draft);
  if (fd < 0) return failed(err, "create", draft);
  ax_status status = write_all(fd, bytes, draft, err);
  (void)close(fd);
  if (status == AX_OK && rename(draft, path) != 0)
    status = failed(err, "replace", path);
  if (status != AX_OK) {
    (void)unlink(draft);
    return status;
  }
  return sync_folder_of(path, err);
}

static ax_status make_dir(const char *path, ax_error *err) {
  if (mkdir(path, 0700) == 0 || (errno == EEXIST && ax_file_is_dir(path)))
    return AX_OK;
  return failed(err, "make the folder", path);
}

ax_status ax_file_make_dirs(const char *path, ax_error *err) {
  char part[4096];
  size_t len = strlen(path);
  if (len >= sizeof part)
    return ax_error_set(err, AX_INVALID, "the path is too long: %.80s...",
                        path);
  for (size_t i = 1; i < len; i++) {
    if (path[i] != '/') continue;
    memcpy(part, path, i);
    part[i] = '\0';
    AX_TRY(make_dir(part, err));
  }
  return make_dir(path, err);
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

typedef AX_VEC(const char *) name_list;

static ax_status collect(ax_arena *arena, DIR *dir, name_list *names) {
  for (const struct dirent *e = readdir(dir); e; e = readdir(dir)) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    const char **slot = AX_VEC_PUSH(names, arena);
    if (!slot) return AX_NOMEM;
    *slot = ax_arena_cstr(arena, ax_str_from(e->d_name));
    if (!*slot) return AX_NOMEM;
  }
  return AX_OK;
}

ax_status ax_file_list(ax_arena *arena, const char *path,
                       const char *const **names, size_t *count,
                       ax_error *err) {
  DIR *dir = opendir(path);
  if (!dir) return failed(err, "list", path);
  name_list found = { 0 };
  ax_status status = collect(arena, dir, &found);
  (void)closedir(dir);
  AX_TRY(status);
  if (found.count)
    qsort(found.items, found.count, sizeof *found.items, by_name);
  *names = found.items;
  *count = found.count;
  return AX_OK;
}

static void remove_below(const char *path, unsigned depth) {
  enum { DEEPEST = 32 };
  const char *const *names = NULL;
  size_t count = 0;
  if (remove(path) == 0 || depth == DEEPEST) return;
  ax_arena *arena = ax_arena_new(64u << 20);
  if (arena && ax_file_list(arena, path, &names, &count, NULL) == AX_OK)
    for (size_t i = 0; i < count; i++) {
      ax_str inner = ax_arena_printf(arena, "%s/%s", path, names[i]);
      if (!inner.ptr) break;
      remove_below(inner.ptr, depth + 1);
    }
  (void)remove(path);
  ax_arena_free(arena);
}

void ax_file_remove_tree(const char *path) {
  remove_below(path, 0);
}

bool ax_file_is_dir(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool ax_file_is_regular(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool ax_file_exists(const char *path) {
  struct stat st;
  return stat(path, &st) == 0;
}
