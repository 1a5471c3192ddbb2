/*
 * search_value.h - one value of a search parameter: its text to what the store
 * compares with (R4 3.1.1.4, 3.1.1.5). Private to search/.
 */
#ifndef AX_SEARCH_SEARCH_VALUE_H
#define AX_SEARCH_SEARCH_VALUE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "search/search_table.h"

typedef AX_VEC(ax_query_value) ax_search_values;

typedef struct {
  const ax_search *search;
  ax_arena *arena;
  const ax_search_def *param;
  ax_index_kind kind; /* how it is read: the parameter's, unless a modifier
                         says otherwise */
  ax_match match;     /* what a modifier says */
  ax_str base;        /* our own base URL */
  ax_str modifier;    /* a resource type, or empty */
} ax_search_value_of;

/*
 * Cuts the next of several values off `*rest` at an unescaped ','; escapes
 * stay. False when there is none left.
 */
bool ax_search_value_next(ax_str *rest, ax_str *value);

/* Adds what `text` asks for (a bare id may mean several types). `*wrong`
 * receives a sentence when it is no value, else NULL. NOMEM. */
ax_status ax_search_value_add(const ax_search_value_of *of, ax_str text,
                              ax_search_values *out,
                              const char **wrong) AX_MUST_USE;

/* The same at an unescaped `sep` ('$' between the parts of a composite). */
bool ax_search_value_next_at(ax_str *rest, char sep, ax_str *value);

/* A date with its prefix; false when it is none. */
bool ax_search_value_date(ax_str text, ax_query_value *out);

/* Without the backslashes that escape `,`, `|`, `$` and `\`. NOMEM. */
ax_status ax_search_value_plain(ax_arena *arena, ax_str text,
                                ax_str *out) AX_MUST_USE;

#endif
