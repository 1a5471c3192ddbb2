/* Fuzz target: a document and a patch for it, a NUL between them. */
#include <stdlib.h>
#include <string.h>

#include "json/json_parse.h"
#include "json/json_patch.h"
#include "json/json_pretty.h"
#include "json/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes out can be written and read again, and pretty text is the same. */
static void usable(ax_arena *arena, const ax_json *tree) {
  ax_buf text = AX_BUF_INIT(1 << 20), pretty = AX_BUF_INIT(8 << 20);
  ax_json_writer w = ax_json_write_begin(&text);
  const ax_json *again = NULL;
  ax_json_write_tree(&w, tree);
  if (ax_json_write_end(&w) == AX_OK) {
    ax_json_pretty_write(ax_buf_view(&text), &pretty);
    ax_status status = ax_json_parse(arena, ax_buf_view(&pretty), &again, NULL);
    if (status == AX_OK && !ax_json_equal(tree, again)) abort();
    if (status == AX_INVALID && pretty.status == AX_OK) abort();
  }
  ax_buf_free(&text);
  ax_buf_free(&pretty);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
  if (!zero) return 0;
  ax_arena *arena = ax_arena_new(16u << 20);
  if (!arena) return 0;
  ax_str first = { (const char *)data, (size_t)(zero - data) };
  ax_str second = { (const char *)zero + 1, size - first.len - 1 };
  const ax_json *tree = NULL, *patch = NULL, *out = NULL;
  if (ax_json_parse(arena, first, &tree, NULL) == AX_OK &&
      ax_json_parse(arena, second, &patch, NULL) == AX_OK &&
      ax_json_patch_apply(arena, tree, patch, &out, NULL) == AX_OK)
    usable(arena, out);
  ax_arena_free(arena);
  return 0;
}
