#include "validate/ecl.h"

#include <string.h>

enum { DEPTH = 60, ID_MIN = 6, ID_MAX = 18 };

typedef struct {
  ax_str text;
  size_t at;
  unsigned depth;
  const char *fault; /* the first */
} reader;

/* --- characters ------------------------------------------------------------
 */

static char peek(const reader *r) {
  if (r->at >= r->text.len) return '\0';
  return r->text.ptr[r->at];
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void fail(reader *r, const char *fault) {
  if (!r->fault) r->fault = fault;
}

static void skip_to(reader *r, const char *end) {
  size_t found = ax_str_find(ax_str_skip(r->text, r->at), ax_str_from(end));
  if (found == AX_STR_NONE) {
    r->at = r->text.len;
    fail(r, "something that was opened is not closed");
  } else {
    r->at += found + strlen(end);
  }
}

static bool take(reader *r, const char *token) {
  ax_str want = ax_str_from(token);
  if (!ax_str_starts(ax_str_skip(r->text, r->at), want)) return false;
  r->at += want.len;
  return true;
}

static void skip_spaces(reader *r) {
  for (;;) {
    while (is_space(peek(r))) r->at++;
    if (!take(r, "/*")) return;
    skip_to(r, "*/");
  }
}

/* A keyword in any case, not the beginning of a longer word. */
static bool take_word(reader *r, const char *word) {
  ax_str want = ax_str_from(word), rest = ax_str_skip(r->text, r->at);
  ax_str head = { rest.ptr, rest.len < want.len ? rest.len : want.len };
  if (!ax_str_eq_nocase(head, want)) return false;
  if (rest.len > want.len &&
      (is_letter(rest.ptr[want.len]) || is_digit(rest.ptr[want.len])))
    return false;
  r->at += want.len;
  return true;
}

/* --- concepts --------------------------------------------------------------
 */

static void read_expression(reader *r);

static void read_term(reader *r) {
  skip_spaces(r);
  if (take(r, "|")) skip_to(r, "|");
}

static void read_id(reader *r) {
  size_t from = r->at;
  while (is_digit(peek(r))) r->at++;
  size_t len = r->at - from;
  if (len < ID_MIN || len > ID_MAX) {
    r->at = from;
    fail(r, "a concept (6 to 18 digits), * or ( must stand here");
  }
}

static void read_operator(reader *r) {
  static const char *const operators[] = { "<<!", ">>!", "!!<", "!!>", "<<",
                                           ">>",  "<!",  ">!",  "<",   ">" };
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (take(r, operators[i])) break;
  skip_spaces(r);
  if (take(r, "^")) {
    skip_spaces(r);
    if (take(r, "[")) skip_to(r, "]");
    skip_spaces(r);
  }
}

static void read_filters(reader *r) {
  for (;;) {
    size_t from = r->at;
    skip_spaces(r);
    if (!take(r, "{{")) {
      r->at = from;
      return;
    }
    skip_to(r, "}}");
  }
}

static void read_sub(reader *r) {
  skip_spaces(r);
  read_operator(r);
  if (take(r, "(")) {
    read_expression(r);
    skip_spaces(r);
    if (!take(r, ")")) fail(r, ") is missing");
  } else if (!take(r, "*")) {
    read_id(r);
    read_term(r);
  }
  read_filters(r);
}

/* --- refinements -----------------------------------------------------------
 */

static bool take_conjunction(reader *r) {
  skip_spaces(r);
  return take(r, ",") || take_word(r, "AND") || take_word(r, "OR");
}

static void read_cardinality(reader *r) {
  skip_spaces(r);
  if (take(r, "[")) skip_to(r, "]");
  skip_spaces(r);
}

static void read_value(reader *r) {
  skip_spaces(r);
  if (take(r, "#")) {
    if (peek(r) == '+' || peek(r) == '-') r->at++;
    if (!is_digit(peek(r))) fail(r, "a number must stand here");
    while (is_digit(peek(r)) || peek(r) == '.') r->at++;
  } else if (take(r, "\"")) {
    skip_to(r, "\"");
  } else if (!take_word(r, "true") && !take_word(r, "false")) {
    read_sub(r);
  }
}

static void read_attribute(reader *r) {
  static const char *const comparators[] = { "!=", "<=", ">=", "=", "<", ">" };
  (void)take_word(r, "R");
  read_sub(r);
  skip_spaces(r);
  for (size_t i = 0; i < sizeof comparators / sizeof *comparators; i++) {
    if (!take(r, comparators[i])) continue;
    read_value(r);
    return;
  }
  fail(r, "an attribute must be compared with something");
}

static void read_refinement(reader *r);

/* A bracket may hold the attribute's name or several attributes. Trying twice
 * costs the square of the depth at most. */
static void read_attribute_or_bracket(reader *r) {
  const reader before = *r;
  bool bracket = peek(r) == '(';
  read_attribute(r);
  if (!r->fault || !bracket) return;
  *r = before;
  r->at++;
  read_refinement(r);
  skip_spaces(r);
  if (!take(r, ")")) fail(r, ") is missing");
}

/* Attributes, groups of them, and both in brackets. */
static void read_refinement(reader *r) {
  if (++r->depth > DEPTH) fail(r, "the expression is nested too deep");
  do {
    read_cardinality(r);
    bool group = take(r, "{");
    if (group) {
      read_refinement(r);
      skip_spaces(r);
      if (!take(r, "}")) fail(r, "} is missing");
    } else {
      read_attribute_or_bracket(r);
    }
  } while (!r->fault && take_conjunction(r));
  r->depth--;
}

static bool take_compound(reader *r) {
  skip_spaces(r);
  return take(r, ",") || take_word(r, "AND") || take_word(r, "OR") ||
         take_word(r, "MINUS") || take(r, ".");
}

static void read_expression(reader *r) {
  if (++r->depth > DEPTH) fail(r, "the expression is nested too deep");
  if (!r->fault) read_sub(r);
  while (!r->fault && take_compound(r)) read_sub(r);
  skip_spaces(r);
  if (!r->fault && take(r, ":")) read_refinement(r);
  r->depth--;
}

const char *ax_ecl_fault(ax_str text, size_t *at) {
  reader r = { .text = text };
  read_expression(&r);
  skip_spaces(&r);
  if (!r.fault && r.at < text.len)
    r.fault = "the expression ends here, but more follows";
  *at = r.at;
  return r.fault;
}
