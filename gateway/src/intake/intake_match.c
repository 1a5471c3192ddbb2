#include "intake/intake_match.h"

#include "base/map.h"
#include "search/search.h"

/* One item under one key; most keys have one. */
typedef struct node {
  const ax_intake_item *item;
  const ax_index_row *rows;
  size_t count;
  struct node *next;
} node;

typedef struct {
  node *all;     /* every item of the type */
  ax_map *by_id; /* "param code" of token, reference and URI rows -> node */
} type_items;

struct ax_intake_match {
  ax_arena *arena;
  ax_store *store;
  ax_search *search;
  ax_str base;
  const ax_intake_item *items;
  size_t item_count;
  ax_map *found; /* "Type?query" -> ax_intake_found */
  ax_map *types; /* "Type" -> type_items, made when first asked for */
  uint64_t work; /* rows compared in scans without a key */
  bool deletes;  /* is there an item that deletes? */
};

/* A query without a key (dates only) walks all items of its type; a Bundle of
 * many such queries over many items is refused past this. */
static const uint64_t work_max = 20000000;

ax_intake_match *ax_intake_match_new(ax_arena *arena, ax_store *store,
                                     ax_search *search, ax_str base,
                                     const ax_intake_item *items,
                                     size_t count) {
  ax_intake_match *match = AX_NEW(arena, ax_intake_match);
  if (!match) return NULL;
  *match = (ax_intake_match){ .arena = arena,
                              .store = store,
                              .search = search,
                              .base = base,
                              .items = items,
                              .item_count = count,
                              .found = ax_map_new(arena),
                              .types = ax_map_new(arena) };
  for (size_t i = 0; i < count && !match->deletes; i++)
    match->deletes = items[i].method == AX_INTAKE_DELETE;
  return match->found && match->types ? match : NULL;
}

/* --- does a resource fit a query? ------------------------------------------
 */

static bool fits_date(const ax_query_value *v, const ax_index_row *row) {
  switch (v->compare) {
  case AX_CMP_EQ:
    return row->lo >= v->lo && row->hi <= v->hi;
  case AX_CMP_NE:
    return row->lo < v->lo || row->hi > v->hi;
  case AX_CMP_LT:
    return row->lo < v->lo;
  case AX_CMP_LE:
    return row->lo <= v->hi;
  case AX_CMP_GT:
    return row->hi > v->hi;
  case AX_CMP_GE:
    return row->hi >= v->lo;
  case AX_CMP_SA:
    return row->lo > v->hi;
  case AX_CMP_EB:
    return row->hi < v->lo;
  case AX_CMP_AP:
    return row->lo <= v->hi && row->hi >= v->lo;
  }
  return false;
}

static bool fits_number(const ax_query_value *v, const ax_index_row *row) {
  double lo = v->dim.len ? row->canon : row->number;
  double hi = v->dim.len ? row->canon_high : row->high;
  if (v->dim.len ? !ax_str_eq(v->dim, row->dim)
                 : !v->any_code && !ax_str_eq(v->code, row->code))
    return false;
  if (!v->dim.len && !v->any_system && !ax_str_eq(v->system, row->system))
    return false;
  if (hi < lo) hi = lo;
  bool equal = v->low < v->high ? lo >= v->low && hi < v->high
                                : lo >= v->number && hi <= v->number;
  switch (v->compare) {
  case AX_CMP_EQ:
    return equal;
  case AX_CMP_NE:
    return !equal;
  case AX_CMP_LT:
    return lo < v->number;
  case AX_CMP_LE:
    return lo <= v->number;
  case AX_CMP_GT:
    return hi > v->number;
  case AX_CMP_GE:
    return hi >= v->number;
  case AX_CMP_SA:
    return lo > v->number;
  case AX_CMP_EB:
    return hi < v->number;
  case AX_CMP_AP:
    return lo <= v->high && hi >= v->low;
  }
  return false;
}

static bool fits_string(const ax_query_value *v, const ax_index_row *row) {
  if (v->match == AX_MATCH_EXACT) return ax_str_eq(v->system, row->system);
  if (v->match == AX_MATCH_CONTAINS)
    return ax_str_find(row->code, v->code) != AX_STR_NONE;
  return ax_str_starts(row->code, v->code);
}

/* Is `inner` `outer`, or what lies under it by whole steps of the path? */
static bool lies_under(ax_str inner, ax_str outer) {
  while (outer.len && outer.ptr[outer.len - 1] == '/') outer.len--;
  return ax_str_starts(inner, outer) &&
         (inner.len == outer.len || inner.ptr[outer.len] == '/');
}

static bool fits_uri(const ax_query_value *v, const ax_index_row *row) {
  if (v->match == AX_MATCH_BELOW) return lies_under(row->code, v->code);
  if (v->match == AX_MATCH_ABOVE) return lies_under(v->code, row->code);
  return v->match == AX_MATCH_EQUAL && ax_str_eq(v->code, row->code);
}

static bool fits_value(ax_index_kind kind, const ax_query_value *v,
                       const ax_index_row *row) {
  switch (kind) {
  case AX_INDEX_TOKEN:
    return (v->any_system || ax_str_eq(v->system, row->system)) &&
           (v->any_code || ax_str_eq(v->code, row->code));
  case AX_INDEX_URI:
    return fits_uri(v, row);
  case AX_INDEX_REFERENCE:
    return v->match == AX_MATCH_EQUAL && ax_str_eq(v->code, row->code);
  case AX_INDEX_STRING:
    return fits_string(v, row);
  case AX_INDEX_DATE:
    return fits_date(v, row);
  case AX_INDEX_NUMBER:
  case AX_INDEX_QUANTITY:
    return fits_number(v, row);
  }
  return false;
}

static bool is_row_of(const ax_query_term *term, const ax_index_row *row) {
  if (row->kind != term->kind) return false;
  if (term->param_count == 0) return ax_str_eq(row->param, term->param);
  for (size_t i = 0; i < term->param_count; i++)
    if (ax_str_eq(row->param, term->params[i])) return true;
  return false;
}

static bool fits_row(const ax_query_term *term, const ax_index_row *row) {
  if (!is_row_of(term, row)) return false;
  if (term->shape == AX_TERM_PRESENT)
    return term->only.len == 0 || (ax_str_starts(row->code, term->only) &&
                                   row->code.len > term->only.len &&
                                   row->code.ptr[term->only.len] == '/');
  for (size_t v = 0; v < term->value_count; v++)
    if (fits_value(term->kind, &term->values[v], row)) return true;
  return false;
}

/* All parts of an alternative, in rows of one element. */
static bool fits_parts(const ax_query_term *parts, size_t part_count,
                       const ax_index_row *rows, size_t count) {
  for (size_t r = 0; r < count; r++) {
    if (!fits_row(&parts[0], &rows[r])) continue;
    size_t fit = 1;
    for (size_t k = 1; k < part_count; k++)
      for (size_t i = 0; i < count; i++)
        if (rows[i].group == rows[r].group && fits_row(&parts[k], &rows[i])) {
          fit++;
          break;
        }
    if (fit == part_count) return true;
  }
  return false;
}

static bool fits_composite(const ax_query_term *term, const ax_index_row *rows,
                           size_t count) {
  for (size_t a = 0; a < term->alternatives; a++)
    if (fits_parts(term->parts + a * term->part_count, term->part_count, rows,
                   count))
      return !term->negate;
  return term->negate;
}

static bool fits_term(const ax_query_term *term, const ax_index_row *rows,
                      size_t count) {
  if (term->shape == AX_TERM_COMPOSITE)
    return fits_composite(term, rows, count);
  if (term->shape != AX_TERM_VALUES && term->shape != AX_TERM_PRESENT)
    return false;
  for (size_t r = 0; r < count; r++)
    if (fits_row(term, &rows[r])) return !term->negate;
  return term->negate;
}

bool ax_intake_match_decides(const ax_query *query) {
  for (size_t t = 0; t < query->term_count; t++)
    if (query->terms[t].shape == AX_TERM_CHAIN ||
        query->terms[t].shape == AX_TERM_HAS)
      return false;
  return !query->has_updated;
}

bool ax_intake_match_rows(const ax_query *query, ax_str id,
                          const ax_index_row *rows, size_t count) {
  bool id_fits = query->id_count == 0;
  for (size_t i = 0; i < query->id_count && !id_fits; i++)
    id_fits = ax_str_eq(query->ids[i], id);
  if (!id_fits || query->has_updated) return false;
  for (size_t t = 0; t < query->term_count; t++)
    if (!fits_term(&query->terms[t], rows, count)) return false;
  return true;
}

/* --- items by what they carry ----------------------------------------------
 */

static bool has_key(ax_index_kind kind) {
  return kind == AX_INDEX_TOKEN || kind == AX_INDEX_REFERENCE ||
         kind == AX_INDEX_URI;
}

static ax_str key_of(ax_arena *arena, ax_str param, ax_str code) {
  return AX_JOIN(arena, param, AX_STR(" "), code);
}

static ax_status add_key(ax_intake_match *match, type_items *type, ax_str key,
                         const node *item) {
  node *copy = AX_NEW(match->arena, node);
  if (!key.ptr || !copy) return AX_NOMEM;
  *copy = *item;
  node *first = ax_map_get(type->by_id, key);
  if (!first) {
    copy->next = NULL;
    return ax_map_put(type->by_id, key, copy);
  }
  copy->next = first->next;
  first->next = copy;
  return AX_OK;
}

static ax_status add_item(ax_intake_match *match, type_items *type,
                          const ax_intake_item *item) {
  node *n = AX_NEW(match->arena, node);
  ax_index_row *rows = NULL;
  if (!n) return AX_NOMEM;
  AX_TRY(ax_search_index(match->search, match->arena, item->resource,
                         match->base, &rows, &n->count));
  n->item = item;
  n->rows = rows;
  n->next = type->all;
  type->all = n;
  for (size_t r = 0; r < n->count; r++)
    if (has_key(rows[r].kind))
      AX_TRY(add_key(match, type,
                     key_of(match->arena, rows[r].param, rows[r].code), n));
  return AX_OK;
}

static ax_status items_of(ax_intake_match *match, ax_str name,
                          type_items **out) {
  *out = ax_map_get(match->types, name);
  if (*out) return AX_OK;
  type_items *type = AX_NEW(match->arena, type_items);
  if (!type) return AX_NOMEM;
  type->by_id = ax_map_new(match->arena);
  if (!type->by_id) return AX_NOMEM;
  for (size_t i = 0; i < match->item_count; i++) {
    const ax_intake_item *item = &match->items[i];
    if (item->resource && ax_intake_item_writes(item) &&
        ax_str_eq(item->type, name))
      AX_TRY(add_item(match, type, item));
  }
  *out = type;
  return ax_map_put(match->types, name, type);
}

/* The shortest list that holds every item the query can mean. */
static ax_status candidates(ax_intake_match *match, const ax_query *query,
                            const type_items *type, const node **out,
                            bool *keyed) {
  *out = type->all;
  *keyed = false;
  for (size_t t = 0; t < query->term_count && !*keyed; t++) {
    const ax_query_term *term = &query->terms[t];
    if (!has_key(term->kind) || term->shape != AX_TERM_VALUES || term->negate ||
        term->value_count != 1 || term->param_count > 1 ||
        term->values[0].any_code || term->values[0].match != AX_MATCH_EQUAL)
      continue;
    ax_str key = key_of(match->arena, term->param, term->values[0].code);
    if (!key.ptr) return AX_NOMEM;
    *out = ax_map_get(type->by_id, key);
    *keyed = true;
  }
  return AX_OK;
}

/* Also an item that is there already (If-None-Exist found it, or PUT makes a
 * new version of it) is the stored one, not a second. */
static bool is_stored(const ax_intake_found *found,
                      const ax_intake_item *item) {
  return found->count == AX_INTAKE_MATCH_ONE &&
         ax_str_eq(found->stored.id, item->id);
}

bool ax_intake_match_goes_away(const ax_intake_match *match, ax_str type,
                               ax_str id) {
  for (size_t i = 0; i < match->item_count && match->deletes; i++)
    if (match->items[i].method == AX_INTAKE_DELETE &&
        ax_str_eq(match->items[i].id, id) &&
        ax_str_eq(match->items[i].type, type))
      return true;
  return false;
}

static ax_status look_at_items(ax_intake_match *match, ax_intake_found *found) {
  type_items *type = NULL;
  const node *list = NULL;
  bool keyed = false;
  found->all = found->count;
  found->looked = true;
  if (found->count > AX_INTAKE_MATCH_ONE) return AX_OK;
  if (found->count == AX_INTAKE_MATCH_ONE &&
      ax_intake_match_goes_away(match, found->query.type, found->stored.id))
    found->all = AX_INTAKE_MATCH_NONE;
  AX_TRY(items_of(match, found->query.type, &type));
  AX_TRY(candidates(match, &found->query, type, &list, &keyed));
  for (const node *n = list; n && found->all < AX_INTAKE_MATCH_SEVERAL;
       n = n->next) {
    if (!keyed && (match->work += n->count + 1) > work_max) {
      found->all = AX_INTAKE_MATCH_WRONG;
      found->why = AX_STR("the Bundle holds too many conditions that cannot "
                          "be looked up by a code or an identifier");
      return AX_OK;
    }
    if (is_stored(found, n->item) || found->item == n->item ||
        !ax_intake_match_rows(&found->query, n->item->id, n->rows, n->count))
      continue;
    found->before = found->item;
    found->item = n->item;
    found->all++;
  }
  return AX_OK;
}

/* --- the store -------------------------------------------------------------
 */

ax_status ax_intake_match_read(ax_search *search, ax_arena *arena, ax_str type,
                               ax_str text, ax_str base, ax_query *query,
                               ax_str *why) {
  ax_error local = { 0 };
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  *why = AX_STR("");
  if (!issues) return AX_NOMEM;
  ax_status status = ax_search_pairs(arena, text, &pairs, &count, &local);
  if (status == AX_INVALID) {
    *why = ax_arena_str(arena, ax_str_from(local.text));
    return why->ptr ? AX_OK : AX_NOMEM;
  }
  if (status) return status;
  ax_search_request asked;
  const ax_search_question question = {
    .type = type, .pairs = pairs, .count = count, .base = base
  };
  AX_TRY(ax_search_query(search, arena, &question, &asked, issues));
  *query = asked.query;
  if (ax_fhir_issues_errors(issues)) {
    const ax_issue *first = ax_fhir_issues_at(issues, 0);
    *why = first ? first->text : AX_STR("the query is not usable");
  } else if (query->term_count == 0 && query->id_count == 0) {
    *why = query->has_updated
               ? AX_STR("a time of update alone is no condition: it changes "
                        "with what it finds")
               : AX_STR("the query has no condition");
  }
  query->limit = 2;
  query->after = 0;
  query->sort_count = 0;
  query->want_total = false;
  return AX_OK;
}

static ax_status ask_store(ax_intake_match *match, ax_intake_found *found,
                           ax_error *err) {
  ax_page page;
  AX_TRY(
      ax_store_search(match->store, match->arena, &found->query, &page, err));
  if (page.count > 1) {
    found->count = AX_INTAKE_MATCH_SEVERAL;
  } else if (page.count == 1) {
    found->count = AX_INTAKE_MATCH_ONE;
    found->stored = page.items[0];
  }
  return AX_OK;
}

static ax_status find(ax_intake_match *match, ax_str type, ax_str query,
                      ax_intake_found **out, ax_error *err) {
  ax_str key = AX_JOIN(match->arena, type, AX_STR("?"), query);
  if (!key.ptr) return AX_NOMEM;
  *out = ax_map_get(match->found, key);
  if (*out) return AX_OK;
  ax_intake_found *found = AX_NEW(match->arena, ax_intake_found);
  if (!found) return AX_NOMEM;
  AX_TRY(ax_intake_match_read(match->search, match->arena, type, query,
                              match->base, &found->query, &found->why));
  found->count = found->why.len ? AX_INTAKE_MATCH_WRONG : AX_INTAKE_MATCH_NONE;
  if (found->count == AX_INTAKE_MATCH_NONE)
    AX_TRY(ask_store(match, found, err));
  *out = found;
  return ax_map_put(match->found, key, found);
}

ax_status ax_intake_match_stored(ax_intake_match *match, ax_str type,
                                 ax_str query, const ax_intake_found **out,
                                 ax_error *err) {
  ax_intake_found *found = NULL;
  AX_TRY(find(match, type, query, &found, err));
  *out = found;
  return AX_OK;
}

ax_status ax_intake_match_any(ax_intake_match *match, ax_str type, ax_str query,
                              const ax_intake_found **out, ax_error *err) {
  ax_intake_found *found = NULL;
  AX_TRY(find(match, type, query, &found, err));
  if (!found->looked) AX_TRY(look_at_items(match, found));
  *out = found;
  return AX_OK;
}

ax_status ax_intake_match_preconditions(const ax_intake_match *match,
                                        ax_arena *arena,
                                        const ax_precondition **out,
                                        size_t *count) {
  size_t n = ax_map_count(match->found);
  ax_precondition *list = AX_NEW_ARRAY(arena, ax_precondition, n);
  *out = list;
  *count = 0;
  if (!list) return n ? AX_NOMEM : AX_OK;
  for (size_t i = 0; i < n; i++) {
    const ax_intake_found *found = ax_map_at(match->found, i, NULL);
    if (found->count > AX_INTAKE_MATCH_ONE) continue;
    list[(*count)++] = (ax_precondition){ &found->query, found->stored.id };
  }
  return AX_OK;
}
