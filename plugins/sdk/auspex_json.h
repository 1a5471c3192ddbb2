/*
 * auspex_json.h - reads a JSON file that a plug-in keeps its model in.
 *
 * Strict, RFC 8259: UTF-8 without byte order mark, one value, no key twice in
 * an object, no U+0000, no lone surrogates, nesting of at most 32, at most 1000
 * members in an object. The first fault is reported with its place.
 *
 * The result is a flat array of values in the order of the file; value 0 is
 * the root. A value knows its bytes, its children follow it, `next` is the one
 * behind it. Numbers stay text until asked for: auspex_json_float rounds the
 * digits once, as training libraries do when they read their own files.
 *
 *     auspex_json json;
 *     if (!auspex_json_parse(&json, blob->data, blob->length)) ... json.fault
 *     uint32_t trees = auspex_json_get(&json, 0, "trees");   0: not there
 *     for (uint32_t i = trees + 1; i < json.values[trees].next;
 *          i = json.values[i].next) ...                      items
 *     auspex_json_free(&json);
 *
 * Header only; memory: one array by malloc. C11 and C++17.
 */
#ifndef AUSPEX_JSON_H
#define AUSPEX_JSON_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { AUSPEX_JSON_DEPTH = 32, AUSPEX_JSON_MEMBERS = 1000 };

typedef enum auspex_json_kind {
  AUSPEX_JSON_NULL,
  AUSPEX_JSON_BOOL,
  AUSPEX_JSON_NUMBER,
  AUSPEX_JSON_STRING,
  AUSPEX_JSON_ARRAY,
  AUSPEX_JSON_OBJECT
} auspex_json_kind;

typedef struct auspex_json_value {
  uint32_t kind;
  uint32_t at, length; /* bytes; of a string: between the quotes, escaped */
  uint32_t count;      /* items or members */
  uint32_t next;       /* the value behind this one and all inside it */
} auspex_json_value;

typedef struct auspex_json {
  const char *text;
  uint32_t length, at; /* at: where a fault is */
  auspex_json_value *values;
  uint32_t count, capacity;
  const char *fault; /* NULL: none */
} auspex_json;

static inline void auspex_json_free(auspex_json *json) {
  free(json->values);
  json->values = NULL;
  json->count = json->capacity = 0;
}

static inline int auspex_json_bad(auspex_json *json, const char *why) {
  if (!json->fault) json->fault = why;
  return 0;
}

/* One more value; 0 without memory. Its number goes to `out`. */
static inline int auspex_json_push(auspex_json *json, auspex_json_kind kind,
                                   uint32_t *out) {
  if (json->count == json->capacity) {
    uint32_t more = json->capacity ? json->capacity * 2 : 256;
    void *grown = more > json->capacity && more < (1u << 27)
                      ? realloc(json->values, more * sizeof *json->values)
                      : NULL;
    if (!grown) return auspex_json_bad(json, "it does not fit into memory");
    json->values = (auspex_json_value *)grown;
    json->capacity = more;
  }
  *out = json->count++;
  memset(&json->values[*out], 0, sizeof json->values[*out]);
  json->values[*out].kind = kind;
  json->values[*out].at = json->at;
  return 1;
}

static inline int auspex_json_peek(const auspex_json *json) {
  return json->at < json->length ? (unsigned char)json->text[json->at] : -1;
}

static inline void auspex_json_blank(auspex_json *json) {
  for (;;) {
    int c = auspex_json_peek(json);
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
    json->at++;
  }
}

static inline int auspex_json_digits(auspex_json *json) {
  uint32_t from = json->at;
  while (auspex_json_peek(json) >= '0' && auspex_json_peek(json) <= '9')
    json->at++;
  return json->at > from;
}

static inline int auspex_json_read_number(auspex_json *json) {
  static const char why[] = "a number is malformed";
  if (auspex_json_peek(json) == '-') json->at++;
  if (auspex_json_peek(json) == '0')
    json->at++;
  else if (!auspex_json_digits(json))
    return auspex_json_bad(json, "a value is expected here");
  if (auspex_json_peek(json) == '.') {
    json->at++;
    if (!auspex_json_digits(json)) return auspex_json_bad(json, why);
  }
  if (auspex_json_peek(json) == 'e' || auspex_json_peek(json) == 'E') {
    json->at++;
    if (auspex_json_peek(json) == '+' || auspex_json_peek(json) == '-')
      json->at++;
    if (!auspex_json_digits(json)) return auspex_json_bad(json, why);
  }
  return 1;
}

/* Four hexadecimal digits, or -1. */
static inline int32_t auspex_json_hex(const char *text, size_t length) {
  int32_t value = 0;
  if (length < 4) return -1;
  for (int i = 0; i < 4; i++) {
    char c = text[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* Behind a backslash; leaves `at` behind the escape. */
static inline int auspex_json_escape(auspex_json *json) {
  int c = auspex_json_peek(json);
  json->at++;
  if (c == 'u') {
    int32_t unit =
        auspex_json_hex(json->text + json->at, json->length - json->at);
    if (unit <= 0)
      return auspex_json_bad(json, "an escape is malformed or U+0000");
    json->at += 4;
    if (unit >= 0xdc00 && unit <= 0xdfff)
      return auspex_json_bad(json, "a surrogate stands alone");
    if (unit < 0xd800 || unit > 0xdbff) return 1;
    int32_t low = json->length - json->at >= 6 &&
                          json->text[json->at] == '\\' &&
                          json->text[json->at + 1] == 'u'
                      ? auspex_json_hex(json->text + json->at + 2, 4)
                      : -1;
    if (low < 0xdc00 || low > 0xdfff)
      return auspex_json_bad(json, "a surrogate stands alone");
    json->at += 6;
    return 1;
  }
  if (c <= 0 || !strchr("\"\\/bfnrt", c))
    return auspex_json_bad(json, "an escape is unknown");
  return 1;
}

/* One character beyond ASCII, well-formed as Unicode's table 3-7 says. */
static inline int auspex_json_utf8(auspex_json *json) {
  const unsigned char *p = (const unsigned char *)json->text + json->at;
  uint32_t left = json->length - json->at;
  uint32_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
  unsigned low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
  unsigned high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
  if (p[0] < 0xc2 || p[0] > 0xf4 || left < n || p[1] < low || p[1] > high)
    return auspex_json_bad(json, "the text is not UTF-8");
  for (uint32_t i = 2; i < n; i++)
    if ((p[i] & 0xc0) != 0x80)
      return auspex_json_bad(json, "the text is not UTF-8");
  json->at += n;
  return 1;
}

static inline int auspex_json_read_string(auspex_json *json) {
  json->at++;
  for (;;) {
    int c = auspex_json_peek(json);
    if (c < 0) return auspex_json_bad(json, "a string does not end");
    if (c == '"') return json->at++, 1;
    if (c < 0x20)
      return auspex_json_bad(json, "a string holds a control character");
    if (c >= 0x80) {
      if (!auspex_json_utf8(json)) return 0;
      continue;
    }
    json->at++;
    if (c == '\\' && !auspex_json_escape(json)) return 0;
  }
}

static inline int auspex_json_word(auspex_json *json, const char *word) {
  size_t length = strlen(word);
  if (json->length - json->at < length ||
      memcmp(json->text + json->at, word, length) != 0)
    return auspex_json_bad(json, "a value is expected here");
  json->at += (uint32_t)length;
  return 1;
}

/* A scalar at `at`. */
static inline int auspex_json_scalar(auspex_json *json) {
  int c = auspex_json_peek(json);
  uint32_t i = 0, quote = c == '"';
  auspex_json_kind kind = c == '"'               ? AUSPEX_JSON_STRING
                          : c == 't' || c == 'f' ? AUSPEX_JSON_BOOL
                          : c == 'n'             ? AUSPEX_JSON_NULL
                                                 : AUSPEX_JSON_NUMBER;
  if (!auspex_json_push(json, kind, &i)) return 0;
  int good = c == '"'   ? auspex_json_read_string(json)
             : c == 't' ? auspex_json_word(json, "true")
             : c == 'f' ? auspex_json_word(json, "false")
             : c == 'n' ? auspex_json_word(json, "null")
                        : auspex_json_read_number(json);
  if (!good) return 0;
  json->values[i].at += quote;
  json->values[i].length = json->at - json->values[i].at - quote;
  json->values[i].next = json->count;
  return 1;
}

/* Two keys are compared as written: "a" and "\u0061" pass for different ones,
 * so keys with escapes are refused. */
static inline int auspex_json_key(auspex_json *json, uint32_t object) {
  uint32_t mine;
  if (auspex_json_peek(json) != '"')
    return auspex_json_bad(json, "a key is expected here");
  if (!auspex_json_scalar(json)) return 0;
  mine = json->count - 1;
  const auspex_json_value *key = &json->values[mine];
  if (memchr(json->text + key->at, '\\', key->length)) {
    json->at = key->at;
    return auspex_json_bad(json, "a key holds an escape");
  }
  for (uint32_t i = object + 1; i < mine; i = json->values[i + 1].next) {
    const auspex_json_value *other = &json->values[i];
    if (other->length != key->length ||
        memcmp(json->text + other->at, json->text + key->at, key->length) != 0)
      continue;
    json->at = key->at;
    return auspex_json_bad(json, "a key stands twice in one object");
  }
  auspex_json_blank(json);
  if (auspex_json_peek(json) != ':')
    return auspex_json_bad(json, "a colon is expected here");
  json->at++;
  auspex_json_blank(json);
  return 1;
}

static inline int auspex_json_close(auspex_json *json, uint32_t open) {
  json->at++;
  json->values[open].length = json->at - json->values[open].at;
  json->values[open].next = json->count;
  return 1;
}

/* Whatever follows a value: a comma, or the end of one or more containers. */
static inline int auspex_json_after(auspex_json *json, uint32_t *stack,
                                    uint32_t *depth) {
  while (*depth > 0) {
    uint32_t open = stack[*depth - 1];
    auspex_json_value *o = &json->values[open];
    int object = o->kind == AUSPEX_JSON_OBJECT;
    auspex_json_blank(json);
    if (auspex_json_peek(json) == (object ? '}' : ']')) {
      auspex_json_close(json, open);
      --*depth;
      continue;
    }
    if (auspex_json_peek(json) != ',')
      return auspex_json_bad(json, object ? "a comma or } is expected here"
                                          : "a comma or ] is expected here");
    json->at++;
    auspex_json_blank(json);
    if (object && o->count == AUSPEX_JSON_MEMBERS)
      return auspex_json_bad(json, "an object has more than 1000 members");
    o->count++;
    return !object || auspex_json_key(json, open);
  }
  return 1;
}

/* Opens a container; an empty one is closed at once. */
static inline int auspex_json_open(auspex_json *json, uint32_t *stack,
                                   uint32_t *depth, int *empty) {
  int object = auspex_json_peek(json) == '{';
  uint32_t open = 0;
  if (*depth == AUSPEX_JSON_DEPTH)
    return auspex_json_bad(json, "it is nested deeper than 32");
  if (!auspex_json_push(json, object ? AUSPEX_JSON_OBJECT : AUSPEX_JSON_ARRAY,
                        &open))
    return 0;
  json->at++;
  auspex_json_blank(json);
  *empty = auspex_json_peek(json) == (object ? '}' : ']');
  if (*empty) return auspex_json_close(json, open);
  stack[(*depth)++] = open;
  json->values[open].count = 1;
  return !object || auspex_json_key(json, open);
}

/* Parses; 0: `json->fault` at byte `json->at`, nothing to free. The text must
 * outlive `json`. */
static inline int auspex_json_parse(auspex_json *json, const void *text,
                                    uint64_t length) {
  uint32_t stack[AUSPEX_JSON_DEPTH] = { 0 }, depth = 0;
  memset(json, 0, sizeof *json);
  json->text = (const char *)text;
  json->length = length < (1u << 30) ? (uint32_t)length : 0;
  auspex_json_blank(json);
  do {
    int c = auspex_json_peek(json), empty = 0;
    if (c == '{' || c == '[') {
      if (!auspex_json_open(json, stack, &depth, &empty)) break;
      if (!empty) continue;
    } else if (!auspex_json_scalar(json)) {
      break;
    }
    if (!auspex_json_after(json, stack, &depth)) break;
  } while (depth > 0);
  auspex_json_blank(json);
  if (!json->fault && json->at < json->length)
    auspex_json_bad(json, "something follows the value");
  if (!json->fault) return 1;
  auspex_json_free(json);
  return 0;
}

/* Line and column of a byte, both from 1. */
static inline void auspex_json_place(const auspex_json *json, uint32_t at,
                                     uint32_t *line, uint32_t *column) {
  *line = *column = 1;
  for (uint32_t i = 0; i < at && i < json->length; i++) {
    ++*column;
    if (json->text[i] != '\n') continue;
    ++*line;
    *column = 1;
  }
}

/* Is the string value `i` exactly `word`? (Not for words with escapes.) */
static inline int auspex_json_is(const auspex_json *json, uint32_t i,
                                 const char *word) {
  const auspex_json_value *v = &json->values[i];
  return v->kind == AUSPEX_JSON_STRING && v->length == strlen(word) &&
         memcmp(json->text + v->at, word, v->length) == 0;
}

/* The value of a member, or 0 (the root is nobody's member). */
static inline uint32_t auspex_json_get(const auspex_json *json, uint32_t object,
                                       const char *key) {
  if (json->values[object].kind != AUSPEX_JSON_OBJECT) return 0;
  for (uint32_t i = object + 1; i < json->values[object].next;
       i = json->values[i + 1].next)
    if (auspex_json_is(json, i, key)) return i + 1;
  return 0;
}

/* The digits of a number with a NUL behind them; 0 when it is none or too
 * long. */
static inline int auspex_json_copy(const auspex_json *json, uint32_t i,
                                   char digits[64]) {
  const auspex_json_value *v = &json->values[i];
  if (v->kind != AUSPEX_JSON_NUMBER || v->length > 63) return 0;
  memcpy(digits, json->text + v->at, v->length);
  digits[v->length] = 0;
  return 1;
}

/* A finite number; 0: it is none. */
static inline int auspex_json_number(const auspex_json *json, uint32_t i,
                                     double *out) {
  char digits[64];
  if (!auspex_json_copy(json, i, digits)) return 0;
  *out = strtod(digits, NULL);
  return *out - *out == 0;
}

static inline int auspex_json_float(const auspex_json *json, uint32_t i,
                                    float *out) {
  char digits[64];
  if (!auspex_json_copy(json, i, digits)) return 0;
  *out = strtof(digits, NULL);
  return *out - *out == 0;
}

/* A whole number in min..max; 0: it is none. */
static inline int auspex_json_integer(const auspex_json *json, uint32_t i,
                                      int64_t min, int64_t max, int64_t *out) {
  double value;
  if (!auspex_json_number(json, i, &value)) return 0;
  if (value < (double)min || value > (double)max ||
      value > 9007199254740992.0 || value < -9007199254740992.0)
    return 0;
  *out = (int64_t)value;
  return (double)*out == value;
}

static inline char *auspex_json_put(char *to, uint32_t c) {
  if (c < 0x80) {
    *to++ = (char)c;
  } else if (c < 0x800) {
    *to++ = (char)(0xc0 | c >> 6);
    *to++ = (char)(0x80 | (c & 63));
  } else if (c < 0x10000) {
    *to++ = (char)(0xe0 | c >> 12);
    *to++ = (char)(0x80 | (c >> 6 & 63));
    *to++ = (char)(0x80 | (c & 63));
  } else {
    *to++ = (char)(0xf0 | c >> 18);
    *to++ = (char)(0x80 | (c >> 12 & 63));
    *to++ = (char)(0x80 | (c >> 6 & 63));
    *to++ = (char)(0x80 | (c & 63));
  }
  return to;
}

/* Writes the unescaped text of string `i` and a NUL to `to`, which has room for
 * its `length` + 1 bytes. */
static inline void auspex_json_text(const auspex_json *json, uint32_t i,
                                    char *to) {
  static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
  const char *p = json->text + json->values[i].at;
  const char *end = p + json->values[i].length;
  while (p < end) {
    if (*p != '\\') {
      *to++ = *p++;
      continue;
    }
    if (p[1] != 'u') {
      const char *which = strchr(from, p[1]);
      *to++ = which ? into[which - from] : '?';
      p += 2;
      continue;
    }
    uint32_t c = (uint32_t)auspex_json_hex(p + 2, 4);
    p += 6;
    if (c >= 0xd800 && c <= 0xdbff) {
      c = 0x10000 + ((c - 0xd800) << 10) +
          ((uint32_t)auspex_json_hex(p + 2, 4) - 0xdc00);
      p += 6;
    }
    to = auspex_json_put(to, c);
  }
  *to = 0;
}

#ifdef __cplusplus
}
#endif
#endif
