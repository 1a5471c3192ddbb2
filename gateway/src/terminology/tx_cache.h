/*
 * tx_cache.h - what a terminology server has said, kept over restarts.
 *
 * At most `max` answers, in two generations: when the young one is full it
 * becomes the old one, and what was not asked for during a whole generation is
 * forgotten. Each generation is a file of lines that are only ever appended:
 *
 *     expiry in ms TAB Y, N or U TAB display TAB key LF
 *
 * A line that is damaged or torn is left out. Several programs may use one
 * folder at once: they share the files and may at worst forget early. A disk
 * that cannot be written costs the memory of answers and nothing else.
 *
 * Keys and displays with control characters are not kept.
 *
 * Threads: any; one private mutex.
 */
#ifndef AX_TERMINOLOGY_TX_CACHE_H
#define AX_TERMINOLOGY_TX_CACHE_H

#include "base/buf.h"
#include "base/error.h"
#include "terminology/builtin.h"

typedef struct ax_tx_cache ax_tx_cache;

/* `folder` NULL: memory only. `name` tells the caches of different servers
 * apart; it becomes part of a file name. NOMEM. */
ax_status ax_tx_cache_open(const char *folder, ax_str name, size_t max,
                           ax_tx_cache **out) AX_MUST_USE;
void ax_tx_cache_close(ax_tx_cache *cache);

/* True: `answer` is what was said and still holds at `now_ms`; `display` (may
 * be NULL) gets its display appended. */
bool ax_tx_cache_get(ax_tx_cache *cache, ax_str key, int64_t now_ms,
                     ax_membership *answer, ax_buf *display);

void ax_tx_cache_put(ax_tx_cache *cache, ax_str key, int64_t expires_ms,
                     ax_membership answer, ax_str display);

/* Answers held now. */
size_t ax_tx_cache_count(ax_tx_cache *cache);

#endif
