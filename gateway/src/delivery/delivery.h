/*
 * delivery.h - sends the outbox: one thread for each target and one for all
 * Subscriptions, so that a slow target delays nobody else.
 *
 * At least once, in order for one patient and target: what was sent and not yet
 * recorded when the process died is sent again, under the same identity. A row
 * that is not taken waits longer each time (with its patient's later ones) and
 * is dead past the target's maximum age, or at once where repeating cannot
 * help. After a few failures in a row a target is left alone for a while
 * (circuit breaker); then one row tries whether it is back.
 *
 * Threads: all calls from one thread.
 */
#ifndef AX_DELIVERY_DELIVERY_H
#define AX_DELIVERY_DELIVERY_H

#include "delivery/delivery_config.h"
#include "store/store.h"

typedef struct ax_delivery ax_delivery;

/* `config` outlives the delivery. INVALID, IO for certificates and keys that
 * cannot be used, with the target's name. */
ax_status ax_delivery_new(const ax_delivery_config *config, ax_delivery **out,
                          ax_error *err) AX_MUST_USE;

/* Begins to send; `store` outlives the delivery. */
ax_status ax_delivery_start(ax_delivery *delivery, ax_store *store,
                            ax_error *err) AX_MUST_USE;

/* Ends what is being sent within a second or so; the rest waits in the store.
 */
void ax_delivery_stop(ax_delivery *delivery);

/* Of one that is stopped or was never started. NULL is fine. */
void ax_delivery_free(ax_delivery *delivery);

#endif
