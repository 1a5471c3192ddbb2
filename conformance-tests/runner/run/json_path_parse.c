#include "run/json_path_parse.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "run/json_path.h"
#include "json/json_edit.h"

enum { DEPTH_MAX = 32 };

typedef struct {
  ax_arena *arena;
  ax_str text;
  size_t at;
  unsigned depth;
  ax_error *err;
} parser;

static ax_status filter_of(parser *p, const ax_json_path_filter **out);

static ax_status fault(const parser *p, const char *what) {
  return ax_error_set(
      p->err, AX_INVALID, "no JSONPath at character %zu of \"%.*s\": %s",
      p->at + 1, p->text.len > 80 ? 80 : (int)p->text.len, p->text.ptr, what);
}

static char peek(const parser *p) {
  if (p->at < p->text.len) return p->text.ptr[p->at];
  return '\0';
}

static bool is_one_of(char c, const char *set) {
  return c && strchr(set, c);
}

static void skip_blanks(parser *p) {
  while (is_one_of(peek(p), " \t\r\n")) p->at++;
}

static bool take(parser *p, const char *word) {
  ax_str w = ax_str_from(word);
  if (!ax_str_starts(ax_str_skip(p->text, p->at), w)) return false;
  p->at += w.len;
  return true;
}

static bool take_blank(parser *p, const char *word) {
  skip_blanks(p);
  return take(p, word);
}

/* --- names, numbers, strings ---------------------------------------------- */

static bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '$' ||
         (unsigned char)c >= 0x80;
}

static ax_str name_of(parser *p) {
  size_t from = p->at;
  while (p->at < p->text.len && is_name_char(p->text.ptr[p->at])) p->at++;
  return (ax_str){ p->text.ptr + from, p->at - from };
}

static bool hex_of(parser *p, uint32_t *out) {
  *out = 0;
  for (int i = 0; i < 4; i++, p->at++) {
    char c = peek(p);
    uint32_t digit;
    if (c >= '0' && c <= '9')
      digit = (uint32_t)(c - '0');
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
      digit = (uint32_t)((c | 0x20) - 'a') + 10;
    else
      return false;
    *out = *out * 16 + digit;
  }
  return true;
}

static void put_code_point(ax_buf *buf, uint32_t c) {
  if (c < 0x80) {
    ax_buf_append_char(buf, (char)c);
  } else if (c < 0x800) {
    ax_buf_append_char(buf, (char)(0xc0 | (c >> 6)));
    ax_buf_append_char(buf, (char)(0x80 | (c & 0x3f)));
  } else {
    ax_buf_append_char(buf, (char)(0xe0 | (c >> 12)));
    ax_buf_append_char(buf, (char)(0x80 | ((c >> 6) & 0x3f)));
    ax_buf_append_char(buf, (char)(0x80 | (c & 0x3f)));
  }
}

static ax_status escape_of(parser *p, ax_buf *buf) {
  static const char from[] = "bfnrt/\\'\"", to[] = "\b\f\n\r\t/\\'\"";
  char c = peek(p);
  const char *at = c ? strchr(from, c) : NULL;
  uint32_t code;
  p->at++;
  if (at) {
    ax_buf_append_char(buf, to[at - from]);
    return AX_OK;
  }
  if (c != 'u' || !hex_of(p, &code) || !code ||
      (code >= 0xd800 && code < 0xe000))
    return fault(p, "an escape that there is not");
  put_code_point(buf, code);
  return AX_OK;
}

static ax_status quoted_into(parser *p, char quote, ax_buf *buf) {
  for (;;) {
    char c = peek(p);
    if (p->at >= p->text.len) return fault(p, "a quotation mark is missing");
    p->at++;
    if (c == quote) return AX_OK;
    if (c == '\\')
      AX_TRY(escape_of(p, buf));
    else
      ax_buf_append_char(buf, c);
  }
}

static ax_status quoted(parser *p, ax_str *out) {
  ax_buf buf = AX_BUF_INIT(AX_JSON_PATH_LENGTH);
  char quote = peek(p);
  p->at++;
  ax_status status = quoted_into(p, quote, &buf);
  if (!status) status = buf.status;
  if (!status) *out = ax_arena_str(p->arena, ax_buf_view(&buf));
  if (!status && !out->ptr) status = AX_NOMEM;
  ax_buf_free(&buf);
  return status;
}

static bool integer_of(parser *p, int64_t *out) {
  size_t from = p->at, end = from;
  if (end < p->text.len && p->text.ptr[end] == '-') end++;
  while (end < p->text.len && p->text.ptr[end] >= '0' &&
         p->text.ptr[end] <= '9')
    end++;
  if (!ax_str_int64((ax_str){ p->text.ptr + from, end - from }, -INT32_MAX,
                    INT32_MAX, out))
    return false;
  p->at = end;
  return true;
}

/* --- selectors ------------------------------------------------------------ */

static ax_status slice_of(parser *p, ax_json_path_selector *s) {
  s->kind = AX_JSON_PATH_SLICE;
  s->step = 1;
  skip_blanks(p);
  s->has_to = integer_of(p, &s->to);
  if (take_blank(p, ":")) {
    skip_blanks(p);
    (void)integer_of(p, &s->step);
  }
  return AX_OK;
}

static ax_status number_selector(parser *p, ax_json_path_selector *s) {
  s->kind = AX_JSON_PATH_INDEX;
  s->has_from = integer_of(p, &s->from);
  if (take_blank(p, ":")) return slice_of(p, s);
  return s->has_from ? AX_OK : fault(p, "a name, a number, '*' or '?' is due");
}

static ax_status selector_of(parser *p, ax_json_path_selector *s) {
  skip_blanks(p);
  char c = peek(p);
  if (c == '\'' || c == '"') {
    s->kind = AX_JSON_PATH_NAME;
    return quoted(p, &s->name);
  }
  if (take(p, "*")) {
    s->kind = AX_JSON_PATH_ANY;
    return AX_OK;
  }
  if (!take(p, "?")) return number_selector(p, s);
  s->kind = AX_JSON_PATH_WHERE;
  return filter_of(p, &s->filter);
}

static ax_status bracket(parser *p, ax_json_path_segment *segment) {
  do {
    ax_json_path_selector *s = AX_VEC_PUSH(&segment->selectors, p->arena);
    if (!s) return AX_NOMEM;
    AX_TRY(selector_of(p, s));
  } while (take_blank(p, ","));
  return take_blank(p, "]") ? AX_OK : fault(p, "']' is due");
}

static ax_status dotted(parser *p, ax_json_path_segment *segment) {
  ax_json_path_selector *s = AX_VEC_PUSH(&segment->selectors, p->arena);
  if (!s) return AX_NOMEM;
  if (take(p, "*")) {
    s->kind = AX_JSON_PATH_ANY;
    return AX_OK;
  }
  s->kind = AX_JSON_PATH_NAME;
  s->name = name_of(p);
  return s->name.len ? AX_OK : fault(p, "a name is due");
}

static ax_status segment_of(parser *p, ax_json_path_segment *segment) {
  if (take(p, "[")) return bracket(p, segment);
  if (take(p, "..")) {
    segment->deep = true;
    if (take(p, "[")) return bracket(p, segment);
    return dotted(p, segment);
  }
  p->at++; /* '.' */
  return dotted(p, segment);
}

static ax_status segments_of(parser *p, ax_json_path *path) {
  while (peek(p) == '.' || peek(p) == '[') {
    ax_json_path_segment *segment = AX_VEC_PUSH(&path->segments, p->arena);
    if (!segment) return AX_NOMEM;
    AX_TRY(segment_of(p, segment));
  }
  return AX_OK;
}

/* --- filters -------------------------------------------------------------- */

static ax_json_path_filter *new_filter(parser *p, ax_json_path_op op) {
  ax_json_path_filter *f = AX_NEW(p->arena, ax_json_path_filter);
  if (f) f->op = op;
  return f;
}

static ax_status number_literal(parser *p, ax_json *out) {
  size_t from = p->at;
  while (is_one_of(peek(p), "+-.0123456789eE")) p->at++;
  out->kind = AX_JSON_NUMBER;
  out->u.text = p->text.ptr + from;
  out->count = (uint32_t)(p->at - from);
  return out->count ? AX_OK : fault(p, "a value is due");
}

static ax_status literal_of(parser *p, ax_json *out) {
  char c = peek(p);
  if (c == '\'' || c == '"') {
    ax_str text;
    AX_TRY(quoted(p, &text));
    *out = ax_json_edit_string(text);
    return AX_OK;
  }
  bool truth = take(p, "true");
  if (truth || take(p, "false")) {
    *out = (ax_json){ .kind = AX_JSON_BOOL, .truth = truth };
    return AX_OK;
  }
  if (take(p, "null")) {
    *out = (ax_json){ .kind = AX_JSON_NULL };
    return AX_OK;
  }
  return number_literal(p, out);
}

static const struct {
  const char *name;
  ax_json_path_function function;
  bool two;
} functions[] = {
  { "length(", AX_JSON_PATH_LENGTH_OF, false },
  { "count(", AX_JSON_PATH_COUNT_OF, false },
  { "value(", AX_JSON_PATH_VALUE_OF, false },
  { "match(", AX_JSON_PATH_MATCH, true },
  { "search(", AX_JSON_PATH_SEARCH, true },
};

static ax_status operand(parser *p, const ax_json_path_filter **out);

static ax_status call_of(parser *p, size_t which,
                         const ax_json_path_filter **out) {
  ax_json_path_filter *f = new_filter(p, AX_JSON_PATH_CALL);
  if (!f) return AX_NOMEM;
  f->function = functions[which].function;
  AX_TRY(operand(p, &f->left));
  if (functions[which].two) {
    if (!take_blank(p, ",")) return fault(p, "a second argument is due");
    AX_TRY(operand(p, &f->right));
  }
  *out = f;
  return take_blank(p, ")") ? AX_OK : fault(p, "')' is due");
}

static ax_status query_of(parser *p, const ax_json_path_filter **out) {
  ax_json_path_filter *f = new_filter(p, AX_JSON_PATH_QUERY);
  if (!f) return AX_NOMEM;
  f->query.from_current = peek(p) == '@';
  p->at++;
  *out = f;
  return segments_of(p, &f->query);
}

static ax_status operand_within(parser *p, const ax_json_path_filter **out) {
  skip_blanks(p);
  if (peek(p) == '@' || peek(p) == '$') return query_of(p, out);
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
    if (take(p, functions[i].name)) return call_of(p, i, out);
  ax_json_path_filter *f = new_filter(p, AX_JSON_PATH_LITERAL);
  if (!f) return AX_NOMEM;
  *out = f;
  return literal_of(p, &f->literal);
}

static ax_status too_deep(const parser *p) {
  return ax_error_set(p->err, AX_TOO_LARGE, "the JSONPath nests too deeply");
}

static ax_status operand(parser *p, const ax_json_path_filter **out) {
  if (p->depth == DEPTH_MAX) return too_deep(p);
  p->depth++;
  ax_status status = operand_within(p, out);
  p->depth--;
  return status;
}

static bool comparison(parser *p, ax_json_path_op *out) {
  static const struct {
    const char *text;
    ax_json_path_op op;
  } ops[] = {
    { "==", AX_JSON_PATH_EQUAL },         { "!=", AX_JSON_PATH_UNEQUAL },
    { "<=", AX_JSON_PATH_LESS_EQUAL },    { "<", AX_JSON_PATH_LESS },
    { ">=", AX_JSON_PATH_GREATER_EQUAL }, { ">", AX_JSON_PATH_GREATER },
  };
  for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
    if (take(p, ops[i].text)) {
      *out = ops[i].op;
      return true;
    }
  return false;
}

static ax_status basic_within(parser *p, const ax_json_path_filter **out) {
  if (take_blank(p, "!")) {
    ax_json_path_filter *f = new_filter(p, AX_JSON_PATH_NOT);
    if (!f) return AX_NOMEM;
    *out = f;
    skip_blanks(p);
    if (!take(p, "(")) return operand(p, &f->left);
    AX_TRY(filter_of(p, &f->left));
    return take_blank(p, ")") ? AX_OK : fault(p, "')' is due");
  }
  if (take(p, "(")) {
    AX_TRY(filter_of(p, out));
    return take_blank(p, ")") ? AX_OK : fault(p, "')' is due");
  }
  ax_json_path_op op;
  AX_TRY(operand(p, out));
  skip_blanks(p);
  if (!comparison(p, &op)) return AX_OK;
  ax_json_path_filter *f = new_filter(p, op);
  if (!f) return AX_NOMEM;
  f->left = *out;
  *out = f;
  return operand(p, &f->right);
}

/* "a op b op c", grouped from the left. */
static ax_status chain(parser *p, const char *sign, ax_json_path_op op,
                       ax_status (*part)(parser *,
                                         const ax_json_path_filter **),
                       const ax_json_path_filter **out) {
  AX_TRY(part(p, out));
  while (take_blank(p, sign)) {
    ax_json_path_filter *f = new_filter(p, op);
    if (!f) return AX_NOMEM;
    f->left = *out;
    AX_TRY(part(p, &f->right));
    *out = f;
  }
  return AX_OK;
}

static ax_status and_of(parser *p, const ax_json_path_filter **out) {
  return chain(p, "&&", AX_JSON_PATH_AND, basic_within, out);
}

static ax_status filter_of(parser *p, const ax_json_path_filter **out) {
  if (p->depth == DEPTH_MAX) return too_deep(p);
  p->depth++;
  ax_status status = chain(p, "||", AX_JSON_PATH_OR, and_of, out);
  p->depth--;
  return status;
}

ax_status ax_json_path_parse(ax_arena *arena, ax_str text, ax_json_path *out,
                             ax_error *err) {
  parser p = { .arena = arena, .text = text, .err = err };
  *out = (ax_json_path){ 0 };
  if (text.len > AX_JSON_PATH_LENGTH)
    return ax_error_set(err, AX_TOO_LARGE, "the JSONPath is longer than %d",
                        AX_JSON_PATH_LENGTH);
  skip_blanks(&p);
  if (!take(&p, "$") || (peek(&p) && !strchr(".[ ", peek(&p)))) {
    p.at = 0;
    if (peek(&p) != '.' && peek(&p) != '[') {
      ax_json_path_segment *first = AX_VEC_PUSH(&out->segments, arena);
      if (!first) return AX_NOMEM;
      AX_TRY(dotted(&p, first));
    }
  }
  AX_TRY(segments_of(&p, out));
  skip_blanks(&p);
  return p.at == text.len ? AX_OK : fault(&p, "something that is none of it");
}
