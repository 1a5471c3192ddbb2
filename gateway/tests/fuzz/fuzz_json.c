/* libFuzzer target: what the parser takes, the writer gives back as the same
 * tree, and what it refuses has a place inside the text and a sentence. */
#include <stdint.h>
#include <stdlib.h>

#include "json/json_parse.h"
#include "json/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(ax_arena *arena, const ax_json *tree) {
  ax_buf out = AX_BUF_INIT((size_t)64 << 20);
  ax_json_writer w = ax_json_write_begin(&out);
  ax_json_write_tree(&w, tree);
  if (ax_json_write_end(&w) != AX_OK) abort();
  const ax_json *again = NULL;
  if (ax_json_parse(arena, ax_buf_view(&out), &again, NULL) != AX_OK) abort();
  if (!ax_json_equal(tree, again)) abort();
  ax_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str text = { (const char *)data, size };
  ax_arena *arena = ax_arena_new((size_t)64 << 20);
  const ax_json *tree = NULL;
  ax_json_fault fault;
  if (!arena) return 0;
  ax_status status = ax_json_parse(arena, text, &tree, &fault);
  if (status == AX_OK)
    check_round_trip(arena, tree);
  else if (status != AX_NOMEM &&
           (fault.text[0] == '\0' || fault.at > size || fault.place.line == 0))
    abort();
  ax_arena_free(arena);
  return 0;
}
