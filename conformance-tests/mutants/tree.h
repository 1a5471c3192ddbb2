/*
 * tree.h - changes at places of a JSON tree that a path names.
 *
 * A path has the names of members with points between them; behind the name of
 * an array stands which of its items are meant:
 *     entry[].response.location     of every one
 *     entry[0]  entry[-1]           of the first, of the last
 *     link[relation=next].url       of those with such a member
 *
 * Trees stay as they are; a changed one shares what was not changed. An array
 * or object that would be left empty goes away with its last content, as FHIR
 * has no empty ones. NULL: no memory.
 */
#ifndef AX_MUTANTS_TREE_H
#define AX_MUTANTS_TREE_H

#include "json/json.h"

/* What becomes of the value at such a place: false takes it away, true puts
 * `*out` there. `old` is NULL where the last name of the path is lacking;
 * false leaves it so. */
typedef bool (*ax_tree_change)(void *ctx, ax_arena *arena, const ax_json *old,
                               ax_json *out);

const ax_json *ax_tree_edit(ax_arena *arena, const ax_json *tree,
                            const char *path, ax_tree_change change,
                            void *ctx) AX_MUST_USE;

const ax_json *ax_tree_remove(ax_arena *arena, const ax_json *tree,
                              const char *path) AX_MUST_USE;

/* Sets it, also where the last name is lacking. */
const ax_json *ax_tree_set(ax_arena *arena, const ax_json *tree,
                           const char *path, ax_json value) AX_MUST_USE;

/* Sets it only where there is something. */
const ax_json *ax_tree_replace(ax_arena *arena, const ax_json *tree,
                               const char *path, ax_json value) AX_MUST_USE;

/* The value at a path, the first where it means several; NULL: none. */
const ax_json *ax_tree_at(const ax_json *tree, const char *path);

/* Changes every resource in the tree (also inside Bundles, Parameters and
 * `contained`) whose type is `type`; "" means every type. `edit` returns the
 * new resource, or NULL without memory. */
typedef const ax_json *(*ax_tree_resource)(void *ctx, ax_arena *arena,
                                           const ax_json *resource);
const ax_json *ax_tree_resources(ax_arena *arena, const ax_json *tree,
                                 ax_str type, ax_tree_resource edit,
                                 void *ctx) AX_MUST_USE;

/* An array of the items for which `keep` is true; NULL without memory. */
typedef bool (*ax_tree_keep)(void *ctx, const ax_json *item);
const ax_json *ax_tree_filter(ax_arena *arena, const ax_json *array,
                              ax_tree_keep keep, void *ctx) AX_MUST_USE;

/* The array with `item` behind the others, or before them. */
const ax_json *ax_tree_add(ax_arena *arena, const ax_json *array,
                           const ax_json *item, bool first) AX_MUST_USE;

/* A number with these digits. */
ax_json ax_tree_number(ax_str digits);

#endif
