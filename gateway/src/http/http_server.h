/*
 * http_server.h - CivetWeb behind one door; the only file that includes
 * civetweb.h.
 *
 * Refused before a handler is called, through `refuse`: what
 * http_headers.h calls unfit, more than AX_HTTP_HEADERS_MAX header fields
 * (431), folded or broken header lines (400), a body above `body_max` (413), a
 * POST, PUT or PATCH without a length (411), a body that does not arrive within
 * `request_timeout_ms` (408). The connection is closed after a refusal, so that
 * nobody takes the rest of a body for a request.
 *
 * A connection holds a thread while it is open. When nearly all threads are
 * taken, answers carry Connection: close and connections that have been idle
 * for a while are closed, so that idle clients do not starve new ones. Head,
 * body and answer each have `request_timeout_ms`; a watchdog shuts the socket
 * of whoever is slower.
 *
 * Bounds, each with 503 and a Retry-After from how fast requests have been
 * finished of late: `running_max` requests being handled at once (paths below
 * `always` are answered all the same, so that health can be asked about), and
 * `bodies_max` bytes of bodies in memory at once. Requests with bodies of 256 kB
 * and more take turns (http_turns.h): `large_at_once` bytes of such bodies are
 * handled at once, the others wait up to `turn_ms`.
 *
 * TLS is not offered here: it stands in front. IPv6 addresses are refused when
 * the library was built without it.
 *
 * Threads: handler and refuse are called from many threads at once.
 */
#ifndef AX_HTTP_HTTP_SERVER_H
#define AX_HTTP_HTTP_SERVER_H

#include "http/http.h"

typedef struct ax_http_server ax_http_server;

typedef void (*ax_http_handler)(void *ctx, ax_http_request *request,
                                ax_http_response *response);

/* Writes the body of a refusal into `body`; returns its media type. */
typedef ax_str (*ax_http_refuser)(int status, ax_str text, ax_buf *body);

typedef struct {
  const char *address; /* "127.0.0.1" */
  unsigned port;       /* 0: any free one */
  unsigned threads;    /* connections served at once; at least 2 */
  unsigned keep_alive_ms, request_timeout_ms;
  unsigned drain_ms;    /* how long a stop waits for running requests */
  unsigned running_max; /* 0: as many as threads */
  const char *always;   /* "/health/"; NULL: nothing is exempt */
  size_t body_max;
  size_t bodies_max;     /* of all requests together; 0: no bound */
  size_t large_at_once;  /* bytes of large bodies handled at once; 0: all */
  unsigned turn_ms;      /* how long one may wait for its turn */
  size_t request_memory; /* ceiling of a request's arena */
  size_t requests_memory; /* of all arenas together; 0: no bound */
  /* Bodies reach the handler as they came, compressed ones too (a proxy). */
  bool keep_packed;
  ax_http_handler handler;
  void *ctx;
  ax_http_refuser refuse;
} ax_http_server_options;

/* Listens and serves. INVALID for an address that cannot be served, IO when
 * the port cannot be had. */
ax_status ax_http_server_start(const ax_http_server_options *options,
                               ax_http_server **out, ax_error *err) AX_MUST_USE;
unsigned ax_http_server_port(const ax_http_server *server);

/* Requests being handled now. */
unsigned ax_http_server_busy(const ax_http_server *server);

/* Answers 503 to new requests, waits up to `drain_ms` for the running ones,
 * closes, frees. NULL is fine. */
void ax_http_server_stop(ax_http_server *server);

#endif
