/* Rows in every company: batches of all sizes, other orders, small buffers,
 * once more, in another process; memory and time. */
#include "kit/check_parts.h"

#include <math.h>
#include <string.h>

#include <auspex_plugin.h>

#include "base/clock.h"

enum { ROWS = AX_CHECK_PARTS_ROWS };

/* --- the same answers, whatever the company
 * ------------------------------------ */

/* Asks for the rows in this order and compares each with its answer. */
static void compare(ax_check_parts *c, const char *what, const char *rule,
                    const size_t *order, size_t count) {
  const ax_feature_row *rows[ROWS];
  ax_results results[ROWS];
  ax_error err;
  for (size_t i = 0; i < count; i++) rows[i] = c->rows[order[i]];
  ax_status status = ax_check_parts_ask(c, what, rows, count, results, &err);
  if (status == AX_INVALID)
    ax_check_parts_say(c, AX_FINDING_ERROR, rule, "%s: it declines: %s", what,
                       err.text);
  for (size_t i = 0; i < count && !status; i++) {
    ax_str text = ax_check_parts_text(c, &results[i]);
    if (ax_str_eq(text, c->answers[order[i]])) continue;
    ax_check_parts_say(
        c, AX_FINDING_ERROR, rule,
        "%s: row %zu gives " AX_STR_FMT " and gave " AX_STR_FMT
        " before; the same row must give the same bits whatever is around it "
        "(rule R5: no static state, no clock, no chance, nothing that was not "
        "set)",
        what, order[i], (int)(text.len < 200 ? text.len : 200), text.ptr,
        (int)(c->answers[order[i]].len < 200 ? c->answers[order[i]].len : 200),
        c->answers[order[i]].ptr);
    return;
  }
}

static size_t batch_of(const ax_check_parts *c) {
  size_t most = c->model->max_batch ? c->model->max_batch : 1;
  return most < ROWS ? most : ROWS;
}

static void try_orders(ax_check_parts *c) {
  size_t order[ROWS], n = batch_of(c);
  for (size_t i = 0; i < n; i++) order[i] = i;
  compare(c, "the same rows again", "determinism", order, n);
  for (size_t i = 0; i < n; i++) order[i] = n - 1 - i;
  compare(c, "the rows in reverse", "order", order, n);
  for (size_t i = 0; i < n; i++) order[i] = i / 2;
  compare(c, "each row twice", "order", order, n);
  for (size_t i = 0; i < ROWS; i += 3)
    compare(c, "a row alone", "split", &i, 1);
}

static void try_another_process(ax_check_parts *c) {
  size_t order[ROWS], n = batch_of(c);
  ax_error err = { 0 };
  for (size_t i = 0; i < n; i++) order[i] = i;
  if (ax_trial_restart(c->trial, &err)) {
    ax_check_parts_say(c, AX_FINDING_ERROR, "start",
                       "a second worker could not be started: %s", err.text);
    return;
  }
  compare(c, "the same rows in another process", "determinism", order, n);
}

/* --- sizes
 * ----------------------------------------------------------------------- */

static void try_sizes(ax_check_parts *c) {
  size_t most = c->model->max_batch ? c->model->max_batch : 1;
  const ax_feature_row **rows =
      AX_NEW_ARRAY(c->scratch, const ax_feature_row *, most);
  ax_results *results = AX_NEW_ARRAY(c->scratch, ax_results, most);
  ax_error err;
  if (!rows || !results) {
    c->out->nomem = true;
    return;
  }
  for (size_t i = 0; i < most; i++) rows[i] = c->rows[i % ROWS];
  if (ax_check_parts_ask(c, "a batch of 0 rows", rows, 0, results, &err) ==
      AX_INVALID)
    ax_check_parts_say(c, AX_FINDING_ERROR, "batch",
                       "it declines a batch of 0 rows (%s); answer AUSPEX_OK "
                       "without results",
                       err.text);
  if (ax_check_parts_ask(c, "the largest batch it declares", rows, most,
                         results, &err) == AX_INVALID)
    ax_check_parts_say(c, AX_FINDING_ERROR, "batch",
                       "it declines %zu rows, which it declares as its largest "
                       "batch: %s",
                       most, err.text);
}

/* --- buffers
 * ----------------------------------------------------------------------- */

/* Scores with less room than declared: E_SPACE is right, and so is an answer
 * that fits; more than fits is an overrun. */
static void try_room(ax_check_parts *c, const char *what,
                     const ax_model *smaller) {
  const ax_model *whole = c->model;
  ax_results results[ROWS];
  ax_error err;
  c->model = smaller;
  c->tight = true;
  ax_status status =
      ax_check_parts_ask(c, what, c->rows, batch_of(c), results, &err);
  c->tight = false;
  c->model = whole;
  if (status == AX_INVALID && strstr(err.text, "than there was room"))
    ax_check_parts_say(c, AX_FINDING_ERROR, "room",
                       "%s: it writes %s; look at the capacities of "
                       "auspex_output first (auspex_write.h does) and answer "
                       "AUSPEX_E_SPACE",
                       what, err.text);
}

static void try_buffers(ax_check_parts *c) {
  ax_model m = *c->model;
  m.max_results_per_row = 0;
  try_room(c, "no room for results", &m);
  m = *c->model;
  m.max_contributions_per_row = 0;
  try_room(c, "no room for contributions", &m);
  m = *c->model;
  m.max_text_per_row = 0;
  try_room(c, "no room for text", &m);
  m.max_text_per_row = 1;
  try_room(c, "room for one byte of text a row", &m);
  m = *c->model;
  m.max_results_per_row = m.max_results_per_row > 1 ? 1 : 0;
  m.max_contributions_per_row = m.max_contributions_per_row > 1 ? 1 : 0;
  m.max_text_per_row = m.max_text_per_row > 16 ? 16 : 0;
  try_room(c, "hardly any room", &m);
}

/* --- contributions
 * -------------------------------------------------------------------- */

static double sum_of(const ax_result *r) {
  double sum = 0;
  for (size_t i = 0; i < r->contribution_count; i++)
    sum += r->contributions[i].amount;
  return sum;
}

/* Score, log-odds or log-hazard minus the sum is the same for all rows. */
static bool constant_of(const ax_result *r, double *out) {
  if (r->status != AUSPEX_ROW_SCORED || !r->contribution_count) return false;
  double value = r->score;
  if (isnan(value) && r->probability > 0 && r->probability < 1)
    value = log(r->probability / (1 - r->probability));
  *out = value - sum_of(r);
  return isfinite(*out);
}

/* Only where a score stands beside the contributions: of a probability alone
 * nobody knows the scale. */
static void try_additive(ax_check_parts *c) {
  ax_results results[ROWS];
  ax_error err;
  double first[64];
  bool seen[64] = { false };
  size_t n = batch_of(c);
  if (!(c->model->flags & AUSPEX_MODEL_ADDITIVE) ||
      ax_check_parts_ask(c, "contributions", c->rows, n, results, &err))
    return;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < results[i].count; k++) {
      const ax_result *r = &results[i].items[k];
      double constant;
      if (r->outcome >= 64 || isnan(r->score) || !constant_of(r, &constant))
        continue;
      if (!seen[r->outcome]) first[r->outcome] = constant;
      double off = fabs(constant - first[r->outcome]);
      seen[r->outcome] = true;
      if (off <= 1e-4 * fmax(1, fabs(r->score))) continue;
      ax_check_parts_say(c, AX_FINDING_ERROR, "additive",
                         "it declares AUSPEX_MODEL_ADDITIVE, but score minus "
                         "contributions is %g for one row and %g for another",
                         first[r->outcome], constant);
      return;
    }
}

/* --- memory and time
 * -------------------------------------------------------------------- */

enum {
  WARM = 300,
  BATCHES = 1500,
  GROWTH = 512 << 10, /* pages that come and go */
  SLOW_US = 50000
};

/* A sanitizer keeps freed memory for a while to see who uses it. */
#if AX_SANITIZED
enum { MEMORY_TELLS = 0 };
#else
enum { MEMORY_TELLS = 1 };
#endif

static bool score_often(ax_check_parts *c, size_t times) {
  ax_results results[ROWS];
  ax_error err;
  for (size_t i = 0; i < times; i++) {
    ax_arena_reset(c->scratch);
    if (ax_check_parts_ask(c, "many batches", c->rows, batch_of(c), results,
                           &err))
      return false;
  }
  return true;
}

static void watch_plain(ax_check_parts *c) {
  if (!score_often(c, WARM)) return;
  uint64_t before = ax_trial_memory(c->trial);
  int64_t begun = ax_clock_mono_ns();
  if (!score_often(c, BATCHES)) return;
  int64_t us = (ax_clock_mono_ns() - begun) / 1000 / BATCHES;
  uint64_t after = ax_trial_memory(c->trial);
  if (MEMORY_TELLS && before && after > before + GROWTH)
    ax_check_parts_say(c, AX_FINDING_ERROR, "leak",
                       "its memory grew by %llu kB in %d batches of %zu rows; "
                       "allocate in create, free what score allocates",
                       (unsigned long long)(after - before) / 1024, BATCHES,
                       batch_of(c));
  if (us > SLOW_US)
    ax_check_parts_say(c, AX_FINDING_WARNING, "time",
                       "a batch of %zu rows takes %lld ms", batch_of(c),
                       (long long)us / 1000);
  ax_check_parts_say(c, AX_FINDING_NOTE, "time",
                     "loading took %lld us, a batch of %zu rows takes %lld us",
                     (long long)c->trial->start_us, batch_of(c), (long long)us);
}

/* As long as it takes in a gateway, and as much as it needs there. */
static void watch(ax_check_parts *c) {
  ax_error err = { 0 };
  c->trial->plain = true;
  if (!ax_trial_restart(c->trial, &err)) watch_plain(c);
  c->trial->plain = false;
}

void ax_check_batches(ax_check_parts *c) {
  ax_arena_reset(c->scratch);
  try_orders(c);
  try_sizes(c);
  try_buffers(c);
  try_additive(c);
  watch(c);
  ax_arena_reset(c->scratch);
  try_another_process(c);
}
