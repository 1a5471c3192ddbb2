/*
 * check.h - rules about one element's value. One kind of rule is one file
 * check_<name>.c with its three faces: compile it from an ElementDefinition,
 * run it, print it. The table of kinds is in check.c; FHIRPath invariants
 * join it there. Slicing is about all values of an element together and stands
 * beside the table.
 *
 * Threads: compiled checks are immutable.
 */
#ifndef AX_VALIDATE_CHECK_H
#define AX_VALIDATE_CHECK_H

#include "validate/schema.h"
#include "validate/walk.h"

typedef struct {
  ax_arena *arena; /* of the schema */
  ax_registry *registry;
  const ax_schema_element *element; /* what is compiled so far */
  const ax_json *definition;        /* the ElementDefinition */
  const ax_json
      *base; /* a profile: the type's own ElementDefinition; or NULL */
  const ax_json *twin; /* (in) a slice: what all values are held to; or NULL */
  bool is_root, is_profile;
  ax_str type;              /* of the StructureDefinition */
  const ax_json *structure; /* the whole StructureDefinition */
} ax_check_source;

typedef struct {
  const char *name;
  /* `*out` stays NULL when the element asks for nothing of this kind. */
  ax_status (*compile)(const ax_check_source *source, ax_check **out);
  void (*run)(const ax_check *self, ax_walk *walk, const ax_place *place);
  void (*explain)(const ax_check *self, ax_json_writer *w);
} ax_check_kind;

/* The head of every compiled check. */
struct ax_check {
  const ax_check_kind *kind;
  const ax_check *next;
};

/* All checks that the element asks for, linked. */
ax_status ax_check_compile(const ax_check_source *source,
                           const ax_check **out) AX_MUST_USE;

/* For kinds that look at all of a type, whatever its elements say: `*out` is
 * made where the schema of the type `name` itself begins. */
ax_status ax_check_on_type(const ax_check_source *source, const char *name,
                           ax_check **out) AX_MUST_USE;

/* What such kinds print: true. */
void ax_check_explain(const ax_check *self, ax_json_writer *w);

/* The definition's member `key`, or NULL when it has none or says the same as
 * the type it constrains, or as the element it is a slice of. */
const ax_json *ax_check_member(const ax_check_source *source, ax_str key);

/* The same for the one member that begins with `prefix` ("fixed" of
 * fixedUri). */
const ax_json *ax_check_choice(const ax_check_source *source, ax_str prefix);

/* Holds a primitive's value to the policies about texts (check_text.c). */
void ax_check_text(ax_walk *walk, const ax_place *place,
                   ax_fhir_primitive primitive);

/* A copy of a JSON value in the schema's arena, or NULL without memory. */
const ax_json *ax_check_copy(ax_arena *arena, const ax_json *value);

/* Does `value` hold `pattern` (R4 ElementDefinition.pattern[x])? */
bool ax_check_pattern_holds(const ax_json *value, const ax_json *pattern);

/* The values of a sliced element; and slices of one that is not there. */
void ax_check_slicing_run(ax_walk *walk, const ax_walk_member *member,
                          size_t count);
void ax_check_slicing_missing(ax_walk *walk, const ax_place *parent,
                              const ax_schema_element *sliced);

extern const ax_check_kind ax_check_aggregation;
extern const ax_check_kind ax_check_attachment;
extern const ax_check_kind ax_check_binding;
extern const ax_check_kind ax_check_bundle;
extern const ax_check_kind ax_check_canonical;
extern const ax_check_kind ax_check_code_system;
extern const ax_check_kind ax_check_coding;
extern const ax_check_kind ax_check_concept_map;
extern const ax_check_kind ax_check_contained;
extern const ax_check_kind ax_check_document;
extern const ax_check_kind ax_check_entry_reference;
extern const ax_check_kind ax_check_extension;
extern const ax_check_kind ax_check_fixed;
extern const ax_check_kind ax_check_form;
extern const ax_check_kind ax_check_identifier;
extern const ax_check_kind ax_check_invariant;
extern const ax_check_kind ax_check_length;
extern const ax_check_kind ax_check_measure;
extern const ax_check_kind ax_check_measure_report;
extern const ax_check_kind ax_check_narrative;
extern const ax_check_kind ax_check_narrative_link;
extern const ax_check_kind ax_check_pattern;
extern const ax_check_kind ax_check_present;
extern const ax_check_kind ax_check_quantity;
extern const ax_check_kind ax_check_questionnaire;
extern const ax_check_kind ax_check_range;
extern const ax_check_kind ax_check_reference;
extern const ax_check_kind ax_check_reference_type;
extern const ax_check_kind ax_check_request;
extern const ax_check_kind ax_check_sampled_data;
extern const ax_check_kind ax_check_search_parameter;
extern const ax_check_kind ax_check_structure;
extern const ax_check_kind ax_check_value_set;

#endif
