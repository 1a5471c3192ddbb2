/*
 * References: the text has a shape R4 knows, a fragment is found among the
 * contained resources, and the type that is named or found is one of the
 * target types (R4 references.html; ref-1).
 */
#include "fhir/fhir_reference.h"
#include "validate/check.h"
#include "validate/walk_find.h"

typedef struct {
  ax_check check;
  ax_str *types; /* names; count 0: any */
  size_t count;
  ax_str *targets;  /* canonicals, as many as types */
  bool constrained; /* are some of them profiles? */
} reference_check;

static const char CORE[] = "http://hl7.org/fhir/StructureDefinition/";

/* The type that a target profile is about; empty when it is not loaded. */
static ax_str target_type(const ax_check_source *source, ax_str canonical) {
  ax_str core = ax_str_from(CORE), name = ax_str_skip(canonical, core.len);
  if (ax_str_starts(canonical, core) &&
      (ax_str_eq(name, AX_STR("Resource")) ||
       ax_registry_is_resource(source->registry, name)))
    return name;
  return ax_registry_type_of(source->registry, canonical);
}

/* "Patient" of a core type's canonical, else empty. */
static ax_str url_name(ax_str canonical) {
  ax_str core = ax_str_from(CORE);
  return ax_str_starts(canonical, core) ? ax_str_skip(canonical, core.len)
                                        : AX_STR("");
}

static ax_status add_targets(const ax_check_source *source,
                             const ax_json *targets, reference_check *made,
                             bool *any) {
  for (size_t i = 0; i < ax_json_count(targets); i++) {
    ax_str type = target_type(source, ax_json_text(ax_json_item(targets, i)));
    if (!type.len || ax_str_eq(type, AX_STR("Resource")) ||
        made->count >= AX_SCHEMA_TARGETS) {
      *any = true;
      return AX_OK;
    }
    ax_str url = ax_json_text(ax_json_item(targets, i));
    if (!ax_str_eq(url_name(url), type)) made->constrained = true;
    made->targets[made->count] = ax_arena_str(source->arena, url);
    made->types[made->count] = ax_arena_str(source->arena, type);
    if (!made->targets[made->count].ptr || !made->types[made->count].ptr)
      return AX_NOMEM;
    made->count++;
  }
  return AX_OK;
}

/* A profile's check stands only where its types differ from the base's. */
static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *types = ax_check_member(source, AX_STR("type"));
  bool any = false, found = false;
  ax_str *room = NULL;
  reference_check made = { 0 };
  for (size_t i = 0; i < ax_json_count(types); i++) {
    const ax_json *type = ax_json_item(types, i);
    if (!ax_str_eq(AX_JSON_STR(type, "code"), AX_STR("Reference"))) continue;
    const ax_json *targets = AX_JSON_GET(type, "targetProfile");
    if (!room)
      room = AX_NEW_ARRAY(source->arena, ax_str, 2 * (size_t)AX_SCHEMA_TARGETS);
    if (!room) return AX_NOMEM;
    found = true;
    made.types = room;
    made.targets = room + AX_SCHEMA_TARGETS;
    if (ax_json_count(targets) == 0) any = true;
    AX_TRY(add_targets(source, targets, &made, &any));
  }
  if (!found || (any && source->base)) return AX_OK;
  reference_check *kept = AX_NEW(source->arena, reference_check);
  if (!kept) return AX_NOMEM;
  *kept = made;
  if (any) kept->count = 0;
  *out = &kept->check;
  return AX_OK;
}

static void list_types(const reference_check *c, ax_buf *out) {
  for (size_t i = 0; i < c->count; i++) {
    if (i) ax_buf_append(out, AX_STR(", "));
    ax_buf_append(out, c->types[i]);
  }
}

static void check_type(const reference_check *c, ax_walk *walk,
                       const ax_place *place, ax_str type, ax_str text) {
  for (size_t i = 0; i < c->count; i++)
    if (ax_str_eq(c->types[i], type)) return;
  if (c->count == 0 || type.len == 0) return;
  ax_buf wanted = AX_BUF_INIT(4096);
  list_types(c, &wanted);
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "reference-type", place,
                "The reference '" AX_STR_FMT "' leads to a " AX_STR_FMT
                "; allowed here: " AX_STR_FMT,
                AX_STR_ARG(text), AX_STR_ARG(type),
                AX_STR_ARG(ax_buf_view(&wanted)));
  ax_buf_free(&wanted);
}

/* A reference by identifier alone still says what it is about. */
static void check_logical(const reference_check *c, ax_walk *walk,
                          const ax_place *place) {
  ax_str type = AX_JSON_STR(place->value, "type");
  if (walk->options.trust_references ||
      !ax_registry_is_resource(walk->registry, type))
    return;
  check_type(c, walk, place, type, type);
}

static void check_fragment(const reference_check *c, ax_walk *walk,
                           const ax_place *place, ax_str id, ax_str text) {
  const ax_json *target = ax_walk_find_fragment(walk, id);
  if (target)
    check_type(c, walk, place, AX_JSON_STR(target, "resourceType"), text);
  else if (!walk->schema->is_profile)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "reference-fragment", place,
                  "The reference '" AX_STR_FMT
                  "' leads to no contained resource; there must be one with "
                  "that id",
                  AX_STR_ARG(text));
}

static void check_named(const reference_check *c, ax_walk *walk,
                        const ax_place *place, const ax_reference *ref,
                        ax_str text) {
  if (ax_registry_is_resource(walk->registry, ref->type)) {
    if (!walk->options.trust_references)
      check_type(c, walk, place, ref->type, text);
    return;
  }
  if (ref->kind == AX_REF_ABSOLUTE || walk->schema->is_profile) return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "reference-unknown-type",
                place,
                "The reference '" AX_STR_FMT "' names '" AX_STR_FMT
                "', which is no resource type",
                AX_STR_ARG(text), AX_STR_ARG(ref->type));
}

/* What is in this document must conform to one of the profiles; one that is not
 * loaded lets it pass. */
static void check_profiles(const reference_check *c, ax_walk *walk,
                           const ax_place *place, ax_str text) {
  ax_walk_target target;
  if (!c->constrained || !ax_walk_find_target(walk, text, &target)) return;
  ax_str type = AX_JSON_STR(target.resource, "resourceType");
  const ax_str *nearest = NULL;
  for (size_t i = 0; i < c->count; i++) {
    if (!ax_str_eq(c->types[i], type)) continue;
    const ax_schema *schema = ax_walk_schema(walk, c->targets[i]);
    if (!schema || schema->broken ||
        ax_walk_target_conforms(walk, &target, c->targets[i]))
      return;
    nearest = &c->targets[i];
  }
  if (nearest)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "reference-profile",
                  place,
                  "The reference '" AX_STR_FMT "' leads to a " AX_STR_FMT
                  " that does not conform to the profile '" AX_STR_FMT "'",
                  AX_STR_ARG(text), AX_STR_ARG(type), AX_STR_ARG(*nearest));
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const reference_check *c = (const reference_check *)self;
  if (!place->type || !ax_str_eq(place->type->name, AX_STR("Reference")))
    return;
  ax_str text = AX_JSON_STR(place->value, "reference");
  if (!text.len) {
    check_logical(c, walk, place);
    return;
  }
  check_profiles(c, walk, place, text);
  ax_reference ref = ax_fhir_reference_parse(text);
  switch (ref.kind) {
  case AX_REF_FRAGMENT:
    check_fragment(c, walk, place, ref.id, text);
    return;
  case AX_REF_RELATIVE:
  case AX_REF_ABSOLUTE:
  case AX_REF_CONDITIONAL:
    check_named(c, walk, place, &ref, text);
    return;
  case AX_REF_URN:
    check_type(c, walk, place, ax_walk_find_type(walk, text), text);
    return;
  case AX_REF_URL:
    return;
  case AX_REF_INVALID:
    break;
  }
  if (!walk->schema->is_profile)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "reference-shape", place,
                  "'" AX_STR_FMT "' is no reference: it is written Type/id, "
                  "#id, urn:uuid:... or as an absolute URL",
                  AX_STR_ARG(text));
}

static void explain(const ax_check *self, ax_json_writer *w) {
  const reference_check *c = (const reference_check *)self;
  ax_json_write_array(w);
  for (size_t i = 0; i < c->count; i++) ax_json_write_str(w, c->types[i]);
  ax_json_write_close(w);
}

const ax_check_kind ax_check_reference = { "reference", compile, run, explain };
