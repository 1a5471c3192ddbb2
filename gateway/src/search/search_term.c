/* From one pair to a term of the query: values, modifiers, chains, _has,
 * composites (R4 3.1.1.4). */
#include <string.h>

#include "fhir/fhir_primitive.h"
#include "search/search_query.h"

static ax_query_term *add_term(ax_search_parse *p) {
  return AX_VEC_PUSH(&p->terms, p->arena);
}

static void fill_rows(ax_query_term *term, const ax_search_def *def) {
  term->param = def->names[0];
  term->params = def->names;
  term->param_count = def->name_count;
  term->kind = def->kind;
  term->only = def->only;
}

/* The rows a modifier asks for: those of the parameter's names with a suffix.
 */
static ax_status fill_suffixed(ax_search_parse *p, ax_query_term *term,
                               const ax_search_def *def, ax_str suffix) {
  ax_str *names = AX_NEW_ARRAY(p->arena, ax_str, def->name_count);
  if (!names) return AX_NOMEM;
  for (size_t i = 0; i < def->name_count; i++) {
    names[i] = AX_JOIN(p->arena, def->names[i], suffix);
    if (!names[i].ptr) return AX_NOMEM;
  }
  fill_rows(term, def);
  term->param = names[0];
  term->params = names;
  term->only = AX_STR("");
  return AX_OK;
}

/* --- values ----------------------------------------------------------------
 */

static ax_status read_values(ax_search_parse *p, const ax_search_asked *a,
                             const ax_search_value_of *of,
                             ax_search_values *values) {
  ax_str rest = a->value, text;
  const char *wrong = NULL;
  while (ax_search_value_next(&rest, &text)) {
    if (values->count >= AX_SEARCH_VALUES) {
      ax_search_query_wrong(p, a, text, "is one value too many");
      return AX_OK;
    }
    AX_TRY(ax_search_value_add(of, text, values, &wrong));
    if (wrong) ax_search_query_wrong(p, a, text, wrong);
  }
  return AX_OK;
}

static ax_search_value_of value_of(const ax_search_parse *p,
                                   const ax_search_def *def) {
  return (ax_search_value_of){ .search = p->search,
                               .arena = p->arena,
                               .param = def,
                               .kind = def->kind,
                               .base = p->base };
}

static ax_status take_values(ax_search_parse *p, const ax_search_asked *a,
                             const ax_search_def *def,
                             const ax_search_value_of *of, bool negate) {
  ax_search_values values = { 0 };
  AX_TRY(read_values(p, a, of, &values));
  if (values.count == 0) return AX_OK; /* its fault is told */
  ax_query_term *term = add_term(p);
  if (!term) return AX_NOMEM;
  fill_rows(term, def);
  term->kind = of->kind;
  term->values = values.items;
  term->value_count = values.count;
  term->negate = negate;
  return AX_OK;
}

/* --- modifiers -------------------------------------------------------------
 */

static ax_status take_missing(ax_search_parse *p, const ax_search_asked *a,
                              const ax_search_def *def) {
  bool missing = ax_str_eq(a->value, AX_STR("true"));
  if (!missing && !ax_str_eq(a->value, AX_STR("false"))) {
    ax_search_query_wrong(p, a, a->value, "is neither true nor false");
    return AX_OK;
  }
  ax_query_term *term = add_term(p);
  if (!term) return AX_NOMEM;
  fill_rows(term, def);
  term->shape = AX_TERM_PRESENT;
  term->negate = missing;
  return AX_OK;
}

static ax_status take_suffixed(ax_search_parse *p, const ax_search_asked *a,
                               const ax_search_def *def, ax_index_kind kind,
                               const char *suffix, ax_match match) {
  ax_search_value_of of = value_of(p, def);
  of.kind = kind;
  of.match = match;
  size_t before = p->terms.count;
  AX_TRY(take_values(p, a, def, &of, false));
  if (p->terms.count == before) return AX_OK;
  ax_query_term *term = &p->terms.items[before];
  ax_query_term rows = { 0 };
  AX_TRY(fill_suffixed(p, &rows, def, ax_str_from(suffix)));
  term->param = rows.param;
  term->params = rows.params;
  term->only = AX_STR("");
  return AX_OK;
}

/* :of-type=system|code|value */
static ax_status take_of_type(ax_search_parse *p, const ax_search_asked *a,
                              const ax_search_def *def) {
  ax_str rest = a->value, system, code, value;
  bool fine = ax_search_value_next_at(&rest, '|', &system) &&
              ax_search_value_next_at(&rest, '|', &code) &&
              ax_search_value_next_at(&rest, '|', &value) && !rest.ptr &&
              code.len && value.len;
  if (!fine) {
    ax_search_query_wrong(p, a, a->value,
                          "is not of the form system|code|value");
    return AX_OK;
  }
  ax_query_value *v = AX_NEW(p->arena, ax_query_value);
  ax_query_term *term = add_term(p);
  if (!v || !term) return AX_NOMEM;
  AX_TRY(fill_suffixed(p, term, def, AX_STR(":of-type")));
  AX_TRY(ax_search_value_plain(p->arena, system, &v->system));
  AX_TRY(ax_search_value_plain(p->arena, code, &code));
  AX_TRY(ax_search_value_plain(p->arena, value, &value));
  v->any_system = v->system.len == 0;
  v->code = AX_JOIN(p->arena, code, AX_STR("|"), value);
  if (!v->code.ptr) return AX_NOMEM;
  term->values = v;
  term->value_count = 1;
  return AX_OK;
}

typedef struct {
  ax_arena *arena;
  ax_search_values values;
  ax_status status;
} code_list;

static bool add_code(void *to, ax_str system, ax_str code) {
  code_list *list = to;
  ax_query_value *v = list->values.count < AX_SEARCH_CODES
                          ? AX_VEC_PUSH(&list->values, list->arena)
                          : NULL;
  if (!v) {
    list->status =
        list->values.count < AX_SEARCH_CODES ? AX_NOMEM : AX_TOO_LARGE;
    return false;
  }
  *v = (ax_query_value){ .system = ax_arena_str(list->arena, system),
                         .code = ax_arena_str(list->arena, code) };
  return true;
}

static ax_status take_set(ax_search_parse *p, const ax_search_asked *a,
                          const ax_search_def *def, ax_search_set set,
                          bool negate) {
  const ax_search_host *host = ax_search_host_of(p->search);
  code_list list = { .arena = p->arena };
  ax_str rest = a->value;
  ax_str first = set == AX_SEARCH_IN ? rest : ax_str_cut(&rest, '|');
  bool told = host->expand && (set == AX_SEARCH_IN || rest.len) &&
              host->expand(host->ctx, set, first, rest, add_code, &list);
  if (list.status == AX_NOMEM) return AX_NOMEM;
  if (list.status || !told) {
    ax_search_query_wrong(
        p, a, a->value,
        list.status           ? "has more codes than one search may ask for"
        : set == AX_SEARCH_IN ? "is no value set whose codes the loaded "
                                "packages list"
                              : "is no system|code of a code system with a "
                                "hierarchy in the loaded packages");
    return AX_OK;
  }
  ax_query_term *term = add_term(p);
  if (!term) return AX_NOMEM;
  fill_rows(term, def);
  term->values = list.values.items;
  term->value_count = list.values.count;
  term->negate = negate;
  return AX_OK;
}

static ax_status token_modifier(ax_search_parse *p, const ax_search_asked *a,
                                const ax_search_def *def) {
  ax_search_value_of of = value_of(p, def);
  ax_str m = a->modifier;
  if (ax_str_eq(m, AX_STR("not"))) return take_values(p, a, def, &of, true);
  if (ax_str_eq(m, AX_STR("text")))
    return take_suffixed(p, a, def, AX_INDEX_STRING, ":text",
                         AX_MATCH_CONTAINS);
  if (ax_str_eq(m, AX_STR("in")))
    return take_set(p, a, def, AX_SEARCH_IN, false);
  if (ax_str_eq(m, AX_STR("not-in")))
    return take_set(p, a, def, AX_SEARCH_IN, true);
  if (ax_str_eq(m, AX_STR("below")))
    return take_set(p, a, def, AX_SEARCH_BELOW, false);
  if (ax_str_eq(m, AX_STR("above")))
    return take_set(p, a, def, AX_SEARCH_ABOVE, false);
  if (ax_str_eq(m, AX_STR("of-type"))) return take_of_type(p, a, def);
  ax_search_query_modifier(
      p, a,
      "a token has :not, :text, :in, :not-in, :above, :below, :of-type "
      "and :missing");
  return AX_OK;
}

static ax_status string_modifier(ax_search_parse *p, const ax_search_asked *a,
                                 const ax_search_def *def) {
  ax_search_value_of of = value_of(p, def);
  if (ax_str_eq(a->modifier, AX_STR("exact"))) {
    of.match = AX_MATCH_EXACT;
  } else if (ax_str_eq(a->modifier, AX_STR("contains"))) {
    of.match = AX_MATCH_CONTAINS;
  } else {
    ax_search_query_modifier(p, a,
                             "a string has :exact, :contains and :missing");
    return AX_OK;
  }
  return take_values(p, a, def, &of, false);
}

static ax_status uri_modifier(ax_search_parse *p, const ax_search_asked *a,
                              const ax_search_def *def) {
  ax_search_value_of of = value_of(p, def);
  if (ax_str_eq(a->modifier, AX_STR("below"))) {
    of.match = AX_MATCH_BELOW;
  } else if (ax_str_eq(a->modifier, AX_STR("above"))) {
    of.match = AX_MATCH_ABOVE;
  } else {
    ax_search_query_modifier(p, a, "a uri has :above, :below and :missing");
    return AX_OK;
  }
  return take_values(p, a, def, &of, false);
}

static ax_status reference_modifier(ax_search_parse *p,
                                    const ax_search_asked *a,
                                    const ax_search_def *def) {
  ax_search_value_of of = value_of(p, def);
  if (ax_str_eq(a->modifier, AX_STR("identifier")))
    return take_suffixed(p, a, def, AX_INDEX_TOKEN, ":identifier",
                         AX_MATCH_EQUAL);
  bool type = a->modifier.ptr[0] >= 'A' && a->modifier.ptr[0] <= 'Z';
  if (!type || !ax_search_table_targets(def, a->modifier)) {
    ax_search_query_modifier(
        p, a,
        "a reference has :identifier, :missing and the types that it "
        "refers to, as in subject:Patient");
    return AX_OK;
  }
  of.modifier = a->modifier;
  return take_values(p, a, def, &of, false);
}

static ax_status take_modifier(ax_search_parse *p, const ax_search_asked *a,
                               const ax_search_def *def) {
  if (ax_str_eq(a->modifier, AX_STR("missing"))) return take_missing(p, a, def);
  switch (def->kind) {
  case AX_INDEX_TOKEN:
    return token_modifier(p, a, def);
  case AX_INDEX_STRING:
    return string_modifier(p, a, def);
  case AX_INDEX_URI:
    return uri_modifier(p, a, def);
  case AX_INDEX_REFERENCE:
    return reference_modifier(p, a, def);
  case AX_INDEX_DATE:
  case AX_INDEX_NUMBER:
  case AX_INDEX_QUANTITY:
    break;
  }
  ax_search_query_modifier(p, a, "this one has only :missing");
  return AX_OK;
}

/* --- composites ------------------------------------------------------------
 */

static ax_status read_alternative(ax_search_parse *p, const ax_search_asked *a,
                                  const ax_search_def *def, ax_str text,
                                  ax_query_term *parts, bool *fine) {
  ax_str rest = text, piece;
  const char *wrong = NULL;
  size_t i = 0;
  *fine = false;
  while (i < def->part_count && ax_search_value_next_at(&rest, '$', &piece)) {
    ax_search_values values = { 0 };
    ax_search_value_of of = value_of(p, def->parts[i]);
    AX_TRY(ax_search_value_add(&of, piece, &values, &wrong));
    if (wrong) {
      ax_search_query_wrong(p, a, piece, wrong);
      return AX_OK;
    }
    fill_rows(&parts[i], def->parts[i]);
    parts[i].values = values.items;
    parts[i++].value_count = values.count;
  }
  *fine = i == def->part_count && !rest.ptr;
  if (!*fine)
    ax_search_query_wrong(p, a, text,
                          "has not one value for each part, with $ between");
  return AX_OK;
}

static ax_status take_composite(ax_search_parse *p, const ax_search_asked *a,
                                const ax_search_def *def) {
  ax_str rest = a->value, text;
  size_t room = 1, n = 0;
  if (a->modifier.len) {
    ax_search_query_modifier(p, a, "a composite has none");
    return AX_OK;
  }
  for (size_t i = 0; i < a->value.len; i++) room += a->value.ptr[i] == ',';
  if (room > AX_SEARCH_VALUES) room = AX_SEARCH_VALUES;
  ax_query_term *parts =
      AX_NEW_ARRAY(p->arena, ax_query_term, room * def->part_count);
  if (!parts) return AX_NOMEM;
  while (n < room && ax_search_value_next(&rest, &text)) {
    bool fine = false;
    AX_TRY(
        read_alternative(p, a, def, text, parts + n * def->part_count, &fine));
    n += fine;
  }
  if (n == 0) return AX_OK;
  ax_query_term *term = add_term(p);
  if (!term) return AX_NOMEM;
  *term = (ax_query_term){ .param = def->name,
                           .shape = AX_TERM_COMPOSITE,
                           .parts = parts,
                           .part_count = def->part_count,
                           .alternatives = n };
  return AX_OK;
}

/* --- chains ----------------------------------------------------------------
 */

/* A question on another type, with what stands behind the dot. NULL: a fault
 * was told. */
static ax_status inner_query(ax_search_parse *p, const ax_search_asked *a,
                             ax_str type, ax_str name, const ax_query **out) {
  *out = NULL;
  if (p->depth + 1 > AX_SEARCH_DEPTH) {
    ax_search_query_wrong(p, a, a->value,
                          "is asked for through too many "
                          "references");
    return AX_OK;
  }
  ax_query *query = AX_NEW(p->arena, ax_query);
  if (!query) return AX_NOMEM;
  *query = (ax_query){ .type = type };
  ax_search_parse inner = { .search = p->search,
                            .arena = p->arena,
                            .type = type,
                            .base = p->base,
                            .table = ax_search_table_of(p->search, type),
                            .query = query,
                            .issues = p->issues,
                            .depth = p->depth + 1 };
  if (!inner.table) return AX_NOMEM;
  ax_search_asked asked = ax_search_term_asked(a->whole, name, a->value);
  bool known = false;
  size_t faults = ax_fhir_issues_errors(p->issues);
  AX_TRY(ax_search_term_take(&inner, &asked, &known));
  if (!known) ax_search_query_unknown(&inner, &asked);
  if (ax_fhir_issues_errors(p->issues) > faults) return AX_OK;
  query->terms = inner.terms.items;
  query->term_count = inner.terms.count;
  *out = query;
  return AX_OK;
}

static bool type_has(ax_search_parse *p, ax_str type, ax_str chain) {
  ax_search_asked inner = ax_search_term_asked(chain, chain, AX_STR(""));
  const ax_search_table *table = ax_search_table_of(p->search, type);
  return (table && ax_search_table_find(table, inner.name)) ||
         ax_str_eq(inner.name, AX_STR("_id")) ||
         ax_str_eq(inner.name, AX_STR("_lastUpdated"));
}

/* The type the chain goes through: said, or the only one that fits. */
static ax_str chain_type(ax_search_parse *p, const ax_search_asked *a,
                         const ax_search_def *def) {
  ax_str only = AX_STR("");
  if (a->modifier.len) return a->modifier;
  if (def->only.len) return def->only;
  for (size_t i = 0; i < def->target_count; i++) {
    if (!type_has(p, def->targets[i], a->chain)) continue;
    if (only.len) return AX_STR("");
    only = def->targets[i];
  }
  return only;
}

static ax_status take_chain(ax_search_parse *p, const ax_search_asked *a,
                            const ax_search_def *def) {
  const ax_query *inner = NULL;
  if (def->kind != AX_INDEX_REFERENCE || def->composite) {
    ax_search_query_wrong(p, a, a->value,
                          "is asked for through a parameter that is no "
                          "reference");
    return AX_OK;
  }
  ax_str type = chain_type(p, a, def);
  if (type.len == 0 || !ax_search_table_targets(def, type)) {
    ax_search_query_modifier(p, a,
                             "say through which type the chain goes, as "
                             "in subject:Patient.name");
    return AX_OK;
  }
  AX_TRY(inner_query(p, a, type, a->chain, &inner));
  if (!inner) return AX_OK;
  ax_query_term *term = add_term(p);
  if (!term) return AX_NOMEM;
  fill_rows(term, def);
  term->shape = AX_TERM_CHAIN;
  term->inner = inner;
  return AX_OK;
}

/* _has:Observation:patient:code=... */
static ax_status take_has(ax_search_parse *p, const ax_search_asked *a) {
  ax_str rest = a->modifier;
  ax_str type = ax_str_cut(&rest, ':');
  ax_str name = ax_str_cut(&rest, ':');
  const ax_query *inner = NULL;
  const ax_search_table *table =
      type.len ? ax_search_table_of(p->search, type) : NULL;
  const ax_search_def *def = table ? ax_search_table_find(table, name) : NULL;
  if (!def || def->composite || def->kind != AX_INDEX_REFERENCE || !rest.len ||
      !ax_search_table_targets(def, p->type)) {
    ax_search_query_modifier(
        p, a,
        "write _has:Type:reference:parameter, where the reference of "
        "Type leads here");
    return AX_OK;
  }
  AX_TRY(inner_query(p, a, type, rest, &inner));
  if (!inner) return AX_OK;
  ax_query_term *term = add_term(p);
  if (!term) return AX_NOMEM;
  fill_rows(term, def);
  term->shape = AX_TERM_HAS;
  term->inner = inner;
  return AX_OK;
}

/* --- _id and _lastUpdated --------------------------------------------------
 */

static bool listed(ax_str id, const ax_str *ids, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(id, ids[i])) return true;
  return false;
}

/* Both lists must hold: what is in both stays. An id that nobody can have
 * keeps an empty list from meaning "any". */
static ax_status narrow_ids(ax_search_parse *p, const ax_str *ids,
                            size_t count) {
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

static ax_status take_id(ax_search_parse *p, const ax_search_asked *a) {
  AX_VEC(ax_str) ids = { 0 };
  ax_str rest = a->value, text;
  if (a->modifier.len || a->chain.len) {
    ax_search_query_modifier(p, a, "write the parameter without one");
    return AX_OK;
  }
  while (ax_search_value_next(&rest, &text)) {
    if (!ax_fhir_primitive_is_id(text)) {
      ax_search_query_wrong(p, a, text,
                            "is no id: 1 to 64 letters, digits, '-' and '.'");
      continue;
    }
    ax_str *slot =
        ids.count < AX_SEARCH_VALUES ? AX_VEC_PUSH(&ids, p->arena) : NULL;
    if (!slot && ids.count < AX_SEARCH_VALUES) return AX_NOMEM;
    if (!slot) {
      ax_search_query_wrong(p, a, text, "is one value too many");
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

/* Each `ne` takes its time away. */
static ax_status exclude_updates(ax_search_parse *p, int64_t lo, int64_t hi) {
  ax_query *q = p->query;
  size_t n = q->not_updated_count;
  ax_query_span *spans = AX_NEW_ARRAY(p->arena, ax_query_span, n + 1);
  if (!spans) return AX_NOMEM;
  for (size_t i = 0; i < n; i++) spans[i] = q->not_updated[i];
  spans[n] = (ax_query_span){ lo, hi };
  q->not_updated = spans;
  q->not_updated_count = n + 1;
  limit_updates(q, INT64_MIN, INT64_MAX);
  return AX_OK;
}

static ax_status take_updated(ax_search_parse *p, const ax_search_asked *a) {
  ax_query_value v;
  const int64_t first = INT64_MIN, last = INT64_MAX;
  if (a->modifier.len || a->chain.len) {
    ax_search_query_modifier(p, a, "write the parameter without one");
    return AX_OK;
  }
  if (!ax_search_value_date(a->value, &v)) {
    ax_search_query_wrong(p, a, a->value,
                          "is no date: write an optional prefix (eq ne lt le "
                          "gt ge sa eb ap) and YYYY-MM-DD or "
                          "YYYY-MM-DDThh:mm:ss+zz:zz");
    return AX_OK;
  }
  switch (v.compare) {
  case AX_CMP_NE:
    return exclude_updates(p, v.lo, v.hi);
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

/* --- any of them -----------------------------------------------------------
 */

ax_search_asked ax_search_term_asked(ax_str whole, ax_str name, ax_str value) {
  ax_search_asked a = { .whole = whole, .value = value };
  ax_str head = name;
  /* The names in _has have no dots before its own chain. */
  if (!ax_str_starts(name, AX_STR("_has:"))) {
    a.chain = name;
    head = ax_str_cut(&a.chain, '.');
  }
  a.modifier = head;
  a.name = ax_str_cut(&a.modifier, ':');
  return a;
}

ax_status ax_search_term_take(ax_search_parse *p, const ax_search_asked *a,
                              bool *known) {
  *known = true;
  if (ax_str_eq(a->name, AX_STR("_id"))) return take_id(p, a);
  if (ax_str_eq(a->name, AX_STR("_lastUpdated"))) return take_updated(p, a);
  if (ax_str_eq(a->name, AX_STR("_has"))) return take_has(p, a);
  const ax_search_def *def = ax_search_table_find(p->table, a->name);
  *known = def != NULL;
  if (!def) return AX_OK;
  if (a->chain.len) return take_chain(p, a, def);
  if (def->composite) return take_composite(p, a, def);
  if (a->modifier.len) return take_modifier(p, a, def);
  const ax_search_value_of of = value_of(p, def);
  return take_values(p, a, def, &of, false);
}
