#include "tree.h"

#include <stdlib.h>

#include "json/json_edit.h"

/* One step of a path: a name, and which items of the array behind it. */
typedef struct {
  ax_str name;
  bool indexed;
  ax_str which; /* "", "0", "-1", "relation=next" */
  const char *rest;
} step;

static step read_step(const char *path) {
  size_t len = strcspn(path, ".[");
  step s = { .name = { path, len }, .rest = path + len };
  if (*s.rest == '[') {
    size_t which = strcspn(s.rest, "]");
    s.indexed = true;
    s.which = (ax_str){ s.rest + 1, which - 1 };
    s.rest += which + 1;
  }
  if (*s.rest == '.') s.rest++;
  return s;
}

static bool is_meant(ax_str which, const ax_json *array, size_t i) {
  int64_t n = 0;
  if (which.len == 0) return true;
  if (ax_str_int64(which, -1, 1 << 20, &n))
    return n < 0 ? i + 1 == ax_json_count(array) : i == (size_t)n;
  ax_str name = ax_str_cut(&which, '=');
  return ax_str_eq(ax_json_text(ax_json_get(ax_json_item(array, i), name)),
                   which);
}

typedef struct {
  ax_arena *arena;
  ax_tree_change change;
  void *ctx;
} change_at;

typedef enum { SAME, CHANGED, GONE, FAILED } outcome;

static outcome edit_value(const change_at *e, const ax_json *value,
                          const char *rest, ax_json *out);

static outcome edit_items(const change_at *e, const ax_json *array,
                          const step *s, ax_json *out) {
  size_t count = ax_json_count(array), kept = 0;
  ax_json *items = AX_NEW_ARRAY(e->arena, ax_json, count + 1);
  bool changed = false;
  if (!items) return FAILED;
  for (size_t i = 0; i < count; i++) {
    const ax_json *item = ax_json_item(array, i);
    outcome what = SAME;
    items[kept] = *item;
    if (is_meant(s->which, array, i))
      what = edit_value(e, item, s->rest, &items[kept]);
    if (what == FAILED) return FAILED;
    if (what != SAME) changed = true;
    if (what != GONE) kept++;
  }
  if (!changed) return SAME;
  if (kept == 0) return GONE;
  *out = *array;
  out->count = (uint32_t)kept;
  out->u.items = items;
  return CHANGED;
}

static outcome put_member(const change_at *e, const ax_json *object,
                          ax_str name, outcome what, ax_json value,
                          ax_json *out) {
  if (what == SAME || what == FAILED) return what;
  const ax_json *changed =
      what == GONE ? ax_json_edit_remove(e->arena, object, name)
                   : ax_json_edit_set(e->arena, object, name, value);
  if (!changed) return FAILED;
  *out = *changed;
  return ax_json_count(changed) ? CHANGED : GONE;
}

/* `rest` names something below `value`, or `value` itself when empty. */
static outcome edit_value(const change_at *e, const ax_json *value,
                          const char *rest, ax_json *out) {
  if (*rest == '\0')
    return e->change(e->ctx, e->arena, value, out) ? CHANGED : GONE;
  if (!ax_json_is(value, AX_JSON_OBJECT)) return SAME;
  step s = read_step(rest);
  const ax_json *member = ax_json_get(value, s.name);
  ax_json inner;
  outcome what = SAME;
  if (!member) {
    bool last = *s.rest == '\0' && !s.indexed;
    if (last && e->change(e->ctx, e->arena, NULL, &inner)) what = CHANGED;
  } else if (!s.indexed) {
    what = edit_value(e, member, s.rest, &inner);
  } else if (ax_json_is(member, AX_JSON_ARRAY)) {
    what = edit_items(e, member, &s, &inner);
  }
  return put_member(e, value, s.name, what, inner, out);
}

static const ax_json *keep(ax_arena *arena, const ax_json *value) {
  ax_json *copy = AX_NEW(arena, ax_json);
  if (copy) *copy = *value;
  return copy;
}

const ax_json *ax_tree_edit(ax_arena *arena, const ax_json *tree,
                            const char *path, ax_tree_change change,
                            void *ctx) {
  const change_at e = { arena, change, ctx };
  ax_json out = { 0 };
  switch (edit_value(&e, tree, path, &out)) {
  case FAILED:
    return NULL;
  case CHANGED:
    return keep(arena, &out);
  case GONE:
    out = (ax_json){ .kind = AX_JSON_OBJECT };
    return keep(arena, &out);
  case SAME:
    return tree;
  }
  return tree;
}

static bool take_away(void *ctx, ax_arena *arena, const ax_json *old,
                      ax_json *out) {
  (void)ctx, (void)arena, (void)old, (void)out;
  return false;
}

static bool put(void *ctx, ax_arena *arena, const ax_json *old, ax_json *out) {
  (void)arena, (void)old;
  *out = *(const ax_json *)ctx;
  return true;
}

static bool put_in_place(void *ctx, ax_arena *arena, const ax_json *old,
                         ax_json *out) {
  return old && put(ctx, arena, old, out);
}

const ax_json *ax_tree_remove(ax_arena *arena, const ax_json *tree,
                              const char *path) {
  return ax_tree_edit(arena, tree, path, take_away, NULL);
}

const ax_json *ax_tree_set(ax_arena *arena, const ax_json *tree,
                           const char *path, ax_json value) {
  return ax_tree_edit(arena, tree, path, put, &value);
}

const ax_json *ax_tree_replace(ax_arena *arena, const ax_json *tree,
                               const char *path, ax_json value) {
  return ax_tree_edit(arena, tree, path, put_in_place, &value);
}

const ax_json *ax_tree_at(const ax_json *tree, const char *path) {
  while (tree && *path) {
    step s = read_step(path);
    tree = ax_json_get(tree, s.name);
    path = s.rest;
    if (!s.indexed) continue;
    const ax_json *array = tree;
    tree = NULL;
    for (size_t i = 0; i < ax_json_count(array) && !tree; i++)
      if (is_meant(s.which, array, i)) tree = ax_json_item(array, i);
  }
  return tree;
}

/* --- resources ------------------------------------------------------------ */

typedef struct {
  ax_arena *arena;
  ax_str type;
  ax_tree_resource edit;
  void *ctx;
} search;

static const ax_json *walk(const search *s, const ax_json *value);

static const ax_json *walk_items(const search *s, const ax_json *array) {
  size_t count = ax_json_count(array);
  ax_json *items = AX_NEW_ARRAY(s->arena, ax_json, count + 1);
  bool changed = false;
  if (!items) return NULL;
  for (size_t i = 0; i < count; i++) {
    const ax_json *old = ax_json_item(array, i), *now = walk(s, old);
    if (!now) return NULL;
    items[i] = *now;
    if (now != old) changed = true;
  }
  if (!changed) return array;
  ax_json *out = AX_NEW(s->arena, ax_json);
  if (!out) return NULL;
  *out = *array;
  out->u.items = items;
  return out;
}

static const ax_json *walk_members(const search *s, const ax_json *object) {
  const ax_json *now = object;
  for (size_t i = 0; i < object->count && now; i++) {
    const ax_json_member *m = &object->u.members[i];
    const ax_json *value = walk(s, &m->value);
    if (!value) return NULL;
    if (value != &m->value)
      now = ax_json_edit_set(s->arena, now, m->key, *value);
  }
  return now;
}

static const ax_json *walk(const search *s, const ax_json *value) {
  if (ax_json_is(value, AX_JSON_ARRAY)) return walk_items(s, value);
  if (!ax_json_is(value, AX_JSON_OBJECT)) return value;
  const ax_json *now = walk_members(s, value);
  ax_str type = AX_JSON_STR(now, "resourceType");
  if (!now || !type.len || (s->type.len && !ax_str_eq(type, s->type)))
    return now;
  return s->edit(s->ctx, s->arena, now);
}

const ax_json *ax_tree_resources(ax_arena *arena, const ax_json *tree,
                                 ax_str type, ax_tree_resource edit,
                                 void *ctx) {
  const search s = { arena, type, edit, ctx };
  return walk(&s, tree);
}

/* --- arrays --------------------------------------------------------------- */

static const ax_json *new_array(ax_arena *arena, const ax_json *items,
                                size_t count) {
  ax_json *array = AX_NEW(arena, ax_json);
  if (!array) return NULL;
  array->kind = AX_JSON_ARRAY;
  array->count = (uint32_t)count;
  array->u.items = items;
  return array;
}

const ax_json *ax_tree_filter(ax_arena *arena, const ax_json *array,
                              ax_tree_keep keep_item, void *ctx) {
  size_t count = ax_json_count(array), kept = 0;
  ax_json *items = AX_NEW_ARRAY(arena, ax_json, count + 1);
  if (!items) return NULL;
  for (size_t i = 0; i < count; i++)
    if (keep_item(ctx, ax_json_item(array, i)))
      items[kept++] = *ax_json_item(array, i);
  return new_array(arena, items, kept);
}

const ax_json *ax_tree_add(ax_arena *arena, const ax_json *array,
                           const ax_json *item, bool first) {
  size_t count = ax_json_count(array);
  ax_json *items = AX_NEW_ARRAY(arena, ax_json, count + 1);
  if (!items) return NULL;
  for (size_t i = 0; i < count; i++)
    items[first ? i + 1 : i] = *ax_json_item(array, i);
  items[first ? 0 : count] = *item;
  return new_array(arena, items, count + 1);
}

ax_json ax_tree_number(ax_str digits) {
  return (ax_json){ .kind = AX_JSON_NUMBER,
                    .count = (uint32_t)digits.len,
                    .u = { .text = digits.ptr } };
}
