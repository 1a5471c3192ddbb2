#include "validate/quantity_order.h"

#include "fhir/fhir_decimal.h"
#include "ucum/ucum.h"

/* -1, 0 or 1; what is converted is rounded, so what is nearly equal is. */
static int order_of(double a, double b) {
  double most = a < 0 ? -a : a;
  if (b > most || -b > most) most = b < 0 ? -b : b;
  double apart = a - b;
  if (apart <= most * 1e-12 && -apart <= most * 1e-12) return 0;
  return apart > 0 ? 1 : -1;
}

bool ax_quantity_order_of(const ax_json *a, const ax_json *b, int *order) {
  ax_str system = AX_JSON_STR(a, "system");
  ax_str from = AX_JSON_STR(a, "code"), to = AX_JSON_STR(b, "code");
  const ax_json *x = AX_JSON_GET(a, "value"), *y = AX_JSON_GET(b, "value");
  ax_ucum_unit f, t;
  ax_fhir_decimal p, q;
  double have = 0;
  if (!ax_str_eq(system, AX_JSON_STR(b, "system")) ||
      !ax_json_is(x, AX_JSON_NUMBER) || !ax_json_is(y, AX_JSON_NUMBER) ||
      !ax_fhir_decimal_parse(ax_json_text(x), &p) ||
      !ax_fhir_decimal_parse(ax_json_text(y), &q))
    return false;
  if (ax_str_eq(from, to)) {
    *order = ax_fhir_decimal_compare(p, q);
    return true;
  }
  if (!ax_str_eq(system, AX_STR("http://unitsofmeasure.org")) ||
      ax_ucum_parse(from, &f, NULL) || ax_ucum_parse(to, &t, NULL) ||
      !ax_ucum_commensurable(&f, &t) ||
      !ax_ucum_convert_parsed(ax_fhir_decimal_to_double(p), &f, &t, 0, &have))
    return false;
  *order = order_of(have, ax_fhir_decimal_to_double(q));
  return true;
}
