#include "scoring/feature_view.h"

#include <stdlib.h>
#include <string.h>

#include <auspex_plugin.h>

enum { SETS = 1024 }; /* kept; a power of two */

typedef struct { /* one (system, code) that facts have */
  ax_str system, code;
  uint64_t hash;
  bool marked;
} coded;

typedef struct {
  const ax_model_codes *codes;
  const uint32_t *items;
  size_t count;
} found;

struct ax_feature_view {
  ax_arena *arena;
  ax_feature_help help;
  const ax_fact **facts; /* sorted */
  uint32_t *code_of;     /* of each fact: number in `codes` */
  size_t count;
  coded *codes;
  size_t code_count;
  uint32_t *table; /* hash -> number + 1 */
  size_t table_mask;
  ax_feature_response *responses;
  size_t response_count;
  found sets[SETS];
  size_t set_count;
  bool failed;
};

bool ax_feature_view_same_source(const ax_fact *a, const ax_fact *b) {
  return a == b || (ax_str_eq(a->source_id, b->source_id) &&
                    ax_str_eq(a->source_type, b->source_type) &&
                    ax_str_eq(a->source_url, b->source_url) &&
                    a->source_version == b->source_version &&
                    (a->source_id.len || a->source_url.len));
}

/* --- order -----------------------------------------------------------------
 */

static int compare(int64_t a, int64_t b) {
  return (a > b) - (a < b);
}

static int by_order(const void *left, const void *right) {
  const ax_fact *a = *(const ax_fact *const *)left;
  const ax_fact *b = *(const ax_fact *const *)right;
  int order = compare(a->has_time, b->has_time);
  if (!order) order = compare(a->lo_ms, b->lo_ms);
  if (!order) order = compare(a->hi_ms, b->hi_ms);
  if (!order) order = compare(a->issued_ms, b->issued_ms);
  if (!order)
    order = compare((int64_t)a->source_version, (int64_t)b->source_version);
  if (!order) order = ax_str_compare(a->source_id, b->source_id);
  if (!order) order = ax_str_compare(a->source_url, b->source_url);
  if (!order) order = (a > b) - (a < b); /* as extracted */
  return order;
}

/* --- codes -----------------------------------------------------------------
 */

static uint64_t mix(uint64_t hash, ax_str text) {
  for (size_t i = 0; i < text.len; i++)
    hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(1099511628211);
  return hash;
}

static uint64_t hash_of(ax_str system, ax_str code) {
  uint64_t hash = mix(UINT64_C(14695981039346656037), code);
  /* The ICD-10 systems count as one, and no two systems that share codes are
   * met often: the code decides. */
  (void)system;
  return hash ^ hash >> 29;
}

/* The number of (system, code), or UINT32_MAX; `add` makes it. */
static uint32_t number_of(ax_feature_view *v, ax_str system, ax_str code,
                          bool add) {
  uint64_t hash = hash_of(system, code);
  for (size_t i = hash & v->table_mask;; i = (i + 1) & v->table_mask) {
    uint32_t slot = v->table[i];
    if (slot == 0) {
      if (!add) return UINT32_MAX;
      v->codes[v->code_count] =
          (coded){ .system = system, .code = code, .hash = hash };
      v->table[i] = (uint32_t)++v->code_count;
      return v->table[i] - 1;
    }
    const coded *one = &v->codes[slot - 1];
    if (one->hash == hash && ax_str_eq(one->code, code) &&
        ax_str_eq(one->system, system))
      return slot - 1;
  }
}

static void mark_exact(ax_feature_view *v, const ax_model_code *code,
                       bool mark) {
  uint64_t hash = hash_of(code->system, code->code);
  for (size_t i = hash & v->table_mask; v->table[i];
       i = (i + 1) & v->table_mask) {
    coded *one = &v->codes[v->table[i] - 1];
    if (one->hash == hash && ax_str_eq(one->code, code->code) &&
        ax_model_same_system(code->system, one->system))
      one->marked = mark;
  }
}

static void mark_other(ax_feature_view *v, const ax_model_code *code,
                       bool mark) {
  for (size_t i = 0; i < v->code_count; i++)
    if (v->codes[i].marked != mark &&
        ax_model_code_matches(code, v->codes[i].system, v->codes[i].code))
      v->codes[i].marked = mark;
}

static void mark_members(ax_feature_view *v, ax_str value_set) {
  for (size_t i = 0; i < v->code_count; i++)
    if (!v->codes[i].marked && v->codes[i].system.len)
      v->codes[i].marked = v->help.member(v->help.ctx, value_set,
                                          v->codes[i].system, v->codes[i].code);
}

static void mark(ax_feature_view *v, const ax_model_codes *codes) {
  for (size_t i = 0; i < v->code_count; i++) v->codes[i].marked = false;
  if (codes->value_set.len && v->help.member)
    mark_members(v, codes->value_set);
  for (int except = 0; except < 2; except++)
    for (size_t i = 0; i < codes->count; i++) {
      const ax_model_code *code = &codes->items[i];
      if (((code->match & AUSPEX_MATCH_EXCEPT) != 0) != (except != 0)) continue;
      if ((code->match & ~(uint32_t)AUSPEX_MATCH_EXCEPT) == AUSPEX_MATCH_EXACT)
        mark_exact(v, code, !except);
      else
        mark_other(v, code, !except);
    }
}

static found look_up(ax_feature_view *v, const ax_model_codes *codes) {
  found out = { .codes = codes };
  mark(v, codes);
  size_t count = 0;
  for (size_t i = 0; i < v->count; i++)
    count += v->codes[v->code_of[i]].marked;
  if (count == 0) return out;
  uint32_t *items = AX_TAKE_ARRAY(v->arena, uint32_t, count);
  if (!items) {
    v->failed = true;
    return out;
  }
  for (size_t i = 0; i < v->count; i++)
    if (v->codes[v->code_of[i]].marked) items[out.count++] = (uint32_t)i;
  out.items = items;
  return out;
}

const uint32_t *ax_feature_view_find(ax_feature_view *view,
                                     const ax_model_codes *codes,
                                     size_t *count) {
  size_t at = ((uintptr_t)codes >> 4) & (SETS - 1);
  while (view->sets[at].codes && view->sets[at].codes != codes)
    at = (at + 1) & (SETS - 1);
  found *slot = &view->sets[at];
  if (!slot->codes) {
    found made = look_up(view, codes);
    if (view->set_count >= SETS / 2) { /* odd: worked out each time */
      *count = made.count;
      return made.items;
    }
    *slot = made;
    view->set_count++;
  }
  *count = slot->count;
  return slot->items;
}

/* --- responses ---------------------------------------------------------------
 */

/* Responses without id and URL are told apart by their time. */
static bool same_response(const ax_fact *a, const ax_fact *b) {
  if (a->source_id.len || a->source_url.len || b->source_id.len ||
      b->source_url.len)
    return ax_feature_view_same_source(a, b);
  return a->has_time == b->has_time && a->lo_ms == b->lo_ms &&
         a->hi_ms == b->hi_ms;
}

static bool list_responses(ax_feature_view *v) {
  size_t answers = 0;
  for (size_t i = 0; i < v->count; i++)
    answers += v->facts[i]->kind == AX_FACT_ANSWER;
  if (answers == 0) return true;
  v->responses = AX_NEW_ARRAY(v->arena, ax_feature_response, answers);
  if (!v->responses) return false;
  const ax_fact *last = NULL;
  for (size_t i = 0; i < v->count; i++) {
    if (v->facts[i]->kind != AX_FACT_ANSWER) {
      last = NULL;
      continue;
    }
    if (!last || !same_response(last, v->facts[i]))
      v->responses[v->response_count++].first = (uint32_t)i;
    v->responses[v->response_count - 1].count++;
    last = v->facts[i];
  }
  return true;
}

/* --- life ------------------------------------------------------------------
 */

static bool fill(ax_feature_view *v, const ax_facts *facts) {
  size_t n = facts->count, room = 16;
  while (room < 2 * n + 2) room *= 2;
  v->facts = AX_NEW_ARRAY(v->arena, const ax_fact *, n + 1);
  v->code_of = AX_NEW_ARRAY(v->arena, uint32_t, n + 1);
  v->codes = AX_NEW_ARRAY(v->arena, coded, n + 1);
  v->table = AX_NEW_ARRAY(v->arena, uint32_t, room);
  if (!v->facts || !v->code_of || !v->codes || !v->table) return false;
  v->table_mask = room - 1;
  v->count = n;
  for (size_t i = 0; i < n; i++) v->facts[i] = &facts->items[i];
  if (n > 1) qsort(v->facts, n, sizeof *v->facts, by_order);
  for (size_t i = 0; i < n; i++)
    v->code_of[i] = number_of(v, v->facts[i]->system, v->facts[i]->code, true);
  return list_responses(v);
}

ax_feature_view *ax_feature_view_new(ax_arena *arena, const ax_facts *facts,
                                     const ax_feature_help *help) {
  ax_feature_view *v = AX_NEW(arena, ax_feature_view);
  if (!v) return NULL;
  v->arena = arena;
  if (help) v->help = *help;
  return fill(v, facts) ? v : NULL;
}

size_t ax_feature_view_count(const ax_feature_view *view) {
  return view->count;
}

const ax_fact *ax_feature_view_at(const ax_feature_view *view, size_t i) {
  return view->facts[i];
}

const ax_feature_response *
ax_feature_view_responses(const ax_feature_view *view, size_t *count) {
  *count = view->response_count;
  return view->responses;
}

ax_str ax_feature_view_site(const ax_feature_view *view, ax_str path) {
  return view->help.site ? view->help.site(view->help.ctx, path) : AX_STR("");
}

bool ax_feature_view_failed(const ax_feature_view *view) {
  return view->failed;
}
