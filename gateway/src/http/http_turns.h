/*
 * http_turns.h - requests with large bodies take turns: those that are handled
 * at once have at most so many bytes of bodies together (one may always go, how
 * large it may be), the others wait in the order in which they came. What a
 * request needs is a multiple of its body, so this bounds memory without
 * refusing anybody; and small requests, which take no turn, find processors.
 *
 * Threads: any.
 */
#ifndef AX_HTTP_HTTP_TURNS_H
#define AX_HTTP_HTTP_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrs.h"

typedef struct ax_http_turns ax_http_turns;

/* NULL: no memory. */
ax_http_turns *ax_http_turns_new(size_t bytes_at_once) AX_MUST_USE;
void ax_http_turns_free(ax_http_turns *turns);

/* Waits for a turn until the monotonic time `until_ns`; false: it did not come.
 * Each turn taken is given back with the same `bytes`. */
bool ax_http_turns_take(ax_http_turns *turns, size_t bytes,
                        int64_t until_ns) AX_MUST_USE;
void ax_http_turns_give(ax_http_turns *turns, size_t bytes);

/* How many wait now. */
size_t ax_http_turns_waiting(ax_http_turns *turns);

#endif
