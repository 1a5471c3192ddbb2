#include "fhirpath/fp_shape.h"

#include "base/vec.h"

bool ax_fp_shape_is_empty(const ax_fp_shape *shape) {
  return !shape->unknown && !shape->kinds && !shape->type_count;
}

ax_fp_shape ax_fp_shape_unknown(void) {
  return (ax_fp_shape){ .unknown = true };
}

ax_fp_shape ax_fp_shape_kind(ax_fp_kind kind) {
  return (ax_fp_shape){ .kinds = AX_FP_SHAPE_BIT(kind) };
}

ax_status ax_fp_shape_add(ax_arena *arena, ax_fp_shape *shape,
                          const ax_fp_type *type) {
  for (size_t i = 0; i < shape->type_count; i++)
    if (shape->types[i] == type) return AX_OK;
  const ax_fp_type **slot =
      ax_vec_push(arena, (void **)&shape->types, &shape->type_count,
                  &shape->type_capacity, sizeof(const ax_fp_type *));
  if (!slot) return AX_NOMEM;
  *slot = type;
  return AX_OK;
}

ax_status ax_fp_shape_merge(ax_arena *arena, ax_fp_shape *shape,
                            const ax_fp_shape *more) {
  shape->unknown |= more->unknown;
  shape->unordered |= more->unordered;
  shape->kinds |= more->kinds;
  for (size_t i = 0; i < more->type_count; i++)
    AX_TRY(ax_fp_shape_add(arena, shape, more->types[i]));
  return AX_OK;
}

static unsigned kind_of(const ax_fp_type *type) {
  switch (type->primitive) {
  case AX_FHIR_NOT_PRIMITIVE:
    return ax_fp_model_is_quantity(NULL, type) ? AX_FP_SHAPE_BIT(AX_FP_QUANTITY)
                                               : 0;
  case AX_FHIR_BOOLEAN:
    return AX_FP_SHAPE_BIT(AX_FP_BOOLEAN);
  case AX_FHIR_INTEGER:
  case AX_FHIR_UNSIGNED_INT:
  case AX_FHIR_POSITIVE_INT:
    return AX_FP_SHAPE_BIT(AX_FP_INTEGER);
  case AX_FHIR_DECIMAL:
    return AX_FP_SHAPE_BIT(AX_FP_DECIMAL);
  case AX_FHIR_DATE:
    return AX_FP_SHAPE_BIT(AX_FP_DATE);
  case AX_FHIR_DATETIME:
  case AX_FHIR_INSTANT:
    return AX_FP_SHAPE_BIT(AX_FP_DATETIME);
  case AX_FHIR_TIME:
    return AX_FP_SHAPE_BIT(AX_FP_TIME);
  case AX_FHIR_BASE64_BINARY:
  case AX_FHIR_CANONICAL:
  case AX_FHIR_CODE:
  case AX_FHIR_ID:
  case AX_FHIR_MARKDOWN:
  case AX_FHIR_OID:
  case AX_FHIR_STRING:
  case AX_FHIR_URI:
  case AX_FHIR_URL:
  case AX_FHIR_UUID:
  case AX_FHIR_XHTML:
    break;
  }
  return AX_FP_SHAPE_BIT(AX_FP_STRING);
}

unsigned ax_fp_shape_kinds(const ax_fp_shape *shape) {
  unsigned kinds = shape->kinds;
  for (size_t i = 0; i < shape->type_count; i++)
    kinds |= kind_of(shape->types[i]);
  return kinds;
}

ax_str ax_fp_shape_name(ax_arena *arena, const ax_fp_shape *shape) {
  if (shape->unknown) return AX_STR("anything");
  if (shape->type_count == 1 && !shape->kinds) return shape->types[0]->path;
  if (shape->type_count > 1) {
    ax_str text = ax_arena_printf(arena, AX_STR_FMT " or " AX_STR_FMT "%s",
                                  AX_STR_ARG(shape->types[0]->path),
                                  AX_STR_ARG(shape->types[1]->path),
                                  shape->type_count > 2 ? " or others" : "");
    return text.ptr ? text : AX_STR("a choice of types");
  }
  for (int kind = AX_FP_BOOLEAN; kind < AX_FP_KIND_COUNT; kind++)
    if (shape->kinds & AX_FP_SHAPE_BIT(kind))
      return ax_str_from(ax_fp_value_kind_name((ax_fp_kind)kind));
  return AX_STR("nothing");
}
