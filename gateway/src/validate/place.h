/*
 * place.h - where the walk is: a chain of frames on the stack, one for each
 * element between the resource and the value looked at. It becomes text only
 * when an issue needs it.
 */
#ifndef AX_VALIDATE_PLACE_H
#define AX_VALIDATE_PLACE_H

#include "json/json.h"

typedef struct ax_schema_type ax_schema_type;

typedef struct ax_place ax_place;
struct ax_place {
  const ax_place *up;
  ax_str name;          /* "given"; of the first frame: the whole path so far */
  ax_str choice;        /* "Quantity" for valueQuantity; else empty */
  size_t index;         /* in an array, or AX_PLACE_SINGLE */
  const ax_json *value; /* NULL when only the sibling is there */
  const ax_json *sibling; /* `_name` of a primitive, or NULL */
  const ax_schema_type *type;
};

#define AX_PLACE_SINGLE SIZE_MAX

/* Where the member `name` of the object at `up` is, and its `i`th value where
 * it is an array. */
ax_place ax_place_member(const ax_place *up, ax_str name);
ax_place ax_place_item(const ax_place *up, ax_str name, size_t i);

/* "Observation.component[0].value.ofType(Quantity)" in `arena`; empty without
 * memory. */
ax_str ax_place_text(ax_arena *arena, const ax_place *place);

/* The value, or the sibling where there is only that: where the place is in
 * the source. */
const ax_json *ax_place_json(const ax_place *place);

#endif
