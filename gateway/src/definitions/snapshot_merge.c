#include "definitions/snapshot_merge.h"

#include <string.h>

#include "json/json_edit.h"

static bool one_of(ax_str key, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(key, ax_str_from(names[i]))) return true;
  return false;
}

static bool adds_up(ax_str key) {
  static const char *const names[] = { "constraint", "mapping", "condition",
                                       "alias",      "code",    "example" };
  return one_of(key, names, AX_COUNT(names));
}

static bool merges_inside(ax_str key) {
  static const char *const names[] = { "binding", "slicing", "base" };
  return one_of(key, names, AX_COUNT(names));
}

/* Where an element stands is not the differential's business here. */
static bool stays(ax_str key) {
  static const char *const names[] = { "id", "path" };
  return one_of(key, names, AX_COUNT(names));
}

/* Does `list` hold `item`, or (constraints) one with its key? */
static bool repeated(const ax_json *list, const ax_json *item) {
  ax_str key = AX_JSON_STR(item, "key");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *other = ax_json_item(list, i);
    if (key.len ? ax_str_eq(AX_JSON_STR(other, "key"), key)
                : ax_json_equal(other, item))
      return true;
  }
  return false;
}

/* The base's items that `diff` does not replace, then `diff`'s. */
static bool concatenate(ax_arena *arena, const ax_json *base,
                        const ax_json *diff, ax_json *out) {
  size_t most = ax_json_count(base) + ax_json_count(diff);
  ax_json *items = AX_NEW_ARRAY(arena, ax_json, most ? most : 1);
  if (!items) return false;
  size_t n = 0;
  for (size_t i = 0; i < ax_json_count(base); i++)
    if (!repeated(diff, ax_json_item(base, i)))
      items[n++] = *ax_json_item(base, i);
  for (size_t i = 0; i < ax_json_count(diff); i++)
    items[n++] = *ax_json_item(diff, i);
  *out = (ax_json){ .kind = AX_JSON_ARRAY,
                    .count = (uint32_t)n,
                    .u.items = items };
  return true;
}

static bool join_text(ax_arena *arena, const ax_json *base, ax_str more,
                      ax_json *out) {
  ax_str text = ax_arena_printf(arena, AX_STR_FMT "\n" AX_STR_FMT,
                                AX_STR_ARG(ax_json_text(base)),
                                AX_STR_ARG(ax_str_skip(more, 3)));
  *out = ax_json_edit_string(text);
  return text.ptr != NULL;
}

static bool value_after(ax_arena *arena, const ax_json *base, ax_str key,
                        const ax_json *diff, ax_json *out) {
  *out = *diff;
  if (!base) return true;
  if (adds_up(key)) return concatenate(arena, base, diff, out);
  if (merges_inside(key) && diff->kind == AX_JSON_OBJECT) {
    const ax_json *merged = base;
    for (uint32_t i = 0; merged && i < diff->count; i++)
      merged = ax_json_edit_set(arena, merged, diff->u.members[i].key,
                                diff->u.members[i].value);
    if (merged) *out = *merged;
    return merged != NULL;
  }
  if (diff->kind == AX_JSON_STRING &&
      ax_str_starts(ax_json_text(diff), AX_STR("...")))
    return join_text(arena, base, ax_json_text(diff), out);
  return true;
}

const ax_json *ax_snapshot_merge(ax_arena *arena, const ax_json *base,
                                 const ax_json *diff) {
  if (!diff) return base;
  if (!base) return diff;
  const ax_json *out = base;
  for (uint32_t i = 0; out && i < ax_json_count(diff); i++) {
    const ax_json_member *m = &diff->u.members[i];
    ax_json value;
    if (stays(m->key)) continue;
    if (!value_after(arena, ax_json_get(base, m->key), m->key, &m->value,
                     &value))
      return NULL;
    out = ax_json_edit_set(arena, out, m->key, value);
  }
  return out;
}
