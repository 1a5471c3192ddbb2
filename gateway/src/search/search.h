/*
 * search.h - search parameters: which index rows a resource gives, and which
 * query a request's parameters ask for; two faces of one table, so that what
 * can be asked is what is indexed.
 *
 * For now the table has fixed paths (R4 `_id`, `_lastUpdated`, `identifier`
 * for every type; `patient`, `subject`, `code`, `date`, `method` where
 * Observation, Condition and RiskAssessment have them).
 */
#ifndef AX_SEARCH_SEARCH_H
#define AX_SEARCH_SEARCH_H

#include "fhir/fhir_index.h"
#include "fhir/fhir_issue.h"
#include "json/json.h"

/* The index rows of `resource`. Texts point into the tree or the arena. NOMEM.
 */
ax_status ax_search_index(ax_arena *arena, const ax_json *resource,
                          ax_index_row **rows, size_t *count) AX_MUST_USE;

/* One decoded name=value pair of a query string or a form. */
typedef struct {
  ax_str name, value;
} ax_search_pair;

/*
 * Turns pairs into a query on `type`. Everything that is wrong (unknown
 * parameter, unknown modifier, a value that is not one) is an issue; the query
 * is usable only when there are no errors. `base` is our own base URL, so that
 * absolute references to us are understood. Paging parameters: `_count`
 * (0..1000, default 50), `_after` (our cursor), `_total`, `_sort` (by
 * _lastUpdated only, for now).
 */
ax_status ax_search_query(ax_arena *arena, ax_str type,
                          const ax_search_pair *pairs, size_t pair_count,
                          ax_str base, ax_query *out,
                          ax_fhir_issues *issues) AX_MUST_USE;

/* Splits and percent-decodes a query string. INVALID for broken escapes. */
ax_status ax_search_pairs(ax_arena *arena, ax_str query_string,
                          ax_search_pair **pairs, size_t *count,
                          ax_error *err) AX_MUST_USE;

/* The table, for the CapabilityStatement: the `i`th parameter of `type`, false
 * past the end. `kind` is the R4 search parameter type ("token" ...). */
typedef struct {
  const char *name, *kind;
  const char *definition; /* canonical URL; NULL: R4 defines none */
} ax_search_param;
bool ax_search_param_at(ax_str type, size_t i, ax_search_param *out);

#endif
