#include "app/judge.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "app/exits.h"
#include "base/clock.h"
#include "base/file.h"
#include "json/json_comment.h"
#include "json/json_parse.h"

enum {
  FILE_MAX = 512 << 20,
  OUT_MAX = 1 << 30,
  THREADS_MAX = 64,
  WINDOW = 64, /* files judged ahead of the printer */
  TICK_MS = 100
};
static const size_t DOCUMENT = (size_t)4 << 30;

/* What came of one file; its place is the file's number modulo WINDOW. */
typedef struct {
  ax_buf text;
  ax_error why; /* status AX_OK: the file could be read */
  size_t errors, warnings;
  bool done;
} verdict;

typedef struct {
  const ax_judge_options *options;
  pthread_mutex_t lock; /* guards next, printed, stop and verdicts[].done */
  pthread_cond_t moved;
  size_t next, printed;
  bool stop;
  verdict verdicts[WINDOW];
} run_state;

/* --- one file ------------------------------------------------------------- */

static void write_text(const char *name, ax_str source,
                       const ax_fhir_issues *issues, ax_buf *out) {
  ax_json_places places = { source, 0, 1, 0 };
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    ax_json_place place = ax_json_places_find(&places, issue->at);
    ax_buf_append(out, ax_str_from(name));
    if (issue->has_place)
      ax_buf_printf(out, ":%u:%u", place.line, place.column);
    ax_buf_printf(out, ": %s: " AX_STR_FMT " [%s]",
                  ax_fhir_issue_severity(issue->severity),
                  AX_STR_ARG(issue->text), issue->id);
    if (issue->path.len)
      ax_buf_printf(out, " at " AX_STR_FMT, AX_STR_ARG(issue->path));
    if (issue->rule.len)
      ax_buf_printf(out, " (" AX_STR_FMT ")", AX_STR_ARG(issue->rule));
    ax_buf_append_char(out, '\n');
  }
}

static void write_json(ax_str source, const ax_fhir_issues *issues,
                       ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_fhir_issues_write(issues, source, &w);
  if (ax_json_write_end(&w) == AX_OK) ax_buf_append_char(out, '\n');
}

static ax_status read_source(ax_arena *arena, const char *name, ax_str *out,
                             ax_error *err) {
  if (strcmp(name, "-") != 0)
    return ax_file_read(arena, name, FILE_MAX, out, err);
  ax_buf text = AX_BUF_INIT(FILE_MAX);
  ax_status status = ax_file_read_fd(STDIN_FILENO, FILE_MAX, &text, err);
  if (!status) {
    *out = ax_arena_str(arena, ax_buf_view(&text));
    if (!out->ptr) status = AX_NOMEM;
  }
  ax_buf_free(&text);
  return status;
}

static ax_status check_source(const ax_judge_options *o, ax_arena *arena,
                              ax_str source, ax_fhir_issues *issues) {
  const ax_json *doc;
  ax_json_fault fault;
  if (o->comments) source = ax_json_comment_blank(arena, source);
  if (!source.ptr) return AX_NOMEM;
  ax_status status = ax_json_parse(arena, source, &doc, &fault);
  if (status == AX_NOMEM) return status;
  if (status) {
    ax_fhir_issues_add_json(issues, &fault);
    return AX_OK;
  }
  ax_str type = AX_JSON_STR(doc, "resourceType");
  return ax_validate_run(o->validator, doc,
                         type.len ? type : AX_STR("Resource"), o->profiles,
                         o->profile_count, issues);
}

static ax_status judge(const ax_judge_options *o, ax_arena *arena,
                       const char *name, verdict *v) {
  ax_str source = AX_STR("");
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  if (!issues) return AX_NOMEM;
  AX_TRY(read_source(arena, name, &source, &v->why));
  AX_TRY(check_source(o, arena, source, issues));
  v->errors = ax_fhir_issues_errors(issues);
  v->warnings = ax_fhir_issues_warnings(issues);
  if (o->json)
    write_json(source, issues, &v->text);
  else
    write_text(name, source, issues, &v->text);
  return v->text.status;
}

static void judge_file(const ax_judge_options *o, ax_arena *arena, size_t i,
                       verdict *v) {
  *v = (verdict){ .text = AX_BUF_INIT(OUT_MAX) };
  ax_status status = judge(o, arena, o->files[i], v);
  if (status)
    (void)ax_error_set(&v->why, status, "%s: %s", o->files[i],
                       status == AX_NOMEM ? "there is not enough memory"
                                          : ax_error_name(status));
  v->why.status = status;
  ax_arena_reset(arena);
}

/* --- printing ------------------------------------------------------------- */

static bool print_verdict(const verdict *v, ax_judge_totals *totals) {
  if (v->why.status) {
    (void)ax_command_fail(AX_EXIT_USAGE, v->why.status, &v->why);
    totals->unusable++;
    return true;
  }
  if (v->errors) totals->invalid++;
  totals->errors += v->errors;
  totals->warnings += v->warnings;
  return !v->text.len || ax_command_print(ax_buf_view(&v->text));
}

static ax_status unprintable(ax_error *err) {
  return ax_error_set(err, AX_IO, "standard output cannot be written");
}

typedef struct {
  bool shown;
  int64_t last_ms;
} progress;

static void clear_progress(progress *p) {
  if (p->shown) (void)fputs("\r\033[K", stderr);
  p->shown = false;
}

static void show_progress(progress *p, size_t done, size_t all) {
  int64_t now_ms = ax_clock_mono_ns() / 1000000;
  if (!isatty(STDERR_FILENO) || now_ms - p->last_ms < TICK_MS) return;
  (void)fprintf(stderr, "\r%zu of %zu files", done, all);
  (void)fflush(stderr);
  p->shown = true;
  p->last_ms = now_ms;
}

/* --- with threads --------------------------------------------------------- */

/* The number of the next file to judge, or the count when there is none. */
static size_t take_file(run_state *s) {
  size_t all = s->options->file_count;
  (void)pthread_mutex_lock(&s->lock);
  while (!s->stop && s->next < all && s->next >= s->printed + WINDOW)
    (void)pthread_cond_wait(&s->moved, &s->lock);
  size_t taken = s->stop || s->next >= all ? all : s->next++;
  (void)pthread_mutex_unlock(&s->lock);
  return taken;
}

static void *work(void *ctx) {
  run_state *s = ctx;
  ax_arena *arena = ax_arena_new(DOCUMENT);
  for (;;) {
    size_t i = arena ? take_file(s) : s->options->file_count;
    if (i == s->options->file_count) break;
    verdict made;
    judge_file(s->options, arena, i, &made);
    made.done = true;
    (void)pthread_mutex_lock(&s->lock);
    s->verdicts[i % WINDOW] = made;
    (void)pthread_cond_broadcast(&s->moved);
    (void)pthread_mutex_unlock(&s->lock);
  }
  ax_arena_free(arena);
  return NULL;
}

/* Waits for file `i`, prints it, lets the workers move on. */
static bool print_next(run_state *s, size_t i, progress *p,
                       ax_judge_totals *totals) {
  verdict *v = &s->verdicts[i % WINDOW];
  (void)pthread_mutex_lock(&s->lock);
  while (!v->done) (void)pthread_cond_wait(&s->moved, &s->lock);
  (void)pthread_mutex_unlock(&s->lock);
  if (v->text.len || v->why.status) clear_progress(p);
  bool good = print_verdict(v, totals);
  show_progress(p, i + 1, s->options->file_count);
  ax_buf_free(&v->text);
  (void)pthread_mutex_lock(&s->lock);
  v->done = false;
  s->printed = i + 1;
  s->stop = !good;
  (void)pthread_cond_broadcast(&s->moved);
  (void)pthread_mutex_unlock(&s->lock);
  return good;
}

static void free_rest(run_state *s) {
  for (size_t i = 0; i < WINDOW; i++)
    if (s->verdicts[i].done) ax_buf_free(&s->verdicts[i].text);
}

static ax_status run_threads(run_state *s, unsigned count, ax_judge_totals *out,
                             ax_error *err) {
  pthread_t threads[THREADS_MAX];
  unsigned started = 0;
  progress p = { 0 };
  ax_status status = AX_OK;
  while (started < count &&
         pthread_create(&threads[started], NULL, work, s) == 0)
    started++;
  if (!started) status = ax_error_set(err, AX_NOMEM, "no thread can start");
  for (size_t i = 0; !status && i < s->options->file_count; i++)
    if (!print_next(s, i, &p, out)) status = unprintable(err);
  clear_progress(&p);
  for (unsigned i = 0; i < started; i++) (void)pthread_join(threads[i], NULL);
  free_rest(s);
  return status;
}

/* --- without -------------------------------------------------------------- */

static ax_status run_alone(const ax_judge_options *o, ax_judge_totals *out,
                           ax_error *err) {
  ax_arena *arena = ax_arena_new(DOCUMENT);
  ax_status status = arena ? AX_OK : AX_NOMEM;
  progress p = { 0 };
  for (size_t i = 0; !status && i < o->file_count; i++) {
    verdict v;
    judge_file(o, arena, i, &v);
    if (v.text.len || v.why.status) clear_progress(&p);
    if (!print_verdict(&v, out)) status = unprintable(err);
    if (o->file_count > 1) show_progress(&p, i + 1, o->file_count);
    ax_buf_free(&v.text);
  }
  clear_progress(&p);
  ax_arena_free(arena);
  return status;
}

static unsigned thread_count(const ax_judge_options *o) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  unsigned count = o->threads;
  if (!count) count = processors > 1 ? (unsigned)processors : 1;
  if (count > THREADS_MAX) count = THREADS_MAX;
  if (count > o->file_count) count = (unsigned)o->file_count;
  return count;
}

ax_status ax_judge_run(const ax_judge_options *options, ax_judge_totals *out,
                       ax_error *err) {
  *out = (ax_judge_totals){ 0 };
  unsigned threads = thread_count(options);
  if (threads <= 1) return run_alone(options, out, err);
  run_state *s = calloc(1, sizeof *s);
  if (!s) return AX_NOMEM;
  s->options = options;
  ax_status status = AX_NOMEM;
  if (pthread_mutex_init(&s->lock, NULL) == 0) {
    if (pthread_cond_init(&s->moved, NULL) == 0) {
      status = run_threads(s, threads, out, err);
      (void)pthread_cond_destroy(&s->moved);
    }
    (void)pthread_mutex_destroy(&s->lock);
  }
  free(s);
  return status;
}
