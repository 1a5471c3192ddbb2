/*
 * Canonicals: one that begins with # leads to a contained resource, and what is
 * known under a URL is of a type that the element takes (R4
 * references.html#canonical). What is not loaded is not judged; nor are claims
 * of profiles (Meta.profile), which the walk follows itself.
 */
#include "validate/check.h"
#include "validate/walk_find.h"

enum { URL_MAX = 600 };
static const char CORE[] = "http://hl7.org/fhir/StructureDefinition/";

typedef struct {
  ax_check check;
  ax_str *types; /* names; count 0: any */
  size_t count;
} canonical_check;

static const struct {
  ax_def_kind kind;
  const char *type;
} KINDS[] = {
  { AX_DEF_STRUCTURE, "StructureDefinition" },
  { AX_DEF_VALUE_SET, "ValueSet" },
  { AX_DEF_CODE_SYSTEM, "CodeSystem" },
  { AX_DEF_SEARCH_PARAMETER, "SearchParameter" },
  { AX_DEF_CONCEPT_MAP, "ConceptMap" },
  { AX_DEF_OPERATION, "OperationDefinition" },
  { AX_DEF_COMPARTMENT, "CompartmentDefinition" },
  { AX_DEF_QUESTIONNAIRE, "Questionnaire" },
  { AX_DEF_MEASURE, "Measure" },
  { AX_DEF_LIBRARY, "Library" },
};

/* The targets of the type canonical; NULL: there is no such type, or it may
 * lead to anything. */
static const ax_json *targets_of(const ax_json *types) {
  for (size_t i = 0; i < ax_json_count(types); i++) {
    const ax_json *one = ax_json_item(types, i);
    if (ax_str_eq(AX_JSON_STR(one, "code"), AX_STR("canonical")))
      return AX_JSON_GET(one, "targetProfile");
  }
  return NULL;
}

static bool has_canonical(const ax_json *types) {
  for (size_t i = 0; i < ax_json_count(types); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(types, i), "code"),
                  AX_STR("canonical")))
      return true;
  return false;
}

/* Types by their core URL; another target makes it any. */
static ax_status read_targets(const ax_check_source *source,
                              const ax_json *targets, canonical_check *made) {
  ax_str core = ax_str_from(CORE);
  size_t count = ax_json_count(targets);
  made->types = AX_NEW_ARRAY(source->arena, ax_str, count + 1);
  if (!made->types) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    ax_str url = ax_json_text(ax_json_item(targets, i));
    ax_str name = ax_str_skip(url, core.len);
    if (!ax_str_starts(url, core) ||
        !ax_registry_is_resource(source->registry, name)) {
      made->count = 0;
      return AX_OK;
    }
    made->types[made->count] = ax_arena_str(source->arena, name);
    if (!made->types[made->count++].ptr) return AX_NOMEM;
  }
  return AX_OK;
}

static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *types = ax_check_member(source, AX_STR("type"));
  if (!has_canonical(types) || source->is_profile ||
      ax_str_eq(source->element->path, AX_STR("Meta.profile")))
    return AX_OK;
  canonical_check *made = AX_NEW(source->arena, canonical_check);
  if (!made) return AX_NOMEM;
  *out = &made->check;
  return read_targets(source, targets_of(types), made);
}

static bool is_wanted(const canonical_check *c, ax_str type) {
  for (size_t i = 0; i < c->count; i++)
    if (ax_str_eq(c->types[i], type)) return true;
  return c->count == 0;
}

static void refuse(const canonical_check *c, ax_walk *walk,
                   const ax_place *place, ax_str type) {
  ax_buf wanted = AX_BUF_INIT(4096);
  for (size_t i = 0; i < c->count; i++)
    ax_buf_printf(&wanted, "%s" AX_STR_FMT, i ? ", " : "",
                  AX_STR_ARG(c->types[i]));
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "canonical-type", place,
                "The canonical '" AX_STR_FMT "' leads to a " AX_STR_FMT
                "; allowed here: " AX_STR_FMT,
                AX_STR_ARG(ax_walk_shown(place->value)), AX_STR_ARG(type),
                AX_STR_ARG(ax_buf_view(&wanted)));
  ax_buf_free(&wanted);
}

/* One URL may be known as several things; one that is wanted is enough. */
static void check_url(const canonical_check *c, ax_walk *walk,
                      const ax_place *place, ax_str url) {
  char known[URL_MAX];
  const char *other = NULL;
  url = ax_str_cut(&url, '#');
  for (size_t pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < AX_COUNT(KINDS); i++) {
      ax_str type = ax_str_from(KINDS[i].type);
      if (is_wanted(c, type) != (pass == 0) ||
          !ax_registry_canonical(walk->registry, KINDS[i].kind, url, known,
                                 sizeof known))
        continue;
      if (pass == 0) return;
      if (!other) other = KINDS[i].type;
    }
  if (other) refuse(c, walk, place, ax_str_from(other));
}

static void check_fragment(const canonical_check *c, ax_walk *walk,
                           const ax_place *place, ax_str id) {
  const ax_json *target = ax_walk_find_fragment(walk, id);
  ax_str type = AX_JSON_STR(target, "resourceType");
  if (!target)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "canonical-fragment", place,
                  "The canonical '" AX_STR_FMT
                  "' leads to no contained resource; there must be one with "
                  "that id",
                  AX_STR_ARG(ax_walk_shown(place->value)));
  else if (!is_wanted(c, type))
    refuse(c, walk, place, type);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const canonical_check *c = (const canonical_check *)self;
  ax_str url = ax_json_text(place->value);
  if (!url.len || !place->type ||
      !ax_str_eq(place->type->name, AX_STR("canonical")))
    return;
  if (url.ptr[0] == '#')
    check_fragment(c, walk, place, ax_str_skip(url, 1));
  else if (c->count)
    check_url(c, walk, place, url);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  const canonical_check *c = (const canonical_check *)self;
  ax_json_write_array(w);
  for (size_t i = 0; i < c->count; i++) ax_json_write_str(w, c->types[i]);
  ax_json_write_close(w);
}

const ax_check_kind ax_check_canonical = { "canonical", compile, run, explain };
