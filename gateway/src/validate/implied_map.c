#include "validate/implied_map.h"

#include <string.h>

#include "base/map.h"
#include "fhir/fhir_icd10.h"

enum { KEY_MAX = 200, SHORTEST_CATEGORY = 3 };

struct ax_implied_map {
  ax_map *profiles; /* "system|code" -> ax_str, a canonical */
};

/* All of ICD-10 counts as one system. */
static ax_str system_of(ax_str system) {
  return ax_fhir_icd10_is(system) ? ax_fhir_icd10_systems[0] : system;
}

static bool has_categories(ax_str system) {
  return ax_fhir_icd10_is(system) ||
         ax_str_eq(system, AX_STR("http://www.whocc.no/atc"));
}

static ax_status fault(ax_error *err, size_t group, const char *what) {
  return ax_error_set(err, AX_INVALID, "ConceptMap.group[%zu] has no %s", group,
                      what);
}

static ax_status put(ax_arena *arena, ax_map *map, ax_str system, ax_str code,
                     ax_str folder, ax_str name) {
  ax_str key = ax_arena_printf(arena, AX_STR_FMT "|" AX_STR_FMT,
                               AX_STR_ARG(system), AX_STR_ARG(code));
  ax_str *profile = AX_NEW(arena, ax_str);
  if (!key.ptr || !profile) return AX_NOMEM;
  *profile = ax_arena_printf(arena, AX_STR_FMT "/" AX_STR_FMT,
                             AX_STR_ARG(folder), AX_STR_ARG(name));
  return profile->ptr ? ax_map_put(map, key, profile) : AX_NOMEM;
}

static ax_status compile_group(ax_arena *arena, ax_map *map,
                               const ax_json *group, size_t number,
                               ax_error *err) {
  ax_str source = AX_JSON_STR(group, "source");
  ax_str target = AX_JSON_STR(group, "target");
  const ax_json *elements = AX_JSON_GET(group, "element");
  if (!source.len) return fault(err, number, "source");
  if (!target.len) return fault(err, number, "target");
  for (size_t i = 0; i < ax_json_count(elements); i++) {
    const ax_json *element = ax_json_item(elements, i);
    ax_str code = AX_JSON_STR(element, "code");
    ax_str name =
        AX_JSON_STR(ax_json_item(AX_JSON_GET(element, "target"), 0), "code");
    if (!code.len || !name.len) return fault(err, number, "code in an element");
    AX_TRY(put(arena, map, system_of(source), code, target, name));
  }
  return AX_OK;
}

ax_status ax_implied_map_compile(ax_arena *arena, const ax_json *map,
                                 ax_implied_map **out, ax_error *err) {
  const ax_json *groups = AX_JSON_GET(map, "group");
  ax_implied_map *made = AX_NEW(arena, ax_implied_map);
  if (made) made->profiles = ax_map_new(arena);
  if (!made || !made->profiles) return AX_NOMEM;
  for (size_t i = 0; i < ax_json_count(groups); i++)
    AX_TRY(
        compile_group(arena, made->profiles, ax_json_item(groups, i), i, err));
  *out = made;
  return AX_OK;
}

static const ax_str *look_up(const ax_implied_map *map, ax_str system,
                             ax_str code) {
  char key[KEY_MAX];
  if (system.len + 1 + code.len > sizeof key) return NULL;
  memcpy(key, system.ptr, system.len);
  key[system.len] = '|';
  memcpy(key + system.len + 1, code.ptr, code.len);
  return ax_map_get(map->profiles, (ax_str){ key, system.len + 1 + code.len });
}

/* The entry of the code, or of the nearest category above it. */
static const ax_str *profile_of(const ax_implied_map *map,
                                const ax_json *coding) {
  ax_str system = system_of(AX_JSON_STR(coding, "system"));
  ax_str code = AX_JSON_STR(coding, "code");
  if (!system.len || !code.len) return NULL;
  const ax_str *found = look_up(map, system, code);
  if (!has_categories(system)) return found;
  while (!found && code.len > SHORTEST_CATEGORY) {
    code.len--;
    found = look_up(map, system, code);
  }
  return found;
}

static bool is_listed(const ax_str *profiles, size_t count, ax_str profile) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(profiles[i], profile)) return true;
  return false;
}

size_t ax_implied_map_find(const ax_implied_map *map, const ax_json *resource,
                           ax_str *profiles, size_t max) {
  size_t count = 0;
  const ax_json *code = AX_JSON_GET(resource, "code");
  if (!code) code = AX_JSON_GET(resource, "medicationCodeableConcept");
  const ax_json *codings = AX_JSON_GET(code, "coding");
  for (size_t i = 0; i < ax_json_count(codings) && count < max; i++) {
    const ax_str *found = profile_of(map, ax_json_item(codings, i));
    if (found && !is_listed(profiles, count, *found))
      profiles[count++] = *found;
  }
  return count;
}
