/*
 * http_route.h - does this path fit that pattern, and what stands in its
 * places.
 *
 * A pattern is a path with whole segments in braces: "/fhir/{type}/{id}".
 * Segments are percent-decoded before they are compared, so "%24validate" is
 * "$validate" and "a%2Fb" is one segment. One slash at the end of a path does
 * not matter. Pure functions.
 */
#ifndef AX_HTTP_HTTP_ROUTE_H
#define AX_HTTP_HTTP_ROUTE_H

#include "base/arena.h"
#include "base/error.h"

enum { AX_HTTP_SEGMENTS_MAX = 8 };

typedef struct {
  ax_str segments[AX_HTTP_SEGMENTS_MAX]; /* decoded */
  size_t count;
} ax_http_path;

/* Takes a path apart. NOT_FOUND for more segments than any route has or an
 * empty segment in the middle; INVALID for broken escapes and %00. */
ax_status ax_http_route_split(ax_arena *arena, ax_str path,
                              ax_http_path *out) AX_MUST_USE;

/* One place of a pattern and what stood there. */
typedef struct {
  ax_str type, id, version, name;
} ax_http_captures;

/*
 * True when `path` fits `pattern`. Places: {type} (a capital letter, then
 * letters), {id}, {vid}, {name} take any segment but one that starts with '$'
 * or '_'.
 */
bool ax_http_route_match(const char *pattern, const ax_http_path *path,
                         ax_http_captures *out);

#endif
