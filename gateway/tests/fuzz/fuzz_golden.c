/* libFuzzer target: golden.json is a stranger's file. What is read of it is
 * written again and reads back as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "scoring/golden.h"
#include "scoring/score_evidence.h"
#include "scoring/score_replay.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(ax_arena *arena, const ax_results *results) {
  ax_str text;
  const ax_json *tree = NULL;
  ax_results back;
  if (ax_score_evidence_output(arena, results, &text)) return;
  if (ax_json_parse(arena, text, &tree, NULL)) return; /* too deep, too long */
  if (ax_score_replay_output(arena, tree, &back, NULL) ||
      !ax_score_replay_same(results, &back, NULL))
    abort();
}

/* Answers a row with what is expected, so that every row is looked at. */
static ax_status nothing(void *ctx, ax_arena *arena, const ax_model *model,
                         const ax_feature_row *row, ax_results *out,
                         ax_error *err) {
  (void)ctx, (void)err;
  ax_str text;
  *out = (ax_results){ 0 };
  return ax_score_evidence_row(arena, model, row, &text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new((size_t)64 << 20);
  ax_model model = { .id = AX_STR("m"),
                     .name = AX_STR("m"),
                     .column_count = 2 };
  const ax_model *models[] = { &model };
  ax_golden golden;
  ax_error err = { 0 };
  if (!arena) return 0;
  if (!ax_golden_read(arena, (ax_str){ (const char *)data, size }, &golden,
                      &err)) {
    for (size_t i = 0; i < golden.count; i++) {
      ax_results results;
      if (!ax_score_replay_output(arena, golden.rows[i].output, &results, &err))
        again(arena, &results);
    }
    (void)ax_golden_check(arena, &golden, models, 1, nothing, NULL, &err);
  }
  ax_arena_free(arena);
  return 0;
}
