/*
 * valueset.h - is this code in that value set, that code system, and what is
 * it called: by the loaded packages, by built-in rules (builtin.h), and, where
 * these do not decide, by a terminology server, if there is one (tx.h).
 *
 * A value set is compiled once (includes, excludes, filters, imports, versions;
 * R4 ValueSet.compose) into sets of codes by system and kept; afterwards a
 * question is a hash lookup.
 *
 * A value set may be named by its canonical ("url" or "url|version"), as one
 * contained in a definition ("url-of-the-definition#id"), by
 * CodeSystem.valueSet, and by the implicit names of R4: http://loinc.org/vs,
 * http://snomed.info/sct?fhir_vs, http://unitsofmeasure.org/vs.
 *
 * Threads: any; a private read-write lock guards the tables of compiled sets.
 */
#ifndef AX_TERMINOLOGY_VALUESET_H
#define AX_TERMINOLOGY_VALUESET_H

#include "base/buf.h"
#include "definitions/registry.h"
#include "terminology/builtin.h"
#include "terminology/tx.h"

typedef struct ax_valuesets ax_valuesets;

/* INVALID never; NOMEM. The registry must outlive the result. */
ax_status ax_valueset_new(ax_registry *registry, ax_valuesets **out,
                          ax_error *err) AX_MUST_USE;
void ax_valueset_free(ax_valuesets *sets);

/* Who tells whether a code is a UCUM unit (terminology does not include ucum).
 * Until it is set UCUM codes are UNKNOWN. Before threads start. */
void ax_valueset_set_ucum(ax_valuesets *sets, bool (*is_unit)(ax_str code));

/* The server that is asked what cannot be decided here; it stays the caller's
 * and must outlive the questions. Before threads start. */
void ax_valueset_set_server(ax_valuesets *sets, ax_tx *server);

/*
 * Is `system`|`code` in the value set `url`? An empty `system` asks for the
 * code in any system (the binding of a `code` element). `why` (may be NULL)
 * receives a literal reason for UNKNOWN, and for NO where there is one. A value
 * set that is not loaded, includes itself, or rests on a code system that is
 * not loaded or a fragment without the code gives UNKNOWN, never YES.
 */
ax_membership ax_valueset_contains(ax_valuesets *sets, ax_str url,
                                   ax_str system, ax_str code,
                                   const char **why);

/*
 * Does `code` exist in the code system `system`? `display` (may be NULL)
 * receives the concept's display for YES, or an empty text. `why` receives a
 * remark for YES too: a concept that is inactive.
 */
ax_membership ax_valueset_lookup(ax_valuesets *sets, ax_str system, ax_str code,
                                 ax_str *display, const char **why);

/*
 * Is `display` a name of the code (display.h), by its code system in `version`
 * (may be empty; another is taken when it is not loaded) and the loaded
 * supplements? For NO `right` receives the names that it has. UNKNOWN: the code
 * or its names are not known.
 */
ax_membership ax_valueset_display(ax_valuesets *sets, ax_str system,
                                  ax_str version, ax_str code, ax_str display,
                                  ax_buf *right);

/* Is `above` the same concept as `below` or one of its ancestors? UNKNOWN when
 * the code system is not loaded or lacks one of them. */
ax_membership ax_valueset_subsumes(ax_valuesets *sets, ax_str system,
                                   ax_str above, ax_str below);

/* Does the value set `url` itself give the code this display or designation?
 * A set may name codes in its own words (R4
 * ValueSet.compose.include.concept.display). */
bool ax_valueset_display_in(ax_valuesets *sets, ax_str url, ax_str system,
                            ax_str code, ax_str display);

/* Bytes that compiled sets and systems take. */
size_t ax_valueset_memory(ax_valuesets *sets);

/*
 * Calls `each` with every code of the value set, until it returns false. False
 * when the codes cannot be listed: not loaded, rules instead of codes, or a
 * part that is not known whole; then some may have been called.
 */
bool ax_valueset_each(ax_valuesets *sets, ax_str url,
                      bool (*each)(void *to, ax_str system, ax_str code),
                      void *to);

/* The same with the code itself and all below it (`above`: and all above it) in
 * the hierarchy of its code system. False when that is not loaded or does not
 * know the code. */
bool ax_valueset_family(ax_valuesets *sets, ax_str system, ax_str code,
                        bool above,
                        bool (*each)(void *to, ax_str system, ax_str code),
                        void *to);

#endif
