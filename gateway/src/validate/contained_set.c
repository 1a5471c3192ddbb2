#include "validate/contained_set.h"

const ax_json *ax_contained_set_of(const ax_json *resource, ax_str id) {
  const ax_json *list = AX_JSON_GET(resource, "contained");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (ax_str_eq(AX_JSON_STR(one, "id"), id) &&
        ax_str_eq(AX_JSON_STR(one, "resourceType"), AX_STR("ValueSet")))
      return one;
  }
  return NULL;
}

static ax_code_answer in_list(const ax_json *list, ax_str code) {
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (ax_str_eq(AX_JSON_STR(one, "code"), code)) return AX_CODE_IN;
  }
  return AX_CODE_NOT_IN;
}

static ax_code_answer in_include(const ax_validate_host *host,
                                 const ax_json *include, ax_str system,
                                 ax_str code) {
  const ax_json *list = AX_JSON_GET(include, "concept");
  const char *why = NULL;
  if (AX_JSON_GET(include, "valueSet")) return AX_CODE_UNDECIDED;
  if (!ax_str_eq(AX_JSON_STR(include, "system"), system)) return AX_CODE_NOT_IN;
  if (ax_json_count(list)) return in_list(list, code);
  if (!host->code_in_system) return AX_CODE_UNDECIDED;
  ax_code_answer answer = host->code_in_system(host->ctx, system, code, &why);
  bool filtered = AX_JSON_GET(include, "filter") != NULL;
  return answer == AX_CODE_IN && filtered ? AX_CODE_UNDECIDED : answer;
}

/* Recursion as deep as the expansion is nested, which the parser bounds. */
static ax_code_answer in_expansion(const ax_json *level, ax_str system,
                                   ax_str code) {
  const ax_json *list = AX_JSON_GET(level, "contains");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (ax_str_eq(AX_JSON_STR(one, "system"), system) &&
        ax_str_eq(AX_JSON_STR(one, "code"), code))
      return AX_CODE_IN;
    if (in_expansion(one, system, code) == AX_CODE_IN) return AX_CODE_IN;
  }
  return AX_CODE_NOT_IN;
}

ax_code_answer ax_contained_set_find(const ax_validate_host *host,
                                     const ax_json *set, ax_str system,
                                     ax_str code) {
  const ax_json *list = AX_JSON_GET(AX_JSON_GET(set, "compose"), "include");
  const ax_json *expansion = AX_JSON_GET(set, "expansion");
  ax_code_answer found = AX_CODE_NOT_IN;
  if (!ax_json_count(list))
    return AX_JSON_GET(expansion, "contains")
               ? in_expansion(expansion, system, code)
               : AX_CODE_UNDECIDED;
  for (size_t i = 0; i < ax_json_count(list); i++) {
    ax_code_answer one = in_include(host, ax_json_item(list, i), system, code);
    if (one == AX_CODE_IN) return one;
    if (one == AX_CODE_UNDECIDED) found = one;
  }
  return found;
}
