/* One commit inside the writer's transaction: first look whether everything
 * it relies on still holds, then write. */
#include <string.h>

#include "base/sha256.h"
#include "store/store_sqlite.h"

/* --- does it still hold? ---------------------------------------------------
 */

typedef struct {
  int64_t key, version;
  bool deleted;
} current;

static ax_status find_current(ax_store_conn *conn, ax_str type, ax_str id,
                              current *out, ax_error *err) {
  int64_t type_key = 0;
  AX_TRY(ax_store_name_find(conn, type, false, &type_key, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT key, version, deleted FROM resource"
                              " WHERE type = ? AND id = ?");
  ax_store_conn_int(&s, type_key);
  ax_store_conn_text(&s, id);
  bool found = ax_store_conn_row(&s);
  if (found)
    *out = (current){ sqlite3_column_int64(s.stmt, 0),
                      sqlite3_column_int64(s.stmt, 1),
                      sqlite3_column_int(s.stmt, 2) != 0 };
  AX_TRY(ax_store_conn_done(&s, err));
  if (found && out->key >= conn->shown)
    return ax_error_set(err, AX_CONFLICT,
                        AX_STR_FMT "/" AX_STR_FMT
                                   " is being written by a large Bundle",
                        AX_STR_ARG(type), AX_STR_ARG(id));
  return found ? AX_OK : AX_NOT_FOUND;
}

/* `now` is all zero for what does not exist. */
static ax_status version_holds(ax_store_conn *conn, const ax_write *w,
                               current *now, ax_error *err) {
  *now = (current){ 0 };
  ax_status status = find_current(conn, w->type, w->id, now, err);
  if (status && status != AX_NOT_FOUND) return status;
  if ((uint64_t)now->version == w->version - 1) return AX_OK;
  return ax_error_set(err, AX_CONFLICT,
                      AX_STR_FMT "/" AX_STR_FMT
                                 " is at version %lld now; version %llu cannot "
                                 "be made from it",
                      AX_STR_ARG(w->type), AX_STR_ARG(w->id),
                      (long long)now->version, (unsigned long long)w->version);
}

static ax_status task_state(ax_store_conn *conn, uint64_t key, int64_t *state,
                            ax_error *err) {
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT state FROM task WHERE key = ?");
  ax_store_conn_int(&s, (int64_t)key);
  return ax_store_conn_one(&s, state, err);
}

static ax_status task_holds(ax_store_conn *conn, const ax_task *task,
                            ax_error *err) {
  int64_t state = -1;
  ax_status status = task_state(conn, task->key, &state, err);
  if (status && status != AX_NOT_FOUND) return status;
  if (state == AX_TASK_WAITING) return AX_OK;
  return ax_error_set(err, AX_CONFLICT, "task %llu %s",
                      (unsigned long long)task->key,
                      status ? "does not exist" : "was finished before");
}

ax_status ax_store_sqlite_holds(ax_store_conn *conn, const ax_store_job *job,
                                ax_error *err) {
  const ax_commit *commit = job->commit;
  current now;
  for (size_t i = 0; i < commit->write_count; i++)
    if (!ax_store_ahead_has(job, &commit->writes[i])) /* that holds its id */
      AX_TRY(version_holds(conn, &commit->writes[i], &now, err));
  for (size_t i = 0; i < commit->finished_count; i++)
    AX_TRY(task_holds(conn, &commit->finished[i], err));
  for (size_t i = 0; i < commit->precondition_count; i++) {
    const ax_precondition *p = &commit->preconditions[i];
    AX_TRY(ax_store_sqlite_finds(conn, p->query, p->expect_id, err));
  }
  for (size_t i = 0; i < commit->adoption_count; i++)
    AX_TRY(ax_store_adopt_holds(conn, &commit->adoptions[i], err));
  for (size_t i = 0; i < commit->settled_count; i++)
    AX_TRY(ax_store_held_ends(conn, &commit->settled[i], err));
  if (commit->needs_held.len)
    AX_TRY(ax_store_held_holds(conn, commit->needs_held, err));
  return commit->once ? ax_store_once_holds(conn, commit->once, err) : AX_OK;
}

/* --- resources -------------------------------------------------------------
 */

static ax_status add_resource(ax_store_conn *conn, ax_store_owner owner,
                              const ax_write *w, ax_error *err) {
  int64_t type = 0;
  AX_TRY(ax_store_name_find(conn, w->type, true, &type, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT INTO resource(key, type, id, version, seq, deleted)"
            " VALUES(?,?,?,?,?,?)");
  ax_store_conn_int(&s, owner.resource);
  ax_store_conn_int(&s, type);
  ax_store_conn_text(&s, w->id);
  ax_store_conn_int(&s, (int64_t)w->version);
  ax_store_conn_int(&s, owner.seq);
  ax_store_conn_int(&s, w->body.len == 0);
  return ax_store_conn_run(&s, err);
}

static ax_status change_resource(ax_store_conn *conn, ax_store_owner owner,
                                 const ax_write *w, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "UPDATE resource SET version = ?, seq = ?, deleted = ?"
            " WHERE key = ?");
  ax_store_conn_int(&s, (int64_t)w->version);
  ax_store_conn_int(&s, owner.seq);
  ax_store_conn_int(&s, w->body.len == 0);
  ax_store_conn_int(&s, owner.resource);
  return ax_store_conn_run(&s, err);
}

static ax_status add_version(ax_store_conn *conn, int64_t resource,
                             const ax_write *w, const ax_store_packed *body,
                             ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT INTO version(at, updated_ms, deleted, codec, body)"
            " VALUES(?,?,?,?,?)");
  ax_store_conn_int(&s,
                    resource << AX_STORE_VERSION_BITS | (int64_t)w->version);
  ax_store_conn_int(&s, w->updated_ms);
  ax_store_conn_int(&s, w->body.len == 0);
  ax_store_conn_int(&s, body->codec);
  ax_store_conn_blob(&s, body->bytes);
  return ax_store_conn_run(&s, err);
}

/* The body, and what stands beside a current version. */
static ax_status add_rows(ax_store_conn *conn, ax_store_owner owner,
                          const ax_write *w, const ax_store_packed *body,
                          ax_error *err) {
  AX_TRY(add_version(conn, owner.resource, w, body, err));
  if (w->body.len == 0) return AX_OK;
  AX_TRY(ax_store_rows_index(conn, owner, w, err));
  if (w->basis_count)
    AX_TRY(ax_store_basis_add(conn, owner.resource, w, err));
  return ax_store_rows_facts(conn, owner, w, err);
}

static ax_store_owner owner_of(int64_t key, const ax_write *w) {
  return (ax_store_owner){ key, ax_store_sqlite_seq(w->updated_ms, key) };
}

ax_status ax_store_sqlite_new(ax_store_conn *conn, int64_t key,
                              const ax_write *w, const ax_store_packed *body,
                              ax_error *err) {
  AX_TRY(add_resource(conn, owner_of(key, w), w, err));
  return add_rows(conn, owner_of(key, w), w, body, err);
}

static ax_status change(ax_store_conn *conn, int64_t key, const ax_write *w,
                        const ax_store_packed *body, int64_t *removed,
                        ax_error *err) {
  AX_TRY(change_resource(conn, owner_of(key, w), w, err));
  AX_TRY(ax_store_rows_clear(conn, key, removed, err));
  AX_TRY(ax_store_basis_clear(conn, key, err));
  if (w->keeps_basis)
    AX_TRY(ax_store_basis_move(conn, key, (int64_t)w->version, err));
  return add_rows(conn, owner_of(key, w), w, body, err);
}

static ax_status write_resource(ax_store_conn *conn, ax_store_state *state,
                                const ax_store_job *job, size_t i,
                                ax_error *err) {
  const ax_write *w = &job->commit->writes[i];
  current now = { 0 };
  int64_t removed = 0;
  bool deletes = w->body.len == 0;
  /* Once more: an earlier write of this commit may have been the same one. Of
   * two first versions the table takes only one. */
  if (w->version > 1) AX_TRY(version_holds(conn, w, &now, err));
  if (now.key)
    AX_TRY(change(conn, now.key, w, &job->bodies[i], &removed, err));
  else if (!ax_store_ahead_has(job, w))
    AX_TRY(ax_store_sqlite_new(conn, state->next_resource++, w,
                               &job->bodies[i], err));
  state->totals.versions++;
  state->totals.facts -= removed;
  state->totals.resources += !deletes - (now.key && !now.deleted);
  if (!deletes) state->totals.facts += (int64_t)w->fact_count;
  return AX_OK;
}

/* --- tasks, evidence, audit ------------------------------------------------
 */

static ax_status add_task(ax_store_conn *conn, ax_store_state *state,
                          ax_task *task, int64_t audit, ax_error *err) {
  int64_t key = state->next_task++;
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT INTO task(key, model, patient, as_of_ms, not_before_ms,"
            " attempts, state, note, audit) VALUES(?,?,?,?,?,?,0,?,?)");
  ax_store_conn_int(&s, key);
  ax_store_conn_text(&s, task->model);
  ax_store_conn_text(&s, task->patient);
  ax_store_conn_int(&s, task->as_of_ms);
  ax_store_conn_int(&s, task->not_before_ms);
  ax_store_conn_int(&s, task->attempts);
  ax_store_conn_text(&s, task->note);
  ax_store_conn_int(&s, audit);
  AX_TRY(ax_store_conn_run(&s, err));
  task->key = (uint64_t)key;
  state->totals.waiting++;
  return AX_OK;
}

static ax_status finish_task(ax_store_conn *conn, ax_store_state *state,
                             const ax_task *task, ax_task_state to,
                             ax_error *err) {
  AX_TRY(task_holds(conn, task, err)); /* twice in one commit */
  ax_store_stmt s = ax_store_conn_use(
      conn, "UPDATE task SET state = ?, attempts = ?, not_before_ms = ?,"
            " note = ?, results = ? WHERE key = ?");
  ax_store_conn_int(&s, to);
  ax_store_conn_int(&s, task->attempts);
  ax_store_conn_int(&s, task->not_before_ms);
  ax_store_conn_text(&s, task->note);
  ax_store_conn_text(&s, task->results);
  ax_store_conn_int(&s, (int64_t)task->key);
  AX_TRY(ax_store_conn_run(&s, err));
  state->totals.waiting -= to != AX_TASK_WAITING;
  state->totals.done += to == AX_TASK_DONE;
  state->totals.failed += to == AX_TASK_FAILED;
  return AX_OK;
}

static ax_status add_evidence(ax_store_conn *conn, ax_store_state *state,
                              const ax_evidence *e, ax_str record,
                              ax_error *err) {
  ax_store_evidence_link(state->chain, record, state->chain);
  ax_store_stmt s =
      ax_store_conn_use(conn, "INSERT INTO evidence(at_ms, model, record, hash)"
                              " VALUES(?,?,?,?)");
  ax_store_conn_int(&s, e->at_ms);
  ax_store_conn_text(&s, e->model);
  ax_store_conn_text(&s, record);
  ax_store_conn_blob(
      &s, (ax_str){ (const char *)state->chain, sizeof state->chain });
  state->totals.evidence++;
  return ax_store_conn_run(&s, err);
}

static ax_status add_audit(ax_store_conn *conn, const ax_audit *a, int64_t *key,
                           ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT INTO audit(at_ms, request_id, caller, action, target,"
            " outcome, message, identifier) VALUES(?,?,?,?,?,?,?,?)");
  ax_store_conn_int(&s, a->at_ms);
  ax_store_conn_text(&s, a->request_id);
  ax_store_conn_text(&s, a->caller);
  ax_store_conn_text(&s, a->action);
  ax_store_conn_text(&s, a->target);
  ax_store_conn_text(&s, a->outcome);
  ax_store_conn_text(&s, a->message);
  ax_store_conn_text(&s, ax_str_eq(a->identifier, a->message) ? AX_STR("")
                                                              : a->identifier);
  AX_TRY(ax_store_conn_run(&s, err));
  *key = sqlite3_last_insert_rowid(conn->db);
  return AX_OK;
}

static bool is_empty(const ax_commit *c) {
  return !c->write_count && !c->finished_count && !c->task_count &&
         !c->evidence_count && !c->adoption_count && !c->once && !c->audit &&
         !c->outbox_count && !c->sent_count && !c->held_count &&
         !c->settled_count && !c->reindexed_count && !c->refact_count && !c->setting_count;
}

/* Changes a page and changes it back: the disk has to take it. */
static ax_status try_disk(ax_store_conn *conn, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT INTO audit(at_ms, request_id, caller, action, target,"
            " outcome) VALUES(0, '', '', '', '', '')");
  AX_TRY(ax_store_conn_run(&s, err));
  s = ax_store_conn_use(conn,
                        "DELETE FROM audit WHERE key = last_insert_rowid()");
  return ax_store_conn_run(&s, err);
}

ax_status ax_store_sqlite_apply(ax_store_conn *conn, ax_store_state *state,
                                ax_store_job *job, ax_error *err) {
  const ax_commit *c = job->commit;
  int64_t audit = 0;
  if (c->audit) AX_TRY(add_audit(conn, c->audit, &audit, err));
  for (size_t i = 0; i < c->write_count; i++)
    AX_TRY(write_resource(conn, state, job, i, err));
  if (job->ahead) state->totals.shown = state->next_ahead;
  for (size_t i = 0; i < c->adoption_count; i++)
    AX_TRY(ax_store_adopt(conn, &c->adoptions[i], err));
  for (size_t i = 0; i < c->finished_count; i++)
    AX_TRY(
        finish_task(conn, state, &c->finished[i], c->finished_state[i], err));
  for (size_t i = 0; i < c->task_count; i++)
    AX_TRY(add_task(conn, state, &c->tasks[i], audit, err));
  for (size_t i = 0; i < c->evidence_count; i++)
    AX_TRY(add_evidence(conn, state, &c->evidence[i], job->records[i], err));
  if (is_empty(c)) return try_disk(conn, err);
  for (size_t i = 0; i < c->outbox_count; i++)
    AX_TRY(ax_store_sqlite_outbox_add(conn, &c->outbox[i], err));
  for (size_t i = 0; i < c->sent_count; i++)
    AX_TRY(ax_store_sqlite_outbox_settle(conn, &c->sent[i], err));
  AX_TRY(ax_store_held_apply(conn, state, job, err));
  for (size_t i = 0; i < c->reindexed_count; i++)
    AX_TRY(ax_store_walk_reindex(conn, &c->reindexed[i], err));
  for (size_t i = 0; i < c->refact_count; i++)
    AX_TRY(ax_store_walk_refact(conn, state, &c->refacts[i], err));
  for (size_t i = 0; i < c->setting_count; i++)
    AX_TRY(ax_store_walk_set(conn, &c->settings[i], err));
  return c->once ? ax_store_once_add(conn, c->once, err) : AX_OK;
}

/* --- the writer's state ----------------------------------------------------
 */

ax_status ax_store_sqlite_totals(ax_store_conn *conn, ax_store_totals *out,
                                 ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "SELECT resources, versions, facts, waiting, done, failed, evidence,"
            " held_refused, held_jobs, shown FROM total");
  if (ax_store_conn_row(&s))
    *out = (ax_store_totals){
      .resources = sqlite3_column_int64(s.stmt, 0),
      .versions = sqlite3_column_int64(s.stmt, 1),
      .facts = sqlite3_column_int64(s.stmt, 2),
      .waiting = sqlite3_column_int64(s.stmt, 3),
      .done = sqlite3_column_int64(s.stmt, 4),
      .failed = sqlite3_column_int64(s.stmt, 5),
      .evidence = sqlite3_column_int64(s.stmt, 6),
      .held = { [AX_HELD_REFUSED] = sqlite3_column_int64(s.stmt, 7),
                [AX_HELD_JOB] = sqlite3_column_int64(s.stmt, 8) },
      .shown = sqlite3_column_int64(s.stmt, 9),
    };
  return ax_store_conn_done(&s, err);
}

ax_status ax_store_sqlite_save(ax_store_conn *conn, const ax_store_totals *t,
                               ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "UPDATE total SET resources = ?, versions = ?, facts = ?,"
            " waiting = ?, done = ?, failed = ?, evidence = ?,"
            " held_refused = ?, held_jobs = ?, shown = ?");
  ax_store_conn_int(&s, t->resources);
  ax_store_conn_int(&s, t->versions);
  ax_store_conn_int(&s, t->facts);
  ax_store_conn_int(&s, t->waiting);
  ax_store_conn_int(&s, t->done);
  ax_store_conn_int(&s, t->failed);
  ax_store_conn_int(&s, t->evidence);
  ax_store_conn_int(&s, t->held[AX_HELD_REFUSED]);
  ax_store_conn_int(&s, t->held[AX_HELD_JOB]);
  ax_store_conn_int(&s, t->shown);
  return ax_store_conn_run(&s, err);
}

ax_status ax_store_sqlite_load(ax_store_conn *conn, ax_store_state *out,
                               ax_error *err) {
  *out = (ax_store_state){ 0 };
  AX_TRY(ax_store_sqlite_totals(conn, &out->totals, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT coalesce(max(key), 0) + 1 FROM resource"
                              " WHERE key < ?");
  ax_store_conn_int(&s, AX_STORE_AHEAD_FIRST);
  AX_TRY(ax_store_conn_one(&s, &out->next_resource, err));
  s = ax_store_conn_use(conn, "SELECT max(coalesce(max(key) + 1, 0), ?1)"
                              " FROM resource WHERE key >= ?1");
  ax_store_conn_int(&s, out->totals.shown);
  AX_TRY(ax_store_conn_one(&s, &out->next_ahead, err));
  conn->shown = out->totals.shown;
  s = ax_store_conn_use(conn, "SELECT coalesce(max(key), 0) + 1 FROM task");
  AX_TRY(ax_store_conn_one(&s, &out->next_task, err));
  s = ax_store_conn_use(conn,
                        "SELECT hash FROM evidence ORDER BY key DESC LIMIT 1");
  if (ax_store_conn_row(&s)) {
    ax_str hash = ax_store_conn_view(&s, 0);
    if (hash.len == sizeof out->chain)
      memcpy(out->chain, hash.ptr, sizeof out->chain);
  }
  return ax_store_conn_done(&s, err);
}
