/*
 * fp_model.h - what the language must know about the types of the data, as a
 * small table of functions, so that it depends on no registry.
 *
 * Types are interned: a name always gives the same pointer, which lives as
 * long as the model. `path` says whose elements a type has: "HumanName" for a
 * data type, "Patient.contact" for a BackboneElement defined in place.
 *
 * Threads: the functions may be called from any thread.
 */
#ifndef AX_FHIRPATH_FP_MODEL_H
#define AX_FHIRPATH_FP_MODEL_H

#include "base/str.h"
#include "fhir/fhir_primitive.h"

typedef struct {
  ax_str name; /* "Patient", "string", "BackboneElement" */
  ax_str path;
  ax_fhir_primitive primitive; /* AX_FHIR_NOT_PRIMITIVE for all others */
  bool is_resource;
} ax_fp_type;

/* One element of a type under its FHIRPath name: "value" for value[x]. */
typedef struct {
  ax_str name;
  const ax_fp_type *const *types; /* at least one */
  size_t type_count;
  bool is_choice; /* the JSON key is the name and the type: "valueQuantity" */
  bool is_list;
} ax_fp_element;

typedef struct {
  void *ctx;

  /* The type named `name` ("Patient", "HumanName", "string"), or NULL. */
  const ax_fp_type *(*type)(void *ctx, ax_str name);

  /* What the type is built on ("DomainResource" for "Patient"), or NULL. */
  const ax_fp_type *(*base)(void *ctx, const ax_fp_type *type);

  /* The element of `of` called `name` in FHIRPath, or NULL. */
  const ax_fp_element *(*element)(void *ctx, const ax_fp_type *of, ax_str name);

  /* The element a JSON key belongs to and the type it has there:
   * "valueQuantity" gives the element "value" and the type Quantity. NULL when
   * the type has no such key. */
  const ax_fp_element *(*key)(void *ctx, const ax_fp_type *of, ax_str key,
                              const ax_fp_type **type);

  /* The `i`th element of `of`, inherited ones first, or NULL past the end. */
  const ax_fp_element *(*element_at)(void *ctx, const ax_fp_type *of, size_t i);
} ax_fp_model;

/* Is `type` the type `of` or built on it? Without a model: the same name. */
bool ax_fp_model_is(const ax_fp_model *model, const ax_fp_type *type,
                    const ax_fp_type *of);

/* True for Quantity and what is built on it (Age, Duration ...). */
bool ax_fp_model_is_quantity(const ax_fp_model *model, const ax_fp_type *type);

#endif
