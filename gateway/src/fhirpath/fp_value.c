#include "fhirpath/fp_value.h"

#include "fhirpath/fp_datetime.h"
#include "fhirpath/fp_units.h"

ax_fp_item ax_fp_value_boolean(bool truth) {
  return (ax_fp_item){ .kind = AX_FP_BOOLEAN, .u.truth = truth };
}

ax_fp_item ax_fp_value_integer(int64_t integer) {
  return (ax_fp_item){ .kind = AX_FP_INTEGER, .u.integer = integer };
}

ax_fp_item ax_fp_value_string(ax_str text) {
  return (ax_fp_item){ .kind = AX_FP_STRING, .u.text = text };
}

ax_status ax_fp_value_decimal(ax_arena *arena, ax_fhir_decimal decimal,
                              ax_fp_item *out) {
  ax_fhir_decimal *kept = AX_NEW(arena, ax_fhir_decimal);
  if (!kept) return AX_NOMEM;
  *kept = decimal;
  *out = (ax_fp_item){ .kind = AX_FP_DECIMAL, .u.decimal = kept };
  return AX_OK;
}

ax_status ax_fp_value_moment(ax_arena *arena, ax_fp_kind kind,
                             ax_fp_moment moment, ax_fp_item *out) {
  ax_fp_moment *kept = AX_NEW(arena, ax_fp_moment);
  if (!kept) return AX_NOMEM;
  *kept = moment;
  *out = (ax_fp_item){ .kind = kind, .u.moment = kept };
  return AX_OK;
}

ax_status ax_fp_value_quantity(ax_arena *arena, ax_fp_quantity quantity,
                               ax_fp_item *out) {
  ax_fp_quantity *kept = AX_NEW(arena, ax_fp_quantity);
  if (!kept) return AX_NOMEM;
  *kept = quantity;
  *out = (ax_fp_item){ .kind = AX_FP_QUANTITY, .u.quantity = kept };
  return AX_OK;
}

ax_fp_item ax_fp_value_node(const ax_json *json, const ax_json *sibling,
                            const ax_fp_type *type) {
  ax_fp_item item = { .kind = AX_FP_NODE };
  item.u.node.json = json;
  item.u.node.sibling = sibling;
  item.u.node.type = type;
  return item;
}

bool ax_fp_value_is_primitive(const ax_fp_item *item) {
  if (item->kind != AX_FP_NODE) return item->kind != AX_FP_TYPE_INFO;
  const ax_json *json = item->u.node.json;
  return json && (json->kind == AX_JSON_BOOL || json->kind == AX_JSON_NUMBER ||
                  json->kind == AX_JSON_STRING);
}

/* --- FHIR to System --------------------------------------------------------
 */

static ax_status system_number(ax_arena *arena, const ax_fp_item *item,
                               ax_fhir_primitive type, ax_fp_item *out) {
  ax_str digits = ax_json_text(item->u.node.json);
  ax_fhir_decimal value;
  int64_t integer;
  if (!ax_fhir_decimal_parse(digits, &value)) return AX_OK;
  bool whole = type == AX_FHIR_INTEGER || type == AX_FHIR_UNSIGNED_INT ||
               type == AX_FHIR_POSITIVE_INT ||
               (type == AX_FHIR_NOT_PRIMITIVE && value.scale == 0);
  /* Integers have 32 bits; what a document holds beyond is a Decimal. */
  if (whole && value.scale == 0 && ax_fhir_decimal_to_int(value, &integer) &&
      integer <= INT32_MAX && integer >= INT32_MIN) {
    *out = ax_fp_value_integer(integer);
    return AX_OK;
  }
  return ax_fp_value_decimal(arena, value, out);
}

static ax_fp_kind moment_kind(ax_fhir_primitive type) {
  if (type == AX_FHIR_DATE) return AX_FP_DATE;
  if (type == AX_FHIR_DATETIME || type == AX_FHIR_INSTANT)
    return AX_FP_DATETIME;
  return type == AX_FHIR_TIME ? AX_FP_TIME : AX_FP_STRING;
}

static ax_status system_text(ax_arena *arena, const ax_fp_item *item,
                             ax_fhir_primitive type, ax_fp_item *out) {
  ax_str text = ax_json_text(item->u.node.json);
  ax_fp_kind kind = moment_kind(type);
  ax_fp_moment moment;
  /* What is no date stays text: that it is wrong is the validator's say. */
  if (kind != AX_FP_STRING && ax_fp_datetime_parse(kind, text, &moment))
    return ax_fp_value_moment(arena, kind, moment, out);
  *out = ax_fp_value_string(text);
  return AX_OK;
}

/* R4 2.9.0.1.1: a Quantity with a value and without comparator; UCUM's codes
 * for times become calendar units. */
static ax_status system_quantity(ax_arena *arena, const ax_json *json,
                                 ax_fp_item *out) {
  const ax_json *value = AX_JSON_GET(json, "value");
  ax_fp_quantity quantity = { .is_calendar = false };
  if (!ax_json_is(value, AX_JSON_NUMBER) || AX_JSON_GET(json, "comparator") ||
      !ax_fhir_decimal_parse(ax_json_text(value), &quantity.value))
    return AX_OK;
  ax_str code = AX_JSON_STR(json, "code");
  bool ucum = ax_str_eq(AX_JSON_STR(json, "system"),
                        AX_STR("http://unitsofmeasure.org"));
  quantity.unit = code.len ? code : AX_JSON_STR(json, "unit");
  if (ucum) ax_fp_units_from_ucum(&quantity);
  if (!quantity.unit.len) quantity.unit = AX_STR("1");
  return ax_fp_value_quantity(arena, quantity, out);
}

ax_status ax_fp_value_system(ax_arena *arena, const ax_fp_item *item,
                             ax_fp_item *out) {
  *out = *item;
  const ax_json *json = item->u.node.json;
  if (item->kind != AX_FP_NODE || !json) return AX_OK;
  const ax_fp_type *type = item->u.node.type;
  ax_fhir_primitive primitive = type ? type->primitive : AX_FHIR_NOT_PRIMITIVE;
  if (json->kind == AX_JSON_BOOL)
    *out = ax_fp_value_boolean(json->truth);
  else if (json->kind == AX_JSON_NUMBER)
    return system_number(arena, item, primitive, out);
  else if (json->kind == AX_JSON_STRING)
    return system_text(arena, item, primitive, out);
  else if (json->kind == AX_JSON_OBJECT && ax_fp_model_is_quantity(NULL, type))
    return system_quantity(arena, json, out);
  return AX_OK;
}

/* --- names and text --------------------------------------------------------
 */

const char *ax_fp_value_kind_name(ax_fp_kind kind) {
  static const char *const names[] = {
#define X(name, text) text,
    AX_FP_KINDS(X)
#undef X
  };
  return names[kind];
}

ax_str ax_fp_value_type_name(const ax_fp_item *item) {
  if (item->kind != AX_FP_NODE)
    return ax_str_from(ax_fp_value_kind_name(item->kind));
  return item->u.node.type ? item->u.node.type->name : AX_STR("element");
}

static ax_status quantity_text(ax_arena *arena, const ax_fp_quantity *quantity,
                               ax_str *out) {
  char digits[AX_FHIR_DECIMAL_TEXT];
  (void)ax_fhir_decimal_text(quantity->value, digits);
  bool one = ax_fhir_decimal_compare(quantity->value,
                                     ax_fhir_decimal_from_int(1)) == 0;
  if (quantity->is_calendar)
    *out = ax_arena_printf(arena, "%s " AX_STR_FMT "%s", digits,
                           AX_STR_ARG(quantity->unit), one ? "" : "s");
  else
    *out = ax_arena_printf(arena, "%s '" AX_STR_FMT "'", digits,
                           AX_STR_ARG(quantity->unit));
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status digits_text(ax_arena *arena, ax_fhir_decimal value,
                             ax_str *out) {
  char digits[AX_FHIR_DECIMAL_TEXT];
  size_t len = ax_fhir_decimal_text(value, digits);
  *out = ax_arena_str(arena, (ax_str){ digits, len });
  return out->ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_fp_value_text(ax_arena *arena, const ax_fp_item *item,
                           ax_str *out) {
  *out = AX_STR("");
  switch (item->kind) {
  case AX_FP_BOOLEAN:
    *out = item->u.truth ? AX_STR("true") : AX_STR("false");
    return AX_OK;
  case AX_FP_INTEGER:
    return digits_text(arena, ax_fhir_decimal_from_int(item->u.integer), out);
  case AX_FP_DECIMAL:
    return digits_text(arena, *item->u.decimal, out);
  case AX_FP_STRING:
    *out = item->u.text;
    return AX_OK;
  case AX_FP_DATE:
  case AX_FP_DATETIME:
  case AX_FP_TIME:
    return ax_fp_datetime_text(arena, item->kind, item->u.moment, out);
  case AX_FP_QUANTITY:
    return quantity_text(arena, item->u.quantity, out);
  case AX_FP_NODE:
  case AX_FP_TYPE_INFO:
  case AX_FP_KIND_COUNT:
    break;
  }
  return AX_OK;
}
