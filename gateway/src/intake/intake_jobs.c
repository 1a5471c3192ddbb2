#include "intake/intake_jobs.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/uuid.h"
#include "intake/intake_once.h"
#include "intake/intake_service.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum {
  LIST_ARENA = 16 << 20,
  TEXT_MAX = 256 << 20,
  REST_MS = 5000,   /* looks itself, should nobody call */
  BACKOFF_MS = 500, /* doubled with each failure, up to */
  BACKOFF_MAX_MS = 60000,
  /* A job that ends the process each time must not do so for ever. */
  ATTEMPTS = 10,
  /* Records of a half-done batch count at least this long. */
  KEEP_HALF_MS = 7 * 24 * 3600 * 1000
};

struct ax_intake_jobs {
  ax_intake *intake;
  ax_intake_progress progress; /* of the one that runs */
  pthread_mutex_t mutex;       /* what follows */
  pthread_cond_t wake;
  pthread_t thread;
  bool started, stopping, called;
  char running[AX_UUID_TEXT + 1]; /* its id; empty: none */
  size_t accepting;               /* between the look at the bound and the commit */
};

/* --- accepting -------------------------------------------------------------
 */

static void call_thread(ax_intake_jobs *jobs) {
  pthread_mutex_lock(&jobs->mutex);
  jobs->called = true;
  pthread_cond_signal(&jobs->wake);
  pthread_mutex_unlock(&jobs->mutex);
}

/* How many are on their way into the store, this one among them. */
static size_t enter(ax_intake_jobs *jobs) {
  pthread_mutex_lock(&jobs->mutex);
  size_t n = ++jobs->accepting;
  pthread_mutex_unlock(&jobs->mutex);
  return n;
}

static void leave(ax_intake_jobs *jobs) {
  pthread_mutex_lock(&jobs->mutex);
  jobs->accepting--;
  pthread_mutex_unlock(&jobs->mutex);
}

static ax_status write_request(const ax_intake_request *rq, ax_str prefer,
                               ax_str *out) {
  ax_buf buf = AX_BUF_INIT(1 << 20);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("base"), rq->base);
  ax_json_write_member(&w, AX_STR("prefer"), prefer);
  ax_json_write_close(&w);
  ax_status status = ax_json_write_end(&w);
  *out = ax_arena_str(rq->arena, ax_buf_view(&buf));
  ax_buf_free(&buf);
  if (status) return status;
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status make(const ax_intake_request *rq, ax_str prefer,
                      ax_held *out) {
  char *id = AX_NEW_ARRAY(rq->arena, char, AX_UUID_TEXT + 1);
  if (!id) return AX_NOMEM;
  int64_t now = ax_clock_wall_ms();
  ax_uuid_text(ax_uuid_v7(now), id);
  *out = (ax_held){ .id = { id, AX_UUID_TEXT },
                    .kind = AX_HELD_JOB,
                    .sender = rq->caller,
                    .request_id = rq->request_id,
                    .message = rq->message,
                    .target = AX_STR("Bundle"),
                    .at_ms = now,
                    .body = rq->source };
  return write_request(rq, prefer, &out->request);
}

static ax_status keep(ax_intake *intake, const ax_intake_request *rq,
                      ax_held *held, const ax_intake_once *once,
                      ax_error *err) {
  ax_audit audit = { .at_ms = held->at_ms,
                     .request_id = rq->request_id,
                     .caller = rq->caller,
                     .action = AX_STR("respond-async"),
                     .target = AX_JOIN(rq->arena, AX_STR("Job/"), held->id),
                     .outcome = AX_STR("accepted"),
                     .message = rq->message,
                     .identifier = rq->identifier };
  ax_once record = { .key = rq->once,
                     .until_ms = rq->once_until_ms,
                     .seen = once->seen,
                     .note = AX_JOIN(rq->arena, AX_STR("job "), held->id) };
  if (!audit.target.ptr || !record.note.ptr) return AX_NOMEM;
  ax_commit commit = { .held = held,
                       .held_count = 1,
                       .audit = &audit,
                       .once = rq->once ? &record : NULL };
  return ax_store_commit(intake->options.store, &commit, err);
}

static ax_status room_for(ax_intake *intake, size_t more, ax_error *err) {
  ax_store_stats stats;
  AX_TRY(ax_store_stats_read(intake->options.store, &stats, err));
  if (stats.held[AX_HELD_JOB] + more <= intake->options.jobs_max) return AX_OK;
  return ax_error_set(err, AX_UNAVAILABLE,
                      "%" PRIu64 " Bundles wait to be done later already",
                      stats.held[AX_HELD_JOB]);
}

/* Its key was used: for the same job, for the same request done at once, or for
 * another one. `*settled` false: it is new. */
static ax_status look_once(ax_intake *intake, const ax_intake_request *rq,
                           ax_intake_once *once, ax_intake_result *out,
                           bool *settled, ax_error *err) {
  AX_TRY(ax_intake_once_look(rq, intake->options.store, once, err));
  *settled = once->seen > 0;
  if (once->other) {
    ax_intake_once_refuse(out->issues);
    out->http_status = 422;
  } else if (once->job.len) {
    out->job = once->job;
    out->http_status = 202;
  } else if (once->seen) {
    out->http_status = 0;
  }
  return AX_OK;
}

static ax_status accept_one(ax_intake *intake, const ax_intake_request *rq,
                            ax_str prefer, ax_intake_result *out,
                            ax_error *err) {
  bool settled = false;
  ax_intake_once once;
  ax_held held;
  AX_TRY(look_once(intake, rq, &once, out, &settled, err));
  if (settled) return AX_OK;
  AX_TRY(make(rq, prefer, &held));
  size_t more = enter(intake->jobs);
  ax_status status = room_for(intake, more, err);
  if (!status) status = keep(intake, rq, &held, &once, err);
  leave(intake->jobs);
  if (status) return status;
  out->job = held.id;
  out->http_status = 202;
  return AX_OK;
}

ax_status ax_intake_jobs_accept(ax_intake *intake, const ax_intake_request *rq,
                                ax_str prefer, ax_intake_result *out,
                                ax_error *err) {
  *out = (ax_intake_result){ .issues = ax_fhir_issues_new(rq->arena),
                             .http_status = 400 };
  if (!out->issues) return AX_NOMEM;
  if (!ax_intake_bundle_fits(rq->doc, out->issues)) return AX_OK;
  /* Of two at the same time under one key the second finds the first. */
  ax_status status = AX_CONFLICT;
  for (int i = 0; i < 4 && status == AX_CONFLICT; i++) {
    ax_error local = { 0 };
    status = accept_one(intake, rq, prefer, out, &local);
    if (status && (status != AX_CONFLICT || i == 3))
      (void)ax_error_set(err, status, "%s", local.text);
  }
  if (!status && out->http_status == 202) call_thread(intake->jobs);
  return status;
}

/* --- looking and cancelling ------------------------------------------------
 */

static ax_status find(ax_intake *intake, ax_arena *arena, ax_str id,
                      ax_held *out, ax_error *err) {
  ax_held *held = NULL;
  size_t count = 0;
  const ax_held_filter filter = { .kind = AX_HELD_JOB,
                                  .any_state = true,
                                  .id = id,
                                  .max = 1,
                                  .whole = true };
  AX_TRY(ax_store_held(intake->options.store, arena, &filter,
                       ax_clock_wall_ms(), &held, &count, err));
  if (!count || held->state == AX_HELD_DROPPED)
    return ax_error_set(err, AX_NOT_FOUND,
                        "there is no such job: it was cancelled, or its answer "
                        "was kept long enough");
  *out = *held;
  return AX_OK;
}

static ax_status count_ahead(ax_intake *intake, ax_arena *arena, uint64_t key,
                             size_t *out, ax_error *err) {
  ax_held *held = NULL;
  size_t count = 0;
  const ax_held_filter filter = { .kind = AX_HELD_JOB, .max = SIZE_MAX };
  AX_TRY(ax_store_held(intake->options.store, arena, &filter,
                       ax_clock_wall_ms(), &held, &count, err));
  *out = 0;
  for (size_t i = 0; i < count && held[i].key < key; i++) (*out)++;
  return AX_OK;
}

ax_status ax_intake_jobs_look(ax_intake *intake, ax_arena *arena, ax_str id,
                              ax_intake_job *out, ax_error *err) {
  ax_intake_jobs *jobs = intake->jobs;
  *out = (ax_intake_job){ 0 };
  AX_TRY(find(intake, arena, id, &out->held, err));
  if (out->held.state != AX_HELD_WAITING) return AX_OK;
  pthread_mutex_lock(&jobs->mutex);
  out->running = ax_str_eq(ax_str_from(jobs->running), id);
  pthread_mutex_unlock(&jobs->mutex);
  if (!out->running)
    return count_ahead(intake, arena, out->held.key, &out->ahead, err);
  out->done = atomic_load(&jobs->progress.done);
  out->total = atomic_load(&jobs->progress.total);
  return AX_OK;
}

ax_status ax_intake_jobs_cancel(ax_intake *intake, ax_arena *arena, ax_str id,
                                ax_error *err) {
  ax_intake_jobs *jobs = intake->jobs;
  ax_held held;
  AX_TRY(find(intake, arena, id, &held, err));
  const ax_held end = { .id = id,
                        .state = AX_HELD_DROPPED,
                        .until_ms = ax_clock_wall_ms() +
                                    intake->options.jobs_keep_ms,
                        .note = AX_STR("cancelled by its sender") };
  ax_commit commit = { .settled = &end, .settled_count = 1 };
  AX_TRY(ax_store_commit(intake->options.store, &commit, err));
  pthread_mutex_lock(&jobs->mutex);
  if (ax_str_eq(ax_str_from(jobs->running), id))
    atomic_store(&jobs->progress.stop, true);
  pthread_mutex_unlock(&jobs->mutex);
  return AX_OK;
}

/* --- doing one -------------------------------------------------------------
 */

typedef struct {
  ax_intake_jobs *jobs;
  ax_arena *arena;
  ax_held held; /* whole */
  ax_intake_request rq;
  ax_once_key key;
  ax_str prefer;
} run;

/* Entries are done under a key that nobody else has. */
static ax_status make_key(run *r) {
  char *digest = AX_NEW_ARRAY(r->arena, char, AX_SHA256_BYTES);
  if (!digest) return AX_NOMEM;
  ax_sha256(r->held.body, (unsigned char *)digest);
  r->key = (ax_once_key){ .sender = r->held.sender,
                          .name = AX_JOIN(r->arena, AX_STR("job "), r->held.id),
                          .digest = { digest, AX_SHA256_BYTES },
                          .now_ms = ax_clock_wall_ms() };
  return r->key.name.ptr ? AX_OK : AX_NOMEM;
}

static ax_status make_request(run *r) {
  ax_json_fault fault;
  const ax_json *request = NULL, *doc = NULL;
  AX_TRY(ax_json_parse(r->arena, r->held.request, &request, &fault));
  AX_TRY(ax_json_parse(r->arena, r->held.body, &doc, &fault));
  AX_TRY(make_key(r));
  r->prefer = AX_JSON_STR(request, "prefer");
  r->rq = (ax_intake_request){
    .arena = r->arena,
    .source = r->held.body,
    .doc = doc,
    .base = AX_JSON_STR(request, "base"),
    .request_id = r->held.request_id,
    .caller = r->held.sender,
    .message = r->held.message,
    .identifier = AX_JSON_STR(AX_JSON_GET(doc, "identifier"), "value"),
    .once = &r->key,
    .once_until_ms = r->key.now_ms + KEEP_HALF_MS,
    .progress = &r->jobs->progress,
    .job = r->held.id,
  };
  return AX_OK;
}

static uint64_t attempts_of(const run *r) {
  ax_str note = r->held.note;
  uint64_t n = 0;
  (void)ax_str_cut(&note, ' ');
  return ax_str_uint64(note, UINT32_MAX, &n) ? n : 0;
}

/* An attempt is noted before it begins: its begin may be the last thing that
 * is done. One that came back is taken from the count. */
static ax_status note_attempts(run *r, uint64_t attempts, ax_error *err) {
  const ax_held next = { .id = r->held.id,
                         .note = ax_arena_printf(r->arena, "attempt %" PRIu64,
                                                 attempts) };
  if (!next.note.ptr) return AX_NOMEM;
  ax_commit commit = { .settled = &next, .settled_count = 1 };
  return ax_store_commit(r->jobs->intake->options.store, &commit, err);
}

static void refuse(ax_fhir_issues *issues, ax_status status,
                   const ax_error *err) {
  bool large = status == AX_NOMEM || status == AX_TOO_LARGE;
  ax_fhir_issues_addf(
      issues, AX_ERROR,
      large ? AX_ISSUE_TOO_COSTLY
            : (status == AX_CONFLICT ? AX_ISSUE_CONFLICT : AX_ISSUE_EXCEPTION),
      "job-failed", AX_STR("Bundle"), NULL, AX_STR(""),
      "The Bundle could not be carried out: %s",
      status == AX_NOMEM ? "it needs more memory than one request may have"
      : err->text[0]     ? err->text
                         : ax_error_name(status));
}

static int http_of(ax_status status) {
  if (status == AX_NOMEM || status == AX_TOO_LARGE) return 413;
  return status == AX_CONFLICT ? 409 : 500;
}

/* Writes what came of it. */
static ax_status finish(run *r, int http, const ax_fhir_issues *issues,
                        ax_buf *answer, ax_error *err) {
  ax_buf text = AX_BUF_INIT(TEXT_MAX);
  ax_status status = AX_OK;
  if (issues) {
    ax_json_writer w = ax_json_write_begin(&text);
    ax_fhir_issues_write(issues, r->held.body, &w);
    status = ax_json_write_end(&w);
  }
  const ax_held end = { .id = r->held.id,
                        .state = AX_HELD_DONE,
                        .status = http,
                        .outcome = ax_buf_view(issues ? &text : answer),
                        .until_ms = ax_clock_wall_ms() +
                                    r->jobs->intake->options.jobs_keep_ms,
                        .note = AX_STR("done") };
  ax_commit commit = { .settled = &end, .settled_count = 1 };
  if (!status)
    status = ax_store_commit(r->jobs->intake->options.store, &commit, err);
  ax_buf_free(&text);
  return status;
}

static bool may_pass(ax_status status) {
  return status == AX_UNAVAILABLE || status == AX_IO || status == AX_FULL ||
         status == AX_TIMEOUT;
}

static bool is_stopped(const run *r) {
  return atomic_load(&r->jobs->progress.stop);
}

/* A Bundle that went into quarantine is answered with 200: 202 would say that
 * it is still being done. */
static ax_status settle(run *r, ax_status status, const ax_intake_result *result,
                        ax_buf *answer, ax_error *err) {
  if (is_stopped(r) || may_pass(status) || (!status && result->postponed))
    return status ? status : AX_UNAVAILABLE; /* once more, or never */
  if (status) {
    ax_fhir_issues *issues = ax_fhir_issues_new(r->arena);
    ax_error why = *err;
    *err = (ax_error){ 0 };
    if (!issues) return AX_NOMEM;
    refuse(issues, status, &why);
    return finish(r, http_of(status), issues, NULL, err);
  }
  if (result->http_status >= 400 || result->held.len)
    return finish(r, result->held.len ? 200 : result->http_status,
                  result->issues, NULL, err);
  return finish(r, 200, NULL, answer, err);
}

static ax_status carry_out(run *r, ax_error *err) {
  uint64_t before = attempts_of(r);
  ax_intake_result result = { 0 };
  ax_buf answer = AX_BUF_INIT(TEXT_MAX);
  AX_TRY(note_attempts(r, before + 1, err));
  ax_status status = make_request(r);
  if (!status && before >= ATTEMPTS)
    status = ax_error_set(err, AX_INVALID,
                          "it was begun %d times and never came to an end",
                          ATTEMPTS);
  if (!status)
    status = ax_intake_bundle(r->jobs->intake, &r->rq, r->prefer, &answer,
                              &result, err);
  status = settle(r, status, &result, &answer, err);
  ax_buf_free(&answer);
  if (status && note_attempts(r, before, NULL) == AX_NOMEM) return AX_NOMEM;
  return status;
}

/* --- the thread ------------------------------------------------------------
 */

static bool is_stopping(ax_intake_jobs *jobs) {
  pthread_mutex_lock(&jobs->mutex);
  bool stopping = jobs->stopping;
  pthread_mutex_unlock(&jobs->mutex);
  return stopping;
}

static void set_running(ax_intake_jobs *jobs, ax_str id) {
  pthread_mutex_lock(&jobs->mutex);
  (void)snprintf(jobs->running, sizeof jobs->running, AX_STR_FMT,
                 AX_STR_ARG(id));
  atomic_store(&jobs->progress.done, 0);
  atomic_store(&jobs->progress.total, 0);
  atomic_store(&jobs->progress.stop, jobs->stopping);
  pthread_mutex_unlock(&jobs->mutex);
}

static ax_status next_id(ax_intake_jobs *jobs, ax_arena *arena, ax_str *id,
                         ax_error *err) {
  ax_held *held = NULL;
  size_t count = 0;
  const ax_held_filter filter = { .kind = AX_HELD_JOB, .max = 1 };
  AX_TRY(ax_store_held(jobs->intake->options.store, arena, &filter,
                       ax_clock_wall_ms(), &held, &count, err));
  *id = count ? held->id : AX_STR("");
  return AX_OK;
}

/* `*found` false: none waits. A job that was cancelled meanwhile is no
 * failure. */
static ax_status do_next(ax_intake_jobs *jobs, bool *found, ax_error *err) {
  ax_str id = AX_STR("");
  ax_arena *list = ax_arena_new(LIST_ARENA);
  ax_arena *arena = ax_arena_new(jobs->intake->options.jobs_memory);
  run r = { .jobs = jobs, .arena = arena };
  ax_status status = list && arena ? AX_OK : AX_NOMEM;
  if (!status) status = next_id(jobs, list, &id, err);
  *found = !status && id.len;
  if (*found) {
    set_running(jobs, id);
    status = find(jobs->intake, arena, id, &r.held, err);
    if (!status) status = carry_out(&r, err);
    if (status == AX_NOT_FOUND || status == AX_CONFLICT) status = AX_OK;
    set_running(jobs, AX_STR(""));
  }
  ax_arena_free(arena);
  ax_arena_free(list);
  return status;
}

static void rest(ax_intake_jobs *jobs, int64_t ms, bool until_called) {
  struct timespec until = ax_clock_after(ms);
  pthread_mutex_lock(&jobs->mutex);
  int rc = 0;
  while (!jobs->stopping && !(until_called && jobs->called) && rc == 0)
    rc = pthread_cond_timedwait(&jobs->wake, &jobs->mutex, &until);
  jobs->called = false;
  pthread_mutex_unlock(&jobs->mutex);
}

static void *work_on(void *ctx) {
  ax_intake_jobs *jobs = ctx;
  int64_t backoff = BACKOFF_MS;
  while (!is_stopping(jobs)) {
    bool found = false;
    ax_error err = { 0 };
    ax_status status = do_next(jobs, &found, &err);
    if (!status) {
      backoff = BACKOFF_MS;
      if (!found) rest(jobs, REST_MS, true);
      continue;
    }
    if (is_stopping(jobs)) break;
    ax_log_event(AX_LOG_WARN, "job_postponed",
                 ax_log_str("status", ax_str_from(ax_error_name(status))),
                 ax_log_str("why", ax_str_from(err.text)),
                 ax_log_int("ms", backoff));
    rest(jobs, backoff, false);
    if (backoff < BACKOFF_MAX_MS) backoff *= 2;
  }
  return NULL;
}

/* --- life ------------------------------------------------------------------
 */

ax_status ax_intake_jobs_new(ax_intake *intake, ax_intake_jobs **out,
                             ax_error *err) {
  ax_intake_jobs *jobs = calloc(1, sizeof *jobs);
  if (!jobs) return ax_error_set(err, AX_NOMEM, "no memory for the jobs");
  jobs->intake = intake;
  pthread_mutex_init(&jobs->mutex, NULL);
  (void)ax_clock_condition(&jobs->wake);
  *out = jobs;
  return AX_OK;
}

ax_status ax_intake_jobs_start(ax_intake_jobs *jobs, ax_error *err) {
  if (pthread_create(&jobs->thread, NULL, work_on, jobs) != 0)
    return ax_error_set(err, AX_UNAVAILABLE,
                        "the thread for jobs cannot be started");
  jobs->started = true;
  return AX_OK;
}

void ax_intake_jobs_stop(ax_intake_jobs *jobs) {
  if (!jobs->started) return;
  pthread_mutex_lock(&jobs->mutex);
  jobs->stopping = true;
  atomic_store(&jobs->progress.stop, true);
  pthread_cond_signal(&jobs->wake);
  pthread_mutex_unlock(&jobs->mutex);
  pthread_join(jobs->thread, NULL);
  jobs->started = false;
}

void ax_intake_jobs_free(ax_intake_jobs *jobs) {
  if (!jobs) return;
  ax_intake_jobs_stop(jobs);
  pthread_mutex_destroy(&jobs->mutex);
  pthread_cond_destroy(&jobs->wake);
  free(jobs);
}
