/*
 * search_query.h - what the files that read a question share. Private to
 * search/.
 */
#ifndef AX_SEARCH_SEARCH_QUERY_H
#define AX_SEARCH_SEARCH_QUERY_H

#include "search/search_value.h"

enum {
  AX_SEARCH_DEPTH = 4,     /* of chains and _has */
  AX_SEARCH_VALUES = 2000, /* of one parameter */
  AX_SEARCH_CODES = 20000  /* of a value set in :in */
};

/* A question on one type; chains hold questions of their own. */
typedef struct ax_search_parse {
  ax_search *search;
  ax_arena *arena;
  ax_str type, base;
  const ax_search_table *table;
  ax_query *query;
  ax_fhir_issues *issues;
  AX_VEC(ax_query_term) terms;
  bool has_ids;
  unsigned depth;
} ax_search_parse;

typedef struct { /* one pair, its name taken apart */
  ax_str whole;  /* as asked: for sentences */
  ax_str name, modifier, value;
  ax_str chain; /* behind the '.', or empty */
} ax_search_asked;

/* --- faults: search_query.c ------------------------------------------------
 */

void ax_search_query_wrong(ax_search_parse *p, const ax_search_asked *a,
                           ax_str value, const char *wrong);
void ax_search_query_unknown(ax_search_parse *p, const ax_search_asked *a);
void ax_search_query_modifier(ax_search_parse *p, const ax_search_asked *a,
                              const char *valid);

/* --- terms: search_term.c ---------------------------------------------------
 */

/* Adds what the pair asks for to the question. True in `*known`: it was a
 * parameter, with or without faults. NOMEM. */
ax_status ax_search_term_take(ax_search_parse *p, const ax_search_asked *a,
                              bool *known) AX_MUST_USE;

/* "name:modifier.rest" taken apart. */
ax_search_asked ax_search_term_asked(ax_str whole, ax_str name, ax_str value);

#endif
