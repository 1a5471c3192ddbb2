/*
 * intake_search.h - a search from its parameters to its Bundle: alone (GET,
 * POST _search) or as a GET inside a Bundle. Matches, what they refer to and
 * who refers to them (_include, _revinclude), parts of resources (_summary,
 * _elements), links.
 *
 * Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_SEARCH_H
#define AX_INTAKE_INTAKE_SEARCH_H

#include "search/search.h"
#include "store/store.h"

enum { AX_INTAKE_INCLUDED = 1000 }; /* resources beside the matches of a page */

typedef struct {
  ax_store *store;
  ax_search *search;
  ax_registry *registry; /* for _summary and _elements; NULL: only by name */
  ax_arena *arena;
  ax_str base, type;
  const ax_search_pair *pairs;
  size_t count;
  bool lenient; /* unknown parameters are told, not refused */
} ax_intake_search;

/* Understands the question; with errors in `issues` it cannot be asked. NOMEM.
 */
ax_status ax_intake_search_read(const ax_intake_search *s,
                                ax_search_request *out,
                                ax_fhir_issues *issues) AX_MUST_USE;

/* Asks the store and writes the searchset. `notes` are the warnings of
 * reading. NOMEM, IO, TOO_LARGE. */
ax_status ax_intake_search_run(const ax_intake_search *s,
                               const ax_search_request *rq,
                               const ax_fhir_issues *notes, ax_buf *out,
                               ax_error *err) AX_MUST_USE;

/* What of the one resource in `body` is asked for by _summary and _elements
 * among the parameters (R4 3.1.0.1.2): all of it, or a part; the others are not
 * looked at. With errors in `issues` there is no answer. NOMEM, IO. */
ax_status ax_intake_search_part(const ax_intake_search *s, ax_str body,
                                ax_str *out,
                                ax_fhir_issues *issues) AX_MUST_USE;

#endif
