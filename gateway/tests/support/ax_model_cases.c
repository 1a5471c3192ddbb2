#include "support/ax_model_cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/feature.h"
#include "scoring/frame_model.h"
#include "support/ax_case_file.h"

typedef struct {
  ax_arena *arena;
  ax_plugin *plugin;
  const ax_model *model;
  size_t failed;
  const ax_case *now;
} cases;

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

static bool holds(const cases *c, ax_str text) {
  ax_case_wants w = ax_case_wants_of(text);
  const auspex_result *r = ax_plugin_result(c->plugin, 0, w.outcome);
  if (strcmp(w.what, "absent") == 0) return !r;
  if (!r || r->status != AUSPEX_ROW_SCORED) return false;
  if (strcmp(w.what, "level") == 0) return has_level(r, ax_str_from(w.value));
  double want = strtod(w.value, NULL);
  double got = strcmp(w.what, "probability") == 0 ? 100 * r->probability
               : strcmp(w.what, "score") == 0     ? r->score
               : strcmp(w.what, "risk") == 0      ? r->relative_risk
                                                  : (double)NAN;
  return fabs(got - want) <= 1e-6;
}

static void check(cases *c, const ax_feature_row *row, ax_str line) {
  ax_str rest;
  bool good;
  if (ax_case_begins(line, "expect ", &rest))
    good = row->verdict == AX_FEATURE_READY && holds(c, rest);
  else if (ax_case_begins(line, "refused ", &rest))
    good = is_refused_for(c, row, rest);
  else
    good = is_not_applicable(c, row);
  if (good) return;
  complain(c, "not so:", line);
  tell(c, row);
}

static void run_case(cases *c, const ax_case *k) {
  ax_patient patient;
  ax_feature_row row;
  c->now = k;
  int64_t as_of_ms = ax_case_patient(k, &patient);
  assert_int_equal(ax_feature_build(patient.arena, c->model,
                                    ax_patient_facts(&patient), as_of_ms, false,
                                    &row),
                   AX_OK);
  if (row.verdict == AX_FEATURE_READY) {
    put_row(c->plugin, c->model, &row);
    ax_plugin_score(c->plugin);
  }
  for (size_t i = 0; i < k->count; i++)
    if (ax_case_is_expectation(k->lines[i])) check(c, &row, k->lines[i]);
  ax_patient_end(&patient);
}

void ax_model_cases_run(auspex_open_fn open, const char *data, const char *path,
                        size_t least) {
  ax_case_file *file = ax_case_file_read(path);
  cases c = { .arena = ax_arena_new(64u << 20) };
  c.plugin = ax_plugin_open(open, data, ax_arena_cstr(c.arena, file->model));
  read_model(&c);
  for (size_t i = 0; i < file->count; i++) run_case(&c, &file->cases[i]);
  size_t failed = c.failed, count = file->count;
  ax_plugin_close(c.plugin);
  ax_arena_free(c.arena);
  ax_case_file_free(file);
  if (count < least) fail_msg("%s has only %zu cases", path, count);
  if (failed) fail_msg("%zu expectations of %s did not hold", failed, path);
}
