/*
 * cli_rules.h - the definitions that scripts are read and answers are judged
 * with: FHIR packages, validator, FHIRPath model.
 *
 * Threads: as its parts, which may be shared.
 */
#ifndef AX_CLI_CLI_RULES_H
#define AX_CLI_CLI_RULES_H

#include "app/app_rules.h"
#include "cli/cli_options.h"
#include "validate/fp_model_r4.h"

typedef struct {
  ax_app_rules rules;
  ax_fp_model_r4 *model;
} ax_cli_rules;

/* NOT_FOUND: there are no packages; what ax_app_rules_open gives. On failure
 * nothing is left open. */
ax_status ax_cli_rules_open(ax_arena *arena, const ax_cli_options *options,
                            ax_cli_rules *out, ax_error *err) AX_MUST_USE;
void ax_cli_rules_close(ax_cli_rules *rules);

#endif
