#include "run/phase.h"

#include "base/clock.h"
#include "run/action.h"
#include "run/gate.h"
#include "run/group.h"
#include "run/operation.h"

void ax_phase_end(ax_result_phase *phase) {
  ax_result_kind worst = AX_RESULT_PASS;
  bool all_skipped = phase->actions.count > 0;
  for (size_t i = 0; i < phase->actions.count; i++) {
    ax_result_kind kind = phase->actions.items[i].kind;
    /* Skips of single actions follow from something that says more. */
    if (kind != AX_RESULT_SKIP) {
      all_skipped = false;
      if (kind > worst) worst = kind;
    }
  }
  phase->kind = all_skipped ? AX_RESULT_SKIP : worst;
}

static ax_status skip_one(ax_state *s, const ax_script_phase *phase,
                          const ax_script_action *action, ax_result_cause cause,
                          ax_str why, ax_result_phase *out) {
  ax_result_action *result = AX_VEC_PUSH(&out->actions, s->arena);
  if (!result) return AX_NOMEM;
  ax_action_describe(phase, action, result);
  result->kind = AX_RESULT_SKIP;
  result->cause = cause;
  result->message = why;
  return AX_OK;
}

ax_status ax_phase_skip(ax_state *s, const ax_script_phase *phase,
                        ax_result_cause cause, ax_str why,
                        ax_result_phase *out) {
  for (size_t i = 0; i < phase->actions.count; i++)
    AX_TRY(skip_one(s, phase, &phase->actions.items[i], cause, why, out));
  return AX_OK;
}

static ax_status run_one(ax_state *s, const ax_script_phase *phase, size_t i,
                         ax_result_phase *out) {
  const ax_script_action *action = &phase->actions.items[i];
  ax_result_action result;
  AX_TRY(ax_action_run(s, phase, action, &result));
  ax_result_action *slot = AX_VEC_PUSH(&out->actions, s->arena);
  if (!slot) return AX_NOMEM;
  *slot = result;
  if (action->json && action->is_assert && ax_gate_group(action->json).len)
    AX_TRY(ax_group_settle(s, phase, i, slot - i));
  return AX_OK;
}

static bool deletes(const ax_script_action *action) {
  ax_str code = AX_JSON_STR(AX_JSON_GET(action->json, "type"), "code");
  return !action->is_assert && ax_str_starts(code, AX_STR("delete"));
}

/* What cannot be deleted because it was never made is no failure: in a
 * teardown after a failure, and in set-ups that clear the way for what a test
 * makes only later. */
static void forgive(const ax_state *s, const ax_script_action *action,
                    ax_result_phase_kind phase, ax_result_action *result) {
  if (result->kind != AX_RESULT_FAIL || result->exchange || action->is_assert)
    return;
  bool setup = phase == AX_RESULT_SETUP && deletes(action);
  if (!setup && !(phase == AX_RESULT_TEARDOWN && s->failed)) return;
  result->kind = AX_RESULT_SKIP;
  result->cause = AX_RESULT_BY_SCRIPT;
}

ax_status ax_phase_run(ax_state *s, const ax_script_phase *phase,
                       ax_result_phase *out) {
  bool teardown = out->phase == AX_RESULT_TEARDOWN, ended = false;
  int64_t begun_ns = ax_clock_mono_ns();
  for (size_t i = 0; i < phase->actions.count; i++) {
    const ax_script_action *action = &phase->actions.items[i];
    if (ended) {
      AX_TRY(skip_one(s, phase, action, AX_RESULT_NO_CAUSE,
                      AX_STR("an earlier action of the same part failed"),
                      out));
      continue;
    }
    AX_TRY(run_one(s, phase, i, out));
    ax_result_action *result = &out->actions.items[out->actions.count - 1];
    forgive(s, action, out->phase, result);
    if (!teardown) ended = ax_action_ends(action, result);
    s->failed |= result->kind >= AX_RESULT_UNSUPPORTED;
  }
  out->duration_us += (ax_clock_mono_ns() - begun_ns) / 1000;
  return AX_OK;
}

/* --- fixtures ------------------------------------------------------------- */

static ax_status tell_fixture(ax_state *s, const char *what, ax_str id,
                              ax_str place, ax_result_action *out) {
  out->label =
      ax_arena_printf(s->arena, "%s " AX_STR_FMT, what, AX_STR_ARG(id));
  out->place = place;
  return out->label.ptr ? AX_OK : AX_NOMEM;
}

static ax_status finish(ax_state *s, ax_status status, const ax_error *why,
                        ax_result_action *result, ax_result_phase *out) {
  AX_TRY(ax_action_judge(s, status, why, result));
  ax_result_action *slot = AX_VEC_PUSH(&out->actions, s->arena);
  if (!slot) return AX_NOMEM;
  *slot = *result;
  s->failed |= result->kind >= AX_RESULT_UNSUPPORTED;
  return AX_OK;
}

static ax_status create_all(ax_state *s, unsigned destination,
                            ax_result_phase *out, bool *good) {
  for (size_t i = 0; i < s->script->fixtures.count; i++) {
    const ax_script_fixture *f = &s->script->fixtures.items[i];
    ax_result_action result = { 0 };
    ax_error why = { 0 };
    if (!f->autocreate) continue;
    AX_TRY(tell_fixture(s, "autocreate", f->id, f->place, &result));
    ax_status status = ax_operation_create(s, f, destination, &result, &why);
    AX_TRY(finish(s, status, &why, &result, out));
    *good &= result.kind == AX_RESULT_PASS;
  }
  return AX_OK;
}

ax_status ax_phase_create_fixtures(ax_state *s, ax_result_phase *out,
                                   bool *good) {
  const ax_script *script = s->script;
  bool several = script->destinations.count > 1 &&
                 s->options->target.destination_count > 1;
  *good = true;
  if (!several) return create_all(s, 0, out, good);
  /* R4: on each server being tested. */
  for (size_t i = 0; i < script->destinations.count; i++)
    if (ax_operation_knows(s, script->destinations.items[i].index))
      AX_TRY(create_all(s, script->destinations.items[i].index, out, good));
  return AX_OK;
}

ax_status ax_phase_remove_fixtures(ax_state *s, ax_result_phase *out) {
  /* The last one first: it may refer to those before it. */
  for (size_t i = s->made.count; i-- > 0;) {
    const ax_state_made *made = &s->made.items[i];
    ax_result_action result = { 0 };
    ax_error why = { 0 };
    AX_TRY(tell_fixture(s, "autodelete", made->fixture, AX_STR(""), &result));
    ax_status status = ax_operation_remove(s, made, &result, &why);
    AX_TRY(finish(s, status, &why, &result, out));
  }
  return AX_OK;
}
