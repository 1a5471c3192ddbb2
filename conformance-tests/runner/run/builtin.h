/*
 * builtin.h - placeholders that a runner knows without the script defining
 * them, as Touchstone has them (its user guide, "Placeholders").
 * Private to run/.
 *
 *   C6 D9 CD14               6 letters, 9 digits, 14 of both; up to 20
 *   CURRENTDATE[, D, -3]...  today, moved by parts: y M d H m s
 *   CURRENTDATETIME[, ...]   now
 *   DATE, NAME[, ...]        the same from variable NAME (which may be unset:
 *   DATETIME, NAME[, ...]    then from today)
 *   UUID UUID-ST UUID-NODASH UUID-ST-NODASH
 *
 * Everything follows from the seed of the run: the same seed gives the same.
 */
#ifndef AX_RUN_BUILTIN_H
#define AX_RUN_BUILTIN_H

#include "run/state.h"

/* INVALID: nobody knows the name. `scope`: a UUID is another one in each. */
ax_status ax_builtin_value(ax_state *s, ax_str name, ax_str scope, ax_str *out,
                           ax_error *err) AX_MUST_USE;

/* A value for a variable that the user should have set: a date when it is
 * about dates, "1" for versions and numbers, else a name of its own that is
 * good as an id. The same for all scripts of a run. */
ax_status ax_builtin_invent(ax_state *s, const ax_script_variable *variable,
                            ax_str *out) AX_MUST_USE;

#endif
