#include "fhirpath/fp_lex.h"

#include "base/buf.h"
#include "base/utf8.h"

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The byte `ahead` of the cursor, or NUL past the end. */
static char peek(const ax_fp_lexer *lexer, size_t ahead) {
  size_t i = lexer->at + ahead;
  return (char)(i < lexer->source.len ? lexer->source.ptr[i] : '\0');
}

static ax_status bad(ax_fp_lexer *lexer, size_t at, const char *text) {
  return ax_fp_fault_set(lexer->fault, AX_FP_SYNTAX, lexer->source,
                         (uint32_t)at, "%s", text);
}

/* --- whitespace and comments --------------------------------------------- */

static ax_status skip_block_comment(ax_fp_lexer *lexer) {
  size_t start = lexer->at;
  ax_str rest = ax_str_skip(lexer->source, start + 2);
  size_t end = ax_str_find(rest, AX_STR("*/"));
  if (end == AX_STR_NONE) return bad(lexer, start, "the comment is not closed");
  lexer->at = start + 2 + end + 2;
  return AX_OK;
}

static ax_status skip_blank(ax_fp_lexer *lexer) {
  for (;;) {
    char c = peek(lexer, 0);
    if (is_space(c)) {
      lexer->at++;
    } else if (c == '/' && peek(lexer, 1) == '/') {
      while (lexer->at < lexer->source.len && peek(lexer, 0) != '\n')
        lexer->at++;
    } else if (c == '/' && peek(lexer, 1) == '*') {
      AX_TRY(skip_block_comment(lexer));
    } else {
      return AX_OK;
    }
  }
}

/* --- quoted text -----------------------------------------------------------
 */

static int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Four hex digits at the cursor plus `ahead`; 0x10FFFF + 1 when there are not
 * four. */
static uint32_t hex4(const ax_fp_lexer *lexer, size_t ahead) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; i++) {
    int digit = hex_value(peek(lexer, ahead + i));
    if (digit < 0) return 0x110000;
    value = value * 16 + (uint32_t)digit;
  }
  return value;
}

/* \uXXXX, or two of them for a character outside the basic plane. The cursor
 * stands on the 'u'. */
static ax_status unicode_escape(ax_fp_lexer *lexer, ax_str *out, char *to) {
  uint32_t c = hex4(lexer, 1);
  size_t used = 5;
  if (c >= 0xD800 && c < 0xDC00 && peek(lexer, 5) == '\\' &&
      peek(lexer, 6) == 'u') {
    uint32_t low = hex4(lexer, 7);
    if (low >= 0xDC00 && low < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      used = 11;
    }
  }
  if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) || c == 0)
    return bad(lexer, lexer->at - 1,
               "\\u takes four hex digits of a character");
  lexer->at += used;
  *out = (ax_str){ to, ax_utf8_encode(c, to) };
  return AX_OK;
}

static ax_status escape(ax_fp_lexer *lexer, char to[4], ax_str *out) {
  static const char from[] = "'\"`\\/fnrt";
  static const char into[] = "'\"`\\/\f\n\r\t";
  lexer->at++;
  char c = peek(lexer, 0);
  if (c == 'u') return unicode_escape(lexer, out, to);
  for (size_t i = 0; from[i]; i++) {
    if (c != from[i]) continue;
    lexer->at++;
    to[0] = into[i];
    *out = (ax_str){ to, 1 };
    return AX_OK;
  }
  return bad(lexer, lexer->at - 1,
             "no such escape: \\ is followed by one of ' \" ` \\ / f n r t u");
}

/* Bytes from the cursor to the closing `quote`: never fewer than the text has
 * without its escapes. */
static size_t quoted_bytes(const ax_fp_lexer *lexer, char quote) {
  size_t n = 0;
  while (lexer->at + n < lexer->source.len && peek(lexer, n) != quote)
    n += peek(lexer, n) == '\\' ? 2 : 1;
  return n;
}

/* Text up to the closing `quote`; the cursor stands behind the opening one. */
static ax_status quoted(ax_fp_lexer *lexer, char quote, ax_str *out) {
  size_t start = lexer->at;
  char *text =
      AX_TAKE_ARRAY(lexer->arena, char, quoted_bytes(lexer, quote) + 1);
  if (!text) return AX_NOMEM;
  size_t len = 0;
  while (lexer->at < lexer->source.len && peek(lexer, 0) != quote) {
    char to[4];
    ax_str piece = { lexer->source.ptr + lexer->at, 1 };
    if (peek(lexer, 0) == '\\')
      AX_TRY(escape(lexer, to, &piece));
    else
      lexer->at++;
    for (size_t i = 0; i < piece.len; i++) text[len++] = piece.ptr[i];
  }
  if (lexer->at >= lexer->source.len)
    return bad(lexer, start - 1, "the quote is not closed");
  lexer->at++;
  *out = (ax_str){ text, len };
  return AX_OK;
}

/* --- numbers, dates, words -------------------------------------------------
 */

static void skip_digits(ax_fp_lexer *lexer) {
  while (is_digit(peek(lexer, 0))) lexer->at++;
}

static void number(ax_fp_lexer *lexer, ax_fp_token *out) {
  out->kind = AX_FP_TOKEN_INTEGER;
  skip_digits(lexer);
  if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
    out->kind = AX_FP_TOKEN_DECIMAL;
    lexer->at++;
    skip_digits(lexer);
  }
}

/* Takes `mark` and two digits when they stand there. */
static bool two_digits(ax_fp_lexer *lexer, char mark) {
  size_t skip = mark ? 1 : 0;
  if (mark && peek(lexer, 0) != mark) return false;
  if (!is_digit(peek(lexer, skip)) || !is_digit(peek(lexer, skip + 1)))
    return false;
  lexer->at += skip + 2;
  return true;
}

/* hh(:mm(:ss(.fff)?)?)? */
static void time_of_day(ax_fp_lexer *lexer) {
  if (!two_digits(lexer, '\0') || !two_digits(lexer, ':') ||
      !two_digits(lexer, ':'))
    return;
  if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
    lexer->at++;
    skip_digits(lexer);
  }
}

static void zone(ax_fp_lexer *lexer) {
  size_t before = lexer->at;
  char c = peek(lexer, 0);
  if (c == 'Z') {
    lexer->at++;
  } else if ((c == '+' || c == '-') &&
             !(two_digits(lexer, c) && two_digits(lexer, ':'))) {
    lexer->at = before;
  }
}

/* Behind the @. That the day exists is checked when the value is made. */
static ax_status date_or_time(ax_fp_lexer *lexer, ax_fp_token *out) {
  size_t start = lexer->at;
  if (peek(lexer, 0) == 'T') {
    out->kind = AX_FP_TOKEN_TIME;
    lexer->at++;
    time_of_day(lexer);
    out->text =
        (ax_str){ lexer->source.ptr + start + 1, lexer->at - start - 1 };
    return out->text.len ? AX_OK : bad(lexer, start - 1, "@T wants hh:mm:ss");
  }
  out->kind = AX_FP_TOKEN_DATE;
  bool century = two_digits(lexer, '\0');
  if (!century || !two_digits(lexer, '\0'))
    return bad(lexer, start - 1, "@ is followed by YYYY-MM-DD or Thh:mm:ss");
  if (two_digits(lexer, '-')) (void)two_digits(lexer, '-');
  if (peek(lexer, 0) == 'T') {
    out->kind = AX_FP_TOKEN_DATETIME;
    lexer->at++;
    size_t before = lexer->at;
    time_of_day(lexer);
    if (lexer->at > before) zone(lexer);
  }
  out->text = (ax_str){ lexer->source.ptr + start, lexer->at - start };
  return AX_OK;
}

static void word(ax_fp_lexer *lexer) {
  while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0))) lexer->at++;
}

/* %name; the R4 names %vs-[name] and %ext-[name] are also met unquoted. */
static ax_status variable(ax_fp_lexer *lexer, ax_fp_token *out) {
  size_t start = lexer->at;
  char c = peek(lexer, 0);
  out->kind = AX_FP_TOKEN_VARIABLE;
  if (c == '`' || c == '\'' || c == '"') {
    lexer->at++;
    return quoted(lexer, c, &out->text);
  }
  if (!is_letter(c)) return bad(lexer, start - 1, "% is followed by a name");
  ax_str rest = ax_str_skip(lexer->source, start);
  bool hyphens =
      ax_str_starts(rest, AX_STR("vs-")) || ax_str_starts(rest, AX_STR("ext-"));
  do {
    word(lexer);
  } while (hyphens && peek(lexer, 0) == '-' && is_letter(peek(lexer, 1)) &&
           ++lexer->at);
  out->text = (ax_str){ rest.ptr, lexer->at - start };
  return AX_OK;
}

static ax_status dollar(ax_fp_lexer *lexer, ax_fp_token *out) {
  size_t start = lexer->at;
  word(lexer);
  out->kind = AX_FP_TOKEN_DOLLAR;
  out->text = (ax_str){ lexer->source.ptr + start, lexer->at - start };
  if (ax_str_eq(out->text, AX_STR("this")) ||
      ax_str_eq(out->text, AX_STR("index")) ||
      ax_str_eq(out->text, AX_STR("total")))
    return AX_OK;
  return bad(lexer, start - 1, "$ is followed by this, index or total");
}

static ax_status symbol(ax_fp_lexer *lexer, ax_fp_token *out) {
  static const char *const two[] = { "<=", ">=", "!=", "!~" };
  static const char one[] = "()[]{}.,+-*/&|=~<>";
  ax_str rest = ax_str_skip(lexer->source, lexer->at);
  out->kind = AX_FP_TOKEN_SYMBOL;
  for (size_t i = 0; i < sizeof two / sizeof *two; i++) {
    if (!ax_str_starts(rest, ax_str_from(two[i]))) continue;
    lexer->at += 2;
    return AX_OK;
  }
  for (size_t i = 0; one[i]; i++) {
    if (rest.ptr[0] != one[i]) continue;
    lexer->at++;
    return AX_OK;
  }
  return ax_fp_fault_set(lexer->fault, AX_FP_SYNTAX, lexer->source,
                         (uint32_t)lexer->at,
                         "the character '%.1s' has no meaning here",
                         (unsigned char)*rest.ptr < 128 ? rest.ptr : "?");
}

static ax_status quoted_token(ax_fp_lexer *lexer, ax_fp_token *out, char c) {
  out->kind = c == '\'' ? AX_FP_TOKEN_STRING : AX_FP_TOKEN_DELIMITED;
  lexer->at++;
  return quoted(lexer, c, &out->text);
}

ax_status ax_fp_lex_next(ax_fp_lexer *lexer, ax_fp_token *out) {
  AX_TRY(skip_blank(lexer));
  size_t start = lexer->at;
  *out = (ax_fp_token){ .kind = AX_FP_TOKEN_END, .at = (uint32_t)start };
  if (start >= lexer->source.len) return AX_OK;
  char c = peek(lexer, 0);
  if (c == '\'' || c == '`') return quoted_token(lexer, out, c);
  if (c == '@' || c == '%' || c == '$') {
    lexer->at++;
    if (c == '@') return date_or_time(lexer, out);
    return c == '%' ? variable(lexer, out) : dollar(lexer, out);
  }
  if (is_digit(c)) {
    number(lexer, out);
  } else if (is_letter(c)) {
    out->kind = AX_FP_TOKEN_WORD;
    word(lexer);
  } else {
    AX_TRY(symbol(lexer, out));
  }
  out->text = (ax_str){ lexer->source.ptr + start, lexer->at - start };
  return AX_OK;
}
