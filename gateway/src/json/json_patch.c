#include "json/json_patch.h"

#include <stdlib.h>
#include <string.h>

#include "json/json_edit.h"

typedef enum { ADD, REPLACE, REMOVE } change_kind;

typedef struct {
  ax_arena *arena;
  size_t op; /* which operation, for sentences */
  ax_str pointer;
  ax_str tokens[AX_JSON_PATCH_DEPTH];
  size_t count;
  ax_error *err;
} place;

static ax_status wrong(const place *p, const char *what) {
  ax_str shown = p->pointer;
  if (shown.len > 120) shown.len = 120;
  return ax_error_set(p->err, AX_INVALID,
                      "operation %zu: \"" AX_STR_FMT "\" %s", p->op,
                      AX_STR_ARG(shown), what);
}

/* --- pointers --------------------------------------------------------------
 */

/* "~1" is '/', "~0" is '~'. */
static ax_status decode(place *p, ax_str in, ax_str *out) {
  *out = in;
  if (in.len == 0 || !memchr(in.ptr, '~', in.len)) return AX_OK;
  char *text = AX_NEW_ARRAY(p->arena, char, in.len);
  if (!text) return AX_NOMEM;
  size_t n = 0;
  for (size_t i = 0; i < in.len; i++) {
    char c = in.ptr[i];
    if (c == '~') {
      if (++i == in.len || (in.ptr[i] != '0' && in.ptr[i] != '1'))
        return wrong(p, "has a '~' that is neither ~0 nor ~1");
      c = in.ptr[i] == '0' ? '~' : '/';
    }
    text[n++] = c;
  }
  *out = (ax_str){ text, n };
  return AX_OK;
}

static ax_status read_pointer(place *p, ax_str text) {
  p->pointer = text;
  p->count = 0;
  if (text.len == 0) return AX_OK;
  if (text.ptr[0] != '/')
    return wrong(p, "is no JSON Pointer: it must begin "
                    "with '/'");
  ax_str rest = ax_str_skip(text, 1);
  for (;;) {
    bool more = rest.len && memchr(rest.ptr, '/', rest.len);
    if (p->count == AX_JSON_PATCH_DEPTH)
      return ax_error_set(p->err, AX_TOO_LARGE,
                          "operation %zu: the path has more than %d parts",
                          p->op, AX_JSON_PATCH_DEPTH);
    ax_str token = ax_str_cut(&rest, '/');
    AX_TRY(decode(p, token, &p->tokens[p->count]));
    p->count++;
    if (!more) return AX_OK;
  }
}

/* RFC 6901 4: no leading zeros. */
static bool read_index(ax_str token, uint64_t max, uint64_t *out) {
  if (token.len > 1 && token.ptr[0] == '0') return false;
  return ax_str_uint64(token, max, out);
}

static ax_status find(const place *p, const ax_json *tree,
                      const ax_json **out) {
  for (size_t i = 0; i < p->count && tree; i++) {
    uint64_t index = 0;
    if (ax_json_is(tree, AX_JSON_ARRAY))
      tree = read_index(p->tokens[i], UINT32_MAX, &index)
                 ? ax_json_item(tree, (size_t)index)
                 : NULL;
    else
      tree = ax_json_get(tree, p->tokens[i]);
  }
  *out = tree;
  return tree ? AX_OK : wrong(p, "leads to nothing");
}

/* --- changes ---------------------------------------------------------------
 */

/* `array` without item `at` (drop 1), or with `value` before it or over it. */
static const ax_json *splice(ax_arena *arena, const ax_json *array, size_t at,
                             size_t drop, const ax_json *value) {
  size_t count = array->count - drop + (value ? 1 : 0);
  ax_json *items = AX_NEW_ARRAY(arena, ax_json, count + 1);
  ax_json *copy = AX_NEW(arena, ax_json);
  if (!items || !copy) return NULL;
  size_t n = 0;
  for (size_t i = 0; i < at; i++) items[n++] = array->u.items[i];
  if (value) items[n++] = *value;
  for (size_t i = at + drop; i < array->count; i++)
    items[n++] = array->u.items[i];
  *copy = *array;
  copy->count = (uint32_t)count;
  copy->u.items = items;
  return copy;
}

static ax_status change_item(const place *p, const ax_json *array, ax_str token,
                             change_kind kind, const ax_json *value,
                             const ax_json **out) {
  uint64_t at = array->count;
  bool end = ax_str_eq(token, AX_STR("-"));
  if (!end && !read_index(token, UINT32_MAX, &at))
    return wrong(p, "names no place in an array: a number or '-'");
  if (at > array->count || (kind != ADD && at == array->count))
    return wrong(p, "lies behind the end of the array");
  *out = splice(p->arena, array, (size_t)at, kind == ADD ? 0 : 1,
                kind == REMOVE ? NULL : value);
  return *out ? AX_OK : AX_NOMEM;
}

static ax_status change_member(const place *p, const ax_json *object,
                               ax_str token, change_kind kind,
                               const ax_json *value, const ax_json **out) {
  if (kind != ADD && !ax_json_get(object, token))
    return wrong(p, "leads to nothing");
  *out = kind == REMOVE ? ax_json_edit_remove(p->arena, object, token)
                        : ax_json_edit_set(p->arena, object, token, *value);
  return *out ? AX_OK : AX_NOMEM;
}

/* Recursion ends with the tokens. */
static ax_status change(const place *p, const ax_json *node, size_t depth,
                        change_kind kind, const ax_json *value,
                        const ax_json **out) {
  ax_str token = p->tokens[depth];
  bool array = ax_json_is(node, AX_JSON_ARRAY), last = depth + 1 == p->count;
  if (!array && !ax_json_is(node, AX_JSON_OBJECT))
    return wrong(p, "goes through a value that has no parts");
  if (last)
    return array ? change_item(p, node, token, kind, value, out)
                 : change_member(p, node, token, kind, value, out);
  uint64_t index = 0;
  const ax_json *below = NULL;
  if (!array)
    below = ax_json_get(node, token);
  else if (read_index(token, UINT32_MAX, &index))
    below = ax_json_item(node, (size_t)index);
  if (!below) return wrong(p, "leads to nothing");
  AX_TRY(change(p, below, depth + 1, kind, value, &below));
  return array ? change_item(p, node, token, REPLACE, below, out)
               : change_member(p, node, token, REPLACE, below, out);
}

static ax_status change_tree(const place *p, const ax_json *tree,
                             change_kind kind, const ax_json *value,
                             const ax_json **out) {
  if (p->count) return change(p, tree, 0, kind, value, out);
  if (kind == REMOVE) return wrong(p, "is the whole document");
  *out = value;
  return AX_OK;
}

/* --- operations ------------------------------------------------------------
 */

/* RFC 6902 4.6: numbers are equal when their values are. */
static bool same(const ax_json *a, const ax_json *b) {
  if (ax_json_is(a, AX_JSON_NUMBER) && ax_json_is(b, AX_JSON_NUMBER)) {
    char left[64], right[64];
    ax_str x = ax_json_text(a), y = ax_json_text(b);
    if (x.len < sizeof left && y.len < sizeof right) {
      memcpy(left, x.ptr, x.len);
      memcpy(right, y.ptr, y.len);
      left[x.len] = right[y.len] = '\0';
      return strtod(left, NULL) == strtod(right, NULL);
    }
  }
  return ax_json_equal(a, b);
}

static ax_status need_value(const place *p, const ax_json *op,
                            const ax_json **value) {
  *value = AX_JSON_GET(op, "value");
  return *value ? AX_OK : wrong(p, "is to get a value, but none is given");
}

static ax_status do_from(place *p, const ax_json *op, bool move,
                         const ax_json **tree) {
  const ax_json *value = NULL, *from_text = AX_JSON_GET(op, "from");
  ax_str path = p->pointer, from = ax_json_text(from_text);
  if (!ax_json_is(from_text, AX_JSON_STRING))
    return wrong(p, "is to be filled from a place, but `from` is missing");
  AX_TRY(read_pointer(p, from));
  AX_TRY(find(p, *tree, &value));
  bool inside = path.len > from.len && ax_str_starts(path, from) &&
                path.ptr[from.len] == '/';
  if (move && inside) return wrong(p, "cannot be moved into itself");
  if (move && !ax_str_eq(path, from))
    AX_TRY(change_tree(p, *tree, REMOVE, NULL, tree));
  AX_TRY(read_pointer(p, path));
  return change_tree(p, *tree, ADD, value, tree);
}

static ax_status do_operation(place *p, const ax_json *op,
                              const ax_json **tree) {
  const ax_json *value = NULL, *path = AX_JSON_GET(op, "path");
  ax_str name = AX_JSON_STR(op, "op");
  if (!ax_json_is(op, AX_JSON_OBJECT) || !ax_json_is(path, AX_JSON_STRING))
    return ax_error_set(p->err, AX_INVALID,
                        "operation %zu is no object with `op` and `path`",
                        p->op);
  AX_TRY(read_pointer(p, ax_json_text(path)));
  if (ax_str_eq(name, AX_STR("remove")))
    return change_tree(p, *tree, REMOVE, NULL, tree);
  if (ax_str_eq(name, AX_STR("move"))) return do_from(p, op, true, tree);
  if (ax_str_eq(name, AX_STR("copy"))) return do_from(p, op, false, tree);
  bool add = ax_str_eq(name, AX_STR("add"));
  if (add || ax_str_eq(name, AX_STR("replace"))) {
    AX_TRY(need_value(p, op, &value));
    return change_tree(p, *tree, add ? ADD : REPLACE, value, tree);
  }
  if (!ax_str_eq(name, AX_STR("test")))
    return wrong(p, "is to be changed by an `op` other than add, remove, "
                    "replace, move, copy and test");
  const ax_json *found = NULL;
  AX_TRY(need_value(p, op, &value));
  AX_TRY(find(p, *tree, &found));
  return same(found, value) ? AX_OK
                            : wrong(p, "has another value than the test says");
}

ax_status ax_json_patch_apply(ax_arena *arena, const ax_json *tree,
                              const ax_json *patch, const ax_json **out,
                              ax_error *err) {
  place *p = AX_NEW(arena, place);
  if (!p) return AX_NOMEM;
  p->arena = arena;
  p->err = err;
  if (!ax_json_is(patch, AX_JSON_ARRAY))
    return ax_error_set(err, AX_INVALID,
                        "a JSON Patch is an array of operations (RFC 6902 3)");
  if (patch->count > AX_JSON_PATCH_OPS)
    return ax_error_set(err, AX_TOO_LARGE,
                        "a patch has at most %d operations, not %u",
                        AX_JSON_PATCH_OPS, (unsigned)patch->count);
  for (size_t i = 0; i < patch->count; i++) {
    p->op = i;
    AX_TRY(do_operation(p, ax_json_item(patch, i), &tree));
  }
  *out = tree;
  return AX_OK;
}
