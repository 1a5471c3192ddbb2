/*
 * snapshot_tree.h - an element list (snapshot or differential) as a tree: each
 * node is an ElementDefinition, its children below it, its slices beside it.
 *
 * R4 5.1.0.5 and ElementDefinition: the place of an element is its `id`
 * ("Observation.category:lab.coding.code") where that agrees with the path,
 * else the path together with the order of the list.
 *
 * Lifetime: nodes live in the arena; elements point into the trees they came
 * from. Threads: one at a time.
 */
#ifndef AX_DEFINITIONS_SNAPSHOT_TREE_H
#define AX_DEFINITIONS_SNAPSHOT_TREE_H

#include "base/vec.h"
#include "json/json.h"

typedef struct ax_snapshot_node ax_snapshot_node;

typedef AX_VEC(ax_snapshot_node *) ax_snapshot_nodes;

struct ax_snapshot_node {
  ax_str name;            /* last part of the path: "value[x]" */
  ax_str slice;           /* "" for the element itself */
  const ax_json *element; /* NULL: only implied by something below it */
  ax_snapshot_nodes children;
  ax_snapshot_nodes slices; /* of this element, in order */
};

/* The tree of `elements` (an array); NULL without memory or when the list is
 * empty or its first path is not a single name (`*bad` is set then). */
ax_snapshot_node *ax_snapshot_tree_read(ax_arena *arena,
                                        const ax_json *elements,
                                        bool *bad) AX_MUST_USE;

/* The child called `name` (not a slice), or NULL. */
ax_snapshot_node *ax_snapshot_tree_child(const ax_snapshot_node *node,
                                         ax_str name);
/* The slice `slice` of `node`, or NULL. */
ax_snapshot_node *ax_snapshot_tree_slice(const ax_snapshot_node *node,
                                         ax_str slice);

/* A copy of `node` with copies of everything below it (elements are shared). */
ax_snapshot_node *
ax_snapshot_tree_copy(ax_arena *arena,
                      const ax_snapshot_node *node) AX_MUST_USE;

/* A new node at the end of `list`, or NULL. */
ax_snapshot_node *ax_snapshot_tree_add(ax_arena *arena, ax_snapshot_nodes *list,
                                       ax_str name, ax_str slice) AX_MUST_USE;

/* The element list of a tree: each element, then its children, then its
 * slices; `path` and `id` are written anew. NULL without memory. */
const ax_json *ax_snapshot_tree_write(ax_arena *arena,
                                      const ax_snapshot_node *root) AX_MUST_USE;

enum { AX_SNAPSHOT_DEPTH = 40, AX_SNAPSHOT_ELEMENTS = 50000 };

#endif
