/*
 * intake_subscription.h - R4 Subscriptions as they come in: one that can be
 * served becomes `active`, one that cannot is refused with the reason at once,
 * instead of never telling anybody. Where no endpoint is allowed at all
 * Subscriptions are stored like any other resource and served by nobody.
 *
 * Threads: the request's.
 */
#ifndef AX_INTAKE_INTAKE_SUBSCRIPTION_H
#define AX_INTAKE_INTAKE_SUBSCRIPTION_H

#include "intake/intake_item.h"
#include "intake/intake_outbox.h"

/* Looks at a Subscription about to be written (other items are left alone);
 * faults go to its issues, with a status. NOMEM. */
ax_status ax_intake_subscription_settle(const ax_intake_outbox *rules,
                                        ax_search *search, ax_arena *arena,
                                        ax_intake_item *item) AX_MUST_USE;

#endif
