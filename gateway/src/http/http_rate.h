/*
 * http_rate.h - how fast each sender may go: a bucket of tokens for each, which
 * fills at a steady rate up to a burst; a request takes one.
 *
 * The table has a fixed size: a bucket that was not used until it is full again
 * is like one that never was, and its place is given away. When more senders
 * than places are active at once, the longest unused one loses its place, which
 * is in its favour.
 *
 * Threads: any.
 */
#ifndef AX_HTTP_HTTP_RATE_H
#define AX_HTTP_HTTP_RATE_H

#include <stdint.h>

#include "base/attrs.h"
#include "base/str.h"

typedef struct ax_http_rate ax_http_rate;

/* `per_second` at least 1; NULL: no memory. */
ax_http_rate *ax_http_rate_new(uint64_t per_second, uint64_t burst) AX_MUST_USE;
void ax_http_rate_free(ax_http_rate *rate);

/* Takes a token of `sender` at the monotonic time `now_ns`. 0: go on; else in
 * how many milliseconds there will be one. */
int64_t ax_http_rate_take(ax_http_rate *rate, ax_str sender, int64_t now_ns);

#endif
