#include "cli/cli_rules.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"

/* Where `make install` puts the packages, seen from the program. */
static const char *installed_packages(ax_arena *arena) {
  char self[4096];
  ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
  if (len <= 0) return NULL;
  ax_str folder = { self, (size_t)len };
  while (folder.len && folder.ptr[folder.len - 1] != '/') folder.len--;
  return ax_arena_printf(arena, AX_STR_FMT "../share/auspex/packages",
                         AX_STR_ARG(folder))
      .ptr;
}

static const char *packages_of(ax_arena *arena, const char *standard,
                               const ax_cli_options *options) {
  if (options->packages) return options->packages;
  if (ax_file_is_dir(standard)) return standard;
  const char *installed = installed_packages(arena);
  return installed && ax_file_is_dir(installed) ? installed : standard;
}

static ax_status check_folders(const ax_cli_words *folders, ax_error *err) {
  for (size_t i = 0; i < folders->count; i++)
    if (!ax_file_is_dir(folders->items[i]))
      return ax_error_set(err, AX_NOT_FOUND, "--fixtures: %.200s is no folder",
                          folders->items[i]);
  return AX_OK;
}

/* Without the types of R4 little could be judged, and that wrongly. */
static ax_status check_types(const ax_config *config, ax_cli_rules *out,
                             ax_error *err) {
  if (ax_registry_has_type(out->rules.registry, AX_STR("TestScript")))
    return AX_OK;
  ax_cli_rules_close(out);
  return ax_error_set(err, AX_NOT_FOUND,
                      "no package in %.200s defines the types of FHIR R4 "
                      "(hl7.fhir.r4.core); --packages names a folder with it",
                      config->packages);
}

static ax_status open_model(ax_cli_rules *out, ax_error *err) {
  ax_status status = ax_fp_model_r4_new(out->rules.registry, &out->model, err);
  if (status) ax_cli_rules_close(out);
  return status;
}

/* Codes imply no profiles here: that is our gateway's rule, not FHIR's. */
ax_status ax_cli_rules_open(ax_arena *arena, const ax_cli_options *options,
                            ax_cli_rules *out, ax_error *err) {
  ax_config_command command;
  *out = (ax_cli_rules){ 0 };
  AX_TRY(check_folders(&options->fixtures, err));
  AX_TRY(ax_config_load(arena, 0, NULL, NULL, &command, err));
  ax_config *config = &command.config;
  config->packages = packages_of(arena, config->packages, options);
  config->implied_profiles = "";
  AX_TRY(ax_app_rules_open(arena, config, options->profiles.items,
                           options->profiles.count, &out->rules, err));
  AX_TRY(check_types(config, out, err));
  return open_model(out, err);
}

void ax_cli_rules_close(ax_cli_rules *rules) {
  if (rules->model) ax_fp_model_r4_free(rules->model);
  ax_app_rules_close(&rules->rules);
  *rules = (ax_cli_rules){ 0 };
}
