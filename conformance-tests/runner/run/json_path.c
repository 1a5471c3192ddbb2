#include "run/json_path.h"

#include "base/regex.h"
#include "base/utf8.h"
#include "fhir/fhir_decimal.h"
#include "run/json_path_parse.h"

enum { REGEX_STEPS = 100 * 1000 };

typedef struct {
  ax_arena *arena;
  const ax_json *root;
  unsigned steps;
  ax_error *err;
} evaluation;

static ax_status spend(evaluation *e) {
  if (e->steps++ < AX_JSON_PATH_STEPS) return AX_OK;
  return ax_error_set(e->err, AX_TOO_LARGE,
                      "the JSONPath looks at more than %d values",
                      AX_JSON_PATH_STEPS);
}

static ax_status push(evaluation *e, const ax_json *node,
                      ax_json_path_nodes *out) {
  const ax_json **slot = AX_VEC_PUSH(out, e->arena);
  if (!slot) return AX_NOMEM;
  *slot = node;
  return AX_OK;
}

static ax_status select_from(evaluation *e, const ax_json_path *path,
                             const ax_json *from, ax_json_path_nodes *out);

/* --- comparisons ---------------------------------------------------------- */

static bool both(const ax_json *a, const ax_json *b, ax_json_kind kind) {
  return a->kind == kind && b->kind == kind;
}

static bool equal(const ax_json *a, const ax_json *b) {
  ax_fhir_decimal x, y;
  if (!a || !b) return a == b;
  if (both(a, b, AX_JSON_NUMBER) &&
      ax_fhir_decimal_parse(ax_json_text(a), &x) &&
      ax_fhir_decimal_parse(ax_json_text(b), &y))
    return ax_fhir_decimal_compare(x, y) == 0;
  return ax_json_equal(a, b);
}

static bool less(const ax_json *a, const ax_json *b) {
  ax_fhir_decimal x, y;
  if (!a || !b) return false;
  if (both(a, b, AX_JSON_STRING))
    return ax_str_compare(ax_json_text(a), ax_json_text(b)) < 0;
  return both(a, b, AX_JSON_NUMBER) &&
         ax_fhir_decimal_parse(ax_json_text(a), &x) &&
         ax_fhir_decimal_parse(ax_json_text(b), &y) &&
         ax_fhir_decimal_compare(x, y) < 0;
}

static bool compare(ax_json_path_op op, const ax_json *a, const ax_json *b) {
  switch ((int)op) {
  case AX_JSON_PATH_EQUAL:
    return equal(a, b);
  case AX_JSON_PATH_UNEQUAL:
    return !equal(a, b);
  case AX_JSON_PATH_LESS:
    return less(a, b);
  case AX_JSON_PATH_GREATER:
    return less(b, a);
  case AX_JSON_PATH_LESS_EQUAL:
    return less(a, b) || equal(a, b);
  default:
    return less(b, a) || equal(a, b);
  }
}

/* --- functions ------------------------------------------------------------ */

static ax_status value_of(evaluation *e, const ax_json_path_filter *f,
                          const ax_json *current, const ax_json **out);

static ax_status number(evaluation *e, size_t n, const ax_json **out) {
  ax_json *made = AX_NEW(e->arena, ax_json);
  ax_str digits = ax_arena_printf(e->arena, "%zu", n);
  if (!made || !digits.ptr) return AX_NOMEM;
  *made = (ax_json){ .kind = AX_JSON_NUMBER,
                     .count = (uint32_t)digits.len,
                     .u.text = digits.ptr };
  *out = made;
  return AX_OK;
}

static ax_status truth(evaluation *e, bool holds, const ax_json **out) {
  ax_json *made = AX_NEW(e->arena, ax_json);
  if (!made) return AX_NOMEM;
  *made = (ax_json){ .kind = AX_JSON_BOOL, .truth = holds };
  *out = made;
  return AX_OK;
}

static size_t characters(ax_str text) {
  size_t n = 0;
  for (size_t i = 0; i < text.len; i++)
    if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) n++;
  return n;
}

static ax_status matches(evaluation *e, const ax_json *text,
                         const ax_json *pattern, bool whole,
                         const ax_json **out) {
  const ax_regex *regex;
  bool holds = false;
  if (ax_json_is(text, AX_JSON_STRING) && ax_json_is(pattern, AX_JSON_STRING)) {
    AX_TRY(ax_regex_compile(e->arena, ax_json_text(pattern), &regex, e->err));
    AX_TRY(ax_regex_match(regex, e->arena, ax_json_text(text), whole,
                          REGEX_STEPS, &holds, e->err));
  }
  return truth(e, holds, out);
}

static ax_status count_of(evaluation *e, const ax_json_path_filter *f,
                          const ax_json *current, const ax_json **out) {
  ax_json_path_nodes nodes = { 0 };
  if (f->op != AX_JSON_PATH_QUERY)
    return ax_error_set(e->err, AX_INVALID,
                        "count() in a JSONPath wants a path");
  AX_TRY(select_from(e, &f->query, current, &nodes));
  return number(e, nodes.count, out);
}

static ax_status call(evaluation *e, const ax_json_path_filter *f,
                      const ax_json *current, const ax_json **out) {
  const ax_json *a = NULL, *b = NULL;
  if (f->function == AX_JSON_PATH_COUNT_OF)
    return count_of(e, f->left, current, out);
  AX_TRY(value_of(e, f->left, current, &a));
  if (f->right) AX_TRY(value_of(e, f->right, current, &b));
  switch (f->function) {
  case AX_JSON_PATH_LENGTH_OF:
    if (ax_json_is(a, AX_JSON_STRING))
      return number(e, characters(ax_json_text(a)), out);
    if (ax_json_is(a, AX_JSON_ARRAY) || ax_json_is(a, AX_JSON_OBJECT))
      return number(e, ax_json_count(a), out);
    return AX_OK;
  case AX_JSON_PATH_MATCH:
  case AX_JSON_PATH_SEARCH:
    return matches(e, a, b, f->function == AX_JSON_PATH_MATCH, out);
  case AX_JSON_PATH_VALUE_OF:
  case AX_JSON_PATH_COUNT_OF:
    break;
  }
  *out = a;
  return AX_OK;
}

/* --- filters -------------------------------------------------------------- */

static ax_status holds(evaluation *e, const ax_json_path_filter *f,
                       const ax_json *current, bool *out);

/* NULL stands for nothing. */
static ax_status value_of(evaluation *e, const ax_json_path_filter *f,
                          const ax_json *current, const ax_json **out) {
  ax_json_path_nodes nodes = { 0 };
  bool holding;
  *out = NULL;
  switch ((int)f->op) {
  case AX_JSON_PATH_LITERAL:
    *out = &f->literal;
    return AX_OK;
  case AX_JSON_PATH_QUERY:
    AX_TRY(select_from(e, &f->query, current, &nodes));
    if (nodes.count == 1) *out = nodes.items[0];
    return AX_OK;
  case AX_JSON_PATH_CALL:
    return call(e, f, current, out);
  default:
    AX_TRY(holds(e, f, current, &holding));
    return truth(e, holding, out);
  }
}

static ax_status exists(evaluation *e, const ax_json_path_filter *f,
                        const ax_json *current, bool *out) {
  ax_json_path_nodes nodes = { 0 };
  const ax_json *value;
  if (f->op == AX_JSON_PATH_QUERY) {
    AX_TRY(select_from(e, &f->query, current, &nodes));
    *out = nodes.count > 0;
    return AX_OK;
  }
  AX_TRY(value_of(e, f, current, &value));
  *out = value && !(value->kind == AX_JSON_BOOL && !value->truth) &&
         value->kind != AX_JSON_NULL;
  return AX_OK;
}

static ax_status holds(evaluation *e, const ax_json_path_filter *f,
                       const ax_json *current, bool *out) {
  const ax_json *a, *b;
  switch (f->op) {
  case AX_JSON_PATH_OR:
    AX_TRY(holds(e, f->left, current, out));
    return *out ? AX_OK : holds(e, f->right, current, out);
  case AX_JSON_PATH_AND:
    AX_TRY(holds(e, f->left, current, out));
    return *out ? holds(e, f->right, current, out) : AX_OK;
  case AX_JSON_PATH_NOT:
    AX_TRY(holds(e, f->left, current, out));
    *out = !*out;
    return AX_OK;
  case AX_JSON_PATH_LITERAL:
  case AX_JSON_PATH_QUERY:
  case AX_JSON_PATH_CALL:
    return exists(e, f, current, out);
  case AX_JSON_PATH_EQUAL:
  case AX_JSON_PATH_UNEQUAL:
  case AX_JSON_PATH_LESS:
  case AX_JSON_PATH_LESS_EQUAL:
  case AX_JSON_PATH_GREATER:
  case AX_JSON_PATH_GREATER_EQUAL:
    break;
  }
  AX_TRY(value_of(e, f->left, current, &a));
  AX_TRY(value_of(e, f->right, current, &b));
  *out = compare(f->op, a, b);
  return AX_OK;
}

/* --- selecting ------------------------------------------------------------ */

static const ax_json *child(const ax_json *node, size_t i) {
  return node->kind == AX_JSON_ARRAY ? ax_json_item(node, i)
                                     : &node->u.members[i].value;
}

/* Children of an array or object; 0 for all others. */
static size_t children(const ax_json *node) {
  return node->kind == AX_JSON_ARRAY || node->kind == AX_JSON_OBJECT
             ? ax_json_count(node)
             : 0;
}

static int64_t clamp(int64_t at, int64_t low, int64_t high) {
  return at < low ? low : at > high ? high : at;
}

/* RFC 9535 2.3.4.2.2. */
static ax_status slice(evaluation *e, const ax_json_path_selector *s,
                       const ax_json *node, ax_json_path_nodes *out) {
  int64_t n = (int64_t)ax_json_count(node);
  bool up = s->step > 0;
  int64_t low = up ? 0 : -1, high = up ? n : n - 1;
  int64_t from = s->has_from ? s->from + (s->from < 0 ? n : 0) : up ? 0 : n - 1;
  int64_t to = s->has_to ? s->to + (s->to < 0 ? n : 0) : up ? n : -1;
  from = clamp(from, low, high);
  to = clamp(to, low, high);
  if (node->kind != AX_JSON_ARRAY || !s->step) return AX_OK;
  for (int64_t i = from; up ? i < to : i > to; i += s->step) {
    AX_TRY(spend(e));
    AX_TRY(push(e, ax_json_item(node, (size_t)i), out));
  }
  return AX_OK;
}

static ax_status apply_each(evaluation *e, const ax_json_path_selector *s,
                            const ax_json *node, ax_json_path_nodes *out) {
  for (size_t i = 0; i < children(node); i++) {
    const ax_json *one = child(node, i);
    bool wanted = true;
    AX_TRY(spend(e));
    if (s->kind == AX_JSON_PATH_WHERE)
      AX_TRY(holds(e, s->filter, one, &wanted));
    if (wanted) AX_TRY(push(e, one, out));
  }
  return AX_OK;
}

static ax_status apply(evaluation *e, const ax_json_path_selector *s,
                       const ax_json *node, ax_json_path_nodes *out) {
  const ax_json *one = NULL;
  AX_TRY(spend(e));
  switch (s->kind) {
  case AX_JSON_PATH_NAME:
    one = ax_json_get(node, s->name);
    break;
  case AX_JSON_PATH_INDEX:
    one = ax_json_item(
        node, (size_t)(s->from < 0 ? s->from + (int64_t)ax_json_count(node)
                                   : s->from));
    break;
  case AX_JSON_PATH_SLICE:
    return slice(e, s, node, out);
  case AX_JSON_PATH_ANY:
  case AX_JSON_PATH_WHERE:
    return apply_each(e, s, node, out);
  }
  return one ? push(e, one, out) : AX_OK;
}

/* The depth is that of the document, which its parser bounds. */
static ax_status apply_segment(evaluation *e,
                               const ax_json_path_segment *segment,
                               const ax_json *node, ax_json_path_nodes *out) {
  for (size_t i = 0; i < segment->selectors.count; i++)
    AX_TRY(apply(e, &segment->selectors.items[i], node, out));
  if (!segment->deep) return AX_OK;
  for (size_t i = 0; i < children(node); i++)
    AX_TRY(apply_segment(e, segment, child(node, i), out));
  return AX_OK;
}

static ax_status select_from(evaluation *e, const ax_json_path *path,
                             const ax_json *from, ax_json_path_nodes *out) {
  ax_json_path_nodes now = { 0 };
  AX_TRY(push(e, path->from_current ? from : e->root, &now));
  for (size_t i = 0; i < path->segments.count; i++) {
    ax_json_path_nodes next = { 0 };
    for (size_t n = 0; n < now.count; n++)
      AX_TRY(apply_segment(e, &path->segments.items[i], now.items[n], &next));
    now = next;
  }
  for (size_t n = 0; n < now.count; n++) AX_TRY(push(e, now.items[n], out));
  return AX_OK;
}

ax_status ax_json_path_select(ax_arena *arena, ax_str path, const ax_json *root,
                              ax_json_path_nodes *out, ax_error *err) {
  evaluation e = { .arena = arena, .root = root, .err = err };
  ax_json_path parsed;
  AX_TRY(ax_json_path_parse(arena, path, &parsed, err));
  return select_from(&e, &parsed, root, out);
}
