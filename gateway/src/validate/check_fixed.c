/* fixed[x]: the value must be exactly this (R4 ElementDefinition.fixed[x]). */
#include "validate/check.h"

typedef struct {
  ax_check check;
  const ax_json *value;
} fixed_check;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *value = ax_check_choice(source, AX_STR("fixed"));
  if (!value) return AX_OK;
  fixed_check *made = AX_NEW(source->arena, fixed_check);
  if (!made) return AX_NOMEM;
  made->value = ax_check_copy(source->arena, value);
  *out = &made->check;
  return made->value ? AX_OK : AX_NOMEM;
}

static void differs(ax_walk *walk, const ax_place *place,
                    const ax_json *wanted) {
  ax_str shown = ax_walk_shown(wanted), got = ax_walk_shown(place->value);
  if (shown.len)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "fixed-value", place,
                  "The value is '" AX_STR_FMT "' but must be '" AX_STR_FMT "'",
                  AX_STR_ARG(got), AX_STR_ARG(shown));
  else
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "fixed-value", place,
                  "The value is not exactly the one the profile fixes");
}

static ax_place member_of(const ax_place *up, const ax_json_member *m) {
  return (ax_place){
    .up = up, .name = m->key, .index = AX_PLACE_SINGLE, .value = &m->value
  };
}

/* One level down, so that the message names the member that is wrong. */
static void compare_members(ax_walk *walk, const ax_place *place,
                            const ax_json *wanted) {
  const ax_json *value = place->value;
  for (uint32_t i = 0; value && i < value->count; i++) {
    const ax_json_member *m = &value->u.members[i];
    const ax_json *other = ax_json_get(wanted, m->key);
    const ax_place at = member_of(place, m);
    if (!other)
      ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "fixed-value", &at,
                    "'" AX_STR_FMT
                    "' is not in the value that the profile fixes",
                    AX_STR_ARG(m->key));
    else if (!ax_json_equal(&m->value, other))
      differs(walk, &at, other);
  }
  for (uint32_t i = 0; i < wanted->count; i++) {
    ax_str key = wanted->u.members[i].key;
    if (!ax_json_get(value, key))
      ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "fixed-value", place,
                    "'" AX_STR_FMT
                    "' is missing, but the value that the profile fixes has it",
                    AX_STR_ARG(key));
  }
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const ax_json *wanted = ((const fixed_check *)self)->value;
  if (place->value && ax_json_equal(place->value, wanted)) return;
  if (ax_json_is(place->value, AX_JSON_OBJECT) &&
      ax_json_is(wanted, AX_JSON_OBJECT))
    compare_members(walk, place, wanted);
  else
    differs(walk, place, wanted);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  ax_json_write_tree(w, ((const fixed_check *)self)->value);
}

const ax_check_kind ax_check_fixed = { "fixed", compile, run, explain };
