#include "intake/intake_patch_path.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "json/json_edit.h"
#include "json/json_patch.h"

enum { POINTER_MAX = 4096, DEPTH = 32 };

typedef struct {
  const ax_fp_model *model;
  ax_arena *arena;
  const ax_json *tree;
  size_t n;          /* which operation, for sentences */
  const ax_json *op; /* its parts */
  ax_error *err;
} patching;

static ax_status wrong(const patching *p, const char *what) {
  return ax_error_set(p->err, AX_INVALID, "operation %zu %s", p->n, what);
}

/* --- parts of an operation -------------------------------------------------
 */

static const ax_json *part_of(const ax_json *op, ax_str name) {
  const ax_json *parts = AX_JSON_GET(op, "part");
  for (size_t i = 0; i < ax_json_count(parts); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(parts, i), "name"), name))
      return ax_json_item(parts, i);
  return NULL;
}

/* The member value[x] of a part, and its name behind "value". */
static const ax_json *value_of(const ax_json *part, ax_str *type) {
  if (!ax_json_is(part, AX_JSON_OBJECT)) return NULL;
  for (size_t i = 0; i < part->count; i++) {
    const ax_json_member *m = &part->u.members[i];
    if (!ax_str_starts(m->key, AX_STR("value")) || m->key.len == 5) continue;
    if (type) *type = ax_str_skip(m->key, 5);
    return &m->value;
  }
  return NULL;
}

static ax_str text_of(const patching *p, const char *name) {
  return ax_json_text(value_of(part_of(p->op, ax_str_from(name)), NULL));
}

static ax_status index_of(const patching *p, const char *name, uint64_t *out) {
  if (ax_str_uint64(text_of(p, name), UINT32_MAX, out)) return AX_OK;
  return ax_error_set(p->err, AX_INVALID,
                      "operation %zu needs the whole number \"%s\"", p->n,
                      name);
}

/* --- places ----------------------------------------------------------------
 */

static ax_status evaluate(const patching *p, ax_fp_list *out) {
  ax_fp_program program;
  ax_fp_fault fault = { 0 };
  ax_str path = text_of(p, "path");
  if (path.len == 0) return wrong(p, "has no path");
  ax_status status = ax_fp_parse(p->arena, path, &program, &fault);
  const ax_fp_input in = { .arena = p->arena,
                           .model = p->model,
                           .context = ax_fp_eval_root(p->model, p->tree) };
  if (!status) status = ax_fp_eval(&program, &in, out, &fault);
  if (status == AX_NOMEM || status == AX_OK) return status;
  return wrong(p, "has a path that cannot be evaluated");
}

static void escape(ax_buf *out, ax_str key) {
  ax_buf_append_char(out, '/');
  for (size_t i = 0; i < key.len; i++) {
    if (key.ptr[i] == '~') ax_buf_append(out, AX_STR("~0"));
    if (key.ptr[i] == '/') ax_buf_append(out, AX_STR("~1"));
    if (key.ptr[i] != '~' && key.ptr[i] != '/')
      ax_buf_append_char(out, key.ptr[i]);
  }
}

/* Nodes of an evaluation are nodes of the tree: the pointer is found by
 * identity. Bounded by the parser's depth. */
static bool locate(const ax_json *at, const ax_json *node, ax_buf *pointer) {
  size_t before = pointer->len;
  if (at == node) return true;
  if (at->kind == AX_JSON_ARRAY)
    for (uint32_t i = 0; i < at->count; i++) {
      ax_buf_append_char(pointer, '/');
      ax_buf_append_uint(pointer, i);
      if (locate(&at->u.items[i], node, pointer)) return true;
      pointer->len = before;
    }
  if (at->kind == AX_JSON_OBJECT)
    for (uint32_t i = 0; i < at->count; i++) {
      escape(pointer, at->u.members[i].key);
      if (locate(&at->u.members[i].value, node, pointer)) return true;
      pointer->len = before;
    }
  return false;
}

static ax_status pointer_to(const patching *p, const ax_fp_item *item,
                            ax_str *out) {
  ax_buf text = AX_BUF_INIT(POINTER_MAX);
  bool found = item->kind == AX_FP_NODE && item->u.node.json &&
               locate(p->tree, item->u.node.json, &text);
  if (found) *out = ax_arena_str(p->arena, ax_buf_view(&text));
  ax_status status = text.status;
  ax_buf_free(&text);
  if (!found) return wrong(p, "has a path that leads to no element");
  return status ? status : out->ptr ? AX_OK : AX_NOMEM;
}

/* The one element of the path. `none`: what nothing means: NULL, an error. */
static ax_status find_one(const patching *p, ax_fp_item *out, bool *none) {
  ax_fp_list list = { 0 };
  AX_TRY(evaluate(p, &list));
  if (none) *none = list.count == 0;
  if (list.count == 0 && none) return AX_OK;
  if (list.count != 1)
    return ax_error_set(p->err, AX_INVALID,
                        "operation %zu has a path with %zu elements; it must "
                        "have one",
                        p->n, list.count);
  *out = list.items[0];
  return AX_OK;
}

/* The array whose items the path gives. */
static ax_status find_array(const patching *p, ax_str *pointer, size_t *count) {
  ax_fp_list list = { 0 };
  AX_TRY(evaluate(p, &list));
  if (list.count == 0) return wrong(p, "has a path with no element");
  AX_TRY(pointer_to(p, &list.items[0], pointer));
  size_t slash = pointer->len;
  while (slash && pointer->ptr[slash - 1] != '/') slash--;
  if (slash == 0 || slash == pointer->len || pointer->ptr[slash] < '0' ||
      pointer->ptr[slash] > '9')
    return wrong(p, "has a path to an element that does not repeat");
  pointer->len = slash - 1;
  *count = list.count;
  return AX_OK;
}

/* --- one operation of JSON Patch -------------------------------------------
 */

static ax_status change(patching *p, const char *op, ax_str pointer,
                        const ax_json *value) {
  ax_json_member *members = AX_NEW_ARRAY(p->arena, ax_json_member, 3);
  ax_json *items = AX_NEW_ARRAY(p->arena, ax_json, 1);
  ax_error why = { 0 };
  if (!members || !items) return AX_NOMEM;
  members[0] =
      (ax_json_member){ .key = AX_STR("op"),
                        .value = ax_json_edit_string(ax_str_from(op)) };
  members[1] = (ax_json_member){ .key = AX_STR("path"),
                                 .value = ax_json_edit_string(pointer) };
  if (value)
    members[2] = (ax_json_member){ .key = AX_STR("value"), .value = *value };
  items[0] = (ax_json){ .kind = AX_JSON_OBJECT, .count = value ? 3 : 2 };
  items[0].u.members = members;
  ax_json list = { .kind = AX_JSON_ARRAY, .count = 1 };
  list.u.items = items;
  ax_status status =
      ax_json_patch_apply(p->arena, p->tree, &list, &p->tree, &why);
  return status == AX_INVALID ? wrong(p, why.text) : status;
}

static const ax_json *at_pointer(const ax_json *tree, ax_str pointer) {
  ax_str rest = ax_str_skip(pointer, pointer.len ? 1 : 0);
  while (tree && rest.len) {
    uint64_t i = 0;
    ax_str token = ax_str_cut(&rest, '/');
    if (!ax_json_is(tree, AX_JSON_ARRAY))
      tree = ax_json_get(tree, token);
    else
      tree = ax_str_uint64(token, UINT32_MAX, &i)
                 ? ax_json_item(tree, (size_t)i)
                 : NULL;
  }
  return tree;
}

/* FHIR has no empty arrays or objects: what became empty goes, too. */
static ax_status remove_at(patching *p, ax_str pointer) {
  AX_TRY(change(p, "remove", pointer, NULL));
  for (;;) {
    while (pointer.len && pointer.ptr[pointer.len - 1] != '/') pointer.len--;
    if (pointer.len < 2) return AX_OK;
    pointer.len--;
    const ax_json *left = at_pointer(p->tree, pointer);
    bool container =
        ax_json_is(left, AX_JSON_ARRAY) || ax_json_is(left, AX_JSON_OBJECT);
    if (!container || left->count) return AX_OK;
    AX_TRY(change(p, "remove", pointer, NULL));
  }
}

/* --- values ----------------------------------------------------------------
 */

static const ax_fp_element *element_of(const patching *p,
                                       const ax_fp_type *type, ax_str name) {
  return type && p->model ? p->model->element(p->model->ctx, type, name) : NULL;
}

/* "value" with a valueQuantity is the member "valueQuantity". */
static ax_status key_of(const patching *p, const ax_fp_element *element,
                        ax_str name, ax_str type, ax_str *out) {
  *out = name;
  if (!element->is_choice) return AX_OK;
  *out = AX_JOIN(p->arena, name, type);
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status build(const patching *p, const ax_json *part,
                       const ax_fp_type *type, unsigned depth, ax_json *out,
                       ax_str *kind);

/* Sets or appends one member of an object under construction. */
static ax_status put(const patching *p, const ax_fp_element *element,
                     ax_str key, const ax_json *value, const ax_json **object) {
  ax_json one = *value;
  if (element->is_list) {
    const ax_json *list = ax_json_get(*object, key);
    size_t count = ax_json_count(list);
    ax_json *items = AX_NEW_ARRAY(p->arena, ax_json, count + 1);
    if (!items) return AX_NOMEM;
    for (size_t i = 0; i < count; i++) items[i] = *ax_json_item(list, i);
    items[count] = *value;
    one = (ax_json){ .kind = AX_JSON_ARRAY, .count = (uint32_t)count + 1 };
    one.u.items = items;
  }
  *object = ax_json_edit_set(p->arena, *object, key, one);
  return *object ? AX_OK : AX_NOMEM;
}

/* A type without a name of its own comes as parts, one for each element. */
static ax_status build_object(const patching *p, const ax_json *part,
                              const ax_fp_type *type, unsigned depth,
                              ax_json *out) {
  const ax_json empty = { .kind = AX_JSON_OBJECT };
  const ax_json *object = &empty, *parts = AX_JSON_GET(part, "part");
  for (size_t i = 0; i < ax_json_count(parts); i++) {
    const ax_json *one = ax_json_item(parts, i);
    ax_str name = AX_JSON_STR(one, "name"), kind = AX_STR(""), key;
    const ax_fp_element *element = element_of(p, type, name);
    ax_json value;
    if (!element) return wrong(p, "names an element that does not exist");
    AX_TRY(build(p, one, element->types[0], depth + 1, &value, &kind));
    AX_TRY(key_of(p, element, name, kind, &key));
    AX_TRY(put(p, element, key, &value, &object));
  }
  *out = *object;
  return AX_OK;
}

static ax_status build(const patching *p, const ax_json *part,
                       const ax_fp_type *type, unsigned depth, ax_json *out,
                       ax_str *kind) {
  const ax_json *value = value_of(part, kind);
  const ax_json *resource = AX_JSON_GET(part, "resource");
  if (depth > DEPTH) return wrong(p, "has a value that is nested too deep");
  if (!value && AX_JSON_GET(part, "part"))
    return build_object(p, part, type, depth, out);
  if (!value && !resource) return wrong(p, "needs a value");
  *out = value ? *value : *resource;
  return AX_OK;
}

/* --- operations ------------------------------------------------------------
 */

static ax_status do_add(patching *p) {
  ax_fp_item at;
  ax_json value;
  ax_str kind = AX_STR(""), key, name = text_of(p, "name"), pointer;
  AX_TRY(find_one(p, &at, NULL));
  AX_TRY(pointer_to(p, &at, &pointer));
  const ax_fp_element *element = element_of(p, at.u.node.type, name);
  if (!element) return wrong(p, "adds an element that does not exist there");
  AX_TRY(build(p, part_of(p->op, AX_STR("value")), element->types[0], 0, &value,
               &kind));
  AX_TRY(key_of(p, element, name, kind, &key));
  if (!element->is_list && ax_json_get(at.u.node.json, key))
    return wrong(p, "adds an element that is there already; use replace");
  const ax_json *object = at.u.node.json;
  AX_TRY(put(p, element, key, &value, &object));
  if (pointer.len == 0) {
    p->tree = object;
    return AX_OK;
  }
  return change(p, "replace", pointer, object);
}

static ax_status do_replace(patching *p) {
  ax_fp_item at;
  ax_json value;
  ax_str kind, pointer;
  AX_TRY(find_one(p, &at, NULL));
  AX_TRY(pointer_to(p, &at, &pointer));
  AX_TRY(build(p, part_of(p->op, AX_STR("value")), at.u.node.type, 0, &value,
               &kind));
  return change(p, "replace", pointer, &value);
}

static ax_status do_delete(patching *p) {
  ax_fp_item at;
  bool none = false;
  ax_str pointer;
  AX_TRY(find_one(p, &at, &none));
  if (none) return AX_OK; /* R4: deleting what is not there is no error */
  AX_TRY(pointer_to(p, &at, &pointer));
  return remove_at(p, pointer);
}

static ax_status item_pointer(const patching *p, ax_str array, uint64_t index,
                              ax_str *out) {
  *out = ax_arena_printf(p->arena, "%.*s/%llu", AX_STR_ARG(array),
                         (unsigned long long)index);
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status do_insert(patching *p) {
  ax_json value;
  uint64_t index = 0;
  size_t count = 0;
  ax_fp_list list = { 0 };
  ax_str kind, array, place;
  AX_TRY(find_array(p, &array, &count));
  AX_TRY(evaluate(p, &list));
  AX_TRY(index_of(p, "index", &index));
  if (index > count) return wrong(p, "inserts behind the end of the list");
  AX_TRY(build(p, part_of(p->op, AX_STR("value")), list.items[0].u.node.type, 0,
               &value, &kind));
  AX_TRY(item_pointer(p, array, index, &place));
  return change(p, "add", place, &value);
}

static ax_status do_move(patching *p) {
  uint64_t from = 0, to = 0;
  size_t count = 0;
  ax_str array, source, place;
  AX_TRY(find_array(p, &array, &count));
  AX_TRY(index_of(p, "source", &from));
  AX_TRY(index_of(p, "destination", &to));
  if (from >= count || to >= count)
    return wrong(p, "moves from or to behind the end of the list");
  AX_TRY(item_pointer(p, array, from, &source));
  AX_TRY(item_pointer(p, array, to, &place));
  const ax_json *value = at_pointer(p->tree, source);
  if (!value) return wrong(p, "has a path that leads to no element");
  AX_TRY(change(p, "remove", source, NULL));
  return change(p, "add", place, value);
}

static const struct {
  ax_str type;
  ax_status (*run)(patching *p);
} operations[] = {
  { AX_STR_INIT("add"), do_add },       { AX_STR_INIT("insert"), do_insert },
  { AX_STR_INIT("delete"), do_delete }, { AX_STR_INIT("replace"), do_replace },
  { AX_STR_INIT("move"), do_move },
};

static ax_status run(patching *p) {
  ax_str type = text_of(p, "type");
  if (!ax_str_eq(AX_JSON_STR(p->op, "name"), AX_STR("operation")))
    return wrong(p, "is a parameter that is not called \"operation\"");
  for (size_t i = 0; i < AX_COUNT(operations); i++)
    if (ax_str_eq(type, operations[i].type)) return operations[i].run(p);
  return wrong(p, "is none of add, insert, delete, replace and move");
}

ax_status ax_intake_patch_path(const ax_fp_model *model, ax_arena *arena,
                               const ax_json *tree, const ax_json *parameters,
                               const ax_json **out, ax_error *err) {
  const ax_json *list = AX_JSON_GET(parameters, "parameter");
  patching p = { .model = model, .arena = arena, .tree = tree, .err = err };
  if (ax_json_count(list) > AX_JSON_PATCH_OPS)
    return ax_error_set(err, AX_TOO_LARGE, "a patch has at most %d operations",
                        AX_JSON_PATCH_OPS);
  for (p.n = 0; p.n < ax_json_count(list); p.n++) {
    p.op = ax_json_item(list, p.n);
    AX_TRY(run(&p));
  }
  *out = p.tree;
  return AX_OK;
}
