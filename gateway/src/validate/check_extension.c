/*
 * Extensions: a value or extensions and not both (ext-1), an absolute url
 * outside complex extensions, and what the definition named by the url says,
 * where that is loaded (R4 extensibility.html).
 */
#include <string.h>

#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  if (!source->is_root || !ax_str_eq(source->type, AX_STR("Extension")) ||
      source->base)
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

static bool has_value(const ax_json *extension) {
  for (uint32_t i = 0; i < extension->count; i++) {
    ax_str key = extension->u.members[i].key;
    if (ax_str_starts(key, AX_STR("_"))) key = ax_str_skip(key, 1);
    if (ax_str_starts(key, AX_STR("value"))) return true;
  }
  return false;
}

/* ext-1 */
static void check_content(ax_walk *walk, const ax_place *place) {
  bool value = has_value(place->value);
  bool nested = ax_json_count(AX_JSON_GET(place->value, "extension")) > 0;
  if (value == nested)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVARIANT, "extension-content",
                  place,
                  value ? "An extension has a value or extensions, not both "
                          "(ext-1)"
                        : "An extension has a value or extensions; this one "
                          "has neither (ext-1)");
}

static bool is_inside_extension(const ax_place *place) {
  const ax_place *up = place->up;
  return up && (ax_str_eq(up->name, AX_STR("extension")) ||
                ax_str_eq(up->name, AX_STR("modifierExtension")));
}

static void check_definition(ax_walk *walk, const ax_place *place, ax_str url) {
  const ax_schema *schema = ax_walk_schema(walk, url);
  if (schema && !schema->broken &&
      ax_str_eq(schema->type, AX_STR("Extension"))) {
    ax_walk_profile(walk, place, schema);
    return;
  }
  if (schema && !schema->broken)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "extension-not-one",
                  place,
                  "'" AX_STR_FMT "' defines a " AX_STR_FMT ", not an extension",
                  AX_STR_ARG(url), AX_STR_ARG(schema->type));
  else
    ax_walk_issue(walk, walk->options.unknown_extension, AX_ISSUE_STRUCTURE,
                  "extension-unknown", place,
                  "The extension '" AX_STR_FMT
                  "' is not defined in the loaded packages",
                  AX_STR_ARG(url));
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  (void)self;
  if (!ax_json_is(place->value, AX_JSON_OBJECT)) return;
  check_content(walk, place);
  ax_str url = AX_JSON_STR(place->value, "url");
  if (!url.len) return;
  bool absolute = memchr(url.ptr, ':', url.len) != NULL;
  if (absolute)
    check_definition(walk, place, url);
  else if (!is_inside_extension(place))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "extension-url", place,
                  "The extension's url '" AX_STR_FMT "' must be absolute",
                  AX_STR_ARG(url));
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_extension = { "extension", compile, run, explain };
