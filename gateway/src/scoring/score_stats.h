/*
 * score_stats.h - how one model of one version is doing: what was asked and
 * what came of it, how long it took, what its inputs look like beside those it
 * was made from, and what it answers.
 *
 * Numbers only: sums, counts and histograms, nothing about one patient. They
 * begin with the version's start and are not kept over a restart (evidence is).
 *
 * Threads: any; one private lock, held for the sums of one row.
 */
#ifndef AX_SCORING_SCORE_STATS_H
#define AX_SCORING_SCORE_STATS_H

#include "scoring/feature.h"
#include "scoring/result.h"
#include "json/json_write.h"

typedef struct ax_score_stats ax_score_stats;

/* What came of a request. */
#define AX_SCORE_STATS_ENDS(X)                                         \
  X(SCORED, "scored")                                                  \
  X(REFUSED, "refused")               /* inputs missing or unfit */    \
  X(NOT_APPLICABLE, "not_applicable") /* outside the population */     \
  X(STALE, "stale")                                                    \
  X(DECLINED, "declined")       /* by the module */                    \
  X(KILLED, "killed")           /* two workers ended over the row */   \
  X(POISON, "poison")           /* not sent: it killed before */       \
  X(TIMED_OUT, "timed_out")     /* its turn did not come */            \
  X(UNAVAILABLE, "unavailable") /* no worker, or too many rows wait */ \
  X(FAILED, "failed")           /* memory and the like */

typedef enum {
#define X(name, text) AX_SCORE_STATS_##name,
  AX_SCORE_STATS_ENDS(X)
#undef X
      AX_SCORE_STATS_COUNT
} ax_score_stats_end;

enum { AX_SCORE_STATS_TIMES = 32, AX_SCORE_STATS_BINS = 20 };

/* Lives in `arena` with the model; NULL without memory. */
ax_score_stats *ax_score_stats_new(ax_arena *arena,
                                   const ax_model *model) AX_MUST_USE;

/* A request ended. With a row its cells count; with results (SCORED) its
 * outcomes; times count where a worker was asked. */
void ax_score_stats_add(ax_score_stats *stats, ax_score_stats_end end,
                        const ax_feature_row *row, const ax_results *results);
/* The plug-in counted something (auspex_host.counter); of more than
 * AX_FRAME_COUNTERS_MAX names the later ones are dropped. */
void ax_score_stats_counted(ax_score_stats *stats, const char *name,
                            double add);
void ax_score_stats_time(ax_score_stats *stats, int64_t took_us,
                         int64_t queue_us);

/*
 * One JSON object: {"calls", "ends": {...}, "took_us": {"count", "p50", "p95",
 * "p99"}, "queue_us": {...}, "inputs": [{"name", "cells", "states": {"present":
 * count ...}, "mean", "sd", "train_mean", "train_sd", "drift"}], "outcomes":
 * [{"name", "results", "probability": [20 counts], "score": {"mean", "sd",
 * "min", "max"}}], "counters": {name: sum, as the plug-in counts}}. `drift` is
 * the distance of the means in training deviations. Percentiles are upper ends
 * of bins a factor of the square root of two wide.
 */
void ax_score_stats_write(ax_score_stats *stats, ax_json_writer *w);

#endif
