#include "report/report_case.h"

ax_str ax_report_case_script(const ax_result_script *script) {
  const ax_str names[] = { script->id, script->name, script->title,
                           script->file };
  for (size_t i = 0; i < AX_COUNT(names); i++)
    if (names[i].len) return names[i];
  return AX_STR("script");
}

static ax_str phase_name(const ax_result_phase *phase) {
  if (phase->phase == AX_RESULT_SETUP) return AX_STR("set-up");
  if (phase->phase == AX_RESULT_TEARDOWN) return AX_STR("teardown");
  if (phase->name.len) return phase->name;
  return phase->id.len ? phase->id : AX_STR("test");
}

static bool is_case(const ax_result_phase *phase) {
  return phase->phase == AX_RESULT_TEST || phase->kind >= AX_RESULT_UNSUPPORTED;
}

static ax_status add(ax_report_cases *out, ax_arena *arena,
                     ax_report_case item) {
  ax_report_case *slot = AX_VEC_PUSH(out, arena);
  if (!slot) return AX_NOMEM;
  *slot = item;
  const ax_result_action *decided = ax_report_case_decided(slot);
  if (!slot->message.len && decided) slot->message = decided->message;
  return AX_OK;
}

ax_status ax_report_case_of(const ax_result_script *script, ax_arena *arena,
                            ax_report_cases *out) {
  size_t before = out->count;
  for (size_t i = 0; i < script->phases.count; i++) {
    const ax_result_phase *phase = &script->phases.items[i];
    if (!is_case(phase)) continue;
    AX_TRY(add(out, arena,
               (ax_report_case){ .script = script,
                                 .phase = phase,
                                 .kind = phase->kind,
                                 .name = phase_name(phase),
                                 .message = phase->message }));
  }
  if (out->count > before) return AX_OK;
  return add(out, arena,
             (ax_report_case){ .script = script,
                               .kind = script->kind,
                               .name = ax_report_case_script(script),
                               .message = script->message });
}

ax_status ax_report_case_all(const ax_result_run *run, ax_arena *arena,
                             ax_report_cases *out) {
  *out = (ax_report_cases){ 0 };
  for (size_t i = 0; i < run->scripts.count; i++)
    AX_TRY(ax_report_case_of(&run->scripts.items[i], arena, out));
  return AX_OK;
}

ax_result_counts ax_report_case_count(const ax_report_cases *cases) {
  ax_result_counts counts = { 0 };
  for (size_t i = 0; i < cases->count; i++) counts.of[cases->items[i].kind]++;
  counts.all = cases->count;
  return counts;
}

const ax_result_action *ax_report_case_decided(const ax_report_case *item) {
  if (!item->phase || item->kind == AX_RESULT_PASS) return NULL;
  for (size_t i = 0; i < item->phase->actions.count; i++)
    if (item->phase->actions.items[i].kind == item->kind)
      return &item->phase->actions.items[i];
  return NULL;
}
