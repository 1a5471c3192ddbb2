/*
 * walk_resource.c - one resource: which type it is, where it stands (on its
 * own, in a Bundle's entry, contained), and which profiles it is held to.
 */
#include <stdio.h>

#include "validate/check.h"
#include "validate/implied.h"
#include "validate/implied_map.h"

enum { TYPE_NAME = 80, TYPE_URL = 200 };

/* What the walk knows about the resource it is inside of. */
typedef struct {
  const ax_json *resource, *contained;
  const ax_bundle_entry *entry;
} surroundings;

static bool is_named(const ax_place *place, const char *name) {
  return place && ax_str_eq(place->name, ax_str_from(name));
}

/* --- contained -------------------------------------------------------------
 */

static void check_contained(ax_walk *walk, const ax_place *place) {
  if (walk->contained)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVARIANT, "contained-nested", place,
                  "A contained resource must not contain another (dom-2)");
  if (!AX_JSON_STR(place->value, "id").len)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "contained-no-id", place,
                  "A contained resource must have an id, or nothing can refer "
                  "to it");
}

/* --- profiles --------------------------------------------------------------
 */

static bool is_about(const ax_schema *schema, ax_str type) {
  return ax_str_eq(schema->type, type) ||
         ax_str_eq(schema->type, AX_STR("Resource")) ||
         ax_str_eq(schema->type, AX_STR("DomainResource"));
}

static void hold_to(ax_walk *walk, const ax_place *place, ax_str type,
                    ax_str canonical, const ax_place *claim,
                    ax_severity unknown) {
  const ax_schema *schema = ax_walk_schema(walk, canonical);
  if (!schema)
    ax_walk_issue(walk, unknown, AX_ISSUE_STRUCTURE, "profile-unknown", claim,
                  "The profile '" AX_STR_FMT
                  "' is not in the loaded packages, so nothing was held to it",
                  AX_STR_ARG(canonical));
  else if (schema->broken)
    ax_walk_issue(walk, unknown, AX_ISSUE_STRUCTURE, "profile-broken", claim,
                  "The profile '" AX_STR_FMT "' cannot be used: %s",
                  AX_STR_ARG(canonical), schema->broken);
  else if (!is_about(schema, type))
    ax_walk_issue(
        walk, AX_ERROR, AX_ISSUE_STRUCTURE, "profile-wrong-type", claim,
        "The profile '" AX_STR_FMT "' is about " AX_STR_FMT
        ", not about " AX_STR_FMT,
        AX_STR_ARG(canonical), AX_STR_ARG(schema->type), AX_STR_ARG(type));
  else if (schema->is_profile)
    ax_walk_profile(walk, place, schema);
}

static bool was_asked(const ax_str *profiles, size_t count, ax_str canonical) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(profiles[i], canonical)) return true;
  return false;
}

static bool is_same(ax_str claim, ax_str canonical) {
  return ax_str_eq(ax_str_cut(&claim, '|'), canonical);
}

/* Holds the resource to a profile of its type that its code implies, unless it
 * is held to it already. */
static void walk_implied(ax_walk *walk, const ax_place *place, ax_str type,
                         const ax_json *claims, const ax_str *profiles,
                         size_t count, ax_str canonical) {
  for (size_t i = 0; i < count; i++)
    if (is_same(profiles[i], canonical)) return;
  for (size_t i = 0; i < ax_json_count(claims); i++)
    if (is_same(ax_json_text(ax_json_item(claims, i)), canonical)) return;
  const ax_schema *schema = ax_walk_schema(walk, canonical);
  if (schema && !schema->broken && schema->is_profile &&
      ax_str_eq(schema->type, type))
    ax_walk_profile(walk, place, schema);
}

static void walk_all_implied(ax_walk *walk, const ax_place *place, ax_str type,
                             const ax_json *claims, const ax_str *profiles,
                             size_t count) {
  ax_str implied[AX_IMPLIED_MAP_MOST];
  size_t found = 0;
  if (ax_str_eq(type, AX_STR("Observation"))) {
    ax_str vital =
        ax_implied_profile(place->value, walk->options.vital_signs_by_any_code);
    if (vital.len)
      walk_implied(walk, place, type, claims, profiles, count, vital);
  }
  if (walk->implied)
    found = ax_implied_map_find(walk->implied, place->value, implied,
                                AX_COUNT(implied));
  for (size_t i = 0; i < found; i++)
    walk_implied(walk, place, type, claims, profiles, count, implied[i]);
}

static void walk_profiles(ax_walk *walk, const ax_place *place, ax_str type,
                          const ax_str *profiles, size_t count) {
  const ax_json *meta = AX_JSON_GET(place->value, "meta");
  const ax_json *claims = AX_JSON_GET(meta, "profile");
  const ax_place at_meta = {
    .up = place, .name = AX_STR("meta"), .index = AX_PLACE_SINGLE, .value = meta
  };
  for (size_t i = 0; i < count; i++)
    hold_to(walk, place, type, profiles[i], place, AX_ERROR);
  for (size_t i = 0; i < ax_json_count(claims); i++) {
    const ax_place claim = { .up = &at_meta,
                             .name = AX_STR("profile"),
                             .index = i,
                             .value = ax_json_item(claims, i) };
    ax_str canonical = ax_json_text(claim.value);
    if (canonical.len && !was_asked(profiles, count, canonical))
      hold_to(walk, place, type, canonical, &claim,
              walk->options.unknown_profile);
  }
  if (!walk->claimed_only)
    walk_all_implied(walk, place, type, claims, profiles, count);
}

/* --- the resource ----------------------------------------------------------
 */

static const ax_schema *schema_of(ax_walk *walk, ax_str type) {
  char url[TYPE_URL];
  if (type.len > TYPE_NAME) return NULL;
  int len = snprintf(url, sizeof url,
                     "http://hl7.org/fhir/StructureDefinition/" AX_STR_FMT,
                     AX_STR_ARG(type));
  const ax_schema *schema = ax_walk_schema(walk, (ax_str){ url, (size_t)len });
  return schema && !schema->broken ? schema : NULL;
}

static bool open_bundle(ax_walk *walk, const ax_place *place, ax_str type) {
  if (walk->bundle || !ax_str_eq(type, AX_STR("Bundle"))) return false;
  ax_arena *arena = ax_walk_scratch(walk);
  if (!arena || ax_fhir_bundle_index(arena, place->value, &walk->bundle)) {
    walk->no_memory = true;
    walk->bundle = NULL;
    return false;
  }
  walk->bundle_json = place->value;
  return true;
}

static surroundings enter(ax_walk *walk, const ax_place *place) {
  const surroundings outer = { walk->resource, walk->contained, walk->entry };
  if (is_named(place, "contained") && walk->resource) {
    check_contained(walk, place);
    walk->contained = place->value;
    return outer;
  }
  walk->resource = place->value;
  walk->contained = NULL;
  const ax_place *up = place->up;
  if (is_named(up, "entry") && up->up && walk->bundle &&
      up->up->value == walk->bundle_json && up->index != AX_PLACE_SINGLE)
    walk->entry = ax_fhir_bundle_at(walk->bundle, up->index);
  return outer;
}

static void walk_known(ax_walk *walk, const ax_place *place, ax_str type,
                       const ax_str *profiles, size_t profile_count) {
  const ax_schema *schema = schema_of(walk, type);
  if (!schema) {
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_NOT_SUPPORTED, "type-unusable",
                  place, "The definition of " AX_STR_FMT " cannot be used",
                  AX_STR_ARG(type));
    return;
  }
  size_t displays = walk->displays.count;
  bool opened = open_bundle(walk, place, type);
  const surroundings outer = enter(walk, place);
  ax_walk_base(walk, place, schema);
  walk_profiles(walk, place, type, profiles, profile_count);
  ax_walk_display_report(walk, displays);
  walk->resource = outer.resource;
  walk->contained = outer.contained;
  walk->entry = outer.entry;
  if (opened) {
    walk->bundle = NULL;
    walk->bundle_json = NULL;
  }
}

void ax_walk_resource(ax_walk *walk, const ax_place *place,
                      const ax_str *profiles, size_t profile_count) {
  ax_str type = AX_JSON_STR(place->value, "resourceType");
  if (walk->options.skip_contained && walk->resource &&
      is_named(place, "contained"))
    return;
  if (!ax_json_is(place->value, AX_JSON_OBJECT))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "resource-not-object",
                  place, "A resource must be a JSON object");
  else if (!type.len)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "resource-no-type", place,
                  "A resource must say what it is in 'resourceType'");
  else if (!ax_registry_is_resource(walk->registry, type))
    ax_walk_issue(
        walk, AX_ERROR, AX_ISSUE_INVALID, "resource-unknown-type", place,
        "'" AX_STR_FMT "' is no resource type of R4",
        AX_STR_ARG(ax_walk_shown(AX_JSON_GET(place->value, "resourceType"))));
  else
    walk_known(walk, place, type, profiles, profile_count);
}
