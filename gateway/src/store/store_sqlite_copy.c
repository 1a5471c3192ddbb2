/* A copy of the store at one moment, taken while others write: SQLite's backup
 * in one step reads one snapshot. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store_sqlite.h"

enum { PATH_ROOM = 4096 };

static ax_status sync_path(const char *path, int flags, ax_error *err) {
  int fd = open(path, flags | O_CLOEXEC);
  int failed = fd < 0 ? -1 : fsync(fd);
  if (fd >= 0) close(fd);
  if (!failed) return AX_OK;
  return ax_error_set(err, AX_IO, "store: cannot sync %s", path);
}

static ax_status copy_into(ax_store_conn *from, sqlite3 *to, const char *path,
                           ax_error *err) {
  sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->db, "main");
  int rc = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(to);
  if (backup && sqlite3_backup_finish(backup) != SQLITE_OK)
    rc = sqlite3_errcode(to);
  if (rc == SQLITE_DONE || rc == SQLITE_OK) return AX_OK;
  return ax_store_conn_fail(NULL, rc, path, err);
}

static ax_status copy_to(ax_store_conn *from, const char *path, ax_error *err) {
  sqlite3 *to = NULL;
  /* Made here so that nobody else can read it. */
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return ax_error_set(err, AX_IO, "store: cannot make %s: is it there?",
                        path);
  close(fd);
  int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL);
  ax_status status = rc == SQLITE_OK
                         ? copy_into(from, to, path, err)
                         : ax_store_conn_fail(NULL, rc, "opening", err);
  sqlite3_close(to);
  return status ? status : sync_path(path, O_RDONLY, err);
}

/* What a copy that broke off left behind: a journal of another file would be
 * played into the next one. */
static void remove_part(const char *part) {
  char journal[PATH_ROOM];
  sqlite3_snprintf(sizeof journal, journal, "%s-journal", part);
  (void)unlink(part);
  (void)unlink(journal);
}

ax_status ax_store_sqlite_copy(ax_store_backend *backend, const char *folder,
                               ax_error *err) {
  char path[PATH_ROOM], part[PATH_ROOM];
  ax_store_conn *conn = NULL;
  sqlite3_snprintf(sizeof path, path, "%s/auspex.db", folder);
  sqlite3_snprintf(sizeof part, part, "%s/auspex.db.part", folder);
  if (ax_file_exists(path))
    return ax_error_set(err, AX_CONFLICT,
                        "store: %s is there already: name a new folder", path);
  remove_part(part);
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_status status = copy_to(conn, part, err);
  ax_store_sqlite_return(backend, conn);
  if (status) {
    remove_part(part);
    return status;
  }
  if (rename(part, path) != 0)
    return ax_error_set(err, AX_IO, "store: cannot rename %s", part);
  return sync_path(folder, O_RDONLY | O_DIRECTORY, err);
}
