#include "script/xml_json.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "base/xml.h"
#include "fhir/fhir_primitive.h"

#define FHIR_NAMESPACE "http://hl7.org/fhir"
#define XHTML_NAMESPACE "http://www.w3.org/1999/xhtml"
#define PLACEHOLDER "${"

/* Of all elements, those of narratives with them. */
enum { XML_DEPTH = AX_XML_JSON_DEPTH + 100 };

/* All elements of one name below another. */
typedef struct {
  ax_str key;
  bool is_list;
  bool has_beside; /* some of them have an id or extensions */
  bool is_primitive;
  uint32_t at;
  AX_VEC(ax_json) values;  /* NULL where a primitive has none */
  AX_VEC(ax_json) besides; /* of primitives: id and extensions, or NULL */
} slot;

typedef enum {
  FRAME_OBJECT,    /* an element with children */
  FRAME_PRIMITIVE, /* a value; id and extensions as an object beside it */
  FRAME_HOLDER,    /* `contained` and the like: around a resource */
  FRAME_UNKNOWN    /* not defined: what it is shows when it ends */
} frame_kind;

typedef struct {
  frame_kind kind;
  const ax_json *elements; /* of the definition that its children stand in */
  size_t element_count;
  ax_str path; /* of its children in there, without the last dot */
  ax_fhir_primitive primitive;
  ax_str name;
  bool is_list;
  uint32_t at;
  AX_VEC(slot) slots;
  ax_json value; /* of a primitive or a holder; NULL: none yet */
} frame;

typedef struct {
  ax_registry *registry;
  ax_arena *arena;
  ax_str text;
  ax_error *err;
  ax_status status;
  ax_str prefix; /* of FHIR's elements: "" or "f:" */
  frame frames[AX_XML_JSON_DEPTH];
  size_t depth;
  size_t div_depth; /* elements open in a narrative; 0: outside */
  size_t div_at;
  ax_json result;
} converter;

static void stop(converter *c, ax_xml *xml, ax_status status) {
  if (!c->status) c->status = status;
  ax_xml_stop(xml);
}

#define FAIL(c, xml, fmt, ...)                                          \
  stop((c), (xml),                                                      \
       ax_error_set((c)->err, AX_INVALID, "%u: " fmt, ax_xml_line(xml), \
                    __VA_ARGS__))

static frame *top(converter *c) {
  return &c->frames[c->depth - 1];
}

/* --- definitions -------------------------------------------------------------
 */

static bool open_type(converter *c, ax_str type, frame *f) {
  const ax_json *definition = ax_registry_type(c->registry, type);
  const ax_json *elements =
      AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element");
  if (!elements) return false;
  f->elements = elements->u.items;
  f->element_count = ax_json_count(elements);
  f->path = type;
  return true;
}

/* Is `name` the choice element `choice` ("value[x]") in one of its types? */
static ax_str choice_type(ax_str choice, ax_str name, const ax_json *element) {
  ax_str stem = { choice.ptr, choice.len - 3 };
  if (!ax_str_starts(name, stem)) return AX_STR("");
  ax_str rest = ax_str_skip(name, stem.len);
  const ax_json *types = AX_JSON_GET(element, "type");
  for (size_t i = 0; i < ax_json_count(types); i++) {
    ax_str code = AX_JSON_STR(ax_json_item(types, i), "code");
    bool same = code.len == rest.len && code.len > 0 &&
                ax_str_eq(ax_str_skip(code, 1), ax_str_skip(rest, 1));
    if (same && (rest.ptr[0] & ~0x20) == (code.ptr[0] & ~0x20)) return code;
  }
  return AX_STR("");
}

/* The element `name` below `f` and its type (empty: one of elements); NULL:
 * there is none. */
static const ax_json *child_of(const frame *f, ax_str name, ax_str *type) {
  for (size_t i = 0; i < f->element_count; i++) {
    const ax_json *e = &f->elements[i];
    ax_str path = AX_JSON_STR(e, "path");
    if (path.len <= f->path.len + 1 || !ax_str_starts(path, f->path) ||
        path.ptr[f->path.len] != '.')
      continue;
    ax_str last = ax_str_skip(path, f->path.len + 1);
    *type = AX_JSON_STR(ax_json_item(AX_JSON_GET(e, "type"), 0), "code");
    if (ax_str_eq(last, name)) return e;
    if (!ax_str_ends(last, AX_STR("[x]"))) continue;
    *type = choice_type(last, name, e);
    if (type->len) return e;
  }
  return NULL;
}

static bool is_attribute(const ax_json *element) {
  const ax_json *how = AX_JSON_GET(element, "representation");
  return ax_str_eq(ax_json_text(ax_json_item(how, 0)), AX_STR("xmlAttr"));
}

/* --- slots -------------------------------------------------------------------
 */

static const ax_json null_value = { .kind = AX_JSON_NULL };

static ax_str keep(converter *c, const char *z) {
  return ax_arena_str(c->arena, ax_str_from(z));
}

static slot *slot_for(converter *c, frame *f, ax_str key) {
  for (size_t i = 0; i < f->slots.count; i++)
    if (ax_str_eq(f->slots.items[i].key, key)) return &f->slots.items[i];
  slot *s = AX_VEC_PUSH(&f->slots, c->arena);
  if (s) s->key = key;
  return s;
}

static ax_status put(converter *c, slot *s, ax_json value, ax_json beside) {
  ax_json *v = AX_VEC_PUSH(&s->values, c->arena);
  if (!v) return AX_NOMEM;
  *v = value;
  ax_json *b = AX_VEC_PUSH(&s->besides, c->arena);
  if (!b) return AX_NOMEM;
  *b = beside;
  if (beside.kind != AX_JSON_NULL) s->has_beside = true;
  return AX_OK;
}

/* --- objects -----------------------------------------------------------------
 */

static ax_json array_of(const ax_json *items, size_t count, uint32_t at) {
  return (ax_json){ .kind = AX_JSON_ARRAY,
                    .at = at,
                    .count = (uint32_t)count,
                    .u.items = items };
}

static bool all_null(const slot *s) {
  for (size_t i = 0; i < s->values.count; i++)
    if (s->values.items[i].kind != AX_JSON_NULL) return false;
  return true;
}

/* One or two members: the values, and what stands beside them. */
static ax_status add_members(converter *c, const slot *s,
                             ax_json_member *members, size_t *count) {
  size_t n = s->values.count;
  if (!s->is_primitive || !all_null(s)) {
    members[(*count)++] = (ax_json_member){
      s->key, s->at,
      s->is_list ? array_of(s->values.items, n, s->at) : s->values.items[0]
    };
  }
  if (!s->has_beside) return AX_OK;
  ax_str key = AX_JOIN(c->arena, AX_STR("_"), s->key);
  if (!key.ptr) return AX_NOMEM;
  members[(*count)++] = (ax_json_member){
    key, s->at,
    s->is_list ? array_of(s->besides.items, n, s->at) : s->besides.items[0]
  };
  return AX_OK;
}

static ax_status object_of(converter *c, const frame *f, ax_json *out) {
  size_t count = 0;
  ax_json_member *members =
      AX_NEW_ARRAY(c->arena, ax_json_member, f->slots.count * 2 + 1);
  if (!members) return AX_NOMEM;
  for (size_t i = 0; i < f->slots.count; i++)
    AX_TRY(add_members(c, &f->slots.items[i], members, &count));
  *out = (ax_json){ .kind = AX_JSON_OBJECT,
                    .at = f->at,
                    .count = (uint32_t)count,
                    .u.members = members };
  return AX_OK;
}

static ax_json string_of(ax_str text, uint32_t at) {
  return (ax_json){ .kind = AX_JSON_STRING,
                    .at = at,
                    .count = (uint32_t)text.len,
                    .u.text = text.ptr };
}

/* --- attributes --------------------------------------------------------------
 */

static ax_str digits(ax_str s, bool *some) {
  size_t n = 0;
  while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9') n++;
  *some = n > 0;
  return ax_str_skip(s, n);
}

/* A number as JSON writes it; whether it suits its type is not asked: fixtures
 * are wrong on purpose at times. */
static bool is_number(ax_str s) {
  bool some;
  if (ax_str_starts(s, AX_STR("-"))) s = ax_str_skip(s, 1);
  if (s.len > 1 && s.ptr[0] == '0' && s.ptr[1] >= '0' && s.ptr[1] <= '9')
    return false;
  s = digits(s, &some);
  if (some && ax_str_starts(s, AX_STR(".")))
    s = digits(ax_str_skip(s, 1), &some);
  if (some && s.len && (s.ptr[0] == 'e' || s.ptr[0] == 'E')) {
    s = ax_str_skip(s, 1);
    if (s.len && (s.ptr[0] == '+' || s.ptr[0] == '-')) s = ax_str_skip(s, 1);
    s = digits(s, &some);
  }
  return some && s.len == 0;
}

/* What a primitive's text is in JSON; a fault, or NULL. */
static const char *typed(ax_fhir_primitive type, ax_str text, uint32_t at,
                         ax_json *out) {
  ax_json_kind kind = ax_fhir_primitive_kind(type);
  *out = string_of(text, at);
  if (kind == AX_JSON_STRING || ax_str_starts(text, AX_STR(PLACEHOLDER)))
    return NULL;
  text = ax_str_trim(text);
  if (kind == AX_JSON_NUMBER) {
    *out = string_of(text, at);
    out->kind = AX_JSON_NUMBER;
    return is_number(text) ? NULL : "a number is wanted";
  }
  bool yes = ax_str_eq(text, AX_STR("true"));
  bool no = ax_str_eq(text, AX_STR("false"));
  *out = (ax_json){ .kind = AX_JSON_BOOL, .truth = yes, .at = at };
  return yes || no ? NULL : "true or false is wanted";
}

/* Nobody says what kind of value it is. */
static ax_json untyped(ax_str text, uint32_t at) {
  bool yes = ax_str_eq(text, AX_STR("true"));
  if (!yes && !ax_str_eq(text, AX_STR("false"))) return string_of(text, at);
  return (ax_json){ .kind = AX_JSON_BOOL, .truth = yes, .at = at };
}

static void take_value(converter *c, ax_xml *xml, frame *f, ax_str text) {
  if (!text.ptr) {
    stop(c, xml, AX_NOMEM);
    return;
  }
  const char *fault = f->kind == FRAME_PRIMITIVE
                          ? typed(f->primitive, text, f->at, &f->value)
                          : NULL;
  if (f->kind == FRAME_UNKNOWN) f->value = untyped(text, f->at);
  if (fault)
    FAIL(c, xml, "%s, not \"%.60s\"", fault, text.ptr);
}

static void take_text(converter *c, ax_xml *xml, frame *f, ax_str key,
                      ax_str text) {
  slot *s = key.ptr && text.ptr ? slot_for(c, f, key) : NULL;
  if (!s || put(c, s, string_of(text, f->at), null_value))
    stop(c, xml, AX_NOMEM);
}

static bool is_namespace(ax_str name) {
  return ax_str_eq(name, AX_STR("xmlns")) ||
         ax_str_starts(name, AX_STR("xmlns:")) ||
         ax_str_starts(name, AX_STR("xsi:")) ||
         ax_str_starts(name, AX_STR("xml:"));
}

static void take_attribute(converter *c, ax_xml *xml, frame *f,
                           const char *const *pair) {
  ax_str name = ax_str_from(pair[0]), type;
  bool valued = f->kind == FRAME_PRIMITIVE || f->kind == FRAME_UNKNOWN;
  bool own = c->prefix.len == 0 && ax_str_eq(name, AX_STR("xmlns"));
  if (own && strcmp(pair[1], FHIR_NAMESPACE) != 0) {
    FAIL(c, xml, "the namespace \"%.80s\" is not FHIR's", pair[1]);
    return;
  }
  if (is_namespace(name)) return;
  if (valued && ax_str_eq(name, AX_STR("value"))) {
    take_value(c, xml, f, keep(c, pair[1]));
    return;
  }
  const ax_json *e = child_of(f, name, &type);
  if (f->kind == FRAME_UNKNOWN || (e && is_attribute(e)))
    take_text(c, xml, f, keep(c, pair[0]), keep(c, pair[1]));
  else
    FAIL(c, xml, "<" AX_STR_FMT "> has no attribute %.60s", AX_STR_ARG(f->name),
         pair[0]);
}

/* --- the start of an element -------------------------------------------------
 */

/* The outermost element names the prefix of all: "f:" for xmlns:f. */
static bool find_prefix(converter *c, const ax_xml *xml, const char *name,
                        const char *const *attributes) {
  const char *colon = strchr(name, ':');
  size_t n = colon ? (size_t)(colon - name) : 0;
  c->prefix.ptr = c->text.ptr + ax_xml_at(xml) + 1;
  c->prefix.len = colon ? n + 1 : 0;
  for (size_t i = 0; attributes[i]; i += 2) {
    const char *a = attributes[i];
    if (strncmp(a, "xmlns", 5) != 0) continue;
    bool same = colon ? a[5] == ':' && strlen(a + 6) == n &&
                            strncmp(a + 6, name, n) == 0
                      : a[5] == '\0';
    if (same) return strcmp(attributes[i + 1], FHIR_NAMESPACE) == 0;
  }
  return false;
}

static void begin_resource(converter *c, ax_xml *xml, frame *f) {
  f->kind = FRAME_OBJECT;
  if (!ax_registry_is_resource(c->registry, f->name) ||
      !open_type(c, f->name, f)) {
    FAIL(c, xml, "\"" AX_STR_FMT "\" is no resource type of R4",
         AX_STR_ARG(f->name));
    return;
  }
  take_text(c, xml, f, AX_STR("resourceType"), f->name);
}

/* Elements that stand where their parent's definition stands. */
static bool is_inside(ax_str type) {
  return type.len == 0 || ax_str_eq(type, AX_STR("BackboneElement")) ||
         ax_str_eq(type, AX_STR("Element"));
}

static void begin_defined(converter *c, ax_xml *xml, const frame *parent,
                          const ax_json *element, ax_str type, frame *f) {
  ax_str other = AX_JSON_STR(element, "contentReference");
  /* R4 types ids so; no other element is both a child and of such a type. */
  if (ax_str_eq(type, AX_STR("http://hl7.org/fhirpath/System.String")))
    type = AX_STR("string");
  f->is_list = !ax_str_eq(AX_JSON_STR(AX_JSON_GET(element, "base"), "max"),
                          AX_STR("1"));
  f->kind = FRAME_OBJECT;
  f->primitive = ax_fhir_primitive_named(type);
  if (other.len || is_inside(type)) {
    f->elements = parent->elements;
    f->element_count = parent->element_count;
    f->path = other.len ? ax_str_skip(other, 1) : AX_JSON_STR(element, "path");
  } else if (ax_str_eq(type, AX_STR("Resource")))
    f->kind = FRAME_HOLDER;
  else if (!open_type(c, type, f))
    FAIL(c, xml, "the type " AX_STR_FMT " is not defined", AX_STR_ARG(type));
  else if (f->primitive)
    f->kind = FRAME_PRIMITIVE;
}

static void begin_child(converter *c, ax_xml *xml, const frame *parent,
                        frame *f) {
  ax_str type;
  const ax_json *element = child_of(parent, f->name, &type);
  if (parent->kind == FRAME_HOLDER)
    begin_resource(c, xml, f);
  else if (!element || is_attribute(element))
    f->kind = FRAME_UNKNOWN;
  else
    begin_defined(c, xml, parent, element, type, f);
}

static void begin_div(converter *c, ax_xml *xml, const frame *f,
                      const char *const *attributes) {
  const char *ns = NULL;
  for (size_t i = 0; attributes[i]; i += 2)
    if (strcmp(attributes[i], "xmlns") == 0) ns = attributes[i + 1];
  if (!ns || strcmp(ns, XHTML_NAMESPACE) != 0)
    FAIL(c, xml, "<" AX_STR_FMT "> declares no namespace " XHTML_NAMESPACE,
         AX_STR_ARG(f->name));
  c->div_depth = 1;
  c->div_at = ax_xml_at(xml);
}

/* The name without FHIR's prefix; false: it has another one. */
static bool own_name(const converter *c, const char *name, ax_str *own) {
  ax_str s = ax_str_from(name);
  if (!ax_str_starts(s, c->prefix)) return false;
  *own = ax_str_skip(s, c->prefix.len);
  return !memchr(own->ptr, ':', own->len);
}

/* NULL: nested too deep, or no memory. */
static frame *push(converter *c, ax_xml *xml, ax_str name) {
  name = ax_arena_str(c->arena, name);
  if (!name.ptr) {
    stop(c, xml, AX_NOMEM);
    return NULL;
  }
  if (c->depth == AX_XML_JSON_DEPTH) {
    FAIL(c, xml, "%s", "elements are nested too deep");
    return NULL;
  }
  frame *f = &c->frames[c->depth++];
  *f = (frame){ .name = name, .at = (uint32_t)ax_xml_at(xml) };
  return f;
}

static void on_start(void *ctx, ax_xml *xml, const char *name,
                     const char *const *attributes) {
  converter *c = ctx;
  if (c->div_depth) {
    c->div_depth++;
    return;
  }
  if (c->depth == 0 && !find_prefix(c, xml, name, attributes)) {
    FAIL(c, xml, "<%.60s> is not in the namespace " FHIR_NAMESPACE, name);
    return;
  }
  ax_str own = AX_STR("div");
  bool is_div = c->depth && strcmp(name, "div") == 0;
  if (!is_div && !own_name(c, name, &own)) {
    FAIL(c, xml, "<%.60s> is not in the namespace " FHIR_NAMESPACE, name);
    return;
  }
  frame *f = push(c, xml, own);
  if (!f) return;
  if (c->depth == 1)
    begin_resource(c, xml, f);
  else
    begin_child(c, xml, f - 1, f);
  if (f->primitive == AX_FHIR_XHTML) {
    begin_div(c, xml, f, attributes);
    return;
  }
  for (size_t i = 0; attributes[i] && !c->status; i += 2)
    take_attribute(c, xml, f, attributes + i);
}

/* --- its end -----------------------------------------------------------------
 */

/* The div as it was written, with the line ends of XML. */
static ax_status end_div(converter *c, size_t end, frame *f) {
  ax_str raw = { c->text.ptr + c->div_at, end - c->div_at };
  char *bytes = ax_arena_cstr(c->arena, raw);
  size_t n = 0;
  if (!bytes) return AX_NOMEM;
  for (size_t i = 0; i < raw.len; i++)
    if (raw.ptr[i] != '\r')
      bytes[n++] = raw.ptr[i];
    else if (i + 1 == raw.len || raw.ptr[i + 1] != '\n')
      bytes[n++] = '\n';
  f->value = string_of((ax_str){ bytes, n }, f->at);
  return AX_OK;
}

/* What the element is in JSON, and what stands beside it. */
static ax_status finish(converter *c, const frame *f, ax_json *value,
                        ax_json *beside) {
  bool valued = f->kind == FRAME_PRIMITIVE ||
                (f->kind == FRAME_UNKNOWN && f->value.kind != AX_JSON_NULL);
  *beside = null_value;
  *value = f->value;
  if (f->kind == FRAME_HOLDER) return AX_OK;
  if (!valued) return object_of(c, f, value);
  return f->slots.count ? object_of(c, f, beside) : AX_OK;
}

static ax_status hand_over(converter *c, ax_xml *xml, frame *parent,
                           const frame *f) {
  ax_json value, beside;
  AX_TRY(finish(c, f, &value, &beside));
  if (value.kind == AX_JSON_NULL && beside.kind == AX_JSON_NULL) {
    FAIL(c, xml, "<" AX_STR_FMT "> is empty", AX_STR_ARG(f->name));
    return c->status;
  }
  if (parent->kind == FRAME_HOLDER) {
    if (parent->value.kind != AX_JSON_NULL)
      FAIL(c, xml, "<" AX_STR_FMT "> holds more than one resource",
           AX_STR_ARG(parent->name));
    parent->value = value;
    return c->status;
  }
  slot *s = slot_for(c, parent, f->name);
  if (!s) return AX_NOMEM;
  bool repeated = s->values.count > 0;
  if (repeated && !f->is_list && f->kind != FRAME_UNKNOWN)
    FAIL(c, xml, "<" AX_STR_FMT "> may be there only once",
         AX_STR_ARG(f->name));
  if (!repeated) s->at = f->at;
  s->is_list = f->is_list || repeated;
  s->is_primitive = f->kind == FRAME_PRIMITIVE;
  return put(c, s, value, beside);
}

static void on_end(void *ctx, ax_xml *xml, const char *name) {
  converter *c = ctx;
  (void)name;
  if (c->status || (c->div_depth && --c->div_depth)) return;
  frame *f = top(c);
  ax_status status = AX_OK;
  if (f->primitive == AX_FHIR_XHTML) status = end_div(c, ax_xml_end(xml), f);
  c->depth--;
  if (!status && c->depth)
    status = hand_over(c, xml, top(c), f);
  else if (!status)
    status = object_of(c, f, &c->result);
  if (status) stop(c, xml, status);
}

/* --- the rest ----------------------------------------------------------------
 */

static void on_text(void *ctx, ax_xml *xml, ax_str text) {
  converter *c = ctx;
  if (c->status || c->div_depth || !ax_str_trim(text).len) return;
  FAIL(c, xml, "text between elements: \"%.*s\"",
       (int)(text.len < 40 ? text.len : 40), text.ptr);
}

ax_status ax_xml_json_read(ax_registry *registry, ax_arena *arena, ax_str text,
                           const ax_json **out, ax_error *err) {
  static const ax_xml_calls calls = { .start = on_start,
                                      .end = on_end,
                                      .text = on_text };
  converter *c = AX_NEW(arena, converter);
  ax_xml_fault fault;
  if (!c) return AX_NOMEM;
  c->registry = registry;
  c->arena = arena;
  c->text = text;
  c->err = err;
  ax_status status = ax_xml_read(text, XML_DEPTH, &calls, c, &fault);
  if (status == AX_INVALID)
    return ax_error_set(err, AX_INVALID, "%u: %s", fault.line, fault.text);
  AX_TRY(status);
  AX_TRY(c->status);
  *out = &c->result;
  return AX_OK;
}
