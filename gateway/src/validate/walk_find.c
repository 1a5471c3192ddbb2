#include "validate/walk_find.h"

static bool index_contained(ax_walk *walk) {
  ax_arena *arena = ax_walk_scratch(walk);
  ax_map *map = arena ? ax_map_new(arena) : NULL;
  const ax_json *list = AX_JSON_GET(walk->resource, "contained");
  bool fine = map != NULL;
  for (size_t i = 0; fine && i < ax_json_count(list); i++) {
    union {
      const ax_json *in;
      void *out;
    } item = { ax_json_item(list, i) };
    ax_str id = AX_JSON_STR(item.in, "id");
    if (id.len && ax_map_put(map, id, item.out)) fine = false;
  }
  if (!fine) walk->no_memory = true;
  walk->fragments = map;
  walk->fragments_of = walk->resource;
  return fine;
}

const ax_json *ax_walk_find_fragment(ax_walk *walk, ax_str id) {
  if (!id.len) return walk->resource;
  if (walk->fragments_of != walk->resource && !index_contained(walk))
    return NULL;
  return walk->fragments ? ax_map_get(walk->fragments, id) : NULL;
}

ax_str ax_walk_find_type(ax_walk *walk, ax_str text) {
  const ax_bundle_entry *found = NULL;
  if (!walk->bundle) return AX_STR("");
  if (ax_fhir_bundle_resolve(walk->bundle, walk->entry, text, &found) !=
      AX_BUNDLE_BY_URL)
    return AX_STR("");
  return found ? found->type : AX_STR("");
}
