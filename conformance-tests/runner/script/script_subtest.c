/*
 * Scripts within scripts, and tests for a list of values: what extensions of
 * public engines compose. Names of extensions are known by their last part,
 * since each engine publishes them under an address of its own.
 *
 *   assert-subtest       testName, bindVariable (bindSource, bindTarget)
 *   assert-subtest-each  testName, bindEachTarget, allMustPass, bindVariable
 *   TestScript-Import    see script_import.c
 *   parametrize          variable, values ("a,b")
 */
#include <stdio.h>

#include "base/file.h"
#include "script/script_parts.h"

enum { SEARCH_DEPTH = 3, SEARCH_NAMES = 10000 };

static ax_str part_text(const ax_json *extension, ax_str part) {
  return ax_json_text(ax_script_extension(extension, part));
}

/* --- finding the other script ------------------------------------------------
 */

typedef struct {
  const ax_script_loading *l;
  ax_str name;
  unsigned names; /* looked at so far */
  ax_str found;   /* path; empty: not yet */
} hunt;

static bool is_named(const ax_json *tree, ax_str name) {
  return ax_str_eq(AX_JSON_STR(tree, "name"), name) ||
         ax_str_eq(AX_JSON_STR(tree, "id"), name) ||
         ax_str_eq(AX_JSON_STR(tree, "url"), name);
}

/* The folders around a script may hold anything, devices and pipes too. */
static bool may_be_script(ax_str path) {
  return (ax_str_ends(path, AX_STR(".json")) ||
          ax_str_ends(path, AX_STR(".xml"))) &&
         ax_file_is_regular(path.ptr) && ax_script_is(path.ptr);
}

static ax_status look_into(hunt *h, ax_str path) {
  if (!may_be_script(path)) return AX_OK;
  ax_arena_mark mark = ax_arena_mark_here(h->l->arena);
  const ax_json *tree;
  bool was_xml;
  ax_status status = ax_script_resource(h->l, path.ptr, &tree, &was_xml, NULL);
  if (status == AX_NOMEM) return status;
  if (status == AX_OK && is_named(tree, h->name)) h->found = path;
  ax_arena_rewind(h->l->arena, mark);
  return AX_OK;
}

/* The folder and those in it; by recursion, SEARCH_DEPTH deep and at most
 * SEARCH_NAMES in all. */
static ax_status search_folder(hunt *h, ax_str folder, unsigned depth) {
  const char *const *names;
  size_t count;
  ax_status listed =
      ax_file_list(h->l->arena, folder.ptr, &names, &count, NULL);
  if (listed) return listed == AX_NOMEM ? listed : AX_OK;
  for (size_t i = 0; i < count && !h->found.len; i++) {
    if (++h->names > SEARCH_NAMES) break;
    ax_str path =
        AX_JOIN(h->l->arena, folder, AX_STR("/"), ax_str_from(names[i]));
    if (!path.ptr) return AX_NOMEM;
    if (!ax_file_is_dir(path.ptr))
      AX_TRY(look_into(h, path));
    else if (depth < SEARCH_DEPTH)
      AX_TRY(search_folder(h, path, depth + 1));
  }
  return AX_OK;
}

/* Below the script's folder, below the one around it, then where fixtures are.
 */
static ax_status search_all(hunt *h) {
  const ax_script_options *o = h->l->options;
  ax_str own = ax_arena_str(h->l->arena, h->l->folder);
  ax_str around = AX_JOIN(h->l->arena, h->l->folder, AX_STR("/.."));
  if (!own.ptr || !around.ptr) return AX_NOMEM;
  AX_TRY(search_folder(h, own, 0));
  if (!h->found.len) AX_TRY(search_folder(h, around, 0));
  for (size_t i = 0; i < o->fixture_folder_count && !h->found.len; i++)
    AX_TRY(search_folder(h, ax_str_from(o->fixture_folders[i]), 0));
  return AX_OK;
}

/* --- subtests ----------------------------------------------------------------
 */

ax_status ax_script_subtest_fault(const ax_script_loading *l,
                                  ax_script_action *action, ax_str name,
                                  const char *what) {
  action->subtest = NULL;
  action->fault = ax_arena_printf(l->arena, "the subtest \"" AX_STR_FMT "\" %s",
                                  AX_STR_ARG(name), what);
  return action->fault.ptr ? AX_OK : AX_NOMEM;
}

static ax_status read_bindings(const ax_script_loading *l,
                               const ax_json *extension,
                               ax_script_subtest *sub) {
  size_t count;
  const ax_json *items = ax_script_list(extension, AX_STR("extension"), &count);
  for (size_t i = 0; i < count; i++) {
    ax_str url = AX_JSON_STR(&items[i], "url");
    bool is_fixture = ax_str_eq(url, AX_STR("bindFixture"));
    if (!is_fixture && !ax_str_eq(url, AX_STR("bindVariable"))) continue;
    ax_script_binding *b = AX_VEC_PUSH(&sub->bindings, l->arena);
    if (!b) return AX_NOMEM;
    *b = (ax_script_binding){
      .inner = part_text(&items[i], AX_STR("bindTarget")),
      .outer = part_text(&items[i], AX_STR("bindSource")),
      .is_fixture = is_fixture,
    };
  }
  return AX_OK;
}

ax_status ax_script_subtest_open(const ax_script_loading *l, ax_str path,
                                 ax_script_action *action,
                                 ax_script_subtest *sub) {
  ax_error why = { 0 };
  ax_script *inner;
  if (l->depth >= AX_SCRIPT_SUBTESTS)
    return ax_script_subtest_fault(l, action, path,
                                   "is nested too deep (or contains itself)");
  ax_status status = ax_script_load_at(path.ptr, l->options, l->depth + 1,
                                       l->arena, &inner, &why);
  if (status == AX_NOMEM) return status;
  if (status) {
    ax_str text = ax_arena_printf(l->arena, "cannot be loaded: %s", why.text);
    if (!text.ptr) return AX_NOMEM;
    return ax_script_subtest_fault(l, action, path, text.ptr);
  }
  sub->script = inner;
  action->subtest = sub;
  return AX_OK;
}

static ax_status open_named(const ax_script_loading *l, ax_str name,
                            ax_script_action *a, ax_script_subtest *sub) {
  hunt h = { .l = l, .name = name };
  AX_TRY(search_all(&h));
  if (!h.found.len) return ax_script_subtest_fault(l, a, name, "was not found");
  return ax_script_subtest_open(l, h.found, a, sub);
}

ax_status ax_script_subtest_read(const ax_script_loading *l,
                                 ax_script_action *action) {
  const ax_json *on = action->json;
  const ax_json *one = ax_script_extension_named(on, AX_STR("assert-subtest"));
  const ax_json *each =
      ax_script_extension_named(on, AX_STR("assert-subtest-each"));
  const ax_json *import =
      ax_script_extension_named(on, AX_STR("TestScript-Import"));
  const ax_json *extension = one ? one : each;
  if (import) return ax_script_import_read(l, import, action);
  if (!extension) return AX_OK;
  ax_script_subtest *sub = AX_NEW(l->arena, ax_script_subtest);
  if (!sub) return AX_NOMEM;
  ax_str name = part_text(extension, AX_STR("testName"));
  if (each) {
    const ax_json *all = ax_script_extension(each, AX_STR("allMustPass"));
    sub->each = part_text(each, AX_STR("bindEachTarget"));
    sub->all_must_pass = !all || all->truth;
    if (!sub->each.len)
      return ax_script_subtest_fault(l, action, name, "has no bindEachTarget");
  }
  AX_TRY(read_bindings(l, extension, sub));
  return open_named(l, name, action, sub);
}

/* --- parameters --------------------------------------------------------------
 */

static ax_status add_value(const ax_script_loading *l, ax_str variable,
                           ax_str value, ax_script_values *out) {
  ax_script_binding *b = AX_VEC_PUSH(out, l->arena);
  if (!b) return AX_NOMEM;
  *b = (ax_script_binding){ .inner = variable, .value = value };
  return AX_OK;
}

const ax_json *ax_script_parameter_at(const ax_json *test, size_t n) {
  size_t count;
  const ax_json *items = ax_script_list(test, AX_STR("extension"), &count);
  for (size_t i = 0; i < count; i++)
    if (ax_script_extension_is(&items[i], AX_STR("parametrize")) && n-- == 0)
      return &items[i];
  return NULL;
}

ax_status ax_script_parameter_read(const ax_script_loading *l,
                                   const ax_json *extension, ax_str place,
                                   ax_script_values *out) {
  ax_str variable = part_text(extension, AX_STR("variable"));
  ax_str rest = part_text(extension, AX_STR("values"));
  if (!variable.len || !rest.len)
    return ax_script_notice_add(
        l, place,
        AX_STR("its parametrize extension names no variable or no values; the "
               "test is run once"));
  while (rest.len && out->count < AX_SCRIPT_VALUES)
    AX_TRY(add_value(l, variable, ax_str_trim(ax_str_cut(&rest, ',')), out));
  return AX_OK;
}
