/* Any bytes as a terminology server's answer, and as its file of kept answers:
 * a verdict, and nothing that was not written as a line. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminology/tx_answer.h"
#include "terminology/tx_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ax_file_write waits for the disk; here nobody needs to. */
static bool put(const char *path, ax_str text) {
  FILE *file = fopen(path, "wb");
  if (!file) return false;
  bool good = fwrite(text.ptr, 1, text.len, file) == text.len;
  return fclose(file) == 0 && good;
}

static void as_answer(ax_str text) {
  ax_arena *arena = ax_arena_new(4u << 20);
  ax_str display = AX_STR("");
  if (arena) {
    ax_membership m = ax_tx_answer_read(arena, text, &display);
    if (m != AX_MEMBER_YES && m != AX_MEMBER_NO && m != AX_MEMBER_UNKNOWN)
      __builtin_trap();
    if (display.len > text.len) __builtin_trap();
  }
  ax_arena_free(arena);
}

static void as_cache(ax_str text) {
  static char folder[] = "/tmp/auspex-fuzz-tx-XXXXXX";
  static char path[sizeof folder + 8];
  ax_tx_cache *cache = NULL;
  if (!path[0]) {
    if (!mkdtemp(folder)) return;
    memcpy(path, folder, sizeof folder - 1);
    memcpy(path + sizeof folder - 1, "/x.new", 7);
  }
  if (!put(path, text)) return;
  if (ax_tx_cache_open(folder, AX_STR("x"), 16, &cache) == AX_OK) {
    ax_membership answer;
    ax_buf display = AX_BUF_INIT(4096);
    (void)ax_tx_cache_get(cache, AX_STR("a\tb"), 1, &answer, &display);
    if (ax_tx_cache_count(cache) > 16) __builtin_trap();
    ax_buf_free(&display);
  }
  ax_tx_cache_close(cache);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str text = { (const char *)data, size };
  as_answer(text);
  as_cache(text);
  return 0;
}
