#include "validate/walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "validate/check.h"
#include "validate/walk_find.h"

enum { DEPTH_MAX = 250, SHOWN = 80, MESSAGE = 1024 };
static const size_t SCRATCH = (size_t)1 << 30;

static void walk_object(ax_walk *walk, const ax_place *place,
                        const ax_schema_children *children);

/* --- issues ----------------------------------------------------------------
 */

void ax_walk_report(ax_walk *walk, ax_issue issue, const ax_place *place,
                    const ax_json *at, const char *text) {
  ax_arena *arena = ax_fhir_issues_arena(walk->issues);
  if (walk->quiet) {
    walk->faults += issue.severity <= AX_ERROR;
    return;
  }
  issue.path = ax_place_text(arena, place);
  issue.has_place = at != NULL;
  issue.at = at ? at->at : 0;
  issue.text = ax_arena_str(arena, ax_str_from(text));
  if (!issue.rule.len && walk->schema) issue.rule = walk->schema->url;
  if (!issue.text.ptr || !issue.path.ptr)
    walk->no_memory = true;
  else
    ax_fhir_issues_add(walk->issues, issue);
}

void ax_walk_issue(ax_walk *walk, ax_severity severity, ax_issue_type type,
                   const char *id, const ax_place *place, const char *fmt,
                   ...) {
  char text[MESSAGE];
  va_list args;
  if (walk->quiet) {
    walk->faults += severity <= AX_ERROR;
    return;
  }
  va_start(args, fmt);
  (void)vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  ax_walk_report(walk,
                 (ax_issue){ .severity = severity, .type = type, .id = id },
                 place, ax_place_json(place), text);
}

ax_str ax_walk_shown(const ax_json *value) {
  if (!value) return AX_STR("");
  if (value->kind == AX_JSON_BOOL)
    return value->truth ? AX_STR("true") : AX_STR("false");
  ax_str text = ax_json_text(value);
  if (text.len <= SHOWN) return text;
  text.len = SHOWN;
  /* not in the middle of a character */
  while (text.len && ((unsigned char)text.ptr[text.len] & 0xC0u) == 0x80u)
    text.len--;
  return text;
}

ax_arena *ax_walk_scratch(ax_walk *walk) {
  if (!walk->scratch) walk->scratch = ax_arena_new(SCRATCH);
  if (!walk->scratch) walk->no_memory = true;
  return walk->scratch;
}

const ax_schema *ax_walk_schema(ax_walk *walk, ax_str canonical) {
  return walk->find_schema(walk->validator, canonical);
}

/* The type's schema, remembered in the type so that it is looked up once. */
static const ax_schema *schema_of(ax_walk *walk, ax_schema_type *type) {
  const ax_schema *s =
      atomic_load_explicit(&type->schema, memory_order_acquire);
  if (s) return s;
  char url[200];
  int len = snprintf(url, sizeof url,
                     "http://hl7.org/fhir/StructureDefinition/" AX_STR_FMT,
                     AX_STR_ARG(type->name));
  if (len <= 0 || (size_t)len >= sizeof url) return NULL;
  s = ax_walk_schema(walk, (ax_str){ url, (size_t)len });
  if (!s || s->broken) return NULL;
  atomic_store_explicit(&type->schema, s, memory_order_release);
  return s;
}

/* --- values ----------------------------------------------------------------
 */

static void run_checks(const ax_schema_element *e, ax_walk *walk,
                       const ax_place *place) {
  for (const ax_check *c = e->checks; c; c = c->next)
    c->kind->run(c, walk, place);
}

/* `_name`: an Element with id and extensions. */
static void walk_sibling(ax_walk *walk, const ax_place *place,
                         ax_schema_type *type) {
  const ax_json *sibling = place->sibling;
  if (!sibling || sibling->kind == AX_JSON_NULL) return;
  if (type->has_no_sibling) {
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "sibling-forbidden",
                  place, "This element can have no extensions");
    return;
  }
  if (sibling->kind != AX_JSON_OBJECT || sibling->count == 0) {
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "sibling-shape", place,
                  "'_" AX_STR_FMT "' must be an object with an id or "
                  "extensions",
                  AX_STR_ARG(place->name));
    return;
  }
  if (sibling->count == 1 && AX_JSON_GET(sibling, "id") &&
      (!place->value || place->value->kind == AX_JSON_NULL))
    ax_walk_report(walk,
                   (ax_issue){ .severity = AX_ERROR,
                               .type = AX_ISSUE_INVARIANT,
                               .id = "invariant-failed",
                               .rule = AX_STR("ele-1") },
                   place, sibling,
                   "Constraint failed: ele-1: 'All FHIR elements must have a "
                   "@value or children'");
  const ax_schema *s = schema_of(walk, type);
  if (!s) return;
  ax_place inner = *place;
  inner.value = sibling;
  inner.sibling = NULL;
  walk_object(walk, &inner, s->root->children);
}

static void walk_primitive(ax_walk *walk, const ax_place *place,
                           ax_schema_type *type) {
  const ax_json *value = place->value;
  bool has_sibling = ax_json_is(place->sibling, AX_JSON_OBJECT);
  if (!value || value->kind == AX_JSON_NULL) {
    if (!has_sibling || (value && place->index == AX_PLACE_SINGLE))
      ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "value-null", place,
                    "null is no value; leave the element out, or give "
                    "extensions in '_" AX_STR_FMT "'",
                    AX_STR_ARG(place->name));
  } else {
    const char *fault = ax_fhir_primitive_fault(type->primitive, value);
    ax_str shown = ax_walk_shown(value);
    if (fault)
      ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "value-format", place,
                    "'" AX_STR_FMT "' is no right value: %s", AX_STR_ARG(shown),
                    fault);
    ax_check_text(walk, place, type->primitive);
  }
  walk_sibling(walk, place, type);
}

static void walk_type_profiles(ax_walk *walk, const ax_place *place,
                               const ax_schema_type *type);

static void walk_complex(ax_walk *walk, const ax_place *place,
                         const ax_schema_element *e, ax_schema_type *type) {
  const ax_json *value = place->value;
  if (!value || value->kind != AX_JSON_OBJECT) {
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "value-not-object", place,
                  "This must be an object%s" AX_STR_FMT,
                  type ? " of type " : "",
                  AX_STR_ARG(type ? type->name : AX_STR("")));
    return;
  }
  if (value->count == 0) {
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "object-empty", place,
                  "An object must have some content; leave the element out "
                  "instead");
    return;
  }
  if (type && type->is_resource) {
    ax_walk_resource(walk, place, NULL, 0);
    return;
  }
  if (e->children) walk_object(walk, place, e->children);
  const ax_schema *s = type ? schema_of(walk, type) : NULL;
  if (!s) return;
  if (!e->children) walk_object(walk, place, s->root->children);
  run_checks(s->root, walk, place);
  if (type->profile_count) walk_type_profiles(walk, place, type);
}

/* A profile that names the type of a resource narrower than its base. */
static void check_resource_type(ax_walk *walk, const ax_place *place,
                                const ax_schema_type *type) {
  ax_str have = AX_JSON_STR(place->value, "resourceType");
  if (ax_str_eq(type->name, AX_STR("Resource")) ||
      ax_str_eq(type->name, AX_STR("DomainResource")) ||
      ax_str_eq(type->name, have))
    return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "resource-type", place,
                "The profile allows a " AX_STR_FMT " here, not a " AX_STR_FMT,
                AX_STR_ARG(type->name), AX_STR_ARG(have));
}

static void tell_unusable(ax_walk *walk, const ax_place *place,
                          ax_str canonical, const ax_schema *s) {
  ax_severity severity = walk->options.demand_type_profiles && !s
                             ? AX_ERROR
                             : walk->options.unknown_profile;
  ax_walk_issue(walk, severity, AX_ISSUE_STRUCTURE,
                s ? "profile-broken" : "profile-unknown", place,
                "This is to conform to the profile '" AX_STR_FMT "', which %s",
                AX_STR_ARG(canonical),
                s ? s->broken : "is not in the loaded packages");
}

/* Says which of the type's profiles cannot be used. */
static bool all_usable(ax_walk *walk, const ax_place *place,
                       const ax_schema_type *type) {
  bool fine = true;
  for (size_t i = 0; i < type->profile_count; i++) {
    const ax_schema *s = ax_walk_schema(walk, type->profiles[i]);
    if (s && !s->broken) continue;
    tell_unusable(walk, place, type->profiles[i], s);
    fine = false;
  }
  return fine;
}

/* One of the type's profiles must fit; when none does, what each of them says
 * is reported (R4 ElementDefinition.type.profile). */
static void walk_type_profiles(ax_walk *walk, const ax_place *place,
                               const ax_schema_type *type) {
  for (size_t i = 0; type->profile_count > 1 && i < type->profile_count; i++)
    if (ax_walk_value_conforms(walk, place->value, place, type->profiles[i]))
      return;
  if (!all_usable(walk, place, type)) return;
  if (type->profile_count > 1)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "profile-none", place,
                  "This conforms to none of the %zu profiles that are allowed "
                  "here",
                  type->profile_count);
  for (size_t i = 0; i < type->profile_count; i++) {
    const ax_schema *s = ax_walk_schema(walk, type->profiles[i]);
    if (s && s->is_profile) ax_walk_profile(walk, place, s);
  }
}

/* A primitive as the object that profiles speak of: what its sibling has, and
 * the value as a member of its own (R4 datatypes.html#representations). */
static const ax_json *primitive_object(ax_walk *walk, const ax_place *place) {
  ax_arena *arena = ax_walk_scratch(walk);
  const ax_json *sibling = place->sibling, *value = place->value;
  uint32_t count = ax_json_is(sibling, AX_JSON_OBJECT) ? sibling->count : 0;
  ax_json *made = arena ? AX_NEW(arena, ax_json) : NULL;
  ax_json_member *members =
      made ? AX_NEW_ARRAY(arena, ax_json_member, (size_t)count + 1) : NULL;
  if (!members) {
    walk->no_memory = true;
    return NULL;
  }
  for (uint32_t i = 0; i < count; i++) members[i] = sibling->u.members[i];
  if (value && value->kind != AX_JSON_NULL)
    members[count++] = (ax_json_member){ AX_STR("value"), value->at, *value };
  *made = (ax_json){ .kind = AX_JSON_OBJECT,
                     .count = count,
                     .at = ax_place_json(place)->at,
                     .u.members = members };
  return made;
}

/* What a profile demands of the id, the extensions and the value. */
static void walk_primitive_children(ax_walk *walk, const ax_place *place,
                                    const ax_schema_children *children) {
  ax_place inner = *place;
  if (!ax_place_json(place)) return;
  inner.value = primitive_object(walk, place);
  inner.sibling = NULL;
  if (inner.value) walk_object(walk, &inner, children);
}

static void walk_in_profile(ax_walk *walk, const ax_place *place,
                            const ax_schema_element *e,
                            const ax_schema_type *type) {
  if (ax_json_is(place->value, AX_JSON_OBJECT)) {
    if (e->children) walk_object(walk, place, e->children);
    if (type && type->is_resource && e->type_count == 1)
      check_resource_type(walk, place, type);
  } else if (e->children && type && type->primitive) {
    walk_primitive_children(walk, place, e->children);
  }
  if (type && type->profile_count) walk_type_profiles(walk, place, type);
}

void ax_walk_value(ax_walk *walk, const ax_place *place,
                   const ax_schema_element *e, ax_schema_type *type) {
  if (walk->depth >= DEPTH_MAX || (walk->quiet && walk->faults)) return;
  walk->depth++;
  if (walk->schema->is_profile)
    walk_in_profile(walk, place, e, type);
  else if (type && type->primitive)
    walk_primitive(walk, place, type);
  else
    walk_complex(walk, place, e, type);
  run_checks(e, walk, place);
  walk->depth--;
}

/* --- one member ------------------------------------------------------------
 */

static size_t count_of(const ax_walk_member *m) {
  size_t values =
      ax_json_is(m->value, AX_JSON_ARRAY) ? ax_json_count(m->value) : 1;
  size_t siblings =
      ax_json_is(m->sibling, AX_JSON_ARRAY) ? ax_json_count(m->sibling) : 0;
  if (!m->value) return siblings ? siblings : 1;
  return values > siblings ? values : siblings;
}

static const ax_json *nth(const ax_json *value, size_t i) {
  if (ax_json_is(value, AX_JSON_ARRAY)) return ax_json_item(value, i);
  return i == 0 ? value : NULL;
}

ax_place ax_walk_item(const ax_walk_member *m, size_t i) {
  bool array = ax_json_is(m->value ? m->value : m->sibling, AX_JSON_ARRAY);
  return (ax_place){ .up = m->up,
                     .name = m->field->element->name,
                     .choice = m->field->choice,
                     .index = array ? i : AX_PLACE_SINGLE,
                     .value = nth(m->value, i),
                     .sibling = nth(m->sibling, i),
                     .type = m->field->type };
}

/* Arrays where there must be one and only there (R4 2.6.2). */
static void check_array(ax_walk *walk, const ax_walk_member *m) {
  const ax_schema_element *e = m->field->element;
  const ax_json *value = m->value ? m->value : m->sibling;
  ax_place place = ax_walk_item(m, 0);
  place.index = AX_PLACE_SINGLE;
  place.value = value;
  bool array = value->kind == AX_JSON_ARRAY;
  if (array && value->count == 0)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "array-empty", &place,
                  "An array must not be empty; leave the element out instead");
  if (array != e->is_array && value->kind != AX_JSON_NULL)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID,
                  e->is_array ? "array-missing" : "array-unexpected", &place,
                  e->is_array ? "'" AX_STR_FMT "' repeats: it must be an array"
                              : "'" AX_STR_FMT
                                "' does not repeat: it must not be an array",
                  AX_STR_ARG(e->name));
  if (m->value && m->sibling && array &&
      (m->sibling->kind != AX_JSON_ARRAY || m->sibling->count > value->count))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "sibling-length", &place,
                  "'_" AX_STR_FMT "' must be an array as long as '" AX_STR_FMT
                  "'",
                  AX_STR_ARG(e->name), AX_STR_ARG(e->name));
}

static void check_count(ax_walk *walk, const ax_place *parent,
                        const ax_schema_element *e, size_t count) {
  const char *colon = e->slice.len ? ":" : "";
  if (!e->checks_count) return;
  if (count < e->min)
    ax_walk_issue(
        walk, AX_ERROR, AX_ISSUE_STRUCTURE, "count-min", parent,
        AX_STR_FMT "%s" AX_STR_FMT " is required: at least %u, found %zu",
        AX_STR_ARG(e->path), colon, AX_STR_ARG(e->slice), e->min, count);
  if (count > e->max)
    ax_walk_issue(
        walk, AX_ERROR, AX_ISSUE_STRUCTURE, "count-max", parent,
        e->max ? AX_STR_FMT "%s" AX_STR_FMT
                            " may occur at most %u times, found %zu"
               : AX_STR_FMT "%s" AX_STR_FMT
                            " is not allowed here (at most %u, found %zu)",
        AX_STR_ARG(e->path), colon, AX_STR_ARG(e->slice), e->max, count);
}

/* The fault is that of the element that has such a member. */
static void refuse_type(ax_walk *walk, const ax_walk_member *m) {
  const ax_schema_element *e = m->field->element;
  ax_buf allowed = AX_BUF_INIT(MESSAGE);
  for (size_t i = 0; i < e->type_count; i++)
    ax_buf_printf(&allowed, "%s" AX_STR_FMT, i ? ", " : "",
                  AX_STR_ARG(e->types[i].name));
  ax_str names = ax_buf_view(&allowed);
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "type-not-allowed", m->up,
                "The profile does not allow the type " AX_STR_FMT
                " for " AX_STR_FMT "; allowed: " AX_STR_FMT,
                AX_STR_ARG(m->field->choice), AX_STR_ARG(e->path),
                AX_STR_ARG(names));
  ax_buf_free(&allowed);
}

/* Returns how many values the member has. */
static size_t walk_member(ax_walk *walk, const ax_walk_member *m) {
  const ax_schema_element *e = m->field->element;
  size_t count = count_of(m);
  bool profile = walk->schema->is_profile;
  if (!profile) check_array(walk, m);
  for (size_t i = 0; i < count; i++) {
    ax_place place = ax_walk_item(m, i);
    if (profile && e->is_choice && !m->field->type)
      refuse_type(walk, m);
    else
      ax_walk_value(walk, &place, e, m->field->type);
  }
  if (e->slice_count && (m->field->type || !e->is_choice))
    ax_check_slicing_run(walk, m, count);
  return count;
}

/* --- one object ------------------------------------------------------------
 */

/* What a sender calls the object here: the resource's type, or the element. */
static ax_str object_name(const ax_place *place) {
  ax_str type = AX_JSON_STR(place->value, "resourceType");
  return type.len && type.len <= AX_LIMIT_ID ? type : place->name;
}

static void report_unknown(ax_walk *walk, const ax_place *place,
                           const ax_json_member *m) {
  char text[MESSAGE];
  ax_str key = m->key.len > SHOWN ? (ax_str){ m->key.ptr, SHOWN } : m->key;
  ax_json at = m->value;
  at.at = m->at;
  if (walk->schema->is_profile) return;
  if (ax_str_eq(m->key, AX_STR("resourceType")) &&
      (!place->up || (place->type && place->type->is_resource)))
    return;
  (void)snprintf(text, sizeof text,
                 "There is no element '" AX_STR_FMT "' in " AX_STR_FMT,
                 AX_STR_ARG(key), AX_STR_ARG(object_name(place)));
  ax_walk_report(walk,
                 (ax_issue){ .severity = AX_ERROR,
                             .type = AX_ISSUE_STRUCTURE,
                             .id = "element-unknown" },
                 place, &at, text);
}

static bool has_siblings(const ax_json *object) {
  for (uint32_t i = 0; i < object->count; i++)
    if (object->u.members[i].key.len && object->u.members[i].key.ptr[0] == '_')
      return true;
  return false;
}

/* `_name` without `name`. Beside `name` it is looked at with it. */
static size_t walk_lone_sibling(ax_walk *walk, const ax_place *place,
                                const ax_schema_children *children,
                                const ax_json_member *m, uint32_t *index) {
  ax_str name = ax_str_skip(m->key, 1);
  const ax_schema_field *field = ax_schema_field_of(children, name);
  if (!field || (field->type && !field->type->primitive)) {
    report_unknown(walk, place, m);
    return 0;
  }
  if (ax_json_get(place->value, name)) return 0;
  const ax_walk_member pair = { place, field, NULL, &m->value };
  *index = field->index;
  return walk_member(walk, &pair);
}

static const ax_json *sibling_of(const ax_json *object, ax_str key) {
  for (uint32_t i = 0; i < object->count; i++) {
    const ax_json_member *m = &object->u.members[i];
    if (m->key.len == key.len + 1 && m->key.ptr[0] == '_' &&
        memcmp(m->key.ptr + 1, key.ptr, key.len) == 0)
      return &m->value;
  }
  return NULL;
}

static void check_counts(ax_walk *walk, const ax_place *place,
                         const ax_schema_children *children,
                         const uint32_t *counts) {
  for (size_t i = 0; i < children->count; i++) {
    const ax_schema_element *e = children->elements[i];
    if (e->checks_count && (counts[i] < e->min || counts[i] > e->max))
      check_count(walk, place, e, counts[i]);
    if (counts[i] == 0 && e->slice_count)
      ax_check_slicing_missing(walk, place, e);
  }
}

static void walk_object(ax_walk *walk, const ax_place *place,
                        const ax_schema_children *children) {
  const ax_json *object = place->value;
  uint32_t counts[AX_SCHEMA_CHILDREN];
  if (!children || !children->count) return;
  memset(counts, 0, children->count * sizeof *counts);
  bool siblings = has_siblings(object);
  for (uint32_t i = 0; i < object->count; i++) {
    const ax_json_member *m = &object->u.members[i];
    if (siblings && m->key.len && m->key.ptr[0] == '_') {
      uint32_t index = 0;
      size_t lone = walk_lone_sibling(walk, place, children, m, &index);
      counts[index] += (uint32_t)lone;
      continue;
    }
    const ax_schema_field *field = ax_schema_field_of(children, m->key);
    if (!field) {
      report_unknown(walk, place, m);
      continue;
    }
    const ax_walk_member pair = { place, field, &m->value,
                                  siblings ? sibling_of(object, m->key)
                                           : NULL };
    counts[field->index] += (uint32_t)walk_member(walk, &pair);
  }
  check_counts(walk, place, children, counts);
}

void ax_walk_profile(ax_walk *walk, const ax_place *place,
                     const ax_schema *schema) {
  const ax_schema *outer = walk->schema;
  if (walk->depth >= DEPTH_MAX) return;
  walk->schema = schema;
  walk->depth++;
  if (ax_json_is(place->value, AX_JSON_OBJECT))
    walk_object(walk, place, schema->root->children);
  run_checks(schema->root, walk, place);
  walk->depth--;
  walk->schema = outer;
}

void ax_walk_base(ax_walk *walk, const ax_place *place,
                  const ax_schema *schema) {
  const ax_schema *outer = walk->schema;
  walk->schema = schema;
  walk_object(walk, place, schema->root->children);
  run_checks(schema->root, walk, place);
  walk->schema = outer;
}
