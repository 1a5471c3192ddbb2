#include "terminology/builtin.h"

#include <ctype.h>
#include <string.h>

#include "base/attrs.h"

ax_builtin ax_builtin_named(ax_str url) {
  static const struct {
    const char *url;
    ax_builtin system;
  } rows[] = { { "urn:ietf:bcp:13", AX_BUILTIN_MIME },
               { "urn:ietf:bcp:47", AX_BUILTIN_LANGUAGE },
               { "urn:iso:std:iso:4217", AX_BUILTIN_CURRENCY },
               { "http://unitsofmeasure.org", AX_BUILTIN_UCUM } };
  for (size_t i = 0; i < AX_COUNT(rows); i++)
    if (ax_str_eq(url, ax_str_from(rows[i].url))) return rows[i].system;
  return AX_BUILTIN_NONE;
}

/* --- MIME types (RFC 2045 5.1, RFC 6838 4.2)
 * ---------------------------------- */

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

/* --- languages (RFC 5646 2.1)
 * --------------------------------------------------- */

static bool all(ax_str s, int (*class)(int)) {
  for (size_t i = 0; i < s.len; i++)
    if (!class((unsigned char)s.ptr[i])) return false;
  return s.len > 0;
}

static bool alpha_of(ax_str s, size_t low, size_t high) {
  return s.len >= low && s.len <= high && all(s, isalpha);
}

typedef struct {
  ax_str part, rest;
} subtags;

static void next(subtags *t) {
  t->part = ax_str_cut(&t->rest, '-');
}

static bool is_variant(ax_str s) {
  return all(s, isalnum) && ((s.len >= 5 && s.len <= 8) ||
                             (s.len == 4 && isdigit((unsigned char)s.ptr[0])));
}

/* x-... or u-...: a letter and at least one subtag. */
static bool take_extension(subtags *t) {
  bool private = t->part.ptr[0] == 'x' || t->part.ptr[0] == 'X';
  size_t count = 0;
  next(t);
  while (t->part.len && (private || t->part.len > 1)) {
    if (t->part.len > 8 || !all(t->part, isalnum)) return false;
    count++;
    next(t);
  }
  return count > 0;
}

static bool is_language(ax_str code) {
  if (!code.len || code.ptr[code.len - 1] == '-') return false;
  subtags t = { .rest = code };
  next(&t);
  if (t.part.len == 1) {
    bool private = t.part.ptr[0] == 'x' || t.part.ptr[0] == 'i';
    return private && take_extension(&t) && !t.part.len && !t.rest.len;
  }
  if (!alpha_of(t.part, 2, 8)) return false;
  size_t primary = t.part.len;
  next(&t);
  for (int i = 0; i < 3 && primary <= 3 && alpha_of(t.part, 3, 3); i++)
    next(&t);
  if (alpha_of(t.part, 4, 4)) next(&t);
  if (alpha_of(t.part, 2, 2) || (t.part.len == 3 && all(t.part, isdigit)))
    next(&t);
  while (is_variant(t.part)) next(&t);
  while (t.part.len == 1 && isalnum((unsigned char)t.part.ptr[0]))
    if (!take_extension(&t)) return false;
  return !t.part.len && !t.rest.len;
}

/* --- currencies (ISO 4217, active codes)
 * ------------------------------------------ */

static const char currencies[] = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM "
                                 "BBD BDT BGN BHD BIF BMD BND BOB "
                                 "BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF "
                                 "CHW CLF CLP CNY COP COU CRC CUC "
                                 "CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR "
                                 "FJD FKP GBP GEL GHS GIP GMD GNF "
                                 "GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD "
                                 "IRR ISK JMD JOD JPY KES KGS KHR "
                                 "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
                                 "LYD MAD MDL MGA MKD MMK MNT MOP "
                                 "MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
                                 "NOK NPR NZD OMR PAB PEN PGK PHP "
                                 "PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
                                 "SDG SEK SGD SHP SLE SLL SOS SRD "
                                 "SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
                                 "TTD TWD TZS UAH UGX USD USN UYI "
                                 "UYU UYW UZS VED VES VND VUV WST XAF XAG XAU "
                                 "XBA XBB XBC XBD XCD XDR XOF XPD "
                                 "XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWL ";

static bool is_currency(ax_str code) {
  if (!alpha_of(code, 3, 3)) return false;
  char between[] = { ' ', code.ptr[0], code.ptr[1], code.ptr[2], ' ', 0 };
  return strstr(currencies, between) != NULL;
}

bool ax_builtin_has(ax_builtin system, ax_str code) {
  switch (system) {
  case AX_BUILTIN_MIME:
    return is_mime(code);
  case AX_BUILTIN_LANGUAGE:
    return is_language(code);
  case AX_BUILTIN_CURRENCY:
    return is_currency(code);
  case AX_BUILTIN_NONE:
  case AX_BUILTIN_UCUM:
    break;
  }
  return false;
}
