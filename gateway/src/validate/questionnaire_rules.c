/*
 * What extensions of a Questionnaire's item demand of its answers beside their
 * values: where references may lead, units, options that stand alone, and
 * constraints in FHIRPath (R4 questionnaire-profiles; SDC).
 */
#include "fhir/fhir_reference.h"
#include "validate/invariant.h"
#include "validate/questionnaire.h"
#include "validate/walk_find.h"

#define REPORT(form, severity, type, id, place, ...) \
  ax_walk_issue((form)->walk, (severity), (type), (id), (place), __VA_ARGS__)

/* --- references ------------------------------------------------------------
 */

static ax_str target_type(const ax_questionnaire_form *form, ax_str text) {
  ax_str found = ax_walk_find_type(form->walk, text);
  return found.len ? found : ax_fhir_reference_parse(text).type;
}

static void check_reference(const ax_questionnaire_form *form,
                            const ax_json *item, const ax_place *at) {
  ax_str text = AX_JSON_STR(at->value, "reference");
  ax_str type = target_type(form, text), first = AX_STR("");
  const ax_json *allowed = NULL;
  for (size_t i = 0; type.len; i++) {
    allowed = ax_questionnaire_extension(
        item, AX_STR("questionnaire-referenceResource"), i);
    if (!allowed) break;
    if (ax_str_eq(ax_json_text(allowed), type)) return;
    if (!first.len) first = ax_json_text(allowed);
  }
  if (first.len)
    REPORT(form, AX_ERROR, AX_ISSUE_STRUCTURE, "questionnaire-reference", at,
           "The reference '" AX_STR_FMT "' leads to a " AX_STR_FMT
           "; the question asks for a " AX_STR_FMT,
           AX_STR_ARG(text), AX_STR_ARG(type), AX_STR_ARG(first));
}

/* --- units -----------------------------------------------------------------
 */

static bool same_unit(const ax_json *option, const ax_json *quantity) {
  return ax_str_eq(AX_JSON_STR(option, "system"),
                   AX_JSON_STR(quantity, "system")) &&
         ax_str_eq(AX_JSON_STR(option, "code"), AX_JSON_STR(quantity, "code"));
}

static bool set_lacks(const ax_questionnaire_form *form, ax_str set,
                      const ax_json *quantity) {
  const ax_validate_host *host = form->walk->host;
  const char *why = NULL;
  return set.len && host->code_in_value_set &&
         host->code_in_value_set(
             host->ctx, set, AX_JSON_STR(quantity, "system"),
             AX_JSON_STR(quantity, "code"), &why) == AX_CODE_NOT_IN;
}

static bool is_offered(const ax_questionnaire_form *form, const ax_json *item,
                       const ax_json *quantity) {
  bool any = false;
  for (size_t i = 0;; i++) {
    const ax_json *option =
        ax_questionnaire_extension(item, AX_STR("questionnaire-unitOption"), i);
    if (!option) break;
    any = true;
    if (same_unit(option, quantity)) return true;
  }
  if (any) return false;
  ax_str set = ax_json_text(ax_questionnaire_extension(
      item, AX_STR("questionnaire-unitValueSet"), 0));
  return !set_lacks(form, set, quantity);
}

static void check_unit(const ax_questionnaire_form *form, const ax_json *item,
                       const ax_place *at) {
  ax_str code = AX_JSON_STR(at->value, "code");
  if (code.len && !is_offered(form, item, at->value))
    REPORT(form, AX_ERROR, AX_ISSUE_CODE_INVALID, "questionnaire-unit-option",
           at,
           "The unit '" AX_STR_FMT "' (" AX_STR_FMT
           ") is none of those that the question offers",
           AX_STR_ARG(code), AX_STR_ARG(AX_JSON_STR(at->value, "system")));
}

void ax_questionnaire_rules_value(const ax_questionnaire_form *form,
                                  const ax_json *item, const ax_place *at) {
  if (ax_str_eq(at->choice, AX_STR("Reference")))
    check_reference(form, item, at);
  else if (ax_str_eq(at->choice, AX_STR("Quantity")))
    check_unit(form, item, at);
}

/* --- options that stand alone ----------------------------------------------
 */

static bool is_exclusive(const ax_json *option) {
  const ax_json *flag = ax_questionnaire_extension(
      option, AX_STR("questionnaire-optionExclusive"), 0);
  return ax_json_is(flag, AX_JSON_BOOL) && flag->truth;
}

static bool is_chosen(const ax_json *option, const ax_json *answer) {
  return ax_questionnaire_same(
      ax_questionnaire_choice(answer, AX_STR("value"), NULL),
      ax_questionnaire_choice(option, AX_STR("value"), NULL));
}

void ax_questionnaire_rules_item(const ax_questionnaire_form *form,
                                 const ax_json *item, const ax_place *at) {
  const ax_json *options = AX_JSON_GET(item, "answerOption");
  size_t answers = ax_json_count(AX_JSON_GET(at->value, "answer"));
  if (answers < 2) return;
  for (size_t o = 0; o < ax_json_count(options); o++) {
    const ax_json *option = ax_json_item(options, o);
    if (!is_exclusive(option)) continue;
    for (size_t i = 0; i < answers; i++) {
      const ax_place answer = ax_place_item(at, AX_STR("answer"), i);
      if (is_chosen(option, answer.value))
        REPORT(form, AX_ERROR, AX_ISSUE_INVARIANT, "questionnaire-exclusive",
               &answer,
               "This option excludes all others, but there are %zu answers",
               answers);
    }
  }
}

/* --- texts -----------------------------------------------------------------
 */

static bool is_translation(const ax_json *item, ax_str text) {
  const ax_json *list = AX_JSON_GET(AX_JSON_GET(item, "_text"), "extension");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *parts = AX_JSON_GET(ax_json_item(list, i), "extension");
    for (size_t p = 0; p < ax_json_count(parts); p++) {
      const ax_json *part = ax_json_item(parts, p);
      if (ax_str_eq(ax_json_text(
                        ax_questionnaire_choice(part, AX_STR("value"), NULL)),
                    text))
        return true;
    }
  }
  return false;
}

void ax_questionnaire_rules_text(const ax_questionnaire_form *form,
                                 const ax_json *item, const ax_place *at) {
  ax_str have = AX_JSON_STR(at->value, "text");
  ax_str want = AX_JSON_STR(item, "text");
  if (!have.len || ax_str_eq(have, want) || is_translation(item, have)) return;
  REPORT(form, AX_ERROR, AX_ISSUE_INVALID, "questionnaire-text", at,
         "The text of the item '" AX_STR_FMT
         "' is not the question's; it must repeat it (or a translation that "
         "the questionnaire gives) or be left out",
         AX_STR_ARG(AX_JSON_STR(item, "linkId")));
}

/* --- constraints -----------------------------------------------------------
 */

static ax_json part_of(const ax_json *constraint, ax_str name) {
  const ax_json *parts = AX_JSON_GET(constraint, "extension");
  for (size_t i = 0; i < ax_json_count(parts); i++) {
    const ax_json *part = ax_json_item(parts, i);
    if (!ax_str_eq(AX_JSON_STR(part, "url"), name)) continue;
    const ax_json *value = ax_questionnaire_choice(part, AX_STR("value"), NULL);
    if (ax_json_is(value, AX_JSON_STRING)) return *value;
  }
  return (ax_json){ .kind = AX_JSON_STRING, .u.text = "" };
}

static void run_constraint(const ax_questionnaire_form *form,
                           const ax_json *json, const ax_place *at,
                           const ax_fp_type *type, ax_arena *arena) {
  const ax_json_member members[] = {
    { AX_STR("key"), 0, part_of(json, AX_STR("key")) },
    { AX_STR("severity"), 0, part_of(json, AX_STR("severity")) },
    { AX_STR("human"), 0, part_of(json, AX_STR("human")) },
    { AX_STR("expression"), 0, part_of(json, AX_STR("expression")) },
  };
  const ax_json constraint = { .kind = AX_JSON_OBJECT,
                               .count = AX_COUNT(members),
                               .u.members = members };
  ax_invariant *invariant = NULL;
  if (ax_invariant_compile(arena, &constraint, false, &invariant)) {
    form->walk->no_memory = true;
  } else if (invariant) {
    invariant->key = ax_json_text(&members[0].value); /* outlives the arena */
    ax_invariant_run(invariant, form->walk, at, type);
  }
}

void ax_questionnaire_rules_constraints(const ax_questionnaire_form *form,
                                        const ax_json *level,
                                        const ax_place *at) {
  static const char path[] = "http://hl7.org/fhir/StructureDefinition/"
                             "questionnaire-constraint";
  const ax_json *list = AX_JSON_GET(level, "extension");
  const ax_fp_model *model = form->walk->model;
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (!ax_str_eq(AX_JSON_STR(one, "url"), ax_str_from(path))) continue;
    ax_arena *arena = ax_walk_scratch(form->walk);
    if (!arena) return;
    const ax_fp_type *type =
        model->type(model->ctx, AX_STR("QuestionnaireResponse"));
    const ax_fp_element *item =
        type ? model->element(model->ctx, type, AX_STR("item")) : NULL;
    if (at->value != form->response) type = item ? item->types[0] : NULL;
    ax_arena_mark mark = ax_arena_mark_here(arena);
    run_constraint(form, one, at, type, arena);
    ax_arena_rewind(arena, mark);
  }
}
