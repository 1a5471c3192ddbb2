#include "terminology/builtin.h"

#include <ctype.h>
#include <string.h>

#include "base/attrs.h"

ax_builtin ax_builtin_named(ax_str url) {
  static const struct {
    ax_str url;
    ax_builtin system;
  } rows[] = {
    { AX_STR_INIT("http://loinc.org"), AX_BUILTIN_LOINC },
    { AX_STR_INIT("http://snomed.info/sct"), AX_BUILTIN_SNOMED },
    { AX_STR_INIT("http://unitsofmeasure.org"), AX_BUILTIN_UCUM },
    { AX_STR_INIT("urn:ietf:bcp:13"), AX_BUILTIN_MIME },
    { AX_STR_INIT("urn:ietf:bcp:47"), AX_BUILTIN_LANGUAGE },
    { AX_STR_INIT("urn:iso:std:iso:4217"), AX_BUILTIN_CURRENCY },
    { AX_STR_INIT("urn:iso:std:iso:3166"), AX_BUILTIN_COUNTRY },
    { AX_STR_INIT("urn:iso:std:iso:3166:-2"), AX_BUILTIN_SUBDIVISION },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++)
    if (ax_str_eq(url, rows[i].url)) return rows[i].system;
  return AX_BUILTIN_NONE;
}

/* --- MIME types (RFC 2045 5.1, RFC 6838 4.2) ----------------------------- */

static bool token_char(char c) {
  return isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`{|}~", c));
}

static ax_str take_token(ax_str *rest) {
  size_t n = 0;
  while (n < rest->len && token_char(rest->ptr[n])) n++;
  ax_str token = { rest->ptr, n };
  *rest = ax_str_skip(*rest, n);
  return token;
}

static bool take_char(ax_str *rest, char c) {
  if (!rest->len || rest->ptr[0] != c) return false;
  *rest = ax_str_skip(*rest, 1);
  return true;
}

static bool take_quoted(ax_str *rest) {
  if (!take_char(rest, '"')) return false;
  while (rest->len && rest->ptr[0] != '"')
    *rest = ax_str_skip(*rest, rest->ptr[0] == '\\' && rest->len > 1 ? 2 : 1);
  return take_char(rest, '"');
}

/* R4 CapabilityStatement.format, and with it Mime Type: these three short forms
 * stand beside the registered types. */
static bool is_format(ax_str code) {
  return ax_str_eq(code, AX_STR("xml")) || ax_str_eq(code, AX_STR("json")) ||
         ax_str_eq(code, AX_STR("ttl"));
}

static bool is_mime(ax_str code) {
  if (is_format(code)) return true;
  if (!take_token(&code).len || !take_char(&code, '/') ||
      !take_token(&code).len)
    return false;
  while (code.len) {
    while (take_char(&code, ' ')) {
    }
    if (!take_char(&code, ';')) return false;
    while (take_char(&code, ' ')) {
    }
    if (!take_token(&code).len || !take_char(&code, '=')) return false;
    if (!take_token(&code).len && !take_quoted(&code)) return false;
  }
  return true;
}

/* --- lists and the rest --------------------------------------------------- */

bool ax_builtin_code(ax_builtin system, size_t i, ax_str *code) {
  if (system == AX_BUILTIN_CURRENCY) return ax_builtin_currency(i, code);
  if (system == AX_BUILTIN_COUNTRY) return ax_builtin_country(i, code);
  return false;
}

static bool is_listed(ax_builtin system, ax_str code) {
  ax_str listed;
  for (size_t i = 0; ax_builtin_code(system, i, &listed); i++)
    if (ax_str_eq(listed, code)) return true;
  return false;
}

/* ISO 3166-2: a country, a hyphen, one to three letters or digits. */
static bool is_part_of_country(ax_str code) {
  ax_str part = code;
  ax_str country = ax_str_cut(&part, '-');
  if (country.len != 2 || !is_listed(AX_BUILTIN_COUNTRY, country)) return false;
  for (size_t i = 0; i < part.len; i++)
    if (!isupper((unsigned char)part.ptr[i]) &&
        !isdigit((unsigned char)part.ptr[i]))
      return false;
  return part.len >= 1 && part.len <= 3;
}

static ax_membership verdict(bool is, const char *reason, const char **why) {
  if (!is && why) *why = reason;
  return is ? AX_MEMBER_YES : AX_MEMBER_NO;
}

ax_membership ax_builtin_judge(ax_builtin system, ax_str code,
                               const char **why) {
  switch (system) {
  case AX_BUILTIN_MIME:
    return verdict(is_mime(code), "it is no type/subtype of RFC 6838", why);
  case AX_BUILTIN_LANGUAGE:
    return verdict(ax_builtin_language(code),
                   "it is no language tag of BCP 47", why);
  case AX_BUILTIN_CURRENCY:
    return verdict(is_listed(system, code), "ISO 4217 does not list it", why);
  case AX_BUILTIN_COUNTRY:
    return verdict(is_listed(system, code), "ISO 3166-1 does not list it", why);
  case AX_BUILTIN_SUBDIVISION:
    if (!is_part_of_country(code))
      return verdict(false, "it is no country code and part of ISO 3166-2",
                     why);
    break;
  case AX_BUILTIN_LOINC:
    return ax_builtin_loinc(code, why);
  case AX_BUILTIN_SNOMED:
    return ax_builtin_snomed(code, why);
  case AX_BUILTIN_UCUM:
  case AX_BUILTIN_NONE:
    break;
  }
  if (why) *why = "the code system is not loaded";
  return AX_MEMBER_UNKNOWN;
}
