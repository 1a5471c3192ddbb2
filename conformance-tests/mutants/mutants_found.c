/* Searching: what comes back. */
#include "mutant.h"

#include "tree.h"
#include "json/json_edit.h"

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

/* --- what comes back ------------------------------------------------------ */

static bool cut_query(void *ctx, ax_arena *arena, const ax_json *old,
                      ax_json *out) {
  (void)ctx, (void)arena;
  if (!old) return false;
  ax_str url = ax_json_text(old), rest = url;
  *out = ax_json_edit_string(ax_str_cut(&rest, '?'));
  return true;
}

static ax_status bare_self(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!tree) return AX_OK;
  return ax_mutant_put_answer(call, ax_tree_edit(call->arena, tree,
                                                 "link[relation=self].url",
                                                 cut_query, NULL));
}

static bool is_later_page(ax_mutant_call *call) {
  return has(call->rq->query, "_after=");
}

static ax_status page_loses(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!is_later_page(call) || !tree) return AX_OK;
  return ax_mutant_put_answer(call,
                              ax_tree_remove(call->arena, tree, "entry[0]"));
}

/* Later pages begin again. */
static ax_status page_repeats(ax_mutant_call *call) {
  return is_later_page(call) ? ax_mutant_drop_param(call) : AX_OK;
}

/* The last page has a next one. */
static ax_status endless(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *links = AX_JSON_GET(tree, "link");
  if (!links || ax_tree_at(tree, "link[relation=next]")) return AX_OK;
  const ax_json *self = ax_tree_at(tree, "link[relation=self]");
  if (!self) return AX_OK;
  const ax_json *next = ax_json_edit_set(call->arena, self, AX_STR("relation"),
                                         ax_json_edit_string(AX_STR("next")));
  if (!next) return AX_NOMEM;
  const ax_json *all = ax_tree_add(call->arena, links, next, false);
  if (!all) return AX_NOMEM;
  return ax_mutant_put_answer(call,
                              ax_tree_set(call->arena, tree, "link", *all));
}

static bool turn_sort(ax_mutant_call *call, ax_mutant_param *p) {
  if (!ax_str_eq(p->name, AX_STR("_sort"))) return true;
  p->value = ax_str_starts(p->value, AX_STR("-"))
                 ? ax_str_skip(p->value, 1)
                 : AX_JOIN(call->arena, AX_STR("-"), p->value);
  return true;
}

static ax_status sort_reversed(ax_mutant_call *call) {
  return ax_mutant_params(call, turn_sort);
}

static bool first_key(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  ax_str rest = p->value;
  if (ax_str_eq(p->name, AX_STR("_sort"))) p->value = ax_str_cut(&rest, ',');
  return true;
}

static ax_status sort_first_key(ax_mutant_call *call) {
  return ax_mutant_params(call, first_key);
}

/* _include=Type:param:Target -> _include=Type:param */
static bool any_target(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  if (!ax_mutant_lists("_include _revinclude", p->name)) return true;
  size_t first = ax_str_find(p->value, AX_STR(":"));
  if (first == AX_STR_NONE) return true;
  size_t second = ax_str_find(ax_str_skip(p->value, first + 1), AX_STR(":"));
  if (second != AX_STR_NONE) p->value.len = first + 1 + second;
  return true;
}

static ax_status include_any_target(ax_mutant_call *call) {
  return ax_mutant_params(call, any_target);
}

static bool iterate(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  if (ax_str_eq(p->name, AX_STR("_include"))) p->modifier = AX_STR("iterate");
  return true;
}

static ax_status include_iterates(ax_mutant_call *call) {
  return ax_mutant_params(call, iterate);
}

static ax_status include_twice(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *found = NULL, *entries = AX_JSON_GET(tree, "entry");
  for (size_t i = 0; i < ax_json_count(entries) && !found; i++)
    if (ax_str_eq(
            ax_json_text(ax_tree_at(ax_json_item(entries, i), "search.mode")),
            AX_STR("include")))
      found = ax_json_item(entries, i);
  if (!found) return AX_OK;
  const ax_json *all = ax_tree_add(call->arena, entries, found, false);
  if (!all) return AX_NOMEM;
  return ax_mutant_put_answer(call,
                              ax_tree_set(call->arena, tree, "entry", *all));
}

static ax_status subset_too_small(ax_mutant_call *call) {
  if (!has(call->rq->query, "_elements")) return AX_OK;
  return ax_mutant_drop_path(call);
}

static bool not_subsetted(void *ctx, ax_arena *arena, const ax_json *old,
                          ax_json *out) {
  (void)ctx, (void)arena;
  if (!old) return false;
  *out = *old;
  return !ax_str_eq(AX_JSON_STR(old, "code"), AX_STR("SUBSETTED"));
}

static ax_status not_marked(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!tree) return AX_OK;
  return ax_mutant_put_answer(call, ax_tree_edit(call->arena, tree,
                                                 "entry[].resource.meta.tag[]",
                                                 not_subsetted, NULL));
}

/* _summary or _total with the value `a` is passed over. */
static bool other_value(ax_mutant_call *call, ax_mutant_param *p) {
  return !ax_mutant_lists("_summary _total _count", p->name) ||
         !ax_str_eq(p->value, ax_str_from(call->mutant->a));
}

static ax_status ignore_value(ax_mutant_call *call) {
  return ax_mutant_params(call, other_value);
}

static ax_status form_refused(ax_mutant_call *call) {
  if (!ax_str_eq(call->rq->method, AX_STR("POST")))
    return ax_mutant_forward(call);
  *call->rs = (ax_proxy_response){ .status = 404, .body = AX_STR("") };
  return AX_OK;
}

static ax_status form_ignored(ax_mutant_call *call) {
  ax_str media =
      ax_proxy_message_get(&call->rq->fields, AX_STR("Content-Type"));
  if (ax_str_starts(media, AX_STR("application/x-www-form-urlencoded")))
    call->rq->body = AX_STR("_count=50");
  return AX_OK;
}

/* Of a posted search only the form is read, not the query beside it. */
static ax_status query_ignored(ax_mutant_call *call) {
  if (ax_str_eq(call->rq->method, AX_STR("POST"))) call->rq->query = AX_STR("");
  return AX_OK;
}

#define S AX_ON_SEARCH
#define DROP S, .before = ax_mutant_drop_param

static const ax_mutant items[] = {
  { "search-type", "search-bundle", "the Bundle is a collection", S,
    .after = ax_mutant_set_path, .a = "type", .b = "collection" },
  { "search-total", "search-bundle", "total is one too many", S,
    .after = ax_mutant_total_off },
  { "search-total-page", "search-pages", "total counts the page", S,
    .after = ax_mutant_total_of_page },
  { "search-no-total", "search-bundle", "there is no total", S,
    .after = ax_mutant_drop_path, .a = "total" },
  { "search-no-self", "search-bundle", "there is no link to itself", S,
    .after = ax_mutant_drop_path, .a = "link[relation=self]" },
  { "search-self-bare", "search-bundle",
    "the link to itself does not tell what was understood", S,
    .after = bare_self },
  { "search-no-full-url", "search-bundle", "entries have no fullUrl", S,
    .after = ax_mutant_drop_path, .a = "entry[].fullUrl" },
  { "search-no-mode", "search-bundle",
    "entries do not tell why they are "
    "there",
    S, .after = ax_mutant_drop_path, .a = "entry[].search" },
  { "search-loses-one", "search-bundle", "the last match is left out", S,
    .after = ax_mutant_drop_path, .a = "entry[-1]" },
  { "search-count", "search-count", "_count is not looked at", DROP,
    .a = "_count" },
  { "search-count-0", "search-count", "_count=0 is not looked at", S,
    .before = ignore_value, .a = "0" },
  { "search-no-next", "search-pages", "there is no next page", S,
    .after = ax_mutant_drop_path, .a = "link[relation=next]" },
  { "search-endless", "search-pages", "the last page has a next one", S,
    .after = endless },
  { "search-page-loses", "search-pages", "a page leaves out a match", S,
    .after = page_loses },
  { "search-page-repeats", "search-pages", "later pages begin again", S,
    .before = page_repeats, .a = "_after" },
  { "search-sort", "search-sort", "_sort is not looked at", DROP,
    .a = "_sort" },
  { "search-sort-reversed", "search-sort", "_sort is turned round", S,
    .before = sort_reversed },
  { "search-sort-one-key", "search-sort", "only the first key of _sort counts",
    S, .before = sort_first_key },
  { "search-include", "search-include", "_include is not looked at", DROP,
    .a = "_include" },
  { "search-include-mode", "search-include", "included ones count as matches",
    S, .after = ax_mutant_set_path, .a = "entry[].search.mode", .b = "match" },
  { "search-include-target", "search-include",
    "the target type of _include is not looked at", S,
    .before = include_any_target },
  { "search-include-iterates", "search-include",
    "_include goes on without :iterate", S, .before = include_iterates },
  { "search-include-twice", "search-include", "an included one comes twice", S,
    .after = include_twice },
  { "search-revinclude", "search-revinclude", "_revinclude is not looked at",
    DROP, .a = "_revinclude" },
  { "search-elements", "search-elements", "_elements is not looked at", DROP,
    .a = "_elements" },
  { "search-elements-status", "search-elements",
    "_elements takes away what must be there: status", S,
    .after = subset_too_small, .a = "entry[].resource.status" },
  { "search-elements-code", "search-elements",
    "_elements takes away what must be there: code", S,
    .after = subset_too_small, .a = "entry[].resource.code" },
  { "search-not-subsetted", "search-elements", "what was cut is not marked", S,
    .after = not_marked },
  { "search-summary", "search-summary", "_summary is not looked at", DROP,
    .a = "_summary" },
  { "search-summary-count", "search-summary", "_summary=count is not looked at",
    S, .before = ignore_value, .a = "count" },
  { "search-form-missing", "search-post", "a search cannot be posted", S,
    .instead = form_refused },
  { "search-form-ignored", "search-post",
    "the form of a posted search is not read", S, .before = form_ignored },
  { "search-form-query", "search-post",
    "the query beside a posted form is not read", S, .before = query_ignored },
};

const ax_mutant_table ax_mutants_found = { items, AX_COUNT(items) };
