#include "scripts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "json/json_parse.h"

enum { WORDS = 48, FILE_MAX = 64 << 20 };

static ax_arena *arena;
static char folder[64];

void scripts_begin(void) {
  arena = ax_arena_new((size_t)512 << 20);
  assert_non_null(arena);
  (void)snprintf(folder, sizeof folder, "/tmp/auspex-scripts-%ld",
                 (long)getpid());
}

void scripts_end(void) {
  char line[100];
  (void)snprintf(line, sizeof line, "rm -rf '%s'", folder);
  (void)!system(line); /* NOLINT(cert-env33-c): a path of ours */
  ax_arena_free(arena);
  arena = NULL;
}

ax_arena *scripts_arena(void) {
  return arena;
}

const char *scripts_folder(void) {
  return folder;
}

const char *scripts_path(const char *name) {
  return ax_arena_printf(arena, "%s/%s", folder, name).ptr;
}

void scripts_put(const char *name, const char *text) {
  ax_error err = { 0 };
  char *path = ax_arena_cstr(arena, ax_str_from(scripts_path(name)));
  char *end = strrchr(path, '/');
  *end = '\0';
  assert_int_equal(ax_file_make_dirs(path, &err), AX_OK);
  *end = '/';
  if (ax_file_write(path, ax_str_from(text), &err)) fail_msg("%s", err.text);
}

void scripts_put_script(const char *name, const char *members) {
  const char *id = strrchr(name, '/') + 1;
  ax_str file = ax_arena_printf(arena, "%s.json", name);
  ax_str text = ax_arena_printf(arena,
                                "{\"resourceType\":\"TestScript\",\"id\":"
                                "\"%s\",\"url\":\"http://x.org/%s\",\"name\":"
                                "\"%s\",\"status\":\"draft\",%s}",
                                id, id, id, members);
  scripts_put(file.ptr, text.ptr);
}

outside_run_result scripts_run(const char *base, const char *const *words) {
  const char *root = getenv("AUSPEX_ROOT");
  const char *all[WORDS] = { "run", "--base", base, "--packages" };
  all[4] = ax_arena_printf(arena, "%s/build/packages", root ? root : ".").ptr;
  size_t n = 5;
  for (; *words; words++) {
    assert_true(n + 1 < WORDS);
    all[n++] = *words;
  }
  return outside_run_as("bin/auspex-conformance", all, NULL);
}

ax_str scripts_text(const char *name) {
  ax_str text = AX_STR("");
  ax_error err = { 0 };
  if (ax_file_read(arena, scripts_path(name), FILE_MAX, &text, &err))
    fail_msg("%s", err.text);
  return text;
}

const ax_json *scripts_tree(const char *name) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  if (ax_json_parse(arena, scripts_text(name), &tree, &fault))
    fail_msg("%s: %s", name, fault.text);
  return tree;
}

size_t scripts_count(ax_str text, const char *what) {
  size_t n = 0, at = 0;
  while ((at = ax_str_find(text, ax_str_from(what))) != AX_STR_NONE) {
    text = ax_str_skip(text, at + strlen(what));
    n++;
  }
  return n;
}
