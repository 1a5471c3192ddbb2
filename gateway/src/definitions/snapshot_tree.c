#include "definitions/snapshot_tree.h"

#include <string.h>

#include "json/json_edit.h"

/* One step from the root to an element: Observation . category:lab . coding */
typedef struct {
  ax_str name, slice;
} step;

typedef struct {
  step steps[AX_SNAPSHOT_DEPTH];
  size_t count;
} place;

ax_snapshot_node *ax_snapshot_tree_child(const ax_snapshot_node *node,
                                         ax_str name) {
  for (size_t i = 0; i < node->children.count; i++)
    if (ax_str_eq(node->children.items[i]->name, name))
      return node->children.items[i];
  return NULL;
}

ax_snapshot_node *ax_snapshot_tree_slice(const ax_snapshot_node *node,
                                         ax_str slice) {
  for (size_t i = 0; i < node->slices.count; i++)
    if (ax_str_eq(node->slices.items[i]->slice, slice))
      return node->slices.items[i];
  return NULL;
}

ax_snapshot_node *ax_snapshot_tree_add(ax_arena *arena, ax_snapshot_nodes *list,
                                       ax_str name, ax_str slice) {
  ax_snapshot_node *node = AX_NEW(arena, ax_snapshot_node);
  ax_snapshot_node **slot = node ? AX_VEC_PUSH(list, arena) : NULL;
  if (!slot) return NULL;
  node->name = name;
  node->slice = slice;
  *slot = node;
  return node;
}

static bool copy_list(ax_arena *arena, ax_snapshot_nodes *to,
                      const ax_snapshot_nodes *from) {
  for (size_t i = 0; i < from->count; i++) {
    ax_snapshot_node **slot = AX_VEC_PUSH(to, arena);
    if (!slot) return false;
    *slot = ax_snapshot_tree_copy(arena, from->items[i]);
    if (!*slot) return false;
  }
  return true;
}

ax_snapshot_node *ax_snapshot_tree_copy(ax_arena *arena,
                                        const ax_snapshot_node *node) {
  ax_snapshot_node *copy = AX_NEW(arena, ax_snapshot_node);
  if (!copy) return NULL;
  copy->name = node->name;
  copy->slice = node->slice;
  copy->element = node->element;
  bool ok = copy_list(arena, &copy->children, &node->children) &&
            copy_list(arena, &copy->slices, &node->slices);
  return ok ? copy : NULL;
}

/* --- reading
 * ------------------------------------------------------------------ */

static bool split(ax_str text, place *out) {
  out->count = 0;
  while (text.len) {
    if (out->count == AX_SNAPSHOT_DEPTH) return false;
    ax_str part = ax_str_cut(&text, '.');
    step *s = &out->steps[out->count++];
    s->name = ax_str_cut(&part, ':');
    s->slice = part;
  }
  return out->count > 0;
}

/* "value[x]" in an id stands for "valueQuantity" in an older path. */
static bool same_step(ax_str id_name, ax_str path_name) {
  if (ax_str_eq(id_name, path_name)) return true;
  if (!ax_str_ends(id_name, AX_STR("[x]"))) return false;
  return ax_str_starts(path_name, (ax_str){ id_name.ptr, id_name.len - 3 });
}

static bool agrees(const place *id, const place *path, ax_str slice) {
  if (id->count != path->count) return false;
  for (size_t i = 0; i < id->count; i++)
    if (!same_step(id->steps[i].name, path->steps[i].name)) return false;
  ax_str last = id->steps[id->count - 1].slice;
  return slice.len == 0 || ax_str_eq(last, slice);
}

/* The place by path alone: slices of the levels above are those that the list
 * is just inside of. */
static void place_by_order(place *path, ax_str slice, const place *before) {
  bool along = true;
  for (size_t i = 0; i + 1 < path->count; i++) {
    along = along && i < before->count &&
            ax_str_eq(path->steps[i].name, before->steps[i].name);
    path->steps[i].slice = along ? before->steps[i].slice : AX_STR("");
  }
  path->steps[path->count - 1].slice = slice;
}

static bool place_of(const ax_json *element, const place *before, place *out) {
  place path, id;
  if (!split(AX_JSON_STR(element, "path"), &path)) return false;
  ax_str slice = AX_JSON_STR(element, "sliceName");
  if (split(AX_JSON_STR(element, "id"), &id) && agrees(&id, &path, slice)) {
    *out = id;
    return true;
  }
  place_by_order(&path, slice, before);
  *out = path;
  return true;
}

/* The node at `p` below `root`, made together with what is missing above it. */
static ax_snapshot_node *reach(ax_arena *arena, ax_snapshot_node *root,
                               const place *p) {
  ax_snapshot_node *at = root;
  for (size_t i = 1; at && i < p->count; i++) {
    ax_snapshot_node *next = ax_snapshot_tree_child(at, p->steps[i].name);
    if (!next)
      next = ax_snapshot_tree_add(arena, &at->children, p->steps[i].name,
                                  AX_STR(""));
    if (!next) return NULL;
    at = next;
    if (p->steps[i].slice.len == 0) continue;
    next = ax_snapshot_tree_slice(at, p->steps[i].slice);
    if (!next)
      next = ax_snapshot_tree_add(arena, &at->slices, p->steps[i].name,
                                  p->steps[i].slice);
    at = next;
  }
  return at;
}

ax_snapshot_node *ax_snapshot_tree_read(ax_arena *arena,
                                        const ax_json *elements, bool *bad) {
  *bad = true;
  size_t count = ax_json_count(elements);
  if (!ax_json_is(elements, AX_JSON_ARRAY) || count == 0 ||
      count > AX_SNAPSHOT_ELEMENTS)
    return NULL;
  ax_snapshot_node *root = AX_NEW(arena, ax_snapshot_node);
  place before = { .count = 0 };
  for (size_t i = 0; root && i < count; i++) {
    const ax_json *element = ax_json_item(elements, i);
    place p;
    if (!place_of(element, &before, &p)) return NULL;
    if (root->name.len == 0) root->name = p.steps[0].name;
    if (!ax_str_eq(p.steps[0].name, root->name)) return NULL;
    ax_snapshot_node *node = reach(arena, root, &p);
    *bad = node != NULL;
    if (!node) return NULL;
    node->element = element;
    before = p;
  }
  *bad = false;
  return root;
}

/* --- writing
 * ------------------------------------------------------------------- */

typedef struct {
  ax_arena *arena;
  AX_VEC(ax_json) out;
} writing;

static ax_str joined(ax_arena *arena, ax_str parent, ax_str name,
                     ax_str slice) {
  ax_str text = ax_arena_printf(
      arena, AX_STR_FMT "%s" AX_STR_FMT "%s" AX_STR_FMT, AX_STR_ARG(parent),
      parent.len ? "." : "", AX_STR_ARG(name), slice.len ? ":" : "",
      AX_STR_ARG(slice));
  return text;
}

static bool write_node(writing *w, const ax_snapshot_node *node,
                       ax_str parent_path, ax_str parent_id, unsigned depth) {
  if (depth > AX_SNAPSHOT_DEPTH || w->out.count >= AX_SNAPSHOT_ELEMENTS)
    return false;
  ax_str path = joined(w->arena, parent_path, node->name, AX_STR(""));
  ax_str id = joined(w->arena, parent_id, node->name, node->slice);
  if (!path.ptr || !id.ptr) return false;
  const ax_json *e = ax_json_edit_set(w->arena, node->element, AX_STR("id"),
                                      ax_json_edit_string(id));
  if (e)
    e = ax_json_edit_set(w->arena, e, AX_STR("path"),
                         ax_json_edit_string(path));
  ax_json *slot = e ? AX_VEC_PUSH(&w->out, w->arena) : NULL;
  if (!slot) return false;
  *slot = *e;
  for (size_t i = 0; i < node->children.count; i++)
    if (!write_node(w, node->children.items[i], path, id, depth + 1))
      return false;
  for (size_t i = 0; i < node->slices.count; i++)
    if (!write_node(w, node->slices.items[i], parent_path, parent_id,
                    depth + 1))
      return false;
  return true;
}

const ax_json *ax_snapshot_tree_write(ax_arena *arena,
                                      const ax_snapshot_node *root) {
  writing w = { .arena = arena };
  if (!write_node(&w, root, AX_STR(""), AX_STR(""), 0)) return NULL;
  ax_json *list = AX_NEW(arena, ax_json);
  if (!list) return NULL;
  *list = (ax_json){ .kind = AX_JSON_ARRAY,
                     .count = (uint32_t)w.out.count,
                     .u.items = w.out.items };
  return list;
}
