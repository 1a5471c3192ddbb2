#include "run/xml_path_parse.h"

#include "run/json_path.h"

enum { DEPTH_MAX = 32 };

typedef struct {
  ax_arena *arena;
  ax_str text;
  size_t at;
  unsigned depth;
  ax_error *err;
} parser;

static ax_status fault(const parser *p, const char *what) {
  return ax_error_set(
      p->err, AX_INVALID, "no XPath at character %zu of \"%.*s\": %s",
      p->at + 1, p->text.len > 80 ? 80 : (int)p->text.len, p->text.ptr, what);
}

static ax_status unsupported(const parser *p, const char *what, ax_str name) {
  return ax_error_set(p->err, AX_UNSUPPORTED, "XPath with %s%.*s", what,
                      name.len > 60 ? 60 : (int)name.len, name.ptr);
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
  skip_blanks(p);
  if (!ax_str_starts(ax_str_skip(p->text, p->at), w)) return false;
  p->at += w.len;
  return true;
}

static bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static ax_str word_of(parser *p) {
  size_t from = p->at;
  while (p->at < p->text.len && is_name_char(p->text.ptr[p->at])) p->at++;
  return (ax_str){ p->text.ptr + from, p->at - from };
}

/* A name without its prefix, which must be that of FHIR. */
static ax_status name_of(parser *p, ax_str *out) {
  skip_blanks(p);
  if (take(p, "*")) {
    *out = AX_STR("*");
    return AX_OK;
  }
  *out = word_of(p);
  if (!out->len) return fault(p, "a name is due");
  if (peek(p) == ':') {
    if (ax_str_starts(ax_str_skip(p->text, p->at), AX_STR("::")))
      return unsupported(p, "the axis ", *out);
    if (!ax_str_eq(*out, AX_STR("fhir")) && !ax_str_eq(*out, AX_STR("f")))
      return unsupported(p, "the prefix ", *out);
    p->at++;
    return name_of(p, out);
  }
  if (peek(p) == '(') return unsupported(p, "the function ", *out);
  return AX_OK;
}

static ax_status test_of(parser *p, const ax_xml_path_test **out);

static ax_status tests_of(parser *p, ax_xml_path_step *step) {
  while (take(p, "[")) {
    const ax_xml_path_test **slot = AX_VEC_PUSH(&step->tests, p->arena);
    if (!slot) return AX_NOMEM;
    AX_TRY(test_of(p, slot));
    if (!take(p, "]")) return fault(p, "']' is due");
  }
  return AX_OK;
}

static ax_status step_of(parser *p, ax_xml_path_step *step) {
  if (take(p, "..")) return unsupported(p, "steps to the parent", AX_STR(""));
  if (take(p, "@"))
    step->axis = AX_XML_PATH_ATTRIBUTE;
  else if (take(p, "."))
    step->axis = AX_XML_PATH_SELF;
  if (step->axis != AX_XML_PATH_SELF) AX_TRY(name_of(p, &step->name));
  return tests_of(p, step);
}

static ax_status path_of(parser *p, ax_xml_path *path) {
  bool deep = take(p, "//");
  path->from_root = deep || take(p, "/");
  do {
    ax_xml_path_step *step = AX_VEC_PUSH(&path->steps, p->arena);
    if (!step) return AX_NOMEM;
    step->deep = deep;
    AX_TRY(step_of(p, step));
    deep = take(p, "//");
  } while (deep || take(p, "/"));
  return AX_OK;
}

/* --- predicates ----------------------------------------------------------- */

static ax_xml_path_test *new_test(parser *p, ax_xml_path_op op) {
  ax_xml_path_test *t = AX_NEW(p->arena, ax_xml_path_test);
  if (t) t->op = op;
  return t;
}

static ax_status literal_of(parser *p, ax_str *out) {
  skip_blanks(p);
  char quote = peek(p);
  if (quote != '\'' && quote != '"') {
    size_t from = p->at;
    while (is_one_of(peek(p), "-.0123456789")) p->at++;
    *out = (ax_str){ p->text.ptr + from, p->at - from };
    if (out->len) return AX_OK;
    return unsupported(p, "a comparison of two paths", AX_STR(""));
  }
  ax_str rest = ax_str_skip(p->text, p->at + 1);
  const char end[2] = { quote, '\0' };
  size_t len = ax_str_find(rest, ax_str_from(end));
  if (len == AX_STR_NONE) return fault(p, "a quotation mark is missing");
  *out = (ax_str){ rest.ptr, len };
  p->at += len + 2;
  return AX_OK;
}

static ax_status compared(parser *p, ax_xml_path_test *t) {
  if (take(p, "!="))
    t->op = AX_XML_PATH_UNEQUAL;
  else if (take(p, "="))
    t->op = AX_XML_PATH_EQUAL;
  else if (peek(p) == '<' || peek(p) == '>')
    return unsupported(p, "comparisons by size", AX_STR(""));
  else
    return AX_OK;
  return literal_of(p, &t->text);
}

static ax_status one_of(parser *p, const ax_xml_path_test **out) {
  ax_xml_path_test *t = new_test(p, AX_XML_PATH_EXISTS);
  if (!t) return AX_NOMEM;
  *out = t;
  if (take(p, "last()")) {
    t->op = AX_XML_PATH_LAST;
    return AX_OK;
  }
  if (take(p, "not(")) {
    t->op = AX_XML_PATH_NOT;
    AX_TRY(test_of(p, &t->left));
    return take(p, ")") ? AX_OK : fault(p, "')' is due");
  }
  if (take(p, "(")) {
    AX_TRY(test_of(p, out));
    return take(p, ")") ? AX_OK : fault(p, "')' is due");
  }
  skip_blanks(p);
  if (peek(p) < '0' || peek(p) > '9') {
    AX_TRY(path_of(p, &t->path));
    return compared(p, t);
  }
  t->op = AX_XML_PATH_POSITION;
  return ax_str_int64(word_of(p), 1, INT32_MAX, &t->position)
             ? AX_OK
             : fault(p, "a position is due");
}

static ax_status chain(parser *p, const char *word, ax_xml_path_op op,
                       ax_status (*part)(parser *, const ax_xml_path_test **),
                       const ax_xml_path_test **out) {
  AX_TRY(part(p, out));
  while (take(p, word)) {
    ax_xml_path_test *t = new_test(p, op);
    if (!t) return AX_NOMEM;
    t->left = *out;
    AX_TRY(part(p, &t->right));
    *out = t;
  }
  return AX_OK;
}

static ax_status and_of(parser *p, const ax_xml_path_test **out) {
  return chain(p, "and ", AX_XML_PATH_AND, one_of, out);
}

static ax_status test_of(parser *p, const ax_xml_path_test **out) {
  if (p->depth == DEPTH_MAX)
    return ax_error_set(p->err, AX_TOO_LARGE, "the XPath nests too deeply");
  p->depth++;
  ax_status status = chain(p, "or ", AX_XML_PATH_OR, and_of, out);
  p->depth--;
  return status;
}

ax_status ax_xml_path_parse(ax_arena *arena, ax_str text, ax_xml_path *out,
                            ax_error *err) {
  parser p = { .arena = arena, .text = text, .err = err };
  *out = (ax_xml_path){ 0 };
  if (text.len > AX_JSON_PATH_LENGTH)
    return ax_error_set(err, AX_TOO_LARGE, "the XPath is longer than %d",
                        AX_JSON_PATH_LENGTH);
  AX_TRY(path_of(&p, out));
  skip_blanks(&p);
  if (p.at == text.len) return AX_OK;
  return unsupported(&p, "", ax_str_skip(text, p.at));
}
