/*
 * auspex_write.h - puts results into the host's buffers.
 *
 * A writer remembers its first failure and ignores everything after it, so a
 * score function is checked once, at the end:
 *
 *     auspex_writer w = auspex_write_begin(out);
 *     auspex_result *result = auspex_write_result(&w, row, 0);
 *     result->score = 3;
 *     auspex_write_contribution(&w, 0, 3);
 *     auspex_write_text(&w, "%d points", 3);
 *     auspex_write_done(&w);
 *     return auspex_write_end(&w);
 *
 * Header only, no allocation. C11 and C++17.
 */
#ifndef AUSPEX_WRITE_H
#define AUSPEX_WRITE_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "auspex_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct auspex_writer {
  auspex_output *out;
  int32_t status;
  auspex_result result; /* under construction */
} auspex_writer;

static inline auspex_writer auspex_write_begin(auspex_output *out) {
  auspex_writer w;
  memset(&w, 0, sizeof w);
  w.out = out;
  out->result_count = out->contribution_count = out->text_count = 0;
  if (out->result_stride < sizeof(auspex_result) ||
      out->contribution_stride < sizeof(auspex_contribution))
    w.status = AUSPEX_E_ABI;
  return w;
}

/* Begins a result: scored, without numbers, text and mitigation. Change what
 * it should say, add contributions and text, then auspex_write_done. */
static inline auspex_result *auspex_write_result(auspex_writer *w, uint32_t row,
                                                 uint32_t outcome) {
  auspex_result *result = &w->result;
  memset(result, 0, sizeof *result);
  result->row = row;
  result->outcome = outcome;
  result->probability = result->low = result->high = NAN;
  result->relative_risk = result->score = NAN;
  result->contribution_first = w->out->contribution_count;
  result->text_first = w->out->text_count;
  result->mitigation = result->input = -1;
  return result;
}

static inline void auspex_write_contribution(auspex_writer *w, uint32_t factor,
                                             double amount) {
  auspex_output *out = w->out;
  auspex_contribution contribution = { factor, 0, amount };
  if (w->status) return;
  if (out->contribution_count >= out->contribution_capacity) {
    w->status = AUSPEX_E_SPACE;
    return;
  }
  memcpy((char *)out->contributions +
             (size_t)out->contribution_count * out->contribution_stride,
         &contribution, sizeof contribution);
  out->contribution_count++;
  w->result.contribution_count++;
}

/* Factor 0's amount, factor 1's, ... */
static inline void auspex_write_contributions(auspex_writer *w,
                                              const double *amounts,
                                              uint32_t count) {
  uint32_t i;
  for (i = 0; i < count; i++) auspex_write_contribution(w, i, amounts[i]);
}

/* Adds to the result's text. printf writes a NUL behind it, so one byte of the
 * buffer stays unused. */
#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
static inline void
auspex_write_text(auspex_writer *w, const char *format, ...) {
  auspex_output *out = w->out;
  size_t room = out->text_capacity - out->text_count;
  va_list args;
  int length;
  if (w->status) return;
  va_start(args, format);
  length = vsnprintf(room > 0 ? out->text + out->text_count : NULL, room,
                     format, args);
  va_end(args);
  if (length < 0 || (size_t)length >= room) {
    w->status = length < 0 ? AUSPEX_E_INTERNAL : AUSPEX_E_SPACE;
    return;
  }
  out->text_count += (uint32_t)length;
  w->result.text_count += (uint32_t)length;
}

/* Puts the result behind the others. */
static inline void auspex_write_done(auspex_writer *w) {
  auspex_output *out = w->out;
  if (w->status) return;
  if (out->result_count >= out->result_capacity) {
    w->status = AUSPEX_E_SPACE;
    return;
  }
  memcpy((char *)out->results + (size_t)out->result_count * out->result_stride,
         &w->result, sizeof w->result);
  out->result_count++;
}

/* OK or the first failure, which leaves the buffers empty. */
static inline int32_t auspex_write_end(auspex_writer *w) {
  if (w->status)
    w->out->result_count = w->out->contribution_count = w->out->text_count = 0;
  return w->status;
}

#ifdef __cplusplus
}
#endif
#endif
