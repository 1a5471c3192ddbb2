#include "run/result.h"

#include "http/http.h"

const char *ax_result_word(ax_result_kind kind) {
  static const char *const words[AX_RESULT_KINDS] = {
    [AX_RESULT_PASS] = "pass", [AX_RESULT_WARNING] = "warning",
    [AX_RESULT_SKIP] = "skip", [AX_RESULT_UNSUPPORTED] = "unsupported",
    [AX_RESULT_FAIL] = "fail", [AX_RESULT_ERROR] = "error",
  };
  return words[kind];
}

static void count(ax_result_counts *counts, ax_result_kind kind) {
  counts->of[kind]++;
  counts->all++;
}

static void count_script(const ax_result_script *script,
                         ax_result_totals *totals) {
  count(&totals->scripts, script->kind);
  for (size_t p = 0; p < script->phases.count; p++) {
    const ax_result_phase *phase = &script->phases.items[p];
    if (phase->phase == AX_RESULT_TEST) count(&totals->tests, phase->kind);
    for (size_t a = 0; a < phase->actions.count; a++) {
      const ax_result_action *action = &phase->actions.items[a];
      count(action->is_assert ? &totals->asserts : &totals->operations,
            action->kind);
    }
  }
}

ax_result_totals ax_result_count(const ax_result_run *run) {
  ax_result_totals totals = { 0 };
  for (size_t i = 0; i < run->scripts.count; i++)
    count_script(&run->scripts.items[i], &totals);
  return totals;
}

/* What keeps an action, test or script from being complete. */
typedef enum { NOTHING, LACK_OF_TARGET, ELSE } gap;

static gap greater(gap a, gap b) {
  return a > b ? a : b;
}

/* A skip is fine where something before it failed. */
static gap gap_of(ax_result_kind kind, ax_result_cause cause, bool failed) {
  if (kind == AX_RESULT_ERROR) return ELSE;
  if (kind == AX_RESULT_UNSUPPORTED)
    return cause == AX_RESULT_BY_TARGET ? LACK_OF_TARGET : ELSE;
  if (kind != AX_RESULT_SKIP || failed || cause == AX_RESULT_BY_SCRIPT)
    return NOTHING;
  return cause == AX_RESULT_BY_TARGET ? LACK_OF_TARGET : ELSE;
}

static gap phase_gap(const ax_result_phase *phase, bool failed_before) {
  bool failed = failed_before;
  gap worst = NOTHING;
  for (size_t a = 0; a < phase->actions.count; a++) {
    const ax_result_action *action = &phase->actions.items[a];
    worst = greater(worst, gap_of(action->kind, action->cause, failed));
    failed |= action->kind == AX_RESULT_FAIL;
  }
  /* The kind of a phase that has actions follows from theirs. */
  if (phase->actions.count && phase->kind != AX_RESULT_ERROR) return worst;
  return greater(worst, gap_of(phase->kind, phase->cause, failed_before));
}

static gap script_gap(const ax_result_script *script) {
  bool setup_failed = false, any_failed = false;
  gap worst = NOTHING;
  if (!script->script || script->kind == AX_RESULT_ERROR) return ELSE;
  if (!script->phases.count)
    return gap_of(script->kind, script->cause, setup_failed);
  for (size_t p = 0; p < script->phases.count; p++) {
    const ax_result_phase *phase = &script->phases.items[p];
    /* What failed in set-up or a test leaves nothing to tear down. */
    bool before =
        phase->phase == AX_RESULT_TEARDOWN ? any_failed : setup_failed;
    worst = greater(worst, phase_gap(phase, before));
    any_failed |= phase->kind == AX_RESULT_FAIL;
    if (phase->phase == AX_RESULT_SETUP) setup_failed = any_failed;
  }
  return worst;
}

bool ax_result_complete(const ax_result_script *script) {
  return script_gap(script) == NOTHING;
}

bool ax_result_target_lacks(const ax_result_script *script) {
  return script_gap(script) == LACK_OF_TARGET;
}

static ax_str find_header(const ax_result_header *headers, size_t n,
                          ax_str name) {
  for (size_t i = 0; i < n; i++)
    if (ax_http_equal(headers[i].name, name)) return headers[i].value;
  return AX_STR("");
}

ax_str ax_result_request_header(const ax_result_exchange *e, ax_str name) {
  return find_header(e->request_headers.items, e->request_headers.count, name);
}

ax_str ax_result_response_header(const ax_result_exchange *e, ax_str name) {
  return find_header(e->response_headers.items, e->response_headers.count,
                     name);
}
