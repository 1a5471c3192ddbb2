/*
 * Imports, as NIST's engine has them: a modifier extension TestScript-Import on
 * an action names the file of another script and what goes in and out; the
 * other script declares its own names for these in the same order, in an
 * extension at its top. A value in single quotes is the text itself.
 *
 *   component                    path of the file, from this script's folder
 *   fixture-in, fixture-out      a fixture or a response
 *   variable-in, variable-out    a variable
 *   variable-in-no-translation   a variable of the same name there
 *
 * Source: https://github.com/usnistgov/asbestos/wiki/TestScript-Imports
 */
#include "script/script_parts.h"

typedef struct {
  ax_str name; /* without "urn:" */
  bool is_fixture, is_out;
} kind;

static const kind kinds[] = {
  { AX_STR_INIT("fixture-in"), true, false },
  { AX_STR_INIT("fixture-out"), true, true },
  { AX_STR_INIT("variable-in"), false, false },
  { AX_STR_INIT("variable-out"), false, true },
};

static bool is_url(const ax_json *extension, ax_str name) {
  ax_str url = AX_JSON_STR(extension, "url");
  if (ax_str_starts(url, AX_STR("urn:"))) url = ax_str_skip(url, 4);
  return ax_str_eq(url, name);
}

/* The `n`th part of this name, or NULL. */
static const ax_json *nth(const ax_json *extension, ax_str name, size_t n) {
  size_t count;
  const ax_json *items =
      ax_script_list(extension, AX_STR("extension"), &count);
  for (size_t i = 0; i < count; i++)
    if (is_url(&items[i], name) && n-- == 0) return &items[i];
  return NULL;
}

static ax_str text_of(const ax_json *part) {
  return ax_json_text(ax_script_extension_value(part));
}

/* --- what goes in and out ----------------------------------------------------
 */

static ax_status add(const ax_script_loading *l, ax_script_subtest *sub,
                     ax_script_binding binding) {
  ax_str given = binding.outer;
  ax_script_binding *b = AX_VEC_PUSH(&sub->bindings, l->arena);
  if (!b) return AX_NOMEM;
  *b = binding;
  if (given.len < 2 || given.ptr[0] != '\'' || given.ptr[given.len - 1] != '\'')
    return AX_OK;
  b->outer = AX_STR("");
  b->value = (ax_str){ given.ptr + 1, given.len - 2 };
  return AX_OK;
}

/* Where the other script declares what its parameters are called. */
static const ax_json *declaration(const ax_script *inner) {
  const ax_str lists[] = { AX_STR("modifierExtension"), AX_STR("extension") };
  for (size_t l = 0; l < AX_COUNT(lists); l++) {
    size_t count;
    const ax_json *items = ax_script_list(inner->resource, lists[l], &count);
    for (size_t i = 0; i < count; i++)
      for (size_t k = 0; k < AX_COUNT(kinds); k++)
        if (nth(&items[i], kinds[k].name, 0)) return &items[i];
  }
  return NULL;
}

static ax_status add_kind(const ax_script_loading *l, const ax_json *extension,
                          const kind *k, ax_script_action *a,
                          ax_script_subtest *sub) {
  const ax_json *declared = declaration(sub->script);
  size_t i = 0;
  for (const ax_json *here; (here = nth(extension, k->name, i)); i++) {
    const ax_json *there = nth(declared, k->name, i);
    if (!there)
      return ax_script_subtest_fault(
          l, a, sub->script->file,
          "declares fewer parameters than it is given");
    AX_TRY(add(l, sub,
               (ax_script_binding){ .inner = text_of(there),
                                    .outer = text_of(here),
                                    .is_fixture = k->is_fixture,
                                    .is_out = k->is_out }));
  }
  if (!nth(declared, k->name, i)) return AX_OK;
  return ax_script_subtest_fault(l, a, sub->script->file,
                                 "declares more parameters than it is given");
}

static ax_status add_same_names(const ax_script_loading *l,
                                const ax_json *extension,
                                ax_script_subtest *sub) {
  const ax_json *part;
  for (size_t i = 0;
       (part = nth(extension, AX_STR("variable-in-no-translation"), i)); i++) {
    ax_str name = text_of(part);
    AX_TRY(add(l, sub, (ax_script_binding){ .inner = name, .outer = name }));
  }
  return AX_OK;
}

/* --- the action --------------------------------------------------------------
 */

ax_status ax_script_import_read(const ax_script_loading *l,
                                const ax_json *extension,
                                ax_script_action *action) {
  ax_script_subtest *sub = AX_NEW(l->arena, ax_script_subtest);
  ax_str file = text_of(nth(extension, AX_STR("component"), 0));
  ax_str path = AX_JOIN(l->arena, l->folder, AX_STR("/"), file);
  if (!sub || !path.ptr) return AX_NOMEM;
  if (!file.len)
    return ax_script_subtest_fault(l, action, file, "names no component");
  AX_TRY(ax_script_subtest_open(l, path, action, sub));
  for (size_t k = 0; k < AX_COUNT(kinds) && action->subtest; k++)
    AX_TRY(add_kind(l, extension, &kinds[k], action, sub));
  return add_same_names(l, extension, sub);
}
