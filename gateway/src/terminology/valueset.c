#include "terminology/valueset.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"
#include "terminology/valueset_compile.h"

enum { MEMORY_MAX = 1024u << 20 };

/* A value set that is being compiled: asked for again, it includes itself. */
static const ax_valueset itself = { .why = "the value set includes itself" };
static const ax_valueset broken = { .why = "the value set cannot be compiled" };
static const ax_valueset absent = { .why = "the value set is not loaded" };

/* Tables hold pointers to these, so that a NULL can be remembered too. */
typedef struct {
  const ax_valueset *set;
  const ax_codesystem *system;
} slot;

struct ax_valuesets {
  ax_arena *arena;
  ax_registry *registry;
  bool (*is_unit)(ax_str code);
  ax_map *sets, *systems; /* canonical as asked -> slot */
  pthread_rwlock_t lock;  /* guards the tables and the arena */
};

ax_status ax_valueset_new(ax_registry *registry, ax_valuesets **out,
                          ax_error *err) {
  ax_valuesets *s = calloc(1, sizeof *s);
  if (!s || pthread_rwlock_init(&s->lock, NULL) != 0) {
    free(s);
    return ax_error_set(err, AX_NOMEM, "no memory for the terminology");
  }
  s->registry = registry;
  s->arena = ax_arena_new(MEMORY_MAX);
  s->sets = s->arena ? ax_map_new(s->arena) : NULL;
  s->systems = s->sets ? ax_map_new(s->arena) : NULL;
  if (!s->systems) {
    ax_valueset_free(s);
    return ax_error_set(err, AX_NOMEM, "no memory for the terminology");
  }
  *out = s;
  return AX_OK;
}

void ax_valueset_free(ax_valuesets *sets) {
  if (!sets) return;
  ax_arena_free(sets->arena);
  (void)pthread_rwlock_destroy(&sets->lock);
  free(sets);
}

void ax_valueset_set_ucum(ax_valuesets *sets, bool (*is_unit)(ax_str code)) {
  sets->is_unit = is_unit;
}

/* --- compiling, with the lock held for writing
 * ---------------------------------- */

static slot *new_slot(ax_valuesets *s, ax_map *table, ax_str url) {
  slot *made = AX_NEW(s->arena, slot);
  ax_str key = ax_arena_str(s->arena, url);
  if (!made || !key.ptr || ax_map_put(table, key, made)) return NULL;
  return made;
}

static const ax_codesystem *compiled_system(void *ctx, ax_str url) {
  ax_valuesets *s = ctx;
  slot *known = ax_map_get(s->systems, url);
  if (known) return known->system;
  const ax_json *resource =
      ax_registry_find(s->registry, AX_DEF_CODE_SYSTEM, url);
  slot *made = new_slot(s, s->systems, url);
  ax_codesystem *system = NULL;
  if (!made || !resource || !AX_JSON_GET(resource, "concept")) return NULL;
  if (AX_JSON_GET(resource, "supplements") ||
      ax_str_eq(AX_JSON_STR(resource, "content"), AX_STR("supplement")))
    return NULL;
  if (ax_codesystem_compile(s->arena, resource, &system)) return NULL;
  made->system = system;
  return system;
}

static const ax_valueset *compiled_set(void *ctx, ax_str url) {
  ax_valuesets *s = ctx;
  slot *known = ax_map_get(s->sets, url);
  if (known) return known->set;
  slot *made = new_slot(s, s->sets, url);
  if (!made) return &broken;
  made->set = &itself;
  const ax_json *resource =
      ax_registry_find(s->registry, AX_DEF_VALUE_SET, url);
  const ax_valueset_source source = { s, compiled_system, compiled_set };
  ax_valueset *set = NULL;
  if (!resource)
    made->set = &absent;
  else if (ax_valueset_compile(s->arena, resource, &source, &set))
    made->set = &broken;
  else
    made->set = set;
  return made->set;
}

/* --- asking
 * ------------------------------------------------------------------------ */

static const ax_valueset *get_set(ax_valuesets *s, ax_str url) {
  (void)pthread_rwlock_rdlock(&s->lock);
  slot *known = ax_map_get(s->sets, url);
  const ax_valueset *set = known ? known->set : NULL;
  (void)pthread_rwlock_unlock(&s->lock);
  if (set) return set;
  (void)pthread_rwlock_wrlock(&s->lock);
  set = compiled_set(s, url);
  (void)pthread_rwlock_unlock(&s->lock);
  return set;
}

ax_membership ax_valueset_contains(ax_valuesets *sets, ax_str url,
                                   ax_str system, ax_str code,
                                   const char **why) {
  return ax_valueset_compile_has(get_set(sets, url), sets->is_unit, system,
                                 code, why);
}

static const ax_codesystem *get_system(ax_valuesets *s, ax_str url) {
  (void)pthread_rwlock_rdlock(&s->lock);
  slot *known = ax_map_get(s->systems, url);
  (void)pthread_rwlock_unlock(&s->lock);
  if (known) return known->system;
  (void)pthread_rwlock_wrlock(&s->lock);
  const ax_codesystem *system = compiled_system(s, url);
  (void)pthread_rwlock_unlock(&s->lock);
  return system;
}

ax_membership ax_valueset_lookup(ax_valuesets *sets, ax_str system, ax_str code,
                                 ax_str *display, const char **why) {
  if (display) *display = AX_STR("");
  ax_builtin builtin = ax_builtin_named(system);
  if (builtin == AX_BUILTIN_UCUM && sets->is_unit)
    return sets->is_unit(code) ? AX_MEMBER_YES : AX_MEMBER_NO;
  if (builtin != AX_BUILTIN_NONE && builtin != AX_BUILTIN_UCUM)
    return ax_builtin_has(builtin, code) ? AX_MEMBER_YES : AX_MEMBER_NO;
  const ax_codesystem *found = get_system(sets, system);
  const ax_concept *concept = found ? ax_codesystem_find(found, code) : NULL;
  if (concept && display) *display = concept->display;
  if (concept) return AX_MEMBER_YES;
  if (found && found->complete) return AX_MEMBER_NO;
  if (why)
    *why = found ? "the loaded code system does not hold all of its codes"
                 : "the code system is not loaded";
  return AX_MEMBER_UNKNOWN;
}
