/*
 * rows.h - rows for trying a model: plausible values by its declaration, the
 * same ones on every machine.
 *
 * Lifetime: the arena's. Threads: any.
 */
#ifndef AX_KIT_ROWS_H
#define AX_KIT_ROWS_H

#include "scoring/feature.h"

/* The moment that all made rows are scored at: 2026-01-15T12:00:00Z. */
#define AX_ROWS_AS_OF INT64_C(1768478400000)

/* Row number `number`: every cell PRESENT, values inside what the source calls
 * plausible and what its map gives, times inside the window. NULL: no memory.
 */
ax_feature_row *ax_rows_make(ax_arena *arena, const ax_model *model,
                             uint64_t number) AX_MUST_USE;

/* The same with the cells of input `input` in another state: no value. */
void ax_rows_set_state(const ax_model *model, ax_feature_row *row, size_t input,
                       uint8_t state);

/* ... with another value, PRESENT. */
void ax_rows_set_value(const ax_model *model, ax_feature_row *row, size_t input,
                       double value);

/* Can the host ever send this value: is it what the input's map gives, or
 * inside what a source calls plausible? */
bool ax_rows_possible(const ax_model_input *input, double value);

#endif
