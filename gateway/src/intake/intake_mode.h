/*
 * intake_mode.h - what becomes of a resource that validation refuses: by
 * configuration, and for each sender.
 *
 *   reject      it is refused with all its faults (the standard)
 *   quarantine  it is kept apart until somebody corrects or discards it
 *               (intake_hold.h); the sender gets 202
 *   tag         it is accepted with a tag that says so, and what validation
 *               found is kept with it (intake_verdict.h)
 *
 * Senders are known as elsewhere (translations, rates): by the configured
 * header, else by their address.
 *
 * Lifetime: immutable after reading, in the arena given. Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_MODE_H
#define AX_INTAKE_INTAKE_MODE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

typedef enum {
  AX_INTAKE_REJECT,
  AX_INTAKE_QUARANTINE,
  AX_INTAKE_TAG
} ax_intake_mode;

typedef struct {
  ax_str sender;
  ax_intake_mode mode;
} ax_intake_mode_row;

typedef struct {
  ax_intake_mode standard; /* of whoever is not named */
  const ax_intake_mode_row *rows;
  size_t count;
} ax_intake_modes;

/* `standard` is a mode's name; `senders` is "lab-a=quarantine; 10.0.0.7=tag".
 * INVALID with a sentence for a mode that does not exist, a sender without a
 * name or named twice: a gateway that does not know what to do with faults must
 * not start. NOMEM. */
ax_status ax_intake_mode_read(ax_arena *arena, const char *standard,
                              const char *senders, ax_intake_modes *out,
                              ax_error *err) AX_MUST_USE;

ax_intake_mode ax_intake_mode_of(const ax_intake_modes *modes, ax_str sender);

#endif
