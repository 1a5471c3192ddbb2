/*
 * bss_canto.h - Behavioral Symptoms Score of CANTO: how many of five symptoms
 * are severe; odds ratios of long-term symptoms where they are published.
 *
 * bss_canto.c counts with data/bss-canto.table; bss_canto_model.c declares it
 * and writes results.
 */
#ifndef BSS_CANTO_H
#define BSS_CANTO_H

#include "auspex_params.h"

enum {
  BSS_CANTO_FATIGUE,
  BSS_CANTO_COGNITION,
  BSS_CANTO_ANXIETY,
  BSS_CANTO_DEPRESSION,
  BSS_CANTO_INSOMNIA,
  BSS_CANTO_SYMPTOMS
};

enum { BSS_CANTO_ITEMS = 3 };

typedef struct {
  auspex_steps severe[BSS_CANTO_SYMPTOMS]; /* one number: 0 or 1 */
  /* Items of the QLQ-C30 that the three scales come from. */
  double fatigue_items[3], cognition_items[2], insomnia_items[1];
  double odds_ratio_1[3], odds_ratio_5[3]; /* estimate, low, high (95 %) */
  double base_rate_percent;
  auspex_steps band; /* word and level */
} bss_canto_table;

typedef struct {
  double severe[BSS_CANTO_SYMPTOMS], score;
  double odds_ratio[3]; /* against 0 symptoms; NaN: not published */
  const auspex_step *band;
} bss_canto_result;

int32_t bss_canto_read(const void *data, size_t length, void *table,
                       auspex_error *err);
/* A scale of the QLQ-C30 from the answers 1..4 to its items (NaN: unanswered):
 * 0..100, NaN when fewer than half are answered. A functional scale is better
 * when higher, a symptom scale worse. */
double bss_canto_scale(const double *answers, uint32_t count, int functional);

/* Scores of the QLQ-C30 (0..100) and of HADS (0..21), in the order above. */
bss_canto_result bss_canto_compute(const bss_canto_table *table,
                                   const double scores[BSS_CANTO_SYMPTOMS]);

#endif
