/*
 * proxy.h - a server between a client under test and its target, through
 * which every request passes unchanged and is seen.
 *
 * Passed on as they came: method, path and query, fields (without those of one
 * connection, proxy_message.h), Host, bodies (compressed ones too), the
 * target's status, fields and body. When the target does not answer, the client
 * gets 502, or 504 when it was too slow, and an OperationOutcome. What is no
 * proper HTTP is refused by the server itself (http_server.h).
 *
 * An exchange, as the client saw it, goes to a recording (recording.h) and to
 * whoever runs scripts (run.h's ax_run_client): asserts about requests judge
 * the client, then.
 *
 *     AX_TRY(ax_proxy_start(&options, &proxy, err));
 *     run.client_under_test = ax_proxy_client(proxy);
 *     ...
 *     ax_proxy_stop(proxy);
 *
 * Threads: many serve; ax_proxy_client()'s exchanges are taken by one at a
 * time. Lifetime: texts of the options are copied, the recording is borrowed.
 */
#ifndef AX_PROXY_PROXY_H
#define AX_PROXY_PROXY_H

#include "proxy/proxy_message.h"
#include "proxy/recording.h"
#include "run/run.h"

typedef struct ax_proxy ax_proxy;

/* One request's way to the target. */
typedef struct ax_proxy_hop ax_proxy_hop;

/* Memory that lives until the client has been answered. */
ax_arena *ax_proxy_hop_arena(const ax_proxy_hop *hop);

/* Sends `request` to the target, also several times or not at all. The answer
 * lives in the hop's arena. Failures as ax_net_client_send(). */
ax_status ax_proxy_forward(ax_proxy_hop *hop, const ax_proxy_request *request,
                           ax_proxy_response *out, ax_error *err) AX_MUST_USE;

/* What stands in the way: `pass` makes the answer to a request, usually by
 * ax_proxy_forward(). NULL: the request is forwarded as it is. Called from many
 * threads at once. */
typedef struct {
  ax_status (*pass)(void *ctx, ax_proxy_hop *hop, ax_proxy_request *request,
                    ax_proxy_response *out, ax_error *err);
  void *ctx;
} ax_proxy_filter;

typedef struct {
  const char *address; /* NULL: "127.0.0.1" */
  unsigned port;       /* 0: any free one */
  const char *target;  /* base URL; its origin is where requests go */
  const char *ca_file, *cert_file, *key_file; /* PEM; NULL: see net_client.h */
  unsigned threads;                           /* connections at once; 0: 32 */
  unsigned timeout_ms;                        /* of the target; 0: 60 s */
  unsigned wait_ms;   /* how long a script waits for a request; 0: 60 s */
  size_t queue_max;   /* exchanges kept for scripts; 0: none */
  size_t queue_bytes; /* and their bytes; 0: 256 MiB */
  /* Host is the target's own and not what the client sent: for targets that
   * serve several names. Absolute links in answers lead past the proxy, then.
   */
  bool target_host;
  ax_recording *recording; /* NULL: none */
  ax_proxy_filter filter;
} ax_proxy_options;

/* INVALID: the target is no http(s) URL; IO: the port cannot be had; NOMEM. */
ax_status ax_proxy_start(const ax_proxy_options *options, ax_proxy **out,
                         ax_error *err) AX_MUST_USE;

/* "http://127.0.0.1:8090/fhir": what the client is to be pointed at. */
const char *ax_proxy_base(const ax_proxy *proxy);

/* The client under test, for ax_run_options; NULL without a queue. It ends
 * (UNAVAILABLE) when ax_proxy_close() was called. */
ax_run_client *ax_proxy_client(ax_proxy *proxy);

typedef struct {
  unsigned passed;     /* requests with an answer of the target */
  unsigned failed;     /* without */
  unsigned unrecorded; /* that could not be written */
  char why[240];       /* the first reason for one of the latter two */
} ax_proxy_counts;

void ax_proxy_count(ax_proxy *proxy, ax_proxy_counts *out);

/* No exchange is kept for scripts any more; those kept are still handed out. */
void ax_proxy_close(ax_proxy *proxy);

/* Waits for the running requests, closes, frees. NULL is fine. */
void ax_proxy_stop(ax_proxy *proxy);

#endif
