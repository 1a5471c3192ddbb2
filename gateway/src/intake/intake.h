/*
 * intake.h - the data path: what happens between a parsed request body and its
 * answer. A newcomer reads intake.c first.
 *
 *   validate -> resolve references -> commit (inputs, index, facts, tasks)
 *            -> score -> commit (results, evidence) -> answer
 *
 * Threads: any; a call stays on its thread. Background work (tasks that missed
 * their deadline, or that a crash left) runs on the scorer thread that
 * ax_intake_start began.
 */
#ifndef AX_INTAKE_INTAKE_H
#define AX_INTAKE_INTAKE_H

#include <stdatomic.h>

#include "fhir/fhir_issue.h"
#include "intake/intake_mode.h"
#include "intake/intake_outbox.h"
#include "intake/intake_translate.h"
#include "scoring/score.h"
#include "search/search.h"
#include "store/store.h"
#include "validate/validate.h"

typedef struct ax_intake ax_intake;

typedef struct {
  ax_store *store;
  ax_validator *validator;
  ax_registry *registry;
  ax_search *search;
  ax_score_host *host;   /* NULL: nothing is scored */
  int64_t score_wait_ms; /* how long a request waits for its scores */
  const char *base;      /* published base URL, or NULL: the request's */
  ax_intake_translate *translate; /* of senders' codes; NULL: none */
  bool risk_observations; /* each RiskAssessment also as an Observation */
  const char *known_as;  /* bases under which others know our Patients */
  const ax_intake_outbox *outbox; /* who is told of results; NULL: nobody */
  const ax_intake_modes *modes;   /* NULL: what is faulty is refused */
  uint64_t quarantine_max;        /* most that wait there */
  int64_t quarantine_keep_ms; /* how long it is known what became of them */
  uint64_t jobs_max;          /* most Bundles that wait to be done later */
  uint64_t jobs_memory; /* most memory that one of them, or a part of a load,
                           may use */
  int64_t jobs_keep_ms;       /* how long its answer is kept */
} ax_intake_options;

ax_status ax_intake_new(const ax_intake_options *options, ax_intake **out,
                        ax_error *err) AX_MUST_USE;
ax_status ax_intake_start(ax_intake *intake, ax_error *err) AX_MUST_USE;
/* Stores the Devices of models that became active since. */
ax_status ax_intake_devices(ax_intake *intake, ax_error *err) AX_MUST_USE;
/* Stops the scorer thread; waiting tasks stay in the store. */
void ax_intake_stop(ax_intake *intake);
void ax_intake_free(ax_intake *intake);

/* A request that comes out of quarantine: its commit ends its stay there. */
typedef struct {
  ax_str id;
  int64_t at_ms; /* when it came in: what was changed since is not overwritten */
  ax_str note;   /* who releases it, and why */
} ax_intake_release;

/* How far a request is that nobody waits for. */
typedef struct {
  atomic_size_t done, total; /* entries */
  atomic_bool stop;          /* do no more than has begun */
} ax_intake_progress;

typedef struct {
  ax_arena *arena;
  ax_str source;      /* the body, for places */
  const ax_json *doc; /* its tree */
  ax_str base;        /* base URL of this request */
  ax_str request_id, caller;
  ax_str message; /* what the sender calls it, or empty */
  ax_str identifier; /* of the Bundle, or empty */
  /* To be done once only under this key (intake_once.h); NULL: no key. */
  const ax_once_key *once;
  int64_t once_until_ms; /* how long that is remembered */
  struct ax_intake_once *known; /* of the key, for who does it in pieces; NULL */
  const ax_intake_release *release; /* NULL: it comes from its sender */
  ax_intake_progress *progress;     /* NULL: its sender waits for it */
  bool score_later; /* in the background: nobody waits for scores */
  ax_str job; /* the id of a job, which must not be cancelled; or empty */
} ax_intake_request;

typedef struct {
  ax_str type, id;
  uint64_t version; /* 0: a deletion that found nothing */
  int64_t updated_ms;
  bool created; /* false: it was there, or is there in a new version */
  ax_str body;  /* as stored; empty when deleted */
} ax_receipt;

/* What came of it: with an http_status of 400 and above it was refused, with
 * 202 it is in quarantine, else there is a receipt. */
typedef struct {
  ax_fhir_issues *issues; /* also warnings, and faults, of what was accepted */
  int http_status; /* proposed: 200, 201, 202, 204, 400, 409, 410, 412, 422 ... */
  ax_receipt receipt;
  ax_str held; /* 202: the id under which it is kept */
  ax_str job;  /* 202: the id of the job that does it, or did it, later */
  bool postponed; /* a batch: some entries failed for now (503, 507) */
} ax_intake_result;

typedef enum {
  AX_INTAKE_CREATE, /* rq->doc is the resource */
  AX_INTAKE_UPDATE, /* rq->doc is the resource */
  AX_INTAKE_MODIFY, /* rq->doc is a JSON Patch or Parameters */
  AX_INTAKE_REMOVE  /* rq->doc is NULL */
} ax_intake_verb;

/* Any version: it must exist (If-Match: *), or must not (If-None-Match: *). */
#define AX_INTAKE_ANY_VERSION UINT64_MAX

/* One change of one resource. */
typedef struct {
  ax_intake_verb verb;
  ax_str type, id;      /* id: empty for a create and where a condition says */
  ax_str condition;     /* Type?condition; empty: by id */
  ax_str if_none_exist; /* CREATE; a query, or empty */
  uint64_t if_match, if_none_match; /* a version; 0: not asked */
} ax_intake_change;

ax_status ax_intake_apply(ax_intake *intake, const ax_intake_request *sent,
                          const ax_intake_change *change, ax_intake_result *out,
                          ax_error *err) AX_MUST_USE;

/* POST Type, perhaps with If-None-Exist (its query; empty: none). */
ax_status ax_intake_create(ax_intake *intake, const ax_intake_request *rq,
                           ax_str type, ax_str if_none_exist,
                           ax_intake_result *out, ax_error *err) AX_MUST_USE;

/* Is it a Bundle that can be posted to the base? What it lacks is an issue. */
bool ax_intake_bundle_fits(const ax_json *doc, ax_fhir_issues *issues);

/*
 * POST base with a batch or transaction. `answer` receives the response Bundle
 * (one entry per entry, in order) when the result has no errors. `prefer` is
 * "minimal", "representation" or "OperationOutcome".
 */
ax_status ax_intake_bundle(ax_intake *intake, const ax_intake_request *sent,
                           ax_str prefer, ax_buf *answer, ax_intake_result *out,
                           ax_error *err) AX_MUST_USE;

/* --- NDJSON: many resources of one type (intake_lines.h) ------------------- */

typedef struct {
  size_t lines; /* not blank, looked at */
  size_t created, updated, unchanged, held, tagged, refused;
  size_t until; /* up to this line all is decided */
} ax_intake_loaded;

/*
 * Loads rq->source, one resource of `type` in each line (rq->doc is not used):
 * with an id it is an update, else a create. Each line stands alone, as the
 * entries of a batch do. out->issues tells of refused lines (and what was found
 * about those that were kept or tagged) with the line's number. out->http_status
 * is 200, or 503 or 507 when a failure of ours ended it early: out counts what
 * was done by then, and under its key the same request goes on from there.
 */
ax_status ax_intake_lines_load(ax_intake *intake, const ax_intake_request *rq,
                               ax_str type, ax_intake_loaded *loaded,
                               ax_intake_result *out,
                               ax_error *err) AX_MUST_USE;

/* --- Bundles that are done later (intake_jobs.h) --------------------------- */

/*
 * Accepts the Bundle as a job: out->job, status 202. Under a key that was used
 * for a job before it is that one; under one that was used without, nothing is
 * accepted and out->http_status is 0: do it at once. UNAVAILABLE when too many
 * wait; FULL, IO, NOMEM.
 */
ax_status ax_intake_jobs_accept(ax_intake *intake, const ax_intake_request *rq,
                                ax_str prefer, ax_intake_result *out,
                                ax_error *err) AX_MUST_USE;

typedef struct {
  ax_held held;       /* with outcome, when it is done */
  bool running;       /* else it waits, or is done */
  size_t done, total; /* entries of a batch that runs */
  size_t ahead;       /* jobs before it */
} ax_intake_job;

/* NOT_FOUND also for one that was cancelled or is long done. */
ax_status ax_intake_jobs_look(ax_intake *intake, ax_arena *arena, ax_str id,
                              ax_intake_job *out, ax_error *err) AX_MUST_USE;

/* Cancels it, or forgets its answer. NOT_FOUND, IO ... */
ax_status ax_intake_jobs_cancel(ax_intake *intake, ax_arena *arena, ax_str id,
                                ax_error *err) AX_MUST_USE;

/*
 * Carries out what was kept in quarantine (`held`, whole), as its sender's and
 * with the body in `rq`, or with its own when rq->source is empty; rq->base,
 * arena and release->note are used besides. Faults refuse it in every mode, and
 * it stays where it is. `answer` as for ax_intake_bundle. CONFLICT when it was
 * released or discarded meanwhile.
 */
ax_status ax_intake_release_run(ax_intake *intake, const ax_intake_request *rq,
                                const ax_held *held, ax_buf *answer,
                                ax_intake_result *out,
                                ax_error *err) AX_MUST_USE;

/* Ends the stay of `held` in quarantine for good. CONFLICT, IO ... */
ax_status ax_intake_release_discard(ax_intake *intake, ax_arena *arena,
                                    const ax_held *held, ax_str who,
                                    ax_str note, ax_error *err) AX_MUST_USE;

typedef struct {
  const ax_json *bundle; /* the inputs: a Bundle of any type */
  const ax_str *models;  /* ids or names wanted; count 0: all */
  size_t model_count;
  int64_t as_of_ms; /* 0: now; an explicit one tags the results retrospective */
} ax_intake_inputs;

/* $score: a Bundle of inputs to a Bundle of results; nothing is stored. With
 * errors in `issues` there is no answer. UNAVAILABLE, TIMEOUT, NOMEM. */
ax_status ax_intake_score(ax_intake *intake, const ax_intake_request *rq,
                          const ax_intake_inputs *inputs, ax_buf *answer,
                          ax_fhir_issues *issues, ax_error *err) AX_MUST_USE;

#endif
