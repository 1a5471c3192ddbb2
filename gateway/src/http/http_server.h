/*
 * http_server.h - CivetWeb behind one door; the only file that includes
 * civetweb.h.
 *
 * Refused before a handler is called, with an OperationOutcome: two
 * Content-Length headers, Content-Length together with Transfer-Encoding, a
 * body above `body_max` (413), more than AX_HTTP_HEADERS_MAX headers (431),
 * header bytes that RFC 9110 forbids (400).
 *
 * Threads: the handler is called from many threads at once.
 */
#ifndef AX_HTTP_HTTP_SERVER_H
#define AX_HTTP_HTTP_SERVER_H

#include "http/http.h"

typedef struct ax_http_server ax_http_server;

typedef void (*ax_http_handler)(void *ctx, ax_http_request *request,
                                ax_http_response *response);

typedef struct {
  const char *address; /* "127.0.0.1" */
  unsigned port;       /* 0: any free one */
  unsigned threads;
  unsigned keep_alive_ms, request_timeout_ms;
  size_t body_max;
  size_t request_memory; /* ceiling of a request's arena */
  ax_http_handler handler;
  void *ctx;
} ax_http_server_options;

/* Listens and serves. IO when the port cannot be had. */
ax_status ax_http_server_start(const ax_http_server_options *options,
                               ax_http_server **out, ax_error *err) AX_MUST_USE;
unsigned ax_http_server_port(const ax_http_server *server);

/* Stops accepting, lets running requests finish, frees. */
void ax_http_server_stop(ax_http_server *server);

#endif
