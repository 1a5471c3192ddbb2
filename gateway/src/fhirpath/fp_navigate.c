#include "fhirpath/fp_navigate.h"

#include <string.h>

/* The type of a resource is in the data: Bundle.entry.resource may be any. */
static const ax_fp_type *actual_type(const ax_fp_run *run, const ax_json *json,
                                     const ax_fp_type *declared) {
  if (!run->model || !ax_json_is(json, AX_JSON_OBJECT)) return declared;
  if (declared && !declared->is_resource) return declared;
  ax_str name = AX_JSON_STR(json, "resourceType");
  const ax_fp_type *type =
      name.len ? run->model->type(run->model->ctx, name) : NULL;
  return type ? type : declared;
}

static ax_status push_node(ax_fp_run *run, const ax_json *json,
                           const ax_json *sibling, const ax_fp_type *type,
                           ax_fp_list *out) {
  if (json && json->kind == AX_JSON_NULL) json = NULL;
  if (sibling && sibling->kind != AX_JSON_OBJECT) sibling = NULL;
  if (!json && !sibling) return AX_OK;
  return ax_fp_run_push(
      run, out, ax_fp_value_node(json, sibling, actual_type(run, json, type)));
}

/* One element, or each of its items when it is an array. */
static ax_status push_element(ax_fp_run *run, const ax_json *json,
                              const ax_json *sibling, const ax_fp_type *type,
                              ax_fp_list *out) {
  bool list = ax_json_is(json, AX_JSON_ARRAY) ||
              (!json && ax_json_is(sibling, AX_JSON_ARRAY));
  if (!list) return push_node(run, json, sibling, type, out);
  size_t count = ax_json_count(json), siblings = 0;
  if (ax_json_is(sibling, AX_JSON_ARRAY)) siblings = ax_json_count(sibling);
  for (size_t i = 0; i < count || i < siblings; i++)
    AX_TRY(push_node(run, ax_json_item(json, i),
                     siblings ? ax_json_item(sibling, i) : NULL, type, out));
  return AX_OK;
}

static const ax_json *sibling_of(const ax_json *object, ax_str key) {
  for (size_t i = 0; i < object->count; i++) {
    const ax_json_member *member = &object->u.members[i];
    if (member->key.len == key.len + 1 && member->key.ptr[0] == '_' &&
        memcmp(member->key.ptr + 1, key.ptr, key.len) == 0)
      return &member->value;
  }
  return NULL;
}

static ax_status push_key(ax_fp_run *run, const ax_json *object, ax_str key,
                          const ax_fp_type *type, ax_fp_list *out) {
  const ax_json *sibling = NULL;
  if (!type || type->primitive) sibling = sibling_of(object, key);
  return push_element(run, ax_json_get(object, key), sibling, type, out);
}

/* The JSON key without the underscore of a sibling. */
static ax_str base_key(ax_str key) {
  return key.len > 1 && key.ptr[0] == '_' ? ax_str_skip(key, 1) : key;
}

/* Is this the sibling of a member that is there itself? */
static bool is_shadow(const ax_json *object, ax_str key) {
  return key.len > 1 && key.ptr[0] == '_' &&
         ax_json_get(object, ax_str_skip(key, 1));
}

static ax_status push_choice(ax_fp_run *run, const ax_fp_item *item,
                             const ax_fp_element *element, ax_fp_list *out) {
  const ax_json *object = item->u.node.json;
  for (size_t i = 0; i < object->count; i++) {
    ax_str key = object->u.members[i].key;
    ax_str base = base_key(key);
    if (!ax_str_starts(base, element->name) || is_shadow(object, key)) continue;
    const ax_fp_type *type = NULL;
    const ax_fp_element *of =
        run->model->key(run->model->ctx, item->u.node.type, base, &type);
    if (of == element) AX_TRY(push_key(run, object, base, type, out));
  }
  return AX_OK;
}

/* Without a type: the key itself, else a key that looks like a choice. */
static ax_status push_untyped(ax_fp_run *run, const ax_json *object,
                              ax_str name, ax_fp_list *out) {
  size_t before = out->count;
  AX_TRY(push_key(run, object, name, NULL, out));
  for (size_t i = 0; i < object->count && out->count == before; i++) {
    ax_str key = object->u.members[i].key;
    if (key.len > name.len && ax_str_starts(key, name) &&
        key.ptr[name.len] >= 'A' && key.ptr[name.len] <= 'Z')
      AX_TRY(push_key(run, object, key, NULL, out));
  }
  return AX_OK;
}

static ax_status object_member(ax_fp_run *run, const ax_fp_item *item,
                               ax_str name, ax_fp_list *out) {
  const ax_json *object = item->u.node.json;
  const ax_fp_type *type = item->u.node.type;
  if (ax_str_eq(name, AX_STR("resourceType"))) return AX_OK;
  if (!run->model || !type) return push_untyped(run, object, name, out);
  const ax_fp_element *element =
      run->model->element(run->model->ctx, type, name);
  if (!element) return AX_OK;
  if (element->is_choice) return push_choice(run, item, element, out);
  return push_key(run, object, name, element->types[0], out);
}

static const ax_fp_type *type_named(const ax_fp_run *run, const char *name) {
  return run->model ? run->model->type(run->model->ctx, ax_str_from(name))
                    : NULL;
}

/* id and extension of a primitive are in its sibling; its value is System. */
static ax_status primitive_member(ax_fp_run *run, const ax_fp_item *item,
                                  ax_str name, ax_fp_list *out) {
  const ax_json *sibling = item->u.node.sibling;
  if (ax_str_eq(name, AX_STR("extension")))
    return push_element(run, AX_JSON_GET(sibling, "extension"), NULL,
                        type_named(run, "Extension"), out);
  if (ax_str_eq(name, AX_STR("id")))
    return push_element(run, AX_JSON_GET(sibling, "id"), NULL,
                        type_named(run, "string"), out);
  if (!ax_str_eq(name, AX_STR("value")) || !item->u.node.json) return AX_OK;
  ax_fp_item value;
  AX_TRY(ax_fp_value_system(run->arena, item, &value));
  return ax_fp_run_push(run, out, value);
}

static ax_status type_info_member(ax_fp_run *run, const ax_fp_item *item,
                                  ax_str name, ax_fp_list *out) {
  if (ax_str_eq(name, AX_STR("name")))
    return ax_fp_run_push_text(run, out, item->u.type_info.name);
  if (ax_str_eq(name, AX_STR("namespace")))
    return ax_fp_run_push_text(run, out,
                               item->u.type_info.is_system ? AX_STR("System")
                                                           : AX_STR("FHIR"));
  return AX_OK;
}

static ax_status quantity_member(ax_fp_run *run, const ax_fp_item *item,
                                 ax_str name, ax_fp_list *out) {
  if (ax_str_eq(name, AX_STR("value")))
    return ax_fp_run_push_decimal(run, out, item->u.quantity->value);
  if (ax_str_eq(name, AX_STR("unit")))
    return ax_fp_run_push_text(run, out, item->u.quantity->unit);
  return AX_OK;
}

ax_status ax_fp_navigate_member(ax_fp_run *run, const ax_fp_item *item,
                                ax_str name, ax_fp_list *out) {
  if (item->kind == AX_FP_TYPE_INFO)
    return type_info_member(run, item, name, out);
  if (item->kind == AX_FP_QUANTITY)
    return quantity_member(run, item, name, out);
  if (item->kind != AX_FP_NODE) return AX_OK;
  if (ax_json_is(item->u.node.json, AX_JSON_OBJECT))
    return object_member(run, item, name, out);
  return primitive_member(run, item, name, out);
}

static ax_status object_children(ax_fp_run *run, const ax_fp_item *item,
                                 ax_fp_list *out) {
  const ax_json *object = item->u.node.json;
  for (size_t i = 0; i < object->count; i++) {
    ax_str key = object->u.members[i].key;
    if (ax_str_eq(key, AX_STR("resourceType")) || is_shadow(object, key))
      continue;
    const ax_fp_type *type = NULL;
    if (run->model && item->u.node.type)
      (void)run->model->key(run->model->ctx, item->u.node.type, base_key(key),
                            &type);
    AX_TRY(push_key(run, object, base_key(key), type, out));
  }
  return AX_OK;
}

ax_status ax_fp_navigate_children(ax_fp_run *run, const ax_fp_item *item,
                                  ax_fp_list *out) {
  if (item->kind != AX_FP_NODE) return AX_OK;
  if (ax_json_is(item->u.node.json, AX_JSON_OBJECT))
    return object_children(run, item, out);
  AX_TRY(primitive_member(run, item, AX_STR("id"), out));
  return primitive_member(run, item, AX_STR("extension"), out);
}
