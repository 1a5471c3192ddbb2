/*
 * fhir_index.h - what can be searched for: index rows of a resource and the
 * queries over them. Between search/ (which knows parameters) and store/
 * (which knows tables), so that neither includes the other.
 *
 * R4 3.1.1 Search. All texts are borrowed.
 */
#ifndef AX_FHIR_FHIR_INDEX_H
#define AX_FHIR_FHIR_INDEX_H

#include <stdint.h>

#include "base/str.h"

typedef enum {
  AX_INDEX_TOKEN,     /* system, code */
  AX_INDEX_REFERENCE, /* code = "Type/id" or the URL or URN as written */
  AX_INDEX_DATE,      /* lo, hi */
  AX_INDEX_STRING,    /* code = normalised text */
  AX_INDEX_URI,       /* code */
  AX_INDEX_NUMBER,    /* number */
  AX_INDEX_QUANTITY   /* number, system, code = unit */
} ax_index_kind;

typedef struct {
  ax_index_kind kind;
  ax_str param; /* "identifier", "patient", ... */
  ax_str system, code;
  int64_t lo, hi;
  double number;
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

typedef struct {
  bool any_system; /* TOKEN "code": system does not matter */
  bool any_code;   /* TOKEN "system|" */
  ax_str system, code;
  ax_compare compare; /* DATE, NUMBER, QUANTITY */
  int64_t lo, hi;
  double number;
} ax_query_value;

typedef struct {
  ax_str param;
  ax_index_kind kind;
  const ax_query_value *values; /* any of these */
  size_t value_count;
} ax_query_term;

typedef struct {
  ax_str type;
  const ax_query_term *terms; /* all of these */
  size_t term_count;
  const ax_str *ids; /* _id: any of these; count 0: not asked */
  size_t id_count;
  bool has_updated; /* _lastUpdated within lo..hi inclusive */
  int64_t updated_lo, updated_hi;
  bool newest_first; /* by last update and key; else oldest first */
  uint64_t after;    /* cursor of the page before; 0: first page */
  size_t limit;      /* largest number of matches to return */
  bool want_total;
} ax_query;

#endif
