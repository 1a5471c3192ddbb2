/*
 * scripts.h - TestScripts made by a test in a folder of its own, the real
 * auspex-conformance run over them, and its reports read back.
 *
 * Whatever goes wrong in here fails the test that called. Texts live until
 * scripts_end().
 *
 * Threads: one.
 */
#ifndef AX_CONFORMANCE_SCRIPTS_H
#define AX_CONFORMANCE_SCRIPTS_H

#include "outside.h"

void scripts_begin(void);
void scripts_end(void); /* removes the folder */

ax_arena *scripts_arena(void);
const char *scripts_folder(void);
/* FOLDER/`name`. */
const char *scripts_path(const char *name);

/* Writes FOLDER/`name`. */
void scripts_put(const char *name, const char *text);
/* Writes FOLDER/PATH/ID.json: a TestScript of that id and name with `members`
 * besides; `name` is PATH/ID. */
void scripts_put_script(const char *name, const char *members);

/* `auspex-conformance run --base BASE --packages ...` and the words given
 * (NULL-terminated). */
outside_run_result scripts_run(const char *base, const char *const *words);

/* FOLDER/`name` as text and as JSON; how often a text holds another. */
ax_str scripts_text(const char *name);
const ax_json *scripts_tree(const char *name);
size_t scripts_count(ax_str text, const char *what);

/* Pieces of scripts. */
#define CODE(code)                                                \
  "\"type\":{\"system\":\"http://terminology.hl7.org/CodeSystem/" \
  "testscript-operation-codes\",\"code\":\"" code "\"}"
#define OPERATION(code, more) \
  "{\"operation\":{" CODE(code) ",\"encodeRequestUrl\":true" more "}}"
#define ASSERT(what) "{\"assert\":{" what ",\"warningOnly\":false}}"
#define WARN(what) "{\"assert\":{" what ",\"warningOnly\":true}}"
#define TEST(name, actions) "{\"name\":\"" name "\",\"action\":[" actions "]}"
/* The read of a Patient that is not there. */
#define READ \
  OPERATION("read", ",\"resource\":\"Patient\",\"params\":\"/nobody\"")

#endif
