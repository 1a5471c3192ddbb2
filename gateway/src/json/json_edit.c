#include "json/json_edit.h"

#include <string.h>

ax_json ax_json_edit_string(ax_str text) {
  return (ax_json){ .kind = AX_JSON_STRING,
                    .count = (uint32_t)text.len,
                    .u.text = text.ptr };
}

/* The position of `key`, or the number of members. */
static uint32_t position(const ax_json *object, ax_str key) {
  uint32_t i = 0;
  while (i < object->count && !ax_str_eq(object->u.members[i].key, key)) i++;
  return i;
}

/* A copy of `object` with `count` members, filled up to `keep`. */
static ax_json *copy_object(ax_arena *arena, const ax_json *object,
                            uint32_t count, uint32_t keep,
                            ax_json_member **members) {
  ax_json *copy = AX_NEW(arena, ax_json);
  *members = AX_TAKE_ARRAY(arena, ax_json_member, count);
  if (!copy || !*members) return NULL;
  *copy = *object;
  copy->count = count;
  copy->u.members = *members;
  if (keep) memcpy(*members, object->u.members, keep * sizeof **members);
  return copy;
}

static const ax_json *insert(ax_arena *arena, const ax_json *object,
                             uint32_t at, ax_json_member added) {
  ax_json_member *members = NULL;
  ax_json *copy = copy_object(arena, object, object->count + 1, at, &members);
  if (!copy) return NULL;
  members[at] = added;
  if (at < object->count)
    memcpy(members + at + 1, object->u.members + at,
           (object->count - at) * sizeof *members);
  return copy;
}

static const ax_json *replace(ax_arena *arena, const ax_json *object,
                              uint32_t at, ax_json value) {
  ax_json_member *members = NULL;
  ax_json *copy =
      copy_object(arena, object, object->count, object->count, &members);
  if (!copy) return NULL;
  members[at].value = value;
  return copy;
}

const ax_json *ax_json_edit_set(ax_arena *arena, const ax_json *object,
                                ax_str key, ax_json value) {
  uint32_t at = position(object, key);
  if (at < object->count) return replace(arena, object, at, value);
  return insert(arena, object, at,
                (ax_json_member){ .key = key, .value = value });
}

const ax_json *ax_json_edit_set_after(ax_arena *arena, const ax_json *object,
                                      ax_str after, ax_str key, ax_json value) {
  uint32_t at = position(object, key);
  if (at < object->count) return replace(arena, object, at, value);
  uint32_t before = position(object, after);
  return insert(arena, object, before < object->count ? before + 1 : 0,
                (ax_json_member){ .key = key, .value = value });
}

const ax_json *ax_json_edit_remove(ax_arena *arena, const ax_json *object,
                                   ax_str key) {
  uint32_t at = position(object, key);
  if (at == object->count) return object;
  ax_json_member *members = NULL;
  ax_json *copy = copy_object(arena, object, object->count - 1, at, &members);
  if (!copy) return NULL;
  memcpy(members + at, object->u.members + at + 1,
         (object->count - at - 1) * sizeof *members);
  return copy;
}

/* --- strings ------------------------------------------------------------- */

typedef struct {
  ax_arena *arena;
  ax_json_edit_swap swap;
  void *ctx;
} edit;

/* All three: `*changed` says whether `*out` differs from `value`. */
static ax_status edit_value(const edit *e, ax_str key, const ax_json *value,
                            ax_json *out, bool *changed);

static ax_status edit_items(const edit *e, ax_str key, const ax_json *value,
                            ax_json *out, bool *changed) {
  ax_json *items = NULL;
  for (uint32_t i = 0; i < value->count; i++) {
    ax_json item;
    bool differs = false;
    AX_TRY(edit_value(e, key, &value->u.items[i], &item, &differs));
    if (!differs) continue;
    if (!items) {
      items = AX_TAKE_ARRAY(e->arena, ax_json, value->count);
      if (!items) return AX_NOMEM;
      memcpy(items, value->u.items, value->count * sizeof *items);
    }
    items[i] = item;
  }
  if (items) out->u.items = items;
  *changed = items != NULL;
  return AX_OK;
}

static ax_status edit_members(const edit *e, const ax_json *value, ax_json *out,
                              bool *changed) {
  ax_json_member *members = NULL;
  for (uint32_t i = 0; i < value->count; i++) {
    const ax_json_member *old = &value->u.members[i];
    ax_json one;
    bool differs = false;
    AX_TRY(edit_value(e, old->key, &old->value, &one, &differs));
    if (!differs) continue;
    if (!members) {
      members = AX_TAKE_ARRAY(e->arena, ax_json_member, value->count);
      if (!members) return AX_NOMEM;
      memcpy(members, value->u.members, value->count * sizeof *members);
    }
    members[i].value = one;
  }
  if (members) out->u.members = members;
  *changed = members != NULL;
  return AX_OK;
}

/* Recursion is bounded: the parser lets nothing past AX_LIMIT_JSON_DEPTH. */
static ax_status edit_value(const edit *e, ax_str key, const ax_json *value,
                            ax_json *out, bool *changed) {
  *out = *value;
  if (value->kind == AX_JSON_OBJECT)
    return edit_members(e, value, out, changed);
  if (value->kind == AX_JSON_ARRAY)
    return edit_items(e, key, value, out, changed);
  if (value->kind != AX_JSON_STRING) return AX_OK;
  ax_str text = { 0 };
  *changed = e->swap(e->ctx, key, ax_json_text(value), &text);
  if (*changed) {
    out->u.text = text.ptr;
    out->count = (uint32_t)text.len;
  }
  return AX_OK;
}

ax_status ax_json_edit_strings(ax_arena *arena, const ax_json *tree,
                               ax_json_edit_swap swap, void *ctx,
                               const ax_json **out) {
  edit e = { arena, swap, ctx };
  ax_json root;
  bool changed = false;
  AX_TRY(edit_value(&e, AX_STR(""), tree, &root, &changed));
  *out = tree;
  if (!changed) return AX_OK;
  ax_json *copy = AX_NEW(arena, ax_json);
  if (!copy) return AX_NOMEM;
  *copy = root;
  *out = copy;
  return AX_OK;
}
