/* FHIRPath 6.1: = and ~ of collections and items. */
#include <string.h>

#include "base/utf8.h"
#include "fhirpath/fp_case.h"
#include "fhirpath/fp_datetime.h"
#include "fhirpath/fp_operator.h"
#include "fhirpath/fp_units.h"

static ax_fp_truth truth_of(bool b) {
  return b ? AX_FP_TRUE : AX_FP_FALSE;
}

static bool is_number(const ax_fp_item *item) {
  return item->kind == AX_FP_INTEGER || item->kind == AX_FP_DECIMAL;
}

static bool is_date(const ax_fp_item *item) {
  return item->kind == AX_FP_DATE || item->kind == AX_FP_DATETIME;
}

static ax_fhir_decimal number_of(const ax_fp_item *item) {
  return item->kind == AX_FP_DECIMAL
             ? *item->u.decimal
             : ax_fhir_decimal_from_int(item->u.integer);
}

static ax_fp_quantity quantity_of(const ax_fp_item *item) {
  if (item->kind == AX_FP_QUANTITY) return *item->u.quantity;
  return (ax_fp_quantity){ .value = number_of(item), .unit = AX_STR("1") };
}

/* --- JSON trees ------------------------------------------------------------
 */

static bool json_equal(ax_fp_run *run, const ax_json *a, const ax_json *b);

static bool numbers_equal(ax_str a, ax_str b) {
  ax_fhir_decimal x, y;
  if (ax_str_eq(a, b)) return true;
  return ax_fhir_decimal_parse(a, &x) && ax_fhir_decimal_parse(b, &y) &&
         ax_fhir_decimal_compare(x, y) == 0;
}

static bool members_equal(ax_fp_run *run, const ax_json *a, const ax_json *b) {
  for (size_t i = 0; i < a->count; i++) {
    const ax_json *other = ax_json_get(b, a->u.members[i].key);
    if (!other || !json_equal(run, &a->u.members[i].value, other)) return false;
  }
  return true;
}

static bool items_equal(ax_fp_run *run, const ax_json *a, const ax_json *b) {
  for (size_t i = 0; i < a->count; i++)
    if (!json_equal(run, &a->u.items[i], &b->u.items[i])) return false;
  return true;
}

/* As ax_json_equal, but 1.5 and 1.50 are one value. The parser bounds the
 * depth. Steps are counted here and judged by the caller. */
static bool json_equal(ax_fp_run *run, const ax_json *a, const ax_json *b) {
  if (a == b) return true;
  if (run->steps_left) run->steps_left--;
  if (!a || !b || a->kind != b->kind) return false;
  switch ((ax_json_kind)a->kind) {
  case AX_JSON_NULL:
    return true;
  case AX_JSON_BOOL:
    return a->truth == b->truth;
  case AX_JSON_NUMBER:
    return numbers_equal(ax_json_text(a), ax_json_text(b));
  case AX_JSON_STRING:
    return ax_str_eq(ax_json_text(a), ax_json_text(b));
  case AX_JSON_ARRAY:
    return a->count == b->count && items_equal(run, a, b);
  case AX_JSON_OBJECT:
    return a->count == b->count && members_equal(run, a, b);
  }
  return false;
}

/* --- equals ----------------------------------------------------------------
 */

static ax_fp_truth order_equal(ax_fp_order order) {
  return order == AX_FP_NO_ORDER ? AX_FP_NEITHER
                                 : truth_of(order == AX_FP_SAME);
}

static ax_fp_truth system_equal(const ax_fp_item *a, const ax_fp_item *b) {
  if (is_number(a) && is_number(b))
    return truth_of(ax_fhir_decimal_compare(number_of(a), number_of(b)) == 0);
  if ((a->kind == AX_FP_QUANTITY && (is_number(b) || b->kind == a->kind)) ||
      (b->kind == AX_FP_QUANTITY && is_number(a))) {
    ax_fp_quantity x = quantity_of(a), y = quantity_of(b);
    return order_equal(ax_fp_units_compare(&x, &y));
  }
  if ((is_date(a) && is_date(b)) ||
      (a->kind == AX_FP_TIME && b->kind == AX_FP_TIME))
    return order_equal(ax_fp_datetime_compare(a->u.moment, b->u.moment));
  if (a->kind != b->kind) return AX_FP_FALSE;
  if (a->kind == AX_FP_BOOLEAN) return truth_of(a->u.truth == b->u.truth);
  if (a->kind == AX_FP_STRING) return truth_of(ax_str_eq(a->u.text, b->u.text));
  if (a->kind == AX_FP_TYPE_INFO)
    return truth_of(a->u.type_info.is_system == b->u.type_info.is_system &&
                    ax_str_eq(a->u.type_info.name, b->u.type_info.name));
  return AX_FP_FALSE;
}

static bool is_complex(const ax_fp_item *item) {
  return item->kind == AX_FP_NODE && !ax_fp_value_is_primitive(item);
}

static bool nodes_equal(ax_fp_run *run, const ax_fp_item *a,
                        const ax_fp_item *b) {
  return json_equal(run, a->u.node.json, b->u.node.json) &&
         json_equal(run, a->u.node.sibling, b->u.node.sibling);
}

ax_status ax_fp_equality_items(ax_fp_run *run, const ax_fp_ast *node,
                               const ax_fp_item *a, const ax_fp_item *b,
                               ax_fp_truth *out) {
  ax_fp_item x, y;
  AX_TRY(ax_fp_run_spend(run, node, 1));
  if (is_complex(a) && is_complex(b)) {
    *out = truth_of(nodes_equal(run, a, b));
    return AX_OK;
  }
  AX_TRY(ax_fp_value_system(run->arena, a, &x));
  AX_TRY(ax_fp_value_system(run->arena, b, &y));
  *out = AX_FP_FALSE;
  if (x.kind != AX_FP_NODE && y.kind != AX_FP_NODE) *out = system_equal(&x, &y);
  return AX_OK;
}

ax_status ax_fp_equality_equal(ax_fp_run *run, const ax_fp_ast *node,
                               const ax_fp_list *a, const ax_fp_list *b,
                               ax_fp_truth *out) {
  *out = AX_FP_NEITHER;
  if (!a->count || !b->count) return AX_OK;
  *out = truth_of(a->count == b->count);
  for (size_t i = 0; i < a->count && *out != AX_FP_FALSE; i++) {
    ax_fp_truth same;
    AX_TRY(ax_fp_equality_items(run, node, &a->items[i], &b->items[i], &same));
    if (same != AX_FP_TRUE) *out = same;
  }
  return AX_OK;
}

/* --- equivalent ------------------------------------------------------------
 */

/* The next character, lower-cased, any white space as one blank. */
static uint32_t next_folded(ax_str *rest) {
  uint32_t c = ax_utf8_next(rest);
  bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
  return blank ? ' ' : ax_fp_case_lower(c);
}

static bool texts_equivalent(ax_str a, ax_str b) {
  while (a.len && b.len)
    if (next_folded(&a) != next_folded(&b)) return false;
  return !a.len && !b.len;
}

static bool system_equivalent(const ax_fp_item *a, const ax_fp_item *b) {
  if (is_number(a) && is_number(b))
    return ax_fhir_decimal_equivalent(number_of(a), number_of(b));
  if (a->kind == AX_FP_STRING && b->kind == AX_FP_STRING)
    return texts_equivalent(a->u.text, b->u.text);
  if ((a->kind == AX_FP_QUANTITY && (is_number(b) || b->kind == a->kind)) ||
      (b->kind == AX_FP_QUANTITY && is_number(a))) {
    ax_fp_quantity x = quantity_of(a), y = quantity_of(b);
    return ax_fp_units_equivalent(&x, &y);
  }
  return system_equal(a, b) == AX_FP_TRUE;
}

static bool json_equivalent(ax_fp_run *run, const ax_json *a, const ax_json *b);

static bool one_is_equivalent(ax_fp_run *run, const ax_json *item,
                              const ax_json *list, bool *taken) {
  for (size_t i = 0; i < list->count; i++) {
    if (taken[i] || !json_equivalent(run, item, &list->u.items[i])) continue;
    taken[i] = true;
    return true;
  }
  return false;
}

/* Lists inside complex values match in any order (6.1.2). */
static bool lists_equivalent(ax_fp_run *run, const ax_json *a,
                             const ax_json *b) {
  if (a->count != b->count) return false;
  bool *taken = AX_NEW_ARRAY(run->arena, bool, b->count + 1);
  if (!taken) return false;
  for (size_t i = 0; i < a->count; i++)
    if (!one_is_equivalent(run, &a->u.items[i], b, taken)) return false;
  return true;
}

/* The children match; ids of elements are not content. */
static bool objects_equivalent(ax_fp_run *run, const ax_json *a,
                               const ax_json *b) {
  ax_str id = AX_STR("id");
  size_t count_a = a->count - (ax_json_get(a, id) ? 1 : 0);
  size_t count_b = b->count - (ax_json_get(b, id) ? 1 : 0);
  if (count_a != count_b) return false;
  for (size_t i = 0; i < a->count; i++) {
    const ax_json_member *member = &a->u.members[i];
    if (ax_str_eq(member->key, id)) continue;
    const ax_json *other = ax_json_get(b, member->key);
    if (!other || !json_equivalent(run, &member->value, other)) return false;
  }
  return true;
}

static bool json_equivalent(ax_fp_run *run, const ax_json *a,
                            const ax_json *b) {
  ax_fhir_decimal x, y;
  if (!a || !b || a->kind != b->kind) return a == b;
  if (run->steps_left == 0) return false;
  run->steps_left--;
  switch ((ax_json_kind)a->kind) {
  case AX_JSON_NUMBER:
    return ax_fhir_decimal_parse(ax_json_text(a), &x) &&
           ax_fhir_decimal_parse(ax_json_text(b), &y) &&
           ax_fhir_decimal_equivalent(x, y);
  case AX_JSON_STRING:
    return texts_equivalent(ax_json_text(a), ax_json_text(b));
  case AX_JSON_ARRAY:
    return lists_equivalent(run, a, b);
  case AX_JSON_OBJECT:
    return objects_equivalent(run, a, b);
  case AX_JSON_NULL:
  case AX_JSON_BOOL:
    break;
  }
  return json_equal(run, a, b);
}

static ax_status items_equivalent(ax_fp_run *run, const ax_fp_ast *node,
                                  const ax_fp_item *a, const ax_fp_item *b,
                                  bool *out) {
  ax_fp_item x, y;
  AX_TRY(ax_fp_run_spend(run, node, 1));
  AX_TRY(ax_fp_value_system(run->arena, a, &x));
  AX_TRY(ax_fp_value_system(run->arena, b, &y));
  if (x.kind != AX_FP_NODE && y.kind != AX_FP_NODE)
    *out = system_equivalent(&x, &y);
  else
    *out = is_complex(a) && is_complex(b) &&
           json_equivalent(run, a->u.node.json, b->u.node.json);
  return AX_OK;
}

/* Finds a partner for `item` among the items of `list` not taken yet. */
static ax_status match_one(ax_fp_run *run, const ax_fp_ast *node,
                           const ax_fp_item *item, const ax_fp_list *list,
                           bool *taken, bool *found) {
  *found = false;
  for (size_t i = 0; i < list->count && !*found; i++) {
    if (taken[i]) continue;
    AX_TRY(items_equivalent(run, node, item, &list->items[i], found));
    taken[i] = *found;
  }
  return AX_OK;
}

ax_status ax_fp_equality_equivalent(ax_fp_run *run, const ax_fp_ast *node,
                                    const ax_fp_list *a, const ax_fp_list *b,
                                    bool *out) {
  *out = a->count == b->count;
  if (!*out || !a->count) return AX_OK;
  bool *taken = AX_NEW_ARRAY(run->arena, bool, b->count);
  if (!taken) return AX_NOMEM;
  for (size_t i = 0; i < a->count && *out; i++)
    AX_TRY(match_one(run, node, &a->items[i], b, taken, out));
  return AX_OK;
}

/* --- hash ------------------------------------------------------------------
 */

static uint64_t mix(uint64_t hash, ax_str text) {
  for (size_t i = 0; i < text.len; i++)
    hash = (hash ^ (unsigned char)text.ptr[i]) * 1099511628211u;
  return hash;
}

enum { SEED = 1469598103 };

static uint64_t hash_number(ax_fhir_decimal value) {
  char text[AX_FHIR_DECIMAL_TEXT];
  size_t len = ax_fhir_decimal_text(ax_fhir_decimal_trim(value), text);
  return mix(SEED, (ax_str){ text, len });
}

/* Order of members does not count, so their hashes are added. */
static uint64_t hash_json(const ax_json *json) {
  uint64_t hash = SEED;
  ax_fhir_decimal value;
  if (!json) return hash;
  switch ((ax_json_kind)json->kind) {
  case AX_JSON_NUMBER:
    if (ax_fhir_decimal_parse(ax_json_text(json), &value))
      return hash_number(value);
    return hash;
  case AX_JSON_STRING:
    return mix(hash, ax_json_text(json));
  case AX_JSON_ARRAY:
    for (size_t i = 0; i < json->count; i++)
      hash = hash * 31 + hash_json(&json->u.items[i]);
    return hash;
  case AX_JSON_OBJECT:
    for (size_t i = 0; i < json->count; i++)
      hash += mix(hash_json(&json->u.members[i].value) * 31,
                  json->u.members[i].key);
    return hash;
  case AX_JSON_NULL:
  case AX_JSON_BOOL:
    break;
  }
  return hash + json->truth;
}

ax_status ax_fp_equality_hash(ax_fp_run *run, const ax_fp_item *item,
                              uint64_t *out) {
  ax_fp_item value;
  /* Complex quantities equal System quantities in other units: no bits. */
  AX_TRY(ax_fp_value_system(run->arena, item, &value));
  *out = (uint64_t)(is_date(&value) ? AX_FP_DATE : value.kind);
  switch (value.kind) {
  case AX_FP_NODE:
    *out = hash_json(value.u.node.json) + hash_json(value.u.node.sibling);
    break;
  case AX_FP_BOOLEAN:
    *out += value.u.truth ? 100 : 200;
    break;
  case AX_FP_STRING:
    *out = mix(SEED, value.u.text);
    break;
  case AX_FP_TYPE_INFO:
    *out = mix(SEED, value.u.type_info.name);
    break;
  case AX_FP_INTEGER:
  case AX_FP_DECIMAL:
    *out = hash_number(number_of(&value));
    break;
  case AX_FP_QUANTITY:
  case AX_FP_DATE:
  case AX_FP_DATETIME:
  case AX_FP_TIME:
  case AX_FP_KIND_COUNT:
    break;
  }
  return AX_OK;
}
