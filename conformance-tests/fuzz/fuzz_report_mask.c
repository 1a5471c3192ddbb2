/* libFuzzer target: whatever stands around a secret, it is gone from what is
 * kept, and masking twice changes nothing that would show one. The input is cut
 * into two at its first 0xFF; the secret, as it is or percent-encoded, goes in
 * between. */
#include <stdint.h>
#include <stdlib.h>

#include "report/report_mask.h"

#define SECRET "s3cr3t/+ value"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const ax_report_masker *m, ax_arena *arena, ax_str text) {
  ax_str out, again;
  if (ax_report_mask_text(m, arena, text, &out)) return;
  if (ax_str_find(out, AX_STR(SECRET)) != AX_STR_NONE) abort();
  if (ax_str_find(out, AX_STR("s3cr3t%2F%2B%20value")) != AX_STR_NONE) abort();
  if (ax_report_mask_text(m, arena, out, &again)) return;
  if (ax_str_find(again, AX_STR(SECRET)) != AX_STR_NONE) abort();
  (void)ax_report_mask_header(m, arena, text, text, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const ax_str secret = AX_STR_INIT(SECRET);
  static const ax_str forms[] = { AX_STR_INIT(SECRET),
                                  AX_STR_INIT("s3cr3t%2F%2B%20value"),
                                  AX_STR_INIT("s3cr3t\\/+ value"),
                                  AX_STR_INIT("") };
  ax_arena *arena = ax_arena_new((size_t)64 << 20);
  ax_report_masker *m;
  if (!arena) return 0;
  ax_str after = { (const char *)data, size };
  ax_str before = ax_str_cut(&after, (char)0xFF);
  if (!ax_report_mask_new(arena, &secret, 1, &m))
    for (size_t i = 0; i < AX_COUNT(forms); i++) {
      ax_str text = AX_JOIN(arena, before, forms[i], after);
      if (text.ptr) check(m, arena, text);
    }
  ax_arena_free(arena);
  return 0;
}
