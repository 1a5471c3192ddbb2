/* Value sets that a Questionnaire contains: their lists of codes and whole
 * systems, which is how a form brings its options along. */
#include "validate/questionnaire.h"

static const ax_json *find_set(const ax_json *questionnaire, ax_str id) {
  const ax_json *list = AX_JSON_GET(questionnaire, "contained");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (ax_str_eq(AX_JSON_STR(one, "id"), id) &&
        ax_str_eq(AX_JSON_STR(one, "resourceType"), AX_STR("ValueSet")))
      return one;
  }
  return NULL;
}

static bool lists(const ax_json *concepts, ax_str code) {
  for (size_t i = 0; i < ax_json_count(concepts); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(concepts, i), "code"), code))
      return true;
  return false;
}

static bool whole_system_lacks(const ax_questionnaire_form *form, ax_str system,
                               ax_str code) {
  const ax_validate_host *host = form->walk->host;
  const char *why = NULL;
  return host->code_in_system &&
         host->code_in_system(host->ctx, system, code, &why) == AX_CODE_NOT_IN;
}

static bool include_lacks(const ax_questionnaire_form *form,
                          const ax_json *include, ax_str system, ax_str code) {
  const ax_json *concepts = AX_JSON_GET(include, "concept");
  if (AX_JSON_GET(include, "valueSet")) return false;
  if (!ax_str_eq(AX_JSON_STR(include, "system"), system)) return true;
  if (ax_json_count(concepts)) return !lists(concepts, code);
  return whole_system_lacks(form, system, code);
}

/* Recursion as deep as the expansion is nested, which the parser bounds. */
static bool expansion_lacks(const ax_json *level, ax_str system, ax_str code) {
  const ax_json *list = AX_JSON_GET(level, "contains");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (ax_str_eq(AX_JSON_STR(one, "system"), system) &&
        ax_str_eq(AX_JSON_STR(one, "code"), code))
      return false;
    if (!expansion_lacks(one, system, code)) return false;
  }
  return true;
}

bool ax_questionnaire_set_lacks(const ax_questionnaire_form *form, ax_str id,
                                ax_str system, ax_str code) {
  const ax_json *set = find_set(form->questionnaire, id);
  const ax_json *includes = AX_JSON_GET(AX_JSON_GET(set, "compose"), "include");
  const ax_json *expansion = AX_JSON_GET(set, "expansion");
  if (!ax_json_count(includes))
    return AX_JSON_GET(expansion, "contains") &&
           expansion_lacks(expansion, system, code);
  for (size_t i = 0; i < ax_json_count(includes); i++)
    if (!include_lacks(form, ax_json_item(includes, i), system, code))
      return false;
  return true;
}
