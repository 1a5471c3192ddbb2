#include "validate/slicing_match.h"

#include <string.h>

#include "base/vec.h"
#include "validate/check.h"
#include "validate/slicing_path.h"

enum { DEPTH = 6 };

typedef struct {
  const ax_slicing_source *source;
  ax_slicing_test *tests; /* AX_SLICING_TESTS */
  size_t count;
  ax_str path; /* of the discriminator */
  ax_slicing_step steps[AX_SLICING_STEPS];
  size_t step_count;
} compiler;

static ax_status add_test(compiler *c, ax_slicing_test test) {
  if (c->count == AX_SLICING_TESTS) return AX_TOO_LARGE;
  ax_slicing_step *steps =
      AX_NEW_ARRAY(c->source->arena, ax_slicing_step, c->step_count + 1);
  if (!steps) return AX_NOMEM;
  if (c->step_count) memcpy(steps, c->steps, c->step_count * sizeof *steps);
  test.steps = steps;
  test.step_count = c->step_count;
  test.path = c->path;
  c->tests[c->count++] = test;
  return AX_OK;
}

/* --- value and pattern -----------------------------------------------------
 */

static const ax_json *member_beginning(const ax_json *object, ax_str prefix) {
  for (uint32_t i = 0; i < ax_json_count(object); i++)
    if (ax_str_starts(object->u.members[i].key, prefix))
      return &object->u.members[i].value;
  return NULL;
}

static bool is_forbidden(const ax_json *element) {
  return ax_str_eq(AX_JSON_STR(element, "max"), AX_STR("0"));
}

static ax_status add_value(compiler *c, ax_slicing_test_kind kind,
                           const ax_json *value) {
  const ax_json *copy = ax_check_copy(c->source->arena, value);
  return copy ? add_test(c, (ax_slicing_test){ .kind = kind, .value = copy })
              : AX_NOMEM;
}

static ax_status add_name(compiler *c, ax_slicing_test_kind kind, ax_str name) {
  ax_str *names = AX_NEW_ARRAY(c->source->arena, ax_str, 1);
  if (!names) return AX_NOMEM;
  names[0] = ax_arena_str(c->source->arena, name);
  if (!names[0].ptr) return AX_NOMEM;
  return add_test(
      c, (ax_slicing_test){ .kind = kind, .names = names, .name_count = 1 });
}

/* What the element itself says: fixed, pattern, or a required value set. */
static ax_status add_own_value(compiler *c, const ax_slicing_spot *spot) {
  const ax_json *element = spot->element;
  if (is_forbidden(element))
    return add_test(c, (ax_slicing_test){ .kind = AX_SLICING_ABSENT });
  const ax_json *value = member_beginning(element, AX_STR("fixed"));
  if (value) return add_value(c, AX_SLICING_FIXED, value);
  value = member_beginning(element, AX_STR("pattern"));
  if (value) return add_value(c, AX_SLICING_PATTERN, value);
  if (spot->value) return add_value(c, AX_SLICING_PATTERN, spot->value);
  const ax_json *binding = AX_JSON_GET(element, "binding");
  ax_str set = AX_JSON_STR(binding, "valueSet");
  if (set.len &&
      ax_str_eq(AX_JSON_STR(binding, "strength"), AX_STR("required")))
    return add_name(c, AX_SLICING_BOUND, set);
  return AX_OK;
}

/* The name below `parent` when `id` is one level below it, else empty. */
static ax_str name_below(ax_str id, ax_str parent) {
  if (!ax_str_starts(id, parent)) return AX_STR("");
  id = ax_str_skip(id, parent.len);
  if (!id.len || id.ptr[0] != '.') return AX_STR("");
  id = ax_str_skip(id, 1);
  return memchr(id.ptr, '.', id.len) ? AX_STR("") : id;
}

static bool is_optional(const ax_json *element) {
  ax_str min = ax_json_text(AX_JSON_GET(element, "min"));
  return min.len == 0 || ax_str_eq(min, AX_STR("0"));
}

static ax_status add_values(compiler *c, const ax_slicing_spot *spot,
                            unsigned depth);

static ax_status add_values_of_child(compiler *c, const ax_slicing_spot *spot,
                                     ax_str name, unsigned depth) {
  ax_str slice = name;
  name = ax_str_cut(&slice, ':');
  if (c->step_count == AX_SLICING_STEPS) return AX_OK;
  if (slice.len && is_optional(spot->element)) return AX_OK;
  ax_slicing_step *step = &c->steps[c->step_count];
  *step = (ax_slicing_step){ AX_SLICING_NAME, name };
  if (ax_str_ends(name, AX_STR("[x]"))) {
    step->kind = AX_SLICING_CHOICE;
    name.len -= 3;
  }
  step->name = ax_arena_str(c->source->arena, name);
  if (!step->name.ptr) return AX_NOMEM;
  c->step_count++;
  ax_status status = add_values(c, spot, depth);
  c->step_count--;
  return status;
}

/* The element's value, or else those of what stands below it. */
static ax_status add_values(compiler *c, const ax_slicing_spot *spot,
                            unsigned depth) {
  size_t before = c->count;
  if (depth < DEPTH && is_forbidden(spot->element)) return AX_OK;
  AX_TRY(add_own_value(c, spot));
  if (c->count > before || depth == 0) return AX_OK;
  ax_str id = AX_JSON_STR(spot->element, "id");
  for (size_t i = 0; id.len && i < ax_json_count(spot->list); i++) {
    const ax_json *e = ax_json_item(spot->list, i);
    ax_str name = name_below(AX_JSON_STR(e, "id"), id);
    const ax_slicing_spot child = { .list = spot->list, .element = e };
    if (name.len && !ax_str_eq(name, AX_STR("extension")))
      AX_TRY(add_values_of_child(c, &child, name, depth - 1));
  }
  return AX_OK;
}

/* --- the other kinds -------------------------------------------------------
 */

static ax_status add_existence(compiler *c, const ax_json *element) {
  if (is_forbidden(element))
    return add_test(c, (ax_slicing_test){ .kind = AX_SLICING_ABSENT });
  if (!is_optional(element))
    return add_test(c, (ax_slicing_test){ .kind = AX_SLICING_EXISTS });
  return AX_OK;
}

typedef AX_VEC(ax_str) name_list;

static ax_status add_to(compiler *c, name_list *names, ax_str name) {
  if (!name.len) return AX_OK;
  ax_str *slot = AX_VEC_PUSH(names, c->source->arena);
  if (!slot) return AX_NOMEM;
  *slot = ax_arena_str(c->source->arena, name);
  return slot->ptr ? AX_OK : AX_NOMEM;
}

static ax_status add_list(compiler *c, ax_slicing_test_kind kind,
                          const name_list *names) {
  if (!names->count) return AX_OK;
  return add_test(c, (ax_slicing_test){ .kind = kind,
                                        .names = names->items,
                                        .name_count = names->count });
}

static bool is_sub_slice(const ax_json *element) {
  return AX_JSON_STR(element, "sliceName").len > 0;
}

/* Slices of a choice inside of the slice say more than the choice itself. */
static bool any_sub_slice(const compiler *c, const ax_slicing_spots *spots) {
  for (size_t i = 0; c->step_count && i < spots->count; i++)
    if (is_sub_slice(spots->items[i].element)) return true;
  return false;
}

static ax_status add_types(compiler *c, const ax_slicing_spots *spots) {
  name_list names = { 0 };
  bool only_slices = any_sub_slice(c, spots);
  for (size_t i = 0; i < spots->count; i++) {
    const ax_slicing_spot *spot = &spots->items[i];
    if (only_slices && !is_sub_slice(spot->element)) continue;
    const ax_json *types = AX_JSON_GET(spot->element, "type");
    if (spot->only.len) {
      AX_TRY(add_to(c, &names, spot->only));
    } else if (spot->profile.len) {
      ax_str path = AX_JSON_STR(spot->element, "path");
      AX_TRY(add_to(c, &names, ax_str_cut(&path, '.')));
    } else {
      for (size_t t = 0; t < ax_json_count(types); t++)
        AX_TRY(add_to(c, &names, AX_JSON_STR(ax_json_item(types, t), "code")));
    }
  }
  return add_list(c, AX_SLICING_TYPE, &names);
}

static ax_status add_profiles(compiler *c, const ax_slicing_spots *spots) {
  name_list names = { 0 };
  for (size_t i = 0; i < spots->count; i++) {
    const ax_slicing_spot *spot = &spots->items[i];
    const ax_json *types = AX_JSON_GET(spot->element, "type");
    AX_TRY(add_to(c, &names, spot->profile));
    for (size_t t = 0; !spot->profile.len && t < ax_json_count(types); t++) {
      const ax_json *list = AX_JSON_GET(ax_json_item(types, t), "profile");
      for (size_t p = 0; p < ax_json_count(list); p++)
        AX_TRY(add_to(c, &names, ax_json_text(ax_json_item(list, p))));
    }
  }
  return names.count ? add_list(c, AX_SLICING_PROFILE, &names)
                     : add_types(c, spots);
}

/* Values of the elements, of slices among them only of those that must be
 * there; without any, that the element must be there at all. */
static ax_status add_all_values(compiler *c, const ax_slicing_spots *spots) {
  size_t before = c->count;
  for (size_t i = 0; i < spots->count; i++) {
    const ax_slicing_spot *spot = &spots->items[i];
    if (c->step_count && spots->count > 1 && is_sub_slice(spot->element) &&
        is_optional(spot->element))
      continue;
    AX_TRY(add_values(c, spot, DEPTH));
  }
  if (c->count == before && c->step_count && spots->count)
    return add_existence(c, spots->items[0].element);
  return AX_OK;
}

/* --- a discriminator -------------------------------------------------------
 */

static ax_status add_discriminator(compiler *c, const ax_json *slice,
                                   const ax_json *discriminator) {
  ax_str type = AX_JSON_STR(discriminator, "type");
  ax_slicing_spots spots[2] = { { .count = 1 }, { .count = 0 } };
  c->path = ax_arena_str(c->source->arena, AX_JSON_STR(discriminator, "path"));
  if (!c->path.ptr) return AX_NOMEM;
  spots[0].items[0] =
      (ax_slicing_spot){ .list = c->source->elements, .element = slice };
  ax_status status = ax_slicing_path_parse(c->source->arena, c->path, c->steps,
                                           &c->step_count);
  if (status) return status == AX_NOMEM ? status : AX_OK;
  size_t at = 0;
  for (size_t i = 0; i < c->step_count; i++) {
    spots[1 - at].count = 0;
    AX_TRY(ax_slicing_path_go(c->source, &c->steps[i], &spots[at],
                              &spots[1 - at]));
    at = 1 - at;
  }
  if (ax_str_eq(type, AX_STR("exists")))
    return spots[at].count ? add_existence(c, spots[at].items[0].element)
                           : AX_OK;
  if (ax_str_eq(type, AX_STR("type"))) return add_types(c, &spots[at]);
  if (ax_str_eq(type, AX_STR("profile"))) return add_profiles(c, &spots[at]);
  return add_all_values(c, &spots[at]);
}

ax_status ax_slicing_match_compile(const ax_slicing_source *source,
                                   const ax_json *slice, const ax_json *slicing,
                                   ax_slicing_match *out) {
  const ax_json *list = AX_JSON_GET(slicing, "discriminator");
  compiler *c = AX_NEW(source->scratch, compiler);
  if (!c) return AX_NOMEM;
  c->source = source;
  c->tests = AX_NEW_ARRAY(source->scratch, ax_slicing_test, AX_SLICING_TESTS);
  if (!c->tests) return AX_NOMEM;
  for (size_t i = 0; i < ax_json_count(list); i++)
    AX_TRY(add_discriminator(c, slice, ax_json_item(list, i)));
  ax_slicing_test *kept =
      AX_NEW_ARRAY(source->arena, ax_slicing_test, c->count + 1);
  if (!kept) return AX_NOMEM;
  memcpy(kept, c->tests, c->count * sizeof *kept);
  out->tests = kept;
  out->count = c->count;
  return AX_OK;
}
