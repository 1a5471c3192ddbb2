#include "terminology/tx_answer.h"

#include "base/attrs.h"
#include "json/json_parse.h"

/* The parameter `name`, or NULL. */
static const ax_json *parameter(const ax_json *list, ax_str name) {
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (ax_str_eq(AX_JSON_STR(one, "name"), name)) return one;
  }
  return NULL;
}

/* Kinds of http://hl7.org/fhir/tools/CodeSystem/tx-issue-type that speak of
 * what the server lacks, not of the code. */
static bool is_lack(const ax_json *coding) {
  static const ax_str kinds[] = { AX_STR_INIT("not-found"),
                                  AX_STR_INIT("vs-invalid"),
                                  AX_STR_INIT("cannot-infer") };
  if (!ax_str_ends(AX_JSON_STR(coding, "system"), AX_STR("tx-issue-type")))
    return false;
  for (size_t i = 0; i < AX_COUNT(kinds); i++)
    if (ax_str_eq(AX_JSON_STR(coding, "code"), kinds[i])) return true;
  return false;
}

static bool lacks(const ax_json *list) {
  const ax_json *issues = AX_JSON_GET(
      AX_JSON_GET(parameter(list, AX_STR("issues")), "resource"), "issue");
  if (parameter(list, AX_STR("x-caused-by-unknown-system")) ||
      parameter(list, AX_STR("x-unknown-system")))
    return true;
  for (size_t i = 0; i < ax_json_count(issues); i++) {
    const ax_json *codings = AX_JSON_GET(
        AX_JSON_GET(ax_json_item(issues, i), "details"), "coding");
    for (size_t k = 0; k < ax_json_count(codings); k++)
      if (is_lack(ax_json_item(codings, k))) return true;
  }
  return false;
}

ax_membership ax_tx_answer_read(ax_arena *arena, ax_str body, ax_str *display) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  *display = AX_STR("");
  if (ax_json_parse(arena, body, &doc, &fault) ||
      !ax_str_eq(AX_JSON_STR(doc, "resourceType"), AX_STR("Parameters")))
    return AX_MEMBER_UNKNOWN;
  const ax_json *list = AX_JSON_GET(doc, "parameter");
  const ax_json *result =
      AX_JSON_GET(parameter(list, AX_STR("result")), "valueBoolean");
  if (!ax_json_is(result, AX_JSON_BOOL)) return AX_MEMBER_UNKNOWN;
  *display = AX_JSON_STR(parameter(list, AX_STR("display")), "valueString");
  if (result->truth) return AX_MEMBER_YES;
  return lacks(list) ? AX_MEMBER_UNKNOWN : AX_MEMBER_NO;
}
