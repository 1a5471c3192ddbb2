/* What others are to be told: written with what it tells, read by whoever
 * sends. */
#include <string.h>

#include "base/vec.h"
#include "store/store_sqlite.h"

#define COLUMNS                                                           \
  "o.key, o.target, o.patient, o.type, o.id, o.version, o.task, o.at_ms," \
  " o.not_before_ms, o.attempts, o.state, o.note"

typedef AX_VEC(ax_outbox) outbox_list;

/* --- writing ---------------------------------------------------------------
 */

ax_status ax_store_sqlite_outbox_add(ax_store_conn *conn, ax_outbox *row,
                                     ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT INTO outbox(target, patient, type, id, version, task,"
            " at_ms, not_before_ms, attempts, state, note)"
            " VALUES(?,?,?,?,?,?,?,?,?,?,?)");
  ax_store_conn_text(&s, row->target);
  ax_store_conn_text(&s, row->patient);
  ax_store_conn_text(&s, row->type);
  ax_store_conn_text(&s, row->id);
  ax_store_conn_int(&s, (int64_t)row->version);
  ax_store_conn_int(&s, (int64_t)row->task);
  ax_store_conn_int(&s, row->at_ms);
  ax_store_conn_int(&s, row->not_before_ms);
  ax_store_conn_int(&s, row->attempts);
  ax_store_conn_int(&s, row->state);
  ax_store_conn_text(&s, row->note);
  AX_TRY(ax_store_conn_run(&s, err));
  row->key = (uint64_t)sqlite3_last_insert_rowid(conn->db);
  return AX_OK;
}

/* A row that was sent stays sent; a dead one may be made to wait again. */
ax_status ax_store_sqlite_outbox_settle(ax_store_conn *conn,
                                        const ax_outbox *row, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "UPDATE outbox SET state = ?, attempts = ?, not_before_ms = ?,"
            " note = ?, at_ms = ? WHERE key = ? AND state <> 1");
  ax_store_conn_int(&s, row->state);
  ax_store_conn_int(&s, row->attempts);
  ax_store_conn_int(&s, row->not_before_ms);
  ax_store_conn_text(&s, row->note);
  ax_store_conn_int(&s, row->at_ms);
  ax_store_conn_int(&s, (int64_t)row->key);
  AX_TRY(ax_store_conn_run(&s, err));
  if (sqlite3_changes(conn->db) == 1) return AX_OK;
  return ax_error_set(err, AX_CONFLICT,
                      "outbox %llu does not exist or was sent before",
                      (unsigned long long)row->key);
}

/* --- reading ---------------------------------------------------------------
 */

static ax_status take_row(const ax_store_stmt *s, ax_arena *arena,
                          outbox_list *list) {
  ax_outbox *row = AX_VEC_PUSH(list, arena);
  if (!row) return AX_NOMEM;
  row->key = (uint64_t)sqlite3_column_int64(s->stmt, 0);
  AX_TRY(ax_store_conn_copy(s, 1, arena, &row->target));
  AX_TRY(ax_store_conn_copy(s, 2, arena, &row->patient));
  AX_TRY(ax_store_conn_copy(s, 3, arena, &row->type));
  AX_TRY(ax_store_conn_copy(s, 4, arena, &row->id));
  row->version = (uint64_t)sqlite3_column_int64(s->stmt, 5);
  row->task = (uint64_t)sqlite3_column_int64(s->stmt, 6);
  row->at_ms = sqlite3_column_int64(s->stmt, 7);
  row->not_before_ms = sqlite3_column_int64(s->stmt, 8);
  row->attempts = (unsigned)sqlite3_column_int64(s->stmt, 9);
  row->state = (ax_outbox_state)sqlite3_column_int(s->stmt, 10);
  return ax_store_conn_copy(s, 11, arena, &row->note);
}

static ax_status take_rows(ax_store_stmt *s, ax_arena *arena, ax_outbox **out,
                           size_t *count, ax_error *err) {
  outbox_list list = { 0 };
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(s)) status = take_row(s, arena, &list);
  ax_status done = ax_store_conn_done(s, err);
  *out = list.items;
  *count = list.count;
  return status ? status : done;
}

static int64_t limit_of(size_t max) {
  return max > INT64_MAX ? INT64_MAX : (int64_t)max;
}

ax_status ax_store_sqlite_outbox_due(ax_store_backend *backend, ax_arena *arena,
                                     const ax_outbox_due *due, ax_outbox **out,
                                     size_t *count, ax_error *err) {
  ax_store_conn *conn = NULL;
  /* Behind every name that begins so: no name has a byte 0xff. */
  ax_str last =
      AX_JOIN(arena, due->target, due->begins ? AX_STR("\xff") : AX_STR(""));
  if (!last.ptr) return AX_NOMEM;
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s = ax_store_conn_use(
      conn,
      "SELECT " COLUMNS " FROM outbox o WHERE o.state = 0 AND o.target >= ?"
      " AND o.target <= ? AND (o.not_before_ms <= ? OR o.not_before_ms > ?)"
      " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.state = 0"
      " AND e.target = o.target AND e.patient = o.patient AND e.key < o.key)"
      " ORDER BY o.key LIMIT ?");
  ax_store_conn_text(&s, due->target);
  ax_store_conn_text(&s, last);
  ax_store_conn_int(&s, due->now_ms);
  ax_store_conn_int(&s, due->now_ms + AX_STORE_TASK_WAIT_MS);
  ax_store_conn_int(&s, limit_of(due->max));
  ax_status status = take_rows(&s, arena, out, count, err);
  ax_store_sqlite_return(backend, conn);
  return status;
}

/* By the resource, by an index that holds only the dead ones (a forced one, so
 * that it is not lost unseen), or by key. */
static const char *list_sql(const ax_outbox_filter *filter) {
  if (filter->id.len)
    return "SELECT " COLUMNS " FROM outbox o WHERE o.key > ?1"
           " AND (?2 OR o.state = ?3) AND (?4 = '' OR o.target = ?4)"
           " AND o.type = ?5 AND o.id = ?6 AND (?7 = 0 OR o.key = ?7)"
           " ORDER BY o.key LIMIT ?8";
  if (!filter->any_state && filter->state == AX_OUTBOX_DEAD)
    return "SELECT " COLUMNS " FROM outbox o INDEXED BY outbox_dead"
           " WHERE o.state = 2 AND o.key > ?1 AND ?2 <> ?3"
           " AND (?4 = '' OR o.target = ?4)"
           " AND ?5 = ?6 AND (?7 = 0 OR o.key = ?7) ORDER BY o.key LIMIT ?8";
  return "SELECT " COLUMNS " FROM outbox o WHERE o.key > ?1"
         " AND (?2 OR o.state = ?3) AND (?4 = '' OR o.target = ?4)"
         " AND ?5 = ?6 AND (?7 = 0 OR o.key = ?7) ORDER BY o.key LIMIT ?8";
}

static ax_store_stmt ask_list(ax_store_conn *conn,
                              const ax_outbox_filter *filter) {
  uint64_t after = filter->after;
  if (filter->key > after) after = filter->key - 1; /* begin with it */
  ax_store_stmt s = ax_store_conn_use(conn, list_sql(filter));
  ax_store_conn_int(&s, (int64_t)after);
  ax_store_conn_int(&s, filter->any_state);
  ax_store_conn_int(&s, filter->state);
  ax_store_conn_text(&s, filter->target);
  ax_store_conn_text(&s, filter->id.len ? filter->type : AX_STR(""));
  ax_store_conn_text(&s, filter->id);
  ax_store_conn_int(&s, (int64_t)filter->key);
  ax_store_conn_int(&s, limit_of(filter->max));
  return s;
}

ax_status ax_store_sqlite_outbox_list(ax_store_backend *backend,
                                      ax_arena *arena,
                                      const ax_outbox_filter *filter,
                                      ax_outbox **out, size_t *count,
                                      ax_error *err) {
  ax_store_conn *conn = NULL;
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s = ask_list(conn, filter);
  ax_status status = take_rows(&s, arena, out, count, err);
  ax_store_sqlite_return(backend, conn);
  return status;
}

/* --- how much there is -----------------------------------------------------
 */

typedef AX_VEC(ax_outbox_backlog) backlog_list;

static ax_status take_backlog(const ax_store_stmt *s, ax_arena *arena,
                              backlog_list *list) {
  ax_outbox_backlog *one = AX_VEC_PUSH(list, arena);
  if (!one) return AX_NOMEM;
  one->waiting = (uint64_t)sqlite3_column_int64(s->stmt, 1);
  one->dead = (uint64_t)sqlite3_column_int64(s->stmt, 2);
  one->oldest_ms = sqlite3_column_int64(s->stmt, 3);
  return ax_store_conn_copy(s, 0, arena, &one->target);
}

/* Both parts go by indexes that hold only such rows: what was sent, nearly
 * all, costs nothing. */
ax_status ax_store_sqlite_outbox_backlogs(ax_store_backend *backend,
                                          ax_arena *arena,
                                          ax_outbox_backlog **out,
                                          size_t *count, ax_error *err) {
  ax_store_conn *conn = NULL;
  backlog_list list = { 0 };
  ax_status status = AX_OK;
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "SELECT iif(target LIKE 'Subscription/%', 'Subscription', target),"
            " sum(waits), sum(1 - waits), ifnull(min(since), 0) FROM ("
            "SELECT target, 1 AS waits, at_ms AS since FROM outbox"
            " INDEXED BY outbox_due WHERE state = 0 UNION ALL "
            "SELECT target, 0, NULL FROM outbox INDEXED BY outbox_dead"
            " WHERE state = 2) GROUP BY 1 ORDER BY 1");
  while (!status && ax_store_conn_row(&s))
    status = take_backlog(&s, arena, &list);
  ax_status done = ax_store_conn_done(&s, err);
  ax_store_sqlite_return(backend, conn);
  *out = list.items;
  *count = list.count;
  return status ? status : done;
}

ax_status ax_store_sqlite_outbox_of(ax_store_conn *conn, ax_arena *arena,
                                    int64_t audit, ax_outbox **out,
                                    size_t *count, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "SELECT " COLUMNS " FROM task t JOIN outbox o ON o.task = t.key"
            " AND o.task <> 0 WHERE t.audit = ? AND t.audit <> 0"
            " ORDER BY o.key");
  ax_store_conn_int(&s, audit);
  return take_rows(&s, arena, out, count, err);
}
