/*
 * fp_value.h - the values of FHIRPath: items and collections of them.
 *
 * An item is a node of the document (its JSON value, the `_` sibling that
 * carries id and extensions of a primitive, and its type) or a value of the
 * System types, which has no document. Every value is a collection.
 *
 * Lifetime: items point into the document, the expression or the arena of the
 * evaluation; all three outlive them. Threads: plain values.
 */
#ifndef AX_FHIRPATH_FP_VALUE_H
#define AX_FHIRPATH_FP_VALUE_H

#include "base/arena.h"
#include "fhir/fhir_decimal.h"
#include "fhirpath/fp_model.h"
#include "json/json.h"

/* The System types, in the order of the enum, by their names. */
#define AX_FP_KINDS(X)    \
  X(NODE, "")             \
  X(BOOLEAN, "Boolean")   \
  X(INTEGER, "Integer")   \
  X(DECIMAL, "Decimal")   \
  X(STRING, "String")     \
  X(DATE, "Date")         \
  X(DATETIME, "DateTime") \
  X(TIME, "Time")         \
  X(QUANTITY, "Quantity") \
  X(TYPE_INFO, "TypeInfo")

typedef enum {
#define X(name, text) AX_FP_##name,
  AX_FP_KINDS(X)
#undef X
      AX_FP_KIND_COUNT
} ax_fp_kind;

typedef enum {
  AX_FP_YEAR = 1,
  AX_FP_MONTH,
  AX_FP_DAY,
  AX_FP_HOUR,
  AX_FP_MINUTE,
  AX_FP_SECOND,
  AX_FP_FRACTION /* seconds with decimals; one precision with SECOND */
} ax_fp_precision;

/* A date, a date and time, or a time of day (year, month, day are 0). */
typedef struct {
  ax_fp_precision precision;
  int year, month, day, hour, minute, second;
  int32_t nanos;
  int fraction_digits; /* as written; at most 9 are kept */
  bool has_zone;
  int zone_minutes;
} ax_fp_moment;

typedef struct {
  ax_fhir_decimal value;
  ax_str unit;      /* UCUM code, or the calendar word in the singular */
  bool is_calendar; /* "4 days" and not "4 'd'" */
} ax_fp_quantity;

typedef struct {
  ax_fp_kind kind;
  union {
    struct {
      const ax_json *json;    /* NULL: a primitive with only a sibling */
      const ax_json *sibling; /* NULL: none */
      const ax_fp_type *type; /* NULL: not known */
    } node;
    bool truth;
    int64_t integer;
    const ax_fhir_decimal *decimal;
    ax_str text;
    const ax_fp_moment *moment;
    const ax_fp_quantity *quantity;
    struct {
      ax_str name;
      bool is_system; /* namespace System, else FHIR */
    } type_info;
  } u;
} ax_fp_item;

typedef struct {
  ax_fp_item *items;
  size_t count;
  size_t capacity;
} ax_fp_list;

ax_fp_item ax_fp_value_boolean(bool truth);
ax_fp_item ax_fp_value_integer(int64_t integer);
ax_fp_item ax_fp_value_string(ax_str text);

/* These need memory for what they point at: NOMEM. */
ax_status ax_fp_value_decimal(ax_arena *arena, ax_fhir_decimal decimal,
                              ax_fp_item *out) AX_MUST_USE;
ax_status ax_fp_value_moment(ax_arena *arena, ax_fp_kind kind,
                             ax_fp_moment moment, ax_fp_item *out) AX_MUST_USE;
ax_status ax_fp_value_quantity(ax_arena *arena, ax_fp_quantity quantity,
                               ax_fp_item *out) AX_MUST_USE;

/* A node; `sibling` and `type` may be NULL. */
ax_fp_item ax_fp_value_node(const ax_json *json, const ax_json *sibling,
                            const ax_fp_type *type);

/* Does the node hold a primitive value? */
bool ax_fp_value_is_primitive(const ax_fp_item *item);

/*
 * The System value a node stands for (R4 fhirpath 2.9.0 "conversion"): a
 * FHIR.boolean a Boolean, a FHIR.Quantity with a value a Quantity. What stands
 * for no System value (a HumanName, a primitive without value) comes back as
 * it is, and so does everything that is System already.
 */
ax_status ax_fp_value_system(ax_arena *arena, const ax_fp_item *item,
                             ax_fp_item *out) AX_MUST_USE;

/* "System.Integer", "FHIR.HumanName": for messages. */
ax_str ax_fp_value_type_name(const ax_fp_item *item);
const char *ax_fp_value_kind_name(ax_fp_kind kind);

/*
 * The text of a System value as toString() has it ("1.50", "2014-01", "4 'mg'",
 * "4 days"). NOMEM; empty text for a node or TypeInfo.
 */
ax_status ax_fp_value_text(ax_arena *arena, const ax_fp_item *item,
                           ax_str *out) AX_MUST_USE;

#endif
