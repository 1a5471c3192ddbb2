#include "scoring/score_needs.h"

#include <auspex_plugin.h>

/* Criteria of a group stand for each other: none of them is needed. */
static bool is_need(const ax_model_criterion *k) {
  return k->kind == AUSPEX_NEEDS && k->group == 0 && k->sources.count == 1 &&
         k->sources.items[0].from == AUSPEX_FROM_CONDITION;
}

static bool add_system(ax_fact_code *out, size_t *count, ax_str system) {
  for (size_t i = 0; i < *count; i++)
    if (ax_str_eq(out[i].system, system)) return true;
  if (*count == AX_SCORE_NEEDS_SYSTEMS) return false;
  out[(*count)++] =
      (ax_fact_code){ .system = system, .match = AX_FACT_MATCH_PREFIX };
  return true;
}

bool ax_score_needs_systems(const ax_model *model, ax_fact_code *out,
                            size_t *count) {
  bool needs = false;
  for (size_t i = 0; i < model->criterion_count; i++) {
    if (!is_need(&model->criteria[i])) continue;
    const ax_model_codes *codes = model->criteria[i].sources.items[0].codes;
    for (size_t k = 0; k < codes->count; k++)
      if (!add_system(out, count, codes->items[k].system)) return false;
    needs = true;
  }
  return needs;
}

static bool has_one(const ax_facts *facts, const ax_model_codes *codes) {
  for (size_t i = 0; i < facts->count; i++) {
    const ax_fact *fact = &facts->items[i];
    if (fact->kind == AX_FACT_CONDITION &&
        ax_model_codes_find(codes, fact->system, fact->code))
      return true;
  }
  return false;
}

bool ax_score_needs_met(const ax_model *model, const ax_facts *facts,
                        ax_str *why) {
  for (size_t i = 0; i < model->criterion_count; i++) {
    const ax_model_criterion *k = &model->criteria[i];
    if (!is_need(k) || has_one(facts, k->sources.items[0].codes)) continue;
    *why = k->reason.len ? k->reason
                         : AX_STR("the patient is not in the population");
    return false;
  }
  return true;
}
