/* headerField: a header of an answer or a request. */
#include "run/assert.h"
#include "run/wire.h"

ax_status ax_assert_header_judge(const ax_assert *a, ax_str text,
                                 ax_assert_outcome *out, ax_error *err) {
  ax_source source;
  ax_str value = AX_STR(""), expected = a->value;
  ax_assert with = *a;
  AX_TRY(ax_assert_source(a, &source, out, err));
  ax_error absent = { 0 };
  ax_status status = ax_source_header(&source, text, &value, &absent);
  if (status && status != AX_NOT_FOUND)
    return ax_error_set(err, status, "%s", absent.text);
  /* Only named: it must be there. */
  if (!a->has_value && !a->has_operator) with.op = AX_COMPARE_NOT_EMPTY;
  AX_TRY(ax_wire_value(a->s, expected, &expected));
  return ax_assert_compare(&with, &value, status ? 0 : 1, expected, false, out);
}
