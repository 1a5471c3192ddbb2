/*
 * app_settings.h - what options say beyond a number or a word: files that they
 * name, lists that they hold. Read before anything else is opened, so that a
 * mistake is told as one of the configuration, with the option's name.
 *
 * Lifetime: texts live in the arena given. Threads: read-only after reading.
 */
#ifndef AX_APP_APP_SETTINGS_H
#define AX_APP_APP_SETTINGS_H

#include "app/app_delivery.h"
#include "intake/intake_mode.h"
#include "intake/intake_translate.h"

typedef struct {
  ax_app_delivery targets;
  ax_intake_translate *translate; /* NULL: none */
  ax_intake_modes modes;
  const ax_json *mitigations; /* NULL: none */
} ax_app_settings;

/* With `serving` also what only a gateway needs: whom it tells, and by which
 * keys. On failure nothing is left open. */
ax_status ax_app_settings_read(ax_arena *arena, const ax_config *config,
                               bool serving, ax_app_settings *out,
                               ax_error *err) AX_MUST_USE;
void ax_app_settings_close(ax_app_settings *settings);

/* Reads everything and lets go of it: --check-config of a gateway. */
ax_status ax_app_settings_check(ax_arena *arena, const ax_config *config,
                                ax_error *err) AX_MUST_USE;

#endif
