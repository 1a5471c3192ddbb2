/*
 * intake_history.h - the history of a resource, a type, everything (R4
 * 3.1.0.12) from its parameters to its Bundle: alone (GET [Type[/id]]/_history)
 * or as a GET inside a Bundle.
 *
 * Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_HISTORY_H
#define AX_INTAKE_INTAKE_HISTORY_H

#include "search/search.h"
#include "store/store.h"

typedef struct {
  ax_store *store;
  ax_arena *arena;
  ax_str base, type, id; /* empty: all types, all of the type */
  const ax_search_pair *pairs;
  size_t count;
  bool lenient; /* unknown parameters are passed over, not refused */
} ax_intake_history;

/* The question understood. */
typedef struct {
  ax_history ask;
  ax_str self; /* the question without its cursor, as a URL */
} ax_intake_history_request;

/* Does the path (without query) end in _history? Then `*type` and `*id` are
 * what stands before it, or empty; they are not looked at. */
bool ax_intake_history_path(ax_str path, ax_str *type, ax_str *id);

/* Understands the question; with errors in `issues` it cannot be asked. NOMEM.
 */
ax_status ax_intake_history_read(const ax_intake_history *h,
                                 ax_intake_history_request *out,
                                 ax_fhir_issues *issues) AX_MUST_USE;

/* Asks the store and writes the Bundle. NOT_FOUND: there never was such a
 * resource, and `err` says so; NOMEM, IO, TOO_LARGE. */
ax_status ax_intake_history_run(const ax_intake_history *h,
                                const ax_intake_history_request *rq,
                                ax_buf *out, ax_error *err) AX_MUST_USE;

#endif
