#include "fhirpath/fp_set.h"

#include "fhirpath/fp_operator.h"

static ax_status find(ax_fp_set *set, const ax_fp_item *item, uint64_t hash,
                      bool *found, size_t *at) {
  *found = false;
  size_t mask = set->capacity - 1;
  for (*at = hash & mask; set->slots[*at].used; *at = (*at + 1) & mask) {
    const ax_fp_set_slot *slot = &set->slots[*at];
    if (slot->hash != hash) continue;
    ax_fp_truth same;
    AX_TRY(ax_fp_equality_items(set->run, set->node, &slot->item, item, &same));
    *found = same == AX_FP_TRUE;
    if (*found) return AX_OK;
  }
  return AX_OK;
}

static ax_status grow(ax_fp_set *set) {
  if (set->count * 2 < set->capacity) return AX_OK;
  size_t capacity = set->capacity ? set->capacity * 2 : 8;
  ax_fp_set_slot *slots =
      AX_NEW_ARRAY(set->run->arena, ax_fp_set_slot, capacity);
  if (!slots) return AX_NOMEM;
  for (size_t i = 0; i < set->capacity; i++) {
    if (!set->slots[i].used) continue;
    size_t at = set->slots[i].hash & (capacity - 1);
    while (slots[at].used) at = (at + 1) & (capacity - 1);
    slots[at] = set->slots[i];
  }
  set->slots = slots;
  set->capacity = capacity;
  return AX_OK;
}

ax_status ax_fp_set_has(ax_fp_set *set, const ax_fp_item *item, bool *out) {
  uint64_t hash;
  size_t at;
  *out = false;
  if (!set->count) return AX_OK;
  AX_TRY(ax_fp_equality_hash(set->run, item, &hash));
  return find(set, item, hash, out, &at);
}

ax_status ax_fp_set_add(ax_fp_set *set, const ax_fp_item *item, bool *added) {
  uint64_t hash;
  size_t at;
  bool found;
  AX_TRY(grow(set));
  AX_TRY(ax_fp_equality_hash(set->run, item, &hash));
  AX_TRY(find(set, item, hash, &found, &at));
  *added = !found;
  if (found) return AX_OK;
  set->slots[at] = (ax_fp_set_slot){ hash, *item, true };
  set->count++;
  return AX_OK;
}

ax_status ax_fp_set_add_all(ax_fp_set *set, const ax_fp_list *list) {
  bool added;
  for (size_t i = 0; i < list->count; i++)
    AX_TRY(ax_fp_set_add(set, &list->items[i], &added));
  return AX_OK;
}

ax_status ax_fp_set_unique(ax_fp_set *set, const ax_fp_list *list,
                           ax_fp_list *out) {
  for (size_t i = 0; i < list->count; i++) {
    bool added;
    AX_TRY(ax_fp_set_add(set, &list->items[i], &added));
    if (added) AX_TRY(ax_fp_run_push(set->run, out, list->items[i]));
  }
  return AX_OK;
}
