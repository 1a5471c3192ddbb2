/*
 * cli_requirements.h - the table of requirements that tests show: a JSON file
 *
 *   { "requirements": [ { "key": "rest-create-1", "source": "http://...",
 *                         ... } ] }
 *
 * Members other than `key` and `source` are for people and other tools.
 *
 * Lifetime: the arena given. Threads: read-only after reading.
 */
#ifndef AX_CLI_CLI_REQUIREMENTS_H
#define AX_CLI_CLI_REQUIREMENTS_H

#include "base/map.h"
#include "cli/cli_options.h"

/*
 * Reads `options->requirements`, or the first requirements.json beside one of
 * the paths or in a folder above it; `*out` is empty when there is none.
 * INVALID names the file and what is wrong.
 */
ax_status ax_cli_requirements_read(ax_arena *arena,
                                   const ax_cli_options *options, ax_map **out,
                                   ax_error *err) AX_MUST_USE;

/* Gives the actions of a script the sources of what they show. */
void ax_cli_requirements_link(const ax_map *table, ax_result_script *script);

#endif
