#include "terminology/valueset.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/attrs.h"
#include "base/map.h"
#include "terminology/display.h"
#include "terminology/valueset_compile.h"

enum { MEMORY_MAX = 1024u << 20 };

/* A value set that is being compiled: asked for again, it includes itself. */
static const ax_valueset itself = { .why = "the value set includes itself" };
static const ax_valueset broken = { .why = "the value set cannot be compiled" };
static const ax_valueset absent = { .why = "the value set is not loaded" };
static const ax_valueset too_deep = {
  .why = "value sets import each other too deep"
};

/* Tables hold pointers to these, so that a NULL can be remembered too. */
typedef struct {
  const ax_valueset *set;
  const ax_codesystem *system;
  AX_VEC(const ax_codesystem *) supplements;
} slot;

struct ax_valuesets {
  ax_arena *arena;
  ax_registry *registry;
  bool (*is_unit)(ax_str code);
  ax_tx *server;          /* or NULL */
  ax_map *sets, *systems; /* canonical as asked -> slot */
  unsigned depth;         /* of value sets being compiled */
  pthread_rwlock_t lock;  /* guards the tables, depth and the arena */
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

void ax_valueset_set_server(ax_valuesets *sets, ax_tx *server) {
  sets->server = server;
}

static const ax_valueset *compiled_set(void *ctx, ax_str url);

/* --- compiling, with the lock held for writing --------------------------- */

static slot *new_slot(ax_valuesets *s, ax_map *table, ax_str url) {
  slot *made = AX_NEW(s->arena, slot);
  ax_str key = ax_arena_str(s->arena, url);
  if (!made || !key.ptr || ax_map_put(table, key, made)) return NULL;
  return made;
}

static bool is_supplement(const ax_json *resource) {
  return AX_JSON_GET(resource, "supplements") ||
         ax_str_eq(AX_JSON_STR(resource, "content"), AX_STR("supplement"));
}

static ax_status add_supplements(ax_valuesets *s, slot *to, ax_str url) {
  const ax_json *resource;
  for (size_t i = 0;
       (resource = ax_registry_supplement(s->registry, url, i)) != NULL; i++) {
    ax_codesystem *made = NULL;
    AX_TRY(ax_codesystem_compile(s->arena, resource, &made));
    const ax_codesystem **item = AX_VEC_PUSH(&to->supplements, s->arena);
    if (!item) return AX_NOMEM;
    *item = made;
  }
  return AX_OK;
}

static const ax_codesystem *compiled_system(void *ctx, ax_str url) {
  ax_valuesets *s = ctx;
  slot *known = ax_map_get(s->systems, url);
  if (known) return known->system;
  const ax_json *resource =
      ax_registry_find(s->registry, AX_DEF_CODE_SYSTEM, url);
  slot *made = new_slot(s, s->systems, url);
  ax_codesystem *system = NULL;
  ax_builtin builtin = ax_builtin_named(url);
  ax_str code;
  if (!made) return NULL;
  ax_status status = AX_OK;
  if (resource && AX_JSON_GET(resource, "concept") &&
      !is_supplement(resource)) {
    status = ax_codesystem_compile(s->arena, resource, &system);
    if (!status) status = add_supplements(s, made, system->url);
  } else if (ax_builtin_code(builtin, 0, &code)) {
    status = ax_codesystem_compile_list(s->arena, url, builtin, &system);
  }
  if (status) return NULL;
  made->system = system;
  return system;
}

/* A ValueSet inside another definition: "url#id". */
static const ax_json *contained_set(ax_valuesets *s, ax_str url) {
  static const ax_def_kind holders[] = { AX_DEF_STRUCTURE, AX_DEF_VALUE_SET,
                                         AX_DEF_QUESTIONNAIRE };
  ax_str id = url;
  ax_str holder = ax_str_cut(&id, '#');
  for (size_t k = 0; id.len && holder.len && k < AX_COUNT(holders); k++) {
    const ax_json *list = AX_JSON_GET(
        ax_registry_find(s->registry, holders[k], holder), "contained");
    for (size_t i = 0; i < ax_json_count(list); i++) {
      const ax_json *one = ax_json_item(list, i);
      if (ax_str_eq(AX_JSON_STR(one, "id"), id) &&
          ax_str_eq(AX_JSON_STR(one, "resourceType"), AX_STR("ValueSet")))
        return one;
    }
  }
  return NULL;
}

/* The code system all of whose codes `url` names; `part` is true when it names
 * only some, which cannot be told here. */
static ax_str implicit_system(const ax_valuesets *s, ax_str url, bool *part) {
  ax_str query = url;
  ax_str before = ax_str_cut(&query, '?');
  *part = false;
  if (ax_str_starts(before, AX_STR("http://snomed.info/sct")) &&
      ax_str_starts(query, AX_STR("fhir_vs"))) {
    *part = !ax_str_eq(query, AX_STR("fhir_vs"));
    return AX_STR("http://snomed.info/sct");
  }
  if (ax_str_starts(url, AX_STR("http://loinc.org/vs"))) {
    *part = !ax_str_eq(url, AX_STR("http://loinc.org/vs"));
    return AX_STR("http://loinc.org");
  }
  if (ax_str_starts(url, AX_STR("http://unitsofmeasure.org/vs"))) {
    *part = !ax_str_eq(url, AX_STR("http://unitsofmeasure.org/vs"));
    return AX_STR("http://unitsofmeasure.org");
  }
  return ax_registry_system_of(s->registry, url);
}

static const ax_valueset *make_set(ax_valuesets *s, ax_str url) {
  const ax_valueset_source source = { s, compiled_system, compiled_set };
  const ax_json *resource =
      ax_registry_find(s->registry, AX_DEF_VALUE_SET, url);
  ax_valueset *set = NULL;
  bool part;
  if (!resource) resource = contained_set(s, url);
  if (resource)
    return ax_valueset_compile(s->arena, resource, &source, &set) ? &broken
                                                                  : set;
  ax_str system = implicit_system(s, url, &part);
  if (!system.len) return &absent;
  return ax_valueset_compile_all(s->arena, system, part, &source, &set)
             ? &broken
             : set;
}

/* Questionnaires may come with value sets of any name. */
enum { SET_DEPTH = 64, SETS_MAX = 200000 };

static const ax_valueset *compiled_set(void *ctx, ax_str url) {
  ax_valuesets *s = ctx;
  slot *known = ax_map_get(s->sets, url);
  if (known) return known->set;
  if (s->depth >= SET_DEPTH) return &too_deep;
  if (ax_map_count(s->sets) >= SETS_MAX) return &broken;
  slot *made = new_slot(s, s->sets, url);
  if (!made) return &broken;
  made->set = &itself;
  s->depth++;
  made->set = make_set(s, url);
  s->depth--;
  return made->set;
}

/* --- asking -------------------------------------------------------------- */

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

static ax_membership ask_server(ax_valuesets *sets, ax_str value_set,
                                ax_str system, ax_str code, const char **why) {
  if (!sets->server) return AX_MEMBER_UNKNOWN;
  ax_tx_question question = { .value_set = value_set,
                              .system = system,
                              .code = code };
  return ax_tx_ask(sets->server, &question, NULL, why);
}

ax_membership ax_valueset_contains(ax_valuesets *sets, ax_str url,
                                   ax_str system, ax_str code,
                                   const char **why) {
  ax_membership answer = ax_valueset_compile_has(
      get_set(sets, url), sets->is_unit, system, code, why);
  if (answer != AX_MEMBER_UNKNOWN) return answer;
  return ask_server(sets, url, system, code, why);
}

/* Nothing is remembered of systems that senders make up. */
static bool may_have(const ax_valuesets *s, ax_str url) {
  char canonical[1024];
  ax_str code;
  return ax_registry_canonical(s->registry, AX_DEF_CODE_SYSTEM, url, canonical,
                               sizeof canonical) > 0 ||
         ax_builtin_code(ax_builtin_named(url), 0, &code);
}

static slot *get_system(ax_valuesets *s, ax_str url) {
  (void)pthread_rwlock_rdlock(&s->lock);
  slot *known = ax_map_get(s->systems, url);
  (void)pthread_rwlock_unlock(&s->lock);
  if (known || !may_have(s, url)) return known;
  (void)pthread_rwlock_wrlock(&s->lock);
  (void)compiled_system(s, url);
  known = ax_map_get(s->systems, url);
  (void)pthread_rwlock_unlock(&s->lock);
  return known;
}

static const ax_concept *find_concept(const slot *known, ax_str code) {
  return known && known->system ? ax_codesystem_find(known->system, code)
                                : NULL;
}

static ax_membership known_concept(const ax_concept *concept, ax_str *display,
                                   const char **why) {
  if (display) *display = concept->display;
  if (concept->inactive && why)
    *why = "it is inactive; its use should be reviewed";
  return AX_MEMBER_YES;
}

/* What can be said without the system's concepts. */
static ax_membership judge(const ax_valuesets *sets, ax_builtin builtin,
                           ax_str code, const char **why) {
  if (builtin != AX_BUILTIN_UCUM || !sets->is_unit)
    return ax_builtin_judge(builtin, code, why);
  if (sets->is_unit(code)) return AX_MEMBER_YES;
  if (why) *why = "it is no UCUM unit";
  return AX_MEMBER_NO;
}

ax_membership ax_valueset_lookup(ax_valuesets *sets, ax_str system, ax_str code,
                                 ax_str *display, const char **why) {
  if (display) *display = AX_STR("");
  if (why) *why = NULL;
  const slot *known = get_system(sets, system);
  const ax_concept *concept = find_concept(known, code);
  if (concept) return known_concept(concept, display, why);
  if (known && known->system && !known->system->partial) return AX_MEMBER_NO;
  ax_membership answer = judge(sets, ax_builtin_named(system), code, why);
  if (answer != AX_MEMBER_UNKNOWN) return answer;
  if (known && known->system && why) *why = known->system->partial;
  return ask_server(sets, AX_STR(""), system, code, why);
}

ax_membership ax_valueset_subsumes(ax_valuesets *sets, ax_str system,
                                   ax_str above, ax_str below) {
  const slot *known = get_system(sets, system);
  const ax_concept *concept = find_concept(known, below);
  if (!concept || !find_concept(known, above)) return AX_MEMBER_UNKNOWN;
  return ax_codesystem_is_a(known->system, concept, above) ? AX_MEMBER_YES
                                                           : AX_MEMBER_NO;
}

/* --- names --------------------------------------------------------------- */

static slot *get_version(ax_valuesets *sets, ax_str system, ax_str version) {
  char exact[512];
  if (version.len && system.len + version.len + 2 < sizeof exact) {
    memcpy(exact, system.ptr, system.len);
    exact[system.len] = '|';
    memcpy(exact + system.len + 1, version.ptr, version.len);
    slot *known =
        get_system(sets, (ax_str){ exact, system.len + 1 + version.len });
    if (known && known->system) return known;
  }
  return get_system(sets, system);
}

/* The server's own name for the code, else whether it takes this one. */
static ax_membership ask_server_display(ax_valuesets *sets, ax_str system,
                                        ax_str code, ax_str display,
                                        ax_buf *right) {
  ax_tx_question question = { .system = system, .code = code };
  ax_buf name = AX_BUF_INIT(4096);
  ax_membership answer = AX_MEMBER_UNKNOWN;
  if (sets->server &&
      ax_tx_ask(sets->server, &question, &name, NULL) == AX_MEMBER_YES) {
    question.display = display;
    answer = ax_display_same(ax_buf_view(&name), display)
                 ? AX_MEMBER_YES
                 : ax_tx_ask(sets->server, &question, NULL, NULL);
  }
  if (answer == AX_MEMBER_NO)
    ax_buf_printf(right, "'" AX_STR_FMT "'", AX_STR_ARG(ax_buf_view(&name)));
  ax_buf_free(&name);
  return answer;
}

ax_membership ax_valueset_display(ax_valuesets *sets, ax_str system,
                                  ax_str version, ax_str code, ax_str display,
                                  ax_buf *right) {
  const slot *known = get_version(sets, system, version);
  const ax_concept *concept = find_concept(known, code);
  if (!concept)
    return ask_server_display(sets, system, code, display, right);
  if (ax_display_of(concept->source, display)) return AX_MEMBER_YES;
  for (size_t i = 0; i < known->supplements.count; i++) {
    const ax_concept *more =
        ax_codesystem_find(known->supplements.items[i], code);
    if (more && ax_display_of(more->source, display)) return AX_MEMBER_YES;
  }
  ax_display_list(concept->source, right);
  for (size_t i = 0; i < known->supplements.count; i++) {
    const ax_concept *more =
        ax_codesystem_find(known->supplements.items[i], code);
    if (more) ax_display_list(more->source, right);
  }
  return right->len || right->status ? AX_MEMBER_NO : AX_MEMBER_UNKNOWN;
}

bool ax_valueset_display_in(ax_valuesets *sets, ax_str url, ax_str system,
                            ax_str code, ax_str display) {
  const ax_json *entry =
      ax_valueset_compile_entry(get_set(sets, url), system, code);
  return entry && ax_display_of(entry, display);
}

size_t ax_valueset_memory(ax_valuesets *sets) {
  (void)pthread_rwlock_rdlock(&sets->lock);
  size_t used = ax_arena_used(sets->arena);
  (void)pthread_rwlock_unlock(&sets->lock);
  return used;
}

/* --- listing ----------------------------------------------------------------
 */

typedef struct {
  ax_valuesets *sets;
  const ax_valueset *whole; /* decides about each code */
  bool (*each)(void *to, ax_str system, ax_str code);
  void *to;
} listing;

enum { IMPORT_DEPTH = 16 };

static bool list_set(const listing *l, const ax_valueset *set, unsigned depth);

static bool list_codes(const listing *l, const ax_valueset_part *part) {
  if (!part->codes || part->partial || part->builtin != AX_BUILTIN_NONE)
    return false;
  for (size_t i = 0; i < ax_map_count(part->codes); i++) {
    ax_str code;
    (void)ax_map_at(part->codes, i, &code);
    if (ax_valueset_compile_has(l->whole, l->sets->is_unit, part->system, code,
                                NULL) == AX_MEMBER_YES &&
        !l->each(l->to, part->system, code))
      return true;
  }
  return true;
}

static bool list_part(const listing *l, const ax_valueset_part *part,
                      unsigned depth) {
  if (part->system.len) return list_codes(l, part);
  /* What is in all imports is in the first. */
  return part->import_count && list_set(l, part->imports[0], depth + 1);
}

static bool list_set(const listing *l, const ax_valueset *set, unsigned depth) {
  if (set->why || depth > IMPORT_DEPTH) return false;
  for (size_t i = 0; i < set->include_count; i++)
    if (!list_part(l, &set->includes[i], depth)) return false;
  return true;
}

bool ax_valueset_each(ax_valuesets *sets, ax_str url,
                      bool (*each)(void *to, ax_str system, ax_str code),
                      void *to) {
  const ax_valueset *set = get_set(sets, url);
  const listing l = { sets, set, each, to };
  return list_set(&l, set, 0);
}

bool ax_valueset_family(ax_valuesets *sets, ax_str system, ax_str code,
                        bool above,
                        bool (*each)(void *to, ax_str system, ax_str code),
                        void *to) {
  const slot *known = get_system(sets, system);
  const ax_concept *self = find_concept(known, code);
  if (!self) return false;
  const ax_codesystem *found = known->system;
  for (size_t i = 0; i < ax_map_count(found->codes); i++) {
    const ax_concept *other = ax_map_at(found->codes, i, NULL);
    bool related = above ? ax_codesystem_is_a(found, self, other->code)
                         : ax_codesystem_is_a(found, other, code);
    if (related && !each(to, system, other->code)) break;
  }
  return true;
}
