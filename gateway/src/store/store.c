/* The facade: checks what callers hand in, prepares what needs no database on
 * their own thread, and passes on. */
#include "store/store.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "store/store_backend.h"
#include "store/store_evidence.h"
#include "store/store_pack.h"
#include "store/store_queue.h"

enum {
  TYPE_MAX = 64,
  REFERENCE_MAX = 4096,
  /* A transaction Bundle of 50 MB and what is packed of it. */
  PREPARE_CEILING = 1 << 30
};

static const uint64_t version_max = (1u << 24) - 1;
static const int64_t updated_max = (int64_t)1 << 43;

struct ax_store {
  const ax_store_ops *ops;
  ax_store_backend *backend;
  ax_store_queue *queue;
  ax_store_presses *presses;
};

ax_status ax_store_open(const ax_store_options *options, ax_store **out,
                        ax_error *err) {
  if (!options->folder || !*options->folder)
    return ax_error_set(err, AX_INVALID, "store: no data folder is given");
  ax_store *store = calloc(1, sizeof *store);
  if (!store) return AX_NOMEM;
  store->ops = &ax_store_sqlite_ops;
  store->presses = ax_store_pack_open();
  ax_status status = store->presses ? AX_OK : AX_NOMEM;
  if (!status) status = store->ops->open(options, &store->backend, err);
  if (!status && !options->read_only)
    status = ax_store_queue_open(store->ops, store->backend, options,
                                 &store->queue, err);
  if (status) {
    ax_store_close(store);
    return status;
  }
  *out = store;
  return AX_OK;
}

void ax_store_close(ax_store *store) {
  if (!store) return;
  ax_store_queue_close(store->queue);
  if (store->backend) store->ops->close(store->backend);
  ax_store_pack_close(store->presses);
  free(store);
}

/* --- reading ---------------------------------------------------------------
 */

ax_status ax_store_read(ax_store *store, ax_arena *arena, ax_str type,
                        ax_str id, uint64_t version, ax_stored *out,
                        ax_error *err) {
  *out = (ax_stored){ 0 };
  if (version > version_max) return AX_NOT_FOUND;
  return store->ops->read(store->backend, arena, type, id, version, out, err);
}

ax_status ax_store_search(ax_store *store, ax_arena *arena,
                          const ax_query *query, ax_page *out, ax_error *err) {
  *out = (ax_page){ 0 };
  return store->ops->search(store->backend, arena, query, out, err);
}

ax_status ax_store_values(ax_store *store, ax_arena *arena,
                          const ax_rows_of *of, const ax_str **out,
                          size_t *count, ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->values(store->backend, arena, of, out, count, err);
}

ax_status ax_store_history(ax_store *store, ax_arena *arena,
                           const ax_history *history, ax_page *out,
                           ax_error *err) {
  *out = (ax_page){ 0 };
  return store->ops->history(store->backend, arena, history, out, err);
}

ax_status ax_store_facts(ax_store *store, ax_arena *arena, ax_str patient,
                         const ax_fact_code *filters, size_t filter_count,
                         ax_facts *out, ax_error *err) {
  *out = (ax_facts){ 0 };
  return store->ops->facts(store->backend, arena, patient, filters,
                           filter_count, out, err);
}

ax_status ax_store_facts_of(ax_store *store, ax_arena *arena, ax_str type,
                            ax_str id, ax_facts *out, ax_str *patient,
                            ax_error *err) {
  *out = (ax_facts){ 0 };
  *patient = AX_STR("");
  return store->ops->facts_of(store->backend, arena, type, id, out, patient,
                              err);
}

ax_status ax_store_standing(ax_store *store, ax_arena *arena, ax_str type,
                            ax_str id, uint64_t version, ax_standings *out,
                            ax_error *err) {
  ax_standing wanted = { .type = type, .id = id, .version = version };
  *out = (ax_standings){ 0 };
  return store->ops->standing(store->backend, arena, &wanted, &out->items,
                              &out->count, err);
}

ax_status ax_store_parted(ax_store *store, ax_arena *arena, ax_str patient,
                          ax_str other, ax_standings *out, ax_error *err) {
  ax_standing wanted = { .patient = patient, .id = other };
  *out = (ax_standings){ 0 };
  return store->ops->standing(store->backend, arena, &wanted, &out->items,
                              &out->count, err);
}

ax_status ax_store_outdated(ax_store *store, ax_arena *arena, ax_str model,
                            ax_str patient, int64_t as_of_ms, ax_standings *out,
                            ax_error *err) {
  ax_standing wanted = { .model = model,
                         .patient = patient,
                         .as_of_ms = as_of_ms };
  *out = (ax_standings){ 0 };
  return store->ops->standing(store->backend, arena, &wanted, &out->items,
                              &out->count, err);
}

ax_status ax_store_tasks_due(ax_store *store, ax_arena *arena, int64_t now_ms,
                             size_t max, ax_task **tasks, size_t *count,
                             ax_error *err) {
  *tasks = NULL;
  *count = 0;
  return store->ops->tasks_due(store->backend, arena, now_ms, max, tasks, count,
                               err);
}

ax_status ax_store_once(ax_store *store, ax_arena *arena,
                        const ax_once_key *key, ax_once_record **out,
                        size_t *count, ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->once(store->backend, arena, key, out, count, err);
}

ax_status ax_store_held(ax_store *store, ax_arena *arena,
                        const ax_held_filter *filter, int64_t now_ms,
                        ax_held **out, size_t *count, ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->held(store->backend, arena, filter, now_ms, out, count,
                          err);
}

ax_status ax_store_setting(ax_store *store, ax_arena *arena, ax_str name,
                           ax_str *out, ax_error *err) {
  *out = AX_STR("");
  return store->ops->setting(store->backend, arena, name, out, err);
}

ax_status ax_store_walk(ax_store *store, ax_arena *arena, const ax_walk *walk,
                        ax_walked **out, size_t *count, ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->walk(store->backend, arena, walk, out, count, err);
}

ax_status ax_store_outbox_due(ax_store *store, ax_arena *arena,
                              const ax_outbox_due *due, ax_outbox **out,
                              size_t *count, ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->outbox_due(store->backend, arena, due, out, count, err);
}

ax_status ax_store_outbox_backlogs(ax_store *store, ax_arena *arena,
                                   ax_outbox_backlog **out, size_t *count,
                                   ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->outbox_backlogs(store->backend, arena, out, count, err);
}

ax_status ax_store_outbox_list(ax_store *store, ax_arena *arena,
                               const ax_outbox_filter *filter, ax_outbox **out,
                               size_t *count, ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->outbox_list(store->backend, arena, filter, out, count,
                                 err);
}

ax_status ax_store_trace(ax_store *store, ax_arena *arena, ax_str name,
                         size_t max, ax_trace **out, size_t *count,
                         ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->trace(store->backend, arena, name, max, out, count, err);
}

ax_status ax_store_evidence_page(ax_store *store, ax_arena *arena,
                                 uint64_t after, size_t max,
                                 ax_evidence_record **out, size_t *count,
                                 ax_error *err) {
  *out = NULL;
  *count = 0;
  return store->ops->evidence(store->backend, arena, after, max, out, count,
                              err);
}

ax_status ax_store_stats_read(ax_store *store, ax_store_stats *out,
                              ax_error *err) {
  ax_store_queue_stats queue;
  *out = (ax_store_stats){ 0 };
  AX_TRY(store->ops->stats(store->backend, out, err));
  if (!store->queue) return AX_OK;
  ax_store_queue_look(store->queue, &queue);
  out->commits = queue.commits;
  out->transactions = queue.transactions;
  out->queue = queue.waiting;
  out->queue_max = queue.waiting_max;
  out->failing = queue.failing;
  return AX_OK;
}

ax_status ax_store_check(ax_store *store, ax_arena *arena, ax_store_report *out,
                         ax_error *err) {
  *out = (ax_store_report){ 0 };
  return store->ops->check(store->backend, arena, out, err);
}

static ax_status inspect_copy(ax_arena *arena, const char *folder,
                              ax_store_report *out, ax_error *err) {
  ax_store *copy = NULL;
  const ax_store_options options = { .folder = folder, .read_only = true };
  AX_TRY(ax_store_open(&options, &copy, err));
  ax_status status = ax_store_check(copy, arena, out, err);
  ax_store_close(copy);
  if (!status && out->count)
    return ax_error_set(err, AX_INVALID, "store: the copy has faults: %s",
                        out->faults[0].ptr);
  return status;
}

ax_status ax_store_backup(ax_store *store, ax_arena *arena, const char *folder,
                          ax_store_report *out, ax_error *err) {
  *out = (ax_store_report){ 0 };
  AX_TRY(ax_file_make_dirs(folder, err));
  AX_TRY(store->ops->copy(store->backend, folder, err));
  return inspect_copy(arena, folder, out, err);
}

/* --- writing ---------------------------------------------------------------
 */

static ax_status check_write(const ax_write *w, ax_error *err) {
  if (w->type.len == 0 || w->type.len > TYPE_MAX)
    return ax_error_set(err, AX_INVALID,
                        "store: a type has 1 to %d characters, not %zu",
                        TYPE_MAX, w->type.len);
  if (w->id.len == 0 || w->id.len > AX_LIMIT_ID)
    return ax_error_set(err, AX_INVALID,
                        "store: an id has 1 to %d characters, not %zu",
                        AX_LIMIT_ID, w->id.len);
  if (w->version == 0 || w->version > version_max)
    return ax_error_set(
        err, AX_INVALID, "store: a version is 1 to %llu, not %llu",
        (unsigned long long)version_max, (unsigned long long)w->version);
  if (w->updated_ms < 0 || w->updated_ms >= updated_max)
    return ax_error_set(err, AX_INVALID,
                        "store: the time of an update lies between 1970 and "
                        "2248, not at %lld ms",
                        (long long)w->updated_ms);
  if (w->patient.len > REFERENCE_MAX)
    return ax_error_set(err, AX_INVALID,
                        "store: a subject has at most %d characters, not %zu",
                        REFERENCE_MAX, w->patient.len);
  return AX_OK;
}

static ax_status check_commit(const ax_commit *c, ax_error *err) {
  for (size_t i = 0; i < c->write_count; i++)
    AX_TRY(check_write(&c->writes[i], err));
  for (size_t i = 0; i < c->finished_count; i++)
    if ((unsigned)c->finished_state[i] > AX_TASK_FAILED)
      return ax_error_set(err, AX_INVALID, "store: no such task state: %d",
                          (int)c->finished_state[i]);
  for (size_t i = 0; i < c->sent_count; i++)
    if ((unsigned)c->sent[i].state > AX_OUTBOX_DEAD)
      return ax_error_set(err, AX_INVALID, "store: no such state: %d",
                          (int)c->sent[i].state);
  for (size_t i = 0; i < c->held_count; i++)
    if (c->held[i].id.len == 0 || c->held[i].id.len > AX_LIMIT_ID ||
        (unsigned)c->held[i].kind >= AX_HELD_KINDS)
      return ax_error_set(err, AX_INVALID,
                          "store: what is held needs an id and a kind");
  for (size_t i = 0; i < c->settled_count; i++)
    if ((unsigned)c->settled[i].state > AX_HELD_DROPPED)
      return ax_error_set(err, AX_INVALID, "store: no such state: %d",
                          (int)c->settled[i].state);
  return AX_OK;
}

static ax_status pack_bodies(ax_store *store, ax_arena *arena,
                             const ax_commit *c, ax_store_packed *bodies) {
  ax_store_press *press = ax_store_pack_borrow(store->presses);
  ax_status status = press ? AX_OK : AX_NOMEM;
  for (size_t i = 0; i < c->write_count && !status; i++)
    status = ax_store_pack(press, arena, c->writes[i].body, &bodies[i]);
  ax_store_pack_return(store->presses, press);
  return status;
}

/* Bodies and outcomes of what is held. */
static ax_status pack_held(ax_store *store, ax_arena *arena, const ax_commit *c,
                           ax_store_job *job) {
  if (!c->held_count && !c->settled_count) return AX_OK;
  ax_store_packed *held =
      AX_NEW_ARRAY(arena, ax_store_packed, 2 * c->held_count + 1);
  ax_store_packed *settled =
      AX_NEW_ARRAY(arena, ax_store_packed, c->settled_count + 1);
  ax_store_press *press = ax_store_pack_borrow(store->presses);
  ax_status status = press && held && settled ? AX_OK : AX_NOMEM;
  for (size_t i = 0; i < c->held_count && !status; i++) {
    status = ax_store_pack(press, arena, c->held[i].body, &held[2 * i]);
    if (!status)
      status =
          ax_store_pack(press, arena, c->held[i].outcome, &held[2 * i + 1]);
  }
  for (size_t i = 0; i < c->settled_count && !status; i++)
    status = ax_store_pack(press, arena, c->settled[i].outcome, &settled[i]);
  ax_store_pack_return(store->presses, press);
  job->held = held;
  job->settled = settled;
  return status;
}

static ax_status prepare(ax_store *store, ax_arena *arena, const ax_commit *c,
                         ax_store_job *job) {
  ax_store_packed *bodies =
      AX_NEW_ARRAY(arena, ax_store_packed, c->write_count);
  ax_str *records = AX_NEW_ARRAY(arena, ax_str, c->evidence_count);
  if ((!bodies && c->write_count) || (!records && c->evidence_count))
    return AX_NOMEM;
  if (c->write_count) AX_TRY(pack_bodies(store, arena, c, bodies));
  AX_TRY(pack_held(store, arena, c, job));
  for (size_t i = 0; i < c->evidence_count; i++)
    AX_TRY(ax_store_evidence_text(arena, &c->evidence[i], &records[i]));
  job->bodies = bodies;
  job->records = records;
  return AX_OK;
}

ax_status ax_store_commit(ax_store *store, ax_commit *commit, ax_error *err) {
  AX_TRY(check_commit(commit, err));
  if (!store->queue)
    return ax_error_set(err, AX_UNAVAILABLE, "store: open for reading only");
  ax_store_job job = { .commit = commit };
  ax_arena *arena = ax_arena_new(PREPARE_CEILING);
  if (!arena) return AX_NOMEM;
  ax_status status = prepare(store, arena, commit, &job);
  if (status)
    (void)ax_error_set(err, status, "store: no memory to prepare a commit");
  else
    status = ax_store_queue_push(store->queue, &job, err);
  ax_arena_free(arena);
  return status;
}
