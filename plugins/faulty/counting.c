/* Counts as it may, and as it may not: names of all kinds, numbers that are
 * none, more names than are kept. */

#define FAULTY_BATCHES "batches"
#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  host->counter(host->ctx, "rows_seen", 1);
  host->counter(host->ctx, "rows_seen", 0.5);
  host->counter(host->ctx, "Rows", 1);
  host->counter(host->ctx, "", 1);
  host->counter(host->ctx, NULL, 1);
  host->counter(host->ctx, "rows_lost", (double)NAN);
  char many[] = "a_";
  for (char c = 'a'; c <= 'z'; c++) {
    many[0] = c;
    host->counter(host->ctx, many, 1);
    many[1] = 'x';
    host->counter(host->ctx, many, 1);
    many[1] = '_';
  }
  faulty_answer(out, row, 0);
  return AUSPEX_OK;
}
