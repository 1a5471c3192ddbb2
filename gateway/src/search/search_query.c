/* From the pairs of a request to a query. Every fault is named; whoever gets
 * none may run what came out. */
#include "search/search_query.h"

#include <string.h>

#include "base/buf.h"
#include "search/search_cursor.h"

enum {
  COUNT_STANDARD = 50,
  COUNT_MAX = 1000,
  LIST_MAX = 8192,   /* names of parameters in a sentence */
  SHOWN = 80,        /* of a wrong value */
  INCLUDES_MAX = 20, /* of both kinds */
  SCOPE_MAX = 1 << 20
};

typedef struct {
  ax_search_parse p;
  ax_search_request *out;
  bool lenient;
  ax_str cursor;
  AX_VEC(ax_search_pair) used;
  AX_VEC(ax_search_include) includes;
  AX_VEC(ax_str) elements;
} request;

/* --- faults ------------------------------------------------------------------
 */

/* R4: a parameter is named "http.NAME" in an issue. */
static ax_str place_of(ax_search_parse *p, const ax_search_asked *a) {
  return AX_JOIN(p->arena, AX_STR("http."), a->whole);
}

static ax_str shown(ax_str text) {
  if (text.len <= SHOWN) return text;
  size_t n = SHOWN; /* not inside a character */
  while (n && ((unsigned char)text.ptr[n] & 0xc0) == 0x80) n--;
  return (ax_str){ text.ptr, n };
}

void ax_search_query_wrong(ax_search_parse *p, const ax_search_asked *a,
                           ax_str value, const char *wrong) {
  ax_str v = shown(value), n = shown(a->whole);
  ax_fhir_issues_addf(p->issues, AX_ERROR, AX_ISSUE_VALUE,
                      "search-value-invalid", place_of(p, a), NULL, AX_STR(""),
                      "Search parameter '" AX_STR_FMT "': '" AX_STR_FMT "' %s",
                      AX_STR_ARG(n), AX_STR_ARG(v), wrong);
}

static void list_names(ax_search_parse *p, ax_buf *out) {
  ax_search_param param;
  for (size_t i = 0; ax_search_param_at(p->search, p->type, i, &param); i++) {
    if (i) ax_buf_append(out, AX_STR(", "));
    ax_buf_append(out, param.name);
  }
}

static void tell_unknown(ax_search_parse *p, const ax_search_asked *a,
                         ax_severity severity) {
  ax_buf names = AX_BUF_INIT(LIST_MAX);
  list_names(p, &names);
  ax_str list = ax_buf_view(&names), n = shown(a->whole), t = shown(p->type);
  ax_fhir_issues_addf(
      p->issues, severity, AX_ISSUE_NOT_SUPPORTED, "search-param-unknown",
      place_of(p, a), NULL, AX_STR(""),
      "Search parameter '" AX_STR_FMT "' is unknown for " AX_STR_FMT
      "; there are: " AX_STR_FMT
      ", _has, and _count, _sort, _total, _summary, _elements, _include, "
      "_revinclude, _format, _pretty",
      AX_STR_ARG(n), AX_STR_ARG(t), AX_STR_ARG(list));
  ax_buf_free(&names);
}

void ax_search_query_unknown(ax_search_parse *p, const ax_search_asked *a) {
  tell_unknown(p, a, AX_ERROR);
}

void ax_search_query_modifier(ax_search_parse *p, const ax_search_asked *a,
                              const char *valid) {
  ax_str n = shown(a->whole);
  ax_fhir_issues_addf(
      p->issues, AX_ERROR, AX_ISSUE_NOT_SUPPORTED, "search-modifier-unknown",
      place_of(p, a), NULL, AX_STR(""),
      "Search parameter '" AX_STR_FMT "': this modifier is not supported; %s",
      AX_STR_ARG(n), valid);
}

/* --- what the answer shall look like -----------------------------------------
 */

static ax_status take_count(request *r, const ax_search_asked *a) {
  uint64_t n = 0;
  if (!ax_str_uint64(a->value, INT64_MAX, &n)) {
    ax_search_query_wrong(&r->p, a, a->value, "is no number of matches");
    return AX_OK;
  }
  /* R4 3.1.1.5.5: a server may give fewer than asked for. */
  r->out->query.limit = n < COUNT_MAX ? (size_t)n : COUNT_MAX;
  if (n == 0) r->out->query.want_total = true;
  return AX_OK;
}

static ax_status take_after(request *r, const ax_search_asked *a) {
  r->cursor = a->value;
  return AX_OK;
}

static ax_status take_total(request *r, const ax_search_asked *a) {
  if (ax_str_eq(a->value, AX_STR("accurate")) ||
      ax_str_eq(a->value, AX_STR("estimate")))
    r->out->query.want_total = true;
  else if (!ax_str_eq(a->value, AX_STR("none")))
    ax_search_query_wrong(&r->p, a, a->value,
                          "is not one of none, estimate, accurate");
  return AX_OK;
}

/* Nothing may follow the last update: no two resources share it. */
static ax_status take_sort(request *r, const ax_search_asked *a) {
  ax_query *q = &r->out->query;
  ax_query_sort *sorts =
      AX_NEW_ARRAY(r->p.arena, ax_query_sort, AX_QUERY_SORTS);
  ax_str rest = a->value, key;
  bool whole = false;
  if (!sorts) return AX_NOMEM;
  q->sort_count = 0;
  while (!whole && ax_search_value_next(&rest, &key)) {
    bool down = key.len && key.ptr[0] == '-';
    ax_str name = down ? ax_str_skip(key, 1) : key;
    whole = ax_str_eq(name, AX_STR("_lastUpdated"));
    if (whole) {
      q->newest_first = down;
      break;
    }
    const ax_search_def *def = ax_search_table_find(r->p.table, name);
    if (ax_str_eq(name, AX_STR("_id")) && q->sort_count < AX_QUERY_SORTS) {
      sorts[q->sort_count++] = (ax_query_sort){ .descending = down };
      continue;
    }
    if (!def || def->composite || q->sort_count == AX_QUERY_SORTS) {
      ax_search_query_wrong(&r->p, a, key,
                            def ? "cannot be sorted by, or is one key too many"
                                : "is no search parameter to sort by");
      return AX_OK;
    }
    sorts[q->sort_count++] = (ax_query_sort){ .params = def->names,
                                              .param_count = def->name_count,
                                              .kind = def->kind,
                                              .descending = down };
  }
  q->sorts = sorts;
  return AX_OK;
}

static ax_status take_summary(request *r, const ax_search_asked *a) {
  static const struct {
    ax_str name;
    ax_summary summary;
  } names[] = {
    { AX_STR_INIT("false"), AX_SUMMARY_FALSE },
    { AX_STR_INIT("true"), AX_SUMMARY_TRUE },
    { AX_STR_INIT("text"), AX_SUMMARY_TEXT },
    { AX_STR_INIT("data"), AX_SUMMARY_DATA },
    { AX_STR_INIT("count"), AX_SUMMARY_COUNT },
  };
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    if (!ax_str_eq(a->value, names[i].name)) continue;
    r->out->summary = names[i].summary;
    if (names[i].summary == AX_SUMMARY_COUNT) {
      r->out->query.limit = 0;
      r->out->query.want_total = true;
    }
    return AX_OK;
  }
  ax_search_query_wrong(&r->p, a, a->value,
                        "is not one of true, text, data, count, false");
  return AX_OK;
}

static ax_status take_elements(request *r, const ax_search_asked *a) {
  ax_str rest = a->value, name;
  while (ax_search_value_next(&rest, &name)) {
    /* "Observation.code" is for Observations only. */
    ax_str prefix = AX_JOIN(r->p.arena, r->p.type, AX_STR("."));
    if (!prefix.ptr) return AX_NOMEM;
    if (ax_str_starts(name, prefix)) name = ax_str_skip(name, prefix.len);
    ax_str *slot = AX_VEC_PUSH(&r->elements, r->p.arena);
    if (!slot) return AX_NOMEM;
    *slot = name;
  }
  return AX_OK;
}

/* --- _include, _revinclude ---------------------------------------------------
 */

/* Everything a type refers to. */
static ax_status all_references(request *r, const ax_search_table *table,
                                ax_search_include *out) {
  ax_str *names = AX_NEW_ARRAY(r->p.arena, ax_str, table->count + 1);
  if (!names) return AX_NOMEM;
  for (size_t i = 0; i < table->count; i++) {
    const ax_search_def *def = &table->defs[i];
    if (def->kind == AX_INDEX_REFERENCE && !def->composite &&
        def->alias_count == 0)
      names[out->param_count++] = def->name;
  }
  out->params = names;
  return AX_OK;
}

/* "Observation:subject:Patient", "*" */
static ax_status take_include(request *r, const ax_search_asked *a) {
  ax_search_include one = { 0 };
  ax_str rest = a->value;
  one.reverse = ax_str_eq(a->name, AX_STR("_revinclude"));
  one.iterate = ax_str_eq(a->modifier, AX_STR("iterate")) ||
                ax_str_eq(a->modifier, AX_STR("recurse"));
  if (a->modifier.len && !one.iterate) {
    ax_search_query_modifier(&r->p, a, "there is :iterate");
    return AX_OK;
  }
  one.type = ax_str_cut(&rest, ':');
  ax_str name = ax_str_cut(&rest, ':');
  one.target = rest;
  bool all = ax_str_eq(name, AX_STR("*")) ||
             (!one.reverse && ax_str_eq(one.type, AX_STR("*")));
  if (ax_str_eq(one.type, AX_STR("*"))) one.type = r->p.type;
  const ax_search_table *table = ax_search_table_of(r->p.search, one.type);
  const ax_search_def *def =
      table && !all ? ax_search_table_find(table, name) : NULL;
  if (!all && (!def || def->composite || def->kind != AX_INDEX_REFERENCE)) {
    ax_search_query_wrong(&r->p, a, a->value,
                          "is no Type:parameter of a reference, nor *");
    return AX_OK;
  }
  if (all && table) AX_TRY(all_references(r, table, &one));
  if (def) {
    one.params = def->names;
    one.param_count = def->name_count;
    if (one.target.len == 0) one.target = def->only;
  }
  if (r->includes.count == INCLUDES_MAX) {
    ax_search_query_wrong(&r->p, a, a->value, "is one include too many");
    return AX_OK;
  }
  ax_search_include *slot = AX_VEC_PUSH(&r->includes, r->p.arena);
  if (!slot) return AX_NOMEM;
  *slot = one;
  return AX_OK;
}

/* The HTTP layer looks at these itself. */
static ax_status take_nothing(request *r, const ax_search_asked *a) {
  (void)r;
  (void)a;
  return AX_OK;
}

static const struct {
  const char *name;
  ax_status (*take)(request *r, const ax_search_asked *a);
  bool modified, form; /* may have a modifier; is no part of the question */
} specials[] = {
  { "_count", take_count, false, false },
  { "_after", take_after, false, true },
  { "_total", take_total, false, false },
  { "_sort", take_sort, false, false },
  { "_summary", take_summary, false, false },
  { "_elements", take_elements, false, false },
  { "_include", take_include, true, false },
  { "_revinclude", take_include, true, false },
  { "_format", take_nothing, false, true },
  { "_pretty", take_nothing, false, true },
};

/* --- the question ------------------------------------------------------------
 */

static ax_status take_known(request *r, const ax_search_asked *a, bool *known,
                            bool *form) {
  *known = true;
  *form = false;
  for (size_t i = 0; i < AX_COUNT(specials); i++) {
    if (!ax_str_eq(a->name, ax_str_from(specials[i].name))) continue;
    *form = specials[i].form;
    if (a->modifier.len == 0 || specials[i].modified)
      return specials[i].take(r, a);
    ax_search_query_modifier(&r->p, a, "write the parameter without one");
    return AX_OK;
  }
  return ax_search_term_take(&r->p, a, known);
}

static ax_status take_pair(request *r, const ax_search_pair *pair) {
  ax_search_asked a = ax_search_term_asked(pair->name, pair->name, pair->value);
  bool known = false, form = false;
  if (a.value.len == 0) {
    ax_search_query_wrong(&r->p, &a, a.value, "is empty");
    return AX_OK;
  }
  AX_TRY(take_known(r, &a, &known, &form));
  if (!known) tell_unknown(&r->p, &a, r->lenient ? AX_WARNING : AX_ERROR);
  if (!known || form) return AX_OK;
  ax_search_pair *slot = AX_VEC_PUSH(&r->used, r->p.arena);
  if (!slot) return AX_NOMEM;
  *slot = *pair;
  return AX_OK;
}

static ax_status scope_of(ax_arena *arena, const ax_search_request *rq,
                          ax_str *out) {
  ax_buf text = AX_BUF_INIT(SCOPE_MAX);
  ax_buf_append(&text, rq->query.type);
  for (size_t i = 0; i < rq->used_count; i++)
    ax_buf_printf(&text, "&" AX_STR_FMT "=" AX_STR_FMT,
                  AX_STR_ARG(rq->used[i].name), AX_STR_ARG(rq->used[i].value));
  *out = ax_arena_str(arena, ax_buf_view(&text));
  ax_status status = text.status;
  ax_buf_free(&text);
  return status ? status : out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status read_cursor(request *r) {
  ax_str scope, position;
  if (r->cursor.len == 0) return AX_OK;
  AX_TRY(scope_of(r->p.arena, r->out, &scope));
  ax_status status =
      ax_search_cursor_read(r->p.arena, scope, r->cursor, &position);
  if (status == AX_NOMEM) return status;
  ax_str keys = status ? AX_STR("") : position;
  ax_str seq = ax_str_cut(&keys, '|');
  if (status || !ax_str_uint64(seq, INT64_MAX, &r->out->query.after)) {
    const ax_search_asked a = { .whole = AX_STR("_after") };
    ax_search_query_wrong(&r->p, &a, r->cursor,
                          "belongs to no page of this search; start again "
                          "without it");
    return AX_OK;
  }
  r->out->query.after_keys = keys;
  return AX_OK;
}

ax_status ax_search_query_cursor(ax_arena *arena, const ax_search_request *rq,
                                 uint64_t next, ax_str next_keys, ax_str *out) {
  ax_str scope;
  AX_TRY(scope_of(arena, rq, &scope));
  ax_str position =
      ax_arena_printf(arena, "%llu|" AX_STR_FMT, (unsigned long long)next,
                      AX_STR_ARG(next_keys));
  if (!position.ptr) return AX_NOMEM;
  return ax_search_cursor_write(arena, scope, position, out);
}

ax_status ax_search_query(ax_search *search, ax_arena *arena,
                          const ax_search_question *question,
                          ax_search_request *out, ax_fhir_issues *issues) {
  request r = { .p = { .search = search,
                       .arena = arena,
                       .type = question->type,
                       .base = question->base,
                       .table = ax_search_table_of(search, question->type),
                       .query = &out->query,
                       .issues = issues },
                .out = out,
                .lenient = question->lenient };
  *out = (ax_search_request){ .query = { .type = question->type,
                                         .newest_first = true,
                                         .limit = COUNT_STANDARD } };
  if (!r.p.table) return AX_NOMEM;
  for (size_t i = 0; i < question->count; i++)
    AX_TRY(take_pair(&r, &question->pairs[i]));
  out->query.terms = r.p.terms.items;
  out->query.term_count = r.p.terms.count;
  out->used = r.used.items;
  out->used_count = r.used.count;
  out->includes = r.includes.items;
  out->include_count = r.includes.count;
  out->elements = r.elements.items;
  out->element_count = r.elements.count;
  return read_cursor(&r);
}
