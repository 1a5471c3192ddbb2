/*
 * frame_model.h - the declarations of a module on their way from the worker
 * (which sees the plug-in's C structs) to the host (which keeps ax_model).
 *
 * Threads: any.
 */
#ifndef AX_SCORING_FRAME_MODEL_H
#define AX_SCORING_FRAME_MODEL_H

#include <auspex_plugin.h>

#include "base/arena.h"
#include "scoring/frame.h"
#include "scoring/model.h"

enum {
  AX_FRAME_MODEL_TEXT = 4000, /* longest text of a declaration */
  AX_FRAME_MODEL_MODELS = 64, /* in one module */
  AX_FRAME_MODEL_ITEMS = 512, /* codes, outcomes, factors ... of one list */
  AX_FRAME_MODEL_SHARED = 4096 /* sets of codes, or maps, in one module */
};

/* Writes the payload of AX_FRAME_MODELS: all that `module` declares. Fields
 * that an older plug-in does not have are written as zero. Follows the
 * plug-in's pointers: worker only. */
void ax_frame_model_write(ax_buf *out, const auspex_module *module);

/*
 * Reads such a payload into `arena`; texts are copied. INVALID says which
 * model and which part is malformed or breaks a rule of ax_model_check; NOMEM.
 */
ax_status ax_frame_model_read(ax_arena *arena, ax_str payload, ax_model **out,
                              size_t *count, ax_error *err) AX_MUST_USE;

#endif
