/*
 * exchange.h - sends one request to the target and keeps all of it.
 * Private to run/.
 */
#ifndef AX_RUN_EXCHANGE_H
#define AX_RUN_EXCHANGE_H

#include "run/state.h"

typedef struct {
  ax_str method; /* "GET" */
  ax_str url;    /* absolute, encoded */
  ax_str body;
  AX_VEC(ax_net_header) headers; /* those of the operation */
} ax_exchange_request;

/*
 * Sends it, with the headers of the run and of the test. `*out` is set also
 * when no answer came (but not without memory): TIMEOUT, UNAVAILABLE,
 * TOO_LARGE; UNSUPPORTED: an origin that is none of the target's; INVALID: no
 * method, URL or header that can be sent.
 */
ax_status ax_exchange_send(ax_state *s, const ax_exchange_request *request,
                           ax_result_exchange **out, ax_error *err) AX_MUST_USE;

/* What an answer that is an OperationOutcome says first; else empty. */
ax_str ax_exchange_reason(const ax_result_exchange *e);

#endif
