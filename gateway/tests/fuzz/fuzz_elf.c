/*
 * libFuzzer target: whatever bytes pass for a shared object, looking into them
 * stays inside, and what is found lies in the image. (Declarations are followed
 * in a child process by kit/declared.c, not here.)
 */
#include <stdlib.h>
#include <string.h>

#include "kit/elf.h"
#include "kit/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_elf elf;
  ax_arena *arena = ax_arena_new(64u << 20);
  if (!arena) return 0;
  ax_findings findings = { .arena = arena };
  if (ax_lint_file(&findings, AX_STR("x.so"),
                   (ax_str){ (const char *)data, size }, false, &elf)) {
    for (size_t i = 0; i < elf.symbols.count; i++)
      if (!ax_elf_holds_text(&elf, elf.symbols.items[i].name, size + 1))
        abort();
    if (elf.declared && !ax_elf_holds(&elf, elf.declared, elf.declared_size))
      abort();
  }
  ax_arena_free(arena);
  return 0;
}
