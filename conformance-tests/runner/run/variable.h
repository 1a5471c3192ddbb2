/*
 * variable.h - the values behind `${name}`. Private to run/.
 *
 * In this order: what the name is bound to (tests that are run for several
 * values, scripts run by other scripts), what the user set, what the
 * script's variable gives now (it is evaluated each time it is used), what the
 * runner itself knows (builtin.h). A variable that the script leaves to the
 * user and that nobody set gets a value that the runner makes up, the same for
 * the same seed, and a notice says so.
 */
#ifndef AX_RUN_VARIABLE_H
#define AX_RUN_VARIABLE_H

#include "run/placeholder.h"
#include "run/state.h"

/*
 * `scope` keeps apart what is made up for different fixtures. INVALID: nobody
 * knows the name; NOT_FOUND: the variable gives nothing now.
 */
ax_status ax_variable_value(ax_state *s, ax_str name, ax_str scope, ax_str *out,
                            ax_error *err) AX_MUST_USE;

/* Replaces all placeholders of a text or a tree. In a text for a URL, values
 * that came from the target are percent-encoded where they would mean
 * something else there. */
ax_status ax_variable_fill(ax_state *s, ax_str text, ax_str *out,
                           ax_error *err) AX_MUST_USE;
ax_status ax_variable_fill_url(ax_state *s, ax_str text, ax_str *out,
                               ax_error *err) AX_MUST_USE;
ax_status ax_variable_fill_tree(ax_state *s, const ax_json *tree, ax_str scope,
                                const ax_json **out, ax_error *err) AX_MUST_USE;

#endif
