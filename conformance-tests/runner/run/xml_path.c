#include "run/xml_path.h"

#include "base/buf.h"
#include "run/xml_path_parse.h"

/* An element as XML has it. A primitive's id and extensions are in its `_`
 * sibling. A wrap is what has a resource as its only child: the document,
 * "resource", "contained". */
typedef struct {
  const ax_json *json, *sibling;
  bool wrap;
} element;

typedef AX_VEC(element) elements;

typedef struct {
  ax_arena *arena;
  const ax_json *root;
  unsigned steps;
  ax_error *err;
} evaluation;

static ax_status spend(evaluation *e) {
  if (e->steps++ < AX_JSON_PATH_STEPS) return AX_OK;
  return ax_error_set(e->err, AX_TOO_LARGE,
                      "the XPath looks at more than %d values",
                      AX_JSON_PATH_STEPS);
}

static ax_status push(evaluation *e, element one, elements *out) {
  AX_TRY(spend(e));
  if (!one.json && !one.sibling) return AX_OK;
  element *slot = AX_VEC_PUSH(out, e->arena);
  if (!slot) return AX_NOMEM;
  *slot = one;
  return AX_OK;
}

static const ax_json *not_null(const ax_json *json) {
  return ax_json_is(json, AX_JSON_NULL) ? NULL : json;
}

static bool is_resource(const ax_json *json) {
  return AX_JSON_STR(json, "resourceType").len > 0;
}

/* The elements of one member, or of its `_` sibling where it has no value. */
static ax_status push_member(evaluation *e, const ax_json *value,
                             const ax_json *sibling, elements *out) {
  bool list =
      ax_json_is(value, AX_JSON_ARRAY) || ax_json_is(sibling, AX_JSON_ARRAY);
  size_t n = ax_json_count(value) > ax_json_count(sibling)
                 ? ax_json_count(value)
                 : ax_json_count(sibling);
  if (!list)
    return push(e, (element){ value, sibling, is_resource(value) }, out);
  for (size_t i = 0; i < n; i++) {
    const ax_json *item = not_null(ax_json_item(value, i));
    AX_TRY(push(e,
                (element){ item, not_null(ax_json_item(sibling, i)),
                           is_resource(item) },
                out));
  }
  return AX_OK;
}

static ax_status named(evaluation *e, const ax_json *object, ax_str name,
                       elements *out) {
  ax_str parts[] = { AX_STR("_"), name };
  ax_str other = ax_arena_join(e->arena, parts, 2);
  if (!other.ptr) return AX_NOMEM;
  return push_member(e, ax_json_get(object, name), ax_json_get(object, other),
                     out);
}

static ax_status every(evaluation *e, const ax_json *object, elements *out) {
  for (size_t i = 0; ax_json_is(object, AX_JSON_OBJECT) && i < object->count;
       i++) {
    ax_str key = object->u.members[i].key;
    bool sibling = key.len && key.ptr[0] == '_';
    bool has_value = sibling && ax_json_get(object, ax_str_skip(key, 1));
    if (has_value || ax_str_eq(key, AX_STR("resourceType"))) continue;
    AX_TRY(named(e, object, sibling ? ax_str_skip(key, 1) : key, out));
  }
  return AX_OK;
}

static ax_status children(evaluation *e, element from, ax_str name,
                          elements *out) {
  bool any = ax_str_eq(name, AX_STR("*"));
  if (from.wrap) {
    bool fits = any || ax_str_eq(AX_JSON_STR(from.json, "resourceType"), name);
    return fits ? push(e, (element){ from.json, NULL, false }, out) : AX_OK;
  }
  const ax_json *object =
      ax_json_is(from.json, AX_JSON_OBJECT) ? from.json : from.sibling;
  return any ? every(e, object, out) : named(e, object, name, out);
}

static ax_status attribute(evaluation *e, element from, ax_str name,
                           elements *out) {
  bool complex = ax_json_is(from.json, AX_JSON_OBJECT);
  if (ax_str_eq(name, AX_STR("value"))) {
    if (complex || from.wrap) return AX_OK;
    return push(e, (element){ from.json, NULL, false }, out);
  }
  const ax_json *object = complex ? from.json : from.sibling;
  if (is_resource(object)) return AX_OK; /* its id is an element */
  return push(e, (element){ ax_json_get(object, name), NULL, false }, out);
}

/* --- predicates ----------------------------------------------------------- */

static ax_status walk(evaluation *e, const ax_xml_path *path, element from,
                      elements *out);

static ax_str text_of(element one) {
  if (ax_json_is(one.json, AX_JSON_BOOL))
    return one.json->truth ? AX_STR("true") : AX_STR("false");
  return ax_json_text(one.json);
}

static ax_status compare(evaluation *e, const ax_xml_path_test *t, element at,
                         bool *out) {
  elements found = { 0 };
  AX_TRY(walk(e, &t->path, at, &found));
  *out = t->op == AX_XML_PATH_EXISTS && found.count > 0;
  for (size_t i = 0; i < found.count && t->op != AX_XML_PATH_EXISTS; i++)
    if (ax_str_eq(text_of(found.items[i]), t->text) ==
        (t->op == AX_XML_PATH_EQUAL))
      *out = true;
  return AX_OK;
}

static ax_status holds(evaluation *e, const ax_xml_path_test *t, element at,
                       size_t position, size_t last, bool *out) {
  switch (t->op) {
  case AX_XML_PATH_POSITION:
    *out = (size_t)t->position == position;
    return AX_OK;
  case AX_XML_PATH_LAST:
    *out = position == last;
    return AX_OK;
  case AX_XML_PATH_EXISTS:
  case AX_XML_PATH_EQUAL:
  case AX_XML_PATH_UNEQUAL:
    return compare(e, t, at, out);
  case AX_XML_PATH_AND:
  case AX_XML_PATH_OR:
    AX_TRY(holds(e, t->left, at, position, last, out));
    if (*out == (t->op == AX_XML_PATH_OR)) return AX_OK;
    return holds(e, t->right, at, position, last, out);
  case AX_XML_PATH_NOT:
    break;
  }
  AX_TRY(holds(e, t->left, at, position, last, out));
  *out = !*out;
  return AX_OK;
}

static ax_status filter(evaluation *e, const ax_xml_path_test *t,
                        elements *list) {
  elements kept = { 0 };
  for (size_t i = 0; i < list->count; i++) {
    bool keep;
    AX_TRY(holds(e, t, list->items[i], i + 1, list->count, &keep));
    if (keep) AX_TRY(push(e, list->items[i], &kept));
  }
  *list = kept;
  return AX_OK;
}

/* --- steps ---------------------------------------------------------------- */

static ax_status step_at(evaluation *e, const ax_xml_path_step *step,
                         element from, elements *out) {
  elements found = { 0 };
  switch (step->axis) {
  case AX_XML_PATH_CHILD:
    AX_TRY(children(e, from, step->name, &found));
    break;
  case AX_XML_PATH_ATTRIBUTE:
    AX_TRY(attribute(e, from, step->name, &found));
    break;
  case AX_XML_PATH_SELF:
    AX_TRY(push(e, from, &found));
    break;
  }
  for (size_t i = 0; i < step->tests.count; i++)
    AX_TRY(filter(e, step->tests.items[i], &found));
  for (size_t i = 0; i < found.count; i++) AX_TRY(push(e, found.items[i], out));
  return AX_OK;
}

/* The depth is that of the document, which its parser bounds. */
static ax_status step_from(evaluation *e, const ax_xml_path_step *step,
                           element from, elements *out) {
  elements below = { 0 };
  AX_TRY(step_at(e, step, from, out));
  if (!step->deep) return AX_OK;
  AX_TRY(children(e, from, AX_STR("*"), &below));
  for (size_t i = 0; i < below.count; i++)
    AX_TRY(step_from(e, step, below.items[i], out));
  return AX_OK;
}

static ax_status walk(evaluation *e, const ax_xml_path *path, element from,
                      elements *out) {
  elements now = { 0 };
  const element document = { e->root, NULL, true };
  AX_TRY(push(e, path->from_root ? document : from, &now));
  for (size_t i = 0; i < path->steps.count; i++) {
    elements next = { 0 };
    for (size_t n = 0; n < now.count; n++)
      AX_TRY(step_from(e, &path->steps.items[i], now.items[n], &next));
    now = next;
  }
  *out = now;
  return AX_OK;
}

ax_status ax_xml_path_select(ax_arena *arena, ax_str path, const ax_json *root,
                             ax_json_path_nodes *out, ax_error *err) {
  evaluation e = { .arena = arena, .root = root, .err = err };
  ax_xml_path parsed;
  elements found = { 0 };
  AX_TRY(ax_xml_path_parse(arena, path, &parsed, err));
  AX_TRY(walk(&e, &parsed, (element){ root, NULL, true }, &found));
  if (!found.count && !parsed.from_root) {
    parsed.steps.items[0].deep = true;
    AX_TRY(walk(&e, &parsed, (element){ root, NULL, true }, &found));
  }
  for (size_t i = 0; i < found.count; i++) {
    const ax_json **slot;
    if (!found.items[i].json) continue;
    slot = AX_VEC_PUSH(out, arena);
    if (!slot) return AX_NOMEM;
    *slot = found.items[i].json;
  }
  return AX_OK;
}
