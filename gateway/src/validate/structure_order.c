/*
 * Where the elements of a differential stand: in the order of what they change,
 * and under ids that say so (R4 elementdefinition.html#id, profiling.html).
 * Slices may come in any order; so may what is said of all values beside what
 * is said of those of a slice.
 */
#include "validate/structure.h"

static ax_str name_of(ax_str step) {
  return ax_str_cut(&step, ':');
}

/* Does the first step in which the ids differ name two slices of one element,
 * or an element and a slice of it? */
static bool is_among_slices(ax_str a, ax_str b) {
  while (a.len && b.len) {
    ax_str x = ax_str_cut(&a, '.'), y = ax_str_cut(&b, '.');
    if (!ax_str_eq(x, y)) return ax_str_eq(name_of(x), name_of(y));
  }
  return false;
}

/* The place of the element `id` in the snapshot, from 1 on; 0: nowhere. */
static size_t rank_of(const ax_structure *s, ax_str id) {
  const ax_json *found = id.len ? ax_map_get(s->ids, id) : NULL;
  return found ? (size_t)(found - ax_json_item(s->elements, 0)) + 1 : 0;
}

/* "Patient.contact:wife.name" says "Patient.contact.name"; a choice may be
 * named by its type in either (value[x], valueQuantity). */
static bool says(ax_str id, ax_str path, ax_str slice) {
  while (id.len && path.len) {
    ax_str step = ax_str_cut(&id, '.'), have = ax_str_cut(&step, ':');
    ax_str want = ax_str_cut(&path, '.');
    if (!path.len && slice.len && step.len && !ax_str_eq(step, slice))
      return false;
    if (ax_str_eq(have, want)) continue;
    if (!ax_str_ends(have, AX_STR("[x]"))) return false;
    have.len -= 3;
    if (!ax_str_starts(want, have)) return false;
  }
  return !id.len && !path.len;
}

static void check_id(const ax_structure *s, const ax_place *at) {
  ax_str id = AX_JSON_STR(at->value, "id");
  ax_str path = AX_JSON_STR(at->value, "path");
  ax_str slice = AX_JSON_STR(at->value, "sliceName");
  if (!id.len || !path.len || says(id, path, slice)) return;
  ax_walk_issue(s->walk, AX_WARNING, AX_ISSUE_INVALID, "structure-id", at,
                "The id '" AX_STR_FMT "' does not say the path '" AX_STR_FMT
                "%s" AX_STR_FMT "'",
                AX_STR_ARG(id), AX_STR_ARG(path), slice.len ? ":" : "",
                AX_STR_ARG(slice));
}

void ax_structure_order(const ax_structure *s, const ax_place *place) {
  const ax_place view = ax_place_member(place, AX_STR("differential"));
  size_t count = ax_json_count(AX_JSON_GET(view.value, "element")), last = 0;
  ax_str before = AX_STR("");
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(&view, AX_STR("element"), i);
    ax_str id = AX_JSON_STR(at.value, "id");
    size_t rank = rank_of(s, id);
    check_id(s, &at);
    if (!rank) continue;
    if (rank < last && !is_among_slices(before, id))
      ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_INVALID, "structure-order", &at,
                    "The element '" AX_STR_FMT
                    "' is out of order: the base has it before '" AX_STR_FMT
                    "'",
                    AX_STR_ARG(id), AX_STR_ARG(before));
    last = rank;
    before = id;
  }
}
