/* Any bytes as an expression: a tree or a fault in bounds. */
#include <stddef.h>
#include <stdint.h>

#include "fhirpath/fp_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(4u << 20);
  if (!arena) return 0;
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  ax_status status = ax_fp_parse(arena, (ax_str){ (const char *)data, size },
                                 &program, &fault);
  if (status == AX_INVALID && (fault.at > size || !fault.text[0]))
    __builtin_trap();
  ax_arena_free(arena);
  return 0;
}
