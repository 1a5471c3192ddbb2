/*
 * proxy_message.h - requests and answers on their way through a proxy.
 *
 * Header fields keep their order and their case. Those that belong to one
 * connection (RFC 9110 7.6.1) are dropped on the way, in both directions; every
 * other one passes as it is.
 *
 * Lifetime: texts are borrowed, from the arena of the exchange or literals.
 */
#ifndef AX_PROXY_PROXY_MESSAGE_H
#define AX_PROXY_PROXY_MESSAGE_H

#include "base/error.h"
#include "run/result.h"

typedef AX_VEC(ax_result_header) ax_proxy_fields;

typedef struct {
  ax_str method;
  ax_str path, query; /* as sent; the query without '?', perhaps empty */
  ax_proxy_fields fields;
  ax_str body; /* as sent, perhaps compressed */
} ax_proxy_request;

typedef struct {
  int status;
  ax_proxy_fields fields;
  ax_str body; /* as received, perhaps compressed */
} ax_proxy_response;

/* The first field of this name, in any case; "" when there is none. */
ax_str ax_proxy_message_get(const ax_proxy_fields *fields, ax_str name);

/* Sets the field, in place of all that have this name, or adds it. NOMEM. */
ax_status ax_proxy_message_set(ax_arena *arena, ax_proxy_fields *fields,
                               ax_str name, ax_str value) AX_MUST_USE;

/* Adds a field behind the others. NOMEM. */
ax_status ax_proxy_message_add(ax_arena *arena, ax_proxy_fields *fields,
                               ax_str name, ax_str value) AX_MUST_USE;

/* Drops all fields of this name. */
void ax_proxy_message_drop(ax_proxy_fields *fields, ax_str name);

/* Drops what belongs to the connection and not to the message: Connection and
 * the fields it names, Keep-Alive, Proxy-*, TE, Trailer, Transfer-Encoding,
 * Upgrade; and Expect, which the server has answered. */
void ax_proxy_message_drop_hops(ax_proxy_fields *fields);

/* A copy with texts of its own. NOMEM. */
ax_status ax_proxy_message_copy(ax_arena *arena, const ax_proxy_fields *from,
                                ax_proxy_fields *to) AX_MUST_USE;

#endif
