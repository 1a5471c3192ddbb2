/* contentType: what the body of an answer or a request is. */
#include "run/assert.h"

#include "http/http.h"
#include "run/wire.h"

static bool is_one_of(ax_str media, const char *const *types) {
  for (size_t i = 0; types[i]; i++)
    if (ax_http_equal(media, ax_str_from(types[i]))) return true;
  return false;
}

/* json stands for all names that FHIR in JSON ever had; so with xml. */
static bool fits(ax_str media, ax_str wanted) {
  static const char *const json[] = { "application/fhir+json",
                                      "application/json+fhir",
                                      "application/json", "text/json", NULL };
  if (ax_http_equal(wanted, AX_STR("json"))) return is_one_of(media, json);
  if (ax_http_equal(wanted, AX_STR("xml"))) return ax_wire_is_xml(media);
  if (ax_http_equal(wanted, AX_STR("none"))) return !media.len;
  return ax_http_equal(media, wanted);
}

static ax_str type_of(ax_str field) {
  return ax_str_trim(ax_str_cut(&field, ';'));
}

/* The media type alone, unless the script wants parameters, too. */
static bool one_fits(ax_str field, ax_str wanted) {
  if (ax_str_find(wanted, AX_STR(";")) != AX_STR_NONE)
    return ax_http_equal(field, wanted);
  return fits(type_of(field), wanted);
}

static bool any_fits(ax_str field, ax_str list) {
  while (list.len)
    if (one_fits(field, ax_str_trim(ax_str_cut(&list, ',')))) return true;
  return false;
}

static ax_status as_on_the_wire(const ax_assert *a, ax_str *wanted) {
  bool xml = ax_http_equal(*wanted, AX_STR("xml"));
  if (a->s->options->wire == AX_RUN_WIRE_AS_ASKED || !xml)
    return ax_wire_value(a->s, *wanted, wanted);
  a->s->out->wire_changed = true;
  *wanted = AX_STR("json");
  return AX_OK;
}

ax_status ax_assert_content_type_judge(const ax_assert *a, ax_str text,
                                       ax_assert_outcome *out, ax_error *err) {
  ax_source source;
  ax_str field = AX_STR("");
  AX_TRY(ax_assert_source(a, &source, out, err));
  if (!source.exchange)
    return ax_source_header(&source, AX_STR("Content-Type"), &field, err);
  field =
      source.is_request
          ? ax_result_request_header(source.exchange, AX_STR("Content-Type"))
          : ax_result_response_header(source.exchange, AX_STR("Content-Type"));
  AX_TRY(as_on_the_wire(a, &text));
  AX_TRY(ax_assert_compare(a, &field, 1, text, false, out));
  if (a->op == AX_COMPARE_EQUALS || a->op == AX_COMPARE_IN)
    out->holds = any_fits(field, text);
  if (a->op == AX_COMPARE_NOT_EQUALS || a->op == AX_COMPARE_NOT_IN)
    out->holds = !any_fits(field, text);
  return AX_OK;
}
