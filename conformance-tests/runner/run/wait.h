/*
 * wait.h - operations that are sent again until the target is done: the
 * extension http://ignixa.io/testscript/waitFor with pollingStatusCode,
 * maxAttempts and intervalMs. Private to run/.
 */
#ifndef AX_RUN_WAIT_H
#define AX_RUN_WAIT_H

#include "run/exchange.h"

/* Sends once, or as the extension says: as long as the status is the one of
 * polling. The last exchange is given; see ax_exchange_send. */
ax_status ax_wait_send(ax_state *s, const ax_json *operation,
                       const ax_exchange_request *request,
                       ax_result_exchange **out, ax_error *err) AX_MUST_USE;

#endif
