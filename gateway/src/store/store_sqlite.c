/*
 * The SQLite backend: the file, its lock, its connections, and how a batch
 * becomes one transaction.
 *
 * A batch is run in hope: every job is first checked, then written, and all of
 * it is committed with one fsync. A job whose expectations no longer hold is
 * left out before it wrote anything. When something breaks after that (a row
 * that cannot be, the disk) the whole transaction is rolled back and each job
 * gets a transaction of its own: what is wrong with one never hurts another.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "store/store_sqlite.h"

enum {
  CACHE_PIECE_KIB = 1 << 20, /* no more than the cache's own limit is taken */
  READERS_MAX = 16, /* reading is work for processors, of which few are */
  WRITER_CACHE_BYTES = 24 << 20,
  CHECKPOINT_PAGES = 2000, /* 16 MB of log: time for a checkpoint */
  CHECKPOINT_STOP = 6000   /* 48 MB: the writer waits for its end */
};

struct ax_store_backend {
  char *path;
  int lock;
  ax_store_conn *writer;
  ax_store_state state;

  pthread_mutex_t mutex; /* what follows; never held while working */
  pthread_cond_t freed;  /* for readers: one came back, or may be opened */
  pthread_cond_t due;    /* for the checkpointer: there is work, or the end */
  pthread_cond_t gate;   /* for either of the two: `writing`, `hold` */
  ax_store_conn *idle;   /* readers nobody uses */
  unsigned readers;      /* open ones, idle or lent */

  pthread_t checkpointer;
  bool has_checkpointer, stop;
  bool writing, hold; /* a transaction runs; none may begin */
  int log_pages;      /* in the write-ahead log after the last commit */
  int done_pages;     /* of them in the main file */
};

/* --- readers ---------------------------------------------------------------
 */

static ax_store_conn *take_idle(ax_store_backend *b, bool *may_open) {
  pthread_mutex_lock(&b->mutex);
  while (!b->idle && b->readers >= READERS_MAX)
    pthread_cond_wait(&b->freed, &b->mutex);
  ax_store_conn *conn = b->idle;
  if (conn) b->idle = conn->next;
  *may_open = !conn;
  b->readers += !conn;
  pthread_mutex_unlock(&b->mutex);
  return conn;
}

static void one_less(ax_store_backend *b) {
  pthread_mutex_lock(&b->mutex);
  b->readers--;
  pthread_cond_signal(&b->freed);
  pthread_mutex_unlock(&b->mutex);
}

static ax_status look_what_is_shown(ax_store_conn *conn, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(conn, "SELECT shown FROM total");
  return ax_store_conn_one(&s, &conn->shown, err);
}

ax_status ax_store_sqlite_borrow(ax_store_backend *b, ax_store_conn **out,
                                 ax_error *err) {
  bool may_open = false;
  *out = take_idle(b, &may_open);
  ax_status status = AX_OK;
  if (may_open) status = ax_store_conn_open(b->path, false, 0, out, err);
  if (status) {
    one_less(b);
    return status;
  }
  ax_store_stmt s = ax_store_conn_use(*out, "BEGIN");
  status = ax_store_conn_run(&s, err);
  if (!status) status = look_what_is_shown(*out, err);
  if (status) ax_store_sqlite_return(b, *out);
  return status;
}

void ax_store_sqlite_return(ax_store_backend *b, ax_store_conn *conn) {
  ax_store_stmt s = ax_store_conn_use(conn, "ROLLBACK");
  (void)ax_store_conn_row(&s);
  ax_status ended = ax_store_conn_done(&s, NULL);
  (void)ended; /* no transaction was open: as good */
  pthread_mutex_lock(&b->mutex);
  conn->next = b->idle;
  b->idle = conn;
  pthread_cond_signal(&b->freed);
  pthread_mutex_unlock(&b->mutex);
}

/* --- transactions ----------------------------------------------------------
 */

static void gate_enter(ax_store_backend *b) {
  pthread_mutex_lock(&b->mutex);
  while (b->hold) pthread_cond_wait(&b->gate, &b->mutex);
  b->writing = true;
  pthread_mutex_unlock(&b->mutex);
}

static void gate_leave(ax_store_backend *b) {
  pthread_mutex_lock(&b->mutex);
  b->writing = false;
  pthread_cond_signal(&b->gate);
  pthread_mutex_unlock(&b->mutex);
}

static ax_status begin(ax_store_backend *b, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(b->writer, "BEGIN IMMEDIATE");
  return ax_store_conn_run(&s, err);
}

static ax_status commit(ax_store_backend *b, ax_error *err) {
  AX_TRY(ax_store_sqlite_save(b->writer, &b->state.totals, err));
  ax_store_stmt s = ax_store_conn_use(b->writer, "COMMIT");
  return ax_store_conn_run(&s, err);
}

/* What is written ahead and belongs to nobody any more. */
static bool has_litter(const ax_store_backend *b) {
  return b->state.next_ahead > b->state.totals.shown;
}

static void roll_back(ax_store_backend *b, const ax_store_state *before) {
  if (!sqlite3_get_autocommit(b->writer->db))
    (void)sqlite3_exec(b->writer->db, "ROLLBACK", NULL, NULL, NULL);
  if (memcmp(&b->state, before, sizeof *before) == 0) return;
  ax_store_name_forget(b->writer); /* the keys of what was written are gone */
  b->state = *before;
}

/* True when the job is settled: written, or refused without a trace. */
static bool try_job(ax_store_backend *b, ax_store_job *job) {
  job->err = (ax_error){ 0 };
  job->status = ax_store_sqlite_holds(b->writer, job, &job->err);
  /* A CONFLICT found while only looking has left nothing behind. */
  if (job->status) return !sqlite3_get_autocommit(b->writer->db);
  job->status = ax_store_sqlite_apply(b->writer, &b->state, job, &job->err);
  return job->status == AX_OK;
}

static void fail_all(ax_store_job *const *jobs, size_t count, ax_status status,
                     const ax_error *err) {
  for (size_t i = 0; i < count; i++) {
    if (jobs[i]->status) continue; /* was refused for its own reason */
    jobs[i]->status = status;
    jobs[i]->err = *err;
  }
}

static bool nothing_written(ax_store_job *const *jobs, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (jobs[i]->status == AX_OK) return false;
  return true;
}

/* One transaction for all. False: rolled back, nothing is settled. */
static bool run_together(ax_store_backend *b, ax_store_job *const *jobs,
                         size_t count) {
  ax_store_state before = b->state;
  ax_error err = { 0 };
  for (size_t i = 0; i < count; i++) jobs[i]->status = AX_OK;
  ax_status status = begin(b, &err);
  bool settled = status == AX_OK;
  for (size_t i = 0; settled && i < count; i++) settled = try_job(b, jobs[i]);
  if (settled && nothing_written(jobs, count)) {
    roll_back(b, &before);
    return true;
  }
  if (settled) status = commit(b, &err);
  if (settled && status == AX_OK) {
    b->writer->shown = b->state.totals.shown;
    return true;
  }
  roll_back(b, &before);
  if (status) fail_all(jobs, count, status, &err);
  return false;
}

static size_t run_gated(ax_store_backend *b, ax_store_job *const *jobs,
                        size_t count) {
  if (run_together(b, jobs, count) || count == 1) return 1;
  for (size_t i = 0; i < count; i++) (void)run_together(b, &jobs[i], 1);
  return count + 1;
}

static size_t run(ax_store_backend *b, ax_store_job *const *jobs,
                  size_t count) {
  gate_enter(b);
  size_t transactions = run_gated(b, jobs, count);
  gate_leave(b);
  return transactions;
}

/* --- written ahead ----------------------------------------------------------
 */

static ax_status take_step(ax_store_backend *b, ax_store_job *job, bool removes,
                           ax_error *err) {
  AX_TRY(begin(b, err));
  AX_TRY(removes ? ax_store_ahead_remove(b->writer, &b->state, err)
                 : ax_store_ahead_write(b->writer, &b->state, job, err));
  return commit(b, err);
}

/* What stands ahead before the job's first step is a failed one's. */
static bool step(ax_store_backend *b, ax_store_job *job) {
  ax_error err = { 0 };
  ax_store_state before = b->state;
  bool removes = has_litter(b) && !(job && job->ahead);
  if (!job && !removes) return false;
  gate_enter(b);
  ax_status status = take_step(b, job, removes, &err);
  if (status) roll_back(b, &before);
  gate_leave(b);
  if (job) job->status = status;
  if (job) job->err = err;
  if (status) return false;
  return job ? job->ahead < job->commit->write_count : has_litter(b);
}

/* --- checkpoints ------------------------------------------------------------
 * A passive checkpoint copies the log into the main file while the writer goes
 * on; the log starts over when a commit finds all of it copied. Under steady
 * writing that moment may never come, so past a size the writer is held for
 * the last, short piece.
 */

static int count_log(void *ctx, sqlite3 *db, const char *name, int pages) {
  ax_store_backend *b = ctx;
  (void)db;
  (void)name;
  pthread_mutex_lock(&b->mutex);
  if (pages < b->log_pages) b->done_pages = 0; /* the log started over */
  b->log_pages = pages;
  if (pages - b->done_pages >= CHECKPOINT_PAGES) pthread_cond_signal(&b->due);
  pthread_mutex_unlock(&b->mutex);
  return SQLITE_OK;
}

static void checkpoint(ax_store_backend *b, ax_store_conn *conn) {
  int log = 0, done = 0;
  int rc = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                     &log, &done);
  pthread_mutex_lock(&b->mutex);
  /* After a failure (a full disk) wait until as much again was written. */
  b->done_pages = rc == SQLITE_OK ? done : b->log_pages;
  pthread_mutex_unlock(&b->mutex);
  if (rc != SQLITE_OK && rc != SQLITE_BUSY)
    ax_log_event(AX_LOG_WARN, "store_checkpoint_failed",
                 ax_log_int("sqlite", rc));
}

static void checkpoint_held(ax_store_backend *b, ax_store_conn *conn) {
  pthread_mutex_lock(&b->mutex);
  b->hold = true;
  while (b->writing) pthread_cond_wait(&b->gate, &b->mutex);
  pthread_mutex_unlock(&b->mutex);
  checkpoint(b, conn);
  pthread_mutex_lock(&b->mutex);
  b->hold = false;
  pthread_cond_signal(&b->gate);
  pthread_mutex_unlock(&b->mutex);
}

/* Waits for work; false: stop. */
static bool checkpoint_due(ax_store_backend *b, bool *large) {
  pthread_mutex_lock(&b->mutex);
  while (!b->stop && b->log_pages - b->done_pages < CHECKPOINT_PAGES)
    pthread_cond_wait(&b->due, &b->mutex);
  bool go = !b->stop;
  *large = b->log_pages >= CHECKPOINT_STOP;
  pthread_mutex_unlock(&b->mutex);
  return go;
}

static void *checkpoints(void *ctx) {
  ax_store_backend *b = ctx;
  ax_store_conn *conn = NULL;
  ax_error err = { 0 };
  bool large = false;
  if (ax_store_conn_open(b->path, true, 0, &conn, &err)) {
    ax_log_event(AX_LOG_ERROR, "store_checkpointer_failed",
                 ax_log_str("why", ax_str_from(err.text)));
    return NULL;
  }
  while (checkpoint_due(b, &large)) {
    checkpoint(b, conn);
    if (!large) continue;
    checkpoint(b, conn); /* what came meanwhile, so that little is left */
    checkpoint_held(b, conn);
  }
  ax_store_conn_close(conn);
  return NULL;
}

/* --- opening and closing ---------------------------------------------------
 */

static ax_status take_lock(ax_store_backend *b, const char *folder,
                           ax_error *err) {
  char path[4096];
  sqlite3_snprintf(sizeof path, path, "%s/lock", folder);
  b->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (b->lock < 0)
    return ax_error_set(err, AX_IO,
                        "store: cannot make %s: is the data folder "
                        "writable?",
                        path);
  if (flock(b->lock, LOCK_EX | LOCK_NB) != 0)
    return ax_error_set(err, AX_CONFLICT,
                        "store: %s is in use by another process", folder);
  return AX_OK;
}

static ax_status name_file(ax_store_backend *b, const char *folder) {
  size_t room = strlen(folder) + sizeof "/auspex.db";
  b->path = malloc(room);
  if (!b->path) return AX_NOMEM;
  sqlite3_snprintf((int)room, b->path, "%s/auspex.db", folder);
  return AX_OK;
}

static ax_status make_file(ax_store_backend *b, const char *folder,
                           ax_error *err) {
  AX_TRY(name_file(b, folder));
  /* Made here so that nobody else can read it; the log inherits the mode. */
  int fd = open(b->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return ax_error_set(err, AX_IO,
                        "store: cannot open %s for writing: check the data "
                        "folder's owner and mode",
                        b->path);
  close(fd);
  return AX_OK;
}

static ax_status open_to_read(ax_store_backend *b, const char *folder,
                              ax_error *err) {
  ax_store_conn *conn = NULL;
  AX_TRY(name_file(b, folder));
  if (!ax_file_exists(b->path))
    return ax_error_set(err, AX_NOT_FOUND, "store: there is none in %s",
                        folder);
  AX_TRY(ax_store_conn_open(b->path, false, 0, &conn, err));
  ax_status status = ax_store_schema_verify(conn, err);
  ax_store_conn_close(conn);
  return status;
}

static ax_status open_all(ax_store_backend *b, const ax_store_options *options,
                          ax_error *err) {
  if (options->read_only) return open_to_read(b, options->folder, err);
  AX_TRY(ax_file_make_dirs(options->folder, err));
  AX_TRY(take_lock(b, options->folder, err));
  AX_TRY(make_file(b, options->folder, err));
  AX_TRY(ax_store_conn_open(b->path, true,
                            options->cache_bytes ? options->cache_bytes
                                                 : WRITER_CACHE_BYTES,
                            &b->writer, err));
  AX_TRY(ax_store_schema_prepare(b->writer, err));
  AX_TRY(ax_store_sqlite_load(b->writer, &b->state, err));
  sqlite3_wal_hook(b->writer->db, count_log, b);
  if (pthread_create(&b->checkpointer, NULL, checkpoints, b) != 0)
    return ax_error_set(err, AX_NOMEM, "store: cannot start a thread");
  b->has_checkpointer = true;
  return AX_OK;
}

static void close_backend(ax_store_backend *b) {
  if (b->has_checkpointer) {
    pthread_mutex_lock(&b->mutex);
    b->stop = true;
    pthread_cond_signal(&b->due);
    pthread_mutex_unlock(&b->mutex);
    pthread_join(b->checkpointer, NULL);
  }
  while (b->idle) {
    ax_store_conn *next = b->idle->next;
    ax_store_conn_close(b->idle);
    b->idle = next;
  }
  ax_store_conn_close(b->writer); /* the last one out checkpoints */
  pthread_cond_destroy(&b->freed);
  pthread_cond_destroy(&b->due);
  pthread_cond_destroy(&b->gate);
  pthread_mutex_destroy(&b->mutex);
  if (b->lock >= 0) close(b->lock);
  free(b->path);
  free(b);
}

static ax_status open_backend(const ax_store_options *options,
                              ax_store_backend **out, ax_error *err) {
  ax_store_backend *b = calloc(1, sizeof *b);
  if (!b) return AX_NOMEM;
  b->lock = -1;
  /* Its count of all memory would be one lock for all threads. Refused, and
   * without harm, when SQLite is in use already. */
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  /* Each connection takes its page cache in one piece, as much as it may have:
   * pages taken one by one lie between everybody's blocks, and keep twice their
   * size from being used by others. */
  (void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, -CACHE_PIECE_KIB);
  pthread_mutex_init(&b->mutex, NULL);
  pthread_cond_init(&b->freed, NULL);
  pthread_cond_init(&b->due, NULL);
  pthread_cond_init(&b->gate, NULL);
  ax_status status = open_all(b, options, err);
  if (status) {
    close_backend(b);
    return status;
  }
  *out = b;
  return AX_OK;
}

const ax_store_ops ax_store_sqlite_ops = {
  .open = open_backend,
  .close = close_backend,
  .run = run,
  .step = step,
  .read = ax_store_sqlite_read,
  .search = ax_store_sqlite_search,
  .values = ax_store_sqlite_values,
  .history = ax_store_sqlite_history,
  .facts = ax_store_sqlite_facts,
  .facts_of = ax_store_sqlite_facts_of,
  .standing = ax_store_sqlite_standing,
  .tasks_due = ax_store_sqlite_tasks_due,
  .once = ax_store_sqlite_once,
  .held = ax_store_sqlite_held,
  .setting = ax_store_sqlite_setting,
  .walk = ax_store_sqlite_walk,
  .outbox_due = ax_store_sqlite_outbox_due,
  .outbox_list = ax_store_sqlite_outbox_list,
  .outbox_backlogs = ax_store_sqlite_outbox_backlogs,
  .trace = ax_store_sqlite_trace,
  .evidence = ax_store_sqlite_evidence,
  .stats = ax_store_sqlite_stats,
  .check = ax_store_sqlite_check,
  .copy = ax_store_sqlite_copy,
};
