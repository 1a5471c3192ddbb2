/*
 * other_server.h - whoever the programs under test talk to: a server in the
 * test's own process, on 127.0.0.1. What is wrong in here fails the test that
 * called; it is ended with ax_http_server_stop().
 *
 * Threads: the handler is called by several at once.
 */
#ifndef AX_CONFORMANCE_OTHER_SERVER_H
#define AX_CONFORMANCE_OTHER_SERVER_H

#include "http/http_server.h"

/* `port` 0: a free one, see ax_http_server_port(). */
ax_http_server *other_server_start(ax_http_handler handler, void *ctx,
                                   unsigned port);

#endif
