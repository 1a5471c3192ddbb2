/*
 * store_backend.h - what a database must do for store.h: one table of
 * operations, so that another one is another table. Private to store/.
 *
 * The facade (store.c) checks what callers hand in and prepares what needs no
 * database (compressed bodies, evidence texts) on the caller's own thread;
 * store_queue.c owns the writer thread; a backend only sees batches.
 */
#ifndef AX_STORE_STORE_BACKEND_H
#define AX_STORE_STORE_BACKEND_H

#include "store/store.h"
#include "store/store_pack.h"

typedef struct ax_store_backend ax_store_backend;

/* One commit on its way. The caller's thread owns it and waits; from push to
 * done the writer thread may touch it. */
typedef struct {
  ax_commit *commit;
  const ax_store_packed *bodies; /* one for each write */
  const ax_store_packed *held;   /* body and outcome of each new held one */
  const ax_store_packed *settled; /* outcome of each settled one */
  const ax_str *records;         /* canonical text of each evidence */
  size_t ahead;                  /* writes that steps have dealt with */
  ax_status status;              /* set by run, and by a step that fails */
  ax_error err;
} ax_store_job;

typedef struct {
  ax_status (*open)(const ax_store_options *options, ax_store_backend **out,
                    ax_error *err);
  void (*close)(ax_store_backend *backend);

  /*
   * Makes the jobs durable, each whole or not at all, and sets the status of
   * every one. Returns how many transactions it took. [writer thread]
   */
  size_t (*run)(ax_store_backend *backend, ax_store_job *const *jobs,
                size_t count);

  /*
   * A large job would hold up all others for seconds. So what it brings is
   * written ahead in short steps, seen by nobody; run() then shows all of it at
   * once. True: there is more to do, others may be run in between. False with
   * job->status OK: now run() it, alone. What a failed one left behind is
   * removed in steps, too, with `job` NULL or before the next. [writer thread]
   */
  bool (*step)(ax_store_backend *backend, ax_store_job *job);

  /* The rest: any thread, a consistent snapshot per call. */
  ax_status (*read)(ax_store_backend *backend, ax_arena *arena, ax_str type,
                    ax_str id, uint64_t version, ax_stored *out, ax_error *err);
  ax_status (*search)(ax_store_backend *backend, ax_arena *arena,
                      const ax_query *query, ax_page *out, ax_error *err);
  ax_status (*values)(ax_store_backend *backend, ax_arena *arena,
                      const ax_rows_of *of, const ax_str **out, size_t *count,
                      ax_error *err);
  ax_status (*history)(ax_store_backend *backend, ax_arena *arena,
                       const ax_history *history, ax_page *out, ax_error *err);
  ax_status (*facts)(ax_store_backend *backend, ax_arena *arena, ax_str patient,
                     const ax_fact_code *filters, size_t filter_count,
                     ax_facts *out, ax_error *err);
  ax_status (*facts_of)(ax_store_backend *backend, ax_arena *arena, ax_str type,
                        ax_str id, ax_facts *out, ax_str *patient,
                        ax_error *err);
  /* With a type in `wanted` those that rest on Type/id before the version; with
   * a model those of model, patient and as-of that rest on what is not current;
   * else those of the patient that rest on what was the facts of `id`. */
  ax_status (*standing)(ax_store_backend *backend, ax_arena *arena,
                        const ax_standing *wanted, ax_standing **out,
                        size_t *count, ax_error *err);
  ax_status (*tasks_due)(ax_store_backend *backend, ax_arena *arena,
                         int64_t now_ms, size_t max, ax_task **tasks,
                         size_t *count, ax_error *err);
  ax_status (*once)(ax_store_backend *backend, ax_arena *arena,
                    const ax_once_key *key, ax_once_record **out, size_t *count,
                    ax_error *err);
  ax_status (*held)(ax_store_backend *backend, ax_arena *arena,
                    const ax_held_filter *filter, int64_t now_ms, ax_held **out,
                    size_t *count, ax_error *err);
  ax_status (*setting)(ax_store_backend *backend, ax_arena *arena, ax_str name,
                       ax_str *out, ax_error *err);
  ax_status (*walk)(ax_store_backend *backend, ax_arena *arena,
                    const ax_walk *walk, ax_walked **out, size_t *count,
                    ax_error *err);
  ax_status (*outbox_due)(ax_store_backend *backend, ax_arena *arena,
                          const ax_outbox_due *due, ax_outbox **out,
                          size_t *count, ax_error *err);
  ax_status (*outbox_backlogs)(ax_store_backend *backend, ax_arena *arena,
                               ax_outbox_backlog **out, size_t *count,
                               ax_error *err);
  ax_status (*outbox_list)(ax_store_backend *backend, ax_arena *arena,
                           const ax_outbox_filter *filter, ax_outbox **out,
                           size_t *count, ax_error *err);
  ax_status (*trace)(ax_store_backend *backend, ax_arena *arena, ax_str name,
                     size_t max, ax_trace **out, size_t *count, ax_error *err);
  ax_status (*evidence)(ax_store_backend *backend, ax_arena *arena,
                        uint64_t after, size_t max, ax_evidence_record **out,
                        size_t *count, ax_error *err);
  ax_status (*stats)(ax_store_backend *backend, ax_store_stats *out,
                     ax_error *err);
  ax_status (*check)(ax_store_backend *backend, ax_arena *arena,
                     ax_store_report *out, ax_error *err);
  /* A copy as the store's file in `folder`, synced. */
  ax_status (*copy)(ax_store_backend *backend, const char *folder,
                    ax_error *err);
} ax_store_ops;

/* The embedded default: store_sqlite*.c. */
extern const ax_store_ops ax_store_sqlite_ops;

#endif
