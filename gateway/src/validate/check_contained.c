/*
 * A contained resource is there because something refers to it, or because it
 * refers to what contains it (R4 references.html#contained, dom-3); and no two
 * have the same id.
 *
 * Like the constraint this looks at references, canonicals and URLs; it takes
 * any text "#id" for one of them.
 */
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  if (!source->is_root || source->is_profile ||
      !ax_registry_is_resource(source->registry, source->type))
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

static bool is_fragment(const ax_json *value) {
  return ax_json_is(value, AX_JSON_STRING) && value->count &&
         value->u.text[0] == '#';
}

static const ax_json *child(const ax_json *value, size_t i) {
  return value->kind == AX_JSON_ARRAY ? &value->u.items[i]
                                      : &value->u.members[i].value;
}

/* Depth is bounded by the parser. */
static ax_status collect(const ax_json *value, ax_map *fragments) {
  union {
    const ax_json *in;
    void *out;
  } kept = { value };
  if (is_fragment(value))
    return ax_map_put(fragments, ax_json_text(value), kept.out);
  for (size_t i = 0; i < ax_json_count(value); i++)
    AX_TRY(collect(child(value, i), fragments));
  return AX_OK;
}

static bool refers_to_container(const ax_json *value) {
  if (is_fragment(value)) return value->count == 1;
  for (size_t i = 0; i < ax_json_count(value); i++)
    if (refers_to_container(child(value, i))) return true;
  return false;
}

static void report_unused(ax_walk *walk, const ax_place *at, ax_str id,
                          ax_arena *arena) {
  ax_walk_report(walk,
                 (ax_issue){ .severity = AX_ERROR,
                             .type = AX_ISSUE_INVALID,
                             .id = "contained-unused",
                             .rule = AX_STR("dom-3") },
                 at, at->value,
                 ax_arena_printf(arena,
                                 "The contained resource '" AX_STR_FMT
                                 "' is not referenced to from elsewhere in the "
                                 "containing resource nor does it refer to the "
                                 "containing resource (dom-3)",
                                 AX_STR_ARG(id))
                     .ptr);
}

static ax_status check_one(ax_walk *walk, const ax_place *at,
                           const ax_map *fragments, ax_map *ids,
                           ax_arena *arena) {
  ax_str id = AX_JSON_STR(at->value, "id");
  union {
    const ax_json *in;
    void *out;
  } kept = { at->value };
  if (!id.len) return AX_OK;
  ax_str key = ax_arena_printf(arena, "#" AX_STR_FMT, AX_STR_ARG(id));
  if (!key.ptr) return AX_NOMEM;
  if (!ax_map_get(fragments, key) && !refers_to_container(at->value))
    report_unused(walk, at, id, arena);
  if (!ax_map_get(ids, id)) return ax_map_put(ids, id, kept.out);
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "contained-repeated", at,
                "Another contained resource has the id '" AX_STR_FMT
                "' already, so a reference to it leads to two",
                AX_STR_ARG(id));
  return AX_OK;
}

static ax_status check_all(ax_walk *walk, const ax_place *place,
                           const ax_json *list, ax_arena *arena) {
  ax_map *fragments = ax_map_new(arena), *ids = ax_map_new(arena);
  if (!fragments || !ids) return AX_NOMEM;
  AX_TRY(collect(place->value, fragments));
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_place at = ax_place_item(place, AX_STR("contained"), i);
    AX_TRY(check_one(walk, &at, fragments, ids, arena));
  }
  return AX_OK;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const ax_json *list = AX_JSON_GET(place->value, "contained");
  (void)self;
  if (!ax_json_count(list) || walk->contained || walk->options.skip_contained)
    return;
  ax_arena *arena = ax_walk_scratch(walk);
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  if (check_all(walk, place, list, arena)) walk->no_memory = true;
  ax_arena_rewind(arena, mark);
}

const ax_check_kind ax_check_contained = { "contained", compile, run,
                                           ax_check_explain };
