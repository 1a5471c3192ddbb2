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

bool ax_walk_find_target(ax_walk *walk, ax_str text, ax_walk_target *out) {
  const ax_bundle_entry *entry = NULL;
  *out = (ax_walk_target){ 0 };
  if (text.len && text.ptr[0] == '#') {
    out->resource = ax_walk_find_fragment(walk, ax_str_skip(text, 1));
    out->is_contained = out->resource && out->resource != walk->resource;
    out->entry = walk->entry;
  } else if (text.len && walk->bundle &&
             ax_fhir_bundle_resolve(walk->bundle, walk->entry, text, &entry) ==
                 AX_BUNDLE_BY_URL) {
    out->resource = entry->resource;
    out->entry = entry;
  }
  return out->resource != NULL;
}

ax_str ax_walk_find_type(ax_walk *walk, ax_str text) {
  ax_walk_target target;
  return ax_walk_find_target(walk, text, &target)
             ? AX_JSON_STR(target.resource, "resourceType")
             : AX_STR("");
}

ax_str ax_walk_type_named(ax_walk *walk, const ax_json *reference,
                          ax_str text) {
  ax_str type = ax_fhir_reference_parse(text).type;
  if (ax_registry_is_resource(walk->registry, type)) return type;
  return AX_JSON_STR(reference, "type");
}
