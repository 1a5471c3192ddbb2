#include "script/script.h"

#include "base/file.h"
#include "json/json_parse.h"
#include "script/script_parts.h"
#include "script/xml_json.h"

/* --- looking -----------------------------------------------------------------
 */

const ax_script_fixture *ax_script_find_fixture(const ax_script *script,
                                                ax_str id) {
  for (size_t i = 0; i < script->fixtures.count; i++)
    if (id.len && ax_str_eq(script->fixtures.items[i].id, id))
      return &script->fixtures.items[i];
  return NULL;
}

const ax_script_variable *ax_script_find_variable(const ax_script *script,
                                                  ax_str name) {
  for (size_t i = 0; i < script->variables.count; i++)
    if (name.len && ax_str_eq(script->variables.items[i].name, name))
      return &script->variables.items[i];
  return NULL;
}

const ax_script_profile *ax_script_find_profile(const ax_script *script,
                                                ax_str id) {
  for (size_t i = 0; i < script->profiles.count; i++)
    if (id.len && ax_str_eq(script->profiles.items[i].id, id))
      return &script->profiles.items[i];
  return NULL;
}

const ax_json *ax_script_extension_value(const ax_json *extension) {
  for (size_t i = 0; i < ax_json_count(extension); i++) {
    const ax_json_member *m = &extension->u.members[i];
    if (ax_str_starts(m->key, AX_STR("value"))) return &m->value;
  }
  return NULL;
}

const ax_json *ax_script_extension(const ax_json *element, ax_str url) {
  const ax_str lists[] = { AX_STR("extension"), AX_STR("modifierExtension") };
  for (size_t l = 0; l < AX_COUNT(lists); l++) {
    size_t count;
    const ax_json *items = ax_script_list(element, lists[l], &count);
    for (size_t i = 0; i < count; i++)
      if (ax_str_eq(AX_JSON_STR(&items[i], "url"), url))
        return ax_script_extension_value(&items[i]);
  }
  return NULL;
}

bool ax_script_extension_is(const ax_json *extension, ax_str name) {
  ax_str url = AX_JSON_STR(extension, "url");
  if (!ax_str_ends(url, name)) return false;
  return url.len == name.len || url.ptr[url.len - name.len - 1] == '/';
}

const ax_json *ax_script_extension_named(const ax_json *element, ax_str name) {
  const ax_str lists[] = { AX_STR("extension"), AX_STR("modifierExtension") };
  for (size_t l = 0; l < AX_COUNT(lists); l++) {
    size_t count;
    const ax_json *items = ax_script_list(element, lists[l], &count);
    for (size_t i = 0; i < count; i++)
      if (ax_script_extension_is(&items[i], name)) return &items[i];
  }
  return NULL;
}

const ax_json *ax_script_list(const ax_json *object, ax_str key,
                              size_t *count) {
  const ax_json *found = ax_json_get(object, key);
  *count = 0;
  if (!found || found->kind == AX_JSON_NULL) return NULL;
  *count = found->kind == AX_JSON_ARRAY ? found->count : 1;
  return found->kind == AX_JSON_ARRAY ? found->u.items : found;
}

bool ax_script_truth(const ax_json *object, ax_str key) {
  const ax_json *found = ax_json_get(object, key);
  if (ax_json_is(found, AX_JSON_BOOL)) return found->truth;
  return ax_str_eq(ax_json_text(found), AX_STR("true"));
}

/* --- bytes to a tree ---------------------------------------------------------
 */

static ax_status read_json(ax_arena *arena, const char *path, ax_str text,
                           const ax_json **out, ax_error *err) {
  ax_json_fault fault = { 0 };
  ax_status status = ax_json_parse(arena, text, out, &fault);
  if (status == AX_INVALID || status == AX_TOO_LARGE)
    return ax_error_set(err, status, "%s:%u:%u: %s", path, fault.place.line,
                        fault.place.column, fault.text);
  return status;
}

static ax_status read_xml(const ax_script_loading *l, const char *path,
                          ax_str text, const ax_json **out, ax_error *err) {
  ax_error why = { 0 };
  ax_status status =
      ax_xml_json_read(l->options->registry, l->arena, text, out, &why);
  if (status && why.text[0])
    return ax_error_set(err, status, "%s:%s", path, why.text);
  return status;
}

ax_status ax_script_resource(const ax_script_loading *l, const char *path,
                             const ax_json **out, bool *was_xml,
                             ax_error *err) {
  ax_str text;
  AX_TRY(ax_file_read(l->arena, path, AX_SCRIPT_FILE_MAX, &text, err));
  *was_xml = ax_script_is_xml(text);
  if (*was_xml) return read_xml(l, path, text, out, err);
  AX_TRY(read_json(l->arena, path, text, out, err));
  if (ax_json_is(*out, AX_JSON_OBJECT) || ax_json_is(*out, AX_JSON_ARRAY))
    return AX_OK;
  return ax_error_set(err, AX_INVALID, "%s: neither an object nor a list",
                      path);
}

/* --- the parts but phases ----------------------------------------------------
 */

static void read_head(ax_script *s) {
  const ax_json *r = s->resource;
  s->id = AX_JSON_STR(r, "id");
  s->url = AX_JSON_STR(r, "url");
  s->version = AX_JSON_STR(r, "version");
  s->name = AX_JSON_STR(r, "name");
  s->title = AX_JSON_STR(r, "title");
  s->description = AX_JSON_STR(r, "description");
  s->status = AX_JSON_STR(r, "status");
}

static ax_status read_tags(const ax_script_loading *l) {
  size_t count;
  const ax_json *tags = ax_script_list(
      AX_JSON_GET(l->script->resource, "meta"), AX_STR("tag"), &count);
  for (size_t i = 0; i < count; i++) {
    ax_str *slot = AX_VEC_PUSH(&l->script->tags, l->arena);
    if (!slot) return AX_NOMEM;
    *slot = AX_JSON_STR(&tags[i], "code");
  }
  return AX_OK;
}

/* Both lists of parties have one type, which AX_VEC cannot say. */
static ax_status read_party(const ax_json *element, size_t i,
                            ax_script_party *party) {
  uint64_t index = i + 1;
  if (!party) return AX_NOMEM;
  (void)ax_str_uint64(ax_json_text(AX_JSON_GET(element, "index")), 1000,
                      &index);
  *party = (ax_script_party){
    (unsigned)index, AX_JSON_STR(AX_JSON_GET(element, "profile"), "code")
  };
  return AX_OK;
}

static ax_status read_parties(const ax_script_loading *l) {
  ax_script *s = l->script;
  size_t count;
  const ax_json *items =
      ax_script_list(s->resource, AX_STR("origin"), &count);
  for (size_t i = 0; i < count; i++)
    AX_TRY(read_party(&items[i], i, AX_VEC_PUSH(&s->origins, l->arena)));
  items = ax_script_list(s->resource, AX_STR("destination"), &count);
  for (size_t i = 0; i < count; i++)
    AX_TRY(read_party(&items[i], i, AX_VEC_PUSH(&s->destinations, l->arena)));
  return AX_OK;
}

static ax_status place_of(ax_arena *arena, const char *list, size_t i,
                          ax_str *out) {
  *out = ax_arena_printf(arena, "TestScript.%s[%zu]", list, i);
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status read_fixtures(const ax_script_loading *l) {
  size_t count;
  const ax_json *items =
      ax_script_list(l->script->resource, AX_STR("fixture"), &count);
  for (size_t i = 0; i < count; i++) {
    ax_script_fixture *f = AX_VEC_PUSH(&l->script->fixtures, l->arena);
    if (!f) return AX_NOMEM;
    AX_TRY(place_of(l->arena, "fixture", i, &f->place));
    AX_TRY(ax_script_fixture_read(l, &items[i], f));
  }
  return AX_OK;
}

static ax_status read_variables(const ax_script_loading *l) {
  size_t count;
  const ax_json *items =
      ax_script_list(l->script->resource, AX_STR("variable"), &count);
  for (size_t i = 0; i < count; i++) {
    ax_script_variable *v = AX_VEC_PUSH(&l->script->variables, l->arena);
    if (!v) return AX_NOMEM;
    const ax_json *e = &items[i];
    v->name = AX_JSON_STR(e, "name");
    v->default_value = ax_json_text(AX_JSON_GET(e, "defaultValue"));
    v->has_default = AX_JSON_GET(e, "defaultValue") != NULL;
    v->description = AX_JSON_STR(e, "description");
    v->hint = AX_JSON_STR(e, "hint");
    v->source_id = AX_JSON_STR(e, "sourceId");
    v->expression = AX_JSON_STR(e, "expression");
    v->path = AX_JSON_STR(e, "path");
    v->header_field = AX_JSON_STR(e, "headerField");
    AX_TRY(place_of(l->arena, "variable", i, &v->place));
  }
  return AX_OK;
}

/* R4's are References with an id; R5's are canonicals, their ids beside. */
static ax_status read_profiles(const ax_script_loading *l) {
  const ax_json *r = l->script->resource;
  size_t count, beside_count;
  const ax_json *items = ax_script_list(r, AX_STR("profile"), &count);
  const ax_json *beside = ax_script_list(r, AX_STR("_profile"), &beside_count);
  for (size_t i = 0; i < count; i++) {
    ax_script_profile *p = AX_VEC_PUSH(&l->script->profiles, l->arena);
    if (!p) return AX_NOMEM;
    bool canonical = items[i].kind == AX_JSON_STRING;
    p->canonical = canonical ? ax_json_text(&items[i])
                             : AX_JSON_STR(&items[i], "reference");
    p->id = AX_JSON_STR(&items[i], "id");
    if (canonical && i < beside_count) p->id = AX_JSON_STR(&beside[i], "id");
  }
  return AX_OK;
}

const ax_json *ax_script_contained(const ax_script_loading *l,
                                   ax_str reference) {
  size_t count;
  const ax_json *items = ax_script_list(l->script->resource,
                                        AX_STR("contained"), &count);
  ax_str id = ax_str_skip(reference, 1);
  if (!ax_str_starts(reference, AX_STR("#"))) return NULL;
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(AX_JSON_STR(&items[i], "id"), id)) return &items[i];
  return NULL;
}

/* --- loading -----------------------------------------------------------------
 */

static ax_status read_parts(const ax_script_loading *l) {
  read_head(l->script);
  AX_TRY(read_tags(l));
  AX_TRY(read_parties(l));
  AX_TRY(read_fixtures(l));
  AX_TRY(read_variables(l));
  AX_TRY(read_profiles(l));
  AX_TRY(ax_script_phase_read_all(l));
  return ax_script_notice_resource(l);
}

static ax_str folder_of(ax_str path) {
  size_t n = path.len;
  while (n && path.ptr[n - 1] != '/') n--;
  if (n == 0) return AX_STR(".");
  return (ax_str){ path.ptr, n > 1 ? n - 1 : 1 };
}

ax_status ax_script_load_at(const char *path, const ax_script_options *options,
                            unsigned depth, ax_arena *arena, ax_script **out,
                            ax_error *err) {
  ax_script *s = AX_NEW(arena, ax_script);
  if (!s) return AX_NOMEM;
  s->file = ax_arena_str(arena, ax_str_from(path));
  if (!s->file.ptr) return AX_NOMEM;
  ax_script_loading l = { options, arena, s, folder_of(s->file), depth };
  AX_TRY(ax_script_resource(&l, path, &s->resource, &s->was_xml, err));
  ax_str type = AX_JSON_STR(s->resource, "resourceType");
  if (!type.len)
    return ax_error_set(err, AX_INVALID, "%s: no resource: no resourceType",
                        path);
  if (!ax_str_eq(type, AX_STR("TestScript")))
    return ax_error_set(err, AX_INVALID,
                        "%s: a TestScript is wanted, this is a " AX_STR_FMT,
                        path, AX_STR_ARG(type));
  AX_TRY(read_parts(&l));
  *out = s;
  return AX_OK;
}

ax_status ax_script_load_tree(const ax_script_loading *around,
                              const ax_json *resource, ax_script **out) {
  ax_script_loading l = *around;
  l.script = AX_NEW(l.arena, ax_script);
  l.depth++;
  if (!l.script) return AX_NOMEM;
  l.script->file = around->script->file;
  l.script->resource = resource;
  *out = l.script;
  return read_parts(&l);
}

ax_status ax_script_load(const char *path, const ax_script_options *options,
                         ax_arena *arena, ax_script **out, ax_error *err) {
  return ax_script_load_at(path, options, 0, arena, out, err);
}
