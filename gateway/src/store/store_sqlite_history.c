/*
 * Versions in the order of time, newest first. `at` (resource << 24 | version)
 * is a version's key and the cursor; two versions of one millisecond are
 * ordered by it.
 *
 * The history of a type can be found in two ways: through its resources, which
 * costs all their versions, or through time, which costs the versions of
 * others. A type with few resources takes the first, all others the second.
 */
#include "base/vec.h"
#include "store/store_sqlite.h"

enum { FEW = 2000, LIMIT_MAX = 1 << 20 };

typedef struct {
  ax_store_conn *conn;
  ax_arena *arena;
  const ax_history *ask;
  int64_t type, resource; /* keys; 0: not asked for */
  bool few;
  AX_VEC(int64_t) binds;
  ax_status status; /* of adding binds, sticky */
  ax_error *err;
} reading;

static void say(reading *r, const char *sql) {
  ax_buf_append(&r->conn->sql, ax_str_from(sql));
}

static void say_int(reading *r, const char *sql, int64_t value) {
  say(r, sql);
  int64_t *slot = AX_VEC_PUSH(&r->binds, r->arena);
  if (slot)
    *slot = value;
  else
    r->status = AX_NOMEM;
}

/* --- who it is about -------------------------------------------------------
 */

static ax_status find_resource(reading *r) {
  ax_store_stmt s = ax_store_conn_use(
      r->conn, "SELECT key FROM resource WHERE type = ? AND id = ?"
               " AND key < ?");
  ax_store_conn_int(&s, r->type);
  ax_store_conn_text(&s, r->ask->id);
  ax_store_conn_int(&s, r->conn->shown);
  return ax_store_conn_one(&s, &r->resource, r->err);
}

static ax_status find_few(reading *r) {
  int64_t n = 0;
  ax_store_stmt s = ax_store_conn_use(
      r->conn, "SELECT count(*) FROM (SELECT 1 FROM resource WHERE type = ?"
               " LIMIT 2000)");
  ax_store_conn_int(&s, r->type);
  AX_TRY(ax_store_conn_one(&s, &n, r->err));
  r->few = n < FEW;
  return AX_OK;
}

/* NOT_FOUND: there never was such a thing. */
static ax_status find_subject(reading *r) {
  if (!r->ask->type.len) return AX_OK;
  AX_TRY(ax_store_name_find(r->conn, r->ask->type, false, &r->type, r->err));
  return r->ask->id.len ? find_resource(r) : find_few(r);
}

/* --- the statement ---------------------------------------------------------
 */

static void say_source(reading *r) {
  if (r->resource) {
    say(r, " FROM version v CROSS JOIN resource r ON r.key = v.at >> 24");
    say_int(r, " WHERE v.at BETWEEN ? AND ",
            r->resource << AX_STORE_VERSION_BITS);
    say_int(r, "?", ((r->resource + 1) << AX_STORE_VERSION_BITS) - 1);
  } else if (r->type && r->few) {
    say(r, " FROM resource r CROSS JOIN version v"
           " ON v.at BETWEEN r.key << 24 AND (r.key << 24 | 0xffffff)");
    say_int(r, " WHERE r.type = ?", r->type);
  } else {
    say(r, " FROM version v INDEXED BY version_updated"
           " CROSS JOIN resource r ON r.key = v.at >> 24 WHERE 1");
    if (r->type) say_int(r, " AND r.type = ?", r->type);
  }
  say_int(r, " AND +r.key < ?", r->conn->shown);
}

static void say_times(reading *r) {
  if (r->ask->has_since) say_int(r, " AND v.updated_ms >= ?", r->ask->since_ms);
  if (!r->ask->has_at) return;
  say_int(r, " AND v.updated_ms <= ?", r->ask->at_hi);
  say_int(r,
          " AND NOT EXISTS (SELECT 1 FROM version n WHERE n.at = v.at + 1"
          " AND n.updated_ms <= ?)",
          r->ask->at_lo);
}

static ax_status say_cursor(reading *r) {
  int64_t updated = 0;
  int64_t at = (int64_t)(r->ask->after & INT64_MAX);
  if (!at) return AX_OK;
  ax_store_stmt s =
      ax_store_conn_use(r->conn, "SELECT updated_ms FROM version WHERE at = ?");
  ax_store_conn_int(&s, at);
  AX_TRY(ax_store_conn_one(&s, &updated, r->err));
  say_int(r, " AND (v.updated_ms, v.at) < (?", updated);
  say_int(r, ",?)", at);
  return AX_OK;
}

static ax_status ready(reading *r, ax_store_stmt *out) {
  ax_buf_append_char(&r->conn->sql, '\0');
  ax_status status = r->conn->sql.status;
  if (r->status) status = r->status;
  if (status) return status;
  *out = ax_store_conn_built(r->conn, ax_buf_view(&r->conn->sql).ptr);
  for (size_t i = 0; i < r->binds.count; i++)
    ax_store_conn_int(out, r->binds.items[i]);
  return AX_OK;
}

static void begin_sql(reading *r, const char *sql) {
  r->conn->sql.len = 0;
  r->binds.count = 0;
  say(r, sql);
}

/* --- rows ------------------------------------------------------------------
 */

typedef AX_VEC(ax_stored) stored_list;

/* Columns: at, updated_ms, deleted, codec, body, id, type. */
static ax_status take(const ax_store_stmt *s, ax_arena *arena,
                      stored_list *list, ax_error *err) {
  ax_stored *one = AX_VEC_PUSH(list, arena);
  if (!one) return AX_NOMEM;
  int64_t at = sqlite3_column_int64(s->stmt, 0);
  one->version = (uint64_t)at & ((1u << AX_STORE_VERSION_BITS) - 1);
  one->updated_ms = sqlite3_column_int64(s->stmt, 1);
  one->deleted = sqlite3_column_int(s->stmt, 2) != 0;
  AX_TRY(ax_store_conn_copy(s, 5, arena, &one->id));
  AX_TRY(ax_store_conn_copy(s, 6, arena, &one->type));
  if (one->deleted) return AX_OK;
  return ax_store_sqlite_body(s, 3, arena, one, err);
}

static ax_status take_page(reading *r, ax_store_stmt *s, ax_page *out) {
  stored_list list = { 0 };
  ax_status status = AX_OK;
  int64_t at = 0;
  while (!status && ax_store_conn_row(s)) {
    if (list.count == r->ask->limit) {
      out->next = (uint64_t)at;
      break;
    }
    at = sqlite3_column_int64(s->stmt, 0);
    status = take(s, r->arena, &list, r->err);
  }
  ax_status done = ax_store_conn_done(s, r->err);
  out->items = list.items;
  out->count = list.count;
  return status ? status : done;
}

static ax_status find_page(reading *r, ax_page *out) {
  ax_store_stmt s;
  size_t limit = r->ask->limit < LIMIT_MAX ? r->ask->limit : LIMIT_MAX;
  begin_sql(r, "SELECT v.at, v.updated_ms, v.deleted, v.codec, v.body, r.id,"
               " (SELECT text FROM name WHERE key = r.type)");
  say_source(r);
  say_times(r);
  AX_TRY(say_cursor(r));
  say(r, " ORDER BY v.updated_ms DESC, v.at DESC");
  say_int(r, " LIMIT ?", (int64_t)limit + 1);
  AX_TRY(ready(r, &s));
  return take_page(r, &s, out);
}

static ax_status count_all(reading *r, ax_page *out) {
  ax_store_stmt s;
  int64_t n = 0;
  begin_sql(r, "SELECT count(*)");
  say_source(r);
  say_times(r);
  AX_TRY(ready(r, &s));
  AX_TRY(ax_store_conn_one(&s, &n, r->err));
  out->has_total = true;
  out->total = (uint64_t)n;
  return AX_OK;
}

static ax_status history_with(reading *r, ax_page *out) {
  AX_TRY(find_subject(r));
  if (r->ask->limit) AX_TRY(find_page(r, out));
  if (r->ask->limit && !r->ask->after && !out->next) {
    out->has_total = true;
    out->total = out->count;
    return AX_OK;
  }
  return r->resource || !r->ask->limit ? count_all(r, out) : AX_OK;
}

ax_status ax_store_sqlite_history(ax_store_backend *backend, ax_arena *arena,
                                  const ax_history *history, ax_page *out,
                                  ax_error *err) {
  reading r = { .arena = arena, .ask = history, .err = err };
  AX_TRY(ax_store_sqlite_borrow(backend, &r.conn, err));
  ax_status status = history_with(&r, out);
  ax_store_sqlite_return(backend, r.conn);
  if (status != AX_NOT_FOUND) return status;
  out->has_total = true; /* nothing of the kind was ever here */
  return history->id.len ? AX_NOT_FOUND : AX_OK;
}
