/*
 * http_headers.h - what a request's head means: framing of the body, the Host,
 * lists such as If-None-Match. Pure functions over foreign bytes (RFC 9110,
 * RFC 9112).
 *
 * Strict where two readers could disagree about where a message ends: such a
 * request is refused instead of guessed at.
 */
#ifndef AX_HTTP_HTTP_HEADERS_H
#define AX_HTTP_HTTP_HEADERS_H

#include <stdint.h>

#include "http/http.h"

typedef struct {
  int refuse;      /* 0: fine, else the status to refuse with */
  const char *why; /* a sentence, when refused */
  bool has_length, chunked, packed; /* packed: gzip or deflate */
  bool expects_continue;            /* Expect: 100-continue */
  bool wants_close;                 /* Connection: close */
  bool wants_keep_alive; /* Connection: keep-alive (an HTTP/1.0 client) */
  uint64_t length;
  ax_str host;
} ax_http_framing;

/*
 * Judges a request head. Refused: a field name that is no token (400), control
 * bytes in a value (400), two Content-Length fields or one that is no plain
 * number (400), Content-Length with Transfer-Encoding (400), a transfer coding
 * other than chunked (501), a content coding other than gzip and deflate (415),
 * two or unreadable Host fields or, with HTTP/1.1, none (400), an expectation
 * other than 100-continue (417).
 */
void ax_http_headers_frame(const ax_http_header *headers, size_t count,
                           bool http_1_0, ax_http_framing *out);

/* Splits a request target into path and query; false unless it is in origin
 * form ("/..."), of visible ASCII, with whole percent escapes none of which is
 * %00. */
bool ax_http_headers_target(ax_str target, ax_str *path, ax_str *query);

/* 1..64 of letters, digits, '-', '.', '_': fit to be echoed and logged. */
bool ax_http_headers_safe_id(ax_str id);

/* The next element of a comma-separated list; empty elements are skipped,
 * commas inside quoted strings do not count. False at the end. */
bool ax_http_headers_next(ax_str *rest, ax_str *element);

/* Does the list of entity tags (If-None-Match) hold `*` or `tag`, compared
 * weakly (W/ does not matter)? */
bool ax_http_headers_has_tag(ax_str list, ax_str tag);

#endif
