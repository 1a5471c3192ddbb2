/* libFuzzer target: a site's file of mitigations. */
#include <stdint.h>
#include <stdlib.h>

#include "base/log.h"
#include "scoring/mitigation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const ax_model_mitigation own[] = {
    { AX_STR_INIT("a"), AX_STR_INIT("b") },
  };
  ax_model model = { .id = AX_STR("i"),
                     .name = AX_STR("m"),
                     .mitigations = own,
                     .mitigation_count = 1 };
  ax_arena *arena = ax_arena_new(1 << 20);
  const ax_json *tree = NULL;
  ax_error err = { 0 };
  if (!arena) abort();
  ax_log_set_level(AX_LOG_ERROR);
  if (!ax_mitigation_read(arena, (ax_str){ (const char *)data, size }, &tree,
                          &err))
    (void)!ax_mitigation_apply(arena, tree, &model);
  ax_arena_free(arena);
  return 0;
}
