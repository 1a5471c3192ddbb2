/*
 * regex.h - regular expressions, over PCRE2; the only file that includes its
 * header.
 *
 * The dialect is that of FHIRPath 5.6.9: Unicode, and a dot matches a new line.
 * All memory of a pattern and a match comes from an arena; how long a pattern
 * may be, how deep its brackets and how much memory a match takes is bounded
 * here, how many steps it takes by the caller. So a pattern that backtracks
 * without end is a failure of the pattern and not a stalled process.
 *
 * Threads: a compiled pattern is immutable and may be shared. It lives as long
 * as the arena it was compiled in.
 *
 * Failures: AX_INVALID (no regular expression, or text that is not UTF-8),
 * AX_TOO_LARGE (the pattern or the result is too long), AX_TIMEOUT (more than
 * `steps` steps), AX_NOMEM. `err` says what; it may be NULL.
 */
#ifndef AX_BASE_REGEX_H
#define AX_BASE_REGEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

typedef struct ax_regex ax_regex;

ax_status ax_regex_compile(ax_arena *arena, ax_str pattern,
                           const ax_regex **out, ax_error *err) AX_MUST_USE;

/* Does the pattern match somewhere in `text`, or, if `whole`, all of it? The
 * arena is left as it was. */
ax_status ax_regex_match(const ax_regex *regex, ax_arena *arena, ax_str text,
                         bool whole, uint32_t steps, bool *out,
                         ax_error *err) AX_MUST_USE;

/* `text` with all matches replaced, in the arena; $1 or ${name} in `with` are
 * groups, and those that took no part are empty. */
ax_status ax_regex_replace(const ax_regex *regex, ax_arena *arena, ax_str text,
                           ax_str with, uint32_t steps, ax_str *out,
                           ax_error *err) AX_MUST_USE;

#endif
