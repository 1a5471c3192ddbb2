/*
 * Where the resource of a fixture is: in the script, contained in it, in a
 * file, or still to be generated.
 *
 * Public scripts name files by paths from their own folder, from a folder that
 * only their engine knows (options.fixture_folders), or as `Type/id`; when a
 * collection was converted, with the ending of the other format. What is found
 * any other way than as written is noted.
 */
#include <stdio.h>

#include "base/file.h"
#include "fhir/fhir_primitive.h"
#include "script/script_parts.h"

enum {
  SCAN_FILES = 500, /* of a folder in which `Type/id` is looked for inside */
  FOLDERS_AROUND = 3
};

typedef struct {
  const ax_script_loading *l;
  ax_script_fixture *fixture;
  ax_str reference; /* without fragment and version */
  ax_str base;      /* its last part */
  ax_str type, id;  /* of `Type/id`; else empty */
  bool is_url;
} search;

static ax_status note(const search *s, const char *what, const char *path) {
  ax_str text = ax_arena_printf(s->l->arena, "%s: %s", what, path);
  if (!text.ptr) return AX_NOMEM;
  return ax_script_notice_add(s->l, s->fixture->place, text);
}

static ax_status missing(const search *s, ax_str why) {
  s->fixture->missing = why;
  return why.ptr ? AX_OK : AX_NOMEM;
}

/* What is no resource may still be sent: a patch, or something wrong. */
static ax_status note_content(const search *s) {
  if (AX_JSON_STR(s->fixture->resource, "resourceType").len) return AX_OK;
  return ax_script_notice_add(s->l, s->fixture->place,
                              AX_STR("what it holds is no resource"));
}

/* --- one file ----------------------------------------------------------------
 */

/* Takes the file when it is there; one that is broken is taken, too: looking
 * on would hide the fault. */
static ax_status take(const search *s, const char *path, bool *found) {
  ax_error why = { 0 };
  bool was_xml;
  *found = ax_file_is_regular(path);
  if (!*found) return AX_OK;
  ax_status status = ax_script_resource(s->l, path, &s->fixture->resource,
                                        &was_xml, &why);
  if (status == AX_NOMEM) return status;
  if (status == AX_OK) return note_content(s);
  s->fixture->resource = NULL;
  return missing(s, ax_arena_str(s->l->arena, ax_str_from(why.text)));
}

static ax_str without_ending(ax_str name) {
  size_t ending = ax_str_ends(name, AX_STR(".json"))  ? 5
                  : ax_str_ends(name, AX_STR(".xml")) ? 4
                                                      : 0;
  return (ax_str){ name.ptr, name.len - ending };
}

/* `folder/name` as written; then with the endings that it may have instead. */
static ax_status try_name(const search *s, ax_str folder, ax_str name,
                          bool *found) {
  static const char *const endings[] = { "", ".json", ".xml" };
  ax_str stem = without_ending(name);
  *found = false;
  for (size_t i = 0; i < AX_COUNT(endings) && !*found; i++) {
    ax_str part = i == 0 ? name : stem;
    ax_str path = ax_arena_printf(s->l->arena, AX_STR_FMT "/" AX_STR_FMT "%s",
                                  AX_STR_ARG(folder), AX_STR_ARG(part),
                                  endings[i]);
    if (!path.ptr) return AX_NOMEM;
    AX_TRY(take(s, path.ptr, found));
    /* A relative reference (Type/id) has no ending to be wrong. */
    if (*found && i > 0 && stem.len < name.len)
      AX_TRY(note(s, "found under another ending", path.ptr));
  }
  return AX_OK;
}

/* --- one folder --------------------------------------------------------------
 */

/* `Type-id`, as packages name their files. */
static ax_status try_package_name(const search *s, ax_str folder,
                                  bool *found) {
  if (!s->type.len) return AX_OK;
  ax_str name =
      AX_JOIN(s->l->arena, s->type, AX_STR("-"), s->id, AX_STR(".json"));
  if (!name.ptr) return AX_NOMEM;
  AX_TRY(try_name(s, folder, name, found));
  if (*found) AX_TRY(note(s, "found as", name.ptr));
  return AX_OK;
}

static bool is_resource_name(ax_str name) {
  return ax_str_ends(name, AX_STR(".json")) ||
         ax_str_ends(name, AX_STR(".xml"));
}

/* Is the file the resource `Type/id`? Only then its memory is kept. */
static ax_status try_inside(const search *s, const char *path, bool *found) {
  ax_arena_mark mark = ax_arena_mark_here(s->l->arena);
  const ax_json *tree;
  bool was_xml;
  ax_status status = ax_script_resource(s->l, path, &tree, &was_xml, NULL);
  if (status == AX_NOMEM) return status;
  *found = status == AX_OK &&
           ax_str_eq(AX_JSON_STR(tree, "resourceType"), s->type) &&
           ax_str_eq(AX_JSON_STR(tree, "id"), s->id);
  if (*found)
    s->fixture->resource = tree;
  else
    ax_arena_rewind(s->l->arena, mark);
  return AX_OK;
}

/* By the name in any case (URLs of the specification are in small letters),
 * then by type and id inside the files. */
static ax_status try_listing(const search *s, ax_str folder, bool *found) {
  const char *const *names;
  size_t count;
  ax_status listed =
      ax_file_list(s->l->arena, folder.ptr, &names, &count, NULL);
  if (listed) return listed == AX_NOMEM ? listed : AX_OK;
  for (size_t i = 0; i < count && !*found; i++) {
    ax_str name = ax_str_from(names[i]);
    bool inside = s->type.len && count <= SCAN_FILES && is_resource_name(name);
    bool by_name = ax_str_eq_nocase(name, s->base);
    if (!inside && !by_name) continue;
    ax_str path = AX_JOIN(s->l->arena, folder, AX_STR("/"), name);
    if (!path.ptr) return AX_NOMEM;
    if (by_name)
      AX_TRY(take(s, path.ptr, found));
    else
      AX_TRY(try_inside(s, path.ptr, found));
    if (*found) AX_TRY(note(s, "found as", path.ptr));
  }
  return AX_OK;
}

static ax_status try_folder(const search *s, ax_str folder, bool is_own,
                            bool *found) {
  *found = false;
  if (!s->is_url) AX_TRY(try_name(s, folder, s->reference, found));
  if (!*found) AX_TRY(try_package_name(s, folder, found));
  if (*found || (is_own && !s->type.len)) return AX_OK;
  return try_listing(s, folder, found);
}

/* Collections are often written from their root: the reference as it is, from
 * the folders around. */
static ax_status try_around(const search *s, ax_str folder, bool *found) {
  for (unsigned i = 0; i < FOLDERS_AROUND && !s->is_url && !*found; i++) {
    folder = AX_JOIN(s->l->arena, folder, AX_STR("/.."));
    if (!folder.ptr) return AX_NOMEM;
    AX_TRY(try_name(s, folder, s->reference, found));
    if (*found) AX_TRY(note(s, "found from the folder", folder.ptr));
  }
  return AX_OK;
}

/* --- the reference -----------------------------------------------------------
 */

static size_t last_part(ax_str path) {
  size_t n = path.len;
  while (n && path.ptr[n - 1] != '/') n--;
  return n;
}

/* `Type/id`, also behind a base URL or a folder, before a version or an ending.
 */
static void split(search *s, ax_str reference) {
  size_t history = ax_str_find(reference, AX_STR("/_history/"));
  if (history != AX_STR_NONE) reference.len = history;
  s->reference = reference;
  s->is_url = ax_str_find(reference, AX_STR("://")) != AX_STR_NONE;
  size_t n = last_part(reference);
  s->base = ax_str_skip(reference, n);
  ax_str before = { reference.ptr, n ? n - 1 : 0 };
  ax_str type = ax_str_skip(before, last_part(before));
  ax_str id = without_ending(s->base);
  if (!ax_registry_is_resource(s->l->options->registry, type) ||
      !ax_fhir_primitive_is_id(id))
    return;
  s->type = type;
  s->id = id;
}

static ax_status find_file(search *s) {
  const ax_script_options *o = s->l->options;
  bool found;
  if (ax_str_starts(s->reference, AX_STR("/")))
    return missing(s, ax_arena_printf(s->l->arena,
                                      "the reference \"" AX_STR_FMT
                                      "\" is not relative",
                                      AX_STR_ARG(s->reference)));
  ax_str folder = ax_arena_str(s->l->arena, s->l->folder);
  if (!folder.ptr) return AX_NOMEM;
  AX_TRY(try_folder(s, folder, true, &found));
  if (!found) AX_TRY(try_around(s, folder, &found));
  for (size_t i = 0; i < o->fixture_folder_count && !found; i++)
    AX_TRY(try_folder(s, ax_str_from(o->fixture_folders[i]), false, &found));
  if (found) return AX_OK;
  return missing(
      s, ax_arena_printf(s->l->arena,
                         "\"" AX_STR_FMT "\" is neither in " AX_STR_FMT
                         " nor in %zu folders of fixtures",
                         AX_STR_ARG(s->reference), AX_STR_ARG(folder),
                         o->fixture_folder_count));
}

static ax_status find_contained(const search *s) {
  s->fixture->resource = ax_script_contained(s->l, s->reference);
  if (s->fixture->resource) return AX_OK;
  return missing(s, ax_arena_printf(s->l->arena,
                                    "nothing contained has the id \"" AX_STR_FMT
                                    "\"",
                                    AX_STR_ARG(ax_str_skip(s->reference, 1))));
}

/* --- the element -------------------------------------------------------------
 */

/* An extension whose value is the name of a type: a resource of that type is
 * to be made up. */
static ax_str generated_type(const ax_script_loading *l,
                             const ax_json *element) {
  size_t count;
  const ax_json *items =
      ax_script_list(element, AX_STR("extension"), &count);
  for (size_t i = 0; i < count; i++) {
    ax_str url = AX_JSON_STR(&items[i], "url");
    ax_str type = ax_json_text(ax_script_extension(element, url));
    if (ax_registry_is_resource(l->options->registry, type) ||
        ax_str_ends(url, AX_STR("/fhirfakes")))
      return type;
  }
  return AX_STR("");
}

static ax_status read_generated(const search *s, ax_str type) {
  if (!ax_registry_is_resource(s->l->options->registry, type))
    return missing(s, ax_arena_printf(s->l->arena,
                                      "\"" AX_STR_FMT
                                      "\" is no resource type of R4",
                                      AX_STR_ARG(type)));
  s->fixture->generate = type;
  return ax_script_notice_add(
      s->l, s->fixture->place,
      AX_STR("an extension asks for a generated resource"));
}

/* Cut out of another one: urn:subFixture with urn:sourceId and urn:fhirPath. */
static ax_status read_part(const search *s, const ax_json *extension) {
  ax_script_fixture *f = s->fixture;
  f->part_of = ax_json_text(
      ax_script_extension(extension, AX_STR("urn:sourceId")));
  f->part_expression = ax_json_text(
      ax_script_extension(extension, AX_STR("urn:fhirPath")));
  if (f->part_of.len && f->part_expression.len)
    return ax_script_notice_add(
        s->l, f->place, AX_STR("an extension makes it a part of another one"));
  f->part_of = f->part_expression = AX_STR("");
  return missing(s, AX_STR("its extension names no fixture or no expression"));
}

/* A fixture that names no resource: extensions may say what it is. */
static ax_status read_extended(const search *s, const ax_json *element) {
  const ax_json *part =
      ax_script_extension_named(element, AX_STR("urn:subFixture"));
  ax_str type = generated_type(s->l, AX_JSON_GET(element, "resource"));
  if (part) return read_part(s, part);
  if (!type.len) type = generated_type(s->l, element);
  if (type.len) return read_generated(s, type);
  return missing(s, AX_STR("the fixture names no resource"));
}

/* Is it the content itself instead of a Reference? */
static bool is_content(const ax_json *resource) {
  static const char *const parts[] = { "reference", "identifier", "display",
                                       "type", "extension" };
  if (AX_JSON_STR(resource, "resourceType").len ||
      ax_json_is(resource, AX_JSON_ARRAY))
    return true;
  for (size_t i = 0; i < AX_COUNT(parts); i++)
    if (ax_json_get(resource, ax_str_from(parts[i]))) return false;
  return ax_json_is(resource, AX_JSON_OBJECT);
}

static ax_status read_resource(search *s, const ax_json *element) {
  const ax_json *resource = AX_JSON_GET(element, "resource");
  ax_script_fixture *f = s->fixture;
  f->reference = AX_JSON_STR(resource, "reference");
  if (is_content(resource)) {
    f->resource = resource;
    AX_TRY(ax_script_notice_add(
        s->l, f->place,
        AX_STR("the resource stands in the fixture itself, R4 has a reference "
               "there")));
    return note_content(s);
  }
  if (!f->reference.len) return read_extended(s, element);
  split(s, f->reference);
  if (ax_str_starts(f->reference, AX_STR("#"))) return find_contained(s);
  return find_file(s);
}

ax_status ax_script_fixture_read(const ax_script_loading *l,
                                 const ax_json *element,
                                 ax_script_fixture *fixture) {
  search s = { .l = l, .fixture = fixture };
  fixture->id = AX_JSON_STR(element, "id");
  fixture->autocreate = ax_script_truth(element, AX_STR("autocreate"));
  fixture->autodelete = ax_script_truth(element, AX_STR("autodelete"));
  if (!fixture->id.len)
    AX_TRY(ax_script_notice_add(
        l, fixture->place, AX_STR("a fixture without id cannot be named")));
  return read_resource(&s, element);
}
