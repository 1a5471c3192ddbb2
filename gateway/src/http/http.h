/*
 * http.h - HTTP as the handlers see it, free of the server library.
 *
 * A request stays on the thread it came in on. Everything in it lives in the
 * request's arena, which is emptied after the response was written: texts put
 * into a response must live in that arena or be literals.
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

/* More header fields than this are refused. (CivetWeb shows 64 and hides the
 * rest, so a 65th could not be judged.) */
enum { AX_HTTP_HEADERS_MAX = 63, AX_HTTP_RESPONSE_HEADERS_MAX = 64 };

/* Bytes of "Sun, 06 Nov 1994 08:49:37 GMT" without the NUL. */
enum { AX_HTTP_DATE = 29 };

typedef struct {
  ax_str name, value;
} ax_http_header;

typedef struct {
  ax_arena *arena;
  ax_http_method method;
  ax_str method_name;
  ax_str path;  /* as sent, undecoded, without the query */
  ax_str query; /* behind '?', undecoded */
  ax_http_header headers[AX_HTTP_HEADERS_MAX];
  size_t header_count;
  ax_str host; /* checked: host[:port] of the Host field, perhaps empty */
  ax_str body;
  ax_str remote;      /* address of the peer */
  ax_str id;          /* X-Request-Id as sent when it is safe, else made here */
  int64_t arrived_ns; /* monotonic */
  unsigned load;      /* requests being handled, in percent of the most */
} ax_http_request;

typedef struct {
  int status;
  /* Another server's answer, passed on: `headers` are the whole head, and
   * nothing is added but Content-Length where they have none, and
   * Connection. */
  bool relayed;
  ax_str content_type; /* empty: no body */
  ax_http_header headers[AX_HTTP_RESPONSE_HEADERS_MAX];
  size_t header_count;
  ax_str body;
} ax_http_response;

/* The method named `name` (case matters), AX_HTTP_OTHER for the rest. */
ax_http_method ax_http_method_named(ax_str name);

/* The value of the first header `name` (any case), or the empty string. */
ax_str ax_http_get_header(const ax_http_request *request, ax_str name);

/* Adds a response header. A value with CR, LF, NUL or another control byte is
 * left out, and so is one header too many: neither may split a response. */
void ax_http_set_header(ax_http_response *response, ax_str name, ax_str value);

/* Equal without regard to ASCII case. */
bool ax_http_equal(ax_str a, ax_str b);

/* `s` without leading and trailing spaces and tabs. */
ax_str ax_http_trim(ax_str s);

/* "Created" for 201 and so on; "Status" for a number we do not use. */
const char *ax_http_reason(int status);

/* Writes an IMF-fixdate (RFC 9110 5.6.7) of a moment and a NUL. */
void ax_http_date(int64_t wall_ms, char out[AX_HTTP_DATE + 1]);

/* Reads an IMF-fixdate into milliseconds; false for anything else (RFC 9110
 * 5.6.7 lets recipients ignore what they cannot read). */
bool ax_http_date_parse(ax_str text, int64_t *wall_ms);

/*
 * Writes the head of a response: status line, Date, Content-Type,
 * Content-Length, the response's own fields, the fields that every answer of
 * ours carries, and Connection: close when `close`. A 204 or 304 gets no
 * length. Of a response that is `relayed`: see there.
 */
void ax_http_write_head(const ax_http_response *response, int64_t wall_ms,
                        bool close, ax_buf *out);

#endif
