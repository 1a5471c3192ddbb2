/* pattern[x]: the value must hold at least this; more members and more items
 * are fine (R4 ElementDefinition.pattern[x]). */
#include "validate/check.h"

enum { SHOWN = 400 };

typedef struct {
  ax_check check;
  const ax_json *value;
} pattern_check;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *value = ax_check_choice(source, AX_STR("pattern"));
  if (!value) return AX_OK;
  pattern_check *made = AX_NEW(source->arena, pattern_check);
  if (!made) return AX_NOMEM;
  made->value = ax_check_copy(source->arena, value);
  *out = &made->check;
  return made->value ? AX_OK : AX_NOMEM;
}

static bool has_item(const ax_json *array, const ax_json *pattern) {
  for (size_t i = 0; i < ax_json_count(array); i++)
    if (ax_check_pattern_holds(ax_json_item(array, i), pattern)) return true;
  return false;
}

/* Depth is bounded by the parser of the pattern. */
bool ax_check_pattern_holds(const ax_json *value, const ax_json *pattern) {
  if (!value || value->kind != pattern->kind) return false;
  if (pattern->kind == AX_JSON_ARRAY) {
    for (uint32_t i = 0; i < pattern->count; i++)
      if (!has_item(value, &pattern->u.items[i])) return false;
    return true;
  }
  if (pattern->kind != AX_JSON_OBJECT) return ax_json_equal(value, pattern);
  for (uint32_t i = 0; i < pattern->count; i++) {
    const ax_json_member *m = &pattern->u.members[i];
    if (!ax_check_pattern_holds(ax_json_get(value, m->key), &m->value))
      return false;
  }
  return true;
}

/* The member of the pattern that the value lacks, for the message. */
static const ax_json_member *lacking(const ax_json *value,
                                     const ax_json *pattern) {
  for (uint32_t i = 0; pattern->kind == AX_JSON_OBJECT && i < pattern->count;
       i++) {
    const ax_json_member *m = &pattern->u.members[i];
    if (!ax_check_pattern_holds(ax_json_get(value, m->key), &m->value))
      return m;
  }
  return NULL;
}

static void write_value(const ax_json *value, ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_tree(&w, value);
  if (ax_json_write_end(&w)) ax_buf_append(out, AX_STR("..."));
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const ax_json *pattern = ((const pattern_check *)self)->value;
  if (ax_check_pattern_holds(place->value, pattern)) return;
  if (pattern->kind <= AX_JSON_STRING) {
    ax_str got = ax_walk_shown(place->value), want = ax_walk_shown(pattern);
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "pattern-value", place,
                  "The value is '" AX_STR_FMT
                  "', but the profile's pattern asks for '" AX_STR_FMT "'",
                  AX_STR_ARG(got), AX_STR_ARG(want));
    return;
  }
  const ax_json_member *m = lacking(place->value, pattern);
  ax_buf want = AX_BUF_INIT(SHOWN);
  if (!walk->quiet) write_value(m ? &m->value : pattern, &want);
  ax_str name = m ? m->key : AX_STR(""), shown = ax_buf_view(&want);
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "pattern-value", place,
                "The value does not hold the pattern that the profile asks "
                "for: its '" AX_STR_FMT "' must hold " AX_STR_FMT,
                AX_STR_ARG(name), AX_STR_ARG(shown));
  ax_buf_free(&want);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  ax_json_write_tree(w, ((const pattern_check *)self)->value);
}

const ax_check_kind ax_check_pattern = { "pattern", compile, run, explain };
