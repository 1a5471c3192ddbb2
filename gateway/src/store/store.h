/*
 * store.h - everything that must survive: resource versions, their search
 * index, patient facts, score tasks, results, evidence, audit.
 *
 * Writing: a request builds one ax_commit, hands it to ax_store_commit and
 * waits. One writer thread puts many waiting commits into one SQLite
 * transaction and one fsync (group commit); each commit is atomic on its own
 * (a savepoint), and ax_store_commit returns only when its bytes are on disk.
 * A large commit is written in steps that nobody sees, others between them, and
 * shown at once: small ones do not wait for it.
 *
 * Optimism: whatever a request decided from what it read ("no Patient has this
 * identifier yet") goes into the commit as a precondition. The writer checks
 * it again inside the transaction; when it no longer holds the answer is
 * CONFLICT and the request starts over from its reading.
 *
 * Reading: any thread, own connection, a consistent snapshot per call.
 *
 * Ids: the caller gives them (UUIDv7 text for new resources); inside, rows are
 * keyed by integers. Versions count 1, 2, 3 ... per resource.
 *
 * Facts and index rows belong to the current version of a resource: a new
 * version replaces them, a deletion removes them.
 *
 * Lifetime: texts in a commit must live until ax_store_commit returns; results
 * of reads live in the arena given.
 */
#ifndef AX_STORE_STORE_H
#define AX_STORE_STORE_H

#include "fhir/fhir_fact.h"
#include "fhir/fhir_index.h"
#include "json/json.h"

typedef struct ax_store ax_store;

typedef struct {
  const char *folder;   /* data folder; made when missing */
  uint64_t cache_bytes; /* page cache of the writer; 0: default */
  unsigned batch_max;   /* commits in one transaction; 0: default */
  unsigned queue_max;   /* waiting commits before UNAVAILABLE; 0: default */
  bool read_only; /* for inspection, also beside a running gateway: nothing
                     can be committed, the folder is not locked */
} ax_store_options;

/* IO (with what the system said), FULL, INVALID (not a store of ours, or of a
 * newer version), CONFLICT (another process has it open); with `read_only` also
 * NOT_FOUND (there is none) and INVALID for one of an older version. */
ax_status ax_store_open(const ax_store_options *options, ax_store **out,
                        ax_error *err) AX_MUST_USE;
/* Waits for what was handed in, checkpoints, closes. */
void ax_store_close(ax_store *store);

/* --- what a search gives back (rows and queries: fhir/fhir_index.h) --------
 */

typedef struct {
  ax_str type, id;
  uint64_t version;
  int64_t updated_ms;
  bool deleted;
  ax_str body; /* JSON; empty when deleted */
} ax_stored;

typedef struct {
  ax_stored *items;
  size_t count;
  uint64_t next;    /* cursor for the page after; 0: this was the last. A cursor
                       is a position in time and stays good whatever is written;
                       what was changed meanwhile stands at its new time. */
  ax_str next_keys; /* goes with the cursor of a sorted search */
  bool has_total;   /* asked for, or the first page holds all */
  uint64_t total;
} ax_page;

/* --- reading ------------------------------------------------------------- */

enum { AX_VERSION_ANY = 0 }; /* the current one */

/* Version AX_VERSION_ANY is the current one. NOT_FOUND; a deleted one is found,
 * flagged. */
ax_status ax_store_read(ax_store *store, ax_arena *arena, ax_str type,
                        ax_str id, uint64_t version, ax_stored *out,
                        ax_error *err) AX_MUST_USE;

ax_status ax_store_search(ax_store *store, ax_arena *arena,
                          const ax_query *query, ax_page *out,
                          ax_error *err) AX_MUST_USE;

/* The codes that the current version of a resource has in these index rows (of
 * references: "Type/id"); none for what is not there. */
typedef struct {
  ax_str type, id;
  const ax_str *params;
  size_t param_count;
} ax_rows_of;

ax_status ax_store_values(ax_store *store, ax_arena *arena,
                          const ax_rows_of *of, const ax_str **out,
                          size_t *count, ax_error *err) AX_MUST_USE;

/* Which versions of what: of everything, of a type, of one resource. */
typedef struct {
  ax_str type, id; /* empty: all types, all of the type */
  bool has_since;  /* made at or after this moment */
  int64_t since_ms;
  bool has_at; /* current at some moment of this interval */
  int64_t at_lo, at_hi;
  uint64_t after; /* cursor of the page before; 0: first page */
  size_t limit;
} ax_history;

/* Versions, the newest first; deletions are among them, flagged. `total` is
 * known for one resource, and where the first page holds all. The page's
 * cursor stays good whatever is written. NOT_FOUND: the one resource was never
 * here. */
ax_status ax_store_history(ax_store *store, ax_arena *arena,
                           const ax_history *history, ax_page *out,
                           ax_error *err) AX_MUST_USE;

/*
 * All current facts of a patient, those without a time first, then by time; a
 * total order (`patient` is "Patient/id" or whatever text
 * the subject references carry). `filters` limit facts to these codes; count
 * 0: everything. PATIENT and EXTENSION facts always come.
 */
ax_status ax_store_facts(ax_store *store, ax_arena *arena, ax_str patient,
                         const ax_fact_code *filters, size_t filter_count,
                         ax_facts *out, ax_error *err) AX_MUST_USE;

/* The facts of the current version of a resource, and whose they are; none when
 * there is no such resource or it says nothing about a patient. */
ax_status ax_store_facts_of(ax_store *store, ax_arena *arena, ax_str type,
                            ax_str id, ax_facts *out, ax_str *patient,
                            ax_error *err) AX_MUST_USE;

/* --- writing ------------------------------------------------------------- */

typedef struct {
  ax_str type, id;
  uint64_t version;   /* the version this write makes: 1 = must not exist yet,
                         n = n-1 must be current, else CONFLICT */
  int64_t updated_ms; /* 1970 .. 2248: orders searches, is _lastUpdated */
  ax_str body;        /* complete JSON with id and meta; empty: deletes */
  ax_str patient;     /* subject text for facts, "" when none; a Patient without
                         one is its own subject: "Patient/id" */
  const ax_index_row *index;
  size_t index_count;
  const ax_fact *facts;
  size_t fact_count;
  /* A result: the versions it rests on ("Type/id/_history/n"; others are left
   * out). They must be current, else CONFLICT; later versions find the result
   * by them, until it has a newer version itself. */
  const ax_str *basis;
  size_t basis_count;
  bool keeps_basis; /* results that rest on the version before rest on this one:
                       nothing that they use was changed */
  ax_str model;     /* whose result; also its as-of */
  int64_t as_of_ms;
} ax_write;

typedef struct { /* "this query finds exactly this" */
  const ax_query *query;
  ax_str expect_id; /* empty: finds nothing */
} ax_precondition;

typedef enum { AX_TASK_WAITING, AX_TASK_DONE, AX_TASK_FAILED } ax_task_state;

typedef struct { /* score this patient with this model */
  uint64_t key;  /* set by the store */
  ax_str model;  /* model id, e.g. "org.auspex-gateway.endpac" */
  ax_str patient;
  int64_t as_of_ms;
  int64_t not_before_ms; /* background scorer: not earlier (back-off) */
  unsigned attempts;
  ax_str note; /* why it failed last or what it came to, without patient data */
  ax_str results; /* of a finished one: "Type/id", comma separated */
} ax_task;

typedef struct { /* one inference, enough to recompute it bit for bit */
  ax_str model, model_version, module_digest, params_digest, engine;
  ax_str row;     /* JSON: the cells as the plug-in saw them */
  ax_str output;  /* JSON: what it answered */
  ax_str results; /* identifiers of the resources written, comma separated */
  ax_str caller;
  int64_t as_of_ms, at_ms;
  int64_t took_us;
} ax_evidence;

typedef struct {
  int64_t at_ms;
  ax_str request_id, caller, action, target, outcome;
  ax_str message; /* what the sender calls it: its key, the Bundle's identifier;
                     may be empty */
  ax_str identifier; /* the Bundle's, where it is not `message`; may be empty */
} ax_audit;

typedef enum {
  AX_OUTBOX_WAITING,
  AX_OUTBOX_SENT,
  AX_OUTBOX_DEAD
} ax_outbox_state;

typedef struct { /* something that somebody is to be told */
  uint64_t key;  /* set by the store; grows */
  ax_str target; /* a configured one's name, or "Subscription/id" */
  ax_str patient;
  ax_str type, id; /* what is to be told, in this version */
  uint64_t version;
  uint64_t task; /* that gave it; 0: none */
  int64_t at_ms, not_before_ms;
  unsigned attempts;
  ax_outbox_state state;
  ax_str note; /* why it was not delivered, or how it was */
} ax_outbox;

/*
 * Exactly once. Whoever sends under a key (an Idempotency-Key) finds, when it
 * sends again, what the first time came to: a record of that is written in the
 * same transaction as what was done. A request that is done in pieces (a batch)
 * leaves one record for each piece.
 */
typedef struct {
  ax_str sender, name; /* a key means something for one sender only */
  ax_str digest;       /* of everything that was asked for */
  int64_t now_ms;      /* records that end before do not count */
} ax_once_key;

typedef struct { /* "nobody did this since I looked, and now it is done" */
  const ax_once_key *key;
  int64_t until_ms; /* how long it counts */
  uint64_t seen; /* records of the key when this was decided; else CONFLICT */
  ax_str note;   /* what came of it, as the caller wants it back */
} ax_once;

typedef struct {
  ax_str digest, note;
} ax_once_record;

/*
 * A request that was received whole and is kept as it came, apart from the
 * resources: nothing of it is found, scored or delivered. Refused by validation
 * and waiting for somebody to correct it (quarantine); to be done later (a
 * job); or done already although validation found faults, and only what it
 * found is kept (tagged).
 */
typedef enum {
  AX_HELD_REFUSED,
  AX_HELD_JOB,
  AX_HELD_TAGGED,
  AX_HELD_KINDS
} ax_held_kind; /* numbers in the database */

typedef enum {
  AX_HELD_WAITING,
  AX_HELD_DONE,   /* released, or carried out */
  AX_HELD_DROPPED /* discarded, or cancelled */
} ax_held_state;  /* numbers in the database */

typedef struct {
  uint64_t key; /* set by the store; grows */
  ax_str id;    /* what others ask for it by */
  ax_held_kind kind;
  ax_held_state state;
  ax_str sender, request_id, message; /* as ax_audit */
  ax_str target;    /* "Patient/1", "Bundle"; TAGGED: the version's reference */
  ax_str request;   /* JSON: what was asked, besides the body */
  int64_t at_ms;    /* when it came */
  int64_t until_ms; /* once it waits no more it is removed then; 0: never */
  ax_str body;      /* as sent; gone when it waits no more */
  int status;       /* HTTP status that goes with `outcome`; 0: none yet */
  ax_str outcome;   /* JSON: OperationOutcome, Bundle; may be empty */
  ax_str note;      /* who decided about it, and why */
} ax_held;

typedef struct { /* something to remember, by name; an empty value forgets */
  ax_str name, value;
} ax_setting;

typedef struct { /* facts of `from` become facts of `to` (both subjects) */
  ax_str from, to;
  bool checked; /* CONFLICT unless `from` has facts just as `waiting` says */
  bool waiting;
  /* Only those that were `origin`'s (empty: `to`'s) before they became
   * `from`'s, for two records that are not one person's after all. What rests
   * on them and is a result of `from` is outdated. */
  bool back;
  ax_str origin;
} ax_adoption;

typedef struct {
  ax_write *writes;
  size_t write_count;
  const ax_precondition *preconditions;
  size_t precondition_count;
  ax_task *tasks; /* new; their keys are filled in */
  size_t task_count;
  const ax_task *finished; /* by key: attempts, not_before, note are kept */
  const ax_task_state *finished_state; /* WAITING: try again later */
  size_t finished_count;
  const ax_evidence *evidence;
  size_t evidence_count;
  const ax_audit *audit;        /* may be NULL */
  const ax_once *once;          /* may be NULL */
  const ax_adoption *adoptions; /* done after the writes */
  size_t adoption_count;
  ax_outbox *outbox; /* new; their keys are filled in */
  size_t outbox_count;
  const ax_outbox *sent; /* by key: state, attempts, times, note */
  size_t sent_count;
  ax_held *held; /* new; their keys are filled in */
  size_t held_count;
  /* By id, which must be waiting, else CONFLICT: state, status, outcome, note,
   * until_ms. One that goes on waiting keeps its body. A job that is done can
   * be dropped, too. */
  const ax_held *settled;
  size_t settled_count;
  ax_str needs_held; /* the id of one that must be waiting; may be empty */
  /* New index rows (type, id, version, index) of what is stored already; one
   * that has another version now is passed over: it has its rows. */
  const ax_write *reindexed;
  size_t reindexed_count;
  /* New facts (type, id, version, patient, facts) of what is stored already, of
   * which another resource says something else now: results that rest on them
   * are outdated. One that has another version now is passed over. */
  const ax_write *refacts;
  size_t refact_count;
  const ax_setting *settings;
  size_t setting_count;
} ax_commit;

/*
 * Makes `commit` durable or leaves no trace. CONFLICT (a precondition, a
 * version, or an id that is there already; also a task that was finished by
 * somebody else), UNAVAILABLE (queue full, closing, locked), FULL (disk), IO
 * (read-only, damaged). An empty commit writes a little, too: it tells whether
 * the disk takes anything, and ends `failing`.
 */
ax_status ax_store_commit(ax_store *store, ax_commit *commit,
                          ax_error *err) AX_MUST_USE;

/* The records of a key, oldest first. */
ax_status ax_store_once(ax_store *store, ax_arena *arena,
                        const ax_once_key *key, ax_once_record **out,
                        size_t *count, ax_error *err) AX_MUST_USE;

/* --- requests that are held ---------------------------------------------- */

typedef struct {
  bool any_state;
  ax_held_kind kind;
  ax_held_state state;
  ax_str id;      /* empty: any */
  ax_str sender;  /* empty: any */
  ax_str target;  /* TAGGED: of this version; empty: any */
  uint64_t after; /* keys above this */
  size_t max;
  bool whole; /* with body and outcome */
} ax_held_filter;

/* By key. Those that ended are gone once their time is over (`now_ms`). */
ax_status ax_store_held(ax_store *store, ax_arena *arena,
                        const ax_held_filter *filter, int64_t now_ms,
                        ax_held **out, size_t *count,
                        ax_error *err) AX_MUST_USE;

/* --- settings, and a walk over everything -------------------------------- */

/* The value of a setting; empty when there is none. */
ax_status ax_store_setting(ax_store *store, ax_arena *arena, ax_str name,
                           ax_str *out, ax_error *err) AX_MUST_USE;

typedef struct {
  uint64_t after; /* keys above this; 0: from the first */
  size_t max, bytes; /* at most so many, and hardly more of bodies than that,
                        but one at least */
} ax_walk;

typedef struct {
  uint64_t key; /* where the walk stands */
  ax_stored stored;
} ax_walked;

/* Current versions of what is not deleted, in the order of their keys. */
ax_status ax_store_walk(ax_store *store, ax_arena *arena, const ax_walk *walk,
                        ax_walked **out, size_t *count,
                        ax_error *err) AX_MUST_USE;

/* --- results and what they rest on --------------------------------------- */

typedef struct {
  ax_str type, id; /* of the result */
  uint64_t version;
  ax_str model, patient;
  int64_t as_of_ms;
} ax_standing;

typedef struct {
  ax_standing *items;
  size_t count;
} ax_standings;

/* Results that rest on a version of Type/id before `version`. */
ax_status ax_store_standing(ax_store *store, ax_arena *arena, ax_str type,
                            ax_str id, uint64_t version, ax_standings *out,
                            ax_error *err) AX_MUST_USE;

/* Results of `patient` that rest on facts which were `other`'s before. */
ax_status ax_store_parted(ax_store *store, ax_arena *arena, ax_str patient,
                          ax_str other, ax_standings *out,
                          ax_error *err) AX_MUST_USE;

/* Results of the model for the patient, as of that moment, that rest on what
 * has been changed or deleted since. */
ax_status ax_store_outdated(ax_store *store, ax_arena *arena, ax_str model,
                            ax_str patient, int64_t as_of_ms, ax_standings *out,
                            ax_error *err) AX_MUST_USE;

/* --- tasks --------------------------------------------------------------- */

/* No task waits longer than this: one that seems to was put off by a clock that
 * has been set back since, and is due. */
enum { AX_STORE_TASK_WAIT_MS = 1800000 };

/* Waiting tasks whose time has come, longest due first, at most `max`. */
ax_status ax_store_tasks_due(ax_store *store, ax_arena *arena, int64_t now_ms,
                             size_t max, ax_task **tasks, size_t *count,
                             ax_error *err) AX_MUST_USE;

/* --- outbox --------------------------------------------------------------- */

typedef struct {
  ax_str target;
  bool begins; /* all targets whose name begins so */
  int64_t now_ms;
  size_t max;
} ax_outbox_due;

/* What is due, oldest first: of each patient only the oldest that waits, so
 * that what is told about one stays in order. */
ax_status ax_store_outbox_due(ax_store *store, ax_arena *arena,
                              const ax_outbox_due *due, ax_outbox **out,
                              size_t *count, ax_error *err) AX_MUST_USE;

typedef struct {
  bool any_state;
  ax_outbox_state state;
  ax_str target;   /* empty: any */
  ax_str type, id; /* empty: any */
  uint64_t key;    /* 0: any */
  uint64_t after;  /* keys above this */
  size_t max;
} ax_outbox_filter;

/* What is or was to be told, by key. */
ax_status ax_store_outbox_list(ax_store *store, ax_arena *arena,
                               const ax_outbox_filter *filter, ax_outbox **out,
                               size_t *count, ax_error *err) AX_MUST_USE;

typedef struct { /* of one target; all Subscriptions are one */
  ax_str target;
  uint64_t waiting, dead;
  int64_t oldest_ms; /* at_ms of what waits longest; 0: nothing waits */
} ax_outbox_backlog;

/* Targets of whom something waits or is dead, by name. */
ax_status ax_store_outbox_backlogs(ax_store *store, ax_arena *arena,
                                   ax_outbox_backlog **out, size_t *count,
                                   ax_error *err) AX_MUST_USE;

/* --- what became of a message ----------------------------------------------
 */

typedef struct {
  ax_audit audit;
  ax_task *tasks; /* that it caused, with states */
  ax_task_state *states;
  size_t task_count;
  ax_outbox *outbox; /* that those caused */
  size_t outbox_count;
} ax_trace;

/* Everything that was accepted under this request id or message name (its key or
 * its Bundle's identifier), newest
 * first, at most `max`. */
ax_status ax_store_trace(ax_store *store, ax_arena *arena, ax_str name,
                         size_t max, ax_trace **out, size_t *count,
                         ax_error *err) AX_MUST_USE;

/* --- evidence -------------------------------------------------------------
 */

typedef struct {
  uint64_t key; /* grows with each record */
  ax_str text;  /* canonical JSON (store_evidence.h) */
} ax_evidence_record;

/* At most `max` records behind `after` (0: from the first), in order. */
ax_status ax_store_evidence_page(ax_store *store, ax_arena *arena,
                                 uint64_t after, size_t max,
                                 ax_evidence_record **out, size_t *count,
                                 ax_error *err) AX_MUST_USE;

/* --- looking in from outside --------------------------------------------- */

typedef struct {
  uint64_t resources; /* not deleted */
  uint64_t versions, facts, tasks_waiting, tasks_done, tasks_failed, evidence;
  uint64_t commits, transactions; /* since the store was opened */
  uint64_t held[AX_HELD_KINDS];   /* waiting */
  uint64_t bytes;                 /* of the main file */
  unsigned queue, queue_max;      /* commits waiting now; the most that may */
  bool failing;                   /* the last transaction failed on the disk */
} ax_store_stats;
ax_status ax_store_stats_read(ax_store *store, ax_store_stats *out,
                              ax_error *err) AX_MUST_USE;

/* What an inspection found wrong, in sentences; none: all is well. */
typedef struct {
  const ax_str *faults;
  size_t count;
  bool more;                   /* there were more than are listed */
  uint64_t versions, evidence; /* looked at */
} ax_store_report;

/*
 * Reads the whole store: the database's own structure, bodies that unpack,
 * rows whose owner is missing, totals, and the chain of evidence hashes. Takes
 * long on a large store; writing goes on meanwhile. IO, NOMEM.
 */
ax_status ax_store_check(ax_store *store, ax_arena *arena, ax_store_report *out,
                         ax_error *err) AX_MUST_USE;

/*
 * Writes a copy as it is at one moment into `folder`, which must not hold a
 * store, syncs it and inspects it. The copy is a data folder like any other.
 * Writing goes on meanwhile, also by another process. IO, FULL, CONFLICT (there
 * is a store), INVALID (the copy has faults: `out` lists them).
 */
ax_status ax_store_backup(ax_store *store, ax_arena *arena, const char *folder,
                          ax_store_report *out, ax_error *err) AX_MUST_USE;

#endif
