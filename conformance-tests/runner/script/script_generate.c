/*
 * A minimal resource of a type: what its definition demands, and below that
 * what the definitions of the types demand; the first type of a choice, the
 * first code of a required value set. Where the definition demands nothing but
 * an element must not be empty (ele-1), its plainest child.
 *
 * References name the type of what they point at and no address: a server that
 * keeps references whole would refuse one that points nowhere.
 */
#include <stdio.h>

#include "fhir/fhir_primitive.h"
#include "json/json_edit.h"
#include "script/script_parts.h"
#include "terminology/valueset.h"

enum { DEPTH = 12 };

typedef struct {
  ax_registry *registry;
  ax_valuesets *sets;
  ax_arena *arena;
  unsigned depth;
} maker;

/* A StructureDefinition's snapshot, and where in it we are. */
typedef struct {
  const ax_json *elements;
  size_t count;
  ax_str path;
} level;

static ax_status make_type(maker *m, ax_str type, const ax_json *element,
                           ax_json *out);
static ax_status make_children(maker *m, const level *at, ax_json *out);

/* --- what definitions do not tell --------------------------------------------
 */

/*
 * What invariants ask for, or what keeps them out of the way: a path, and the
 * text of a primitive. An element above or at such a path is made, mandatory
 * or not.
 */
#define W(path, text) { AX_STR_INIT(path), AX_STR_INIT(text) }
static const struct {
  ax_str path, text;
} wanted[] = {
  W("AllergyIntolerance.clinicalStatus", ""),
  W("Appointment.participant.type", ""),
  W("AppointmentResponse.participantType", ""),
  W("Bundle.type", "collection"),
  W("CapabilityStatement.fhirVersion", "4.0.1"),
  W("CapabilityStatement.format", "json"),
  W("CapabilityStatement.implementation", ""),
  W("CapabilityStatement.rest.mode", "server"),
  W("Consent.policy.uri", "http://example.org/generated"),
  W("ElementDefinition.id", "Generated"),
  W("ImmunizationRecommendation.recommendation.vaccineCode", ""),
  W("InsurancePlan.name", "Generated"),
  W("Organization.name", "Generated"),
  W("StructureDefinition.differential.element", ""),
  W("StructureDefinition.kind", "logical"),
  W("TerminologyCapabilities.implementation", ""),
  W("TriggerDefinition.name", "Generated"),
};
#undef W

/* Lists that need two items. */
static const ax_str twice[] = { AX_STR_INIT("Linkage.item") };

static const struct {
  ax_str type, text;
} samples[] = {
  { AX_STR_INIT("base64Binary"), AX_STR_INIT("AA==") },
  { AX_STR_INIT("boolean"), AX_STR_INIT("true") },
  { AX_STR_INIT("canonical"), AX_STR_INIT("http://example.org/generated") },
  { AX_STR_INIT("code"), AX_STR_INIT("generated") },
  { AX_STR_INIT("date"), AX_STR_INIT("2020-01-01") },
  { AX_STR_INIT("dateTime"), AX_STR_INIT("2020-01-01") },
  { AX_STR_INIT("decimal"), AX_STR_INIT("1") },
  { AX_STR_INIT("id"), AX_STR_INIT("generated") },
  { AX_STR_INIT("instant"), AX_STR_INIT("2020-01-01T00:00:00Z") },
  { AX_STR_INIT("integer"), AX_STR_INIT("1") },
  { AX_STR_INIT("oid"), AX_STR_INIT("urn:oid:2.999.1") },
  { AX_STR_INIT("positiveInt"), AX_STR_INIT("1") },
  { AX_STR_INIT("time"), AX_STR_INIT("12:00:00") },
  { AX_STR_INIT("unsignedInt"), AX_STR_INIT("1") },
  { AX_STR_INIT("uri"), AX_STR_INIT("http://example.org/generated") },
  { AX_STR_INIT("url"), AX_STR_INIT("http://example.org/generated") },
  { AX_STR_INIT("uuid"),
    AX_STR_INIT("urn:uuid:00000000-0000-4000-8000-000000000000") },
};

/* Codes of value sets that are rules instead of lists. */
static const struct {
  ax_str value_set, code;
} codes[] = {
  { AX_STR_INIT("http://hl7.org/fhir/ValueSet/mimetypes"),
    AX_STR_INIT("text/plain") },
  { AX_STR_INIT("http://hl7.org/fhir/ValueSet/languages"), AX_STR_INIT("en") },
  { AX_STR_INIT("http://hl7.org/fhir/ValueSet/all-languages"),
    AX_STR_INIT("en") },
  { AX_STR_INIT("http://hl7.org/fhir/ValueSet/ucum-units"), AX_STR_INIT("1") },
};

/* Children that make an element mean something, in this order. */
static const ax_str telling[] = {
  AX_STR_INIT("text"),  AX_STR_INIT("value"),   AX_STR_INIT("display"),
  AX_STR_INIT("name"),  AX_STR_INIT("start"),   AX_STR_INIT("family"),
  AX_STR_INIT("event"), AX_STR_INIT("numerator"),
};

static ax_str wanted_text(ax_str path) {
  for (size_t i = 0; i < AX_COUNT(wanted); i++)
    if (ax_str_eq(wanted[i].path, path)) return wanted[i].text;
  return AX_STR("");
}

static bool is_wanted(ax_str path) {
  for (size_t i = 0; i < AX_COUNT(wanted); i++) {
    ax_str w = wanted[i].path;
    if (ax_str_starts(w, path) &&
        (w.len == path.len || w.ptr[path.len] == '.'))
      return true;
  }
  return false;
}

/* --- primitives --------------------------------------------------------------
 */

static ax_json of_text(ax_json_kind kind, ax_str text) {
  ax_json value = ax_json_edit_string(text);
  value.kind = (unsigned char)kind;
  if (kind == AX_JSON_BOOL)
    value = (ax_json){ .kind = AX_JSON_BOOL,
                       .truth = ax_str_eq(text, AX_STR("true")) };
  return value;
}

typedef struct {
  ax_arena *arena;
  ax_str system, code;
} first_code;

static bool keep_first(void *to, ax_str system, ax_str code) {
  first_code *first = to;
  first->system = ax_arena_str(first->arena, system);
  first->code = ax_arena_str(first->arena, code);
  return false;
}

/* The first code of a required binding; an empty code: there is none. */
static ax_status bound_code(maker *m, const ax_json *element, ax_str *system,
                            ax_str *code) {
  const ax_json *binding = AX_JSON_GET(element, "binding");
  ax_str url = AX_JSON_STR(binding, "valueSet");
  first_code first = { .arena = m->arena };
  *system = *code = AX_STR("");
  if (!ax_str_eq(AX_JSON_STR(binding, "strength"), AX_STR("required")))
    return AX_OK;
  for (size_t i = 0; i < AX_COUNT(codes); i++) {
    size_t n = codes[i].value_set.len;
    if (!ax_str_starts(url, codes[i].value_set) ||
        (url.len > n && url.ptr[n] != '|'))
      continue;
    *code = codes[i].code;
    return AX_OK;
  }
  (void)ax_valueset_each(m->sets, url, keep_first, &first);
  if (first.code.len && (!first.code.ptr || !first.system.ptr)) return AX_NOMEM;
  *system = first.system;
  *code = first.code;
  return AX_OK;
}

static ax_status make_primitive(maker *m, ax_fhir_primitive type, ax_str name,
                                const ax_json *element, ax_json *out) {
  ax_str text = wanted_text(AX_JSON_STR(element, "path")), system;
  if (!text.len && type == AX_FHIR_CODE)
    AX_TRY(bound_code(m, element, &system, &text));
  for (size_t i = 0; i < AX_COUNT(samples) && !text.len; i++)
    if (ax_str_eq(samples[i].type, name)) text = samples[i].text;
  if (!text.len) text = AX_STR("Generated");
  *out = of_text(ax_fhir_primitive_kind(type), text);
  return AX_OK;
}

/* --- types that say what they are about --------------------------------------
 */

static ax_status one_member(maker *m, ax_str key, ax_str text, ax_json *out) {
  const ax_json empty = { .kind = AX_JSON_OBJECT };
  const ax_json *made = ax_json_edit_set(
      m->arena, out->kind == AX_JSON_OBJECT ? out : &empty, key,
      ax_json_edit_string(text));
  if (!made) return AX_NOMEM;
  *out = *made;
  return AX_OK;
}

static ax_status make_coding(maker *m, ax_str system, ax_str code,
                             ax_json *out) {
  *out = (ax_json){ .kind = AX_JSON_OBJECT };
  if (!code.len)
    return one_member(m, AX_STR("display"), AX_STR("Generated"), out);
  if (system.len) AX_TRY(one_member(m, AX_STR("system"), system, out));
  return one_member(m, AX_STR("code"), code, out);
}

static ax_status list_of(maker *m, ax_json value, uint32_t count,
                         ax_json *out) {
  ax_json *items = AX_NEW_ARRAY(m->arena, ax_json, count);
  if (!items) return AX_NOMEM;
  for (uint32_t i = 0; i < count; i++) items[i] = value;
  *out = (ax_json){ .kind = AX_JSON_ARRAY, .count = count, .u.items = items };
  return AX_OK;
}

static ax_status make_concept(maker *m, const ax_json *element, ax_json *out) {
  ax_str system, code;
  ax_json coding, list;
  AX_TRY(bound_code(m, element, &system, &code));
  *out = (ax_json){ .kind = AX_JSON_OBJECT };
  if (!code.len)
    return one_member(m, AX_STR("text"), AX_STR("Generated"), out);
  AX_TRY(make_coding(m, system, code, &coding));
  AX_TRY(list_of(m, coding, 1, &list));
  const ax_json *made =
      ax_json_edit_set(m->arena, out, AX_STR("coding"), list);
  if (!made) return AX_NOMEM;
  *out = *made;
  return AX_OK;
}

static ax_status make_reference(maker *m, const ax_json *element,
                                ax_json *out) {
  const ax_json *types = AX_JSON_GET(element, "type");
  const ax_json *targets = NULL;
  for (size_t i = 0; i < ax_json_count(types) && !targets; i++)
    targets = AX_JSON_GET(ax_json_item(types, i), "targetProfile");
  ax_str target = ax_json_text(ax_json_item(targets, 0));
  ax_str type = ax_registry_type_of(m->registry, target);
  *out = (ax_json){ .kind = AX_JSON_OBJECT };
  if (ax_registry_is_resource(m->registry, type))
    AX_TRY(one_member(m, AX_STR("type"), type, out));
  return one_member(m, AX_STR("display"), AX_STR("Generated"), out);
}

/* --- elements ----------------------------------------------------------------
 */

/* The name of an element's member: "valueCodeableConcept" for a choice. */
static ax_str member_name(maker *m, ax_str name, ax_str type) {
  if (!ax_str_ends(name, AX_STR("[x]"))) return name;
  ax_str stem = { name.ptr, name.len - 3 };
  ax_str joined = AX_JOIN(m->arena, stem, type);
  if (!joined.ptr) return joined;
  char *bytes = ax_arena_cstr(m->arena, joined);
  if (!bytes) return (ax_str){ NULL, 0 };
  char *c = bytes + stem.len;
  if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
  return (ax_str){ bytes, joined.len };
}

static ax_str type_of(const ax_json *element) {
  return AX_JSON_STR(ax_json_item(AX_JSON_GET(element, "type"), 0), "code");
}

static ax_status make_value(maker *m, const level *at, const ax_json *element,
                            ax_json *out) {
  ax_str other = AX_JSON_STR(element, "contentReference");
  ax_str type = type_of(element);
  bool inside = other.len || ax_str_eq(type, AX_STR("BackboneElement")) ||
                ax_str_eq(type, AX_STR("Element"));
  if (!inside) return make_type(m, type, element, out);
  level below = *at;
  below.path =
      other.len ? ax_str_skip(other, 1) : AX_JSON_STR(element, "path");
  return make_children(m, &below, out);
}

static uint32_t length_of(const ax_json *element) {
  for (size_t i = 0; i < AX_COUNT(twice); i++)
    if (ax_str_eq(AX_JSON_STR(element, "path"), twice[i])) return 2;
  return 1;
}

static ax_status add_member(maker *m, const level *at, const ax_json *element,
                            ax_json *object) {
  ax_str name = ax_str_skip(AX_JSON_STR(element, "path"), at->path.len + 1);
  name = member_name(m, name, type_of(element));
  ax_json value;
  if (!name.ptr) return AX_NOMEM;
  AX_TRY(make_value(m, at, element, &value));
  if (!ax_str_eq(AX_JSON_STR(AX_JSON_GET(element, "base"), "max"),
                 AX_STR("1")))
    AX_TRY(list_of(m, value, length_of(element), &value));
  const ax_json *made = ax_json_edit_set(m->arena, object, name, value);
  if (!made) return AX_NOMEM;
  *object = *made;
  return AX_OK;
}

/* Is the element a child of the level, and one that holds data? */
static bool is_child(const level *at, const ax_json *element) {
  ax_str path = AX_JSON_STR(element, "path");
  if (path.len <= at->path.len + 1 || !ax_str_starts(path, at->path) ||
      path.ptr[at->path.len] != '.')
    return false;
  ax_str name = ax_str_skip(path, at->path.len + 1);
  if (ax_str_eq(name, AX_STR("id"))) return is_wanted(path);
  return ax_str_find(name, AX_STR(".")) == AX_STR_NONE &&
         !ax_str_eq(name, AX_STR("extension")) &&
         !ax_str_eq(name, AX_STR("modifierExtension")) &&
         !ax_str_eq(AX_JSON_STR(element, "max"), AX_STR("0"));
}

static const ax_json *plainest(const level *at) {
  for (size_t t = 0; t < AX_COUNT(telling); t++)
    for (size_t i = 0; i < at->count; i++) {
      const ax_json *e = &at->elements[i];
      if (is_child(at, e) && ax_str_eq(ax_str_skip(AX_JSON_STR(e, "path"),
                                                   at->path.len + 1),
                                       telling[t]))
        return e;
    }
  for (size_t i = 0; i < at->count; i++)
    if (is_child(at, &at->elements[i])) return &at->elements[i];
  return NULL;
}

static ax_status make_children(maker *m, const level *at, ax_json *out) {
  *out = (ax_json){ .kind = AX_JSON_OBJECT };
  if (++m->depth > DEPTH) return AX_TOO_LARGE;
  for (size_t i = 0; i < at->count; i++) {
    const ax_json *e = &at->elements[i];
    bool demanded =
        !ax_str_eq(ax_json_text(AX_JSON_GET(e, "min")), AX_STR("0")) ||
        is_wanted(AX_JSON_STR(e, "path"));
    if (demanded && is_child(at, e)) AX_TRY(add_member(m, at, e, out));
  }
  const ax_json *one = m->depth > 1 && !out->count ? plainest(at) : NULL;
  if (one) AX_TRY(add_member(m, at, one, out));
  m->depth--;
  return AX_OK;
}

/* --- types -------------------------------------------------------------------
 */

static ax_status open_type(maker *m, ax_str type, level *out) {
  const ax_json *definition = ax_registry_type(m->registry, type);
  const ax_json *elements =
      AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element");
  if (!elements) return AX_NOT_FOUND;
  *out = (level){ elements->u.items, ax_json_count(elements), type };
  return AX_OK;
}

static ax_status make_type(maker *m, ax_str type, const ax_json *element,
                           ax_json *out) {
  ax_fhir_primitive primitive = ax_fhir_primitive_named(type);
  level at;
  if (ax_str_eq(type, AX_STR("http://hl7.org/fhirpath/System.String")))
    primitive = AX_FHIR_STRING;
  if (primitive) return make_primitive(m, primitive, type, element, out);
  if (ax_str_eq(type, AX_STR("CodeableConcept")))
    return make_concept(m, element, out);
  if (ax_str_eq(type, AX_STR("Reference")))
    return make_reference(m, element, out);
  if (ax_str_eq(type, AX_STR("Coding"))) {
    ax_str system, code;
    AX_TRY(bound_code(m, element, &system, &code));
    return make_coding(m, system, code, out);
  }
  /* Any resource in it (Bundle.entry.resource): one that demands nothing. */
  if (ax_str_eq(type, AX_STR("Resource"))) type = AX_STR("Patient");
  AX_TRY(open_type(m, type, &at));
  AX_TRY(make_children(m, &at, out));
  if (!ax_registry_is_resource(m->registry, type)) return AX_OK;
  const ax_json *made =
      ax_json_edit_set_after(m->arena, out, AX_STR(""), AX_STR("resourceType"),
                             ax_json_edit_string(type));
  if (!made) return AX_NOMEM;
  *out = *made;
  return AX_OK;
}

ax_status ax_script_generate(ax_registry *registry, ax_str type,
                             ax_arena *arena, const ax_json **out,
                             ax_error *err) {
  maker m = { .registry = registry, .arena = arena };
  ax_json *made = AX_NEW(arena, ax_json);
  type = ax_arena_str(arena, type);
  if (!made || !type.ptr) return AX_NOMEM;
  if (!ax_registry_is_resource(registry, type))
    return ax_error_set(err, AX_NOT_FOUND,
                        "\"" AX_STR_FMT "\" is no resource type of R4",
                        AX_STR_ARG(type));
  AX_TRY(ax_valueset_new(registry, &m.sets, err));
  ax_status status = make_type(&m, type, NULL, made);
  ax_valueset_free(m.sets);
  if (status == AX_OK) *out = made;
  if (status && status != AX_NOMEM)
    return ax_error_set(err, status, "a " AX_STR_FMT " cannot be generated",
                        AX_STR_ARG(type));
  return status;
}
