/*
 * Extension narrativeLink in a document: it leads from data to the one place of
 * a narrative that shows them, "fullUrl#id" (R4 extension-narrativelink).
 */
#include "fhir/fhir_xhtml.h"
#include "validate/check.h"

enum { DEPTH_MAX = 200 };

typedef struct {
  ax_walk *walk;
  const ax_place *bundle;
  ax_arena *arena;
  ax_map *ids;  /* "entry#id" -> how often it occurs there */
  ax_map *read; /* entries whose narratives are in `ids` */
} links;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "Bundle", out);
}

static ax_str key_of(const links *l, const ax_bundle_entry *entry, ax_str id) {
  return ax_arena_printf(l->arena, "%zu#" AX_STR_FMT, entry->i, AX_STR_ARG(id));
}

/* --- the ids in an entry's narratives --------------------------------------
 */

static ax_status add_id(links *l, const ax_bundle_entry *entry, ax_str id) {
  ax_str key = key_of(l, entry, id);
  if (!key.ptr) return AX_NOMEM;
  size_t *count = ax_map_get(l->ids, key);
  if (count) {
    ++*count;
    return AX_OK;
  }
  count = AX_NEW(l->arena, size_t);
  if (!count) return AX_NOMEM;
  *count = 1;
  return ax_map_put(l->ids, key, count);
}

static ax_status add_div(links *l, const ax_bundle_entry *entry, ax_str div) {
  ax_xhtml html;
  AX_TRY(ax_fhir_xhtml_check(l->arena, div, &html));
  for (size_t i = 0; i < html.id_count; i++)
    AX_TRY(add_id(l, entry, html.ids[i]));
  return AX_OK;
}

static ax_status add_all(links *l, const ax_bundle_entry *entry, ax_str key,
                         const ax_json *value, unsigned depth) {
  if (depth > DEPTH_MAX) return AX_OK;
  if (value->kind == AX_JSON_STRING && ax_str_eq(key, AX_STR("div")))
    return add_div(l, entry, ax_json_text(value));
  for (size_t i = 0; i < ax_json_count(value); i++) {
    if (value->kind == AX_JSON_ARRAY)
      AX_TRY(add_all(l, entry, key, &value->u.items[i], depth + 1));
    else
      AX_TRY(add_all(l, entry, value->u.members[i].key,
                     &value->u.members[i].value, depth + 1));
  }
  return AX_OK;
}

static ax_status occurrences(links *l, const ax_bundle_entry *entry, ax_str id,
                             size_t *out) {
  ax_str whole = key_of(l, entry, AX_STR(""));
  if (!whole.ptr) return AX_NOMEM;
  if (!ax_map_get(l->read, whole)) {
    AX_TRY(ax_map_put(l->read, whole, l));
    AX_TRY(add_all(l, entry, AX_STR(""), entry->resource, 0));
  }
  ax_str key = key_of(l, entry, id);
  if (!key.ptr) return AX_NOMEM;
  const size_t *count = ax_map_get(l->ids, key);
  *out = count ? *count : 0;
  return AX_OK;
}

/* --- the links -------------------------------------------------------------
 */

static void report(const links *l, ax_issue_type type, const char *id,
                   const ax_bundle_entry *from, ax_str link, const char *what) {
  ax_walk_issue(l->walk, AX_ERROR, type, id, l->bundle,
                "The narrative link '" AX_STR_FMT "' of entry[%zu] %s",
                AX_STR_ARG(link), from->i, what);
}

static ax_status check_link(links *l, const ax_bundle_entry *from,
                            ax_str link) {
  ax_str id = link, target = ax_str_cut(&id, '#');
  const ax_bundle_entry *entry = from;
  size_t count = 0;
  if (target.len) entry = ax_fhir_bundle_by_url(l->walk->bundle, target);
  if (target.len && (!entry || !entry->resource)) {
    report(l, AX_ISSUE_NOT_FOUND, "narrative-link", from, link,
           "leads to no resource of this Bundle");
    return AX_OK;
  }
  if (!id.len) return AX_OK;
  AX_TRY(occurrences(l, entry, id, &count));
  if (count == 0)
    report(l, AX_ISSUE_NOT_FOUND, "narrative-link", from, link,
           "leads to an id that is in no narrative there");
  if (count > 1)
    report(l, AX_ISSUE_INVALID, "narrative-link-ambiguous", from, link,
           "leads to an id that the narratives there have more than once");
  return AX_OK;
}

static ax_str link_of(const ax_json *value) {
  static const char url[] =
      "http://hl7.org/fhir/StructureDefinition/narrativeLink";
  if (!ax_json_is(value, AX_JSON_OBJECT) ||
      !ax_str_eq(AX_JSON_STR(value, "url"), ax_str_from(url)))
    return AX_STR("");
  ax_str link = AX_JSON_STR(value, "valueUrl");
  return link.len ? link : AX_JSON_STR(value, "valueUri");
}

static ax_status check_all(links *l, const ax_bundle_entry *from,
                           const ax_json *value, unsigned depth) {
  ax_str link = link_of(value);
  if (link.len) return check_link(l, from, link);
  for (size_t i = 0; depth < DEPTH_MAX && i < ax_json_count(value); i++)
    AX_TRY(check_all(l, from,
                     value->kind == AX_JSON_ARRAY ? &value->u.items[i]
                                                  : &value->u.members[i].value,
                     depth + 1));
  return AX_OK;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  (void)self;
  if (walk->bundle_json != place->value ||
      !ax_str_eq(AX_JSON_STR(place->value, "type"), AX_STR("document")))
    return;
  ax_arena *arena = ax_walk_scratch(walk);
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  links l = { walk, place, arena, ax_map_new(arena), ax_map_new(arena) };
  ax_status status = l.ids && l.read ? AX_OK : AX_NOMEM;
  for (size_t i = 0; !status && i < ax_fhir_bundle_count(walk->bundle); i++) {
    const ax_bundle_entry *entry = ax_fhir_bundle_at(walk->bundle, i);
    if (entry->resource) status = check_all(&l, entry, entry->resource, 0);
  }
  if (status) walk->no_memory = true;
  ax_arena_rewind(arena, mark);
}

const ax_check_kind ax_check_narrative_link = { "narrative-link", compile, run,
                                                ax_check_explain };
