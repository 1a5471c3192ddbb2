/* Unit tests of the form of ECL expressions, by the chapters of the brief
 * syntax. */
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "validate/ecl.h"

static const char *const RIGHT[] = {
  "404684003",
  " 404684003 |Clinical finding| ",
  "< 19829001 |Disorder of lung|",
  "<<73211009",
  "<! 404684003",
  ">> 40541001",
  "!!< 404684003",
  "^ 700043003",
  "^ [referencedComponentId] 700043003",
  "< ^ 700043003",
  "*",
  "<< (404684003 OR 19829001)",
  "< 19829001 AND < 301867009",
  "< 19829001 or < 301867009",
  "< 19829001 MINUS << 301867009",
  "(< 19829001 AND < 301867009) MINUS ^ 700043003",
  "< 19829001: 116676008 |Associated morphology| = 79654002 |Edema|",
  "< 404684003: 363698007 = << 39057004, 116676008 != << 415582006",
  "< 404684003: { 363698007 = << 39057004, 116676008 = << 55641003 }",
  "< 404684003: [1..3] { [0..*] 127489000 = < 105590001 }",
  "< 27658006: R 127489000 = *",
  "< 373873005: (127489000 = 1234567) OR 127489000 = 7654321",
  "< 27658006: 3264475007 >= #250, 209309999 = \"PANADOL\"",
  "< 125605004 . 363698007",
  "< 64572001 {{ term = \"heart\" }} {{ D active = true }}",
  "/* all */ < 64572001",
};

static const char *const WRONG[] = {
  "",
  "   ",
  "234234 << 234234",
  "12345",
  "1234567890123456789",
  "<",
  "< 404684003 AND",
  "AND 404684003",
  "(404684003",
  "404684003)",
  "404684003 |Clinical finding",
  "404684003:",
  "404684003: 363698007",
  "404684003: 363698007 =",
  "404684003: { 363698007 = 39057004",
  "404684003: 363698007 = #x",
  "< 64572001 {{ term = \"heart\"",
  "heart",
  "/* 404684003",
};

static void expressions_have_their_form(void **state) {
  (void)state;
  for (size_t i = 0; i < AX_COUNT(RIGHT); i++) {
    size_t at = 0;
    const char *fault = ax_ecl_fault(ax_str_from(RIGHT[i]), &at);
    if (fault) fail_msg("%s: %s (%zu)", RIGHT[i], fault, at);
  }
}

static void what_is_no_expression_is_told_with_its_place(void **state) {
  (void)state;
  size_t at = 0;
  for (size_t i = 0; i < AX_COUNT(WRONG); i++)
    if (!ax_ecl_fault(ax_str_from(WRONG[i]), &at))
      fail_msg("'%s' should be refused", WRONG[i]);
  assert_non_null(ax_ecl_fault(AX_STR("234234 << 234234"), &at));
  assert_int_equal(at, 7);
}

static void nesting_has_an_end(void **state) {
  (void)state;
  enum { DEEP = 5000 };
  static char text[DEEP + 1];
  size_t at = 0;
  memset(text, '(', DEEP);
  assert_non_null(ax_ecl_fault(ax_str_from(text), &at));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(expressions_have_their_form),
    cmocka_unit_test(what_is_no_expression_is_told_with_its_place),
    cmocka_unit_test(nesting_has_an_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
