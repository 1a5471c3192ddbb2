/* Unit tests of gateway/src/ucum. */
#include "support/ax_test.h"

#include <math.h>
#include <string.h>

#include "ucum/ucum.h"
#include "ucum/ucum_atoms.h"

static void reads(const char *code) {
  ax_ucum_unit unit;
  ax_error err = { 0 };
  if (ax_ucum_parse(ax_str_from(code), &unit, &err) != AX_OK)
    fail_msg("%s", err.text);
}

static void refuses(const char *code, const char *why) {
  ax_ucum_unit unit;
  ax_error err = { 0 };
  if (ax_ucum_parse(ax_str_from(code), &unit, &err) != AX_INVALID)
    fail_msg("%s was taken", code);
  assert_string_equal(err.text, why);
}

/* Exactly: the same double. */
static void gives(double value, const char *from, const char *to, double molar,
                  double want) {
  double got = 0;
  ax_error err = { 0 };
  if (ax_ucum_convert(value, ax_str_from(from), ax_str_from(to), molar, &got,
                      &err) != AX_OK)
    fail_msg("%s", err.text);
  if (got != want)
    fail_msg("%.17g %s = %.17g %s, want %.17g", value, from, got, to, want);
}

static void about(double value, const char *from, const char *to, double want) {
  double got = 0;
  ax_error err = { 0 };
  if (ax_ucum_convert(value, ax_str_from(from), ax_str_from(to), 0, &got,
                      &err) != AX_OK)
    fail_msg("%s", err.text);
  if (fabs(got - want) > 1e-9 * fabs(want))
    fail_msg("%.17g %s = %.17g %s, want %.17g", value, from, got, to, want);
}

static void no_way(const char *from, const char *to, double molar,
                   const char *why) {
  double got = 0;
  ax_error err = { 0 };
  assert_int_equal(
      ax_ucum_convert(1, ax_str_from(from), ax_str_from(to), molar, &got, &err),
      AX_INVALID);
  if (!strstr(err.text, why)) fail_msg("%s", err.text);
}

static void the_table_is_sorted_and_every_atom_parses(void **state) {
  (void)state;
  size_t i = 0;
  for (const ax_ucum_atom *atom; (atom = ax_ucum_atoms_at(i)); i++) {
    const ax_ucum_atom *before = i ? ax_ucum_atoms_at(i - 1) : NULL;
    if (before && strcmp(before->code, atom->code) >= 0)
      fail_msg("%s stands before %s", before->code, atom->code);
    assert_ptr_equal(ax_ucum_atoms_find(ax_str_from(atom->code)), atom);
    reads(atom->code);
  }
  assert_int_equal(i, 310);
}

static void units_of_every_day_are_read(void **state) {
  (void)state;
  static const char *const codes[] = {
    "1",        "%",          "mg/dL",      "10*3/uL",  "10*9/L",
    "10^12/L",  "kg/m2",      "{score}",    "mm[Hg]",   "/min",
    "/{tot}",   "U/L",        "[IU]/L",     "k[IU]/mL", "mL/min/{1.73_m2}",
    "mol/kg/s", "meq/L",      "mosm/kg",    "Cel",      "[degF]",
    "dB",       "ug{FEU}/mL", "/100{WBC}",  "m2",       "m-2",
    "m+2",      "10.nV",      "(g.m)/(s2)", "/(12.h)",  "cm[H2O]",
    "B[10.nV]", "10*-6",      "dar",        "dam",      "cd",
    "min",      "a",          "mo",         "wk",       "[in_i'Hg]",
    "%[slope]", "''",         "umol/L",     "KiBy",     "{a}",
    "{clock time}",
    "g/(8.h)",  "mL/(min.m2)"
  };
  for (size_t i = 0; i < AX_COUNT(codes); i++) reads(codes[i]);
}

static void what_is_no_unit_is_refused_with_its_place(void **state) {
  (void)state;
  refuses("", "\"\" is not a UCUM unit: it is empty (character 1)");
  refuses("mg/dl/", "\"mg/dl/\" is not a UCUM unit: a unit is expected here "
                    "(character 7)");
  refuses("mmHg", "\"mmHg\" is not a UCUM unit: there is no such unit "
                  "(character 1)");
  refuses("kmin", "\"kmin\" is not a UCUM unit: there is no such unit "
                  "(character 1)");
  refuses("mg / dL", "\"mg / dL\" is not a UCUM unit: spaces and letters "
                     "beyond ASCII have no place (character 3)");
  refuses("(mg", "\"(mg\" is not a UCUM unit: ')' is expected here "
                 "(character 4)");
  refuses("mg)", "\"mg)\" is not a UCUM unit: '.' or '/' is expected here "
                 "(character 3)");
  refuses("{x", "\"{x\" is not a UCUM unit: '{' is never closed (character "
                "1)");
  refuses("[IU", "\"[IU\" is not a UCUM unit: '[' is never closed (character "
                 "1)");
  refuses("m100", "\"m100\" is not a UCUM unit: the exponent is greater than "
                  "99 (character 2)");
  refuses("m-", "\"m-\" is not a UCUM unit: an exponent needs digits "
                "(character 3)");
  refuses("Cel/h", "\"Cel/h\" is not a UCUM unit: a unit with a scale of its "
                   "own cannot be multiplied or divided (character 4)");
  refuses("Cel2", "\"Cel2\" is not a UCUM unit: a unit with a scale of its "
                  "own has no powers (character 4)");
  refuses("0", "\"0\" is not a UCUM unit: a number from 1 to 99999999 is "
               "expected (character 2)");
  refuses("m60.m60", "\"m60.m60\" is not a UCUM unit: it is too large or too "
                     "small (character 4)");
  refuses("..", "\"..\" is not a UCUM unit: a unit is expected here "
                "(character 1)");
}

static void the_worst_texts_end_soon(void **state) {
  (void)state;
  char text[AX_UCUM_LENGTH + 2];
  memset(text, '(', sizeof text);
  ax_ucum_unit unit;
  assert_int_equal(ax_ucum_parse((ax_str){ text, AX_UCUM_LENGTH }, &unit, NULL),
                   AX_INVALID);
  assert_int_equal(
      ax_ucum_parse((ax_str){ text, AX_UCUM_LENGTH + 1 }, &unit, NULL),
      AX_INVALID);
  for (size_t i = 0; i < AX_UCUM_LENGTH; i++) text[i] = "YAU9."[i % 5];
  assert_int_equal(
      ax_ucum_parse((ax_str){ text, AX_UCUM_LENGTH - 1 }, &unit, NULL),
      AX_INVALID);
}

static void laboratory_units_convert_exactly(void **state) {
  (void)state;
  gives(126, "mg/dL", "g/L", 0, 1.26);
  gives(5.5, "mmol/L", "umol/L", 0, 5500);
  gives(13.5, "g/dL", "g/L", 0, 135);
  gives(0.7, "10*3/uL", "10*9/L", 0, 0.7);
  gives(250, "10*9/L", "10*3/uL", 0, 250);
  gives(4.5, "10*6/uL", "10*12/L", 0, 4.5);
  gives(6.5, "%", "1", 0, 0.065);
  gives(0.065, "1", "%", 0, 6.5);
  gives(180, "cm", "m", 0, 1.8);
  gives(37, "U/mL", "U/L", 0, 37000);
  gives(37, "U/mL", "kU/L", 0, 37);
  gives(1, "ng/mL", "ug/L", 0, 1);
  gives(3.3, "kg/m2", "kg/m2", 0, 3.3);
  gives(2, "wk", "d", 0, 14);
  gives(3, "h", "min", 0, 180);
  gives(1, "kg", "[lb_av]", 0, 1 / 0.45359237);
  gives(12, "[in_i]", "cm", 0, 30.48);
  gives(4.2, "{score}", "1", 0, 4.2);
  gives(100, "mL/min/{1.73_m2}", "mL/min", 0, 100);
  gives(5, "[IU]/L", "m[IU]/mL", 0, 5);
  gives(5, "[iU]/L", "[IU]/L", 0, 5);
  gives(140, "meq/L", "mmol/L", 0, 140);
  gives(1, "10*3/uL", "10^9/L", 0, 1);
}

static void temperatures_follow_their_scales(void **state) {
  (void)state;
  gives(98.6, "[degF]", "Cel", 0, 37);
  gives(37, "Cel", "[degF]", 0, 98.6);
  gives(37, "Cel", "K", 0, 310.15);
  gives(0, "K", "Cel", 0, -273.15);
  about(32, "[degF]", "K", 273.15);
  about(80, "[degRe]", "Cel", 100);
  gives(38.2, "Cel", "Cel", 0, 38.2);
}

static void other_scales_work_both_ways(void **state) {
  (void)state;
  about(7.4, "[pH]", "nmol/L", 39.81071705534969);
  about(40, "nmol/L", "[pH]", 7.397940008672037);
  about(30, "dB", "1", 1000);
  about(100, "1", "dB", 20);
  about(2, "B[V]", "V", 10);
  about(3, "bit_s", "1", 8);
  about(100, "%[slope]", "deg", 45);
  about(2, "Np", "1", 7.38905609893065);
  about(4, "[hp'_X]", "[hp'_C]", 2);
}

static void mass_becomes_amount_with_a_molar_mass(void **state) {
  (void)state;
  gives(126, "mg/dL", "mmol/L", 180.156, 1260 / 180.156);
  gives(7, "mmol/L", "mg/dL", 180.156, 126.1092);
  gives(1, "mg/dL", "umol/L", 113.12, 10000 / 113.12);
  no_way("mg/dL", "mmol/L", 0, "no molar mass is known");
  no_way("mg/dL", "meq/L", 40.08, "they measure different things");
  no_way("mg/dL", "mmol", 180, "they measure different things");
  no_way("mg2/dL", "mmol/L", 180, "they measure different things");
}

static void what_does_not_belong_together_stays_apart(void **state) {
  (void)state;
  no_way("mg", "mL", 0, "they measure different things");
  no_way("[IU]/L", "U/L", 0, "an arbitrary unit converts only to itself");
  no_way("[IU]/L", "[arb'U]/L", 0, "an arbitrary unit converts only to itself");
  no_way("Cel", "g", 0, "they measure different things");
  no_way("mmol/L", "xyz", 0, "there is no such unit");
  double out = 0;
  assert_int_equal(
      ax_ucum_convert(-1, AX_STR("mol/L"), AX_STR("[pH]"), 0, &out, NULL),
      AX_INVALID);
}

static void old_units_have_their_values(void **state) {
  (void)state;
  about(1, "[gal_us]", "L", 3.785411784);
  about(1, "[acr_us]", "m2", 4046.872609874252);
  about(1, "mm[Hg]", "Pa", 133.322);
  about(1, "atm", "bar", 1.01325);
  about(1, "cal", "J", 4.184);
  about(1, "Ci", "GBq", 37);
  about(1, "a", "d", 365.25);
  about(1, "[ft_us]", "m", 1200.0 / 3937);
  about(360, "deg", "[pi].rad", 2);
  about(1, "mol", "10*23", 6.0221367);
  about(1, "[lbf_av]", "N", 4.4482216152605);
  about(1, "[psi]", "kPa", 6.894757293168361);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_table_is_sorted_and_every_atom_parses),
    cmocka_unit_test(units_of_every_day_are_read),
    cmocka_unit_test(what_is_no_unit_is_refused_with_its_place),
    cmocka_unit_test(the_worst_texts_end_soon),
    cmocka_unit_test(laboratory_units_convert_exactly),
    cmocka_unit_test(temperatures_follow_their_scales),
    cmocka_unit_test(other_scales_work_both_ways),
    cmocka_unit_test(mass_becomes_amount_with_a_molar_mass),
    cmocka_unit_test(what_does_not_belong_together_stays_apart),
    cmocka_unit_test(old_units_have_their_values),
  };
  return cmocka_run_group_tests_name("ucum", tests, NULL, NULL);
}
