/* Reading one resource, the tasks that are due, the totals. */
#include <string.h>

#include "base/vec.h"
#include "store/store_sqlite.h"

/* --- one resource ----------------------------------------------------------
 */

ax_status ax_store_sqlite_body(const ax_store_stmt *s, int column,
                               ax_arena *arena, ax_stored *of, ax_error *err) {
  ax_error why = { 0 };
  ax_status status =
      ax_store_unpack(arena, sqlite3_column_int64(s->stmt, column),
                      ax_store_conn_view(s, column + 1), &of->body, &why);
  if (!status || !why.text[0]) return status;
  return ax_error_set(err, status, "store: %.*s/%.*s version %llu: %s",
                      AX_STR_ARG(of->type), AX_STR_ARG(of->id),
                      (unsigned long long)of->version, why.text);
}

/* Columns: version, updated_ms, deleted, codec, body. */
static ax_status take_version(const ax_store_stmt *s, ax_arena *arena,
                              ax_stored *out, ax_error *err) {
  out->version = (uint64_t)sqlite3_column_int64(s->stmt, 0);
  out->updated_ms = sqlite3_column_int64(s->stmt, 1);
  out->deleted = sqlite3_column_int(s->stmt, 2) != 0;
  out->body = AX_STR("");
  if (out->deleted) return AX_OK;
  return ax_store_sqlite_body(s, 3, arena, out, err);
}

static ax_status copy(ax_arena *arena, ax_str text, ax_str *out) {
  char *bytes = ax_arena_cstr(arena, text);
  if (!bytes) return AX_NOMEM;
  *out = (ax_str){ bytes, text.len };
  return AX_OK;
}

static ax_store_stmt ask_version(ax_store_conn *conn, int64_t type, ax_str id,
                                 uint64_t version) {
  ax_store_stmt s = ax_store_conn_use(
      conn,
      version ? "SELECT v.at & 0xffffff, v.updated_ms, v.deleted, v.codec,"
                " v.body FROM resource r JOIN version v"
                " ON v.at = (r.key << 24 | ?4) WHERE r.type = ?1 AND r.id = ?2"
                " AND r.key < ?3"
              : "SELECT v.at & 0xffffff, v.updated_ms, v.deleted, v.codec,"
                " v.body FROM resource r JOIN version v"
                " ON v.at = (r.key << 24 | r.version)"
                " WHERE r.type = ?1 AND r.id = ?2 AND r.key < ?3");
  ax_store_conn_int(&s, type);
  ax_store_conn_text(&s, id);
  ax_store_conn_int(&s, conn->shown);
  if (version) ax_store_conn_int(&s, (int64_t)version);
  return s;
}

static ax_status read_with(ax_store_conn *conn, ax_arena *arena,
                           uint64_t version, ax_stored *out, ax_error *err) {
  int64_t type = 0;
  AX_TRY(ax_store_name_find(conn, out->type, false, &type, err));
  ax_store_stmt s = ask_version(conn, type, out->id, version);
  bool found = ax_store_conn_row(&s);
  ax_status status = AX_OK;
  if (found) status = take_version(&s, arena, out, err);
  ax_status done = ax_store_conn_done(&s, err);
  if (status || done) return status ? status : done;
  return found ? AX_OK : AX_NOT_FOUND;
}

ax_status ax_store_sqlite_read(ax_store_backend *backend, ax_arena *arena,
                               ax_str type, ax_str id, uint64_t version,
                               ax_stored *out, ax_error *err) {
  ax_store_conn *conn = NULL;
  AX_TRY(copy(arena, type, &out->type));
  AX_TRY(copy(arena, id, &out->id));
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_status status = read_with(conn, arena, version, out, err);
  ax_store_sqlite_return(backend, conn);
  return status;
}

/* --- tasks -----------------------------------------------------------------
 */

typedef AX_VEC(ax_task) task_list;

static ax_status take_task(const ax_store_stmt *s, ax_arena *arena,
                           task_list *list) {
  ax_task *t = AX_VEC_PUSH(list, arena);
  if (!t) return AX_NOMEM;
  t->key = (uint64_t)sqlite3_column_int64(s->stmt, 0);
  AX_TRY(ax_store_conn_copy(s, 1, arena, &t->model));
  AX_TRY(ax_store_conn_copy(s, 2, arena, &t->patient));
  t->as_of_ms = sqlite3_column_int64(s->stmt, 3);
  t->not_before_ms = sqlite3_column_int64(s->stmt, 4);
  t->attempts = (unsigned)sqlite3_column_int64(s->stmt, 5);
  return ax_store_conn_copy(s, 6, arena, &t->note);
}

ax_status ax_store_sqlite_tasks_due(ax_store_backend *backend, ax_arena *arena,
                                    int64_t now_ms, size_t max, ax_task **tasks,
                                    size_t *count, ax_error *err) {
  ax_store_conn *conn = NULL;
  task_list list = { 0 };
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "SELECT key, model, patient, as_of_ms, not_before_ms, attempts,"
            " note FROM task WHERE state = 0 AND (not_before_ms <= ?"
            " OR not_before_ms > ?) ORDER BY not_before_ms, key LIMIT ?");
  ax_store_conn_int(&s, now_ms);
  ax_store_conn_int(&s, now_ms + AX_STORE_TASK_WAIT_MS);
  ax_store_conn_int(&s, max > INT64_MAX ? INT64_MAX : (int64_t)max);
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(&s)) status = take_task(&s, arena, &list);
  ax_status done = ax_store_conn_done(&s, err);
  ax_store_sqlite_return(backend, conn);
  *tasks = list.items;
  *count = list.count;
  return status ? status : done;
}

/* --- totals ----------------------------------------------------------------
 */

static ax_status stats_with(ax_store_conn *conn, ax_store_stats *out,
                            ax_error *err) {
  ax_store_totals t = { 0 };
  int64_t pages = 0, page_size = 0;
  AX_TRY(ax_store_sqlite_totals(conn, &t, err));
  ax_store_stmt s = ax_store_conn_use(conn, "PRAGMA page_count");
  AX_TRY(ax_store_conn_one(&s, &pages, err));
  s = ax_store_conn_use(conn, "PRAGMA page_size");
  AX_TRY(ax_store_conn_one(&s, &page_size, err));
  out->resources = (uint64_t)t.resources;
  out->versions = (uint64_t)t.versions;
  out->facts = (uint64_t)t.facts;
  out->tasks_waiting = (uint64_t)t.waiting;
  out->tasks_done = (uint64_t)t.done;
  out->tasks_failed = (uint64_t)t.failed;
  out->evidence = (uint64_t)t.evidence;
  for (size_t i = 0; i < AX_HELD_KINDS; i++) out->held[i] = (uint64_t)t.held[i];
  out->bytes = (uint64_t)(pages * page_size);
  return AX_OK;
}

ax_status ax_store_sqlite_stats(ax_store_backend *backend, ax_store_stats *out,
                                ax_error *err) {
  ax_store_conn *conn = NULL;
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_status status = stats_with(conn, out, err);
  ax_store_sqlite_return(backend, conn);
  return status;
}
