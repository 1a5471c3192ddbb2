#include "search/search_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fhir/fhir_date.h"
#include "fhir/fhir_primitive.h"
#include "fhir/fhir_reference.h"
#include "search/search_text.h"
#include "search/search_unit.h"

/* --- separators and escapes -------------------------------------------------
 */

/* Where the first `sep` that no backslash escapes stands; text.len: nowhere. */
static size_t find_plain(ax_str text, char sep) {
  size_t i = 0;
  while (i < text.len && text.ptr[i] != sep)
    i += text.ptr[i] == '\\' && i + 1 < text.len ? 2 : 1;
  return i;
}

bool ax_search_value_next(ax_str *rest, ax_str *value) {
  return ax_search_value_next_at(rest, ',', value);
}

bool ax_search_value_next_at(ax_str *rest, char sep, ax_str *value) {
  if (!rest->ptr) return false;
  size_t at = find_plain(*rest, sep);
  *value = (ax_str){ rest->ptr, at };
  *rest = at < rest->len ? (ax_str){ rest->ptr + at + 1, rest->len - at - 1 }
                         : (ax_str){ NULL, 0 };
  return true;
}

ax_status ax_search_value_plain(ax_arena *arena, ax_str text, ax_str *out) {
  char *plain = AX_NEW_ARRAY(arena, char, text.len + 1);
  size_t n = 0;
  if (!plain) return AX_NOMEM;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] == '\\' && i + 1 < text.len) i++;
    plain[n++] = text.ptr[i];
  }
  *out = (ax_str){ plain, n };
  return AX_OK;
}

static ax_status push(const ax_search_value_of *of, ax_search_values *out,
                      ax_query_value value) {
  ax_query_value *slot = AX_VEC_PUSH(out, of->arena);
  if (!slot) return AX_NOMEM;
  *slot = value;
  return AX_OK;
}

/* --- token ------------------------------------------------------------------
 */

static ax_status token(const ax_search_value_of *of, ax_str text,
                       ax_search_values *out, const char **wrong) {
  ax_query_value v = { 0 };
  size_t bar = find_plain(text, '|');
  v.any_system = bar == text.len;
  ax_str code = text;
  if (!v.any_system) {
    code = (ax_str){ text.ptr + bar + 1, text.len - bar - 1 };
    AX_TRY(
        ax_search_value_plain(of->arena, (ax_str){ text.ptr, bar }, &v.system));
  }
  AX_TRY(ax_search_value_plain(of->arena, code, &v.code));
  v.any_code = v.code.len == 0;
  if (v.any_code && v.system.len == 0) {
    *wrong = "is no token: write code, system|code, |code or system|";
    return AX_OK;
  }
  return push(of, out, v);
}

/* --- reference --------------------------------------------------------------
 */

static ax_status push_local(const ax_search_value_of *of, ax_str type,
                            ax_str id, ax_search_values *out) {
  ax_query_value v = { 0 };
  AX_TRY(ax_search_text_local(of->arena, type, id, &v.code));
  return push(of, out, v);
}

/* A bare id may belong to any type that the parameter refers to, where these
 * are few. */
enum { BARE_TYPES = 16 };

static ax_status bare_id(const ax_search_value_of *of, ax_str id,
                         ax_search_values *out, const char **wrong) {
  const ax_search_def *def = of->param;
  if (of->modifier.len) return push_local(of, of->modifier, id, out);
  if (def->only.len) return push_local(of, def->only, id, out);
  if (def->target_count == 0 || def->target_count > BARE_TYPES)
    *wrong = "needs a type here: write Type/id";
  for (size_t i = 0; i < def->target_count && !*wrong; i++)
    AX_TRY(push_local(of, def->targets[i], id, out));
  return AX_OK;
}

static ax_status local(const ax_search_value_of *of, const ax_reference *ref,
                       ax_search_values *out, const char **wrong) {
  if (of->modifier.len && !ax_str_eq(of->modifier, ref->type))
    *wrong = "is of another type than the modifier says";
  else if (!ax_search_table_targets(of->param, ref->type))
    *wrong = "is of a type that this parameter never refers to";
  else
    return push_local(of, ref->type, ref->id, out);
  return AX_OK;
}

static ax_status reference(const ax_search_value_of *of, ax_str text,
                           ax_search_values *out, const char **wrong) {
  ax_query_value v = { 0 };
  AX_TRY(ax_search_value_plain(of->arena, text, &v.code));
  ax_reference ref = ax_fhir_reference_parse(v.code);
  if (ax_fhir_primitive_is_id(v.code)) return bare_id(of, v.code, out, wrong);
  if (ref.kind == AX_REF_RELATIVE ||
      ax_search_is_ours(of->search, &ref, of->base))
    return local(of, &ref, out, wrong);
  if (ref.kind == AX_REF_ABSOLUTE || ref.kind == AX_REF_URL ||
      ref.kind == AX_REF_URN)
    return push(of, out, v);
  *wrong = "is no reference: write id, Type/id or an absolute URL";
  return AX_OK;
}

/* --- date -------------------------------------------------------------------
 */

static bool take_prefix(ax_str *text, ax_compare *out) {
  static const char names[] = "eqneltlegtgesaebap";
  static const ax_compare meant[] = { AX_CMP_EQ, AX_CMP_NE, AX_CMP_LT,
                                      AX_CMP_LE, AX_CMP_GT, AX_CMP_GE,
                                      AX_CMP_SA, AX_CMP_EB, AX_CMP_AP };
  *out = AX_CMP_EQ;
  if (text->len < 2 || text->ptr[0] < 'a') return true;
  for (size_t i = 0; i < AX_COUNT(meant); i++) {
    if (memcmp(text->ptr, names + 2 * i, 2) != 0) continue;
    *out = meant[i];
    *text = (ax_str){ text->ptr + 2, text->len - 2 };
    return true;
  }
  return false;
}

enum { MINUTE = sizeof "2024-01-01T10:00" - 1, ZONE = sizeof "+01:00" - 1 };

/*
 * What may be left out in a search: the seconds (R4 3.1.1.5.2), and by many
 * senders the zone (UTC then); a '+' that came as a space.
 */
static bool completed(ax_str text, char out[64], size_t *len, bool *minute) {
  size_t n = text.len;
  if (n < MINUTE || n > 40 || text.ptr[10] != 'T') return false;
  memcpy(out, text.ptr, n);
  size_t zone = n;
  if (out[n - 1] == 'Z') zone = n - 1;
  if (n > MINUTE + ZONE - 1 && out[n - 3] == ':' &&
      strchr("+- ", out[n - ZONE]))
    zone = n - ZONE;
  if (zone < n && out[zone] == ' ') out[zone] = '+';
  *minute = zone == MINUTE;
  if (*minute) {
    memmove(out + zone + 3, out + zone, n - zone);
    out[zone] = ':';
    out[zone + 1] = out[zone + 2] = '0';
    n += 3;
    zone += 3;
  }
  if (zone == n) out[n++] = 'Z';
  *len = n;
  return true;
}

static bool parse_date(ax_str text, ax_query_value *out) {
  char whole[64];
  ax_fhir_date d;
  size_t len = 0;
  bool minute = false;
  if (completed(text, whole, &len, &minute)) text = (ax_str){ whole, len };
  if (!ax_fhir_date_parse_datetime(text, &d)) return false;
  out->lo = d.lo_ms;
  out->hi = minute ? d.lo_ms + 59999 : d.hi_ms;
  return true;
}

bool ax_search_value_date(ax_str text, ax_query_value *out) {
  *out = (ax_query_value){ 0 };
  if (!take_prefix(&text, &out->compare) || !parse_date(text, out))
    return false;
  if (out->compare == AX_CMP_AP) { /* 10 % of the way to now */
    int64_t now = ax_clock_wall_ms();
    int64_t gap = now > out->lo ? now - out->lo : out->lo - now;
    out->lo -= gap / 10;
    out->hi += gap / 10;
  }
  return true;
}

static ax_status date(const ax_search_value_of *of, ax_str text,
                      ax_search_values *out, const char **wrong) {
  ax_query_value v;
  if (ax_search_value_date(text, &v)) return push(of, out, v);
  *wrong = "is no date: write an optional prefix (eq ne lt le gt ge sa eb ap) "
           "and YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz";
  return AX_OK;
}

/* --- string, uri ------------------------------------------------------------
 */

static ax_status sounds(const ax_search_value_of *of, ax_str folded,
                        ax_search_values *out) {
  ax_query_value v = { .match = AX_MATCH_EQUAL };
  AX_TRY(ax_search_text_sound(of->arena, ax_str_cut(&folded, ' '), &v.code));
  return v.code.len ? push(of, out, v) : AX_OK;
}

static ax_status string(const ax_search_value_of *of, ax_str text,
                        ax_search_values *out, const char **wrong) {
  ax_query_value v = { .match = of->match };
  AX_TRY(ax_search_value_plain(of->arena, text, &v.system));
  AX_TRY(ax_search_text_fold(of->arena, v.system, &v.code));
  if (of->match != AX_MATCH_EXACT) v.system = AX_STR("");
  if (v.code.len == 0)
    *wrong = "has no letter or digit to look for";
  else if (of->param->phonetic && of->match == AX_MATCH_EQUAL)
    return sounds(of, v.code, out);
  else
    return push(of, out, v);
  return AX_OK;
}

static ax_status uri(const ax_search_value_of *of, ax_str text,
                     ax_search_values *out) {
  ax_query_value v = { .match = of->match };
  AX_TRY(ax_search_value_plain(of->arena, text, &v.code));
  return push(of, out, v);
}

/* --- number, quantity -------------------------------------------------------
 */

/* "5.40" stands for everything from 5.395 up to 5.405 (R4 3.1.1.4.7). */
static bool take_number(ax_str text, ax_query_value *v) {
  char buf[64], *end;
  int decimals = 0, exponent = 0;
  if (text.len == 0 || text.len >= sizeof buf) return false;
  memcpy(buf, text.ptr, text.len);
  buf[text.len] = '\0';
  if (strspn(buf, "+-0123456789.eE") != text.len) return false;
  v->number = strtod(buf, &end);
  if (*end || !isfinite(v->number)) return false;
  char *e = strpbrk(buf, "eE"), *point = strchr(buf, '.');
  if (e) exponent = (int)strtol(e + 1, NULL, 10);
  if (e) *e = '\0';
  if (point) decimals = (int)strlen(point + 1);
  double half = 0.5 * pow(10, exponent - decimals);
  v->low = v->number - half;
  v->high = v->number + half;
  return true;
}

static void widen(ax_query_value *v) {
  double tenth = fabs(v->number) * 0.1;
  if (v->compare != AX_CMP_AP) return;
  v->low = v->number - tenth;
  v->high = v->number + tenth;
}

static bool take_unit(const ax_search_value_of *of, ax_query_value *v) {
  ax_search_unit unit;
  if (v->any_code || v->any_system ||
      !ax_str_eq(v->system, AX_STR("http://unitsofmeasure.org")) ||
      !ax_search_unit_read(v->code, &unit))
    return true;
  v->dim = ax_arena_str(of->arena, ax_str_from(unit.dim));
  v->number = ax_search_unit_canon(&unit, v->number);
  v->low = ax_search_unit_canon(&unit, v->low);
  v->high = ax_search_unit_canon(&unit, v->high);
  return v->dim.ptr != NULL;
}

static ax_status quantity(const ax_search_value_of *of, ax_str text,
                          ax_search_values *out, const char **wrong) {
  ax_query_value v = { 0 };
  ax_str rest = text, number = { 0 }, system = { 0 }, code = { 0 };
  (void)ax_search_value_next_at(&rest, '|', &number);
  bool unit = ax_search_value_next_at(&rest, '|', &system);
  bool coded = ax_search_value_next_at(&rest, '|', &code);
  if (rest.ptr || !take_prefix(&number, &v.compare) ||
      !take_number(number, &v) || (unit && !coded)) {
    *wrong = of->kind == AX_INDEX_NUMBER
                 ? "is no number: write an optional prefix (eq ne lt le gt ge "
                   "sa eb ap) and a number"
                 : "is no quantity: write an optional prefix, a number, and "
                   "perhaps |system|code or ||code behind it";
    return AX_OK;
  }
  widen(&v);
  AX_TRY(ax_search_value_plain(of->arena, system, &v.system));
  AX_TRY(ax_search_value_plain(of->arena, code, &v.code));
  v.any_system = v.system.len == 0;
  v.any_code = v.code.len == 0;
  return take_unit(of, &v) ? push(of, out, v) : AX_NOMEM;
}

ax_status ax_search_value_add(const ax_search_value_of *of, ax_str text,
                              ax_search_values *out, const char **wrong) {
  *wrong = NULL;
  if (text.len == 0) {
    *wrong = "is empty";
    return AX_OK;
  }
  switch (of->kind) {
  case AX_INDEX_TOKEN:
    return token(of, text, out, wrong);
  case AX_INDEX_REFERENCE:
    return reference(of, text, out, wrong);
  case AX_INDEX_DATE:
    return date(of, text, out, wrong);
  case AX_INDEX_STRING:
    return string(of, text, out, wrong);
  case AX_INDEX_URI:
    return uri(of, text, out);
  case AX_INDEX_NUMBER:
  case AX_INDEX_QUANTITY:
    return quantity(of, text, out, wrong);
  }
  return AX_OK;
}
