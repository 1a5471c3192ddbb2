/* Every state of every input, and values nobody expects. */
#include "kit/check_parts.h"

#include <auspex_plugin.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

static const struct {
  uint8_t state;
  const char *name;
} states[] = {
  { AUSPEX_CELL_ABSENT, "ABSENT" },
  { AUSPEX_CELL_STALE, "STALE" },
  { AUSPEX_CELL_IMPLAUSIBLE, "IMPLAUSIBLE" },
  { AUSPEX_CELL_UNIT_ERROR, "UNIT_ERROR" },
  { AUSPEX_CELL_COMPARATOR, "COMPARATOR" },
  { AUSPEX_CELL_CONFLICT, "CONFLICT" },
  { AUSPEX_CELL_IMPRECISE, "IMPRECISE" },
  { AUSPEX_CELL_WITHHELD, "WITHHELD" },
  { AUSPEX_CELL_UNMAPPED, "UNMAPPED" },
  { 250, "a state of a later version" },
};

static const struct {
  double value;
  const char *name;
} odd[] = {
  { (double)NAN, "NaN" },
  { (double)INFINITY, "infinity" },
  { -(double)INFINITY, "-infinity" },
  { DBL_MAX, "the largest number" },
  { -DBL_MAX, "the lowest number" },
  { DBL_MIN / 4, "a denormal number" },
  { -0.0, "-0" },
  { 0, "0" },
  { -1, "-1" },
  { 1e15, "1e15" },
  { 0.5, "0.5" },
};

/* Rows to try, a batch at a time; one that kills is tried alone to be named. */
typedef struct {
  ax_check_parts *check;
  char what[120];
  bool said; /* that states are not looked at */
} trying;

/* Does a scored result rest on the input? */
static bool rests_on(const ax_results *results, size_t input) {
  for (size_t i = 0; i < results->count; i++) {
    const ax_result *r = &results->items[i];
    if (r->status == AUSPEX_ROW_SCORED &&
        (!r->inputs || (input < 64 && r->inputs >> input & 1u)))
      return true;
  }
  return false;
}

static void look_at_state(trying *t, size_t input, const ax_results *results) {
  ax_check_parts *c = t->check;
  if (t->said || c->model->inputs[input].missing == AUSPEX_MISSING_PASS ||
      !rests_on(results, input))
    return;
  t->said = true;
  ax_check_parts_say(c, AX_FINDING_WARNING, "state",
                     "%s, and yet a result that rests on it is scored; look at "
                     "`state` before `value` (only PRESENT and IMPUTED cells "
                     "have one)",
                     t->what);
}

static ax_status try_row(trying *t, const ax_feature_row *row,
                         ax_results *results) {
  ax_check_parts *c = t->check;
  ax_error err;
  *results = (ax_results){ 0 };
  ax_status status = ax_check_parts_ask(c, t->what, &row, 1, results, &err);
  if (status == AX_INVALID && !c->impossible)
    ax_check_parts_say(c, AX_FINDING_ERROR, "declines",
                       "%s: it declines the whole batch (%s); one row must not "
                       "cost the others their results: write a result with a "
                       "status",
                       t->what, err.text);
  return status;
}

static void try_states(trying *t, size_t input, uint64_t number) {
  ax_check_parts *c = t->check;
  ax_results results;
  for (size_t s = 0; s < sizeof states / sizeof states[0]; s++) {
    ax_feature_row *row = ax_rows_make(c->scratch, c->model, number);
    if (!row) {
      c->out->nomem = true;
      return;
    }
    ax_rows_set_state(c->model, row, input, states[s].state);
    (void)snprintf(t->what, sizeof t->what, "input " AX_STR_FMT " is %s",
                   AX_STR_ARG(c->model->inputs[input].name), states[s].name);
    if (!try_row(t, row, &results)) look_at_state(t, input, &results);
  }
}

static void try_values(trying *t, size_t input, uint64_t number) {
  ax_check_parts *c = t->check;
  ax_results results;
  for (size_t v = 0; v < sizeof odd / sizeof odd[0]; v++) {
    ax_feature_row *row = ax_rows_make(c->scratch, c->model, number);
    if (!row) {
      c->out->nomem = true;
      return;
    }
    ax_rows_set_value(c->model, row, input, odd[v].value);
    (void)snprintf(t->what, sizeof t->what, "input " AX_STR_FMT " is %s",
                   AX_STR_ARG(c->model->inputs[input].name), odd[v].name);
    c->impossible = !ax_rows_possible(&c->model->inputs[input], odd[v].value);
    (void)try_row(t, row, &results);
    c->impossible = false;
  }
}

/* Several inputs at once, chance decides which and how. */
static void try_mixtures(trying *t) {
  enum { MIXTURES = 60 };
  ax_check_parts *c = t->check;
  ax_results results;
  uint64_t state = 12345;
  for (uint64_t n = 0; n < MIXTURES; n++) {
    ax_feature_row *row = ax_rows_make(c->scratch, c->model, n);
    if (!row) {
      c->out->nomem = true;
      return;
    }
    for (size_t i = 0; i < c->model->input_count; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      unsigned die = (unsigned)(state >> 33) % 24;
      if (die < 9) ax_rows_set_state(c->model, row, i, states[die].state);
      if (die < 20) continue;
      ax_rows_set_value(c->model, row, i, odd[die - 20].value);
      c->impossible = true; /* NaN, infinities */
    }
    (void)snprintf(t->what, sizeof t->what, "mixture %u of states and values",
                   (unsigned)n);
    (void)try_row(t, row, &results);
    c->impossible = false;
  }
}

static void try_nothing(trying *t) {
  ax_check_parts *c = t->check;
  ax_results results;
  ax_feature_row *row = ax_rows_make(c->scratch, c->model, 0);
  if (!row) {
    c->out->nomem = true;
    return;
  }
  for (size_t i = 0; i < c->model->input_count; i++)
    ax_rows_set_state(c->model, row, i, AUSPEX_CELL_ABSENT);
  (void)snprintf(t->what, sizeof t->what, "all inputs are ABSENT");
  (void)try_row(t, row, &results);
}

void ax_check_inputs(ax_check_parts *c) {
  trying t = { .check = c };
  for (size_t i = 0; i < c->model->input_count && !c->out->nomem; i++) {
    ax_arena_reset(c->scratch);
    size_t before = c->deaths;
    try_states(&t, i, i);
    try_values(&t, i, i);
    /* A model that dies of one input dies of the others, too. */
    if (c->deaths > before + 4) break;
  }
  ax_arena_reset(c->scratch);
  if (!c->out->nomem) try_nothing(&t);
  if (!c->out->nomem) try_mixtures(&t);
}
