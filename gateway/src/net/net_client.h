/*
 * net_client.h - outgoing HTTP; the only file that includes curl.h.
 *
 * A client belongs to one owner: it knows the origins its owner may talk to,
 * the time-outs and the certificates, and keeps connections open between
 * requests. An origin is scheme, host and port, compared part by part as the
 * sender itself takes a URL apart, never as text: http://a.example does not
 * allow http://a.example.evil.test or http://a.example@evil.test.
 *
 * Redirects are answers, not followed. No cookies, no proxy from the
 * environment, no passwords in URLs, http and https only. Certificates and
 * host names are always verified. An HTTP status of 400 or more is an answer
 * too, not a failure.
 *
 * Sentences of failures name the origin and never path, query or headers:
 * these may speak of patients or carry tokens.
 *
 * Lifetime: the options' texts are copied. A response lives in the arena given.
 * Threads: one thread at a time uses a client; different clients need no care.
 * The program ignores SIGPIPE.
 */
#ifndef AX_NET_NET_CLIENT_H
#define AX_NET_NET_CLIENT_H

#include "base/arena.h"
#include "base/error.h"

typedef struct ax_net_client ax_net_client;

typedef struct {
  /* URLs whose origin may be asked ("https://tx.example.org", or with a path,
   * which does not count); at least one. */
  const char *const *origins;
  size_t origin_count;
  unsigned connect_timeout_ms; /* 0: 2 s; name look-up and TLS included */
  unsigned timeout_ms;         /* 0: 10 s; of a whole request */
  size_t response_max;         /* bytes of a body; 0: 64 MiB */
  /* PEM, read for each connection. Authorities: NULL: the system's. Of the
   * client: NULL: none; the key may stand in `cert_file`, too. */
  const char *ca_file, *cert_file, *key_file;
  const char *user_agent;           /* NULL: "auspex" */
  /* Asked about once a second while a request runs; true ends it with
   * UNAVAILABLE. NULL: never. */
  bool (*stop)(void *ctx);
  void *ctx;
} ax_net_client_options;

typedef enum {
  AX_NET_GET,
  AX_NET_HEAD,
  AX_NET_POST,
  AX_NET_PUT,
  AX_NET_PATCH,
  AX_NET_DELETE,
  AX_NET_OPTIONS,
  AX_NET_OTHER /* see ax_net_request.method_name */
} ax_net_method;

typedef struct {
  ax_str name, value;
} ax_net_header;

typedef struct {
  ax_net_method method;
  ax_str method_name; /* of AX_NET_OTHER: a token of HTTP */
  ax_str url; /* absolute, already percent-encoded; a fragment is not sent */
  const ax_net_header *headers;
  size_t header_count;
  ax_str body;         /* sent with POST, PUT and PATCH, and when not empty */
  ax_str bearer;       /* becomes an Authorization header; "": none */
  unsigned timeout_ms; /* 0: as the options say */
  /* Somebody else's request, passed on: `headers` are the whole head, Host too;
   * nothing is added but Content-Length, and the path stays as it is written
   * ("/a/../b"). */
  bool relayed;
} ax_net_request;

typedef struct {
  int status;
  const ax_net_header *headers; /* in the order received, values trimmed */
  size_t header_count;
  ax_str body;
} ax_net_response;

/* INVALID: no origin, one that is no http(s) URL, or one with a password, or
 * files that do not hold what they should; IO: the library cannot start or a
 * file cannot be read. */
ax_status ax_net_client_new(const ax_net_client_options *options,
                            ax_net_client **out, ax_error *err) AX_MUST_USE;
void ax_net_client_free(ax_net_client *client);

/* Is the origin of `url` one of those allowed? DENIED with a sentence when not,
 * INVALID when it is no absolute http(s) URL. */
ax_status ax_net_client_allows(const ax_net_client *client, ax_str url,
                               ax_error *err) AX_MUST_USE;

/*
 * Sends and waits for the whole answer.
 *   INVALID      not a URL, or a header with a line break in it
 *   DENIED       the origin is not allowed
 *   TIMEOUT      no connection, or no whole answer, in time
 *   UNAVAILABLE  refused, unknown host, TLS failed, connection lost, stopped
 *   TOO_LARGE    the answer is larger than `response_max`
 *   IO           certificate files cannot be used
 */
ax_status ax_net_client_send(ax_net_client *client,
                             const ax_net_request *request, ax_arena *arena,
                             ax_net_response *out, ax_error *err) AX_MUST_USE;

/* The first header of this name (in any case), or "" when there is none. */
ax_str ax_net_client_header(const ax_net_response *response, ax_str name);

/* `text` with everything but RFC 3986 unreserved characters percent-encoded,
 * for a part of a path or a query; `ptr` is NULL without memory. */
ax_str ax_net_client_escape(ax_arena *arena, ax_str text) AX_MUST_USE;

#endif
