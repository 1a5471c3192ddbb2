/*
 * schema_compile.c - StructureDefinition to schema: first a tree of nodes that
 * mirrors the snapshot, then, from the leaves up, the elements' final tables.
 */
#include "base/map.h"
#include "base/vec.h"
#include "validate/check.h"
#include "validate/context.h"
#include "validate/slicing_match.h"

static const size_t SCRATCH = (size_t)600 << 20;
static const char SYSTEM_TYPE[] = "http://hl7.org/fhirpath/System.";
static const char TYPE_EXTENSION[] =
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

typedef struct node node;
typedef AX_VEC(node *) node_list;

struct node {
  ax_schema_element *element;
  ax_schema_children *children; /* made early: content references point here */
  const ax_json *definition, *base;
  node *twin; /* what all values are held to where this is (in) a slice */
  node_list below, slices;
  const node *refers_to;
};

typedef struct {
  ax_registry *registry;
  ax_arena *arena, *scratch;
  ax_schema *schema;
  ax_map *by_id;   /* element id -> node */
  ax_map *by_type; /* type name -> map of path -> ElementDefinition */
  const ax_json *definition;
  const ax_json *elements; /* of its snapshot */
  node *stack[AX_SCHEMA_DEPTH + 1];
  ax_error *err;
} builder;

/* --- the type's own definition of an element -------------------------------
 */

static ax_map *index_type(builder *b, ax_str type) {
  ax_str url = ax_arena_printf(
      b->scratch, "http://hl7.org/fhir/StructureDefinition/" AX_STR_FMT,
      AX_STR_ARG(type));
  const ax_json *definition = NULL;
  ax_map *paths = ax_map_new(b->scratch);
  if (!paths || !url.ptr) return NULL;
  if (!ax_registry_load(b->registry, b->scratch, AX_DEF_STRUCTURE, url,
                        &definition, NULL)) {
    const ax_json *list =
        AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element");
    for (size_t i = 0; i < ax_json_count(list); i++) {
      union {
        const ax_json *in;
        void *out;
      } item = { ax_json_item(list, i) };
      if (ax_map_put(paths, AX_JSON_STR(item.in, "path"), item.out))
        return NULL;
    }
  }
  return ax_map_put(b->by_type, type, paths) ? NULL : paths;
}

/* What the base specification says about the element, for a profile. */
static ax_status find_base(builder *b, node *n) {
  if (!b->schema->is_profile) return AX_OK;
  ax_str path = AX_JSON_STR(AX_JSON_GET(n->definition, "base"), "path");
  if (!path.len) path = AX_JSON_STR(n->definition, "path");
  ax_str rest = path, type = ax_str_cut(&rest, '.');
  const ax_map *paths = ax_map_get(b->by_type, type);
  if (!paths) paths = index_type(b, type);
  if (!paths) return AX_NOMEM;
  n->base = ax_map_get(paths, path);
  return AX_OK;
}

/* --- types -----------------------------------------------------------------
 */

static ax_str type_name(const ax_json *definition, const ax_json *type,
                        bool *is_system) {
  ax_str code = AX_JSON_STR(type, "code");
  *is_system = ax_str_starts(code, ax_str_from(SYSTEM_TYPE));
  if (!*is_system) return code;
  ax_str base = AX_JSON_STR(AX_JSON_GET(definition, "base"), "path");
  if (ax_str_eq(base, AX_STR("Resource.id"))) return AX_STR("id");
  const ax_json *list = AX_JSON_GET(type, "extension");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *e = ax_json_item(list, i);
    if (!ax_str_eq(AX_JSON_STR(e, "url"), ax_str_from(TYPE_EXTENSION)))
      continue;
    ax_str url = AX_JSON_STR(e, "valueUrl");
    return url.len ? url : AX_JSON_STR(e, "valueUri");
  }
  return AX_STR("string");
}

static bool is_any_resource(const builder *b, ax_str name) {
  return ax_str_eq(name, AX_STR("Resource")) ||
         ax_str_eq(name, AX_STR("DomainResource")) ||
         ax_registry_is_resource(b->registry, name);
}

/* Profiles that the type's own definition does not name (the quantities of
 * Range.low are SimpleQuantities); those of extensions are found by their url.
 */
static ax_status read_type_profiles(const builder *b, const node *n,
                                    const ax_json *json, ax_schema_type *t) {
  const ax_json *list = AX_JSON_GET(json, "profile");
  size_t count = ax_json_count(list);
  const ax_json *base_types = AX_JSON_GET(n->base, "type");
  if (!count || ax_str_eq(t->name, AX_STR("Extension"))) return AX_OK;
  for (size_t i = 0; i < ax_json_count(base_types); i++)
    if (ax_json_equal(ax_json_item(base_types, i), json)) return AX_OK;
  ax_str *profiles = AX_NEW_ARRAY(b->arena, ax_str, count);
  if (!profiles) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    profiles[i] = ax_arena_str(b->arena, ax_json_text(ax_json_item(list, i)));
    if (!profiles[i].ptr) return AX_NOMEM;
  }
  t->profiles = profiles;
  t->profile_count = count;
  return AX_OK;
}

static ax_status read_types(const builder *b, node *n) {
  ax_schema_element *e = n->element;
  const ax_json *list = AX_JSON_GET(n->definition, "type");
  size_t count = ax_json_count(list);
  e->types = AX_NEW_ARRAY(b->arena, ax_schema_type, count + 1);
  if (!e->types) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    const ax_json *json = ax_json_item(list, i);
    ax_schema_type *t = &e->types[i];
    t->name = ax_arena_str(b->arena,
                           type_name(n->definition, json, &t->has_no_sibling));
    if (!t->name.ptr) return AX_NOMEM;
    t->primitive = ax_fhir_primitive_named(t->name);
    t->is_resource = is_any_resource(b, t->name);
    AX_TRY(read_type_profiles(b, n, json, t));
  }
  e->type_count = count;
  return AX_OK;
}

/* --- one element -----------------------------------------------------------
 */

static uint32_t read_max(const ax_json *object) {
  uint64_t max;
  ax_str text = AX_JSON_STR(object, "max");
  return ax_str_uint64(text, UINT32_MAX - 1, &max) ? (uint32_t)max
                                                   : AX_SCHEMA_MANY;
}

static uint32_t read_min(const ax_json *object) {
  uint64_t min = 0;
  (void)ax_str_uint64(ax_json_text(AX_JSON_GET(object, "min")), UINT32_MAX - 1,
                      &min);
  return (uint32_t)min;
}

static void read_count(const builder *b, node *n) {
  ax_schema_element *e = n->element;
  const ax_json *origin = AX_JSON_GET(n->definition, "base");
  e->min = read_min(n->definition);
  e->max = read_max(n->definition);
  e->is_array = read_max(origin ? origin : n->definition) > 1;
  e->checks_count = !b->schema->is_profile || e->slice.len > 0;
  if (!n->base && !origin) e->checks_count = true;
  if (!e->checks_count) {
    const ax_json *base = n->base ? n->base : origin;
    if (n->twin) base = n->twin->definition;
    e->checks_count = e->min > read_min(base) || e->max < read_max(base);
  }
}

static ax_status read_element(builder *b, node *n, bool is_root) {
  ax_schema_element *e = n->element;
  ax_str path = AX_JSON_STR(n->definition, "path");
  size_t dot = path.len;
  while (dot && path.ptr[dot - 1] != '.') dot--;
  ax_str name = ax_str_skip(path, dot);
  e->is_choice = ax_str_ends(name, AX_STR("[x]"));
  if (e->is_choice) name.len -= 3;
  e->name = ax_arena_str(b->arena, name);
  e->path = ax_arena_str(b->arena, path);
  e->slice = ax_arena_str(b->arena, AX_JSON_STR(n->definition, "sliceName"));
  if (!e->name.ptr || !e->path.ptr || !e->slice.ptr) return AX_NOMEM;
  AX_TRY(find_base(b, n));
  read_count(b, n);
  AX_TRY(read_types(b, n));
  const ax_check_source source = { .arena = b->arena,
                                   .registry = b->registry,
                                   .element = e,
                                   .definition = n->definition,
                                   .base = n->base,
                                   .twin = n->twin ? n->twin->definition : NULL,
                                   .is_root = is_root,
                                   .is_profile = b->schema->is_profile,
                                   .type = b->schema->type,
                                   .structure = b->definition };
  return ax_check_compile(&source, &e->checks);
}

/* --- slices ----------------------------------------------------------------
 */

static node *child_named(const node *parent, ax_str name) {
  for (size_t i = 0; i < parent->below.count; i++)
    if (ax_str_eq(parent->below.items[i]->element->name, name))
      return parent->below.items[i];
  return NULL;
}

/* "a/b" is a slice of the slice "a" (R4 profiling.html#reslicing). */
static node *sliced_by(node *main, ax_str slice) {
  node *at = main;
  for (size_t i = 0; i < slice.len; i++) {
    const ax_str outer = { slice.ptr, i };
    if (slice.ptr[i] != '/') continue;
    for (size_t s = 0; s < at->slices.count; s++)
      if (ax_str_eq(at->slices.items[s]->element->slice, outer)) {
        at = at->slices.items[s];
        break;
      }
  }
  return at;
}

/* "valueQuantity" of an older snapshot is a slice of its choice "value". */
static node *choice_around(const node *parent, ax_str name) {
  for (size_t i = 0; i < parent->below.count; i++) {
    const ax_schema_element *e = parent->below.items[i]->element;
    if (e->is_choice && ax_str_starts(name, e->name) &&
        name.len > e->name.len && name.ptr[e->name.len] >= 'A' &&
        name.ptr[e->name.len] <= 'Z')
      return parent->below.items[i];
  }
  return NULL;
}

static ax_status place_node(const builder *b, node *parent, node *n) {
  ax_schema_element *e = n->element;
  node *main = e->slice.len ? child_named(parent, e->name) : NULL;
  if (!main && b->schema->is_profile && !n->base) {
    main = choice_around(parent, e->name);
    if (main) {
      e->name = main->element->name;
      e->is_choice = true;
    }
  }
  if (main) main = sliced_by(main, e->slice);
  node **slot = AX_VEC_PUSH(main ? &main->slices : &parent->below, b->scratch);
  if (!slot) return AX_NOMEM;
  *slot = n;
  return AX_OK;
}

/* Is the slicing (or its absence) by `type` at `path`? */
static bool slices_by(const ax_json *slicing, const char *type,
                      const char *path) {
  const ax_json *list = AX_JSON_GET(slicing, "discriminator");
  const ax_json *first = ax_json_item(list, 0);
  return !first || (ax_json_count(list) == 1 &&
                    ax_str_eq(AX_JSON_STR(first, "type"), ax_str_from(type)) &&
                    ax_str_eq(AX_JSON_STR(first, "path"), ax_str_from(path)));
}

static bool is_extension(const ax_schema_element *e) {
  return ax_str_eq(e->name, AX_STR("extension")) ||
         ax_str_eq(e->name, AX_STR("modifierExtension"));
}

/* The profile of a slice of extensions names its url. */
static ax_status learn_profile_url(const builder *b, node *n) {
  ax_schema_element *e = n->element;
  const ax_json *type = ax_json_item(AX_JSON_GET(n->definition, "type"), 0);
  ax_str url = ax_json_text(ax_json_item(AX_JSON_GET(type, "profile"), 0));
  url = ax_str_cut(&url, '|');
  if (!url.len || e->wants_url.len) return AX_OK;
  e->wants_url = ax_arena_str(b->arena, url);
  return e->wants_url.ptr ? AX_OK : AX_NOMEM;
}

/* What tells the values of the slice: in the usual cases a url or a type, else
 * what the discriminators say. */
static ax_status read_slice(const builder *b, const ax_json *slicing, node *n) {
  ax_schema_element *e = n->element;
  const ax_slicing_source source = { b->arena, b->scratch, b->registry,
                                     b->elements };
  e->is_default = ax_str_eq(e->slice, AX_STR("@default"));
  if (is_extension(e) && slices_by(slicing, "value", "url"))
    return learn_profile_url(b, n);
  e->wants_url = AX_STR("");
  if (e->is_choice && e->type_count == 1 && slices_by(slicing, "type", "$this"))
    e->wants_type = e->types[0].name;
  if (e->is_default || e->wants_type.len) return AX_OK;
  ax_slicing_match *match = AX_NEW(b->arena, ax_slicing_match);
  if (!match) return AX_NOMEM;
  e->match = match;
  AX_TRY(ax_slicing_match_compile(&source, n->definition, slicing, match));
  if (!match->count && e->is_choice && e->type_count == 1)
    e->wants_type = e->types[0].name;
  return AX_OK;
}

static ax_status read_slicing(const builder *b, node *n) {
  const ax_json *slicing = AX_JSON_GET(n->definition, "slicing");
  ax_str rules = AX_JSON_STR(slicing, "rules");
  ax_schema_element *e = n->element;
  if (ax_str_eq(rules, AX_STR("closed"))) e->rules = AX_SCHEMA_CLOSED;
  if (ax_str_eq(rules, AX_STR("openAtEnd"))) e->rules = AX_SCHEMA_OPEN_AT_END;
  const ax_json *ordered = AX_JSON_GET(slicing, "ordered");
  e->ordered = ordered && ordered->truth;
  if (n->slices.count > AX_SCHEMA_SLICES)
    return ax_error_set(b->err, AX_TOO_LARGE, "%s has more than %d slices",
                        e->path.ptr, AX_SCHEMA_SLICES);
  for (size_t i = 0; i < n->slices.count; i++)
    AX_TRY(read_slice(b, slicing, n->slices.items[i]));
  return AX_OK;
}

/* The child `url` of a slice of extensions fixes the url. */
static ax_status learn_url(const builder *b, const node *parent,
                           const node *n) {
  if (!parent->element->slice.len || parent->element->wants_url.len ||
      !ax_str_eq(n->element->name, AX_STR("url")))
    return AX_OK;
  ax_str url = AX_JSON_STR(n->definition, "fixedUri");
  parent->element->wants_url = ax_arena_str(b->arena, url);
  return parent->element->wants_url.ptr ? AX_OK : AX_NOMEM;
}

/* A slice repeats what its element demands of all values, and so do its
 * children; that is looked at there. */
static void find_twin(const node *parent, node *n) {
  ax_str name = AX_JSON_STR(n->definition, "path");
  size_t dot = name.len;
  while (dot && name.ptr[dot - 1] != '.') dot--;
  name = ax_str_skip(name, dot);
  if (ax_str_ends(name, AX_STR("[x]"))) name.len -= 3;
  if (AX_JSON_STR(n->definition, "sliceName").len)
    n->twin = child_named(parent, name);
  else if (parent->twin)
    n->twin = child_named(parent->twin, name);
}

/* --- the tree --------------------------------------------------------------
 */

static size_t depth_of(ax_str path) {
  size_t depth = 0;
  for (size_t i = 0; i < path.len; i++) depth += path.ptr[i] == '.';
  return depth;
}

/* The value of a primitive type stands in the JSON member itself. */
static bool is_primitive_value(const builder *b, size_t depth, ax_str path) {
  return depth == 1 && ax_str_ends(path, AX_STR(".value")) &&
         ax_fhir_primitive_named(b->schema->type) != AX_FHIR_NOT_PRIMITIVE;
}

static ax_status add_node(builder *b, const ax_json *definition, node **root) {
  ax_str path = AX_JSON_STR(definition, "path");
  size_t depth = depth_of(path);
  if (!path.len || depth > AX_SCHEMA_DEPTH)
    return ax_error_set(b->err, AX_INVALID, "an element has no usable path");
  node *parent = depth ? b->stack[depth - 1] : NULL;
  b->stack[depth] = NULL;
  if ((depth && !parent) || is_primitive_value(b, depth, path)) return AX_OK;
  if (!depth && *root)
    return ax_error_set(b->err, AX_INVALID, "the snapshot has two roots");
  node *n = AX_NEW(b->scratch, node);
  if (!n) return AX_NOMEM;
  n->definition = definition;
  n->element = AX_NEW(b->arena, ax_schema_element);
  n->children = AX_NEW(b->arena, ax_schema_children);
  if (!n->element || !n->children) return AX_NOMEM;
  if (parent) find_twin(parent, n);
  AX_TRY(read_element(b, n, depth == 0));
  if (parent) {
    AX_TRY(place_node(b, parent, n));
    AX_TRY(learn_url(b, parent, n));
  } else {
    *root = n;
  }
  b->stack[depth] = n;
  return ax_map_put(b->by_id, AX_JSON_STR(definition, "id"), n);
}

static void link_reference(builder *b, node *n) {
  ax_str id = AX_JSON_STR(n->definition, "contentReference");
  if (!id.len) return;
  (void)ax_str_cut(&id, '#');
  n->refers_to = ax_map_get(b->by_id, id);
}

/* --- tables ----------------------------------------------------------------
 */

static void add_field(ax_schema_children *c, ax_schema_field field) {
  size_t at = ax_schema_slot(c, field.key);
  while (c->fields[at].element) {
    if (ax_str_eq(c->fields[at].key, field.key)) return;
    at = (at + 1) & c->field_mask;
  }
  c->fields[at] = field;
}

static ax_status add_choice(const builder *b, ax_schema_children *c, size_t i,
                            ax_str type, ax_schema_type *allowed) {
  const ax_schema_element *e = c->elements[i];
  ax_str key = ax_arena_printf(b->arena, AX_STR_FMT AX_STR_FMT,
                               AX_STR_ARG(e->name), AX_STR_ARG(type));
  ax_str choice = ax_arena_str(b->arena, type);
  if (!key.ptr || !choice.ptr) return AX_NOMEM;
  union {
    const char *in;
    char *out;
  } first = { key.ptr + e->name.len };
  if (type.len && *first.out >= 'a' && *first.out <= 'z')
    *first.out = (char)(*first.out - 'a' + 'A');
  add_field(c, (ax_schema_field){ key, e, allowed, choice, (uint32_t)i });
  return AX_OK;
}

static ax_status add_fields(const builder *b, const node *n,
                            ax_schema_children *c, size_t i) {
  ax_schema_element *e = n->element;
  if (!e->is_choice) {
    add_field(c, (ax_schema_field){ e->name, e, e->type_count ? e->types : NULL,
                                    AX_STR(""), (uint32_t)i });
    return AX_OK;
  }
  for (size_t t = 0; t < e->type_count; t++)
    AX_TRY(add_choice(b, c, i, e->types[t].name, &e->types[t]));
  const ax_json *base = AX_JSON_GET(n->base, "type");
  for (size_t t = 0; t < ax_json_count(base); t++)
    AX_TRY(
        add_choice(b, c, i, AX_JSON_STR(ax_json_item(base, t), "code"), NULL));
  return AX_OK;
}

static size_t field_room(const node_list *list) {
  size_t fields = 1, room = 4;
  for (size_t i = 0; i < list->count; i++)
    fields += 1 + list->items[i]->element->type_count +
              ax_json_count(AX_JSON_GET(list->items[i]->base, "type"));
  while (room < fields * 2) room *= 2;
  return room;
}

static ax_status finish(builder *b, node *n, bool *wanted);

static ax_status finish_list(builder *b, node_list *list) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++) {
    bool wanted = false;
    AX_TRY(finish(b, list->items[i], &wanted));
    if (wanted) list->items[kept++] = list->items[i];
  }
  list->count = kept;
  return AX_OK;
}

static ax_status finish_children(builder *b, node *n) {
  ax_schema_children *c = n->children;
  AX_TRY(finish_list(b, &n->below));
  if (n->below.count > AX_SCHEMA_CHILDREN)
    return ax_error_set(b->err, AX_TOO_LARGE, "%s has more than %d children",
                        n->element->path.ptr, AX_SCHEMA_CHILDREN);
  size_t room = field_room(&n->below);
  c->elements = AX_NEW_ARRAY(b->arena, ax_schema_element *, n->below.count + 1);
  c->fields = AX_NEW_ARRAY(b->arena, ax_schema_field, room);
  if (!c->elements || !c->fields) return AX_NOMEM;
  c->field_mask = room - 1;
  c->count = n->below.count;
  for (size_t i = 0; i < c->count; i++) {
    c->elements[i] = n->below.items[i]->element;
    AX_TRY(add_fields(b, n->below.items[i], c, i));
  }
  return AX_OK;
}

static ax_status finish_slices(builder *b, node *n) {
  ax_schema_element *e = n->element;
  AX_TRY(read_slicing(b, n));
  AX_TRY(finish_list(b, &n->slices));
  e->slices = AX_NEW_ARRAY(b->arena, ax_schema_element *, n->slices.count + 1);
  if (!e->slices) return AX_NOMEM;
  for (size_t i = 0; i < n->slices.count; i++)
    e->slices[i] = n->slices.items[i]->element;
  e->slice_count = n->slices.count;
  return AX_OK;
}

/* Does a profile's element demand anything by itself? */
static bool demands(const node *n) {
  const ax_schema_element *e = n->element;
  if (e->checks_count || e->checks || n->below.count || e->slice_count)
    return true;
  for (size_t i = 0; i < e->type_count; i++)
    if (e->types[i].profile_count) return true;
  const ax_json *types = AX_JSON_GET(n->definition, "type");
  const ax_json *base = AX_JSON_GET(n->base, "type");
  return base && ax_json_count(types) < ax_json_count(base);
}

/* Recursion as deep as the longest path. */
static ax_status finish(builder *b, node *n, bool *wanted) {
  bool profile = b->schema->is_profile;
  AX_TRY(finish_children(b, n));
  AX_TRY(finish_slices(b, n));
  link_reference(b, n);
  if (n->below.count)
    n->element->children = n->children;
  else if (n->refers_to && !profile)
    n->element->children = n->refers_to->children;
  if (n->refers_to && !profile && !n->element->checks)
    n->element->checks = n->refers_to->element->checks;
  *wanted = !profile || demands(n);
  return AX_OK;
}

/* --- the whole -------------------------------------------------------------
 */

/* Also one that says it is a specialization but keeps its base's type. */
static bool is_constraint(const ax_json *definition) {
  ax_str base = AX_JSON_STR(definition, "baseDefinition"), rest = base;
  while (rest.len) base = ax_str_cut(&rest, '/');
  return ax_str_eq(AX_JSON_STR(definition, "derivation"),
                   AX_STR("constraint")) ||
         (base.len && ax_str_eq(base, AX_JSON_STR(definition, "type")));
}

static ax_status read_head(builder *b, const ax_json *definition) {
  ax_schema *s = b->schema;
  ax_str version = AX_JSON_STR(definition, "version");
  s->url = ax_arena_printf(b->arena, AX_STR_FMT "%s" AX_STR_FMT,
                           AX_STR_ARG(AX_JSON_STR(definition, "url")),
                           version.len ? "|" : "", AX_STR_ARG(version));
  s->type = ax_arena_str(b->arena, AX_JSON_STR(definition, "type"));
  s->is_profile = is_constraint(definition);
  return s->url.ptr && s->type.ptr ? AX_OK : AX_NOMEM;
}

static ax_status build(builder *b, ax_str url) {
  const ax_json *definition;
  node *root = NULL;
  bool wanted;
  AX_TRY(ax_registry_load(b->registry, b->scratch, AX_DEF_STRUCTURE, url,
                          &definition, b->err));
  b->definition = definition;
  AX_TRY(read_head(b, definition));
  AX_TRY(ax_context_compile(b->arena, definition, &b->schema->context));
  const ax_json *list =
      AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element");
  b->elements = list;
  for (size_t i = 0; i < ax_json_count(list); i++)
    AX_TRY(add_node(b, ax_json_item(list, i), &root));
  if (!root)
    return ax_error_set(b->err, AX_INVALID,
                        AX_STR_FMT " has no snapshot, and none can be made",
                        AX_STR_ARG(url));
  b->schema->root = root->element;
  return finish(b, root, &wanted);
}

ax_status ax_schema_compile(ax_registry *registry, ax_arena *arena, ax_str url,
                            ax_schema **out, ax_error *err) {
  builder b = { .registry = registry, .arena = arena, .err = err };
  b.scratch = ax_arena_new(SCRATCH);
  b.schema = AX_NEW(arena, ax_schema);
  if (b.scratch) {
    b.by_id = ax_map_new(b.scratch);
    b.by_type = ax_map_new(b.scratch);
  }
  ax_status status =
      b.schema && b.by_id && b.by_type ? build(&b, url) : AX_NOMEM;
  ax_arena_free(b.scratch);
  *out = b.schema;
  return status;
}
