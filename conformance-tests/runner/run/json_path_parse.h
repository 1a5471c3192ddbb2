/*
 * json_path_parse.h - the text of a JSONPath as a tree. Private to json_path.
 */
#ifndef AX_RUN_JSON_PATH_PARSE_H
#define AX_RUN_JSON_PATH_PARSE_H

#include "base/vec.h"
#include "json/json.h"

typedef struct ax_json_path_filter ax_json_path_filter;

typedef enum {
  AX_JSON_PATH_NAME,
  AX_JSON_PATH_INDEX, /* `from` */
  AX_JSON_PATH_SLICE,
  AX_JSON_PATH_ANY,
  AX_JSON_PATH_WHERE
} ax_json_path_kind;

typedef struct {
  ax_json_path_kind kind;
  ax_str name;
  bool has_from, has_to;
  int64_t from, to, step;
  const ax_json_path_filter *filter;
} ax_json_path_selector;

typedef struct {
  bool deep; /* of all descendants, too */
  AX_VEC(ax_json_path_selector) selectors;
} ax_json_path_segment;

typedef struct {
  bool from_current; /* "@"; else from the root */
  AX_VEC(ax_json_path_segment) segments;
} ax_json_path;

typedef enum {
  AX_JSON_PATH_OR,
  AX_JSON_PATH_AND,
  AX_JSON_PATH_NOT, /* left */
  AX_JSON_PATH_LITERAL,
  AX_JSON_PATH_QUERY, /* alone: does it select anything? */
  AX_JSON_PATH_CALL,
  AX_JSON_PATH_EQUAL,
  AX_JSON_PATH_UNEQUAL,
  AX_JSON_PATH_LESS,
  AX_JSON_PATH_LESS_EQUAL,
  AX_JSON_PATH_GREATER,
  AX_JSON_PATH_GREATER_EQUAL
} ax_json_path_op;

typedef enum {
  AX_JSON_PATH_LENGTH_OF,
  AX_JSON_PATH_COUNT_OF,
  AX_JSON_PATH_VALUE_OF,
  AX_JSON_PATH_MATCH,
  AX_JSON_PATH_SEARCH
} ax_json_path_function;

struct ax_json_path_filter {
  ax_json_path_op op;
  const ax_json_path_filter *left, *right; /* of a call: its arguments */
  ax_json literal;
  ax_json_path query;
  ax_json_path_function function;
};

/* INVALID with the place, TOO_LARGE, NOMEM. */
ax_status ax_json_path_parse(ax_arena *arena, ax_str text, ax_json_path *out,
                             ax_error *err) AX_MUST_USE;

#endif
