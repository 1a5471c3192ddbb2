/*
 * script_parts.h - what the files of the loader share; nobody else includes it.
 */
#ifndef AX_SCRIPT_SCRIPT_PARTS_H
#define AX_SCRIPT_SCRIPT_PARTS_H

#include "script/script.h"

enum {
  AX_SCRIPT_FILE_MAX = 16 << 20, /* the largest public script has 300 kB */
  AX_SCRIPT_SUBTESTS = 4,        /* scripts within scripts */
  AX_SCRIPT_VALUES = 1000        /* values of one parameter */
};

/* One script being loaded. */
typedef struct {
  const ax_script_options *options;
  ax_arena *arena;
  ax_script *script;
  ax_str folder;  /* of the file, "." when it names none */
  unsigned depth; /* scripts around this one */
} ax_script_loading;

/* As ax_script_load; `depth` scripts stand around it. */
ax_status ax_script_load_at(const char *path, const ax_script_options *options,
                            unsigned depth, ax_arena *arena, ax_script **out,
                            ax_error *err) AX_MUST_USE;

/* The same with a resource that is there already; the places in it are told as
 * if it were the outermost. */
ax_status ax_script_load_tree(const ax_script_loading *around,
                              const ax_json *resource,
                              ax_script **out) AX_MUST_USE;

/* The contained resource that "#id" means, or NULL. */
const ax_json *ax_script_contained(const ax_script_loading *l,
                                   ax_str reference);

/* What a file holds, in JSON or XML by its first character: a resource, or any
 * other object or list of JSON. `err` names the file. */
ax_status ax_script_resource(const ax_script_loading *l, const char *path,
                             const ax_json **out, bool *was_xml,
                             ax_error *err) AX_MUST_USE;

/* Does the text begin as XML does? */
bool ax_script_is_xml(ax_str text);

/* The items of a list; a list that is a single object or string (as some
 * converters write it) counts as one of one. */
const ax_json *ax_script_list(const ax_json *object, ax_str key, size_t *count);

/* The extension (or modifier extension) whose URL is `name` or ends with
 * "/name", or NULL. */
bool ax_script_extension_is(const ax_json *extension, ax_str name);
const ax_json *ax_script_extension_named(const ax_json *element, ax_str name);

/* The value[x] of an extension, or NULL. */
const ax_json *ax_script_extension_value(const ax_json *extension);

/* A boolean, also written as text. */
bool ax_script_truth(const ax_json *object, ax_str key);

/* Notes a remark; NOMEM. */
ax_status ax_script_notice_add(const ax_script_loading *l, ax_str place,
                               ax_str text) AX_MUST_USE;

/* Notes what the resource has that R4 has not, what it lacks, and which of
 * R4's rules for TestScripts (tst-0 to tst-13) it breaks. */
ax_status ax_script_notice_resource(const ax_script_loading *l) AX_MUST_USE;

/* Fills `fixture` from its element: finds its resource or says why not. */
ax_status ax_script_fixture_read(const ax_script_loading *l,
                                 const ax_json *element,
                                 ax_script_fixture *fixture) AX_MUST_USE;

/* The phases, actions, subtests of the resource. */
ax_status ax_script_phase_read_all(const ax_script_loading *l) AX_MUST_USE;

/* The subtest or import that an action asks for, or its fault. */
ax_status ax_script_subtest_read(const ax_script_loading *l,
                                 ax_script_action *action) AX_MUST_USE;

/* An import by its extension (script_import.c). */
ax_status ax_script_import_read(const ax_script_loading *l,
                                const ax_json *extension,
                                ax_script_action *action) AX_MUST_USE;

/* Loads the script of a subtest and gives the action the subtest, or its fault.
 */
ax_status ax_script_subtest_open(const ax_script_loading *l, ax_str path,
                                 ax_script_action *action,
                                 ax_script_subtest *sub) AX_MUST_USE;

/* Gives the action the fault and takes its subtest away. */
ax_status ax_script_subtest_fault(const ax_script_loading *l,
                                  ax_script_action *action, ax_str name,
                                  const char *what) AX_MUST_USE;

/* The `n`th parametrize extension of a test, or NULL; and what it says: one
 * binding for each value. No values: it names none, which is noted. */
const ax_json *ax_script_parameter_at(const ax_json *test, size_t n);
typedef AX_VEC(ax_script_binding) ax_script_values;
ax_status ax_script_parameter_read(const ax_script_loading *l,
                                   const ax_json *extension, ax_str place,
                                   ax_script_values *out) AX_MUST_USE;

#endif
