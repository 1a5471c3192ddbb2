/*
 * lint.h - finds an author's mistakes without loading the module: the file
 * itself (lint_file.c), what it declares (lint_model.c), models that are data
 * (lint_data.c), what lies beside it (lint_folder.c).
 *
 * Threads: see declared.h.
 */
#ifndef AX_KIT_LINT_H
#define AX_KIT_LINT_H

#include "kit/elf.h"
#include "kit/finding.h"
#include "scoring/model.h"

enum { AX_LINT_FILE_MOST = 256 << 20 };

/* Judges a module: a folder with one .so in it, or the .so alone (nothing
 * is said about cards and golden rows then). Findings go to `out`; IO,
 * NOT_FOUND, TOO_LARGE, NOMEM when there is nothing to judge. */
ax_status ax_lint(const char *path, ax_findings *out,
                  ax_error *err) AX_MUST_USE;

/* The shared object of a folder only, and not what it declares: for check,
 * which gets the declarations from a worker. */
ax_status ax_lint_module(const char *folder, ax_findings *out,
                         ax_error *err) AX_MUST_USE;

/* --- parts ------------------------------------------------------------------
 */

/* Note, machine, hardening, exports, imports. `libraries`: the folder brings
 * libraries of its own (lib/), so loading them is its business. False when the
 * file cannot be looked into. */
bool ax_lint_file(ax_findings *out, ax_str place, ax_str file, bool libraries,
                  ax_elf *elf);

/* What a model declares: texts, version, codes and their check digits, units.
 */
void ax_lint_model(ax_findings *out, const ax_model *model);

/* The same for all models of a module, and whether two are named alike. */
void ax_lint_models(ax_findings *out, const ax_model *models, size_t count);

/* Is the module (the bytes of its .so) one of our engines, whose models are
 * data? Then its model files are read from `folder`/data as the engine would,
 * without running it: what it would refuse is a finding, `models` are those of
 * a data folder without faults (in the arena of `out`). IO, TOO_LARGE, NOMEM.
 */
bool ax_lint_data_is_ours(ax_str module);
ax_status ax_lint_data(ax_findings *out, const char *folder, ax_model **models,
                       size_t *count, ax_error *err) AX_MUST_USE;

/* Card, golden rows and manifest of a folder. Without `models` (they come with
 * the data) cards are read, and that is all. */
void ax_lint_folder(ax_findings *out, const char *folder,
                    const ax_model *models, size_t count);

/* Has a LOINC code ("718-7") the right check digit, a SNOMED CT identifier a
 * right form and check digit? */
bool ax_lint_model_loinc(ax_str code);
bool ax_lint_model_snomed(ax_str code);

#endif
