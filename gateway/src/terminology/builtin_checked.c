/*
 * Codes that carry a check digit: what is wrong in itself can be refused
 * without the code system.
 *
 * LOINC: digits, a hyphen and the check digit of "mod 10" (LOINC Users' Guide,
 * "check digit"). Parts (LP), answers (LA), answer lists (LL) and groups (LG)
 * have no rule that could be tested here.
 *
 * SNOMED CT: 6 to 18 digits without a leading zero; the last is Verhoeff's
 * check digit, the two before it say what it identifies: 00 and 10 a concept,
 * 01 and 11 a description, 02 and 12 a relationship (SNOMED CT Technical
 * Implementation Guide, "SCTID"). A code is a concept or a postcoordinated
 * expression (R4 snomedct.html).
 */
#include <ctype.h>

#include "terminology/builtin.h"

static bool all_digits(ax_str s) {
  for (size_t i = 0; i < s.len; i++)
    if (!isdigit((unsigned char)s.ptr[i])) return false;
  return s.len > 0;
}

static ax_membership no(const char **why, const char *reason) {
  if (why) *why = reason;
  return AX_MEMBER_NO;
}

static ax_membership unknown(const char **why) {
  if (why) *why = "the code system is not loaded";
  return AX_MEMBER_UNKNOWN;
}

/* Every other digit counts twice, beginning with the last. */
static int mod10(ax_str digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.len; i++) {
    int d = digits.ptr[digits.len - 1 - i] - '0';
    if (i % 2 == 0) d *= 2;
    sum += d > 9 ? d - 9 : d;
  }
  return (10 - sum % 10) % 10;
}

ax_membership ax_builtin_loinc(ax_str code, const char **why) {
  ax_str check = code;
  ax_str number = ax_str_cut(&check, '-');
  if (!all_digits(number)) return unknown(why);
  if (number.len > 7 || check.len != 1 || !all_digits(check))
    return no(why, "a LOINC code has up to 7 digits, a hyphen and a check "
                   "digit");
  if (mod10(number) != check.ptr[0] - '0')
    return no(why, "its check digit is wrong for a LOINC code");
  return unknown(why);
}

/* J. Verhoeff, Error Detecting Decimal Codes (1969): the dihedral group D5 and
 * a permutation by position. */
static bool verhoeff(ax_str digits) {
  static const unsigned char times[10][10] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 },
    { 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 }, { 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 },
    { 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 },
    { 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 }, { 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 },
    { 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 }, { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
  };
  static const unsigned char moved[8][10] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 },
    { 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 }, { 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 },
    { 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 }, { 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 },
    { 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 }, { 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 },
  };
  unsigned char check = 0;
  for (size_t i = 0; i < digits.len; i++)
    check = times[check][moved[i % 8][digits.ptr[digits.len - 1 - i] - '0']];
  return check == 0;
}

ax_membership ax_builtin_snomed(ax_str code, const char **why) {
  if (!code.len || isalpha((unsigned char)code.ptr[0]))
    return no(why, "a SNOMED CT code is a number or an expression");
  if (!all_digits(code)) return unknown(why);
  if (code.len < 6 || code.len > 18 || code.ptr[0] == '0')
    return no(why, "a SNOMED CT identifier has 6 to 18 digits and does not "
                   "begin with 0");
  if (!verhoeff(code))
    return no(why, "its check digit is wrong for a SNOMED CT identifier");
  if (code.ptr[code.len - 2] != '0')
    return no(why, "it identifies a SNOMED CT description or relationship, not "
                   "a concept");
  return unknown(why);
}
