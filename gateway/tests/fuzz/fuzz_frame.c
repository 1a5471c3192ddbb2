/*
 * libFuzzer target: whatever a worker (or, the other way round, the gateway)
 * sends, the readers of frames stay inside it and come back. The first byte
 * chooses the reader.
 */
#include <stdlib.h>
#include <string.h>

#include "scoring/frame_batch.h"
#include "scoring/frame_counters.h"
#include "scoring/frame_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ax_model_outcome outcomes[] = { { .kind = AUSPEX_MEASUREMENT },
                                             { .kind = AUSPEX_PREDICTION } };

static const ax_model model = {
  .outcomes = outcomes,
  .outcome_count = 2,
  .input_count = 3,
  .factor_count = 2,
  .mitigation_count = 1,
  .max_batch = 8,
  .max_results_per_row = 4,
  .max_contributions_per_row = 4,
  .max_text_per_row = 100,
};

static void results(ax_arena *arena, ax_str payload) {
  enum { ROWS = 4 };
  if (ax_frame_batch_check(&model, payload, ROWS, NULL)) return;
  for (uint32_t row = 0; row < ROWS; row++) {
    ax_results out;
    (void)!ax_frame_batch_results(arena, payload, row, &out);
  }
}

static void batch(ax_arena *arena, ax_str payload) {
  ax_frame_batch b;
  if (!ax_frame_batch_read(arena, payload, &b)) return;
  volatile double sum = 0;
  for (size_t i = 0; i < (size_t)b.batch.row_count * b.batch.column_count; i++)
    sum = sum + b.batch.value[i];
}

static void models(ax_arena *arena, ax_str payload) {
  ax_model *read = NULL;
  size_t count = 0;
  (void)!ax_frame_model_read(arena, payload, &read, &count, NULL);
}

/* What is read is written as it was. */
static void counters(ax_str payload) {
  ax_frame_counters c;
  if (!ax_frame_counters_read(payload, &c)) return;
  ax_buf out = AX_BUF_INIT(1 << 16);
  ax_frame_counters_write(&out, &c);
  if (!ax_str_eq(ax_buf_view(&out), payload)) abort();
  ax_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size) return 0;
  ax_arena *arena = ax_arena_new(8 << 20);
  ax_str payload = { (const char *)data + 1, size - 1 };
  ax_frame_header head;
  if (data[0] == 0 && payload.len >= AX_FRAME_HEADER)
    (void)ax_frame_header_read(data + 1, &head);
  if (data[0] == 1) models(arena, payload);
  if (data[0] == 2) results(arena, payload);
  if (data[0] == 3) batch(arena, payload);
  if (data[0] == 4) counters(payload);
  ax_arena_free(arena);
  return 0;
}
