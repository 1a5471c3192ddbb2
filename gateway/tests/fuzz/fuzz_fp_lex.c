/* Any bytes as tokens: each begins where the last one ended or later, the end
 * comes, a fault has a place. */
#include <stddef.h>
#include <stdint.h>

#include "fhirpath/fp_lex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(4u << 20);
  if (!arena) return 0;
  ax_fp_fault fault = { .status = AX_OK };
  ax_fp_lexer lexer = { .arena = arena,
                        .source = { (const char *)data, size },
                        .fault = &fault };
  ax_fp_token token = { .kind = AX_FP_TOKEN_SYMBOL };
  ax_status status = AX_OK;
  size_t last = 0;
  for (size_t i = 0; status == AX_OK && token.kind != AX_FP_TOKEN_END; i++) {
    status = ax_fp_lex_next(&lexer, &token);
    if (i > size || lexer.at > size || lexer.at < last) __builtin_trap();
    last = lexer.at;
  }
  if (status == AX_INVALID && (fault.at > size || !fault.text[0]))
    __builtin_trap();
  ax_arena_free(arena);
  return 0;
}
