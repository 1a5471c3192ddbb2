/* maxLength: characters in a string (R4 ElementDefinition.maxLength). */
#include "base/utf8.h"
#include "validate/check.h"

typedef struct {
  ax_check check;
  uint64_t max;
} length_check;

/* string.value says 1 MiB, which the primitive's own check holds it to. */
static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *value = ax_check_member(source, AX_STR("maxLength"));
  uint64_t max;
  if (!ax_str_uint64(ax_json_text(value), UINT32_MAX, &max)) return AX_OK;
  length_check *made = AX_NEW(source->arena, length_check);
  if (!made) return AX_NOMEM;
  made->max = max;
  *out = &made->check;
  return AX_OK;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const length_check *c = (const length_check *)self;
  if (!ax_json_is(place->value, AX_JSON_STRING)) return;
  if (place->value->count <= c->max) return;
  size_t length = ax_utf8_length(ax_json_text(place->value));
  if (length > c->max)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "value-too-long", place,
                  "The text has %zu characters; at most %llu are allowed",
                  length, (unsigned long long)c->max);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  ax_json_write_int(w, (int64_t)((const length_check *)self)->max);
}

const ax_check_kind ax_check_length = { "maxLength", compile, run, explain };
