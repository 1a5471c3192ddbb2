#include "support/ax_model_cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/feature.h"
#include "scoring/frame_model.h"
#include "support/ax_patient.h"

enum { CASES = 64, LINES = 96 };

typedef struct {
  ax_str name;
  ax_str lines[LINES];
  size_t count;
} one_case;

typedef struct {
  ax_arena *arena;
  ax_plugin *plugin;
  const ax_model *model;
  one_case cases[CASES];
  size_t count, failed;
  const one_case *now;
} cases;

/* ---- reading ---- */

static ax_str trimmed(ax_str s) {
  while (s.len && s.ptr[0] == ' ') s = (ax_str){ s.ptr + 1, s.len - 1 };
  while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\r'))
    s.len--;
  return s;
}

static bool begins(ax_str s, const char *word, ax_str *rest) {
  size_t n = strlen(word);
  if (s.len < n || memcmp(s.ptr, word, n) != 0) return false;
  *rest = trimmed((ax_str){ s.ptr + n, s.len - n });
  return true;
}

static bool is_expectation(ax_str line) {
  ax_str rest;
  return begins(line, "expect ", &rest) || begins(line, "refused ", &rest) ||
         begins(line, "not-applicable", &rest);
}

static void begin_case(cases *c, ax_str title) {
  assert_true(c->count < CASES);
  one_case *k = &c->cases[c->count];
  const char *equals = memchr(title.ptr, '=', title.len);
  k->name = trimmed(
      (ax_str){ title.ptr, equals ? (size_t)(equals - title.ptr) : title.len });
  k->count = 0;
  if (equals) {
    ax_str of = trimmed(
        (ax_str){ equals + 1, title.len - (size_t)(equals + 1 - title.ptr) });
    const one_case *other = NULL;
    for (size_t i = 0; i < c->count; i++)
      if (ax_str_eq(c->cases[i].name, of)) other = &c->cases[i];
    if (!other) fail_msg("no case '%.*s'", AX_STR_ARG(of));
    for (size_t i = 0; i < other->count; i++)
      if (!is_expectation(other->lines[i]))
        k->lines[k->count++] = other->lines[i];
  }
  c->count++;
}

/* A component goes with its Observation. */
static void take_away(one_case *k, ax_str prefix) {
  size_t kept = 0, gone = 0;
  bool dropping = false;
  ax_str rest;
  for (size_t i = 0; i < k->count; i++) {
    bool part = begins(k->lines[i], "component ", &rest);
    bool fits = k->lines[i].len >= prefix.len &&
                memcmp(k->lines[i].ptr, prefix.ptr, prefix.len) == 0;
    dropping = fits || (part && dropping);
    gone += fits;
    if (!dropping) k->lines[kept++] = k->lines[i];
  }
  k->count = kept;
  if (!gone)
    fail_msg("case '%.*s' has no line '%.*s'", AX_STR_ARG(k->name),
             AX_STR_ARG(prefix));
}

static void read_line(cases *c, ax_str line, ax_str *model) {
  ax_str rest;
  line = trimmed(line);
  if (!line.len || line.ptr[0] == '#') return;
  if (begins(line, "model ", model)) return;
  if (begins(line, "case ", &rest)) {
    begin_case(c, rest);
    return;
  }
  if (!c->count) fail_msg("a line before the first case");
  one_case *k = &c->cases[c->count - 1];
  if (begins(line, "without ", &rest)) {
    take_away(k, rest);
    return;
  }
  assert_true(k->count < LINES);
  k->lines[k->count++] = line;
}

/* ---- the model, as the host reads it ---- */

static void read_model(cases *c) {
  ax_buf buf = AX_BUF_INIT(16u << 20);
  ax_model *models = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  ax_frame_model_write(&buf, &c->plugin->module);
  ax_str payload = ax_arena_str(c->arena, ax_buf_view(&buf));
  ax_buf_free(&buf);
  if (ax_frame_model_read(c->arena, payload, &models, &count, &err))
    fail_msg("%s", err.text);
  assert_true(c->plugin->model < count);
  c->model = &models[c->plugin->model];
}

/* ---- running ---- */

static void complain(cases *c, const char *what, ax_str detail) {
  print_error("%.*s: %s %.*s\n", AX_STR_ARG(c->now->name), what,
              AX_STR_ARG(detail));
  c->failed++;
}

static void put_row(ax_plugin *p, const ax_model *model,
                    const ax_feature_row *row) {
  ax_plugin_rows(p, 1, model->column_count);
  p->as_of_ms[0] = row->as_of_ms;
  p->anchor_ms[0] = row->anchor_ms;
  for (uint32_t i = 0; i < model->column_count; i++) {
    const ax_feature_cell *cell = &row->cells[i];
    p->value[i] = cell->value;
    p->state[i] = cell->state;
    p->time_ms[i] = cell->time_ms;
    p->low[i] = cell->low;
    p->high[i] = cell->high;
    p->source[i] = cell->source;
    p->series[i] = (auspex_slice){ cell->sample_first, cell->sample_count };
  }
  assert_true(row->sample_count <= AX_PLUGIN_ROWS);
  for (size_t i = 0; i < row->sample_count; i++) {
    p->sample_value[i] = row->sample_values[i];
    p->sample_ms[i] = row->sample_times[i];
  }
  p->batch.sample_count = (uint32_t)row->sample_count;
}

static ax_str input_name(const cases *c, uint32_t input) {
  if (input == AX_FEATURE_GAP_ANCHOR) return AX_STR("anchor");
  if (input >= c->model->input_count) return AX_STR("patient");
  return c->model->inputs[input].name;
}

static bool is_refused_for(const cases *c, const ax_feature_row *row,
                           ax_str name) {
  if (row->verdict == AX_FEATURE_REFUSED) {
    for (size_t i = 0; i < row->gap_count; i++)
      if (ax_str_eq(input_name(c, row->gaps[i].input), name)) return true;
    return false;
  }
  const ax_plugin *p = c->plugin;
  return row->verdict == AX_FEATURE_READY && p->output.result_count > 0 &&
         p->results[0].status == AUSPEX_ROW_MISSING_INPUT &&
         ax_str_eq(input_name(c, (uint32_t)p->results[0].input), name);
}

static bool is_not_applicable(const cases *c, const ax_feature_row *row) {
  if (row->verdict == AX_FEATURE_NOT_APPLICABLE) return true;
  const ax_plugin *p = c->plugin;
  return row->verdict == AX_FEATURE_READY && p->output.result_count > 0 &&
         p->results[0].status == AUSPEX_ROW_NOT_APPLICABLE;
}

static void tell(const cases *c, const ax_feature_row *row) {
  print_error("  verdict %d %.*s\n", (int)row->verdict, AX_STR_ARG(row->why));
  for (size_t i = 0; i < row->gap_count; i++) {
    ax_str name = input_name(c, row->gaps[i].input);
    print_error("  gap %.*s: %.*s\n", AX_STR_ARG(name),
                AX_STR_ARG(row->gaps[i].detail));
  }
  if (row->verdict != AX_FEATURE_READY) return;
  const ax_plugin *p = c->plugin;
  for (uint32_t i = 0; i < p->output.result_count && i < 4; i++)
    print_error(
        "  result %s status %u: %.*s\n",
        p->module.models[p->model]->outcomes[p->results[i].outcome].name,
        p->results[i].status, (int)p->results[i].text_count,
        p->text + p->results[i].text_first);
}

static bool has_level(const auspex_result *r, ax_str name) {
  static const char *const levels[] = { "none",     "negligible", "low",
                                        "moderate", "high",       "certain" };
  return r->level < AX_COUNT(levels) &&
         ax_str_eq(name, ax_str_from(levels[r->level]));
}

/* "OUTCOME WHAT VALUE" of a scored row. */
static bool holds(const cases *c, ax_str text) {
  char outcome[64], what[32], value[64] = "";
  char copy[256];
  assert_true(text.len < sizeof copy);
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = 0;
  if (sscanf(copy, "%63s %31s %63s", outcome, what, value) < 2)
    fail_msg("what is '%s'?", copy);
  const auspex_result *r = ax_plugin_result(c->plugin, 0, outcome);
  if (strcmp(what, "absent") == 0) return !r;
  if (!r || r->status != AUSPEX_ROW_SCORED) return false;
  if (strcmp(what, "level") == 0) return has_level(r, ax_str_from(value));
  double want = strtod(value, NULL);
  double got = strcmp(what, "probability") == 0 ? 100 * r->probability
               : strcmp(what, "score") == 0     ? r->score
               : strcmp(what, "risk") == 0      ? r->relative_risk
                                                : (double)NAN;
  return fabs(got - want) <= 1e-6;
}

static void check(cases *c, const ax_feature_row *row, ax_str line) {
  ax_str rest;
  bool good;
  if (begins(line, "expect ", &rest))
    good = row->verdict == AX_FEATURE_READY && holds(c, rest);
  else if (begins(line, "refused ", &rest))
    good = is_refused_for(c, row, rest);
  else
    good = is_not_applicable(c, row);
  if (good) return;
  complain(c, "not so:", line);
  tell(c, row);
}

static int64_t day_ms(ax_str date) {
  ax_fhir_date d;
  if (!ax_fhir_date_parse_datetime(date, &d))
    fail_msg("'%.*s' is no date", AX_STR_ARG(date));
  return d.hi_ms;
}

static void run_case(cases *c, const one_case *k) {
  ax_patient patient;
  ax_feature_row row;
  int64_t as_of_ms = 0;
  size_t expectations = 0;
  ax_str rest;
  c->now = k;
  ax_patient_begin(&patient);
  for (size_t i = 0; i < k->count; i++) {
    if (begins(k->lines[i], "as-of ", &rest))
      as_of_ms = day_ms(rest);
    else if (is_expectation(k->lines[i]))
      expectations++;
    else if (!ax_patient_line(&patient, k->lines[i]))
      fail_msg("what is '%.*s'?", AX_STR_ARG(k->lines[i]));
  }
  assert_true(as_of_ms != 0 && expectations > 0);
  assert_int_equal(ax_feature_build(patient.arena, c->model,
                                    ax_patient_facts(&patient), as_of_ms, false,
                                    &row),
                   AX_OK);
  if (row.verdict == AX_FEATURE_READY) {
    put_row(c->plugin, c->model, &row);
    ax_plugin_score(c->plugin);
  }
  for (size_t i = 0; i < k->count; i++)
    if (is_expectation(k->lines[i])) check(c, &row, k->lines[i]);
  ax_patient_end(&patient);
}

void ax_model_cases_run(auspex_open_fn open, const char *data, const char *path,
                        size_t least) {
  size_t length = 0;
  char *text = ax_plugin_read(".", path, &length);
  cases *c = calloc(1, sizeof *c);
  assert_non_null(c);
  c->arena = ax_arena_new(64u << 20);
  ax_str model = AX_STR("");
  for (size_t at = 0; at < length;) {
    size_t end = at;
    while (end < length && text[end] != '\n') end++;
    read_line(c, (ax_str){ text + at, end - at }, &model);
    at = end + 1;
  }
  c->plugin = ax_plugin_open(open, data, ax_arena_cstr(c->arena, model));
  read_model(c);
  for (size_t i = 0; i < c->count; i++) run_case(c, &c->cases[i]);
  size_t failed = c->failed, count = c->count;
  ax_plugin_close(c->plugin);
  ax_arena_free(c->arena);
  free(c);
  free(text);
  if (count < least) fail_msg("%s has only %zu cases", path, count);
  if (failed) fail_msg("%zu expectations of %s did not hold", failed, path);
}
