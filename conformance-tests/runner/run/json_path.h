/*
 * json_path.h - JSONPath (RFC 9535) over a tree, with what scripts write
 * besides: a path without "$" before it ("id", ".entry[0].resource") is meant
 * from the root.
 *
 *   $  .name  ['name']  [0]  [-1]  [1:3:2]  *  ..  [a,b]  [?(@.x == 'y')]
 *
 * Filters know == != < <= > >= && || ! ( ), literals, paths from @ and $, and
 * the functions length(), count(), value(), match() and search().
 *
 * An evaluation is bounded in steps, results and depth: TOO_LARGE.
 * Threads: a call touches only its arguments.
 */
#ifndef AX_RUN_JSON_PATH_H
#define AX_RUN_JSON_PATH_H

#include "base/vec.h"
#include "json/json.h"

typedef AX_VEC(const ax_json *) ax_json_path_nodes;

enum {
  AX_JSON_PATH_STEPS = 1000 * 1000, /* nodes looked at */
  AX_JSON_PATH_LENGTH = 4096        /* bytes of a path */
};

/* Appends the nodes in the order of the document. INVALID: no JSONPath, with
 * the place; TOO_LARGE; NOMEM. */
ax_status ax_json_path_select(ax_arena *arena, ax_str path, const ax_json *root,
                              ax_json_path_nodes *out,
                              ax_error *err) AX_MUST_USE;

#endif
