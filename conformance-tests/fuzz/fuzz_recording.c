/* libFuzzer target: a recorded exchange that can be read is the same after it
 * was written and read again; what is refused has a sentence. */
#include <stdint.h>
#include <stdlib.h>

#include "proxy/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(ax_arena *arena, const ax_result_exchange *e) {
  ax_result_exchange again;
  ax_buf out = AX_BUF_INIT((size_t)64 << 20);
  if (ax_recording_text(arena, e, &out) != AX_OK) abort();
  if (ax_recording_read(arena, ax_buf_view(&out), AX_STR("http://x"), &again,
                        NULL) != AX_OK)
    abort();
  if (!ax_str_eq(again.method, e->method) || !ax_str_eq(again.url, e->url) ||
      !ax_str_eq(again.request_body, e->request_body) ||
      again.status != e->status ||
      again.request_headers.count != e->request_headers.count ||
      (e->status && !ax_str_eq(again.response_body, e->response_body)))
    abort();
  ax_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new((size_t)64 << 20);
  ax_result_exchange e;
  ax_error err = { 0 };
  if (!arena) return 0;
  ax_str text = { (const char *)data, size };
  ax_status status =
      ax_recording_read(arena, text, AX_STR("http://x"), &e, &err);
  if (status == AX_OK) check(arena, &e);
  if (status == AX_INVALID && !err.text[0]) abort();
  ax_arena_free(arena);
  return 0;
}
