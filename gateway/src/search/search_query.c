/* From the pairs of a request to a query. Every fault is named; whoever gets
 * none may run what came out. */
#include <string.h>

#include "base/buf.h"
#include "fhir/fhir_primitive.h"
#include "search/search.h"
#include "search/search_value.h"

enum {
  COUNT_STANDARD = 50,
  COUNT_MAX = 1000,
  VALUES_MAX = 2000, /* of one parameter */
  LIST_MAX = 4096,   /* names of parameters in a sentence */
  SHOWN = 80         /* of a wrong value */
};

typedef struct {
  ax_arena *arena;
  ax_str type, base;
  ax_query *query;
  ax_fhir_issues *issues;
  AX_VEC(ax_query_term) terms;
  bool has_ids;
} parse;

typedef struct { /* one pair, its name taken apart */
  ax_str whole, name, modifier, value;
} asked;

/* --- faults ------------------------------------------------------------------
 */

/* R4: a parameter is named "http.NAME" in an issue. */
static ax_str place_of(parse *p, const asked *a) {
  static const char head[5] = { 'h', 't', 't', 'p', '.' };
  size_t len = sizeof head + a->whole.len;
  char *text = AX_NEW_ARRAY(p->arena, char, len);
  if (!text) return AX_STR("");
  memcpy(text, head, sizeof head);
  memcpy(text + sizeof head, a->whole.ptr, a->whole.len);
  return (ax_str){ text, len };
}

static ax_str shown(ax_str text) {
  if (text.len <= SHOWN) return text;
  size_t n = SHOWN; /* not inside a character */
  while (n && ((unsigned char)text.ptr[n] & 0xc0) == 0x80) n--;
  return (ax_str){ text.ptr, n };
}

static void wrong_value(parse *p, const asked *a, ax_str value,
                        const char *wrong) {
  ax_str v = shown(value), n = shown(a->whole);
  ax_fhir_issues_addf(p->issues, AX_ERROR, AX_ISSUE_VALUE,
                      "search-value-invalid", place_of(p, a), NULL, AX_STR(""),
                      "Search parameter '" AX_STR_FMT "': '" AX_STR_FMT "' %s",
                      AX_STR_ARG(n), AX_STR_ARG(v), wrong);
}

static void list_names(ax_str type, ax_buf *out) {
  ax_search_param param;
  for (size_t i = 0; ax_search_param_at(type, i, &param); i++) {
    if (i) ax_buf_append(out, AX_STR(", "));
    ax_buf_append(out, ax_str_from(param.name));
  }
}

static void unknown(parse *p, const asked *a) {
  ax_buf names = AX_BUF_INIT(LIST_MAX);
  list_names(p->type, &names);
  ax_str list = ax_buf_view(&names), n = shown(a->whole), t = shown(p->type);
  bool chained = memchr(a->name.ptr, '.', a->name.len) != NULL ||
                 ax_str_eq(a->name, AX_STR("_has"));
  ax_fhir_issues_addf(
      p->issues, AX_ERROR, AX_ISSUE_NOT_SUPPORTED, "search-param-unknown",
      place_of(p, a), NULL, AX_STR(""),
      "Search parameter '" AX_STR_FMT "' %s for " AX_STR_FMT
      "; there are: " AX_STR_FMT
      " and _count, _sort, _total, _summary, _format, _pretty",
      AX_STR_ARG(n),
      chained ? "looks into another resource, which is not supported"
              : "is unknown",
      AX_STR_ARG(t), AX_STR_ARG(list));
  ax_buf_free(&names);
}

static void unknown_modifier(parse *p, const asked *a, const char *valid) {
  ax_str n = shown(a->whole);
  ax_fhir_issues_addf(
      p->issues, AX_ERROR, AX_ISSUE_NOT_SUPPORTED, "search-modifier-unknown",
      place_of(p, a), NULL, AX_STR(""),
      "Search parameter '" AX_STR_FMT "': this modifier is not supported; %s",
      AX_STR_ARG(n), valid);
}

/* --- parameters of the table
 * -------------------------------------------------- */

static bool modifier_fits(parse *p, const asked *a,
                          const ax_search_params_row *param) {
  if (a->modifier.len == 0) return true;
  if (param->kind != AX_INDEX_REFERENCE) {
    unknown_modifier(p, a, "write the parameter without one");
    return false;
  }
  if (ax_search_params_targets(param, a->modifier) && param->targets)
    return true;
  unknown_modifier(p, a,
                   "only a type that is referred to may stand there, as "
                   "in subject:Patient");
  return false;
}

static ax_status term_values(parse *p, const asked *a,
                             const ax_search_params_row *param,
                             ax_search_values *values) {
  ax_search_value_of of = { p->arena, param, p->base, a->modifier };
  ax_str rest = a->value, text;
  const char *wrong = NULL;
  while (ax_search_value_next(&rest, &text)) {
    if (values->count >= VALUES_MAX) {
      wrong_value(p, a, text, "is one value too many");
      return AX_OK;
    }
    AX_TRY(ax_search_value_add(&of, text, values, &wrong));
    if (wrong) wrong_value(p, a, text, wrong);
  }
  return AX_OK;
}

static ax_status take_param(parse *p, const asked *a,
                            const ax_search_params_row *param) {
  ax_search_values values = { 0 };
  if (!modifier_fits(p, a, param)) return AX_OK;
  AX_TRY(term_values(p, a, param, &values));
  if (values.count == 0) return AX_OK; /* its fault is told */
  ax_query_term *term = AX_VEC_PUSH(&p->terms, p->arena);
  if (!term) return AX_NOMEM;
  *term = (ax_query_term){ ax_str_from(param->name), param->kind, values.items,
                           values.count };
  return AX_OK;
}

/* --- _id and _lastUpdated
 * ------------------------------------------------------ */

static bool listed(ax_str id, const ax_str *ids, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(id, ids[i])) return true;
  return false;
}

/* Both lists must hold: what is in both stays. An id that nobody can have
 * keeps an empty list from meaning "any". */
static ax_status narrow_ids(parse *p, const ax_str *ids, size_t count) {
  const ax_query *q = p->query;
  ax_str *both = AX_NEW_ARRAY(p->arena, ax_str, count + 1);
  size_t n = 0;
  if (!both) return AX_NOMEM;
  for (size_t i = 0; i < count; i++)
    if (!p->has_ids || listed(ids[i], q->ids, q->id_count)) both[n++] = ids[i];
  if (n == 0) both[n++] = AX_STR("");
  p->has_ids = true;
  p->query->ids = both;
  p->query->id_count = n;
  return AX_OK;
}

static ax_status take_id(parse *p, const asked *a) {
  AX_VEC(ax_str) ids = { 0 };
  ax_str rest = a->value, text;
  while (ax_search_value_next(&rest, &text)) {
    if (!ax_fhir_primitive_is_id(text)) {
      wrong_value(p, a, text, "is no id: 1 to 64 letters, digits, '-' and '.'");
      continue;
    }
    ax_str *slot = ids.count < VALUES_MAX ? AX_VEC_PUSH(&ids, p->arena) : NULL;
    if (!slot && ids.count < VALUES_MAX) return AX_NOMEM;
    if (!slot) {
      wrong_value(p, a, text, "is one value too many");
      break;
    }
    *slot = text;
  }
  return narrow_ids(p, ids.items, ids.count);
}

static void limit_updates(ax_query *q, int64_t lo, int64_t hi) {
  if (!q->has_updated) {
    q->updated_lo = INT64_MIN;
    q->updated_hi = INT64_MAX;
  }
  q->has_updated = true;
  if (lo > q->updated_lo) q->updated_lo = lo;
  if (hi < q->updated_hi) q->updated_hi = hi;
}

static ax_status take_updated(parse *p, const asked *a) {
  ax_query_value v;
  const int64_t first = INT64_MIN, last = INT64_MAX;
  if (!ax_search_value_date(a->value, &v)) {
    wrong_value(p, a, a->value,
                "is no date: write one, with a prefix if need be");
    return AX_OK;
  }
  switch (v.compare) {
  case AX_CMP_NE:
    wrong_value(p, a, a->value,
                "has the prefix ne, which is not supported "
                "here");
    break;
  case AX_CMP_LT:
  case AX_CMP_EB:
    limit_updates(p->query, first, v.lo - 1);
    break;
  case AX_CMP_LE:
    limit_updates(p->query, first, v.hi);
    break;
  case AX_CMP_GT:
  case AX_CMP_SA:
    limit_updates(p->query, v.hi + 1, last);
    break;
  case AX_CMP_GE:
    limit_updates(p->query, v.lo, last);
    break;
  case AX_CMP_EQ:
  case AX_CMP_AP:
    limit_updates(p->query, v.lo, v.hi);
    break;
  }
  return AX_OK;
}

/* --- what the answer shall look like
 * ------------------------------------------- */

static bool take_number(ax_str text, uint64_t *out) {
  *out = 0;
  if (text.len == 0 || text.len > 19) return false;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
    *out = *out * 10 + (uint64_t)(text.ptr[i] - '0');
  }
  return true;
}

static ax_status take_count(parse *p, const asked *a) {
  uint64_t n = 0;
  if (!take_number(a->value, &n)) {
    wrong_value(p, a, a->value, "is no number of matches");
    return AX_OK;
  }
  /* R4 3.1.1.5.5: a server may give fewer than asked for. */
  p->query->limit = n < COUNT_MAX ? (size_t)n : COUNT_MAX;
  if (n == 0) p->query->want_total = true;
  return AX_OK;
}

static ax_status take_after(parse *p, const asked *a) {
  if (!take_number(a->value, &p->query->after))
    wrong_value(p, a, a->value, "is no place to go on from");
  return AX_OK;
}

static ax_status take_total(parse *p, const asked *a) {
  if (ax_str_eq(a->value, AX_STR("accurate")) ||
      ax_str_eq(a->value, AX_STR("estimate")))
    p->query->want_total = true;
  else if (!ax_str_eq(a->value, AX_STR("none")))
    wrong_value(p, a, a->value, "is not one of none, estimate, accurate");
  return AX_OK;
}

static ax_status take_sort(parse *p, const asked *a) {
  if (ax_str_eq(a->value, AX_STR("_lastUpdated")))
    p->query->newest_first = false;
  else if (ax_str_eq(a->value, AX_STR("-_lastUpdated")))
    p->query->newest_first = true;
  else
    wrong_value(p, a, a->value,
                "cannot be sorted by; there are _lastUpdated and "
                "-_lastUpdated");
  return AX_OK;
}

static ax_status take_summary(parse *p, const asked *a) {
  if (ax_str_eq(a->value, AX_STR("count"))) {
    p->query->limit = 0;
    p->query->want_total = true;
  } else if (!ax_str_eq(a->value, AX_STR("false"))) {
    wrong_value(p, a, a->value, "is not one of count, false");
  }
  return AX_OK;
}

/* The HTTP layer looks at these itself. */
static ax_status take_nothing(parse *p, const asked *a) {
  (void)p;
  (void)a;
  return AX_OK;
}

static const struct {
  const char *name;
  ax_status (*take)(parse *p, const asked *a);
} specials[] = {
  { "_id", take_id },           { "_lastUpdated", take_updated },
  { "_count", take_count },     { "_after", take_after },
  { "_total", take_total },     { "_sort", take_sort },
  { "_summary", take_summary }, { "_format", take_nothing },
  { "_pretty", take_nothing },
};

static ax_status take_pair(parse *p, const asked *a) {
  for (size_t i = 0; i < AX_COUNT(specials); i++) {
    if (!ax_str_eq(a->name, ax_str_from(specials[i].name))) continue;
    if (a->modifier.len == 0) return specials[i].take(p, a);
    unknown_modifier(p, a, "write the parameter without one");
    return AX_OK;
  }
  const ax_search_params_row *param = ax_search_params_find(p->type, a->name);
  if (param) return take_param(p, a, param);
  unknown(p, a);
  return AX_OK;
}

ax_status ax_search_query(ax_arena *arena, ax_str type,
                          const ax_search_pair *pairs, size_t pair_count,
                          ax_str base, ax_query *out, ax_fhir_issues *issues) {
  parse p = {
    .arena = arena, .type = type, .base = base, .query = out, .issues = issues
  };
  *out =
      (ax_query){ .type = type, .newest_first = true, .limit = COUNT_STANDARD };
  for (size_t i = 0; i < pair_count; i++) {
    asked a = { .whole = pairs[i].name, .value = pairs[i].value };
    a.modifier = pairs[i].name;
    a.name = ax_str_cut(&a.modifier, ':');
    if (a.value.len == 0)
      wrong_value(&p, &a, a.value, "is empty");
    else
      AX_TRY(take_pair(&p, &a));
  }
  out->terms = p.terms.items;
  out->term_count = p.terms.count;
  return AX_OK;
}
