/* A package of any bytes: package.json, a NUL, a resource, a NUL, a saved index.
 * It opens or is refused with a sentence; what it names is in its folder. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "definitions/package_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char work[] = "/tmp/auspex-fuzz-package-XXXXXX";

/* ax_file_write waits for the disk; here nobody needs to. */
static bool put(const char *path, ax_str text) {
  FILE *file = fopen(path, "wb");
  if (!file) return false;
  bool good = fwrite(text.ptr, 1, text.len, file) == text.len;
  return fclose(file) == 0 && good;
}

static const char *in_work(char room[200], const char *name) {
  (void)snprintf(room, 200, "%s/%s", work, name);
  return room;
}

static bool prepare(void) {
  static bool made;
  char folder[200];
  if (!made)
    made = mkdtemp(work) != NULL &&
           ax_file_make_dirs(in_work(folder, "p#1"), NULL) == AX_OK;
  return made;
}

/* The saved index of the package, if there is one, becomes `text`. */
static void spoil_index(ax_arena *arena, ax_str text) {
  const char *const *names;
  size_t count;
  char path[400];
  if (ax_file_list(arena, work, &names, &count, NULL)) return;
  for (size_t i = 0; i < count; i++) {
    if (!strstr(names[i], ".index")) continue;
    (void)snprintf(path, sizeof path, "%s/%s", work, names[i]);
    if (text.len && !put(path, text)) return;
    if (!text.len) (void)unlink(path);
  }
}

static void open_it(ax_arena *arena) {
  char folder[200];
  const char *const given[] = { in_work(folder, "p#1") };
  const ax_registry_options options = { given, 1, work };
  ax_package_set set;
  ax_error err = { 0 };
  ax_status status = ax_package_set_open(arena, &options, work, &set, &err);
  if (status && status != AX_NOMEM && !err.text[0]) __builtin_trap();
  if (status) return;
  for (size_t i = 0; i < set.count; i++)
    for (size_t k = 0; k < set.packages[i]->entry_count; k++) {
      ax_str file = set.packages[i]->entries[k].file;
      if (!file.len || memchr(file.ptr, '/', file.len)) __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(256u << 20);
  char path[200];
  ax_str rest = { (const char *)data, size };
  ax_str manifest = ax_str_cut(&rest, '\0');
  ax_str resource = ax_str_cut(&rest, '\0');
  if (arena && prepare() &&
      put(in_work(path, "p#1/package.json"), manifest) &&
      put(in_work(path, "p#1/ValueSet-x.json"), resource)) {
    open_it(arena);
    spoil_index(arena, rest);
    open_it(arena);
    spoil_index(arena, AX_STR(""));
  }
  ax_arena_free(arena);
  return 0;
}
