/*
 * search_params.h - the table of search parameters: what R4 calls them, where
 * their values stand, how they compare. Private to search/.
 *
 * For now paths are fixed; names, kinds and canonical URLs are those of the R4
 * SearchParameters (test_search_params compares them with the package).
 */
#ifndef AX_SEARCH_SEARCH_PARAMS_H
#define AX_SEARCH_SEARCH_PARAMS_H

#include "fhir/fhir_index.h"

typedef struct {
  const char *type, *name;
  const char *path;    /* below the resource: "name.family", "effective[x]" */
  const char *system;  /* TOKEN: the code system of a `code`, else NULL */
  const char *targets; /* REFERENCE: types, comma separated; NULL: any */
  const char *definition; /* canonical URL; NULL: R4 defines none */
  ax_index_kind kind;
  bool only_targets; /* REFERENCE: others are not indexed */
} ax_search_params_row;

/* Row `i` among those of `type`, or NULL past the end. The first is
 * `identifier` where the type has one. */
const ax_search_params_row *ax_search_params_at(ax_str type, size_t i);

/* The parameter called `name`, or NULL. */
const ax_search_params_row *ax_search_params_find(ax_str type, ax_str name);

/* May a reference of this parameter point to `type`? */
bool ax_search_params_targets(const ax_search_params_row *row, ax_str type);

/* "token", "reference", ... (http://hl7.org/fhir/search-param-type). */
const char *ax_search_params_kind(ax_index_kind kind);

#endif
