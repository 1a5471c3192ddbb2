#include "app/app_rules.h"

#include <string.h>

#include "app/app_packages.h"
#include "base/file.h"
#include "ucum/ucum.h"

static ax_code_answer answer_of(ax_membership membership) {
  switch (membership) {
  case AX_MEMBER_YES:
    return AX_CODE_IN;
  case AX_MEMBER_NO:
    return AX_CODE_NOT_IN;
  case AX_MEMBER_UNKNOWN:
    break;
  }
  return AX_CODE_UNDECIDED;
}

static ax_code_answer code_in_value_set(void *ctx, ax_str value_set,
                                        ax_str system, ax_str code,
                                        const char **why) {
  return answer_of(ax_valueset_contains(ctx, value_set, system, code, why));
}

static ax_code_answer code_in_system(void *ctx, ax_str system, ax_str code,
                                     const char **why) {
  return answer_of(ax_valueset_lookup(ctx, system, code, NULL, why));
}

static bool value_set_names(void *ctx, ax_str value_set, ax_str system,
                            ax_str code, ax_str display) {
  return ax_valueset_display_in(ctx, value_set, system, code, display);
}

static ax_code_answer code_has_display(void *ctx, ax_str system, ax_str version,
                                       ax_str code, ax_str display,
                                       ax_buf *right) {
  return answer_of(
      ax_valueset_display(ctx, system, version, code, display, right));
}

static bool is_ucum_unit(ax_str code) {
  ax_ucum_unit unit;
  return ax_ucum_parse(code, &unit, NULL) == AX_OK;
}

ax_status ax_app_rules_over(ax_registry *registry,
                            const ax_validate_options *options,
                            ax_app_rules *out, ax_error *err) {
  AX_TRY(ax_valueset_new(registry, &out->valuesets, err));
  ax_valueset_set_ucum(out->valuesets, is_ucum_unit);
  const ax_validate_host host = { .ctx = out->valuesets,
                                  .code_in_value_set = code_in_value_set,
                                  .code_in_system = code_in_system,
                                  .code_has_display = code_has_display,
                                  .value_set_names = value_set_names };
  return ax_validate_new(registry, &host, options, &out->validator, err);
}

/* The first line of a file that holds a secret. */
static ax_status read_token(ax_arena *arena, const char *path, const char **out,
                            ax_error *err) {
  ax_str text;
  if (!path || !path[0]) return AX_OK;
  AX_TRY(ax_file_read(arena, path, 64 << 10, &text, err));
  *out = ax_arena_cstr(arena, ax_str_trim(ax_str_cut(&text, '\n')));
  return *out ? AX_OK : AX_NOMEM;
}

static ax_status open_server(ax_arena *arena, const ax_config *config,
                             ax_tx **out, ax_error *err) {
  const char *url = config->terminology_server;
  if (!url || !url[0]) return AX_OK;
  ax_tx_options options = {
    .url = url,
    .ca_file = config->terminology_ca,
    .cert_file = config->terminology_cert,
    .key_file = config->terminology_key,
    .timeout_ms = (unsigned)config->terminology_timeout_ms,
    .cache = config->cache[0] ? config->cache : NULL,
    .cache_max = (size_t)config->terminology_cache,
  };
  AX_TRY(
      read_token(arena, config->terminology_token_file, &options.token, err));
  return ax_tx_new(&options, out, err);
}

static ax_severity severity_named(const char *name, ax_severity standard) {
  static const ax_severity all[] = { AX_ERROR, AX_WARNING, AX_INFORMATION };
  for (size_t i = 0; name && i < AX_COUNT(all); i++)
    if (strcmp(name, ax_fhir_issue_severity(all[i])) == 0) return all[i];
  return standard;
}

static ax_validate_options policy(const ax_config *config) {
  const char *unchecked = config->unchecked_codes;
  const char *implied = config->implied_profiles;
  return (ax_validate_options){
    .unknown_profile = AX_WARNING,
    .unknown_extension = AX_WARNING,
    .wrong_display = severity_named(config->wrong_displays, AX_WARNING),
    .tell_unchecked = !unchecked || strcmp(unchecked, "off") != 0,
    .unchecked_code = severity_named(unchecked, AX_INFORMATION),
    .implied_profiles = implied && *implied ? implied : NULL,
  };
}

static ax_status open_all(ax_arena *arena, const ax_config *config,
                          ax_app_rules *out, ax_error *err) {
  const ax_validate_options options = policy(config);
  AX_TRY(open_server(arena, config, &out->server, err));
  AX_TRY(ax_app_rules_over(out->registry, &options, out, err));
  if (out->server) ax_valueset_set_server(out->valuesets, out->server);
  return AX_OK;
}

ax_status ax_app_rules_open(ax_arena *arena, const ax_config *config,
                            const char *const *more, size_t more_count,
                            ax_app_rules *out, ax_error *err) {
  *out = (ax_app_rules){ 0 };
  AX_TRY(ax_app_packages_open(arena, config, more, more_count, &out->registry,
                              err));
  ax_status status = open_all(arena, config, out, err);
  if (status) ax_app_rules_close(out);
  return status;
}

void ax_app_rules_close(ax_app_rules *rules) {
  if (rules->validator) ax_validate_free(rules->validator);
  if (rules->valuesets) ax_valueset_free(rules->valuesets);
  ax_tx_free(rules->server);
  if (rules->registry) ax_registry_close(rules->registry);
  *rules = (ax_app_rules){ 0 };
}
