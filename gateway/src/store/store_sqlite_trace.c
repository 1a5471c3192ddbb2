/* What became of a message: from its audit row to its tasks and to what others
 * were told. */
#include "base/vec.h"
#include "store/store_sqlite.h"

typedef struct {
  ax_store_conn *conn;
  ax_arena *arena;
  AX_VEC(ax_trace) traces;
  AX_VEC(int64_t) keys; /* of their audit rows */
} tracing;

static ax_status take_audit(tracing *t, const ax_store_stmt *s) {
  int64_t *key = AX_VEC_PUSH(&t->keys, t->arena);
  ax_trace *trace = AX_VEC_PUSH(&t->traces, t->arena);
  if (!key || !trace) return AX_NOMEM;
  *key = sqlite3_column_int64(s->stmt, 0);
  trace->audit.at_ms = sqlite3_column_int64(s->stmt, 1);
  ax_str *texts[] = { &trace->audit.request_id, &trace->audit.caller,
                      &trace->audit.action,     &trace->audit.target,
                      &trace->audit.outcome,    &trace->audit.message,
                      &trace->audit.identifier };
  for (size_t i = 0; i < AX_COUNT(texts); i++)
    AX_TRY(ax_store_conn_copy(s, (int)i + 2, t->arena, texts[i]));
  return AX_OK;
}

static ax_status read_audits(tracing *t, ax_str name, size_t max,
                             ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      t->conn,
      "SELECT key, at_ms, request_id, caller, action, target, outcome, message,"
      " identifier"
      " FROM audit WHERE key IN (SELECT key FROM audit WHERE request_id = ?1"
      " UNION SELECT key FROM audit WHERE message = ?1 AND message <> ''"
      " UNION SELECT key FROM audit WHERE identifier = ?1"
      " AND identifier <> '')"
      " ORDER BY key DESC LIMIT ?2");
  ax_store_conn_text(&s, name);
  ax_store_conn_int(&s, max > INT64_MAX ? INT64_MAX : (int64_t)max);
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(&s)) status = take_audit(t, &s);
  ax_status done = ax_store_conn_done(&s, err);
  return status ? status : done;
}

typedef struct {
  AX_VEC(ax_task) tasks;
  AX_VEC(ax_task_state) states;
} task_list;

static ax_status take_task(const ax_store_stmt *s, ax_arena *arena,
                           task_list *list) {
  ax_task *task = AX_VEC_PUSH(&list->tasks, arena);
  ax_task_state *state = AX_VEC_PUSH(&list->states, arena);
  if (!task || !state) return AX_NOMEM;
  task->key = (uint64_t)sqlite3_column_int64(s->stmt, 0);
  AX_TRY(ax_store_conn_copy(s, 1, arena, &task->model));
  AX_TRY(ax_store_conn_copy(s, 2, arena, &task->patient));
  task->as_of_ms = sqlite3_column_int64(s->stmt, 3);
  task->not_before_ms = sqlite3_column_int64(s->stmt, 4);
  task->attempts = (unsigned)sqlite3_column_int64(s->stmt, 5);
  *state = (ax_task_state)sqlite3_column_int(s->stmt, 6);
  AX_TRY(ax_store_conn_copy(s, 7, arena, &task->note));
  return ax_store_conn_copy(s, 8, arena, &task->results);
}

static ax_status read_tasks(tracing *t, int64_t audit, ax_trace *out,
                            ax_error *err) {
  task_list list = { 0 };
  ax_store_stmt s = ax_store_conn_use(
      t->conn, "SELECT key, model, patient, as_of_ms, not_before_ms, attempts,"
               " state, note, results FROM task WHERE audit = ? AND audit <> 0"
               " ORDER BY key");
  ax_store_conn_int(&s, audit);
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(&s))
    status = take_task(&s, t->arena, &list);
  ax_status done = ax_store_conn_done(&s, err);
  out->tasks = list.tasks.items;
  out->states = list.states.items;
  out->task_count = list.tasks.count;
  return status ? status : done;
}

static ax_status trace_all(tracing *t, ax_str name, size_t max, ax_error *err) {
  AX_TRY(read_audits(t, name, max, err));
  for (size_t i = 0; i < t->traces.count; i++) {
    ax_trace *trace = &t->traces.items[i];
    AX_TRY(read_tasks(t, t->keys.items[i], trace, err));
    AX_TRY(ax_store_sqlite_outbox_of(t->conn, t->arena, t->keys.items[i],
                                     &trace->outbox, &trace->outbox_count,
                                     err));
  }
  return AX_OK;
}

ax_status ax_store_sqlite_trace(ax_store_backend *backend, ax_arena *arena,
                                ax_str name, size_t max, ax_trace **out,
                                size_t *count, ax_error *err) {
  tracing t = { .arena = arena };
  AX_TRY(ax_store_sqlite_borrow(backend, &t.conn, err));
  ax_status status = trace_all(&t, name, max, err);
  ax_store_sqlite_return(backend, t.conn);
  *out = t.traces.items;
  *count = t.traces.count;
  return status;
}
