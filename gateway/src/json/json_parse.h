/*
 * json_parse.h - foreign bytes to a tree, over yajl; the only file that
 * includes its headers.
 *
 * Refused, with the place: anything RFC 8259 forbids, bytes that are not
 * UTF-8, U+0000 in a string, a lone surrogate escape, a key that occurs twice
 * in one object, nesting deeper than AX_LIMIT_JSON_DEPTH, text after the value.
 * A byte order mark at the start is skipped.
 *
 * Threads: any; a call touches only its arguments.
 */
#ifndef AX_JSON_JSON_PARSE_H
#define AX_JSON_JSON_PARSE_H

#include "json/json.h"

typedef struct {
  uint32_t at; /* byte offset of the fault */
  ax_json_place place;
  char text[200]; /* a sentence without the place */
} ax_json_fault;

/*
 * Parses `source`, which must outlive the tree. INVALID or TOO_LARGE fill
 * `fault`; NOMEM when the arena's ceiling was reached.
 */
ax_status ax_json_parse(ax_arena *arena, ax_str source, const ax_json **out,
                        ax_json_fault *fault) AX_MUST_USE;

/* The same of a part of a larger text that begins at its byte `base`: places in
 * the tree and fault->at are those in the larger text; fault->place is the one
 * in the part. */
ax_status ax_json_parse_part(ax_arena *arena, ax_str part, uint32_t base,
                             const ax_json **out,
                             ax_json_fault *fault) AX_MUST_USE;

#endif
