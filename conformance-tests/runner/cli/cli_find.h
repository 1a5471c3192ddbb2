/*
 * cli_find.h - which scripts a run has: files named, and all TestScripts in
 * folders named and the folders in them, in the order of their names; and
 * which of them --include and --exclude leave.
 *
 * Lifetime: the arena given. Threads: any.
 */
#ifndef AX_CLI_CLI_FIND_H
#define AX_CLI_CLI_FIND_H

#include "cli/cli_options.h"
#include "script/script.h"

/* INVALID: a folder without any TestScript, folders too deep; NOT_FOUND. */
ax_status ax_cli_find_scripts(ax_arena *arena, const ax_cli_words *paths,
                              ax_cli_words *out, ax_error *err) AX_MUST_USE;

/* All files in a folder and below with one of the endings (NULL-terminated). */
ax_status ax_cli_find_files(ax_arena *arena, const char *folder,
                            const char *const *endings, ax_cli_words *out,
                            ax_error *err) AX_MUST_USE;

/*
 * What is left of `script`: NULL in `out` when nothing is, the script itself,
 * or a copy with some of its tests. NOMEM.
 */
ax_status ax_cli_find_wanted(ax_arena *arena, const ax_script *script,
                             const ax_cli_options *options,
                             const ax_script **out) AX_MUST_USE;

/* Sets `matched[i]` where the `i`th pattern of --include means the script or
 * one of its tests. NOMEM. */
ax_status ax_cli_find_matched(ax_arena *arena, const ax_script *script,
                              const ax_cli_options *options,
                              bool *matched) AX_MUST_USE;

#endif
