/*
 * app_delivery.h - who is told of results: the file of targets read once, in
 * the form that the data path plans by and in the form that delivery sends by.
 */
#ifndef AX_APP_APP_DELIVERY_H
#define AX_APP_APP_DELIVERY_H

#include "app/config.h"
#include "delivery/delivery.h"
#include "intake/intake_outbox.h"
#include "net/net_client.h"

typedef struct {
  ax_delivery_config config;
  ax_intake_outbox rules;
  ax_net_client *allowed; /* knows the endpoints of Subscriptions; or NULL */
  ax_delivery *sender;    /* NULL: there is nobody to tell */
} ax_app_delivery;

/* Without a file there is nobody. INVALID, IO, NOT_FOUND for the file, the
 * certificates and the keys that it names: nothing is served with those. */
ax_status ax_app_delivery_read(ax_arena *arena, const ax_config *config,
                               ax_app_delivery *out, ax_error *err) AX_MUST_USE;

/* Begins and ends sending what is in the store. */
ax_status ax_app_delivery_start(ax_app_delivery *delivery, ax_store *store,
                                ax_error *err) AX_MUST_USE;
void ax_app_delivery_stop(ax_app_delivery *delivery);

void ax_app_delivery_close(ax_app_delivery *delivery);

#endif
