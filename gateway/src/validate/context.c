#include "validate/context.h"

#include <string.h>

#include "base/buf.h"
#include "fhirpath/fp_parse.h"
#include "validate/invariant.h"

enum { FRAMES = 64, WHERE = 800 };

typedef enum { AT_ELEMENT, IN_EXTENSION, BY_FHIRPATH } context_kind;

typedef struct {
  context_kind kind;
  ax_str expression;
  ax_fp_program program; /* BY_FHIRPATH */
} context_item;

struct ax_context {
  bool is_modifier;
  bool anywhere; /* no context, or one that we cannot judge */
  const context_item *items;
  size_t count;
  const ax_invariant **invariants;
  size_t invariant_count;
};

/* --- compiling -------------------------------------------------------------
 */

/* `*usable` is cleared for a context that is none of R4's. */
static ax_status read_item(ax_arena *arena, const ax_json *one,
                           context_item *out, bool *usable) {
  ax_str type = AX_JSON_STR(one, "type");
  out->expression = ax_arena_str(arena, AX_JSON_STR(one, "expression"));
  if (!out->expression.ptr) return AX_NOMEM;
  if (ax_str_eq(type, AX_STR("extension"))) out->kind = IN_EXTENSION;
  if (ax_str_eq(type, AX_STR("extension")) ||
      ax_str_eq(type, AX_STR("element")))
    return AX_OK;
  ax_fp_fault fault = { .status = AX_OK };
  out->kind = BY_FHIRPATH;
  ax_status status =
      ax_str_eq(type, AX_STR("fhirpath"))
          ? ax_fp_parse(arena, out->expression, &out->program, &fault)
          : AX_INVALID;
  if (status) *usable = false;
  return status == AX_NOMEM ? AX_NOMEM : AX_OK;
}

static ax_status read_items(ax_arena *arena, const ax_json *list,
                            ax_context *out) {
  size_t count = ax_json_count(list);
  bool usable = true;
  context_item *items = AX_NEW_ARRAY(arena, context_item, count + 1);
  if (!items) return AX_NOMEM;
  for (size_t i = 0; i < count; i++)
    AX_TRY(read_item(arena, ax_json_item(list, i), &items[i], &usable));
  out->items = items;
  out->count = count;
  if (!count || !usable) out->anywhere = true;
  return AX_OK;
}

/* An invariant is compiled like a constraint of the extension. */
static ax_status read_invariant(ax_arena *arena, const ax_json *text,
                                ax_invariant **out) {
  const ax_json_member members[] = {
    { AX_STR("key"),
      0,
      { .kind = AX_JSON_STRING, .count = 3, .u.text = "ctx" } },
    { AX_STR("severity"),
      0,
      { .kind = AX_JSON_STRING, .count = 5, .u.text = "error" } },
    { AX_STR("human"), 0, *text },
    { AX_STR("expression"), 0, *text },
  };
  const ax_json constraint = { .kind = AX_JSON_OBJECT,
                               .count = AX_COUNT(members),
                               .u.members = members };
  return ax_invariant_compile(arena, &constraint, false, out);
}

static ax_status read_invariants(ax_arena *arena, const ax_json *list,
                                 ax_context *out) {
  size_t count = ax_json_count(list);
  out->invariants = AX_NEW_ARRAY(arena, const ax_invariant *, count + 1);
  if (!out->invariants) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    ax_invariant *one = NULL;
    AX_TRY(read_invariant(arena, ax_json_item(list, i), &one));
    if (one) out->invariants[out->invariant_count++] = one;
  }
  return AX_OK;
}

ax_status ax_context_compile(ax_arena *arena, const ax_json *definition,
                             const ax_context **out) {
  *out = NULL;
  if (!ax_str_eq(AX_JSON_STR(definition, "type"), AX_STR("Extension")) ||
      !ax_str_eq(AX_JSON_STR(definition, "derivation"), AX_STR("constraint")))
    return AX_OK;
  ax_context *made = AX_NEW(arena, ax_context);
  if (!made) return AX_NOMEM;
  const ax_json *root = ax_json_item(
      AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element"), 0);
  const ax_json *modifier = AX_JSON_GET(root, "isModifier");
  made->is_modifier = modifier && modifier->truth;
  AX_TRY(read_items(arena, AX_JSON_GET(definition, "context"), made));
  AX_TRY(read_invariants(arena, AX_JSON_GET(definition, "contextInvariant"),
                         made));
  *out = made;
  return AX_OK;
}

/* --- where the extension is ------------------------------------------------
 */

/* The elements from the one that holds the extension up to its resource. */
typedef struct {
  const ax_place *frames[FRAMES];
  size_t count;
} location;

static bool is_resource(const ax_place *p) {
  return !p->up || AX_JSON_STR(p->value, "resourceType").len > 0;
}

static void locate(const ax_place *extension, location *out) {
  const ax_place *p = extension->up;
  out->count = 0;
  for (; p && out->count < FRAMES; p = p->up) {
    out->frames[out->count++] = p;
    if (is_resource(p)) return;
  }
}

static ax_str type_name(const ax_place *p) {
  ax_str resource = AX_JSON_STR(p->value, "resourceType");
  if (resource.len) return resource;
  return p->type ? p->type->name : AX_STR("");
}

/* Resources with a canonical URL of their own, which later versions gave the
 * common names CanonicalResource and MetadataResource; extensions for R4 use
 * them in contexts. */
static bool is_canonical(ax_str type) {
  static const char *const types[] = { "ActivityDefinition",
                                       "CapabilityStatement",
                                       "ChargeItemDefinition",
                                       "CodeSystem",
                                       "CompartmentDefinition",
                                       "ConceptMap",
                                       "EffectEvidenceSynthesis",
                                       "EventDefinition",
                                       "Evidence",
                                       "EvidenceVariable",
                                       "ExampleScenario",
                                       "GraphDefinition",
                                       "ImplementationGuide",
                                       "Library",
                                       "Measure",
                                       "MessageDefinition",
                                       "NamingSystem",
                                       "OperationDefinition",
                                       "PlanDefinition",
                                       "Questionnaire",
                                       "ResearchDefinition",
                                       "ResearchElementDefinition",
                                       "RiskEvidenceSynthesis",
                                       "SearchParameter",
                                       "StructureDefinition",
                                       "StructureMap",
                                       "TerminologyCapabilities",
                                       "TestScript",
                                       "ValueSet" };
  for (size_t i = 0; i < AX_COUNT(types); i++)
    if (ax_str_eq(type, ax_str_from(types[i]))) return true;
  return false;
}

/* Types that others are made from. */
static bool is_kind(const ax_place *p, ax_str name) {
  bool resource = is_resource(p);
  ax_str own = type_name(p);
  if (ax_str_eq(own, name)) return true;
  if (ax_str_eq(name, AX_STR("Element"))) return true; /* R4 means anything */
  if (ax_str_eq(name, AX_STR("Resource"))) return resource;
  if (ax_str_eq(name, AX_STR("CanonicalResource")) ||
      ax_str_eq(name, AX_STR("MetadataResource")))
    return resource && is_canonical(own);
  if (ax_str_eq(name, AX_STR("DomainResource")))
    return resource && !ax_str_eq(own, AX_STR("Bundle")) &&
           !ax_str_eq(own, AX_STR("Binary")) &&
           !ax_str_eq(own, AX_STR("Parameters"));
  return false;
}

static ax_str without_x(ax_str step) {
  if (ax_str_ends(step, AX_STR("[x]"))) step.len -= 3;
  return step;
}

/* Do the steps lead from frame `from` (whose type is the first) down to frame
 * 0? A step may be taken again where content refers to itself. */
static bool leads(const location *at, size_t from, ax_str steps) {
  ax_str step = AX_STR("");
  while (from > 0) {
    ax_str name = at->frames[from - 1]->name, rest = steps;
    ax_str next = ax_str_cut(&rest, '.'); /* "name:official" */
    next = without_x(ax_str_cut(&next, ':'));
    if (steps.len && ax_str_eq(next, name)) {
      step = next;
      steps = rest;
    } else if (!ax_str_eq(step, name)) {
      return false;
    }
    from--;
  }
  return steps.len == 0;
}

/* The definition of "url#element" is one that the path begins with, or a
 * profile; which slice or profile it is counts for nothing. */
static bool is_at(const location *at, ax_str expression) {
  size_t hash = ax_str_find(expression, AX_STR("#"));
  ax_str steps =
      hash == AX_STR_NONE ? expression : ax_str_skip(expression, hash + 1);
  ax_str first = ax_str_cut(&steps, '.');
  for (size_t i = 0; i < at->count; i++)
    if (is_kind(at->frames[i], first) && leads(at, i, steps)) return true;
  return false;
}

/* In the extension `url`, or on its value. */
static bool is_within_extension(const location *at, ax_str url) {
  size_t i = 0;
  if (at->count > 1 && ax_str_eq(at->frames[0]->name, AX_STR("value"))) i = 1;
  if (!at->count) return false;
  const ax_place *p = at->frames[i];
  if (!p->type || !ax_str_eq(p->type->name, AX_STR("Extension"))) return false;
  url = ax_str_cut(&url, '#');
  return ax_str_eq(AX_JSON_STR(p->value, "url"), url);
}

/* What leads to an element from its resource: a member of the result, or (as
 * some write it) a sentence about the resource that is true. What cannot be
 * evaluated refuses nothing. */
static bool is_found(const context_item *item, ax_walk *walk,
                     const ax_place *owner) {
  ax_arena *arena = ax_walk_scratch(walk);
  if (!arena || !walk->resource) return true;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  const ax_fp_host host = ax_invariant_host(walk);
  const ax_json *inner = walk->contained ? walk->contained : walk->resource;
  const ax_fp_input in = { .arena = arena,
                           .model = walk->model,
                           .host = &host,
                           .context = ax_fp_eval_root(walk->model, inner),
                           .resource = inner,
                           .root = walk->resource };
  ax_fp_list list = { 0 };
  bool found = ax_fp_eval(&item->program, &in, &list, NULL) != AX_OK;
  for (size_t i = 0; !found && i < list.count; i++) {
    const ax_fp_item *one = &list.items[i];
    found = one->kind == AX_FP_NODE
                ? one->u.node.json == owner->value ||
                      one->u.node.sibling == owner->value
                : one->kind == AX_FP_BOOLEAN && one->u.truth;
  }
  ax_arena_rewind(arena, mark);
  return found;
}

static bool allows(const context_item *item, ax_walk *walk,
                   const ax_place *owner, const location *at) {
  switch (item->kind) {
  case AT_ELEMENT:
    return is_at(at, item->expression);
  case IN_EXTENSION:
    return is_within_extension(at, item->expression);
  case BY_FHIRPATH:
    return is_found(item, walk, owner);
  }
  return true;
}

/* --- reporting -------------------------------------------------------------
 */

static void report_where(const ax_context *c, ax_walk *walk, ax_str url,
                         const ax_place *owner) {
  ax_buf where = AX_BUF_INIT(WHERE);
  for (size_t i = 0; i < c->count; i++)
    ax_buf_printf(&where, "%s" AX_STR_FMT, i ? ", " : "",
                  AX_STR_ARG(c->items[i].expression));
  ax_str list = ax_buf_view(&where), type = type_name(owner);
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "extension-context", owner,
                "The extension '" AX_STR_FMT
                "' is not allowed to be used at this point (a " AX_STR_FMT
                "); allowed: " AX_STR_FMT,
                AX_STR_ARG(url), AX_STR_ARG(type), AX_STR_ARG(list));
  ax_buf_free(&where);
}

/* Inside of content that is defined elsewhere paths cannot be told. */
static bool is_known(const location *at) {
  for (size_t i = 0; i < at->count; i++)
    if (!at->frames[i]->type && !is_resource(at->frames[i])) return false;
  return true;
}

/* Extensions that the definitions of R4 themselves use where their published
 * context does not allow it. */
static bool is_published_too_narrow(ax_str url) {
  static const char *const names[] = { "structuredefinition-fhir-type",
                                       "structuredefinition-normative-version",
                                       "valueset-concept-comments",
                                       "translation", "regex" };
  static const char core[] = "http://hl7.org/fhir/StructureDefinition/";
  if (!ax_str_starts(url, ax_str_from(core))) return false;
  for (size_t i = 0; i < AX_COUNT(names); i++)
    if (ax_str_eq(ax_str_skip(url, sizeof core - 1), ax_str_from(names[i])))
      return true;
  return false;
}

static void check_where(const ax_context *c, ax_walk *walk, ax_str url,
                        const ax_place *owner, const location *at) {
  if (!is_known(at) || is_published_too_narrow(url)) return;
  for (size_t i = 0; i < c->count; i++)
    if (allows(&c->items[i], walk, owner, at)) return;
  report_where(c, walk, url, owner);
}

static void check_modifier(const ax_context *c, ax_walk *walk, ax_str url,
                           const ax_place *place) {
  bool used = ax_str_eq(place->name, AX_STR("modifierExtension"));
  if (used == c->is_modifier) return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "extension-modifier", place,
                c->is_modifier
                    ? "The extension '" AX_STR_FMT
                      "' is a modifier: it must stand in modifierExtension"
                    : "The extension '" AX_STR_FMT
                      "' is no modifier: it must not stand in "
                      "modifierExtension",
                AX_STR_ARG(url));
}

/* Without the type of the element an expression would not see its choices. */
static const ax_fp_type *fp_type_of(const ax_walk *walk, const ax_place *p) {
  ax_str name = type_name(p);
  return walk->model && name.len ? walk->model->type(walk->model->ctx, name)
                                 : NULL;
}

static void check_invariant(const ax_invariant *v, ax_walk *walk, ax_str url,
                            const ax_place *owner) {
  size_t faults = walk->faults;
  walk->faults = 0;
  walk->quiet++;
  ax_invariant_run(v, walk, owner, fp_type_of(walk, owner));
  walk->quiet--;
  bool fails = walk->faults > 0;
  walk->faults = faults;
  if (fails)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "extension-invariant",
                  owner,
                  "The extension '" AX_STR_FMT
                  "' is not allowed to be used at this point: its context "
                  "invariant '" AX_STR_FMT "' does not hold",
                  AX_STR_ARG(url), AX_STR_ARG(v->human));
}

void ax_context_check(const ax_schema *extension, ax_walk *walk,
                      const ax_place *place) {
  const ax_context *c = extension->context;
  if (!c || !place->up) return;
  ax_str url = AX_JSON_STR(place->value, "url");
  location at;
  locate(place, &at);
  check_modifier(c, walk, url, place);
  if (!c->anywhere) check_where(c, walk, url, place->up, &at);
  for (size_t i = 0; i < c->invariant_count; i++)
    check_invariant(c->invariants[i], walk, url, place->up);
}
