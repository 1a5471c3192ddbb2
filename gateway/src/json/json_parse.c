#include "json/json_parse.h"

#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "json/json_fault.h"

typedef struct {
  size_t first; /* of its children on the scratch stack */
  uint32_t at;
  bool is_object;
} frame;

/*
 * Children of open containers stand on one scratch stack; a container that
 * closes copies its own into the arena, side by side, and leaves the stack.
 * Items of arrays use only the value of a member.
 */
typedef struct {
  ax_arena *arena;
  ax_str source;
  uint32_t base;    /* where the source stands in a larger text */
  const char *text; /* the source behind a byte order mark */
  const char *end;  /* behind the outermost object or array */
  yajl_handle yajl;
  ax_json_member *scratch; /* `few` until more are needed */
  size_t count, capacity;
  frame frames[AX_LIMIT_JSON_DEPTH];
  size_t depth;
  ax_json *root;
  ax_status status;
  ax_json_fault *fault;
  ax_json_member few[64];
} parse;

/* --- where we are -------------------------------------------------------- */

static inline uint32_t offset_of(const parse *p, const char *byte) {
  return p->base + (uint32_t)(byte - p->source.ptr);
}

/* The byte behind the token that the library has just read. */
static const char *token_end(const parse *p) {
  return p->text + yajl_get_bytes_consumed(p->yajl);
}

static inline bool in_source(const parse *p, const char *byte) {
  return byte >= p->text && byte < p->source.ptr + p->source.len;
}

static int refuse(parse *p, ax_status status) {
  p->status = status;
  return 0;
}

/* --- the scratch stack --------------------------------------------------- */

static bool grow(parse *p) {
  size_t capacity = p->capacity * 2;
  /* What is gathered here is copied into the arena: its ceiling counts. */
  if (capacity / 4 > ax_arena_left(p->arena) / sizeof *p->scratch) return false;
  ax_json_member *own = p->scratch == p->few ? NULL : p->scratch;
  ax_json_member *larger = realloc(own, capacity * sizeof *larger);
  if (!larger) return false;
  if (!own) memcpy(larger, p->few, sizeof p->few);
  p->scratch = larger;
  p->capacity = capacity;
  return true;
}

static inline ax_json_member *push(parse *p) {
  if (p->count == p->capacity && !grow(p)) return NULL;
  return &p->scratch[p->count++];
}

/* Stores a finished value where it belongs: as the root, behind the key on top
 * of the stack, or as the next item. */
static inline int add(parse *p, ax_json value) {
  if (p->depth == 0) {
    *p->root = value;
    return 1;
  }
  if (!p->frames[p->depth - 1].is_object) {
    ax_json_member *slot = push(p);
    if (!slot) return refuse(p, AX_NOMEM);
    slot->value = value;
    return 1;
  }
  p->scratch[p->count - 1].value = value;
  return 1;
}

/* --- strings ------------------------------------------------------------- */

static unsigned hex4(const char *p) {
  unsigned value = 0;
  for (int i = 0; i < 4; i++) {
    unsigned c = (unsigned char)p[i];
    value = value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return value;
}

static char simple_escape(char escape) {
  static const char from[] = "\"\\/bfnrt", become[] = "\"\\/\b\f\n\r\t";
  const char *hit = strchr(from, escape);
  if (!hit) return escape;
  return become[hit - from];
}

/* Decodes the \u escape at `at` (and its second half); NULL when it names no
 * character. The library has checked the digits. */
static const char *put_unicode(parse *p, const char *at, const char *end,
                               char **to) {
  unsigned c = hex4(at + 2);
  const char *next = at + 6;
  if (c == 0) {
    ax_json_fault_set(p->fault, p->source, offset_of(p, at),
                      "U+0000 is not allowed in a string");
    return NULL;
  }
  if (c >= 0xD800 && c < 0xDC00 && end - next >= 6 && next[0] == '\\' &&
      next[1] == 'u') {
    unsigned low = hex4(next + 2);
    if (low >= 0xDC00 && low < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      next += 6;
    }
  }
  if (c >= 0xD800 && c < 0xE000) {
    ax_json_fault_set(p->fault, p->source, offset_of(p, at),
                      "\\u%04x is half of a surrogate pair, not a character",
                      c);
    return NULL;
  }
  *to += ax_utf8_encode(c, *to);
  return next;
}

static bool unescape(parse *p, ax_str raw, ax_str *out) {
  char *text = AX_TAKE_ARRAY(p->arena, char, raw.len);
  if (!text) return refuse(p, AX_NOMEM);
  char *to = text;
  const char *at = raw.ptr, *end = raw.ptr + raw.len;
  while (at < end) {
    const char *hit = memchr(at, '\\', (size_t)(end - at));
    size_t plain = (size_t)((hit ? hit : end) - at);
    memcpy(to, at, plain);
    to += plain;
    at += plain;
    if (at == end) break;
    if (at[1] == 'u') {
      at = put_unicode(p, at, end, &to);
      if (!at) return refuse(p, AX_INVALID);
    } else {
      *to++ = simple_escape(at[1]);
      at += 2;
    }
  }
  *out = (ax_str){ text, (size_t)(to - text) };
  return true;
}

/*
 * The source bytes between the quotes of the string that ends at `end`. A quote
 * inside a string stands behind an odd number of backslashes, the opening one
 * behind none.
 */
static ax_str raw_string(const parse *p, const char *end) {
  const char *close = end - 1;
  for (const char *at = close - 1;; at--) {
    if (*at != '"') continue;
    const char *slash = at;
    while (slash > p->text && slash[-1] == '\\') slash--;
    if ((at - slash) % 2 == 0)
      return (ax_str){ at + 1, (size_t)(close - at - 1) };
    at = slash;
  }
}

/* The string just read and the offset of its opening quote. Text without
 * escapes stays where it is; the rest is decoded here, because the library
 * turns half surrogate pairs into '?'. */
static inline bool take_string(parse *p, const char *seen, size_t len,
                               ax_str *out, uint32_t *at) {
  if (in_source(p, seen)) {
    *out = (ax_str){ seen, len };
    *at = offset_of(p, seen) - 1;
    return true;
  }
  ax_str raw = raw_string(p, token_end(p));
  *at = offset_of(p, raw.ptr) - 1;
  return unescape(p, raw, out);
}

/* --- what the library calls ---------------------------------------------- */

static int on_null(void *ctx) {
  parse *p = ctx;
  return add(p, (ax_json){ .kind = AX_JSON_NULL,
                           .at = offset_of(p, token_end(p) - 4) });
}

static int on_bool(void *ctx, int truth) {
  parse *p = ctx;
  return add(p,
             (ax_json){ .kind = AX_JSON_BOOL,
                        .truth = truth != 0,
                        .at = offset_of(p, token_end(p) - (truth ? 4 : 5)) });
}

/* A number that is the whole text comes from the library's own buffer. */
static int on_number(void *ctx, const char *digits, size_t len) {
  parse *p = ctx;
  uint32_t at = 0;
  ax_str text = { digits, len };
  if (in_source(p, digits)) {
    at = offset_of(p, digits);
  } else {
    const char *start = p->text;
    while (strchr(" \t\r\n", *start)) start++;
    at = offset_of(p, start);
    text.ptr = start;
  }
  return add(p, (ax_json){ .kind = AX_JSON_NUMBER,
                           .at = at,
                           .count = (uint32_t)text.len,
                           .u.text = text.ptr });
}

static int on_string(void *ctx, const unsigned char *seen, size_t len) {
  parse *p = ctx;
  ax_str text;
  uint32_t at = 0;
  if (!take_string(p, (const char *)seen, len, &text, &at)) return 0;
  return add(p, (ax_json){ .kind = AX_JSON_STRING,
                           .at = at,
                           .count = (uint32_t)text.len,
                           .u.text = text.ptr });
}

static int on_key(void *ctx, const unsigned char *seen, size_t len) {
  parse *p = ctx;
  ax_str key;
  uint32_t at = 0;
  if (!take_string(p, (const char *)seen, len, &key, &at)) return 0;
  ax_json_member *slot = push(p);
  if (!slot) return refuse(p, AX_NOMEM);
  slot->key = key;
  slot->at = at;
  return 1;
}

static int open_container(parse *p, bool is_object) {
  uint32_t at = offset_of(p, token_end(p) - 1);
  if (p->depth == AX_LIMIT_JSON_DEPTH) {
    ax_json_fault_set(p->fault, p->source, at, "nested deeper than %d levels",
                      AX_LIMIT_JSON_DEPTH);
    return refuse(p, AX_TOO_LARGE);
  }
  p->frames[p->depth++] = (frame){ p->count, at, is_object };
  return 1;
}

static int on_open_object(void *ctx) {
  return open_container(ctx, true);
}

static int on_open_array(void *ctx) {
  return open_container(ctx, false);
}

static int on_close_array(void *ctx) {
  parse *p = ctx;
  frame f = p->frames[p->depth - 1];
  size_t count = p->count - f.first;
  ax_json *items = AX_TAKE_ARRAY(p->arena, ax_json, count);
  if (!items) return refuse(p, AX_NOMEM);
  for (size_t i = 0; i < count; i++) items[i] = p->scratch[f.first + i].value;
  p->count = f.first;
  if (--p->depth == 0) p->end = token_end(p);
  return add(p, (ax_json){ .kind = AX_JSON_ARRAY,
                           .at = f.at,
                           .count = (uint32_t)count,
                           .u.items = items });
}

/* --- keys that occur twice ----------------------------------------------- */

static int by_key(const void *a, const void *b) {
  const ax_json_member *x = *(const ax_json_member *const *)a;
  const ax_json_member *y = *(const ax_json_member *const *)b;
  int order = ax_str_compare(x->key, y->key);
  return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Sorts pointers to the members, so that a hostile object of a million keys
 * costs no more than its sorting. */
static const ax_json_member *
repeated_of_many(parse *p, const ax_json_member *members, size_t count) {
  const ax_json_member **sorted = malloc(count * sizeof *sorted);
  if (!sorted) {
    p->status = AX_NOMEM;
    return NULL;
  }
  for (size_t i = 0; i < count; i++) sorted[i] = &members[i];
  qsort(sorted, count, sizeof *sorted, by_key);
  const ax_json_member *first = NULL;
  for (size_t i = 1; i < count; i++) {
    if (!ax_str_eq(sorted[i - 1]->key, sorted[i]->key)) continue;
    if (!first || sorted[i]->at < first->at) first = sorted[i];
  }
  free(sorted);
  return first;
}

/* The first member whose key stood there already, or NULL. */
static const ax_json_member *repeated(parse *p, const ax_json_member *members,
                                      size_t count) {
  enum { FEW = 24 };
  if (count > FEW) return repeated_of_many(p, members, count);
  for (size_t i = 1; i < count; i++)
    for (size_t j = 0; j < i; j++)
      if (members[i].key.len == members[j].key.len &&
          ax_str_eq(members[i].key, members[j].key))
        return &members[i];
  return NULL;
}

static int on_close_object(void *ctx) {
  parse *p = ctx;
  frame f = p->frames[p->depth - 1];
  size_t count = p->count - f.first;
  const ax_json_member *own = p->scratch + f.first;
  const ax_json_member *again = count > 1 ? repeated(p, own, count) : NULL;
  if (p->status != AX_OK) return 0;
  if (again) {
    ax_str key = again->key;
    if (key.len > 80) key.len = 80;
    ax_json_fault_set(p->fault, p->source, again->at,
                      "the key \"" AX_STR_FMT "\" occurs twice in one object",
                      AX_STR_ARG(key));
    return refuse(p, AX_INVALID);
  }
  ax_json_member *members = AX_TAKE_ARRAY(p->arena, ax_json_member, count);
  if (!members) return refuse(p, AX_NOMEM);
  if (count) memcpy(members, own, count * sizeof *members);
  p->count = f.first;
  if (--p->depth == 0) p->end = token_end(p);
  return add(p, (ax_json){ .kind = AX_JSON_OBJECT,
                           .at = f.at,
                           .count = (uint32_t)count,
                           .u.members = members });
}

static const yajl_callbacks callbacks = {
  .yajl_null = on_null,
  .yajl_boolean = on_bool,
  .yajl_number = on_number,
  .yajl_string = on_string,
  .yajl_start_map = on_open_object,
  .yajl_map_key = on_key,
  .yajl_end_map = on_close_object,
  .yajl_start_array = on_open_array,
  .yajl_end_array = on_close_array,
};

/* --- the whole text ------------------------------------------------------ */

/* The library does not mind a string that begins behind the value and never
 * ends. */
static bool something_follows(const parse *p) {
  const char *end = p->source.ptr + p->source.len;
  if (!p->end) return ax_json_fault_find(
        p->source, (size_t)(p->text - p->source.ptr), NULL);
  for (const char *c = p->end; c < end; c++)
    if (*c != ' ' && *c != '\n' && *c != '\r' && *c != '\t') return true;
  return false;
}

static ax_status run(parse *p) {
  size_t start = (size_t)(p->text - p->source.ptr);
  p->yajl = yajl_alloc(&callbacks, NULL, p);
  if (!p->yajl) return AX_NOMEM;
  /* The text was checked as a whole, and more strictly. */
  (void)yajl_config(p->yajl, yajl_dont_validate_strings, 1);
  yajl_status seen = yajl_parse(p->yajl, (const unsigned char *)p->text,
                                p->source.len - start);
  if (seen == yajl_status_ok) seen = yajl_complete_parse(p->yajl);
  size_t consumed = yajl_get_bytes_consumed(p->yajl);
  yajl_free(p->yajl);
  if (p->status != AX_OK) return p->status;
  if (seen == yajl_status_ok && !something_follows(p)) return AX_OK;
  if (!ax_json_fault_find(p->source, start, p->fault))
    ax_json_fault_set(p->fault, p->source, start + consumed,
                      "this is not valid JSON");
  return AX_INVALID;
}

static bool has_byte(ax_str source, char c) {
  return source.len && memchr(source.ptr, c, source.len);
}

/* Faults that the library does not see. It takes vertical tab and form feed
 * for space; neither may stand anywhere in JSON. */
static ax_status check_bytes(ax_str source, size_t start,
                             ax_json_fault *fault) {
  size_t bad = 0;
  if (source.len >= UINT32_MAX) {
    ax_json_fault_set(fault, AX_STR(""), 0, "longer than 4 gigabytes");
    return AX_TOO_LARGE;
  }
  if (!ax_utf8_valid(source, &bad)) {
    ax_json_fault_set(fault, source, bad, "byte 0x%02x is not UTF-8",
                      (unsigned char)source.ptr[bad]);
    return AX_INVALID;
  }
  if (!has_byte(source, '\v') && !has_byte(source, '\f')) return AX_OK;
  return ax_json_fault_find(source, start, fault) ? AX_INVALID : AX_OK;
}

static ax_status parse_at(ax_arena *arena, ax_str source, uint32_t base,
                          const ax_json **out, ax_json_fault *fault) {
  if (fault) *fault = (ax_json_fault){ 0 };
  bool has_mark = ax_str_starts(source, AX_STR("\xEF\xBB\xBF"));
  AX_TRY(check_bytes(source, has_mark ? 3 : 0, fault));
  parse p; /* large: only what is read before it is written gets a value */
  p.arena = arena;
  p.source = source;
  p.base = base;
  p.text = source.ptr + (has_mark ? 3 : 0);
  p.end = NULL;
  p.root = AX_NEW(arena, ax_json);
  p.status = AX_OK;
  p.fault = fault;
  p.depth = p.count = 0;
  p.scratch = p.few;
  p.capacity = AX_COUNT(p.few);
  if (!p.root) return AX_NOMEM;
  ax_status status = run(&p);
  if (p.scratch != p.few) free(p.scratch);
  if (status == AX_OK) *out = p.root;
  return status;
}

ax_status ax_json_parse(ax_arena *arena, ax_str source, const ax_json **out,
                        ax_json_fault *fault) {
  return parse_at(arena, source, 0, out, fault);
}

/* Faults are found by offsets into the part alone, so one is looked for again
 * without the base. */
ax_status ax_json_parse_part(ax_arena *arena, ax_str part, uint32_t base,
                             const ax_json **out, ax_json_fault *fault) {
  ax_status status = parse_at(arena, part, base, out, NULL);
  if (!fault || !status || status == AX_NOMEM) return status;
  status = parse_at(arena, part, 0, out, fault);
  fault->at += base;
  return status;
}
