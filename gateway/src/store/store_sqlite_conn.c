/* Connections, statements and what SQLite's answers mean to us. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_sqlite.h"

enum {
  /* Of one transaction: SQLite forgets it when the writer has written. */
  READER_CACHE_KIB = 1024,
  SQL_MAX = 256 * 1024, /* a search with thousands of values */
  BUSY_MS = 5000        /* only our own checkpoints can be in the way */
};

/* --- failures ------------------------------------------------------------- */

static ax_status meaning(int rc, const char **sentence) {
  switch (rc & 0xff) {
  case SQLITE_FULL:
    *sentence = "the disk is full: make room; nothing was stored";
    return AX_FULL;
  case SQLITE_READONLY:
  case SQLITE_PERM:
    *sentence = "the store's files are read-only: check the data folder";
    return AX_IO;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    *sentence = "the store's file is damaged: restore a backup";
    return AX_IO;
  case SQLITE_CANTOPEN:
    *sentence = "the store's file cannot be opened: check the data folder";
    return AX_IO;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    *sentence = "the store is locked by somebody else";
    return AX_UNAVAILABLE;
  case SQLITE_CONSTRAINT:
    *sentence = "a row with this identity is there already";
    return AX_CONFLICT;
  case SQLITE_TOOBIG:
    *sentence = "a value is too large for the store";
    return AX_TOO_LARGE;
  case SQLITE_NOMEM:
    *sentence = "out of memory";
    return AX_NOMEM;
  default:
    *sentence = "the disk refused";
    return AX_IO;
  }
}

static bool is_no_room(int why) {
  return why == EDQUOT || why == EFBIG || why == ENOSPC;
}

/* A quota or a limit of file sizes is as good as a full disk. The file and its
 * log each remember what the system said last. */
static int settle_code(const ax_store_conn *conn, int rc) {
  int of_file = 0, of_log = 0;
  sqlite3_file *log = NULL;
  if (rc != SQLITE_IOERR_WRITE || !conn || !conn->db) return rc;
  (void)sqlite3_file_control(conn->db, "main", SQLITE_FCNTL_LAST_ERRNO,
                             &of_file);
  (void)sqlite3_file_control(conn->db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                             (void *)&log);
  if (log && log->pMethods)
    (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &of_log);
  return is_no_room(of_file) || is_no_room(of_log) ? SQLITE_FULL : rc;
}

ax_status ax_store_conn_fail(ax_store_conn *conn, int rc, const char *doing,
                             ax_error *err) {
  const char *sentence = NULL;
  rc = settle_code(conn, rc);
  ax_status status = meaning(rc, &sentence);
  return ax_error_set(
      err, status, "store: %s: %s (SQLite %d: %s)", doing, sentence, rc,
      conn && conn->db ? sqlite3_errmsg(conn->db) : sqlite3_errstr(rc));
}

ax_status ax_store_conn_exec(ax_store_conn *conn, const char *sql,
                             ax_error *err) {
  int rc = sqlite3_exec(conn->db, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK ? AX_OK : ax_store_conn_fail(conn, rc, sql, err);
}

/* --- connections ---------------------------------------------------------- */

static ax_status set_up(ax_store_conn *conn, bool writes, uint64_t cache_bytes,
                        ax_error *err) {
  uint64_t kib = cache_bytes ? cache_bytes / 1024 : READER_CACHE_KIB;
  char cache[64];
  sqlite3_snprintf(sizeof cache, cache, "PRAGMA cache_size=-%llu",
                   (unsigned long long)kib);
  sqlite3_busy_timeout(conn->db, BUSY_MS);
  sqlite3_extended_result_codes(conn->db, 1);
  AX_TRY(ax_store_conn_exec(conn, cache, err));
  AX_TRY(ax_store_conn_exec(conn, "PRAGMA temp_store=MEMORY", err));
  AX_TRY(ax_store_conn_exec(conn, "PRAGMA foreign_keys=OFF", err));
  AX_TRY(ax_store_conn_exec(conn, "PRAGMA trusted_schema=OFF", err));
  if (!writes) return ax_store_conn_exec(conn, "PRAGMA query_only=ON", err);
  return AX_OK;
}

ax_status ax_store_conn_open(const char *path, bool writes,
                             uint64_t cache_bytes, ax_store_conn **out,
                             ax_error *err) {
  ax_store_conn *conn = calloc(1, sizeof *conn);
  if (!conn) return AX_NOMEM;
  conn->sql = (ax_buf)AX_BUF_INIT(SQL_MAX);
  conn->slots = calloc(AX_STORE_NAMES, sizeof *conn->slots);
  if (!conn->slots) {
    ax_store_conn_close(conn);
    return AX_NOMEM;
  }
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
              (writes ? SQLITE_OPEN_CREATE : 0);
  int rc = sqlite3_open_v2(path, &conn->db, flags, NULL);
  ax_status status = rc == SQLITE_OK
                         ? set_up(conn, writes, cache_bytes, err)
                         : ax_store_conn_fail(conn, rc, "opening", err);
  if (status) {
    ax_store_conn_close(conn);
    return status;
  }
  *out = conn;
  return AX_OK;
}

static void drop(ax_store_kept *kept) {
  sqlite3_finalize(kept->stmt);
  free(kept->text);
  *kept = (ax_store_kept){ 0 };
}

void ax_store_conn_close(ax_store_conn *conn) {
  if (!conn) return;
  for (size_t i = 0; i < AX_STORE_KEPT; i++) drop(&conn->kept[i]);
  ax_store_name_forget(conn);
  free(conn->slots);
  ax_buf_free(&conn->sql);
  sqlite3_close(conn->db);
  free(conn);
}

/* --- statements ------------------------------------------------------------
 */

static ax_store_kept *least_recent(ax_store_conn *conn) {
  ax_store_kept *oldest = NULL;
  for (size_t i = 0; i < AX_STORE_KEPT; i++) {
    ax_store_kept *k = &conn->kept[i];
    if (!k->lent && (!oldest || k->used < oldest->used)) oldest = k;
  }
  return oldest;
}

static ax_store_stmt lend(ax_store_conn *conn, ax_store_kept *kept) {
  kept->used = ++conn->uses;
  kept->lent = true;
  return (ax_store_stmt){ .conn = conn, .stmt = kept->stmt, .kept = kept };
}

static int prepare(ax_store_conn *conn, const char *sql, unsigned flags,
                   sqlite3_stmt **out) {
  return sqlite3_prepare_v3(conn->db, sql, -1, flags, out, NULL);
}

static ax_store_stmt keep(ax_store_conn *conn, const char *sql, bool literal) {
  ax_store_kept *kept = least_recent(conn);
  if (!kept) return ax_store_conn_once(conn, sql);
  drop(kept);
  int rc = prepare(conn, sql, SQLITE_PREPARE_PERSISTENT, &kept->stmt);
  if (rc == SQLITE_OK) {
    kept->literal = literal ? sql : NULL;
    kept->text = literal ? NULL : strdup(sql);
  }
  ax_store_stmt s = lend(conn, kept);
  s.rc = rc;
  return s;
}

ax_store_stmt ax_store_conn_use(ax_store_conn *conn, const char *sql) {
  for (size_t i = 0; i < AX_STORE_KEPT; i++) {
    ax_store_kept *k = &conn->kept[i];
    if (k->literal == sql && !k->lent) return lend(conn, k);
  }
  return keep(conn, sql, true);
}

ax_store_stmt ax_store_conn_built(ax_store_conn *conn, const char *sql) {
  for (size_t i = 0; i < AX_STORE_KEPT; i++) {
    ax_store_kept *k = &conn->kept[i];
    if (k->text && !k->lent && strcmp(k->text, sql) == 0) return lend(conn, k);
  }
  return keep(conn, sql, false);
}

ax_store_stmt ax_store_conn_once(ax_store_conn *conn, const char *sql) {
  ax_store_stmt s = { .conn = conn };
  s.rc = prepare(conn, sql, 0, &s.stmt);
  return s;
}

static void bound(ax_store_stmt *s, int rc) {
  if (s->rc == SQLITE_OK) s->rc = rc;
}

void ax_store_conn_int(ax_store_stmt *s, int64_t value) {
  if (s->stmt) bound(s, sqlite3_bind_int64(s->stmt, ++s->bound, value));
}

void ax_store_conn_real(ax_store_stmt *s, double value) {
  if (!isfinite(value)) {
    ax_store_conn_null(s);
    return;
  }
  if (s->stmt) bound(s, sqlite3_bind_double(s->stmt, ++s->bound, value));
}

void ax_store_conn_text(ax_store_stmt *s, ax_str value) {
  if (!s->stmt) return;
  const char *text = value.len ? value.ptr : "";
  bound(s, sqlite3_bind_text64(s->stmt, ++s->bound, text, value.len,
                               SQLITE_STATIC, SQLITE_UTF8));
}

void ax_store_conn_blob(ax_store_stmt *s, ax_str value) {
  if (!s->stmt) return;
  const char *bytes = value.len ? value.ptr : "";
  bound(s, sqlite3_bind_blob64(s->stmt, ++s->bound, bytes, value.len,
                               SQLITE_STATIC));
}

void ax_store_conn_null(ax_store_stmt *s) {
  if (s->stmt) bound(s, sqlite3_bind_null(s->stmt, ++s->bound));
}

bool ax_store_conn_row(ax_store_stmt *s) {
  if (s->rc != SQLITE_OK || !s->stmt) return false;
  int rc = sqlite3_step(s->stmt);
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE) s->rc = rc;
  return false;
}

ax_status ax_store_conn_done(ax_store_stmt *s, ax_error *err) {
  ax_status status =
      s->rc == SQLITE_OK
          ? AX_OK
          : ax_store_conn_fail(s->conn, s->rc, "a statement", err);
  if (!s->kept) {
    sqlite3_finalize(s->stmt);
    return status;
  }
  sqlite3_reset(s->stmt);
  s->kept->lent = false;
  if (!s->stmt) drop(s->kept);
  return status;
}

ax_status ax_store_conn_run(ax_store_stmt *s, ax_error *err) {
  (void)ax_store_conn_row(s);
  return ax_store_conn_done(s, err);
}

ax_status ax_store_conn_one(ax_store_stmt *s, int64_t *out, ax_error *err) {
  bool found = ax_store_conn_row(s);
  if (found) *out = sqlite3_column_int64(s->stmt, 0);
  AX_TRY(ax_store_conn_done(s, err));
  return found ? AX_OK : AX_NOT_FOUND;
}

ax_str ax_store_conn_view(const ax_store_stmt *s, int column) {
  const char *bytes = sqlite3_column_blob(s->stmt, column);
  int len = sqlite3_column_bytes(s->stmt, column);
  return bytes ? (ax_str){ bytes, (size_t)len } : AX_STR("");
}

ax_status ax_store_conn_copy(const ax_store_stmt *s, int column,
                             ax_arena *arena, ax_str *out) {
  ax_str view = ax_store_conn_view(s, column);
  char *copy = ax_arena_cstr(arena, view);
  if (!copy) return AX_NOMEM;
  *out = (ax_str){ copy, view.len };
  return AX_OK;
}
