/* Unit tests of gateway/src/http/http_media.c. */
#include "support/ax_test.h"

#include "http/http_media.h"

static ax_http_media body(const char *type) {
  const char *why = NULL;
  ax_http_media media = ax_http_media_of_body(ax_str_from(type), &why);
  assert_non_null(why);
  assert_true((media == AX_HTTP_MEDIA_NONE) == (why[0] != '\0'));
  return media;
}

static ax_http_media accepted(const char *accept) {
  return ax_http_media_accepted(ax_str_from(accept));
}

static ax_http_media format(const char *text) {
  return ax_http_media_format(ax_str_from(text));
}

static void bodies_may_be_fhir_json_or_plain_json(void **state) {
  (void)state;
  assert_int_equal(body("application/fhir+json"), AX_HTTP_MEDIA_FHIR);
  assert_int_equal(body("Application/FHIR+JSON ; Charset=UTF-8"),
                   AX_HTTP_MEDIA_FHIR);
  assert_int_equal(body("application/fhir+json; charset=\"utf-8\""),
                   AX_HTTP_MEDIA_FHIR);
  assert_int_equal(body("application/fhir+json; fhirVersion=4.0"),
                   AX_HTTP_MEDIA_FHIR);
  assert_int_equal(body("application/json"), AX_HTTP_MEDIA_JSON);
  assert_int_equal(body("text/json;charset=utf-8"), AX_HTTP_MEDIA_JSON);
  assert_int_equal(body("application/x-www-form-urlencoded"),
                   AX_HTTP_MEDIA_FORM);
  assert_int_equal(body("application/fhir+ndjson; charset=utf-8"),
                   AX_HTTP_MEDIA_LINES);
  assert_int_equal(body("application/x-ndjson"), AX_HTTP_MEDIA_LINES);
  assert_int_equal(accepted("application/fhir+ndjson"), AX_HTTP_MEDIA_NONE);
}

static void other_bodies_are_not_read(void **state) {
  (void)state;
  const char *bad[] = { "",
                        "   ",
                        ";charset=utf-8",
                        "application/fhir+xml",
                        "application/xml",
                        "text/plain",
                        "application/fhir+json2",
                        "application/fhir",
                        "application/fhir+json; charset=iso-8859-1",
                        "application/fhir+json; fhirVersion=3.0",
                        "application/fhir+json; fhirVersion=\"5.0\"",
                        "application/json, application/fhir+json" };
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    assert_int_equal(body(bad[i]), AX_HTTP_MEDIA_NONE);
}

static void accept_weighs_by_q(void **state) {
  (void)state;
  assert_int_equal(accepted(""), AX_HTTP_MEDIA_FHIR);
  assert_int_equal(accepted("*/*"), AX_HTTP_MEDIA_FHIR);
  assert_int_equal(accepted("application/*;q=0.2"), AX_HTTP_MEDIA_FHIR);
  assert_int_equal(accepted("application/json"), AX_HTTP_MEDIA_JSON);
  assert_int_equal(accepted("application/json, application/fhir+json"),
                   AX_HTTP_MEDIA_FHIR);
  assert_int_equal(
      accepted("application/fhir+json;q=0.4, application/json;q=0.5"),
      AX_HTTP_MEDIA_JSON);
  assert_int_equal(accepted("application/json, */*;q=0.1"), AX_HTTP_MEDIA_JSON);
  assert_int_equal(
      accepted("text/html,application/xhtml+xml,application/xml;q=0.9,"
               "*/*;q=0.8"),
      AX_HTTP_MEDIA_FHIR);
}

static void a_named_refusal_beats_a_wildcard(void **state) {
  (void)state;
  assert_int_equal(accepted("*/*, application/fhir+json;q=0"),
                   AX_HTTP_MEDIA_JSON);
  assert_int_equal(
      accepted("*/*, application/fhir+json;q=0, application/json;q=0"),
      AX_HTTP_MEDIA_NONE);
}

static void what_we_cannot_write_is_not_accepted(void **state) {
  (void)state;
  assert_int_equal(accepted("application/fhir+xml"), AX_HTTP_MEDIA_NONE);
  assert_int_equal(accepted("text/html"), AX_HTTP_MEDIA_NONE);
  assert_int_equal(accepted("application/fhir+json;q=0"), AX_HTTP_MEDIA_NONE);
  assert_int_equal(accepted("application/fhir+json; fhirVersion=3.0"),
                   AX_HTTP_MEDIA_NONE);
  assert_int_equal(accepted("application/fhir+json; charset=utf-16"),
                   AX_HTTP_MEDIA_NONE);
}

static void malformed_elements_are_passed_over(void **state) {
  (void)state;
  assert_int_equal(accepted("*/*;q=2"), AX_HTTP_MEDIA_NONE);
  assert_int_equal(accepted("*/*;q=0.5555"), AX_HTTP_MEDIA_NONE);
  assert_int_equal(accepted("*/*;q=-1, application/json;q=1.000"),
                   AX_HTTP_MEDIA_JSON);
  assert_int_equal(accepted(",,;;q=1,\"\",application/json"),
                   AX_HTTP_MEDIA_JSON);
  assert_int_equal(accepted("application/json;x=\"a,b;q=0\""),
                   AX_HTTP_MEDIA_JSON);
}

static void format_takes_short_and_long_names(void **state) {
  (void)state;
  assert_int_equal(format("json"), AX_HTTP_MEDIA_FHIR);
  assert_int_equal(format("application/fhir+json"), AX_HTTP_MEDIA_FHIR);
  assert_int_equal(format("application/fhir json"), AX_HTTP_MEDIA_FHIR);
  assert_int_equal(format("application/json"), AX_HTTP_MEDIA_JSON);
  assert_int_equal(format("xml"), AX_HTTP_MEDIA_NONE);
  assert_int_equal(format("html"), AX_HTTP_MEDIA_NONE);
  assert_int_equal(format(""), AX_HTTP_MEDIA_NONE);
  assert_int_equal(format("application/x-www-form-urlencoded"),
                   AX_HTTP_MEDIA_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bodies_may_be_fhir_json_or_plain_json),
    cmocka_unit_test(other_bodies_are_not_read),
    cmocka_unit_test(accept_weighs_by_q),
    cmocka_unit_test(a_named_refusal_beats_a_wildcard),
    cmocka_unit_test(what_we_cannot_write_is_not_accepted),
    cmocka_unit_test(malformed_elements_are_passed_over),
    cmocka_unit_test(format_takes_short_and_long_names),
  };
  return cmocka_run_group_tests_name("http_media", tests, NULL, NULL);
}
