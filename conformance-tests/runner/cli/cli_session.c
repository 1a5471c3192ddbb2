#include "cli/cli_session.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/command.h"
#include "base/clock.h"
#include "cli/cli_find.h"
#include "proxy/recording.h"
#include "report/report_form.h"
#include "report/report_keep.h"

enum {
  THREADS_MAX = 32,
  BODY_FAILED = 64 * 1024, /* bytes kept of a body where something failed */
  BODY_FINE = 16 * 1024,
  BODY_SPARE = 1024,    /* once KEPT_SOFT is reached */
  TEXT_MAX = 16 * 1024, /* of any other text */
  KEPT_SOFT = 6 << 20
};
static const size_t SCRATCH = (size_t)1 << 30;

typedef struct {
  const ax_cli_session *session;
  ax_arena *arena; /* of what is kept; under the lock */
  ax_result_run *run;
  ax_cli_session_end *end;
  bool *wanted;  /* by number of the file */
  bool *matched; /* by pattern of --include */
  pthread_mutex_t lock;
  size_t next, finished;
  const char *stop; /* why no more are begun; NULL: go on */
  ax_error why;     /* what ended the run */
} state;

/* What came of one file. */
typedef struct {
  ax_result_script result;
  ax_run_client *judged; /* NULL: none */
  ax_str message;        /* its only one; else empty */
  bool wanted, unloadable, unreachable;
} outcome;

/* --- one script ----------------------------------------------------------- */

static ax_status make_masker(state *s, ax_arena *scratch,
                             ax_report_masker **out) {
  const ax_str *secrets;
  size_t count;
  AX_TRY(ax_cli_target_secrets(s->session->target, scratch, &secrets, &count));
  return ax_report_mask_new(scratch, secrets, count, out);
}

static void broken(ax_result_script *out, ax_arena *scratch, ax_str why) {
  out->kind = AX_RESULT_ERROR;
  out->message = ax_arena_str(scratch, why);
  if (!out->message.ptr) out->message = AX_STR("there is not enough memory");
}

static ax_status settings_of(const ax_cli_words *words, ax_arena *scratch,
                             ax_run_options *out, ax_error *err) {
  ax_run_setting *all = AX_NEW_ARRAY(scratch, ax_run_setting, words->count + 1);
  if (!all) return AX_NOMEM;
  for (size_t i = 0; i < words->count; i++)
    AX_TRY(ax_cli_options_pair("--var", words->items[i], '=', &all[i].name,
                               &all[i].value, err));
  out->variables = all;
  out->variable_count = words->count;
  return AX_OK;
}

/* How many files there are to run, a file counted each time. */
static size_t count_all(const ax_cli_session *session) {
  size_t times = session->clients.times;
  return session->files->count * (times ? times : 1);
}

static const char *file_at(const ax_cli_session *session, size_t i) {
  return session->files->items[i % session->files->count];
}

/* The client whose requests the `i`th of them judges; `message` is the name of
 * its only one. */
static ax_status client_of(const ax_cli_session *session, size_t i,
                           ax_arena *scratch, ax_run_client **out,
                           ax_str *message) {
  const ax_cli_clients *c = &session->clients;
  *out = c->client;
  *message = AX_STR("");
  if (!c->recorded) return AX_OK;
  size_t skip = c->times ? i / session->files->count : 0;
  AX_TRY(ax_recording_view(c->client, skip, c->times ? 1 : SIZE_MAX, scratch,
                           out));
  if (c->times) *message = ax_recording_name(*out);
  return AX_OK;
}

/* A script that was run for each message is told apart by its name. */
static ax_status name_message(ax_arena *scratch, ax_str message,
                              ax_result_script *out) {
  ax_str *names[] = { &out->file, &out->id, &out->name };
  for (size_t i = 0; message.len && i < AX_COUNT(names); i++) {
    *names[i] = AX_JOIN(scratch, *names[i], AX_STR(" ("), message, AX_STR(")"));
    if (!names[i]->ptr) return AX_NOMEM;
  }
  return AX_OK;
}

static ax_status run_loaded(state *s, ax_net_client *client, ax_arena *scratch,
                            const ax_script *script, outcome *out,
                            ax_error *err) {
  const ax_cli_session *session = s->session;
  const ax_cli_options *o = session->options;
  ax_run_options options = {
    .registry = session->rules->rules.registry,
    .validator = session->rules->rules.validator,
    .valuesets = session->rules->rules.valuesets,
    .model = ax_fp_model_r4_table(session->rules->model),
    .target = ax_cli_target_run(session->target),
    .client_under_test = out->judged,
    .wire = ax_str_eq(ax_str_from(o->wire), AX_STR("json"))
                ? AX_RUN_WIRE_JSON
                : AX_RUN_WIRE_AS_ASKED,
    .seed = session->seed,
    .timeout_ms = (unsigned)o->timeout_ms,
    .test_header = "X-Auspex-Test",
    .demand_warning_only = o->demand_warning_only,
  };
  options.target.client = client;
  AX_TRY(settings_of(&o->vars, scratch, &options, err));
  AX_TRY(ax_cli_target_token(session->target, scratch, &options.target.bearer,
                             err));
  bool reachable = true;
  ax_status status =
      ax_run_script(script, &options, scratch, &out->result, &reachable);
  out->unreachable = !reachable;
  return status;
}

static ax_status run_wanted(state *s, ax_net_client *client, ax_arena *scratch,
                            const ax_script *script, outcome *out) {
  ax_error err = { 0 };
  ax_status status = run_loaded(s, client, scratch, script, out, &err);
  if (status == AX_NOMEM) return status;
  out->unreachable |= status == AX_UNAVAILABLE || status == AX_TIMEOUT;
  if (status) broken(&out->result, scratch, ax_str_from(err.text));
  ax_cli_requirements_link(s->session->requirements, &out->result);
  return name_message(scratch, out->message, &out->result);
}

static ax_status note_matched(state *s, ax_arena *scratch,
                              const ax_script *script) {
  (void)pthread_mutex_lock(&s->lock);
  ax_status status =
      ax_cli_find_matched(scratch, script, s->session->options, s->matched);
  (void)pthread_mutex_unlock(&s->lock);
  return status;
}

/* What cannot be loaded or run is a result, too; only memory is a failure. */
static ax_status run_file(state *s, size_t i, ax_net_client *client,
                          ax_arena *scratch, outcome *out) {
  const ax_cli_options *o = s->session->options;
  const char *file = file_at(s->session, i);
  const ax_script_options load = { .registry =
                                       s->session->rules->rules.registry,
                                   .fixture_folders = o->fixtures.items,
                                   .fixture_folder_count = o->fixtures.count };
  ax_error err = { 0 };
  ax_script *script = NULL;
  const ax_script *wanted = NULL;
  *out = (outcome){ .wanted = true };
  out->result.file = ax_str_from(file);
  out->result.started_ms = ax_clock_wall_ms();
  AX_TRY(client_of(s->session, i, scratch, &out->judged, &out->message));
  ax_status status = ax_script_load(file, &load, scratch, &script, &err);
  if (status == AX_NOMEM) return status;
  if (status) {
    out->unloadable = true;
    broken(&out->result, scratch, ax_str_from(err.text));
    return AX_OK;
  }
  AX_TRY(note_matched(s, scratch, script));
  AX_TRY(ax_cli_find_wanted(scratch, script, o, &wanted));
  out->wanted = wanted != NULL;
  return wanted ? run_wanted(s, client, scratch, wanted, out) : AX_OK;
}

/* --- keeping and telling -------------------------------------------------- */

static void tell(state *s, const ax_result_script *script) {
  size_t all = count_all(s->session);
  ax_buf line = AX_BUF_INIT(1 << 16);
  bool terminal = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO);
  if (s->session->options->quiet) return;
  if (terminal) ax_buf_append(&line, AX_STR("\r\033[K"));
  ax_report_console_line(script, s->session->colours, &line);
  (void)ax_command_print(ax_buf_view(&line));
  if (terminal && s->finished < all)
    (void)fprintf(stderr, "%zu of %zu scripts", s->finished, all);
  ax_buf_free(&line);
}

/* Under the lock. */
static ax_status keep(state *s, size_t i, const outcome *got,
                      ax_arena *scratch) {
  const ax_result_script *result = &got->result;
  ax_report_masker *masker;
  AX_TRY(make_masker(s, scratch, &masker));
  size_t body = result->kind >= AX_RESULT_FAIL ? BODY_FAILED : BODY_FINE;
  if (ax_arena_used(s->arena) > KEPT_SOFT) body = BODY_SPARE;
  const ax_report_keep_options options = { masker, body, TEXT_MAX };
  ax_result_script *kept = &s->run->scripts.items[i];
  AX_TRY(ax_report_keep(result, &options, scratch, s->arena, kept));
  tell(s, kept);
  s->end->unloadable |= got->unloadable;
  s->end->unreachable |= got->unreachable;
  if (got->unreachable)
    s->stop = "not run: the target could not be reached any more";
  else if (kept->kind >= AX_RESULT_FAIL && s->session->options->fail_fast)
    s->stop = "not run: --fail-fast";
  return AX_OK;
}

static void keep_unbegun(state *s, size_t i) {
  ax_result_script *kept = &s->run->scripts.items[i];
  *kept = (ax_result_script){ .file = ax_str_from(file_at(s->session, i)),
                              .kind = AX_RESULT_SKIP,
                              .message = ax_str_from(s->stop),
                              .started_ms = ax_clock_wall_ms() };
  s->wanted[i] = true;
}

static void end_with(state *s, ax_status status, const ax_error *err) {
  if (s->why.status) return;
  s->why = err ? *err : (ax_error){ 0 };
  s->why.status = status;
}

static void finish(state *s, size_t i, const outcome *got, ax_arena *scratch,
                   ax_status status) {
  (void)pthread_mutex_lock(&s->lock);
  s->finished++;
  s->wanted[i] = got->wanted;
  if (!status && got->wanted) status = keep(s, i, got, scratch);
  if (status) end_with(s, status, NULL);
  (void)pthread_mutex_unlock(&s->lock);
}

static bool is_interrupted(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 &&
         (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM));
}

/* The number of the next file; what is not begun any more is passed over. */
static size_t take(state *s) {
  size_t all = count_all(s->session), taken = all;
  (void)pthread_mutex_lock(&s->lock);
  if (!s->stop && is_interrupted()) s->stop = "not run: interrupted";
  while (s->next < all && s->stop && !s->why.status) keep_unbegun(s, s->next++);
  if (s->next < all && !s->why.status) taken = s->next++;
  (void)pthread_mutex_unlock(&s->lock);
  return taken;
}

static void *work(void *ctx) {
  state *s = ctx;
  ax_error err = { 0 };
  ax_net_client *client = NULL;
  ax_status status = ax_cli_target_client(s->session->target, &client, &err);
  if (status) {
    (void)pthread_mutex_lock(&s->lock);
    end_with(s, status, &err);
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
  }
  for (;;) {
    size_t i = take(s);
    if (i == count_all(s->session)) break;
    outcome got = { 0 };
    ax_arena *scratch = ax_arena_new(SCRATCH);
    status = scratch ? run_file(s, i, client, scratch, &got) : AX_NOMEM;
    finish(s, i, &got, scratch, status);
    ax_arena_free(scratch);
  }
  ax_net_client_free(client);
  return NULL;
}

/* --- all of them ---------------------------------------------------------- */

/* SIGINT and SIGTERM are blocked meanwhile: the scripts that run come to their
 * teardown, the others are not begun. */
static void run_threads(state *s, size_t count) {
  pthread_t threads[THREADS_MAX];
  size_t started = 0;
  sigset_t ending, before;
  (void)sigemptyset(&ending);
  (void)sigaddset(&ending, SIGINT);
  (void)sigaddset(&ending, SIGTERM);
  (void)pthread_sigmask(SIG_BLOCK, &ending, &before);
  if (count > THREADS_MAX) count = THREADS_MAX;
  while (started + 1 < count &&
         pthread_create(&threads[started], NULL, work, s) == 0)
    started++;
  (void)work(s);
  for (size_t i = 0; i < started; i++) (void)pthread_join(threads[i], NULL);
  if (is_interrupted()) { /* heeded: the reports are still to be written */
    int number = 0;
    (void)sigwait(&ending, &number);
    s->end->interrupted = true;
  }
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Scripts that --include and --exclude left out are no results. */
static void drop_unwanted(state *s) {
  ax_result_script *items = s->run->scripts.items;
  size_t count = 0;
  for (size_t i = 0; i < s->run->scripts.count; i++)
    if (s->wanted[i]) items[count++] = items[i];
  s->run->scripts.count = count;
}

ax_status ax_cli_session_run(const ax_cli_session *session, ax_arena *arena,
                             ax_result_run *run, ax_cli_session_end *end,
                             ax_error *err) {
  size_t count = count_all(session);
  state s = { .session = session, .arena = arena, .run = run, .end = end };
  int64_t begun_ns = ax_clock_mono_ns();
  *end = (ax_cli_session_end){ 0 };
  run->started_ms = ax_clock_wall_ms();
  run->scripts.items = AX_NEW_ARRAY(arena, ax_result_script, count + 1);
  run->scripts.count = run->scripts.capacity = count;
  s.wanted = AX_NEW_ARRAY(arena, bool, count + 1);
  s.matched = AX_NEW_ARRAY(arena, bool, session->options->include.count + 1);
  if (!run->scripts.items || !s.wanted || !s.matched ||
      pthread_mutex_init(&s.lock, NULL) != 0)
    return AX_NOMEM;
  run_threads(&s, session->options->jobs < count
                      ? (size_t)session->options->jobs
                      : count);
  (void)pthread_mutex_destroy(&s.lock);
  drop_unwanted(&s);
  if (!s.stop && !end->unloadable) end->matched = s.matched;
  run->duration_us = (ax_clock_mono_ns() - begun_ns) / 1000;
  if (s.why.status && s.why.text[0])
    return ax_error_set(err, s.why.status, "%s", s.why.text);
  return s.why.status;
}
