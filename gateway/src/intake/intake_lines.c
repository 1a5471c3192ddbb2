#include "intake/intake_lines.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "fhir/fhir_primitive.h"
#include "intake/intake_batch.h"
#include "intake/intake_hold.h"
#include "intake/intake_service.h"
#include "intake/intake_verdict.h"
#include "json/json_parse.h"

enum {
  WINDOW_LINES = 200,
  WINDOW_BYTES = 4 << 20 /* or one line, however long */
};

/* --- lines -----------------------------------------------------------------
 */

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

static ax_str trim(ax_str s) {
  while (s.len && is_blank(s.ptr[0])) s = ax_str_skip(s, 1);
  while (s.len && is_blank(s.ptr[s.len - 1])) s.len--;
  return s;
}

bool ax_intake_lines_next(ax_intake_lines *lines, ax_str *line) {
  while (lines->at < lines->text.len) {
    const char *start = lines->text.ptr + lines->at;
    size_t left = lines->text.len - lines->at;
    const char *end = memchr(start, '\n', left);
    size_t len = end ? (size_t)(end - start) : left;
    lines->at += len + (end != NULL);
    lines->number++;
    *line = trim((ax_str){ start, len });
    if (line->len) return true;
  }
  return false;
}

/* --- a window --------------------------------------------------------------
 */

typedef struct {
  ax_intake *intake;
  const ax_intake_request *rq; /* of the whole */
  ax_str type;
  ax_intake_lines lines; /* as far as they are read */
  ax_intake_loaded *loaded;
  ax_intake_result *out;
} load;

typedef struct {
  const load *l;
  ax_arena *arena; /* emptied for each window; what follows is in it */
  ax_intake_request own;
  ax_once_key key;
  ax_intake_once known;
  ax_intake_item *items;
  size_t count;
  size_t until;     /* its last line */
  ax_status status; /* of storing it */
} window;

static void refuse(ax_intake_item *item, ax_issue_type type, const char *id,
                   uint32_t at, const char *why) {
  const ax_json place = { .at = at };
  item->method = AX_INTAKE_NOTHING;
  item->status = type == AX_ISSUE_STRUCTURE ? 400 : 422;
  ax_fhir_issues_addf(item->issues, AX_ERROR, type, id, item->type, &place,
                      AX_STR(""), "%s", why);
}

static ax_status parse(window *w, ax_str line, ax_intake_item *item) {
  ax_json_fault fault = { 0 };
  const ax_json *sent = NULL;
  uint32_t at = (uint32_t)(line.ptr - w->l->lines.text.ptr);
  ax_status status = ax_json_parse_part(w->arena, line, at, &sent, &fault);
  if (status == AX_NOMEM) return status;
  if (status) {
    char why[300];
    (void)snprintf(why, sizeof why, "The line is not usable JSON: %s",
                   fault.text);
    refuse(item, AX_ISSUE_STRUCTURE, "json-syntax", fault.at, why);
    return AX_OK;
  }
  if (!ax_str_eq(AX_JSON_STR(sent, "resourceType"), w->l->type)) {
    refuse(item, AX_ISSUE_INVALID, "type-not-of-url", at,
           "The line is not a resource of the type that the URL names");
    return AX_OK;
  }
  w->own.doc = sent;
  ax_intake_request translated;
  AX_TRY(ax_intake_service_translate(w->l->intake, &w->own, &translated));
  item->resource = translated.doc;
  item->id = AX_JSON_STR(sent, "id");
  item->method = item->id.len ? AX_INTAKE_PUT : AX_INTAKE_POST;
  if (item->id.len && !ax_fhir_primitive_is_id(item->id)) {
    refuse(item, AX_ISSUE_VALUE, "bad-id", at,
           "The id is not one: 1 to 64 letters, digits, '-' or '.'");
    return AX_OK;
  }
  return ax_intake_verdict_settle(&w->l->intake->options, &w->own, item);
}

static ax_status read_line(window *w, ax_str line, size_t number) {
  ax_intake_item *item = &w->items[w->count++];
  *item = (ax_intake_item){ .i = number,
                            .type = w->l->type,
                            .text = line,
                            .issues = ax_fhir_issues_new(w->arena) };
  if (!item->issues) return AX_NOMEM;
  AX_TRY(parse(w, line, item));
  if (ax_fhir_issues_errors(item->issues) && !item->status) item->status = 422;
  return AX_OK;
}

/* The same window of the same body always has the same key. */
static ax_status begin(window *w) {
  const ax_intake_request *rq = w->l->rq;
  ax_arena_reset(w->arena);
  w->count = 0;
  w->own = *rq;
  w->own.arena = w->arena;
  w->own.score_later = true;
  w->known = (ax_intake_once){ .store = NULL };
  w->own.known = &w->known;
  w->items = AX_NEW_ARRAY(w->arena, ax_intake_item, WINDOW_LINES);
  if (!w->items) return AX_NOMEM;
  if (!rq->once) return AX_OK;
  w->key = *rq->once;
  w->key.name = ax_arena_printf(w->arena, AX_STR_FMT " behind line %zu",
                                AX_STR_ARG(w->key.name), w->l->lines.number);
  w->own.once = &w->key;
  return w->key.name.ptr ? AX_OK : AX_NOMEM;
}

/* Reads and validates the next lines; count 0: there are none. */
static ax_status read_window(load *l, window *w) {
  ax_str line;
  size_t start = l->lines.at;
  AX_TRY(begin(w));
  while (w->count < WINDOW_LINES && l->lines.at - start < WINDOW_BYTES &&
         ax_intake_lines_next(&l->lines, &line))
    AX_TRY(read_line(w, line, l->lines.number));
  w->until = l->lines.number;
  return AX_OK;
}

static ax_status store_window(window *w) {
  ax_intake *intake = w->l->intake;
  const ax_intake_hold hold = { intake, &w->own, &w->own };
  AX_TRY(ax_intake_batch_hold(&hold, w->items, w->count));
  AX_TRY(ax_intake_batch_run(intake, &w->own, w->items, w->count));
  return ax_intake_batch_hold(&hold, w->items, w->count);
}

static void *store_on(void *ctx) {
  window *w = ctx;
  w->status = store_window(w);
  return NULL;
}

/* --- what is told ----------------------------------------------------------
 */

/* The issues of a line, in the memory of the whole. */
static ax_status tell(load *l, const ax_intake_item *item,
                      const ax_fhir_issues *issues) {
  ax_arena *arena = l->rq->arena;
  uint32_t start = (uint32_t)(item->text.ptr - l->lines.text.ptr);
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    ax_issue issue = *ax_fhir_issues_at(issues, i);
    if (issue.severity == AX_INFORMATION) continue;
    bool room = ax_fhir_issues_count(l->out->issues) < AX_LIMIT_ISSUES;
    if (!issue.has_place || issue.at < start) issue.at = start;
    issue.has_place = true;
    if (room) {
      issue.text = ax_arena_printf(arena, "Line %zu: " AX_STR_FMT, item->i,
                                   AX_STR_ARG(issue.text));
      issue.path = ax_arena_str(arena, issue.path);
      issue.rule = ax_arena_str(arena, issue.rule);
      if (!issue.text.ptr || !issue.path.ptr || !issue.rule.ptr)
        return AX_NOMEM;
    }
    ax_fhir_issues_add(l->out->issues, issue);
  }
  return AX_OK;
}

static void count_line(ax_intake_loaded *n, const ax_intake_item *item) {
  if (item->status >= 500) return; /* nothing is decided */
  n->lines++;
  if (item->status >= 400)
    n->refused++;
  else if (item->status == 202)
    n->held++;
  else if (item->status == 201)
    n->created++;
  else if (item->found)
    n->unchanged++;
  else
    n->updated++;
  n->tagged += item->findings && item->status < 400;
}

/* A failure of ours ends the load; those behind it would meet the same. */
static ax_status close_window(load *l, const window *w, bool *goes_on) {
  for (size_t i = 0; i < w->count; i++) {
    const ax_intake_item *item = &w->items[i];
    if (item->status >= 500 && *goes_on) {
      l->out->http_status = item->status == 507 ? 507 : 503;
      *goes_on = false;
    }
    count_line(l->loaded, item);
    AX_TRY(tell(l, item, item->findings ? item->findings : item->issues));
  }
  if (*goes_on) l->loaded->until = w->until;
  return AX_OK;
}

/* --- the whole -------------------------------------------------------------
 */

static ax_status look_at_key(load *l, const window *first, ax_error *err) {
  ax_intake_once once;
  AX_TRY(
      ax_intake_once_look(&first->own, l->intake->options.store, &once, err));
  if (!once.other) return AX_OK;
  ax_intake_once_refuse(l->out->issues);
  l->out->http_status = 422;
  return AX_OK;
}

/* One window is stored, in order, while the next one is read and validated. */
static ax_status overlap(load *l, window *now, window *next) {
  pthread_t thread;
  bool apart = pthread_create(&thread, NULL, store_on, now) == 0;
  if (!apart) (void)store_on(now);
  ax_status status = read_window(l, next);
  if (apart) (void)pthread_join(thread, NULL);
  return status;
}

static ax_status run(load *l, window *both, ax_error *err) {
  bool goes_on = true;
  size_t now = 0;
  AX_TRY(read_window(l, &both[now]));
  AX_TRY(look_at_key(l, &both[now], err));
  if (l->out->http_status != 200) return AX_OK;
  while (goes_on && both[now].count) {
    ax_status status = overlap(l, &both[now], &both[!now]);
    AX_TRY(both[now].status);
    AX_TRY(close_window(l, &both[now], &goes_on));
    AX_TRY(status);
    now = !now;
  }
  return AX_OK;
}

ax_status ax_intake_lines_load(ax_intake *intake, const ax_intake_request *rq,
                               ax_str type, ax_intake_loaded *loaded,
                               ax_intake_result *out, ax_error *err) {
  *loaded = (ax_intake_loaded){ 0 };
  *out = (ax_intake_result){ .issues = ax_fhir_issues_new(rq->arena),
                             .http_status = 200 };
  load l = { .intake = intake,
             .rq = rq,
             .type = type,
             .lines = { .text = rq->source },
             .loaded = loaded,
             .out = out };
  window both[2] = { { .l = &l }, { .l = &l } };
  for (size_t i = 0; i < 2; i++)
    both[i].arena = ax_arena_new(intake->options.jobs_memory / 2);
  ax_status status = both[0].arena && both[1].arena && out->issues
                         ? run(&l, both, err)
                         : AX_NOMEM;
  ax_arena_free(both[0].arena);
  ax_arena_free(both[1].arena);
  return status;
}
