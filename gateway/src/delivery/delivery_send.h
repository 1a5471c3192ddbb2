/*
 * delivery_send.h - one row of the outbox to its target, and what came of it.
 *
 * A target gets the stored version by PUT under its own id, by POST with
 * If-None-Exist on its identifier, or in a transaction with its inputs: all
 * three may be repeated without a second effect. A Subscription without payload
 * gets an empty POST, one with a JSON media type gets a PUT to endpoint/Type/id
 * (R4 3.1.12, rest-hook). References are settled for the target
 * (delivery_refs.h).
 *
 * Threads: a channel belongs to one thread.
 */
#ifndef AX_DELIVERY_DELIVERY_SEND_H
#define AX_DELIVERY_DELIVERY_SEND_H

#include "delivery/delivery_token.h"
#include "store/store.h"

typedef struct {
  ax_store *store;
  const ax_delivery_target *target; /* NULL: Subscriptions */
  ax_net_client *client;
  ax_delivery_token *token; /* NULL: none */
  const char *base; /* of our resources, for references; NULL: as they are */
} ax_delivery_channel;

typedef enum {
  AX_DELIVERY_DONE,  /* taken */
  AX_DELIVERY_LATER, /* this one was not taken now; others may be */
  AX_DELIVERY_DOWN,  /* the target cannot take anything now */
  AX_DELIVERY_NEVER  /* will not be taken however often it is sent */
} ax_delivery_verdict;

typedef struct {
  ax_delivery_verdict verdict;
  int64_t wait_ms; /* as the target wishes; 0: it did not say */
  char note[200];  /* without patient data */
} ax_delivery_outcome;

/* Never fails: what goes wrong is an outcome. */
void ax_delivery_send(const ax_delivery_channel *channel, ax_arena *arena,
                      const ax_outbox *row, ax_delivery_outcome *out);

#endif
