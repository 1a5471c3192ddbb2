/*
 * cli_check.h - what is wrong with a script and can be seen without a server:
 * values that R4 does not have, names that lead nowhere, fixtures that are
 * missing, expressions that do not parse. What was merely read leniently the
 * loader remarks itself (ax_script.notices).
 *
 * Threads: any; a call touches only its arguments.
 */
#ifndef AX_CLI_CLI_CHECK_H
#define AX_CLI_CLI_CHECK_H

#include "cli/cli_rules.h"
#include "script/script.h"

typedef AX_VEC(ax_script_notice) ax_cli_faults;

/* Adds the faults of `script` to `out`, in `arena`. NOMEM. */
ax_status ax_cli_check_script(const ax_cli_rules *rules,
                              const ax_script *script, ax_arena *arena,
                              ax_cli_faults *out) AX_MUST_USE;

#endif
