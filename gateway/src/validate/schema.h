/*
 * schema.h - a compiled StructureDefinition: a tree of elements with checks.
 *
 * The schema of a type says everything about it: which members an object may
 * have, of which types, how often. The schema of a profile holds only what the
 * profile adds to its type: elements about which it says nothing new are left
 * out, so walking a profile costs what it demands. Both are walked by the same
 * code (walk.h).
 *
 * Lifetime: lives in the arena it was compiled into; texts are copies.
 * Threads: immutable after compilation, but for the link from an element's type
 * to that type's schema, which is filled in atomically.
 */
#ifndef AX_VALIDATE_SCHEMA_H
#define AX_VALIDATE_SCHEMA_H

#include <stdatomic.h>

#include "definitions/registry.h"
#include "fhir/fhir_primitive.h"
#include "json/json_write.h"

typedef struct ax_check ax_check;
typedef struct ax_schema ax_schema;
typedef struct ax_schema_type ax_schema_type;
typedef struct ax_schema_element ax_schema_element;
typedef struct ax_schema_children ax_schema_children;
typedef struct ax_slicing_match ax_slicing_match;
typedef struct ax_context ax_context;

enum {
  AX_SCHEMA_CHILDREN = 256, /* R4 has at most 60 in one object */
  AX_SCHEMA_DEPTH = 40,
  AX_SCHEMA_TARGETS = 64,
  AX_SCHEMA_SLICES = 512, /* of one element */
};
#define AX_SCHEMA_MANY UINT32_MAX /* "*" */

typedef enum {
  AX_SCHEMA_OPEN,
  AX_SCHEMA_CLOSED,
  AX_SCHEMA_OPEN_AT_END
} ax_schema_rules;

struct ax_schema_type {
  ax_str name; /* "Quantity" */
  ax_fhir_primitive primitive;
  bool is_resource;    /* Resource, DomainResource or a concrete one */
  bool has_no_sibling; /* a FHIRPath System type: Resource.id, Extension.url */
  const ax_str *profiles; /* type.profile, those that the type lacks */
  size_t profile_count;
  _Atomic(const ax_schema *) schema; /* once it was needed */
};

struct ax_schema_element {
  ax_str name;  /* "value" of value[x] */
  ax_str path;  /* "Observation.value[x]", for people */
  ax_str slice; /* its name, or empty */
  uint32_t min, max;
  bool is_array, is_choice;
  bool checks_count; /* are min and max to be checked here? */
  ax_schema_type *types;
  size_t type_count;
  const ax_schema_children *children; /* NULL: those of the type */
  const ax_check *checks;
  ax_schema_element **slices;
  size_t slice_count;
  ax_schema_rules rules; /* of the slices: may there be other values? */
  bool ordered;
  /* A slice: what tells the values that belong to it, one of: */
  bool is_default;               /* @default: all that no other slice has */
  ax_str wants_url;              /* of extensions: the url */
  ax_str wants_type;             /* of a choice: the type's name */
  const ax_slicing_match *match; /* slicing_match.h */
};

/* A JSON member name and what it stands for. */
typedef struct {
  ax_str key;
  const ax_schema_element *element; /* NULL: a free slot */
  ax_schema_type *type; /* NULL: the profile does not allow this type */
  ax_str choice;        /* the type's name when the element is a choice */
  uint32_t index;       /* of the element among the children */
} ax_schema_field;

struct ax_schema_children {
  ax_schema_element **elements;
  size_t count;
  ax_schema_field *fields; /* open addressing, a power of two */
  size_t field_mask;
};

struct ax_schema {
  ax_str url;  /* "http://...|4.0.1" */
  ax_str type; /* "Observation" */
  bool is_profile;
  ax_schema_element *root;
  const ax_context *context; /* of an extension: where it may be used */
  const char *broken;        /* why it cannot be used; or NULL */
};

/* The slot where the search for `key` begins. */
size_t ax_schema_slot(const ax_schema_children *children, ax_str key);

/* What a member name stands for, or NULL. */
const ax_schema_field *ax_schema_field_of(const ax_schema_children *children,
                                          ax_str key);

/*
 * Compiles the StructureDefinition `url` into `arena`. NOT_FOUND; INVALID with
 * the place in the definition; NOMEM, TOO_LARGE.
 */
ax_status ax_schema_compile(ax_registry *registry, ax_arena *arena, ax_str url,
                            ax_schema **out, ax_error *err) AX_MUST_USE;

/* Writes the schema for people. */
void ax_schema_explain(const ax_schema *schema, ax_json_writer *w);

#endif
