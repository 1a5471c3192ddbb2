#include "intake/intake_subset.h"

#include "json/json_edit.h"
#include "json/json_parse.h"

typedef struct {
  bool summary, mandatory, choice;
} flags;

ax_status ax_intake_subset_make(ax_registry *registry, ax_arena *arena,
                                ax_summary summary, const ax_str *elements,
                                size_t element_count, ax_intake_subset *out) {
  *out = (ax_intake_subset){ registry, summary, elements, element_count,
                             ax_map_new(arena) };
  return out->types ? AX_OK : AX_NOMEM;
}

/* --- what the definition says ----------------------------------------------
 */

static ax_status add_element(ax_arena *arena, ax_map *map,
                             const ax_json *element) {
  const ax_json *summary = AX_JSON_GET(element, "isSummary");
  const ax_json *min = AX_JSON_GET(element, "min");
  ax_str path = AX_JSON_STR(element, "path");
  flags *f = AX_NEW(arena, flags);
  if (!f) return AX_NOMEM;
  f->summary = summary && summary->truth;
  f->mandatory = ax_json_is(min, AX_JSON_NUMBER) &&
                 !ax_str_eq(ax_json_text(min), AX_STR("0"));
  f->choice = ax_str_ends(path, AX_STR("[x]"));
  if (f->choice) path.len -= 3;
  ax_str key = ax_arena_str(arena, path);
  return key.ptr ? ax_map_put(map, key, f) : AX_NOMEM;
}

/* The definition is parsed for the moment only. */
static ax_status read_definition(const ax_intake_subset *subset,
                                 ax_arena *arena, ax_str type, ax_map *map) {
  enum { DEFINITION_MAX = 64 << 20 };
  const ax_json *tree = NULL;
  ax_error ignored = { 0 };
  ax_str url =
      AX_JOIN(arena, AX_STR("http://hl7.org/fhir/StructureDefinition/"), type);
  ax_arena *scratch = ax_arena_new(DEFINITION_MAX);
  if (!url.ptr || !scratch) {
    ax_arena_free(scratch);
    return AX_NOMEM;
  }
  ax_status status = AX_OK;
  if (subset->registry &&
      ax_registry_load(subset->registry, scratch, AX_DEF_STRUCTURE, url, &tree,
                       &ignored) == AX_OK) {
    const ax_json *list = AX_JSON_GET(AX_JSON_GET(tree, "snapshot"), "element");
    for (size_t i = 0; i < ax_json_count(list) && !status; i++)
      status = add_element(arena, map, ax_json_item(list, i));
  }
  ax_arena_free(scratch);
  return status;
}

static ax_status flags_of(const ax_intake_subset *subset, ax_arena *arena,
                          ax_str type, const ax_map **out) {
  ax_map *map = ax_map_get(subset->types, type);
  *out = map;
  if (map) return AX_OK;
  map = ax_map_new(arena);
  if (!map) return AX_NOMEM;
  AX_TRY(read_definition(subset, arena, type, map));
  *out = map;
  return ax_map_put(subset->types, type, map);
}

/* --- what stays ------------------------------------------------------------
 */

typedef struct {
  const ax_intake_subset *subset;
  ax_arena *arena;
  const ax_map *flags;
} cutting;

/* "valueQuantity" belongs to "value", "_birthDate" to "birthDate". */
static const flags *find(const cutting *c, ax_str parent, ax_str key,
                         ax_str *name) {
  if (key.len && key.ptr[0] == '_') key = ax_str_skip(key, 1);
  for (size_t len = key.len; len > 0; len--) {
    bool whole = len == key.len;
    if (!whole && (key.ptr[len] < 'A' || key.ptr[len] > 'Z')) continue;
    *name = (ax_str){ key.ptr, len };
    ax_str path = AX_JOIN(c->arena, parent, AX_STR("."), *name);
    const flags *f = path.ptr ? ax_map_get(c->flags, path) : NULL;
    if (f && (whole || f->choice)) return f;
  }
  *name = key;
  return NULL;
}

static bool is_asked(const ax_intake_subset *subset, ax_str name) {
  for (size_t i = 0; i < subset->element_count; i++) {
    ax_str rest = subset->elements[i];
    if (ax_str_eq(ax_str_cut(&rest, '.'), name)) return true;
  }
  return false;
}

static bool always(ax_str name) {
  return ax_str_eq(name, AX_STR("resourceType")) ||
         ax_str_eq(name, AX_STR("id")) || ax_str_eq(name, AX_STR("meta"));
}

static bool stays(const cutting *c, const flags *f, ax_str name, bool top) {
  if (top && always(name)) return true;
  if (c->subset->element_count)
    return !top || (f && f->mandatory) || is_asked(c->subset, name);
  switch (c->subset->summary) {
  case AX_SUMMARY_TRUE:
    return f && f->summary;
  case AX_SUMMARY_TEXT:
    return !top || (f && f->mandatory) || ax_str_eq(name, AX_STR("text"));
  case AX_SUMMARY_DATA:
    return !top || !ax_str_eq(name, AX_STR("text"));
  case AX_SUMMARY_FALSE:
  case AX_SUMMARY_COUNT:
    break;
  }
  return true;
}

static ax_status cut(const cutting *c, const ax_json *value, ax_str path,
                     ax_json *out);

/* Parts of data types are not in the definition of the resource: they stay. */
static ax_status cut_part(const cutting *c, const ax_json *value, ax_str path,
                          ax_json *out) {
  ax_str probe = AX_JOIN(c->arena, path, AX_STR(".id"));
  if (!probe.ptr) return AX_NOMEM;
  bool own =
      ax_map_get(c->flags, probe) && c->subset->summary == AX_SUMMARY_TRUE;
  *out = *value;
  if (!own) return AX_OK;
  if (ax_json_is(value, AX_JSON_OBJECT)) return cut(c, value, path, out);
  if (!ax_json_is(value, AX_JSON_ARRAY)) return AX_OK;
  ax_json *items = AX_NEW_ARRAY(c->arena, ax_json, value->count + 1);
  if (!items) return AX_NOMEM;
  for (size_t i = 0; i < value->count; i++) {
    items[i] = value->u.items[i];
    if (ax_json_is(&items[i], AX_JSON_OBJECT))
      AX_TRY(cut(c, &value->u.items[i], path, &items[i]));
  }
  out->u.items = items;
  return AX_OK;
}

/* Recursion follows elements of the definition: bounded by the parser. */
static ax_status cut(const cutting *c, const ax_json *value, ax_str path,
                     ax_json *out) {
  bool top = ax_str_find(path, AX_STR(".")) == AX_STR_NONE;
  ax_json_member *members =
      AX_NEW_ARRAY(c->arena, ax_json_member, value->count + 1);
  uint32_t n = 0;
  if (!members) return AX_NOMEM;
  for (size_t i = 0; i < value->count; i++) {
    const ax_json_member *m = &value->u.members[i];
    ax_str name;
    const flags *f = find(c, path, m->key, &name);
    if (!stays(c, f, name, top)) continue;
    ax_str below = AX_JOIN(c->arena, path, AX_STR("."), name);
    if (!below.ptr) return AX_NOMEM;
    members[n] = *m;
    AX_TRY(cut_part(c, &m->value, below, &members[n].value));
    n++;
  }
  *out = *value;
  out->count = n;
  out->u.members = members;
  return AX_OK;
}

#define MARK_SYSTEM "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
#define MARK_CODE "SUBSETTED"

void ax_intake_subset_refuse(ax_intake_item *item) {
  const ax_json *tags = AX_JSON_GET(AX_JSON_GET(item->resource, "meta"), "tag");
  if (!ax_json_is(tags, AX_JSON_ARRAY)) return;
  for (size_t i = 0; i < ax_json_count(tags); i++) {
    const ax_json *tag = ax_json_item(tags, i);
    if (!ax_str_eq(AX_JSON_STR(tag, "code"), AX_STR(MARK_CODE)) ||
        !ax_str_eq(AX_JSON_STR(tag, "system"), AX_STR(MARK_SYSTEM)))
      continue;
    ax_str path = ax_intake_item_path(item, item->in_bundle ? ".resource" : "");
    path = ax_arena_printf(ax_fhir_issues_arena(item->issues),
                           AX_STR_FMT ".meta.tag[%zu]", AX_STR_ARG(path), i);
    if (item->status < 400) item->status = 422;
    ax_fhir_issues_addf(item->issues, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                        "resource-subsetted",
                        path.ptr ? path : AX_STR("meta.tag"), tag, AX_STR(""),
                        "The resource is marked " MARK_CODE
                        ": it is a part of one, as _summary and _elements give "
                        "it, and storing it would lose the rest (R4 "
                        "3.1.1.5.8)");
    return;
  }
}

/* meta.tag gets the mark. */
static const ax_json *mark(ax_arena *arena, const ax_json *tree) {
  ax_json_member *parts = AX_NEW_ARRAY(arena, ax_json_member, 2);
  const ax_json *meta = AX_JSON_GET(tree, "meta");
  const ax_json *tags = AX_JSON_GET(meta, "tag");
  size_t count = ax_json_count(tags);
  ax_json *items = AX_NEW_ARRAY(arena, ax_json, count + 1);
  if (!parts || !items || !meta) return parts && items ? tree : NULL;
  parts[0] =
      (ax_json_member){ .key = AX_STR("system"),
                        .value = ax_json_edit_string(AX_STR(MARK_SYSTEM)) };
  parts[1] =
      (ax_json_member){ .key = AX_STR("code"),
                        .value = ax_json_edit_string(AX_STR(MARK_CODE)) };
  for (size_t i = 0; i < count; i++) items[i] = *ax_json_item(tags, i);
  items[count] = (ax_json){ .kind = AX_JSON_OBJECT, .count = 2 };
  items[count].u.members = parts;
  ax_json list = { .kind = AX_JSON_ARRAY, .count = (uint32_t)count + 1 };
  list.u.items = items;
  meta = ax_json_edit_set(arena, meta, AX_STR("tag"), list);
  return meta ? ax_json_edit_set(arena, tree, AX_STR("meta"), *meta) : NULL;
}

ax_status ax_intake_subset_write(const ax_intake_subset *subset,
                                 ax_arena *arena, ax_str type, ax_str body,
                                 ax_json_writer *w) {
  cutting c = { .subset = subset, .arena = arena };
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_json left;
  AX_TRY(ax_json_parse(arena, body, &tree, &fault));
  AX_TRY(flags_of(subset, arena, type, &c.flags));
  AX_TRY(cut(&c, tree, type, &left));
  const ax_json *marked = mark(arena, &left);
  if (!marked) return AX_NOMEM;
  ax_json_write_tree(w, marked);
  return AX_OK;
}
