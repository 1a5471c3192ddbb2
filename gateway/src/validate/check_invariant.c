/*
 * Invariants: ElementDefinition.constraint (R4 conformance-rules.html).
 *
 * Each runs once. A type's own constraints run where its schema runs, so an
 * element in a type leaves those that it repeats from its own type (ele-1,
 * ext-1 ...) to that; a profile leaves those that the base has to the base.
 */
#include <string.h>

#include "validate/check.h"
#include "validate/invariant.h"

typedef struct {
  ax_check check;
  const ax_invariant **list;
  size_t count;
  ax_str path;                      /* of the element */
  _Atomic(const ax_fp_type *) type; /* of a type defined in place, once known */
} invariant_check;

/* --- which ones ------------------------------------------------------------
 */

static bool has_same(const ax_json *base, const ax_json *constraint) {
  const ax_json *list = AX_JSON_GET(base, "constraint");
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "key"),
                  AX_JSON_STR(constraint, "key")) &&
        ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "expression"),
                  AX_JSON_STR(constraint, "expression")))
      return true;
  return false;
}

static bool is_general(ax_str key) {
  return ax_str_eq(key, AX_STR("ele-1")) || ax_str_eq(key, AX_STR("ext-1"));
}

/* "http://hl7.org/fhir/StructureDefinition/Element" says Element. */
static bool comes_from(const ax_json *constraint, ax_str type) {
  ax_str source = AX_JSON_STR(constraint, "source");
  if (!source.len) return true;
  return ax_str_ends(source, type) && source.len > type.len &&
         source.ptr[source.len - type.len - 1] == '/';
}

static bool is_wanted(const ax_check_source *source,
                      const ax_json *constraint) {
  if (source->twin && has_same(source->twin, constraint)) return false;
  if (source->base) return !has_same(source->base, constraint);
  if (source->is_root) return true;
  return !is_general(AX_JSON_STR(constraint, "key")) &&
         (source->is_profile || comes_from(constraint, source->type));
}

static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *list = AX_JSON_GET(source->definition, "constraint");
  size_t count = ax_json_count(list);
  invariant_check made = { .path = source->element->path };
  for (size_t i = 0; i < count; i++) {
    const ax_json *constraint = ax_json_item(list, i);
    ax_invariant *one = NULL;
    if (!is_wanted(source, constraint)) continue;
    AX_TRY(ax_invariant_compile(source->arena, constraint, !source->is_profile,
                                &one));
    if (!one) continue;
    if (!made.list)
      made.list = AX_NEW_ARRAY(source->arena, const ax_invariant *, count);
    if (!made.list) return AX_NOMEM;
    made.list[made.count++] = one;
  }
  if (!made.count) return AX_OK;
  invariant_check *kept = AX_NEW(source->arena, invariant_check);
  if (!kept) return AX_NOMEM;
  kept->list = made.list;
  kept->count = made.count;
  kept->path = made.path;
  *out = &kept->check;
  return AX_OK;
}

/* --- the type of what they look at -----------------------------------------
 */

static const ax_fp_type *type_named(const ax_walk *walk, ax_str name) {
  return walk->model->type(walk->model->ctx, name);
}

/* The type defined in place at "Observation.component", or the one that a
 * reference to other content leads to; NULL: not to be told. */
static const ax_fp_type *type_at(const ax_walk *walk, ax_str path) {
  ax_str rest = path, step = ax_str_cut(&rest, '.');
  const ax_fp_type *type = type_named(walk, step);
  while (type && rest.len) {
    step = ax_str_cut(&rest, '.');
    if (ax_str_ends(step, AX_STR("[x]"))) step.len -= 3;
    const ax_fp_element *e = walk->model->element(walk->model->ctx, type, step);
    type = e && e->type_count == 1 ? e->types[0] : NULL;
  }
  return type;
}

static bool is_in_place(ax_str name) {
  return ax_str_eq(name, AX_STR("BackboneElement")) ||
         ax_str_eq(name, AX_STR("Element"));
}

static const ax_fp_type *type_of(invariant_check *c, const ax_walk *walk,
                                 const ax_place *place) {
  ax_str resource = AX_JSON_STR(place->value, "resourceType");
  if (resource.len && (!place->type || place->type->is_resource))
    return type_named(walk, resource);
  if (place->type && !is_in_place(place->type->name))
    return type_named(walk, place->type->name);
  const ax_fp_type *type = atomic_load_explicit(&c->type, memory_order_acquire);
  if (type) return type;
  type = type_at(walk, c->path);
  atomic_store_explicit(&c->type, type, memory_order_release);
  return type;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  union {
    const ax_check *in;
    invariant_check *out; /* only the remembered type is written */
  } c = { self };
  const ax_fp_type *type = NULL;
  if (!place->value && !place->sibling) return;
  if (walk->model) type = type_of(c.out, walk, place);
  for (size_t i = 0; i < c.out->count; i++)
    ax_invariant_run(c.out->list[i], walk, place, type);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  const invariant_check *c = (const invariant_check *)self;
  ax_json_write_array(w);
  for (size_t i = 0; i < c->count; i++) {
    const ax_invariant *v = c->list[i];
    ax_json_write_object(w);
    ax_json_write_member(w, AX_STR("key"), v->key);
    ax_json_write_member(w, AX_STR("human"), v->human);
    ax_json_write_member(w, AX_STR("expression"), v->program.source);
    if (v->broken)
      ax_json_write_member(w, AX_STR("broken"), ax_str_from(v->broken));
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

const ax_check_kind ax_check_invariant = { "invariant", compile, run, explain };
