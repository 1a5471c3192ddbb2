/*
 * bench.h - how a benchmark measures and what it prints. Header only, because a
 * benchmark links the archive and nothing else.
 *
 *     ax_bench b = ax_bench_begin("parse_observation", 20000);
 *     while (ax_bench_next(&b)) {
 *       ... one operation ...
 *     }
 *     ax_bench_end(&b);
 *     -> bench: parse_observation p50_us=4.1 p99_us=9.0 per_second=231000
 * rss_mb=9
 *
 * Every operation is timed on its own; ax_bench_end prints and frees. Fields
 * that do not apply are left out of ax_bench_print.
 */
#ifndef AX_BENCH_BENCH_H
#define AX_BENCH_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attrs.h"
#include "base/clock.h"

typedef struct {
  const char *name;
  int64_t *ns; /* one for each operation */
  size_t count, wanted;
  int64_t started, last;
} ax_bench;

/* Resident memory of this process, in megabytes. */
static inline double ax_bench_rss_mb(void) {
  char line[256];
  double kb = 0;
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, "VmRSS:", 6) == 0) kb = strtod(line + 6, NULL);
  if (status) (void)fclose(status);
  return kb / 1024;
}

static inline ax_bench ax_bench_begin(const char *name, size_t operations) {
  ax_bench b = { .name = name, .wanted = operations };
  b.ns = malloc(operations * sizeof *b.ns);
  if (!b.ns) abort();
  return b;
}

/* Ends the operation before, if there was one; true: run one more. */
static inline int ax_bench_next(ax_bench *b) {
  int64_t now = ax_clock_mono_ns();
  if (b->started)
    b->ns[b->count++] = now - b->last;
  else
    b->started = now;
  b->last = ax_clock_mono_ns();
  return b->count < b->wanted;
}

static inline int ax_bench_by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* The value that `percent` of the sorted operations do not exceed, in us. */
static inline double ax_bench_percentile(const ax_bench *b, double percent) {
  size_t at = (size_t)((double)b->count * percent / 100);
  if (at >= b->count) at = b->count ? b->count - 1 : 0;
  return b->count ? (double)b->ns[at] / 1000 : 0;
}

static inline void ax_bench_print(const char *name, double p50_us,
                                  double p99_us, double per_second) {
  printf("bench: %s", name);
  if (p50_us > 0) printf(" p50_us=%.2f", p50_us);
  if (p99_us > 0) printf(" p99_us=%.2f", p99_us);
  if (per_second > 0) printf(" per_second=%.0f", per_second);
  printf(" rss_mb=%.1f\n", ax_bench_rss_mb());
}

static inline void ax_bench_end(ax_bench *b) {
  int64_t total = 0;
  for (size_t i = 0; i < b->count; i++) total += b->ns[i];
  if (b->count > 1) qsort(b->ns, b->count, sizeof *b->ns, ax_bench_by_value);
  ax_bench_print(b->name, ax_bench_percentile(b, 50),
                 ax_bench_percentile(b, 99),
                 total ? (double)b->count * 1e9 / (double)total : 0);
  free(b->ns);
  b->ns = NULL;
}

#endif
