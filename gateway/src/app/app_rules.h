/*
 * app_rules.h - everything that judges resources, built from the FHIR packages:
 * registry, value sets, validator.
 *
 * Lifetime: until ax_app_rules_close. Threads: as its parts.
 */
#ifndef AX_APP_APP_RULES_H
#define AX_APP_APP_RULES_H

#include "app/config.h"
#include "definitions/registry.h"
#include "terminology/valueset.h"
#include "validate/validate.h"

typedef struct {
  ax_registry *registry; /* NULL: the caller's */
  ax_tx *server; /* NULL: no terminology server is configured */
  ax_valuesets *valuesets;
  ax_validator *validator;
} ax_app_rules;

/*
 * Opens the packages in the folder `config->packages` (folders NAME#VERSION
 * with a `package` inside, and .tgz files; or one package itself), then
 * `config->profiles` when it is there, then `more`. NOT_FOUND when there is no
 * package at all, and what ax_registry_open gives. On failure nothing is left
 * open.
 */
ax_status ax_app_rules_open(ax_arena *arena, const ax_config *config,
                            const char *const *more, size_t more_count,
                            ax_app_rules *out, ax_error *err) AX_MUST_USE;

/* The same over a registry that stays the caller's, with other options. */
ax_status ax_app_rules_over(ax_registry *registry,
                            const ax_validate_options *options,
                            ax_app_rules *out, ax_error *err) AX_MUST_USE;
void ax_app_rules_close(ax_app_rules *rules);

#endif
