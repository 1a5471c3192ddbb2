#include "kit/check_parts.h"

#include <auspex_plugin.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kit/lint.h"
#include "scoring/score_evidence.h"

void ax_check_parts_say(ax_check_parts *c, ax_finding_severity severity,
                        const char *rule, const char *format, ...) {
  char text[800], place[200];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  (void)snprintf(place, sizeof place, "model " AX_STR_FMT,
                 AX_STR_ARG(c->model->name));
  ax_finding_add(c->out, severity, rule, ax_str_from(place), "%s", text);
}

/* --- asking
 * -------------------------------------------------------------------
 */

/* What the way a worker ended says about the author's mistake. */
static const char *remedy(const char *ending, const char **rule) {
  *rule = "crash";
  if (strstr(ending, "signal 31")) {
    *rule = "system-call";
    return "it made a system call that is forbidden (files, network, "
           "processes, threads); rule R4 of auspex_plugin.h";
  }
  if (strstr(ending, "signal 11"))
    return "it used memory that is not its own (rows are read-only, and behind "
           "each array lies a page that may not be touched) or more stack than "
           "there is; run its test under -fsanitize=address";
  if (strstr(ending, "signal 6"))
    return "it aborted (an assertion, memory that was damaged, or an exception "
           "of C++ that nobody caught)";
  if (strstr(ending, "signal 8"))
    return "it divided a whole number by zero or trapped a floating-point "
           "exception";
  if (strstr(ending, "exited")) {
    *rule = "exit";
    return "it ended its process; answer AUSPEX_E_INTERNAL instead";
  }
  return "see how it ended";
}

static void report(ax_check_parts *c, const char *what, ax_status status,
                   const ax_error *err) {
  const char *rule = "answer";
  if (status == AX_TIMEOUT) {
    ax_check_parts_say(c, AX_FINDING_ERROR, "time",
                       "%s: no answer within %lld ms; a batch must end soon",
                       what, (long long)c->trial->batch_ms);
  } else if (status == AX_CONFLICT) {
    ax_check_parts_say(c, AX_FINDING_ERROR, rule, "%s: %s", what, err->text);
  } else {
    const char *why = remedy(c->trial->ending, &rule);
    if (c->tight) { /* with enough room it lives */
      rule = "room";
      why = "it writes more than there is room for; look at the capacities of "
            "auspex_output first (auspex_write.h does) and answer "
            "AUSPEX_E_SPACE";
    }
    ax_check_parts_say(c, AX_FINDING_ERROR, rule, "%s: the worker %s; %s", what,
                       c->trial->ending, why);
  }
}

/* Once for a model: the host stands before it, but a look costs nothing. */
static void report_trust(ax_check_parts *c, const char *what) {
  if (c->trusts) return;
  c->trusts = true;
  ax_check_parts_say(c, AX_FINDING_WARNING, "trust",
                     "%s: the worker %s; no host sends this value (it is "
                     "outside what map and range of the input give), but look "
                     "at it before it becomes an index",
                     what, c->trial->ending);
}

ax_status ax_check_parts_ask(ax_check_parts *c, const char *what,
                             const ax_feature_row *const *rows, size_t count,
                             ax_results *results, ax_error *err) {
  if (c->deaths >= AX_CHECK_PARTS_DEATHS) return AX_UNAVAILABLE;
  *err = (ax_error){ 0 };
  ax_status status =
      ax_trial_score(c->trial, c->scratch, c->model, rows, count, results, err);
  if (status == AX_NOMEM) c->out->nomem = true;
  if (status == AX_OK || status == AX_INVALID || status == AX_NOMEM)
    return status;
  if (c->impossible) {
    if (status == AX_UNAVAILABLE) report_trust(c, what);
    if (status != AX_TIMEOUT) return status;
  }
  /* Waiting costs most: a model that hangs twice is given up. */
  c->deaths += status == AX_TIMEOUT ? AX_CHECK_PARTS_DEATHS / 2 : 1;
  report(c, what, status, err);
  return status;
}

ax_str ax_check_parts_text(ax_check_parts *c, const ax_results *results) {
  ax_str text = AX_STR("");
  if (ax_score_evidence_output(c->scratch, results, &text))
    c->out->nomem = true;
  return text;
}

/* --- ordinary rows
 * --------------------------------------------------------------
 */

static void count_scored(ax_check_parts *c, const ax_results *results) {
  size_t rows = 0;
  const char *why = "";
  for (size_t i = 0; i < AX_CHECK_PARTS_ROWS; i++)
    for (size_t k = 0; k < results[i].count; k++) {
      rows += results[i].items[k].status == AUSPEX_ROW_SCORED;
      if (results[i].items[k].status != AUSPEX_ROW_SCORED)
        why = ax_arena_cstr(c->scratch, results[i].items[k].text);
    }
  if (rows) return;
  ax_check_parts_say(c, AX_FINDING_NOTE, "scored",
                     "none of %d rows with plausible values was scored%s%s; "
                     "are the ranges and maps right?",
                     AX_CHECK_PARTS_ROWS, why && *why ? ": " : "",
                     why ? why : "");
}

static void ask_ordinary(ax_check_parts *c, ax_arena *keep) {
  ax_results *results =
      AX_NEW_ARRAY(c->scratch, ax_results, AX_CHECK_PARTS_ROWS);
  ax_error err;
  for (size_t i = 0; i < AX_CHECK_PARTS_ROWS; i++)
    if (!(c->rows[i] = ax_rows_make(keep, c->model, i))) c->out->nomem = true;
  if (!results || c->out->nomem) {
    c->out->nomem = true;
    return;
  }
  /* Within what the model allows in one batch. */
  size_t most = c->model->max_batch ? c->model->max_batch : 1;
  ax_status status = AX_OK;
  for (size_t i = 0; i < AX_CHECK_PARTS_ROWS && !status; i += most) {
    size_t n = AX_CHECK_PARTS_ROWS - i < most ? AX_CHECK_PARTS_ROWS - i : most;
    status = ax_check_parts_ask(c, "ordinary rows", c->rows + i, n, results + i,
                                &err);
  }
  if (status == AX_INVALID)
    ax_check_parts_say(c, AX_FINDING_ERROR, "declines",
                       "it declines ordinary rows: %s", err.text);
  if (status) return;
  count_scored(c, results);
  for (size_t i = 0; i < AX_CHECK_PARTS_ROWS; i++) {
    ax_str text = ax_check_parts_text(c, &results[i]);
    c->answers[i] = ax_arena_str(keep, text);
    if (!c->answers[i].ptr) c->out->nomem = true;
  }
  c->fine = !c->out->nomem;
}

/* --- one model
 * --------------------------------------------------------------------
 */

static void check_model(ax_trial *trial, const ax_model *model,
                        ax_findings *out) {
  ax_check_parts c = { .trial = trial, .out = out, .model = model };
  ax_arena *keep = ax_arena_new(AX_CHECK_PARTS_SCRATCH);
  c.scratch = ax_arena_new(AX_CHECK_PARTS_SCRATCH);
  if (!keep || !c.scratch) {
    out->nomem = true;
  } else {
    ask_ordinary(&c, keep);
    if (!out->nomem) ax_check_inputs(&c);
    if (!out->nomem && c.fine) ax_check_batches(&c);
    if (c.deaths >= AX_CHECK_PARTS_DEATHS)
      ax_check_parts_say(&c, AX_FINDING_ERROR, "crash",
                         "it was given up: too many workers ended");
  }
  ax_arena_free(c.scratch);
  ax_arena_free(keep);
}

enum { START_SLOW_US = 2000000 };

ax_status ax_check(ax_trial *trial, ax_findings *out, ax_error *err) {
  if (trial->start_us > START_SLOW_US)
    ax_finding_add(out, AX_FINDING_WARNING, "start", ax_str_from(trial->name),
                   "loading took %lld ms; a gateway waits for it at every "
                   "start of a worker",
                   (long long)(trial->start_us / 1000));
  ax_lint_models(out, trial->models, trial->count);
  for (size_t i = 0; i < trial->count && !out->nomem; i++)
    check_model(trial, &trial->models[i], out);
  if (!out->nomem)
    ax_lint_folder(out, trial->folder, trial->models, trial->count);
  if (!out->nomem) ax_check_module_golden(trial, out);
  if (!out->nomem) ax_check_module_data(trial, out);
  if (out->nomem)
    return ax_error_set(err, AX_NOMEM, "there is not enough memory");
  return AX_OK;
}
