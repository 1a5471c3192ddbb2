#include "definitions/package_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sha256.h"

enum { PACKED_MAX = 256 << 20 };

typedef struct {
  struct archive *archive;
  size_t packed; /* bytes of the archive */
  size_t files, bytes;
  const char *target; /* folder to write into; NULL: only check */
  ax_error *err;
} unpacking;

static ax_status refuse(unpacking *u, const char *what, const char *name) {
  return ax_error_set(u->err, AX_INVALID, "archive entry '%.120s' %s", name,
                      what);
}

static bool climbs(ax_str path) {
  while (path.len) {
    ax_str part = ax_str_cut(&path, '/');
    if (ax_str_eq(part, AX_STR(".."))) return true;
  }
  return false;
}

static ax_status check_entry(unpacking *u, struct archive_entry *entry,
                             const char *name) {
  unsigned type = archive_entry_filetype(entry);
  if (name[0] == '/' || climbs(ax_str_from(name)))
    return refuse(u, "leads out of the package", name);
  if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) ||
      (type != AE_IFREG && type != AE_IFDIR))
    return refuse(u, "is not a plain file", name);
  if (++u->files > AX_PACKAGE_FILES_MAX)
    return ax_error_set(u->err, AX_TOO_LARGE,
                        "the archive has more than %d files",
                        AX_PACKAGE_FILES_MAX);
  return AX_OK;
}

static ax_status count_bytes(unpacking *u, size_t n) {
  u->bytes += n;
  size_t by_ratio = (u->packed + 4096) * AX_PACKAGE_RATIO;
  if (u->bytes > AX_PACKAGE_BYTES_MAX || u->bytes > by_ratio)
    return ax_error_set(
        u->err, AX_TOO_LARGE, "the archive unpacks to more than %zu bytes",
        by_ratio < AX_PACKAGE_BYTES_MAX ? by_ratio
                                        : (size_t)AX_PACKAGE_BYTES_MAX);
  return AX_OK;
}

static ax_status write_all(unpacking *u, int fd, const char *bytes, size_t n) {
  while (n) {
    ssize_t done = write(fd, bytes, n);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0)
      return ax_error_set(u->err, AX_IO, "cannot unpack: %s", strerror(errno));
    bytes += done;
    n -= (size_t)done;
  }
  return AX_OK;
}

static ax_status copy_data(unpacking *u, int fd) {
  for (;;) {
    char block[1 << 16];
    la_ssize_t n = archive_read_data(u->archive, block, sizeof block);
    if (n == 0) return AX_OK;
    if (n < 0)
      return ax_error_set(u->err, AX_INVALID, "the archive is damaged: %s",
                          archive_error_string(u->archive));
    AX_TRY(count_bytes(u, (size_t)n));
    if (fd >= 0) AX_TRY(write_all(u, fd, block, (size_t)n));
  }
}

/* Folders are made for files as they come; FHIR packages are shallow. */
static ax_status make_parents(unpacking *u, char *path) {
  char *slash = strrchr(path, '/');
  if (!slash) return AX_OK;
  *slash = 0;
  ax_status status = ax_file_make_dirs(path, u->err);
  *slash = '/';
  return status;
}

static ax_status write_file(unpacking *u, const char *name) {
  if (!u->target) return copy_data(u, -1);
  char path[4096];
  int n = snprintf(path, sizeof path, "%s/%s", u->target, name);
  if (n < 0 || (size_t)n >= sizeof path)
    return refuse(u, "has too long a name", name);
  AX_TRY(make_parents(u, path));
  int fd =
      open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return ax_error_set(u->err, AX_IO, "cannot unpack '%.120s': %s", name,
                        strerror(errno));
  ax_status status = copy_data(u, fd);
  if (close(fd) != 0 && status == AX_OK)
    status = ax_error_set(u->err, AX_IO, "cannot unpack '%.120s': %s", name,
                          strerror(errno));
  return status;
}

static ax_status unpack_entries(unpacking *u) {
  for (;;) {
    struct archive_entry *entry;
    int got = archive_read_next_header(u->archive, &entry);
    if (got == ARCHIVE_EOF) return AX_OK;
    if (got < ARCHIVE_WARN)
      return ax_error_set(u->err, AX_INVALID, "not a readable .tgz: %s",
                          archive_error_string(u->archive));
    const char *name = archive_entry_pathname(entry);
    if (!name) return refuse(u, "has no readable name", "?");
    AX_TRY(check_entry(u, entry, name));
    if (archive_entry_filetype(entry) == AE_IFREG) AX_TRY(write_file(u, name));
  }
}

static ax_status unpack(ax_str bytes, const char *target, ax_error *err) {
  unpacking u = { .packed = bytes.len, .target = target, .err = err };
  u.archive = archive_read_new();
  if (!u.archive) return AX_NOMEM;
  archive_read_support_filter_gzip(u.archive);
  archive_read_support_format_tar(u.archive);
  ax_status status;
  if (archive_read_open_memory(u.archive, bytes.ptr, bytes.len) != ARCHIVE_OK)
    status = ax_error_set(err, AX_INVALID, "not a readable .tgz: %s",
                          archive_error_string(u.archive));
  else
    status = unpack_entries(&u);
  archive_read_free(u.archive);
  return status;
}

ax_status ax_package_archive_check(ax_str bytes, ax_error *err) {
  return unpack(bytes, NULL, err);
}

/* Unpacks beside the final place and renames, so that a folder that is there
 * is whole. */
static ax_status unpack_aside(ax_arena *arena, ax_str bytes, const char *final,
                              ax_error *err) {
  ax_str aside = ax_arena_printf(arena, "%s.%ld", final, (long)getpid());
  if (!aside.ptr) return AX_NOMEM;
  AX_TRY(ax_file_make_dirs(aside.ptr, err));
  ax_status status = unpack(bytes, aside.ptr, err);
  if (status == AX_OK && rename(aside.ptr, final) != 0 &&
      !ax_file_is_dir(final))
    status = ax_error_set(err, AX_IO, "cannot unpack into '%s': %s", final,
                          strerror(errno));
  ax_file_remove_tree(aside.ptr);
  return status;
}

ax_status ax_package_archive_unpack(ax_arena *arena, const char *path,
                                    const char *cache, const char **folder,
                                    ax_error *err) {
  if (!cache)
    return ax_error_set(err, AX_UNSUPPORTED,
                        "'%s' is an archive and there is no cache folder to "
                        "unpack it into",
                        path);
  ax_str bytes;
  AX_TRY(ax_file_read(arena, path, PACKED_MAX, &bytes, err));
  char digest[AX_SHA256_HEX + 1];
  ax_sha256_hex(bytes, digest);
  ax_str final = ax_arena_printf(arena, "%s/%.32s", cache, digest);
  if (!final.ptr) return AX_NOMEM;
  *folder = final.ptr;
  if (ax_file_is_dir(final.ptr)) return AX_OK;
  return unpack_aside(arena, bytes, final.ptr, err);
}
