#include "run/action.h"

#include "base/clock.h"
#include "run/assert.h"
#include "run/extension.h"
#include "run/gate.h"
#include "run/operation.h"
#include "run/subtest.h"

/* R5's assert.requirement, or an extension of that name. */
static void requirement_of(const ax_json *json, ax_result_action *out) {
  const ax_json *first = ax_json_item(AX_JSON_GET(json, "requirement"), 0);
  ax_str link = AX_JSON_STR(first, "linkCanonical");
  if (!link.len) link = AX_JSON_STR(first, "linkUri");
  out->requirement = ax_extension_text(json, AX_STR("requirement"));
  if (!out->requirement.len) out->requirement = link;
  bool is_url = ax_str_starts(out->requirement, AX_STR("http://")) ||
                ax_str_starts(out->requirement, AX_STR("https://"));
  if (is_url) out->requirement_url = out->requirement;
  if (link.len) out->requirement_url = link;
}

void ax_action_describe(const ax_script_phase *phase,
                        const ax_script_action *action, ax_result_action *out) {
  *out = (ax_result_action){ .is_assert = action->is_assert,
                             .label = action->label,
                             .description = action->description,
                             .place = action->place };
  if (action->json) requirement_of(action->json, out);
  if (!out->requirement.len && phase->json) requirement_of(phase->json, out);
}

ax_status ax_action_judge(ax_state *s, ax_status status, const ax_error *why,
                          ax_result_action *out) {
  if (!status || status == AX_NOMEM) return status;
  bool lacks = status == AX_UNSUPPORTED;
  out->kind = lacks                    ? AX_RESULT_UNSUPPORTED
              : status == AX_NOT_FOUND ? AX_RESULT_FAIL
                                       : AX_RESULT_ERROR;
  out->message = ax_arena_printf(s->arena, "%s%s", lacks ? "unsupported: " : "",
                                 why->text);
  return out->message.ptr ? AX_OK : AX_NOMEM;
}

static bool truth_of(const ax_json *json, const char *key, bool standard) {
  const ax_json *value = ax_json_get(json, ax_str_from(key));
  return ax_json_is(value, AX_JSON_BOOL) ? value->truth : standard;
}

static ax_status perform(ax_state *s, const ax_script_action *action,
                         ax_result_action *out, ax_error *err) {
  if (action->subtest) return ax_subtest_run(s, action, out, err);
  return action->is_assert ? ax_assert_run(s, action, out, err)
                           : ax_operation_run(s, action, out, err);
}

static ax_status run(ax_state *s, const ax_script_action *action,
                     ax_result_action *out) {
  ax_error why = { 0 };
  ax_gate gate = { 0 };
  if (action->is_assert) AX_TRY(ax_gate_judge_assert(s, action->json, &gate));
  if (gate.closed) {
    out->kind = gate.kind;
    out->cause = gate.cause;
    out->message = gate.message;
    return AX_OK;
  }
  ax_status status = perform(s, action, out, &why);
  AX_TRY(ax_action_judge(s, status, &why, out));
  bool warns = action->is_assert && out->kind == AX_RESULT_FAIL &&
               truth_of(action->json, "warningOnly", false);
  if (warns) out->kind = AX_RESULT_WARNING;
  return AX_OK;
}

ax_status ax_action_run(ax_state *s, const ax_script_phase *phase,
                        const ax_script_action *action, ax_result_action *out) {
  int64_t begun_ns = ax_clock_mono_ns();
  ax_action_describe(phase, action, out);
  if (!action->json || action->fault.len) {
    out->kind = AX_RESULT_ERROR;
    out->message = action->fault;
    return AX_OK;
  }
  if (action->unsupported.len) {
    out->kind = AX_RESULT_UNSUPPORTED;
    out->message =
        AX_JOIN(s->arena, AX_STR("unsupported: "), action->unsupported);
    return out->message.ptr ? AX_OK : AX_NOMEM;
  }
  AX_TRY(run(s, action, out));
  out->duration_us = (ax_clock_mono_ns() - begun_ns) / 1000;
  return AX_OK;
}

bool ax_action_ends(const ax_script_action *action,
                    const ax_result_action *result) {
  switch (result->kind) {
  case AX_RESULT_FAIL:
    /* R5: an assert may say that its test goes on. */
    return !action->is_assert || truth_of(action->json, "stopTestOnFail", true);
  case AX_RESULT_ERROR:
    return true;
  case AX_RESULT_UNSUPPORTED:
    /* What follows would judge the answer to another operation. */
    return !action->is_assert;
  case AX_RESULT_PASS:
  case AX_RESULT_WARNING:
  case AX_RESULT_SKIP:
  case AX_RESULT_KINDS:
    break;
  }
  return false;
}
