#include "validate/fp_model_r4.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/vec.h"

enum {
  TYPES = 4096, /* slots for names; R4 has 210 types */
  TYPES_MAX = TYPES * 3 / 4,
  MEMORY = 64 * 1024 * 1024
};

typedef struct type type;

/* What a FHIRPath name or a JSON key finds. */
typedef struct {
  ax_str text;
  const ax_fp_element *element;
  const ax_fp_type *type;
  bool is_name, is_key;
} entry;

struct type {
  ax_fp_type open; /* first: the engine's view of it */
  type *root;      /* whose StructureDefinition describes it */
  type *base;
  ax_fp_element **elements; /* in the order of the definition */
  size_t element_count, element_capacity;
  entry *entries; /* open addressing, a power of two */
  size_t slots;
  atomic_bool loaded; /* of a root: the fields above are final */
  atomic_int exists;  /* of a root: 0 not asked yet, 1 yes, -1 no */
};

struct ax_fp_model_r4 {
  ax_fp_model table;
  ax_registry *registry;
  ax_arena *arena;
  pthread_mutex_t lock; /* guards arena, count and filling */
  size_t count;
  _Atomic(type *) types[TYPES];
};

static uint64_t hash_of(ax_str text) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < text.len; i++)
    hash = (hash ^ (unsigned char)text.ptr[i]) * 1099511628211u;
  return hash ^ hash >> 29;
}

/* --- types by name ---------------------------------------------------------
 */

static type *find_type(ax_fp_model_r4 *m, ax_str name, size_t *at) {
  for (*at = hash_of(name) % TYPES;; *at = (*at + 1) % TYPES) {
    type *found = atomic_load_explicit(&m->types[*at], memory_order_acquire);
    if (!found || ax_str_eq(found->open.name, name)) return found;
  }
}

static bool is_resource(ax_fp_model_r4 *m, ax_str name) {
  return ax_str_eq(name, AX_STR("Resource")) ||
         ax_str_eq(name, AX_STR("DomainResource")) ||
         ax_registry_is_resource(m->registry, name);
}

/* The lock is held. NULL: no memory or too many names. */
static type *intern(ax_fp_model_r4 *m, ax_str name) {
  size_t at;
  type *t = find_type(m, name, &at);
  if (t || m->count >= TYPES_MAX) return t;
  t = AX_NEW(m->arena, type);
  ax_str kept = ax_arena_str(m->arena, name);
  if (!t || !kept.ptr) return NULL;
  t->open = (ax_fp_type){ .name = kept,
                          .path = kept,
                          .primitive = ax_fhir_primitive_named(name),
                          .is_resource = is_resource(m, name) };
  t->root = t;
  m->count++;
  atomic_store_explicit(&m->types[at], t, memory_order_release);
  return t;
}

/* --- reading a StructureDefinition ------------------------------------------
 */

typedef struct {
  ax_fp_model_r4 *m;
  type *root;
  AX_VEC(type *) inner; /* the root and the types defined in place */
} reading;

/* The last part of "http://hl7.org/fhir/StructureDefinition/Element". */
static ax_str last_part(ax_str url, char mark) {
  size_t at = url.len;
  while (at > 0 && url.ptr[at - 1] != mark) at--;
  return ax_str_skip(url, at);
}

static ax_str parent_path(ax_str path) {
  size_t at = path.len;
  while (at > 0 && path.ptr[at - 1] != '.') at--;
  return (ax_str){ path.ptr, at ? at - 1 : 0 };
}

static type *inner_type(const reading *r, ax_str path) {
  for (size_t i = r->inner.count; i-- > 0;)
    if (ax_str_eq(r->inner.items[i]->open.path, path)) return r->inner.items[i];
  return NULL;
}

/* System types stand for the FHIR type their extension names; in R4 that of
 * Resource.id is a known slip. */
static ax_str type_code(const ax_json *element, const ax_json *given) {
  ax_str code = AX_JSON_STR(given, "code");
  if (!ax_str_starts(code, AX_STR("http://hl7.org/fhirpath/"))) return code;
  ax_str path = AX_JSON_STR(element, "path");
  ax_str base = AX_JSON_STR(AX_JSON_GET(element, "base"), "path");
  if (ax_str_eq(path, AX_STR("Resource.id")) ||
      ax_str_eq(base, AX_STR("Resource.id")))
    return AX_STR("id");
  const ax_json *list = AX_JSON_GET(given, "extension");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    ax_str url = AX_JSON_STR(ax_json_item(list, i), "valueUrl");
    if (url.len) return url;
  }
  return AX_STR("string");
}

/* A type defined in place has its elements under its own path. */
static type *make_inner(reading *r, ax_str path, ax_str code) {
  type *t = AX_NEW(r->m->arena, type);
  type **slot = AX_VEC_PUSH(&r->inner, r->m->arena);
  path = ax_arena_str(r->m->arena, path);
  if (!t || !slot || !path.ptr) return NULL;
  *slot = t;
  t->base = intern(r->m, code);
  if (!t->base) return NULL;
  t->open = (ax_fp_type){ .name = t->base->open.name, .path = path };
  t->root = r->root;
  return t;
}

/* Do elements below `path` follow element `i`? */
static bool has_children(const ax_json *elements, size_t i, ax_str path) {
  ax_str next = AX_JSON_STR(ax_json_item(elements, i + 1), "path");
  return next.len > path.len && ax_str_starts(next, path) &&
         next.ptr[path.len] == '.';
}

static ax_status element_types(reading *r, const ax_json *elements, size_t i,
                               ax_fp_element *out) {
  const ax_json *element = ax_json_item(elements, i);
  const ax_json *list = AX_JSON_GET(element, "type");
  ax_str path = AX_JSON_STR(element, "path");
  ax_str reference = AX_JSON_STR(element, "contentReference");
  size_t count = ax_json_count(list);
  const ax_fp_type **types =
      AX_NEW_ARRAY(r->m->arena, const ax_fp_type *, count + 1);
  if (!types) return AX_NOMEM;
  out->types = types;
  out->type_count = count;
  if (reference.len) {
    type *target = inner_type(r, last_part(reference, '#'));
    if (!target) return AX_OK; /* no type: the element is left out */
    types[0] = &target->open;
    out->type_count = 1;
    return AX_OK;
  }
  bool in_place = has_children(elements, i, path);
  for (size_t k = 0; k < count; k++) {
    ax_str code = type_code(element, ax_json_item(list, k));
    type *t =
        in_place && count == 1 ? make_inner(r, path, code) : intern(r->m, code);
    if (!t) return AX_NOMEM;
    types[k] = &t->open;
  }
  return AX_OK;
}

static ax_status add_element(reading *r, const ax_json *elements, size_t i) {
  const ax_json *json = ax_json_item(elements, i);
  ax_str path = AX_JSON_STR(json, "path");
  ax_str name = last_part(path, '.'), max = AX_JSON_STR(json, "max");
  type *parent = inner_type(r, parent_path(path));
  ax_fp_element *element = AX_NEW(r->m->arena, ax_fp_element);
  if (!element) return AX_NOMEM;
  if (!parent || AX_JSON_GET(json, "sliceName")) return AX_OK;
  AX_TRY(element_types(r, elements, i, element));
  if (!element->type_count) return AX_OK;
  element->is_choice = ax_str_ends(name, AX_STR("[x]"));
  if (element->is_choice) name.len -= 3;
  element->name = ax_arena_str(r->m->arena, name);
  if (!element->name.ptr) return AX_NOMEM;
  element->is_list = !ax_str_eq(max, AX_STR("1"));
  ax_fp_element **slot = ax_vec_push(
      r->m->arena, (void **)&parent->elements, &parent->element_count,
      &parent->element_capacity, sizeof(ax_fp_element *));
  if (!slot) return AX_NOMEM;
  *slot = element;
  return AX_OK;
}

/* --- names and keys --------------------------------------------------------
 */

static entry *slot_of(const type *t, ax_str text) {
  if (!t->slots) return NULL;
  size_t at = hash_of(text) & (t->slots - 1);
  while (t->entries[at].text.ptr && !ax_str_eq(t->entries[at].text, text))
    at = (at + 1) & (t->slots - 1);
  return &t->entries[at];
}

static void put_entry(type *t, ax_str text, const ax_fp_element *element,
                      const ax_fp_type *of, bool is_name, bool is_key) {
  entry *slot = slot_of(t, text);
  if (slot->text.ptr) return; /* the first definition counts */
  *slot = (entry){ text, element, of, is_name, is_key };
}

/* "value" and "Quantity": valueQuantity. */
static ax_str choice_key(ax_arena *arena, ax_str name, ax_str type_name) {
  ax_str key = ax_arena_printf(arena, AX_STR_FMT AX_STR_FMT, AX_STR_ARG(name),
                               AX_STR_ARG(type_name));
  if (!key.ptr || !type_name.len) return key;
  char first = key.ptr[name.len];
  if (first < 'a' || first > 'z') return key;
  return ax_arena_printf(arena, AX_STR_FMT "%c" AX_STR_FMT, AX_STR_ARG(name),
                         first - 'a' + 'A',
                         AX_STR_ARG(ax_str_skip(type_name, 1)));
}

static ax_status index_element(ax_fp_model_r4 *m, type *t,
                               const ax_fp_element *element) {
  put_entry(t, element->name, element, element->types[0], true,
            !element->is_choice);
  for (size_t i = 0; i < element->type_count && element->is_choice; i++) {
    ax_str key = choice_key(m->arena, element->name, element->types[i]->name);
    if (!key.ptr) return AX_NOMEM;
    put_entry(t, key, element, element->types[i], false, true);
  }
  return AX_OK;
}

static ax_status index_type(ax_fp_model_r4 *m, type *t) {
  size_t count = 0, slots = 8;
  for (size_t i = 0; i < t->element_count; i++)
    count += 1 + t->elements[i]->type_count;
  while (slots < count * 2) slots *= 2;
  t->entries = AX_NEW_ARRAY(m->arena, entry, slots);
  if (!t->entries) return AX_NOMEM;
  t->slots = slots;
  for (size_t i = 0; i < t->element_count; i++)
    AX_TRY(index_element(m, t, t->elements[i]));
  return AX_OK;
}

static ax_status read_type(ax_fp_model_r4 *m, type *root, const ax_json *sd) {
  reading r = { .m = m, .root = root };
  const ax_json *elements = AX_JSON_GET(AX_JSON_GET(sd, "snapshot"), "element");
  ax_str base = AX_JSON_STR(sd, "baseDefinition");
  if (base.len) root->base = intern(m, last_part(base, '/'));
  type **slot = AX_VEC_PUSH(&r.inner, m->arena);
  if (!slot) return AX_NOMEM;
  *slot = root;
  for (size_t i = 1; i < ax_json_count(elements); i++)
    AX_TRY(add_element(&r, elements, i));
  for (size_t i = 0; i < r.inner.count; i++)
    AX_TRY(index_type(m, r.inner.items[i]));
  return AX_OK;
}

/* The definition is read and let go: all of them together take far more than
 * what is made of them. */
static ax_status read_root(ax_fp_model_r4 *m, type *root) {
  const ax_json *sd;
  ax_arena *scratch = ax_arena_new(MEMORY);
  if (!scratch) return AX_NOMEM;
  ax_status status =
      ax_registry_load_type(m->registry, scratch, root->open.name, &sd, NULL);
  if (!status) status = read_type(m, root, sd);
  ax_arena_free(scratch);
  return status;
}

/* Fills a root once. Without memory the type stays without elements. */
static void load(ax_fp_model_r4 *m, type *root) {
  if (atomic_load_explicit(&root->loaded, memory_order_acquire)) return;
  (void)pthread_mutex_lock(&m->lock);
  if (!atomic_load_explicit(&root->loaded, memory_order_relaxed)) {
    if (read_root(m, root)) root->slots = 0;
    atomic_store_explicit(&root->loaded, true, memory_order_release);
  }
  (void)pthread_mutex_unlock(&m->lock);
}

/* --- the table -------------------------------------------------------------
 */

/* The engine's types are the first member of ours, handed out by us. */
static const type *own(ax_fp_model_r4 *m, const ax_fp_type *of) {
  const type *t = (const type *)of;
  load(m, t->root);
  return t;
}

static const ax_fp_type *model_type(void *ctx, ax_str name) {
  ax_fp_model_r4 *m = ctx;
  size_t at;
  if (!name.len) return NULL;
  type *t = find_type(m, name, &at);
  if (!t) {
    if (!ax_registry_has_type(m->registry, name)) return NULL;
    (void)pthread_mutex_lock(&m->lock);
    t = intern(m, name);
    (void)pthread_mutex_unlock(&m->lock);
    if (!t) return NULL;
  }
  int exists = atomic_load_explicit(&t->exists, memory_order_relaxed);
  if (!exists) {
    exists = ax_registry_has_type(m->registry, name) ? 1 : -1;
    atomic_store_explicit(&t->exists, exists, memory_order_relaxed);
  }
  return exists > 0 ? &t->open : NULL;
}

static const ax_fp_type *model_base(void *ctx, const ax_fp_type *of) {
  const type *t = own(ctx, of);
  return t->base ? &t->base->open : NULL;
}

static const ax_fp_element *model_element(void *ctx, const ax_fp_type *of,
                                          ax_str name) {
  const type *t = own(ctx, of);
  const entry *slot = slot_of(t, name);
  return slot && slot->text.ptr && slot->is_name ? slot->element : NULL;
}

static const ax_fp_element *model_key(void *ctx, const ax_fp_type *of,
                                      ax_str key, const ax_fp_type **out) {
  const type *t = own(ctx, of);
  const entry *slot = slot_of(t, key);
  if (!slot || !slot->text.ptr || !slot->is_key) return NULL;
  *out = slot->type;
  return slot->element;
}

static const ax_fp_element *model_element_at(void *ctx, const ax_fp_type *of,
                                             size_t i) {
  const type *t = own(ctx, of);
  return i < t->element_count ? t->elements[i] : NULL;
}

ax_status ax_fp_model_r4_new(ax_registry *registry, ax_fp_model_r4 **out,
                             ax_error *err) {
  ax_fp_model_r4 *m = calloc(1, sizeof *m);
  if (m) m->arena = ax_arena_new(MEMORY);
  if (!m || !m->arena || pthread_mutex_init(&m->lock, NULL)) {
    if (m) ax_arena_free(m->arena);
    free(m);
    return ax_error_set(err, AX_NOMEM, "no memory for the model of types");
  }
  m->registry = registry;
  m->table = (ax_fp_model){ .ctx = m,
                            .type = model_type,
                            .base = model_base,
                            .element = model_element,
                            .key = model_key,
                            .element_at = model_element_at };
  *out = m;
  return AX_OK;
}

void ax_fp_model_r4_free(ax_fp_model_r4 *model) {
  if (!model) return;
  (void)pthread_mutex_destroy(&model->lock);
  ax_arena_free(model->arena);
  free(model);
}

const ax_fp_model *ax_fp_model_r4_table(const ax_fp_model_r4 *model) {
  return &model->table;
}
