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

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const ax_json *wanted = ((const fixed_check *)self)->value;
  if (place->value && ax_json_equal(place->value, wanted)) return;
  ax_str shown = ax_walk_shown(wanted), got = ax_walk_shown(place->value);
  if (shown.len)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "fixed-value", place,
                  "The value is '" AX_STR_FMT "' but must be '" AX_STR_FMT "'",
                  AX_STR_ARG(got), AX_STR_ARG(shown));
  else
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "fixed-value", place,
                  "The value is not exactly the one the profile fixes");
}

static void explain(const ax_check *self, ax_json_writer *w) {
  ax_json_write_tree(w, ((const fixed_check *)self)->value);
}

const ax_check_kind ax_check_fixed = { "fixed", compile, run, explain };
