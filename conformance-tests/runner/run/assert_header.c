/* headerField: a header of an answer or a request. */
#include "run/assert.h"

#include "http/http.h"
#include "run/wire.h"

/* "xml" in what a run with JSON on the wire expects of a media type. */
static ax_status as_on_the_wire(const ax_assert *a, ax_str field,
                                ax_str *expected) {
  ax_str xml = AX_STR("xml");
  bool media = ax_http_equal(field, AX_STR("Accept")) ||
               ax_http_equal(field, AX_STR("Content-Type"));
  AX_TRY(ax_wire_value(a->s, *expected, expected));
  if (a->s->options->wire == AX_RUN_WIRE_AS_ASKED || !media) return AX_OK;
  size_t at = ax_str_find(*expected, xml);
  if (at == AX_STR_NONE) return AX_OK;
  ax_str before = { expected->ptr, at };
  *expected = AX_JOIN(a->s->arena, before, AX_STR("json"),
                      ax_str_skip(*expected, at + xml.len));
  a->s->out->wire_changed = true;
  return expected->ptr ? AX_OK : AX_NOMEM;
}

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
  AX_TRY(as_on_the_wire(a, text, &expected));
  return ax_assert_compare(&with, &value, status ? 0 : 1, expected, false, out);
}
