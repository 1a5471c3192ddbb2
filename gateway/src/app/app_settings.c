#include "app/app_settings.h"

#include "base/file.h"
#include "net/net_pem.h"
#include "scoring/mitigation.h"

enum { TOKEN_MAX = 64 * 1024 };

/* The option's name before the sentence. */
static ax_status of_option(const char *option, ax_status status,
                           const ax_error *why, ax_error *err) {
  if (!status || !why->text[0]) return status;
  return ax_error_set(err, status, "%s: %s", option, why->text);
}

static ax_status read_mitigations(ax_arena *arena, const ax_config *config,
                                  const ax_json **out, ax_error *err) {
  ax_str text;
  ax_error why = { 0 };
  AX_TRY(
      ax_file_read(arena, config->mitigations, AX_MITIGATION_FILE, &text, err));
  ax_status status = ax_mitigation_read(arena, text, out, &why);
  return of_option(config->mitigations, status, &why, err);
}

static const char *given(const char *text) {
  return text[0] ? text : NULL;
}

static ax_status check_terminology(ax_arena *arena, const ax_config *config,
                                   ax_error *err) {
  ax_str token;
  ax_error why = { 0 };
  if (!config->terminology_server[0]) return AX_OK;
  ax_status status = ax_net_pem_check(given(config->terminology_ca),
                                      given(config->terminology_cert),
                                      given(config->terminology_key), &why);
  AX_TRY(of_option("terminology_ca, _cert and _key", status, &why, err));
  if (config->terminology_token_file[0])
    status = ax_file_read(arena, config->terminology_token_file, TOKEN_MAX,
                          &token, &why);
  return of_option("terminology_token_file", status, &why, err);
}

static ax_status read_all(ax_arena *arena, const ax_config *config,
                          bool serving, ax_app_settings *out, ax_error *err) {
  ax_error why = { 0 };
  ax_status status = AX_OK;
  if (serving)
    status = ax_app_delivery_read(arena, config, &out->targets, &why);
  AX_TRY(of_option("targets", status, &why, err));
  status = ax_intake_mode_read(arena, config->validation,
                               config->sender_validation, &out->modes, &why);
  AX_TRY(of_option("sender_validation", status, &why, err));
  if (config->translations[0])
    status =
        ax_intake_translate_load(config->translations, &out->translate, &why);
  AX_TRY(of_option("translations", status, &why, err));
  if (config->mitigations[0])
    status = read_mitigations(arena, config, &out->mitigations, &why);
  AX_TRY(of_option("mitigations", status, &why, err));
  return check_terminology(arena, config, err);
}

ax_status ax_app_settings_read(ax_arena *arena, const ax_config *config,
                               bool serving, ax_app_settings *out,
                               ax_error *err) {
  *out = (ax_app_settings){ 0 };
  ax_status status = read_all(arena, config, serving, out, err);
  if (status) ax_app_settings_close(out);
  return status;
}

void ax_app_settings_close(ax_app_settings *settings) {
  ax_intake_translate_free(settings->translate);
  ax_app_delivery_close(&settings->targets);
  *settings = (ax_app_settings){ 0 };
}

ax_status ax_app_settings_check(ax_arena *arena, const ax_config *config,
                                ax_error *err) {
  ax_app_settings settings;
  AX_TRY(ax_app_settings_read(arena, config, true, &settings, err));
  ax_app_settings_close(&settings);
  return AX_OK;
}
