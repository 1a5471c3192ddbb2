#include "terminology/codesystem.h"

#include <ctype.h>

#include "base/attrs.h"
#include "base/limits.h"

enum { ANCESTORS_MAX = 64 };

/* --- compiling --------------------------------------------------------------
 */

static ax_str folded(ax_arena *arena, const ax_codesystem *system,
                     ax_str code) {
  if (system->case_sensitive) return code;
  char *copy = ax_arena_cstr(arena, code);
  if (!copy) return (ax_str){ NULL, 0 };
  for (size_t i = 0; i < code.len; i++)
    copy[i] = (char)tolower((unsigned char)copy[i]);
  return (ax_str){ copy, code.len };
}

static bool is_true(const ax_concept *concept, ax_str property) {
  ax_str value;
  return ax_codesystem_property(concept, property, 0, &value) &&
         ax_str_eq(value, AX_STR("true"));
}

/* Systems may give the property a name of their own. */
static bool is_abstract(const ax_codesystem *system,
                        const ax_concept *concept) {
  const ax_json *declared = AX_JSON_GET(system->source, "property");
  if (!AX_JSON_GET(concept->source, "property")) return false;
  if (is_true(concept, AX_STR("notSelectable"))) return true;
  for (size_t i = 0; i < ax_json_count(declared); i++) {
    const ax_json *p = ax_json_item(declared, i);
    ax_str uri = AX_JSON_STR(p, "uri");
    if (ax_str_ends(uri, AX_STR("concept-properties#notSelectable")) &&
        is_true(concept, AX_JSON_STR(p, "code")))
      return true;
  }
  return false;
}

static bool is_inactive(const ax_concept *concept) {
  ax_str value;
  if (!AX_JSON_GET(concept->source, "property")) return false;
  if (is_true(concept, AX_STR("inactive"))) return true;
  for (size_t i = 0;
       ax_codesystem_property(concept, AX_STR("status"), i, &value); i++)
    if (ax_str_eq(value, AX_STR("retired")) ||
        ax_str_eq(value, AX_STR("inactive")))
      return true;
  return false;
}

static ax_status add_concepts(ax_arena *arena, ax_codesystem *system,
                              const ax_json *list, const ax_concept *parent,
                              unsigned depth);

static ax_status add_concept(ax_arena *arena, ax_codesystem *system,
                             const ax_json *source, const ax_concept *parent,
                             unsigned depth) {
  ax_concept *concept = AX_NEW(arena, ax_concept);
  if (!concept) return AX_NOMEM;
  concept->code = AX_JSON_STR(source, "code");
  concept->display = AX_JSON_STR(source, "display");
  concept->source = source;
  concept->parent = parent;
  concept->abstract = is_abstract(system, concept);
  concept->inactive = is_inactive(concept);
  ax_str key = folded(arena, system, concept->code);
  if (!key.ptr && concept->code.len) return AX_NOMEM;
  if (concept->code.len) {
    AX_TRY(ax_map_put(system->codes, key, concept));
    system->count++;
  }
  return add_concepts(arena, system, AX_JSON_GET(source, "concept"), concept,
                      depth + 1);
}

static ax_status add_concepts(ax_arena *arena, ax_codesystem *system,
                              const ax_json *list, const ax_concept *parent,
                              unsigned depth) {
  if (depth > AX_LIMIT_JSON_DEPTH) return AX_TOO_LARGE;
  for (size_t i = 0; i < ax_json_count(list); i++)
    AX_TRY(add_concept(arena, system, ax_json_item(list, i), parent, depth));
  return AX_OK;
}

static ax_concept *find(const ax_codesystem *system, ax_str code) {
  char lower[256];
  if (system->case_sensitive) return ax_map_get(system->codes, code);
  if (code.len > sizeof lower) return NULL;
  for (size_t i = 0; i < code.len; i++)
    lower[i] = (char)tolower((unsigned char)code.ptr[i]);
  return ax_map_get(system->codes, (ax_str){ lower, code.len });
}

static ax_status add_parent(ax_arena *arena, ax_concept *child, ax_str parent) {
  if (!child) return AX_OK;
  ax_str *slot = AX_VEC_PUSH(&child->more_parents, arena);
  if (!slot) return AX_NOMEM;
  *slot = parent;
  return AX_OK;
}

/* Hierarchies that are written as properties (R4 CodeSystem, defined concept
 * properties). */
static ax_status link_properties(ax_arena *arena, ax_codesystem *system) {
  for (size_t i = 0; i < ax_map_count(system->codes); i++) {
    ax_concept *concept = ax_map_at(system->codes, i, NULL);
    ax_str value;
    for (size_t k = 0;
         ax_codesystem_property(concept, AX_STR("parent"), k, &value); k++)
      AX_TRY(add_parent(arena, concept, value));
    for (size_t k = 0;
         ax_codesystem_property(concept, AX_STR("subsumedBy"), k, &value); k++)
      AX_TRY(add_parent(arena, concept, value));
    for (size_t k = 0;
         ax_codesystem_property(concept, AX_STR("child"), k, &value); k++)
      AX_TRY(add_parent(arena, find(system, value), concept->code));
  }
  return AX_OK;
}

/* Why a code that is not there may exist all the same. */
static const char *partial(const ax_json *resource) {
  static const struct {
    const char *content, *why;
  } rows[] = {
    { "complete", NULL },
    { "fragment", "the loaded code system is a fragment" },
    { "example", "the loaded code system holds examples only" },
    { "not-present", "the loaded code system names none of its codes" },
  };
  ax_str content = AX_JSON_STR(resource, "content");
  for (size_t i = 0; i < AX_COUNT(rows); i++)
    if (ax_str_eq(content, ax_str_from(rows[i].content))) return rows[i].why;
  return "the loaded code system does not say whether it is complete";
}

ax_status ax_codesystem_compile(ax_arena *arena, const ax_json *resource,
                                ax_codesystem **out) {
  ax_codesystem *system = AX_NEW(arena, ax_codesystem);
  if (!system) return AX_NOMEM;
  const ax_json *sensitive = AX_JSON_GET(resource, "caseSensitive");
  system->url = AX_JSON_STR(resource, "url");
  system->version = AX_JSON_STR(resource, "version");
  system->source = resource;
  system->partial = partial(resource);
  system->case_sensitive =
      !ax_json_is(sensitive, AX_JSON_BOOL) || sensitive->truth;
  system->codes = ax_map_new(arena);
  if (!system->codes) return AX_NOMEM;
  AX_TRY(
      add_concepts(arena, system, AX_JSON_GET(resource, "concept"), NULL, 0));
  AX_TRY(link_properties(arena, system));
  *out = system;
  return AX_OK;
}

ax_status ax_codesystem_compile_list(ax_arena *arena, ax_str url,
                                     ax_builtin list, ax_codesystem **out) {
  ax_codesystem *system = AX_NEW(arena, ax_codesystem);
  ax_str code;
  if (!system) return AX_NOMEM;
  system->url = url;
  system->case_sensitive = true;
  system->codes = ax_map_new(arena);
  if (!system->codes) return AX_NOMEM;
  for (size_t i = 0; ax_builtin_code(list, i, &code); i++) {
    ax_concept *concept = AX_NEW(arena, ax_concept);
    if (!concept) return AX_NOMEM;
    concept->code = code;
    AX_TRY(ax_map_put(system->codes, code, concept));
    system->count++;
  }
  *out = system;
  return AX_OK;
}

/* --- asking -------------------------------------------------------------- */

const ax_concept *ax_codesystem_find(const ax_codesystem *system, ax_str code) {
  return find(system, code);
}

static bool is_a(const ax_codesystem *system, const ax_concept *concept,
                 const ax_concept *ancestor, unsigned *budget) {
  if (!concept || *budget == 0) return false;
  --*budget;
  if (concept == ancestor) return true;
  if (is_a(system, concept->parent, ancestor, budget)) return true;
  for (size_t i = 0; i < concept->more_parents.count; i++)
    if (is_a(system, find(system, concept->more_parents.items[i]), ancestor,
             budget))
      return true;
  return false;
}

bool ax_codesystem_is_a(const ax_codesystem *system, const ax_concept *concept,
                        ax_str ancestor) {
  unsigned budget = ANCESTORS_MAX * 16;
  const ax_concept *top = find(system, ancestor);
  return top && is_a(system, concept, top, &budget);
}

static ax_str value_text(const ax_json *property) {
  for (size_t i = 0; i < ax_json_count(property); i++) {
    const ax_json_member *m = &property->u.members[i];
    if (!ax_str_starts(m->key, AX_STR("value"))) continue;
    if (m->value.kind == AX_JSON_BOOL)
      return m->value.truth ? AX_STR("true") : AX_STR("false");
    if (m->value.kind == AX_JSON_OBJECT) return AX_JSON_STR(&m->value, "code");
    return ax_json_text(&m->value);
  }
  return AX_STR("");
}

bool ax_codesystem_property(const ax_concept *concept, ax_str name, size_t i,
                            ax_str *value) {
  const ax_json *list = AX_JSON_GET(concept->source, "property");
  for (size_t k = 0; k < ax_json_count(list); k++) {
    const ax_json *property = ax_json_item(list, k);
    if (!ax_str_eq(AX_JSON_STR(property, "code"), name) || i-- > 0) continue;
    *value = value_text(property);
    return true;
  }
  return false;
}

bool ax_codesystem_has_property(const ax_codesystem *system, ax_str name) {
  static const ax_str defined[] = {
    AX_STR_INIT("code"),     AX_STR_INIT("concept"),
    AX_STR_INIT("display"),  AX_STR_INIT("parent"),
    AX_STR_INIT("child"),    AX_STR_INIT("inactive"),
    AX_STR_INIT("status"),   AX_STR_INIT("notSelectable"),
    AX_STR_INIT("deprecated"),
  };
  const ax_json *declared = AX_JSON_GET(system->source, "property");
  ax_str value;
  for (size_t i = 0; i < AX_COUNT(defined); i++)
    if (ax_str_eq(name, defined[i])) return true;
  for (size_t i = 0; i < ax_json_count(declared); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(declared, i), "code"), name))
      return true;
  for (size_t i = 0; i < ax_map_count(system->codes); i++)
    if (ax_codesystem_property(ax_map_at(system->codes, i, NULL), name, 0,
                               &value))
      return true;
  return false;
}
