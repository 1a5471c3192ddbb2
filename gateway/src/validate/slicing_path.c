#include "validate/slicing_path.h"

#include <string.h>

static const char CORE[] = "http://hl7.org/fhir/StructureDefinition/";

/* --- text ------------------------------------------------------------------
 */

/* The next step: up to a dot that is not inside brackets or quotes. */
static ax_str next_part(ax_str *rest) {
  size_t i = 0;
  unsigned depth = 0;
  bool quoted = false;
  for (; i < rest->len; i++) {
    char c = rest->ptr[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') depth++;
    if (c == ')' && depth) depth--;
    if (c == '.' && !depth) break;
  }
  ax_str part = { rest->ptr, i };
  *rest = ax_str_skip(*rest, i < rest->len ? i + 1 : i);
  return part;
}

/* `name(argument)`: the argument without quotes; false: not this function. */
static bool call_of(ax_str part, const char *name, ax_str *argument) {
  ax_str head = ax_str_from(name);
  if (!ax_str_starts(part, head) || part.len < head.len + 2 ||
      part.ptr[head.len] != '(' || part.ptr[part.len - 1] != ')')
    return false;
  ax_str text = { part.ptr + head.len + 1, part.len - head.len - 2 };
  text = ax_str_trim(text);
  if (text.len >= 2 && (text.ptr[0] == '\'' || text.ptr[0] == '"'))
    text = (ax_str){ text.ptr + 1, text.len - 2 };
  *argument = text;
  return true;
}

static bool read_step(ax_str part, ax_slicing_step *out) {
  ax_str argument = AX_STR("");
  if (call_of(part, "extension", &argument))
    *out = (ax_slicing_step){ AX_SLICING_EXTENSION, argument };
  else if (call_of(part, "ofType", &argument) || call_of(part, "as", &argument))
    *out = (ax_slicing_step){ AX_SLICING_OF_TYPE, argument };
  else if (call_of(part, "resolve", &argument))
    *out = (ax_slicing_step){ AX_SLICING_RESOLVE, AX_STR("") };
  else if (part.len && !memchr(part.ptr, '(', part.len))
    *out = (ax_slicing_step){ AX_SLICING_NAME, part };
  else
    return false;
  return true;
}

ax_status ax_slicing_path_parse(ax_arena *arena, ax_str path,
                                ax_slicing_step *steps, size_t *count) {
  *count = 0;
  while (path.len) {
    ax_str part = next_part(&path);
    ax_slicing_step step;
    if (ax_str_eq(part, AX_STR("$this"))) continue;
    if (*count == AX_SLICING_STEPS || !read_step(part, &step))
      return AX_INVALID;
    step.name = ax_arena_str(arena, step.name);
    if (!step.name.ptr) return AX_NOMEM;
    steps[(*count)++] = step;
  }
  return AX_OK;
}

/* --- definitions -----------------------------------------------------------
 */

static void add(ax_slicing_spots *out, ax_slicing_spot spot) {
  if (out->count < AX_SLICING_FOUND) out->items[out->count++] = spot;
}

/* The snapshot of `url`; one that cannot be had is no fault here. */
static ax_status open_url(const ax_slicing_source *s, ax_str url,
                          ax_slicing_spots *out) {
  const ax_json *definition = NULL;
  ax_status status = ax_registry_load(s->registry, s->scratch, AX_DEF_STRUCTURE,
                                      url, &definition, NULL);
  if (status) return status == AX_NOMEM ? status : AX_OK;
  const ax_json *list =
      AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element");
  if (ax_json_item(list, 0))
    add(out, (ax_slicing_spot){ .list = list,
                                .element = ax_json_item(list, 0),
                                .profile = url });
  return AX_OK;
}

static ax_status open_type(const ax_slicing_source *s, ax_str name,
                           ax_slicing_spots *out) {
  ax_str url =
      ax_arena_printf(s->scratch, "%s" AX_STR_FMT, CORE, AX_STR_ARG(name));
  return url.ptr ? open_url(s, url, out) : AX_NOMEM;
}

static ax_status open_all(const ax_slicing_source *s, const ax_json *urls,
                          ax_slicing_spots *out) {
  for (size_t i = 0; i < ax_json_count(urls); i++)
    AX_TRY(open_url(s, ax_json_text(ax_json_item(urls, i)), out));
  return AX_OK;
}

/* What the spot's types and profiles define. */
static ax_status open_types(const ax_slicing_source *s,
                            const ax_slicing_spot *spot,
                            ax_slicing_spots *out) {
  const ax_json *types = AX_JSON_GET(spot->element, "type");
  for (size_t i = 0; i < ax_json_count(types); i++) {
    const ax_json *type = ax_json_item(types, i);
    ax_str code = AX_JSON_STR(type, "code");
    size_t before = out->count;
    if (spot->only.len && !ax_str_eq(code, spot->only)) continue;
    AX_TRY(open_all(s, AX_JSON_GET(type, "profile"), out));
    if (out->count == before && code.len) AX_TRY(open_type(s, code, out));
  }
  return AX_OK;
}

/* `id` is `parent`.`name`, perhaps as a choice or a slice of it. */
static bool is_child(ax_str id, ax_str parent, ax_str name) {
  if (!ax_str_starts(id, parent)) return false;
  ax_str rest = ax_str_skip(id, parent.len);
  if (!rest.len || rest.ptr[0] != '.') return false;
  rest = ax_str_skip(rest, 1);
  if (!ax_str_starts(rest, name)) return false;
  rest = ax_str_skip(rest, name.len);
  if (ax_str_starts(rest, AX_STR("[x]"))) rest = ax_str_skip(rest, 3);
  return rest.len == 0 ||
         (rest.ptr[0] == ':' && !memchr(rest.ptr, '.', rest.len));
}

const ax_json *ax_slicing_path_value(const ax_slicing_spot *spot) {
  if (spot->value) return spot->value;
  for (uint32_t i = 0; i < ax_json_count(spot->element); i++) {
    const ax_json_member *m = &spot->element->u.members[i];
    if (ax_str_starts(m->key, AX_STR("fixed")) ||
        ax_str_starts(m->key, AX_STR("pattern")))
      return &m->value;
  }
  return NULL;
}

static void list_children(const ax_slicing_spot *spot, ax_str name,
                          ax_slicing_spots *out) {
  ax_str id = AX_JSON_STR(spot->element, "id");
  const ax_json *value = ax_slicing_path_value(spot);
  for (size_t i = 0; i < ax_json_count(spot->list); i++) {
    const ax_json *e = ax_json_item(spot->list, i);
    if (is_child(AX_JSON_STR(e, "id"), id, name))
      add(out, (ax_slicing_spot){ .list = spot->list,
                                  .element = e,
                                  .value = ax_json_get(value, name) });
  }
}

static const ax_json *element_by_id(const ax_json *list, ax_str id) {
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "id"), id))
      return ax_json_item(list, i);
  return NULL;
}

ax_status ax_slicing_path_children(const ax_slicing_source *source,
                                   const ax_slicing_spot *spot, ax_str name,
                                   ax_slicing_spots *out) {
  size_t before = out->count;
  list_children(spot, name, out);
  if (out->count > before) return AX_OK;
  ax_str id = AX_JSON_STR(spot->element, "contentReference");
  (void)ax_str_cut(&id, '#');
  const ax_json *other = id.len ? element_by_id(spot->list, id) : NULL;
  if (other) {
    const ax_slicing_spot there = { .list = spot->list, .element = other };
    list_children(&there, name, out);
    return AX_OK;
  }
  ax_slicing_spots inside = { .count = 0 };
  AX_TRY(open_types(source, spot, &inside));
  for (size_t i = 0; i < inside.count; i++) {
    inside.items[i].value = ax_slicing_path_value(spot);
    list_children(&inside.items[i], name, out);
  }
  return AX_OK;
}

/* --- steps -----------------------------------------------------------------
 */

static bool says_url(const ax_slicing_source *s, const ax_slicing_spot *spot,
                     ax_str url) {
  const ax_json *type = ax_json_item(AX_JSON_GET(spot->element, "type"), 0);
  ax_str profile = ax_json_text(ax_json_item(AX_JSON_GET(type, "profile"), 0));
  profile = ax_str_cut(&profile, '|');
  if (profile.len) return ax_str_eq(profile, url);
  ax_slicing_spots found = { .count = 0 };
  (void)s;
  list_children(spot, AX_STR("url"), &found);
  return found.count &&
         ax_str_eq(AX_JSON_STR(found.items[0].element, "fixedUri"), url);
}

/* A slice with this url, or else the extension's own definition. */
static ax_status go_extension(const ax_slicing_source *s,
                              const ax_slicing_spot *spot, ax_str url,
                              ax_slicing_spots *out) {
  ax_slicing_spots found = { .count = 0 };
  size_t before = out->count;
  AX_TRY(ax_slicing_path_children(s, spot, AX_STR("extension"), &found));
  for (size_t i = 0; i < found.count; i++)
    if (says_url(s, &found.items[i], url)) add(out, found.items[i]);
  return out->count > before ? AX_OK : open_url(s, url, out);
}

static ax_status go_resolve(const ax_slicing_source *s,
                            const ax_slicing_spot *spot,
                            ax_slicing_spots *out) {
  const ax_json *types = AX_JSON_GET(spot->element, "type");
  for (size_t i = 0; i < ax_json_count(types); i++)
    AX_TRY(
        open_all(s, AX_JSON_GET(ax_json_item(types, i), "targetProfile"), out));
  return AX_OK;
}

static ax_status go_name(const ax_slicing_source *s, ax_slicing_step *step,
                         const ax_slicing_spot *spot, ax_slicing_spots *out) {
  size_t before = out->count;
  AX_TRY(ax_slicing_path_children(s, spot, step->name, out));
  for (size_t i = before; i < out->count; i++)
    if (ax_str_ends(AX_JSON_STR(out->items[i].element, "path"), AX_STR("[x]")))
      step->kind = AX_SLICING_CHOICE;
  return AX_OK;
}

ax_status ax_slicing_path_go(const ax_slicing_source *source,
                             ax_slicing_step *step,
                             const ax_slicing_spots *from,
                             ax_slicing_spots *out) {
  for (size_t i = 0; i < from->count; i++) {
    const ax_slicing_spot *spot = &from->items[i];
    switch (step->kind) {
    case AX_SLICING_NAME:
    case AX_SLICING_CHOICE:
      AX_TRY(go_name(source, step, spot, out));
      break;
    case AX_SLICING_EXTENSION:
      AX_TRY(go_extension(source, spot, step->name, out));
      break;
    case AX_SLICING_RESOLVE:
      AX_TRY(go_resolve(source, spot, out));
      break;
    case AX_SLICING_OF_TYPE: {
      ax_slicing_spot narrowed = *spot;
      narrowed.only = step->name;
      add(out, narrowed);
      break;
    }
    }
  }
  return AX_OK;
}
