/*
 * The slicing of an element of a differential: its discriminators lead to
 * elements that there are (R4 profiling.html#discriminator).
 */
#include "validate/structure.h"

/* Does the path lead somewhere? What stands behind resolve(), an extension or a
 * type is not judged: it may be anything. */
static ax_status leads(const ax_structure *s, const ax_json *sliced,
                       ax_str path, bool *out) {
  const ax_slicing_source source = { s->arena, s->arena, s->walk->registry,
                                     s->elements };
  ax_slicing_spots *spots = AX_NEW_ARRAY(s->arena, ax_slicing_spots, 2);
  ax_slicing_step steps[AX_SLICING_STEPS];
  size_t count = 0, at = 0;
  *out = true;
  if (!spots) return AX_NOMEM;
  ax_status status = ax_slicing_path_parse(s->arena, path, steps, &count);
  if (status == AX_NOMEM) return status;
  if (status) *out = false;
  spots[0].items[0] =
      (ax_slicing_spot){ .list = s->elements, .element = sliced };
  spots[0].count = 1;
  for (size_t i = 0; !status && i < count; i++) {
    if (steps[i].kind != AX_SLICING_NAME) return AX_OK;
    spots[1 - at].count = 0;
    AX_TRY(ax_slicing_path_go(&source, &steps[i], &spots[at], &spots[1 - at]));
    at = 1 - at;
    if (!spots[at].count) *out = false;
    if (!*out) return AX_OK;
  }
  return AX_OK;
}

/* Any resource may stand where only Resource is said. */
static bool is_open(const ax_json *element) {
  const ax_json *types = AX_JSON_GET(element, "type");
  for (size_t i = 0; i < ax_json_count(types); i++) {
    ax_str code = AX_JSON_STR(ax_json_item(types, i), "code");
    if (ax_str_eq(code, AX_STR("Resource")) ||
        ax_str_eq(code, AX_STR("DomainResource")))
      return true;
  }
  return false;
}

/* What is sliced must say how its slices are told apart; extensions and choices
 * have said it in the snapshot. Slices of slices are left to their slice. */
static void check_setup(const ax_structure *s, const ax_place *element) {
  ax_str id = AX_JSON_STR(element->value, "id");
  ax_str slice = AX_JSON_STR(element->value, "sliceName");
  if (!slice.len || id.len <= slice.len + 1 || !ax_str_ends(id, slice) ||
      ax_str_find(slice, AX_STR("/")) != AX_STR_NONE)
    return;
  id.len -= slice.len + 1;
  const ax_json *sliced = ax_map_get(s->ids, id);
  if (!sliced || AX_JSON_GET(sliced, "slicing")) return;
  ax_walk_issue(
      s->walk, AX_ERROR, AX_ISSUE_INVALID, "structure-slicing", element,
      "'" AX_STR_FMT "' is a slice of " AX_STR_FMT
      ", which is not sliced: its 'slicing' says how slices are told "
      "apart",
      AX_STR_ARG(slice), AX_STR_ARG(AX_JSON_STR(element->value, "path")));
}

ax_status ax_structure_slicing(const ax_structure *s, const ax_place *element) {
  check_setup(s, element);
  const ax_place slicing = ax_place_member(element, AX_STR("slicing"));
  ax_str id = AX_JSON_STR(element->value, "id");
  const ax_json *sliced = id.len ? ax_map_get(s->ids, id) : NULL;
  size_t count = ax_json_count(AX_JSON_GET(slicing.value, "discriminator"));
  for (size_t i = 0; sliced && !is_open(sliced) && i < count; i++) {
    const ax_place at = ax_place_item(&slicing, AX_STR("discriminator"), i);
    ax_str path = AX_JSON_STR(at.value, "path");
    bool fine = true;
    ax_arena_mark mark = ax_arena_mark_here(s->arena);
    if (path.len) AX_TRY(leads(s, sliced, path, &fine));
    ax_arena_rewind(s->arena, mark);
    if (!fine)
      ax_walk_issue(
          s->walk, AX_ERROR, AX_ISSUE_INVALID, "structure-discriminator", &at,
          "The discriminator path '" AX_STR_FMT
          "' leads to no element of " AX_STR_FMT ", the element that is sliced",
          AX_STR_ARG(path), AX_STR_ARG(AX_JSON_STR(element->value, "path")));
  }
  return AX_OK;
}
