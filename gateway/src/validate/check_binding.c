/*
 * binding: a code, Coding, CodeableConcept or Quantity unit must be, or should
 * be, in a value set (R4 terminologies.html#strength); and it must be in the
 * greatest one, where the binding names such a set (extension
 * elementdefinition-maxValueSet), and in those of additional bindings that hold
 * everywhere. What the host cannot decide is no fault, but it is told.
 */
#include "validate/check.h"

typedef struct {
  ax_str value_set; /* empty: none */
  ax_severity severity;
  const char *demand;
} bound;

typedef struct {
  ax_check check;
  bound own, greatest;
  bound *more; /* additional bindings */
  size_t more_count;
  ax_str strength;
} binding_check;

/* A profile's binding of a choice that leaves open several types is meant for
 * one of them and cannot say which: the units that R4's vital-signs profile
 * demands of every component.value[x], answers and codes included. */
static bool is_mixed(const ax_check_source *source) {
  return source->is_profile && source->element->is_choice &&
         source->element->type_count > 1;
}

static ax_str greatest_set(const ax_json *binding) {
  static const char url[] = "http://hl7.org/fhir/StructureDefinition/"
                            "elementdefinition-maxValueSet";
  const ax_json *list = AX_JSON_GET(binding, "extension");
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "url"), ax_str_from(url)))
      return AX_JSON_STR(ax_json_item(list, i), "valueCanonical");
  return AX_STR("");
}

/* "#id", which the profile contains, is known as URL#id. */
static ax_str set_url(const ax_check_source *source, ax_str set) {
  ax_str profile = AX_JSON_STR(source->structure, "url");
  return set.ptr[0] == '#' ? AX_JOIN(source->arena, profile, set)
                           : ax_arena_str(source->arena, set);
}

static bool copy_set(const ax_check_source *source, ax_str set,
                     ax_severity severity, bound *out) {
  if (!set.len) return true;
  out->value_set = set_url(source, set);
  out->severity = severity;
  out->demand = severity == AX_ERROR     ? "must"
                : severity == AX_WARNING ? "should"
                                         : "had better";
  return out->value_set.ptr != NULL;
}

static ax_severity severity_of(ax_str strength, bool is_mixed) {
  if (ax_str_eq(strength, AX_STR("preferred"))) return AX_INFORMATION;
  if (ax_str_eq(strength, AX_STR("extensible")) || is_mixed) return AX_WARNING;
  return AX_ERROR;
}

/* --- additional bindings ---------------------------------------------------
 */

static const ax_json *part_of(const ax_json *extension, const char *name) {
  const ax_json *parts = AX_JSON_GET(extension, "extension");
  for (size_t i = 0; i < ax_json_count(parts); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(parts, i), "url"),
                  ax_str_from(name)))
      return ax_json_item(parts, i);
  return NULL;
}

/* As R5 has them (ElementDefinition.binding.additional), told to R4 by an
 * extension: of the tools, or that for an element of another version. */
static bool is_additional(const ax_json *extension) {
  static const char tools[] = "http://hl7.org/fhir/tools/StructureDefinition/"
                              "additional-binding";
  static const char later[] = "http://hl7.org/fhir/5.0/StructureDefinition/"
                              "extension-ElementDefinition.binding.additional";
  ax_str url = AX_JSON_STR(extension, "url");
  return ax_str_eq(url, ax_str_from(tools)) ||
         ax_str_eq(url, ax_str_from(later));
}

/* Those for a usage hold where nobody says here whether it is, and those of
 * which any one value is enough are about all values together. */
static bool holds_everywhere(const ax_json *extension, ax_severity *severity) {
  ax_str purpose = AX_JSON_STR(part_of(extension, "purpose"), "valueCode");
  const ax_json *any = AX_JSON_GET(part_of(extension, "any"), "valueBoolean");
  if (part_of(extension, "usage") || (any && any->truth)) return false;
  *severity = ax_str_eq(purpose, AX_STR("extensible")) ? AX_WARNING : AX_ERROR;
  return ax_str_eq(purpose, AX_STR("maximum")) ||
         ax_str_eq(purpose, AX_STR("required")) || *severity == AX_WARNING;
}

static bool read_additional(const ax_check_source *source,
                            const ax_json *binding, binding_check *made) {
  const ax_json *list = AX_JSON_GET(binding, "extension");
  bool mixed = is_mixed(source);
  made->more = AX_NEW_ARRAY(source->arena, bound, ax_json_count(list) + 1);
  if (!made->more) return false;
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    ax_severity severity = AX_ERROR;
    ax_str set = AX_JSON_STR(part_of(one, "valueSet"), "valueCanonical");
    if (!is_additional(one) || !set.len || !holds_everywhere(one, &severity))
      continue;
    if (!copy_set(source, set, mixed ? AX_WARNING : severity,
                  &made->more[made->more_count++]))
      return false;
  }
  return true;
}

static bool has_additional(const ax_json *binding) {
  const ax_json *list = AX_JSON_GET(binding, "extension");
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (is_additional(ax_json_item(list, i))) return true;
  return false;
}

static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *binding = ax_check_member(source, AX_STR("binding"));
  ax_str strength = AX_JSON_STR(binding, "strength");
  ax_str set = AX_JSON_STR(binding, "valueSet");
  ax_str greatest = greatest_set(binding);
  bool mixed = is_mixed(source);
  if (ax_str_eq(strength, AX_STR("example"))) set = AX_STR("");
  if (!strength.len || (!set.len && !greatest.len && !has_additional(binding)))
    return AX_OK;
  binding_check *made = AX_NEW(source->arena, binding_check);
  if (!made) return AX_NOMEM;
  made->strength = ax_arena_str(source->arena, strength);
  *out = &made->check;
  return made->strength.ptr &&
                 copy_set(source, set, severity_of(strength, mixed),
                          &made->own) &&
                 copy_set(source, greatest, mixed ? AX_WARNING : AX_ERROR,
                          &made->greatest) &&
                 read_additional(source, binding, made)
             ? AX_OK
             : AX_NOMEM;
}

/* Nobody knows the system, which is told where the Coding is looked at. */
static bool is_told_elsewhere(const ax_walk *walk, ax_str system, ax_str code) {
  const ax_validate_host *host = walk->host;
  const char *why = NULL;
  return system.len && host->code_in_system &&
         host->code_in_system(host->ctx, system, code, &why) ==
             AX_CODE_UNDECIDED;
}

static ax_code_answer ask(const bound *c, ax_walk *walk, const ax_place *place,
                          ax_str system, ax_str code) {
  const char *why = NULL;
  ax_code_answer answer = walk->host->code_in_value_set(
      walk->host->ctx, c->value_set, system, code, &why);
  if (answer == AX_CODE_UNDECIDED && walk->options.tell_unchecked &&
      c->severity != AX_INFORMATION && !is_told_elsewhere(walk, system, code))
    ax_walk_unchecked(walk, place, c->value_set, code, why);
  return answer;
}

/* A value set may give its codes names of its own (R4
 * ValueSet.compose.include.concept.display). */
static void excuse_display(const bound *c, ax_walk *walk,
                           const ax_json *coding) {
  const ax_validate_host *host = walk->host;
  if (walk->displays.count && host->value_set_names &&
      ax_walk_display_waits(walk, coding) &&
      host->value_set_names(
          host->ctx, c->value_set, AX_JSON_STR(coding, "system"),
          AX_JSON_STR(coding, "code"), AX_JSON_STR(coding, "display")))
    ax_walk_display_excuse(walk, coding);
}

static void refuse(const bound *c, ax_walk *walk, const ax_place *place,
                   ax_str system, ax_str code) {
  ax_walk_issue(
      walk, c->severity, AX_ISSUE_CODE_INVALID, "code-not-in-value-set", place,
      "The code '" AX_STR_FMT "%s" AX_STR_FMT
      "' is not in the value set " AX_STR_FMT ", from which it %s come",
      AX_STR_ARG(system), system.len ? "#" : "", AX_STR_ARG(code),
      AX_STR_ARG(c->value_set), c->demand);
}

static void run_code(const bound *c, ax_walk *walk, const ax_place *place) {
  ax_str code = ax_json_text(place->value);
  if (!code.len || ask(c, walk, place, AX_STR(""), code) != AX_CODE_NOT_IN)
    return;
  if (walk->options.tell_missing_system && c->severity == AX_ERROR)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_NOT_FOUND, "code-no-system", place,
                  "None of the code systems of the value set " AX_STR_FMT
                  " has the code '" AX_STR_FMT
                  "', so its system cannot be determined",
                  AX_STR_ARG(c->value_set), AX_STR_ARG(code));
  refuse(c, walk, place, AX_STR(""), code);
}

/* A Coding or a Quantity. A Coding without system says too little to be in a
 * value set; without code there is nothing to look for. */
static ax_code_answer ask_coding(const bound *c, ax_walk *walk,
                                 const ax_place *place, const ax_json *coding) {
  ax_str code = AX_JSON_STR(coding, "code");
  ax_str system = AX_JSON_STR(coding, "system");
  if (!code.len) return AX_CODE_UNDECIDED;
  return ask(c, walk, place, system, code);
}

static void run_coding(const bound *c, ax_walk *walk, const ax_place *place) {
  if (ask_coding(c, walk, place, place->value) == AX_CODE_NOT_IN)
    refuse(c, walk, place, AX_JSON_STR(place->value, "system"),
           AX_JSON_STR(place->value, "code"));
}

/* One coding from the value set is enough; a text alone is not. */
static void run_concept(const bound *c, ax_walk *walk, const ax_place *place) {
  const ax_json *codings = AX_JSON_GET(place->value, "coding");
  const ax_json *first = ax_json_item(codings, 0);
  for (size_t i = 0; i < ax_json_count(codings); i++)
    excuse_display(c, walk, ax_json_item(codings, i));
  for (size_t i = 0; i < ax_json_count(codings); i++)
    if (ask_coding(c, walk, place, ax_json_item(codings, i)) != AX_CODE_NOT_IN)
      return;
  if (first)
    refuse(c, walk, place, AX_JSON_STR(first, "system"),
           AX_JSON_STR(first, "code"));
  else if (c->severity == AX_ERROR && AX_JSON_GET(place->value, "text"))
    ax_walk_issue(
        walk, c->severity, AX_ISSUE_CODE_INVALID, "code-missing", place,
        "There is a text but no code; a code from the value set " AX_STR_FMT
        " is required",
        AX_STR_ARG(c->value_set));
}

static void hold_to(const bound *c, ax_walk *walk, const ax_place *place) {
  if (ax_json_is(place->value, AX_JSON_STRING))
    run_code(c, walk, place);
  else if (!ax_json_is(place->value, AX_JSON_OBJECT))
    return;
  else if (place->type &&
           ax_str_eq(place->type->name, AX_STR("CodeableConcept")))
    run_concept(c, walk, place);
  else
    run_coding(c, walk, place);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const binding_check *c = (const binding_check *)self;
  if (!place->value || !walk->host->code_in_value_set) return;
  if (c->own.value_set.len) hold_to(&c->own, walk, place);
  if (c->greatest.value_set.len) hold_to(&c->greatest, walk, place);
  for (size_t i = 0; i < c->more_count; i++) hold_to(&c->more[i], walk, place);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  const binding_check *c = (const binding_check *)self;
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("strength"), c->strength);
  if (c->own.value_set.len)
    ax_json_write_member(w, AX_STR("valueSet"), c->own.value_set);
  if (c->greatest.value_set.len)
    ax_json_write_member(w, AX_STR("maxValueSet"), c->greatest.value_set);
  if (c->more_count) {
    ax_json_write_key(w, AX_STR("additional"));
    ax_json_write_array(w);
    for (size_t i = 0; i < c->more_count; i++)
      ax_json_write_str(w, c->more[i].value_set);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

const ax_check_kind ax_check_binding = { "binding", compile, run, explain };
