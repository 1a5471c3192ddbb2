/* Any bytes as the file of a script: refused with a sentence, or loaded whole,
 * every action with what to do or why not. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "script/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ax_registry *registry(void) {
  static ax_registry *made;
  static const char *const packages[] = {
    "build/packages/hl7.fhir.r4.examples#4.0.1"
  };
  const ax_registry_options options = { packages, 1, NULL };
  if (!made && ax_registry_open(&options, &made, NULL)) made = NULL;
  return made;
}

/* One folder of its own, so that references find nothing but the script. */
static const char *file_of(const uint8_t *data, size_t size) {
  static char folder[] = "/tmp/auspex-fuzz-script-XXXXXX";
  static char path[sizeof folder + 16];
  if (!path[0]) {
    if (!mkdtemp(folder)) abort();
    (void)snprintf(path, sizeof path, "%s/script.json", folder);
  }
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(data, 1, size, file) != size || fclose(file)) abort();
  return path;
}

static void check_phase(const ax_script_phase *phase) {
  for (size_t i = 0; i < phase->actions.count; i++) {
    const ax_script_action *a = &phase->actions.items[i];
    if (!a->json && !a->fault.len) abort();
    if (!a->place.len) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(64u << 20);
  const ax_script_options options = { .registry = registry() };
  ax_script *script;
  ax_error err = { 0 };
  if (!arena || !options.registry) {
    ax_arena_free(arena);
    return 0;
  }
  const char *path = file_of(data, size);
  bool is = ax_script_is(path);
  ax_status status = ax_script_load(path, &options, arena, &script, &err);
  if (status == AX_OK) {
    if (!is) abort();
    check_phase(&script->setup);
    check_phase(&script->teardown);
    for (size_t i = 0; i < script->tests.count; i++)
      check_phase(&script->tests.items[i]);
  } else if (status != AX_NOMEM && !strstr(err.text, path))
    abort();
  ax_arena_free(arena);
  return 0;
}
