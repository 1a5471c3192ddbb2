/*
 * walk_conform.c - does a value conform to a profile? A walk that reports
 * nothing and stops at the first fault. What was found out about a resource is
 * remembered, so that profiles that ask about each other's references cost each
 * pair once; a pair that is being looked at counts as conforming.
 */
#include "validate/walk_find.h"

static const char YES[] = "yes", NO[] = "no";

static bool is_about(const ax_schema *schema, ax_str type) {
  return ax_str_eq(schema->type, type) ||
         ax_str_eq(schema->type, AX_STR("Resource")) ||
         ax_str_eq(schema->type, AX_STR("DomainResource"));
}

static const ax_schema *usable(ax_walk *walk, ax_str canonical) {
  const ax_schema *schema = ax_walk_schema(walk, canonical);
  return schema && !schema->broken ? schema : NULL;
}

static bool walk_quietly(ax_walk *walk, const ax_place *place,
                         const ax_schema *schema) {
  size_t faults = walk->faults;
  walk->faults = 0;
  walk->quiet++;
  ax_walk_profile(walk, place, schema);
  bool fine = walk->faults == 0;
  walk->quiet--;
  walk->faults = faults;
  return fine;
}

/* A resource and a schema as a key; empty without memory. */
static ax_str key_of(ax_walk *walk, const ax_json *resource,
                     const ax_schema *schema) {
  ax_arena *arena = ax_walk_scratch(walk);
  if (arena && !walk->verdicts) walk->verdicts = ax_map_new(arena);
  if (!arena || !walk->verdicts) {
    walk->no_memory = true;
    return AX_STR("");
  }
  const void *pair[] = { resource, schema };
  return ax_arena_str(arena, (ax_str){ (const char *)pair, sizeof pair });
}

static void remember(ax_walk *walk, ax_str key, const char *verdict) {
  union {
    const char *in;
    void *out;
  } value = { verdict };
  if (ax_map_put(walk->verdicts, key, value.out)) walk->no_memory = true;
}

static bool judge(ax_walk *walk, const ax_walk_target *target,
                  const ax_schema *schema) {
  const ax_json *resource = walk->resource, *contained = walk->contained;
  const ax_bundle_entry *entry = walk->entry;
  const ax_place place = { .name = schema->type,
                           .index = AX_PLACE_SINGLE,
                           .value = target->resource };
  if (!target->is_contained) {
    walk->resource = target->resource;
    walk->entry = target->entry;
  }
  walk->contained = target->is_contained ? target->resource : NULL;
  bool fine = walk_quietly(walk, &place, schema);
  walk->resource = resource;
  walk->contained = contained;
  walk->entry = entry;
  return fine;
}

bool ax_walk_target_conforms(ax_walk *walk, const ax_walk_target *target,
                             ax_str canonical) {
  const ax_schema *schema = usable(walk, canonical);
  if (!schema ||
      !is_about(schema, AX_JSON_STR(target->resource, "resourceType")))
    return false;
  if (!schema->is_profile) return true;
  ax_str key = key_of(walk, target->resource, schema);
  if (!key.len) return false;
  const char *known = ax_map_get(walk->verdicts, key);
  if (known) return known[0] == YES[0];
  remember(walk, key, YES);
  bool fine = judge(walk, target, schema);
  if (!fine) remember(walk, key, NO);
  return fine;
}

bool ax_walk_value_conforms(ax_walk *walk, const ax_json *value,
                            const ax_place *place, ax_str canonical) {
  if (AX_JSON_STR(value, "resourceType").len) {
    const ax_walk_target target = { value, walk->contained == value,
                                    walk->entry };
    return ax_walk_target_conforms(walk, &target, canonical);
  }
  const ax_schema *schema = usable(walk, canonical);
  const ax_place alone = { .name = AX_STR("$this"),
                           .index = AX_PLACE_SINGLE,
                           .value = value };
  return schema &&
         (!schema->is_profile ||
          walk_quietly(walk, place && place->value == value ? place : &alone,
                       schema));
}
