/*
 * Extensions: a value or extensions and not both (ext-1), an absolute url
 * outside complex extensions, and what the definition named by the url says,
 * where that is loaded (R4 extensibility.html).
 */
#include <string.h>

#include "validate/check.h"
#include "validate/context.h"

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

static bool is_extension(const ax_place *place) {
  return place && (ax_str_eq(place->name, AX_STR("extension")) ||
                   ax_str_eq(place->name, AX_STR("modifierExtension")));
}

static bool is_absolute(ax_str url) {
  return memchr(url.ptr, ':', url.len) != NULL;
}

/* "http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.x": R4 defines
 * one for every element of the other versions (versions.html#extensions), whose
 * definitions are not here. */
static bool is_of_other_version(const ax_walk *walk, ax_str url) {
  static const char *const versions[] = { "1.0", "3.0", "4.0", "4.3", "5.0" };
  static const char base[] = "http://hl7.org/fhir/";
  static const char name[] = "StructureDefinition/extension-";
  if (!ax_str_starts(url, ax_str_from(base))) return false;
  url = ax_str_skip(url, sizeof base - 1);
  ax_str version = ax_str_cut(&url, '/');
  if (!ax_str_starts(url, ax_str_from(name))) return false;
  url = ax_str_skip(url, sizeof name - 1);
  ax_str type = ax_str_cut(&url, '.');
  for (size_t i = 0; url.len && i < AX_COUNT(versions); i++)
    if (ax_str_eq(version, ax_str_from(versions[i])))
      return ax_registry_has_type(walk->registry, type);
  return false;
}

static void report_unknown(ax_walk *walk, const ax_place *place, ax_str url) {
  bool modifier = ax_str_eq(place->name, AX_STR("modifierExtension"));
  if (!modifier && is_of_other_version(walk, url)) {
    ax_walk_issue(walk, AX_WARNING, AX_ISSUE_INFORMATIONAL,
                  "extension-other-version", place,
                  "The extension '" AX_STR_FMT
                  "' stands for an element of another version of FHIR, whose "
                  "definitions are not loaded, so its value was not checked",
                  AX_STR_ARG(url));
    return;
  }
  ax_walk_issue(walk, modifier ? AX_ERROR : walk->options.unknown_extension,
                AX_ISSUE_STRUCTURE, "extension-unknown", place,
                modifier
                    ? "The modifier extension '" AX_STR_FMT
                      "' is not defined in the loaded packages, so what is "
                      "said here cannot be understood"
                    : "The extension '" AX_STR_FMT
                      "' is not defined in the loaded packages",
                AX_STR_ARG(url));
}

static void check_definition(ax_walk *walk, const ax_place *place, ax_str url) {
  const ax_schema *schema = ax_walk_schema(walk, url);
  if (!schema || schema->broken) {
    report_unknown(walk, place, url);
  } else if (!ax_str_eq(schema->type, AX_STR("Extension"))) {
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "extension-not-one",
                  place,
                  "'" AX_STR_FMT "' defines a " AX_STR_FMT ", not an extension",
                  AX_STR_ARG(url), AX_STR_ARG(schema->type));
  } else {
    ax_context_check(schema, walk, place);
    ax_walk_profile(walk, place, schema);
  }
}

/* --- extensions within an extension ----------------------------------------
 */

static const ax_schema_element *sub_extensions(const ax_schema_element *e) {
  for (size_t i = 0; e && e->children && i < e->children->count; i++)
    if (ax_str_eq(e->children->elements[i]->name, AX_STR("extension")))
      return e->children->elements[i];
  return NULL;
}

/* What defines the extension at `place`; NULL: it is not known. Recursion as
 * deep as extensions are nested. */
static const ax_schema_element *definition_of(ax_walk *walk,
                                              const ax_place *place) {
  ax_str url = AX_JSON_STR(place->value, "url");
  if (!url.len) return NULL;
  if (is_absolute(url)) {
    const ax_schema *schema = ax_walk_schema(walk, url);
    return schema && !schema->broken ? schema->root : NULL;
  }
  const ax_schema_element *list =
      is_extension(place->up) ? sub_extensions(definition_of(walk, place->up))
                              : NULL;
  for (size_t i = 0; list && i < list->slice_count; i++)
    if (ax_str_eq(list->slices[i]->wants_url, url)) return list->slices[i];
  return NULL;
}

static void check_sub_extension(ax_walk *walk, const ax_place *place,
                                ax_str url) {
  const ax_schema_element *list =
      sub_extensions(definition_of(walk, place->up));
  if (!list || !list->slice_count || definition_of(walk, place)) return;
  ax_str outer = AX_JSON_STR(place->up->value, "url");
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "extension-sub-unknown",
                place,
                "The extension '" AX_STR_FMT "' has no part '" AX_STR_FMT "'",
                AX_STR_ARG(outer), AX_STR_ARG(url));
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  (void)self;
  if (!ax_json_is(place->value, AX_JSON_OBJECT)) return;
  check_content(walk, place);
  ax_str url = AX_JSON_STR(place->value, "url");
  if (!url.len) return;
  if (is_absolute(url))
    check_definition(walk, place, url);
  else if (is_extension(place->up))
    check_sub_extension(walk, place, url);
  else
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "extension-url", place,
                  "The extension's url '" AX_STR_FMT "' must be absolute",
                  AX_STR_ARG(url));
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_extension = { "extension", compile, run, explain };
