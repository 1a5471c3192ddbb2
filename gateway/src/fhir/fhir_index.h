/*
 * fhir_index.h - what can be searched for: index rows of a resource and the
 * queries over them. Between search/ (which knows parameters) and store/
 * (which knows tables), so that neither includes the other.
 *
 * R4 3.1.1 Search. All texts are borrowed.
 *
 * Rows carry the name of the parameter they were made for. A parameter that
 * says the same as others has none of its own (R4's `patient` asks for the rows
 * of `subject`): queries made by hand name the latter.
 */
#ifndef AX_FHIR_FHIR_INDEX_H
#define AX_FHIR_FHIR_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

typedef enum {
  AX_INDEX_TOKEN,     /* system, code */
  AX_INDEX_REFERENCE, /* code = "Type/id" or the URL or URN as written */
  AX_INDEX_DATE,      /* lo, hi */
  AX_INDEX_STRING,    /* code = normalised text, system = as written */
  AX_INDEX_URI,       /* code */
  AX_INDEX_NUMBER,    /* number .. high */
  AX_INDEX_QUANTITY   /* the same, system, code = unit; canon .. canon_high */
} ax_index_kind;

typedef struct {
  ax_index_kind kind;
  ax_str param; /* "identifier", "subject:identifier", ... */
  ax_str system, code;
  int64_t lo, hi;
  double number, high; /* high below number: the same as number */
  /* A UCUM quantity in base units of the dimension `dim`; empty: none. */
  double canon, canon_high;
  ax_str dim;
  unsigned group; /* rows of one element have the same; 0: the resource */
} ax_index_row;

typedef enum {
  AX_CMP_EQ,
  AX_CMP_NE,
  AX_CMP_LT,
  AX_CMP_LE,
  AX_CMP_GT,
  AX_CMP_GE,
  AX_CMP_SA,
  AX_CMP_EB,
  AX_CMP_AP
} ax_compare;

typedef enum {
  AX_MATCH_EQUAL,    /* STRING: begins with */
  AX_MATCH_EXACT,    /* STRING: `system` is the text as written */
  AX_MATCH_CONTAINS, /* STRING */
  AX_MATCH_BELOW,    /* URI: itself and what lies under it */
  AX_MATCH_ABOVE     /* URI: itself and what it lies under */
} ax_match;

typedef struct {
  bool any_system; /* TOKEN "code", QUANTITY: system does not matter */
  bool any_code;   /* TOKEN "system|", QUANTITY: unit does not matter */
  ax_str system, code;
  ax_match match;
  ax_compare compare; /* DATE, NUMBER, QUANTITY */
  int64_t lo, hi;
  /* NUMBER, QUANTITY: the number, and the interval [low, high) that its digits
   * stand for; low = high: only itself. With `dim` all three are in base units
   * and compare with the canonical columns. */
  double number, low, high;
  ax_str dim;
} ax_query_value;

typedef struct ax_query ax_query;
typedef struct ax_query_term ax_query_term;

typedef enum {
  AX_TERM_VALUES,   /* a row of `params` has one of `values` */
  AX_TERM_PRESENT,  /* there is a row of `params` */
  AX_TERM_CHAIN,    /* a reference of `params` leads to a match of `inner` */
  AX_TERM_HAS,      /* a match of `inner` refers here by its `params` */
  AX_TERM_COMPOSITE /* rows of one group fit all `parts` of an alternative */
} ax_term_shape;

struct ax_query_term {
  ax_str param; /* VALUES, PRESENT, CHAIN: one parameter's rows */
  ax_index_kind kind;
  const ax_query_value *values; /* any of these */
  size_t value_count;
  ax_term_shape shape;
  bool negate;
  const ax_str *params; /* in place of `param`: any of these rows */
  size_t param_count;
  ax_str only; /* REFERENCE: rows that refer to this type; empty: all */
  const ax_query *inner;
  const ax_query_term *parts; /* COMPOSITE: part_count for each alternative */
  size_t part_count, alternatives;
};

typedef struct { /* first and last millisecond */
  int64_t lo, hi;
} ax_query_span;

typedef struct {
  const ax_str *params; /* sorts by their rows; count 0: by id */
  size_t param_count;
  ax_index_kind kind;
  bool descending;
} ax_query_sort;

enum { AX_QUERY_SORTS = 4 };

struct ax_query {
  ax_str type;
  const ax_query_term *terms; /* all of these */
  size_t term_count;
  const ax_str *ids; /* _id: any of these; count 0: not asked */
  size_t id_count;
  bool has_updated; /* _lastUpdated within lo..hi inclusive */
  int64_t updated_lo, updated_hi;
  const ax_query_span *not_updated; /* with has_updated: and in none of these */
  size_t not_updated_count;
  const ax_query_sort *sorts; /* before the order below; at most SORTS */
  size_t sort_count;
  bool newest_first; /* by last update and key; else oldest first */
  uint64_t after;    /* cursor of the page before; 0: first page */
  ax_str after_keys; /* with sorts: what the store gave with the cursor */
  size_t limit;      /* largest number of matches to return */
  bool want_total;
};

#endif
