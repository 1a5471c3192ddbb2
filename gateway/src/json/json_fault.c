#include "json/json_fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"

typedef struct {
  ax_str source;
  size_t at;
  ax_json_fault *fault;
  char open[AX_LIMIT_JSON_DEPTH]; /* '{' or '[' */
  size_t depth;
} scan;

void ax_json_fault_set(ax_json_fault *fault, ax_str source, size_t at,
                       const char *fmt, ...) {
  if (!fault || fault->text[0]) return;
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(fault->text, sizeof fault->text, fmt, args);
  va_end(args);
  fault->at = (uint32_t)at;
  fault->place = ax_json_place_of(source, fault->at);
}

static bool at_end(const scan *s) {
  return s->at >= s->source.len;
}

static char peek(const scan *s) {
  if (at_end(s)) return '\0';
  return s->source.ptr[s->at];
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* "'x'", "byte 0x07" or "the end": what stands where the scan is. */
static const char *here(const scan *s, char out[16]) {
  unsigned char c = (unsigned char)peek(s);
  if (at_end(s)) return "the end of the text";
  (void)snprintf(out, 16, c > ' ' && c < 0x7F ? "'%c'" : "byte 0x%02x", c);
  return out;
}

static bool fail(scan *s, const char *wanted) {
  char found[16];
  ax_json_fault_set(s->fault, s->source, s->at, "expected %s, found %s", wanted,
                    here(s, found));
  return false;
}

static void skip_space(scan *s) {
  while (!at_end(s) && strchr(" \t\r\n", peek(s)) && peek(s)) s->at++;
}

static bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool scan_escape(scan *s) {
  s->at++;
  char c = peek(s);
  if (at_end(s) || !c || !strchr("\"\\/bfnrtu", c))
    return fail(s, "one of \" \\ / b f n r t u after a backslash");
  s->at++;
  for (int i = 0; c == 'u' && i < 4; i++, s->at++)
    if (!is_hex(peek(s))) return fail(s, "four hex digits after \\u");
  return true;
}

static bool scan_string(scan *s) {
  size_t start = s->at++;
  while (!at_end(s)) {
    unsigned char c = (unsigned char)peek(s);
    if (c == '"') {
      s->at++;
      return true;
    }
    if (c < 0x20) return fail(s, "an escape (\\n, \\t, \\u....)");
    if (c == '\\') {
      if (!scan_escape(s)) return false;
    } else {
      s->at++;
    }
  }
  ax_json_fault_set(s->fault, s->source, start, "this string is never closed");
  return false;
}

static bool scan_digits(scan *s) {
  if (!is_digit(peek(s))) return fail(s, "a digit");
  while (is_digit(peek(s))) s->at++;
  return true;
}

static bool scan_number(scan *s) {
  if (peek(s) == '-') s->at++;
  if (peek(s) == '0') {
    s->at++;
    if (is_digit(peek(s))) {
      s->at--;
      return fail(s, "a number without leading zeros");
    }
  } else if (!scan_digits(s)) {
    return false;
  }
  if (peek(s) == '.') {
    s->at++;
    if (!scan_digits(s)) return false;
  }
  if (peek(s) == 'e' || peek(s) == 'E') {
    s->at++;
    if (peek(s) == '+' || peek(s) == '-') s->at++;
    return scan_digits(s);
  }
  return true;
}

static bool scan_word(scan *s, const char *word) {
  size_t len = strlen(word);
  if (s->source.len - s->at < len ||
      memcmp(s->source.ptr + s->at, word, len) != 0)
    return fail(s, "a value");
  s->at += len;
  return true;
}

static bool scan_scalar(scan *s) {
  switch (peek(s)) {
  case '"':
    return scan_string(s);
  case 't':
    return scan_word(s, "true");
  case 'f':
    return scan_word(s, "false");
  case 'n':
    return scan_word(s, "null");
  default:
    if (peek(s) == '-' || is_digit(peek(s))) return scan_number(s);
    return fail(s, "a value");
  }
}

static bool scan_key(scan *s) {
  skip_space(s);
  if (peek(s) != '"') return fail(s, "a key in double quotes");
  if (!scan_string(s)) return false;
  skip_space(s);
  if (peek(s) != ':') return fail(s, "':' after the key");
  s->at++;
  return true;
}

/* At the start of a value: steps over it, or into it when it is a container
 * that is not empty (then `*inside`). */
static bool scan_value(scan *s, bool *inside) {
  skip_space(s);
  char c = peek(s);
  *inside = false;
  if (c != '{' && c != '[') return scan_scalar(s);
  s->at++;
  skip_space(s);
  if (peek(s) == (c == '{' ? '}' : ']')) {
    s->at++;
    return true;
  }
  if (s->depth == AX_LIMIT_JSON_DEPTH) return fail(s, "less nesting");
  s->open[s->depth++] = c;
  *inside = true;
  return c == '[' || scan_key(s);
}

/* Behind a value: closes what ends here, or steps to the next value. */
static bool scan_after(scan *s, bool *more) {
  while (s->depth > 0) {
    char open = s->open[s->depth - 1];
    skip_space(s);
    char c = peek(s);
    if (c == ',') {
      s->at++;
      *more = true;
      return open == '[' || scan_key(s);
    }
    if (c != (open == '{' ? '}' : ']'))
      return fail(s, open == '{' ? "',' or '}'" : "',' or ']'");
    s->at++;
    s->depth--;
  }
  *more = false;
  return true;
}

bool ax_json_fault_find(ax_str source, size_t start, ax_json_fault *fault) {
  scan s = { .source = source, .at = start, .fault = fault };
  bool inside = false, more = true;
  while (more) {
    if (!scan_value(&s, &inside)) return true;
    if (!inside && !scan_after(&s, &more)) return true;
  }
  skip_space(&s);
  if (at_end(&s)) return false;
  (void)fail(&s, "nothing after the value");
  return true;
}
