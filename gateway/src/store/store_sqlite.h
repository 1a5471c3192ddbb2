/*
 * store_sqlite.h - the seam to SQLite: what the store_sqlite_*.c files share.
 * Nothing else includes sqlite3.h.
 *
 * Tables (store_sqlite_schema.c) and their keys:
 *
 *   name         key <- text        types, "Type.param", systems
 *   value        key <- system,code what tokens, references, strings say
 *   resource     key <- type,id     current version, its `seq`
 *   version      at                 at = key << 24 | version: bodies
 *   index_value  resource,param,value (and param,value,seq for searching)
 *   index_date, index_number        resource,param,...
 *   fact         patient,system,code,resource,n
 *   task, evidence, audit
 *   total                           counts; below which keys rows are shown
 *   once         sender,name        what was done under a key
 *   outbox       target,patient,key what others are to be told
 *   held         id                 requests that are kept apart
 *   setting      name               what is remembered between starts
 *
 * `seq` = last update in ms << 20 | low bits of the resource's key. It orders
 * searches, is their cursor, and answers _lastUpdated, so a search by one value
 * is one walk along an index without sorting. Keys grow with time, so new rows
 * go to the end of most trees.
 *
 * Shown: what a large commit brings is written ahead (store_sqlite_ahead.c)
 * under keys that are not shown yet: whoever reads leaves out the rows of
 * resources from `shown` on. The commit itself raises that one number.
 *
 * Connections: one for the writer, one for checkpoints, a pool for readers;
 * each is used by one thread at a time.
 */
#ifndef AX_STORE_STORE_SQLITE_H
#define AX_STORE_STORE_SQLITE_H

#include <pthread.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/limits.h"
#include "store/store_backend.h"
#include "store/store_evidence.h"

enum {
  AX_STORE_VERSION_BITS = 24,       /* versions of one resource */
  AX_STORE_SEQ_BITS = 20,           /* resources of one millisecond */
  AX_STORE_KEPT = 64,               /* prepared statements kept by their text */
  AX_STORE_NAMES = 4096,            /* slots of a connection's cache of keys */
  AX_STORE_APPLICATION = 0x41555058 /* "AUPX" */
};

/* Resources of large commits have keys of their own, behind all others'. */
#define AX_STORE_AHEAD_FIRST (INT64_C(1) << 38)

/* Keys of the empty text and of what has no code: not rows of `name`. */
enum { AX_STORE_NAME_NONE = 0, AX_STORE_NAME_PATIENT = -1 };

/* --- statements: store_sqlite_conn.c ---------------------------------------
 */

typedef struct {
  const char *literal; /* the text's own address, or NULL */
  char *text;          /* a copy of built text, or NULL */
  sqlite3_stmt *stmt;
  uint64_t used; /* when last, to drop the least recent */
  bool lent;
} ax_store_kept;

typedef struct { /* one remembered key; see store_sqlite_name.c */
  uint64_t hash;
  int64_t space, key;
  char *text;
  size_t len;
} ax_store_slot;

typedef struct ax_store_conn {
  sqlite3 *db;
  struct ax_store_conn *next; /* in the pool */
  ax_store_kept kept[AX_STORE_KEPT];
  uint64_t uses;
  int64_t shown;        /* in this snapshot: keys below are */
  ax_store_slot *slots; /* AX_STORE_NAMES */
  ax_buf sql;           /* text under construction */
} ax_store_conn;

/* Opens the store's file; the settings that every connection needs are made.
 * `cache_bytes` 0: the size for readers. */
ax_status ax_store_conn_open(const char *path, bool writes,
                             uint64_t cache_bytes, ax_store_conn **out,
                             ax_error *err) AX_MUST_USE;
void ax_store_conn_close(ax_store_conn *conn);

/* Records what SQLite last said on this connection. */
ax_status ax_store_conn_fail(ax_store_conn *conn, int rc, const char *doing,
                             ax_error *err);

/* Runs text without parameters or rows. */
ax_status ax_store_conn_exec(ax_store_conn *conn, const char *sql,
                             ax_error *err) AX_MUST_USE;

/*
 * A statement in use. Parameters are bound in order and must live until
 * ax_store_conn_done; a failure to bind is kept and told by the first step.
 *
 *     ax_store_stmt s = ax_store_conn_use(conn, "SELECT ... WHERE a=? AND
 * b=?"); ax_store_conn_int(&s, 7); ax_store_conn_text(&s, code); while
 * (ax_store_conn_row(&s)) ... sqlite3_column_int64(s.stmt, 0) ...
 *     AX_TRY(ax_store_conn_done(&s, err));
 */
typedef struct {
  ax_store_conn *conn;
  sqlite3_stmt *stmt; /* NULL when it could not be prepared */
  ax_store_kept *kept;
  int bound;
  int rc;
} ax_store_stmt;

/* `sql` is a literal: the prepared statement is found by its address. */
ax_store_stmt ax_store_conn_use(ax_store_conn *conn, const char *sql);
/* `sql` was built: the prepared statement is found by its text. */
ax_store_stmt ax_store_conn_built(ax_store_conn *conn, const char *sql);
/* `sql` will hardly come again: nothing is kept. */
ax_store_stmt ax_store_conn_once(ax_store_conn *conn, const char *sql);
void ax_store_conn_int(ax_store_stmt *s, int64_t value);
void ax_store_conn_real(ax_store_stmt *s, double value); /* not finite: NULL */
void ax_store_conn_text(ax_store_stmt *s, ax_str value);
void ax_store_conn_blob(ax_store_stmt *s, ax_str value);
void ax_store_conn_null(ax_store_stmt *s);

/* True while there is a row; false at the end and after any failure. */
bool ax_store_conn_row(ax_store_stmt *s);

/* Gives the statement back; says how it went. */
ax_status ax_store_conn_done(ax_store_stmt *s, ax_error *err) AX_MUST_USE;

/* Steps a statement that gives no rows, then done. */
ax_status ax_store_conn_run(ax_store_stmt *s, ax_error *err) AX_MUST_USE;

/* First column of the only row, then done. NOT_FOUND without a row. */
ax_status ax_store_conn_one(ax_store_stmt *s, int64_t *out,
                            ax_error *err) AX_MUST_USE;

/* A text or blob column: as it lies in the row, or copied. NOMEM. */
ax_str ax_store_conn_view(const ax_store_stmt *s, int column);
ax_status ax_store_conn_copy(const ax_store_stmt *s, int column,
                             ax_arena *arena, ax_str *out) AX_MUST_USE;

/* --- schema: store_sqlite_schema.c -----------------------------------------
 */

/* Makes the tables, or brings older ones forward, on the writer's connection,
 * and sets how it writes. INVALID for files that are
 * not ours or are newer than this program. */
ax_status ax_store_schema_prepare(ax_store_conn *conn,
                                  ax_error *err) AX_MUST_USE;

/* Is it a store of ours of just this version? For who may not change it. */
ax_status ax_store_schema_verify(ax_store_conn *conn,
                                 ax_error *err) AX_MUST_USE;

/* --- keys of texts: store_sqlite_name.c ------------------------------------
 */

/* The key of a name, NOT_FOUND when nobody wrote it yet; `add` writes it. */
ax_status ax_store_name_find(ax_store_conn *conn, ax_str text, bool add,
                             int64_t *key, ax_error *err) AX_MUST_USE;

/* The same of "Type.param". */
ax_status ax_store_name_param(ax_store_conn *conn, ax_str type, ax_str param,
                              bool add, int64_t *key,
                              ax_error *err) AX_MUST_USE;

/* The same of a value; `system` is the key of a name. */
ax_status ax_store_name_value(ax_store_conn *conn, int64_t system, ax_str code,
                              bool add, int64_t *key,
                              ax_error *err) AX_MUST_USE;

/* Forgets everything: after a rollback remembered keys may be gone. */
void ax_store_name_forget(ax_store_conn *conn);

/* --- rows beside a resource: store_sqlite_rows.c ---------------------------
 */

typedef struct { /* whose rows */
  int64_t resource, seq;
} ax_store_owner;

ax_status ax_store_rows_index(ax_store_conn *conn, ax_store_owner owner,
                              const ax_write *write, ax_error *err) AX_MUST_USE;
ax_status ax_store_rows_facts(ax_store_conn *conn, ax_store_owner owner,
                              const ax_write *write, ax_error *err) AX_MUST_USE;

/* Removes the index rows of an older version. */
ax_status ax_store_rows_unindex(ax_store_conn *conn, int64_t resource,
                                ax_error *err) AX_MUST_USE;

/* Removes all rows of an older version; `facts` is how many there were. */
ax_status ax_store_rows_clear(ax_store_conn *conn, int64_t resource,
                              int64_t *facts, ax_error *err) AX_MUST_USE;

/* --- reading: store_sqlite_read.c, _search.c, _facts.c, _check.c ---------
 */

/* The body of `of`, whose name and version are known: columns codec, body. A
 * damaged one is named. */
ax_status ax_store_sqlite_body(const ax_store_stmt *s, int column,
                               ax_arena *arena, ax_stored *of,
                               ax_error *err) AX_MUST_USE;
ax_status ax_store_sqlite_read(ax_store_backend *backend, ax_arena *arena,
                               ax_str type, ax_str id, uint64_t version,
                               ax_stored *out, ax_error *err);
ax_status ax_store_sqlite_search(ax_store_backend *backend, ax_arena *arena,
                                 const ax_query *query, ax_page *out,
                                 ax_error *err);
ax_status ax_store_sqlite_values(ax_store_backend *backend, ax_arena *arena,
                                 const ax_rows_of *of, const ax_str **out,
                                 size_t *count, ax_error *err);
ax_status ax_store_sqlite_history(ax_store_backend *backend, ax_arena *arena,
                                  const ax_history *history, ax_page *out,
                                  ax_error *err);
/* Does `query` find exactly `id` (empty: nothing)? CONFLICT when not. Inside
 * the caller's transaction. */
ax_status ax_store_sqlite_finds(ax_store_conn *conn, const ax_query *query,
                                ax_str id, ax_error *err) AX_MUST_USE;
ax_status ax_store_sqlite_facts(ax_store_backend *backend, ax_arena *arena,
                                ax_str patient, const ax_fact_code *filters,
                                size_t filter_count, ax_facts *out,
                                ax_error *err);
ax_status ax_store_sqlite_facts_of(ax_store_backend *backend, ax_arena *arena,
                                   ax_str type, ax_str id, ax_facts *out,
                                   ax_str *patient, ax_error *err);
ax_status ax_store_sqlite_standing(ax_store_backend *backend, ax_arena *arena,
                                   const ax_standing *wanted, ax_standing **out,
                                   size_t *count, ax_error *err);

/* The basis of a result: does it stand (CONFLICT), its rows, and their end; and
 * what rests on the version before rests on this one of `of`. */
ax_status ax_store_basis_add(ax_store_conn *conn, int64_t result,
                             const ax_write *write, ax_error *err) AX_MUST_USE;
ax_status ax_store_basis_clear(ax_store_conn *conn, int64_t result,
                               ax_error *err) AX_MUST_USE;
ax_status ax_store_basis_move(ax_store_conn *conn, int64_t of,
                              int64_t version, ax_error *err) AX_MUST_USE;

ax_status ax_store_sqlite_tasks_due(ax_store_backend *backend, ax_arena *arena,
                                    int64_t now_ms, size_t max, ax_task **tasks,
                                    size_t *count, ax_error *err);
ax_status ax_store_sqlite_once(ax_store_backend *backend, ax_arena *arena,
                               const ax_once_key *key, ax_once_record **out,
                               size_t *count, ax_error *err);
ax_status ax_store_sqlite_evidence(ax_store_backend *backend, ax_arena *arena,
                                   uint64_t after, size_t max,
                                   ax_evidence_record **out, size_t *count,
                                   ax_error *err);
ax_status ax_store_sqlite_stats(ax_store_backend *backend, ax_store_stats *out,
                                ax_error *err);
ax_status ax_store_sqlite_check(ax_store_backend *backend, ax_arena *arena,
                                ax_store_report *out, ax_error *err);

/* Is this resource still the one with `seq`? Helpers for a row's time. */
static inline int64_t ax_store_sqlite_seq(int64_t updated_ms, int64_t key) {
  return (int64_t)((uint64_t)updated_ms << AX_STORE_SEQ_BITS |
                   ((uint64_t)key & ((1u << AX_STORE_SEQ_BITS) - 1)));
}
static inline int64_t ax_store_sqlite_updated(int64_t seq) {
  return seq >> AX_STORE_SEQ_BITS;
}

/* --- writing: store_sqlite_write.c -----------------------------------------
 */

typedef struct { /* the row of `total` */
  int64_t resources, versions, facts, waiting, done, failed, evidence;
  int64_t held[AX_HELD_KINDS]; /* waiting */
  int64_t shown; /* keys of resources below are */
} ax_store_totals;

typedef struct { /* what the writer knows without asking; undone by rollback */
  ax_store_totals totals;
  int64_t next_resource, next_task;
  int64_t next_ahead; /* above `shown`: something is written ahead */
  unsigned char chain[32]; /* hash of the newest evidence */
} ax_store_state;

ax_status ax_store_sqlite_totals(ax_store_conn *conn, ax_store_totals *out,
                                 ax_error *err) AX_MUST_USE;
ax_status ax_store_sqlite_save(ax_store_conn *conn, const ax_store_totals *t,
                               ax_error *err) AX_MUST_USE;

/* Reads the state from the tables. */
ax_status ax_store_sqlite_load(ax_store_conn *conn, ax_store_state *out,
                               ax_error *err) AX_MUST_USE;

/* Does everything the job asked for still hold? Reads only. */
ax_status ax_store_sqlite_holds(ax_store_conn *conn, const ax_store_job *job,
                                ax_error *err) AX_MUST_USE;

/* Writes the job's rows inside the open transaction. After a failure the
 * transaction must be rolled back. */
ax_status ax_store_sqlite_apply(ax_store_conn *conn, ax_store_state *state,
                                ax_store_job *job, ax_error *err) AX_MUST_USE;

/* Adds the rows of a resource that was not here before. */
ax_status ax_store_sqlite_new(ax_store_conn *conn, int64_t key,
                              const ax_write *w, const ax_store_packed *body,
                              ax_error *err) AX_MUST_USE;

/* --- written ahead: store_sqlite_ahead.c ------------------------------------
 */

/* Is this write of the job there already, hidden? */
static inline bool ax_store_ahead_has(const ax_store_job *job,
                                      const ax_write *w) {
  return job->ahead > 0 && w->version == 1 && w->body.len > 0;
}

/* Writes the next few of the job's new resources, hidden. */
ax_status ax_store_ahead_write(ax_store_conn *conn, ax_store_state *state,
                               ax_store_job *job, ax_error *err) AX_MUST_USE;

/* Removes the next few that are hidden and belong to nobody. */
ax_status ax_store_ahead_remove(ax_store_conn *conn, ax_store_state *state,
                                ax_error *err) AX_MUST_USE;

/* --- exactly once: store_sqlite_once.c --------------------------------------
 */

/* Are there as many records of the key as were seen? CONFLICT when not. */
ax_status ax_store_once_holds(ax_store_conn *conn, const ax_once *once,
                              ax_error *err) AX_MUST_USE;
/* Adds a record, and removes a few that have ended. */
ax_status ax_store_once_add(ax_store_conn *conn, const ax_once *once,
                            ax_error *err) AX_MUST_USE;

/* --- requests that are held: store_sqlite_held.c ----------------------------
 */

/* Is the one with this id waiting? CONFLICT when not. */
ax_status ax_store_held_holds(ax_store_conn *conn, ax_str id,
                              ax_error *err) AX_MUST_USE;
/* May it be settled so? CONFLICT when not. */
ax_status ax_store_held_ends(ax_store_conn *conn, const ax_held *end,
                             ax_error *err) AX_MUST_USE;
/* All that the commit adds and settles. */
ax_status ax_store_held_apply(ax_store_conn *conn, ax_store_state *state,
                              const ax_store_job *job,
                              ax_error *err) AX_MUST_USE;
ax_status ax_store_sqlite_held(ax_store_backend *backend, ax_arena *arena,
                               const ax_held_filter *filter, int64_t now_ms,
                               ax_held **out, size_t *count, ax_error *err);

/* --- settings and the walk: store_sqlite_walk.c -----------------------------
 */

ax_status ax_store_walk_set(ax_store_conn *conn, const ax_setting *setting,
                            ax_error *err) AX_MUST_USE;
/* New facts of what is there in that version. */
ax_status ax_store_walk_refact(ax_store_conn *conn, ax_store_state *state,
                               const ax_write *write,
                               ax_error *err) AX_MUST_USE;
ax_status ax_store_walk_reindex(ax_store_conn *conn, const ax_write *write,
                                ax_error *err) AX_MUST_USE;
ax_status ax_store_sqlite_setting(ax_store_backend *backend, ax_arena *arena,
                                  ax_str name, ax_str *out, ax_error *err);
ax_status ax_store_sqlite_walk(ax_store_backend *backend, ax_arena *arena,
                               const ax_walk *walk, ax_walked **out,
                               size_t *count, ax_error *err);

/* --- whose facts: store_sqlite_adopt.c --------------------------------------
 */

ax_status ax_store_adopt_holds(ax_store_conn *conn, const ax_adoption *a,
                               ax_error *err) AX_MUST_USE;
ax_status ax_store_adopt(ax_store_conn *conn, const ax_adoption *a,
                         ax_error *err) AX_MUST_USE;

/* --- outbox: store_sqlite_outbox.c ------------------------------------------
 */

ax_status ax_store_sqlite_outbox_add(ax_store_conn *conn, ax_outbox *row,
                                     ax_error *err) AX_MUST_USE;
/* CONFLICT when it does not wait (any more). */
ax_status ax_store_sqlite_outbox_settle(ax_store_conn *conn,
                                        const ax_outbox *row,
                                        ax_error *err) AX_MUST_USE;
ax_status ax_store_sqlite_outbox_due(ax_store_backend *backend, ax_arena *arena,
                                     const ax_outbox_due *due, ax_outbox **out,
                                     size_t *count, ax_error *err);
ax_status ax_store_sqlite_outbox_backlogs(ax_store_backend *backend,
                                          ax_arena *arena,
                                          ax_outbox_backlog **out,
                                          size_t *count,
                                          ax_error *err) AX_MUST_USE;
ax_status ax_store_sqlite_outbox_list(ax_store_backend *backend,
                                      ax_arena *arena,
                                      const ax_outbox_filter *filter,
                                      ax_outbox **out, size_t *count,
                                      ax_error *err);
/* Those that came of a task, in the caller's transaction. */
ax_status ax_store_sqlite_outbox_of(ax_store_conn *conn, ax_arena *arena,
                                    int64_t audit, ax_outbox **out,
                                    size_t *count, ax_error *err) AX_MUST_USE;

/* --- what became of a message: store_sqlite_trace.c -------------------------
 */

ax_status ax_store_sqlite_trace(ax_store_backend *backend, ax_arena *arena,
                                ax_str name, size_t max, ax_trace **out,
                                size_t *count, ax_error *err);

/* --- copying: store_sqlite_copy.c -------------------------------------------
 */

ax_status ax_store_sqlite_copy(ax_store_backend *backend, const char *folder,
                               ax_error *err);

/* --- the store's file: store_sqlite.c --------------------------------------
 */

/* A reader's connection inside a read transaction; give it back in any case. */
ax_status ax_store_sqlite_borrow(ax_store_backend *backend, ax_store_conn **out,
                                 ax_error *err) AX_MUST_USE;
void ax_store_sqlite_return(ax_store_backend *backend, ax_store_conn *conn);

#endif
