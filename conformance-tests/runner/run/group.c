#include "run/group.h"

#include "run/gate.h"

static bool belongs(const ax_script_action *action, ax_str group) {
  return action->json && action->is_assert &&
         ax_str_eq(ax_gate_group(action->json), group);
}

/* A member that holds has no message; one that was let pass has one. */
static bool holds(const ax_result_action *result) {
  return result->kind == AX_RESULT_PASS && !result->message.len;
}

static bool is_last(const ax_script_phase *phase, size_t at, ax_str group) {
  for (size_t i = at + 1; i < phase->actions.count; i++)
    if (belongs(&phase->actions.items[i], group)) return false;
  return true;
}

static bool one_holds(const ax_script_phase *phase, size_t at, ax_str group,
                      const ax_result_action *results) {
  for (size_t i = 0; i <= at; i++)
    if (belongs(&phase->actions.items[i], group) && holds(&results[i]))
      return true;
  return false;
}

static ax_status let_pass(ax_state *s, ax_str group, ax_result_action *out) {
  out->kind = AX_RESULT_PASS;
  if (ax_str_starts(out->message, AX_STR("one of the group"))) return AX_OK;
  out->message = ax_arena_printf(s->arena,
                                 "one of the group '" AX_STR_FMT
                                 "' is enough; this one: " AX_STR_FMT,
                                 AX_STR_ARG(group), AX_STR_ARG(out->message));
  return out->message.ptr ? AX_OK : AX_NOMEM;
}

static ax_status fail_all(ax_state *s, const ax_script_phase *phase, size_t at,
                          ax_str group, ax_result_action *results) {
  for (size_t i = 0; i <= at; i++) {
    ax_result_action *one = &results[i];
    bool open = one->kind == AX_RESULT_PASS || one->kind == AX_RESULT_FAIL ||
                one->kind == AX_RESULT_WARNING;
    if (!belongs(&phase->actions.items[i], group) || !open) continue;
    one->kind = AX_RESULT_FAIL;
    AX_TRY(let_pass(s, group, one));
    one->kind = AX_RESULT_FAIL;
  }
  return AX_OK;
}

ax_status ax_group_settle(ax_state *s, const ax_script_phase *phase, size_t at,
                          ax_result_action *results) {
  ax_str group = ax_gate_group(phase->actions.items[at].json);
  ax_result_action *now = &results[at];
  if (now->kind != AX_RESULT_PASS && now->kind != AX_RESULT_FAIL &&
      now->kind != AX_RESULT_WARNING)
    return AX_OK;
  if (one_holds(phase, at, group, results)) {
    return holds(now) ? AX_OK : let_pass(s, group, now);
  }
  if (!is_last(phase, at, group)) return let_pass(s, group, now);
  return fail_all(s, phase, at, group, results);
}
