/*
 * http.h - HTTP as the handlers see it, free of the server library.
 *
 * A request stays on the thread it came in on. Everything in it lives in the
 * request's arena, which dies after the response was written.
 */
#ifndef AX_HTTP_HTTP_H
#define AX_HTTP_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

typedef enum {
  AX_HTTP_GET = 1 << 0,
  AX_HTTP_HEAD = 1 << 1,
  AX_HTTP_POST = 1 << 2,
  AX_HTTP_PUT = 1 << 3,
  AX_HTTP_PATCH = 1 << 4,
  AX_HTTP_DELETE = 1 << 5,
  AX_HTTP_OPTIONS = 1 << 6,
  AX_HTTP_OTHER = 1 << 7
} ax_http_method;

enum { AX_HTTP_HEADERS_MAX = 64, AX_HTTP_SEGMENTS_MAX = 8 };

typedef struct {
  ax_str name, value;
} ax_http_header;

typedef struct {
  ax_arena *arena;
  ax_http_method method;
  ax_str path;  /* as sent, undecoded, without the query */
  ax_str query; /* behind '?', undecoded */
  ax_http_header headers[AX_HTTP_HEADERS_MAX];
  size_t header_count;
  ax_str body;
  ax_str remote;      /* address of the peer */
  ax_str id;          /* X-Request-Id as sent when it is safe, else made here */
  int64_t arrived_ns; /* monotonic */
} ax_http_request;

typedef struct {
  int status;
  ax_str content_type; /* empty: no body */
  ax_http_header headers[16];
  size_t header_count;
  ax_str body;
} ax_http_response;

/* The value of a header (name in any case), or the empty string. */
ax_str ax_http_get_header(const ax_http_request *request, ax_str name);

/* Adds a response header; values with CR, LF or NUL are dropped (assert). */
void ax_http_set_header(ax_http_response *response, ax_str name, ax_str value);

#endif
