#include "fhir/fhir_date.h"
#include "fhir/fhir_decimal.h"
#include "validate/quantity_order.h"
#include "validate/questionnaire.h"

const ax_json *ax_questionnaire_choice(const ax_json *object, ax_str prefix,
                                       ax_str *type) {
  if (!ax_json_is(object, AX_JSON_OBJECT)) return NULL;
  for (uint32_t i = 0; i < object->count; i++) {
    const ax_json_member *m = &object->u.members[i];
    if (m->key.len <= prefix.len || !ax_str_starts(m->key, prefix)) continue;
    if (type) *type = ax_str_skip(m->key, prefix.len);
    return &m->value;
  }
  return NULL;
}

const ax_json *ax_questionnaire_extension(const ax_json *item, ax_str url,
                                          size_t i) {
  static const ax_str base =
      AX_STR_INIT("http://hl7.org/fhir/StructureDefinition/");
  const ax_json *all = AX_JSON_GET(item, "extension");
  for (size_t k = 0; k < ax_json_count(all); k++) {
    const ax_json *one = ax_json_item(all, k);
    ax_str have = AX_JSON_STR(one, "url");
    if (!ax_str_starts(have, base) ||
        !ax_str_eq(ax_str_skip(have, base.len), url))
      continue;
    if (i-- == 0) return ax_questionnaire_choice(one, AX_STR("value"), NULL);
  }
  return NULL;
}

static bool compare_numbers(const ax_json *a, const ax_json *b, int *order) {
  ax_fhir_decimal x, y;
  if (!ax_fhir_decimal_parse(ax_json_text(a), &x) ||
      !ax_fhir_decimal_parse(ax_json_text(b), &y))
    return false;
  *order = ax_fhir_decimal_compare(x, y);
  return true;
}

/* By where they begin: 2022-06-30 comes after 2022-06. */
static bool compare_dates(const ax_json *a, const ax_json *b, int *order) {
  ax_fhir_date x, y;
  bool times = ax_fhir_date_parse_time(ax_json_text(a), &x) &&
               ax_fhir_date_parse_time(ax_json_text(b), &y);
  if (!times && (!ax_fhir_date_parse_datetime(ax_json_text(a), &x) ||
                 !ax_fhir_date_parse_datetime(ax_json_text(b), &y)))
    return false;
  *order = (x.lo_ms > y.lo_ms) - (x.lo_ms < y.lo_ms);
  return true;
}

/* Numbers without a unit that is coded are not compared. */
static bool compare_quantities(const ax_json *a, const ax_json *b, int *order) {
  return AX_JSON_STR(a, "system").len && AX_JSON_STR(a, "code").len &&
         ax_quantity_order_of(a, b, order);
}

bool ax_questionnaire_compare(const ax_json *a, const ax_json *b, int *order) {
  if (!a || !b || a->kind != b->kind) return false;
  if (a->kind == AX_JSON_NUMBER) return compare_numbers(a, b, order);
  if (a->kind == AX_JSON_STRING) return compare_dates(a, b, order);
  return a->kind == AX_JSON_OBJECT && compare_quantities(a, b, order);
}

bool ax_questionnaire_same(const ax_json *a, const ax_json *b) {
  int order = 0;
  if (!a || !b || a->kind != b->kind) return false;
  if (a->kind == AX_JSON_NUMBER)
    return compare_numbers(a, b, &order) && order == 0;
  if (a->kind != AX_JSON_OBJECT) return ax_json_equal(a, b);
  if (AX_JSON_GET(a, "value") || AX_JSON_GET(b, "value"))
    return compare_quantities(a, b, &order) ? order == 0 : ax_json_equal(a, b);
  if (AX_JSON_GET(a, "reference"))
    return ax_str_eq(AX_JSON_STR(a, "reference"), AX_JSON_STR(b, "reference"));
  return ax_str_eq(AX_JSON_STR(a, "system"), AX_JSON_STR(b, "system")) &&
         ax_str_eq(AX_JSON_STR(a, "code"), AX_JSON_STR(b, "code"));
}
