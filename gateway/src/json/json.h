/*
 * json.h - an immutable JSON value tree.
 *
 * A value knows where in the source text it began (`at`), numbers keep the
 * digits they came with ("1.50" stays "1.50"), and an object keeps the order
 * of its members. Duplicate keys do not occur: the parser refuses them.
 *
 * Lifetime: a tree lives in the arena it was parsed into; text points into
 * that arena or the source, so both must outlive it.
 * Threads: many may read one tree.
 */
#ifndef AX_JSON_JSON_H
#define AX_JSON_JSON_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

typedef enum {
  AX_JSON_NULL,
  AX_JSON_BOOL,
  AX_JSON_NUMBER,
  AX_JSON_STRING,
  AX_JSON_ARRAY,
  AX_JSON_OBJECT
} ax_json_kind;

typedef struct ax_json ax_json;
typedef struct ax_json_member ax_json_member;

/* Read through the functions below; the fields are open so that a compiler can
 * walk a tree without calls. */
struct ax_json {
  unsigned char kind; /* ax_json_kind */
  bool truth;         /* of a BOOL */
  uint32_t at;        /* byte offset in the source; 0 for values we made */
  uint32_t count;     /* bytes, items or members */
  union {
    const char *text;     /* STRING (unescaped UTF-8), NUMBER (digits) */
    const ax_json *items; /* ARRAY */
    const ax_json_member *members; /* OBJECT */
  } u;
};

struct ax_json_member {
  ax_str key;
  uint32_t at; /* byte offset of the key */
  ax_json value;
};

/* Line and column, both from 1; a column counts bytes, as editors' UTF-8
 * byte columns do not agree on more. */
typedef struct {
  uint32_t line;
  uint32_t column;
} ax_json_place;

/* The value under `key`, or NULL when `object` is NULL, not an object, or has
 * no such member. */
const ax_json *ax_json_get(const ax_json *object, ax_str key);
#define AX_JSON_GET(object, literal) ax_json_get((object), AX_STR(literal))

/* Item `i`, or NULL when `array` is NULL, not an array or shorter. */
const ax_json *ax_json_item(const ax_json *array, size_t i);

/* Items of an array, members of an object; 0 for NULL and anything else. */
size_t ax_json_count(const ax_json *value);

bool ax_json_is(const ax_json *value, ax_json_kind kind);

/* Text of a string or the digits of a number; empty for NULL and the rest. */
ax_str ax_json_text(const ax_json *value);

/* ax_json_text(ax_json_get(object, key)) for a STRING member, else empty. */
ax_str ax_json_str(const ax_json *object, ax_str key);
#define AX_JSON_STR(object, literal) ax_json_str((object), AX_STR(literal))

/* Same kind, same text or digits, same items in order, same members in any
 * order. Digits are compared as text. */
bool ax_json_equal(const ax_json *a, const ax_json *b);

/* Where byte `at` of `source` stands. */
ax_json_place ax_json_place_of(ax_str source, uint32_t at);

/*
 * The same for many places of one text: each costs the way from the one asked
 * for before, so that issues in about the order of a document are told in one
 * walk through it.
 *
 *     ax_json_places places = { source, 0, 1, 0 };
 */
typedef struct {
  ax_str source;
  uint32_t at, line, line_start; /* where it is now */
} ax_json_places;

ax_json_place ax_json_places_find(ax_json_places *places, uint32_t at);

#endif
