/* Unit tests of gateway/src/terminology/builtin*.c. */
#include <string.h>

#include "support/ax_test.h"

#include "terminology/builtin.h"

static bool judged(ax_builtin system, const char *code) {
  const char *why = NULL;
  ax_membership m = ax_builtin_judge(system, ax_str_from(code), &why);
  if (m != AX_MEMBER_YES) assert_non_null(why);
  return m == AX_MEMBER_YES;
}

static void language_tags_follow_the_grammar(void **state) {
  (void)state;
  static const char *const good[] = {
    "en",
    "de-CH-1996",
    "zh-cmn-Hans-CN",
    "sl-rozaj-biske",
    "es-419",
    "en-US-x-private",
    "x-own",
    "de-u-co-phonebk",
    "i-klingon",
    "haw",
    "en-a-bbb-x-a-ccc",
    "zh-min-nan",
    "sgn-be-fr",
  };
  static const char *const bad[] = {
    "",  "e",    "en-", "en--US", "en_US", "english-language-of-old",
    "x", "en-u", "12",  "de-A",   "en US",
    "de-1996-1996", "sl-rozaj-biske-ROZAJ", "en-a-bbb-a-ccc", "i-unheard",
    "ar-a-aaa-b-bbb-a-ccc",
    "tlh-a-b-foo", "de-419-DE", "a-DE",
  };
  for (size_t i = 0; i < AX_COUNT(good); i++)
    if (!judged(AX_BUILTIN_LANGUAGE, good[i]))
      fail_msg("refused %s", good[i]);
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    if (judged(AX_BUILTIN_LANGUAGE, bad[i]))
      fail_msg("accepted '%s'", bad[i]);
}

static void mime_types_follow_the_grammar(void **state) {
  (void)state;
  static const char *const good[] = {
    "text/plain",
    "application/fhir+json",
    "image/svg+xml",
    "text/plain;charset=\"utf 8\"; a=b",
    "application/hl7-v3+xml",
  };
  static const char *const bad[] = {
    "",     "/",     "a/",     "/b",    "text plain/x",
    "a/b;", "a/b;c", "a/b;c=", "a/b c", "a/b;c=\"x"
  };
  for (size_t i = 0; i < AX_COUNT(good); i++)
    if (!judged(AX_BUILTIN_MIME, good[i]))
      fail_msg("refused %s", good[i]);
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    if (judged(AX_BUILTIN_MIME, bad[i]))
      fail_msg("accepted '%s'", bad[i]);
}

static void lists_know_their_codes(void **state) {
  (void)state;
  assert_true(judged(AX_BUILTIN_CURRENCY, "EUR"));
  assert_false(judged(AX_BUILTIN_CURRENCY, "eur"));
  assert_false(judged(AX_BUILTIN_CURRENCY, "EU"));
  assert_false(judged(AX_BUILTIN_CURRENCY, "AED AFN"));
  assert_true(judged(AX_BUILTIN_COUNTRY, "AT"));
  assert_true(judged(AX_BUILTIN_COUNTRY, "AUT"));
  assert_true(judged(AX_BUILTIN_COUNTRY, "040"));
  assert_false(judged(AX_BUILTIN_COUNTRY, "UK"));
  assert_false(judged(AX_BUILTIN_COUNTRY, ""));
  size_t countries = 0, currencies = 0;
  ax_str code;
  while (ax_builtin_code(AX_BUILTIN_COUNTRY, countries, &code)) countries++;
  while (ax_builtin_code(AX_BUILTIN_CURRENCY, currencies, &code)) currencies++;
  assert_int_equal(countries, 3 * 249);
  assert_int_equal(currencies, 182);
}

static ax_membership of(ax_builtin system, const char *code) {
  return ax_builtin_judge(system, ax_str_from(code), NULL);
}

static void parts_of_countries_have_a_form(void **state) {
  (void)state;
  assert_int_equal(of(AX_BUILTIN_SUBDIVISION, "AT-9"), AX_MEMBER_UNKNOWN);
  assert_int_equal(of(AX_BUILTIN_SUBDIVISION, "US-CA"), AX_MEMBER_UNKNOWN);
  assert_int_equal(of(AX_BUILTIN_SUBDIVISION, "CA"), AX_MEMBER_NO);
  assert_int_equal(of(AX_BUILTIN_SUBDIVISION, "QQ-CA"), AX_MEMBER_NO);
  assert_int_equal(of(AX_BUILTIN_SUBDIVISION, "US-CALI"), AX_MEMBER_NO);
  assert_int_equal(of(AX_BUILTIN_SUBDIVISION, "US-"), AX_MEMBER_NO);
}

static void loinc_codes_are_refused_by_their_check_digit(void **state) {
  (void)state;
  static const char *const may[] = { "2160-0", "8480-6", "15074-8",
                                     "LA6576-8", "LP14542-3", "1-8" };
  static const char *const not[] = { "2160-1", "8480-60", "15074",
                                     "12345678-9", "-1", "2160-", "2160-x" };
  for (size_t i = 0; i < AX_COUNT(may); i++)
    if (of(AX_BUILTIN_LOINC, may[i]) != AX_MEMBER_UNKNOWN)
      fail_msg("decided %s", may[i]);
  for (size_t i = 0; i < AX_COUNT(not); i++) {
    bool number = not[i][0] >= '0' && not[i][0] <= '9';
    ax_membership want = number ? AX_MEMBER_NO : AX_MEMBER_UNKNOWN;
    if (of(AX_BUILTIN_LOINC, not[i]) != want) fail_msg("took %s", not[i]);
  }
}

static void snomed_identifiers_are_refused_by_form_digit_and_kind(
    void **state) {
  (void)state;
  static const char *const may[] = { "138875005", "254837009", "73211009",
                                     "11000172109",
                                     "71341001:272741003=7771000" };
  static const struct {
    const char *code, *why;
  } not[] = {
    { "138875006", "check digit" }, { "12345", "6 to 18" },
    { "0138875005", "begin with 0" }, { "", "number or an expression" },
    { "T-15460", "number or an expression" },
    { "37436014", "description" },
    { "1234567890123456789", "6 to 18" },
  };
  for (size_t i = 0; i < AX_COUNT(may); i++)
    if (of(AX_BUILTIN_SNOMED, may[i]) != AX_MEMBER_UNKNOWN)
      fail_msg("decided %s", may[i]);
  for (size_t i = 0; i < AX_COUNT(not); i++) {
    const char *why = "";
    if (ax_builtin_judge(AX_BUILTIN_SNOMED, ax_str_from(not[i].code), &why) !=
            AX_MEMBER_NO ||
        !strstr(why, not[i].why))
      fail_msg("%s: %s", not[i].code, why);
  }
}

static void systems_go_by_their_names(void **state) {
  (void)state;
  assert_int_equal(ax_builtin_named(AX_STR("urn:ietf:bcp:47")),
                   AX_BUILTIN_LANGUAGE);
  assert_int_equal(ax_builtin_named(AX_STR("http://loinc.org/")),
                   AX_BUILTIN_NONE);
  assert_int_equal(of(AX_BUILTIN_NONE, "x"), AX_MEMBER_UNKNOWN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(language_tags_follow_the_grammar),
    cmocka_unit_test(mime_types_follow_the_grammar),
    cmocka_unit_test(lists_know_their_codes),
    cmocka_unit_test(parts_of_countries_have_a_form),
    cmocka_unit_test(loinc_codes_are_refused_by_their_check_digit),
    cmocka_unit_test(snomed_identifiers_are_refused_by_form_digit_and_kind),
    cmocka_unit_test(systems_go_by_their_names),
  };
  return cmocka_run_group_tests_name("builtin", tests, NULL, NULL);
}
