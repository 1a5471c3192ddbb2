/*
 * app_packages.h - which FHIR packages there are, and a registry over them.
 * Threads: any; a call touches only its arguments.
 */
#ifndef AX_APP_APP_PACKAGES_H
#define AX_APP_APP_PACKAGES_H

#include "app/config.h"
#include "definitions/registry.h"

/*
 * Opens the packages in the folder `config->packages` (folders NAME#VERSION
 * with a `package` inside, and .tgz files; or one package itself), then
 * `config->profiles` when it is there, then `more` (paths, or NAME#VERSION in
 * `config->package_cache` or `config->packages`). What they depend on comes
 * from the same two folders. NOT_FOUND when there is no package at all, and
 * what ax_registry_open gives.
 */
ax_status ax_app_packages_open(ax_arena *arena, const ax_config *config,
                               const char *const *more, size_t more_count,
                               ax_registry **out, ax_error *err) AX_MUST_USE;

/* Prints what the registry notes (dependencies that are missing, files that do
 * not parse, profiles without a snapshot) as warnings on standard error. */
void ax_app_packages_warn(ax_registry *registry);

#endif
