#include "app/app_modules.h"

#include <limits.h>
#include <stdio.h>

#include "base/log.h"
#include "base/vec.h"
#include "scoring/protection.h"
#include "json/json_write.h"

#define SUSPECTS_FILE "suspects" /* gateway/docs/modules.md */

enum { MEMORY = 256 << 20, RECORD_MAX = 1 << 16 };

typedef AX_VEC(ax_score_act) act_list;

/* --- writing -----------------------------------------------------------------
 */

static ax_status record(void *ctx, const ax_score_act *act, ax_error *err) {
  ax_buf line = AX_BUF_INIT(RECORD_MAX);
  ax_json_writer w = ax_json_write_begin(&line);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("at_ms"));
  ax_json_write_int(&w, act->at_ms);
  ax_json_write_member(&w, AX_STR("act"),
                       ax_str_from(ax_score_deploy_act_name(act->kind)));
  ax_json_write_member(&w, AX_STR("module"), act->module);
  ax_json_write_member(&w, AX_STR("version"), act->version);
  ax_json_write_member(&w, AX_STR("digest"), act->digest);
  ax_json_write_member(&w, AX_STR("model"), act->model);
  ax_json_write_member(&w, AX_STR("row"), act->row);
  ax_json_write_member(&w, AX_STR("who"), act->who);
  ax_json_write_member(&w, AX_STR("why"), act->why);
  ax_json_write_close(&w);
  ax_status status = ax_json_write_end(&w);
  if (!status) status = ax_store_modules_add(ctx, ax_buf_view(&line), err);
  ax_buf_free(&line);
  return status;
}

/* --- reading -----------------------------------------------------------------
 */

static ax_status take(ax_arena *arena, const ax_json *tree, act_list *list) {
  ax_score_act_kind kind;
  int64_t at = 0;
  if (!ax_score_deploy_act_named(AX_JSON_STR(tree, "act"), &kind))
    return AX_OK; /* of another kind: not ours to read */
  (void)ax_str_int64(ax_json_text(AX_JSON_GET(tree, "at_ms")), 0, INT64_MAX,
                     &at);
  ax_score_act *act = AX_VEC_PUSH(list, arena);
  if (!act) return AX_NOMEM;
  *act = (ax_score_act){ .kind = kind,
                         .module = AX_JSON_STR(tree, "module"),
                         .version = AX_JSON_STR(tree, "version"),
                         .digest = AX_JSON_STR(tree, "digest"),
                         .model = AX_JSON_STR(tree, "model"),
                         .row = AX_JSON_STR(tree, "row"),
                         .who = AX_JSON_STR(tree, "who"),
                         .why = AX_JSON_STR(tree, "why"),
                         .at_ms = at };
  return AX_OK;
}

static ax_status read_acts(ax_arena *arena, const char *folder, act_list *list,
                           ax_error *err) {
  const ax_json *const *records = NULL;
  size_t count = 0;
  AX_TRY(ax_store_modules_read(arena, folder, &records, &count, err));
  for (size_t i = 0; i < count; i++)
    if (take(arena, records[i], list))
      return ax_error_set(err, AX_NOMEM, "no memory for the ledger");
  return AX_OK;
}

/* Nobody needs the history once the states are set. */
static ax_status begin(const ax_config *config, ax_score_host *host,
                       const char *activate, ax_store_modules *ledger,
                       ax_error *err) {
  act_list acts = { 0 };
  char suspects[PATH_MAX];
  ax_arena *arena = ax_arena_new(MEMORY);
  if (!arena) return ax_error_set(err, AX_NOMEM, "no memory for the ledger");
  (void)snprintf(suspects, sizeof suspects, "%s/" SUSPECTS_FILE, config->data);
  ax_status status = read_acts(arena, config->data, &acts, err);
  ax_score_history history = { .acts = acts.items,
                               .act_count = acts.count,
                               .activate = activate,
                               .suspects = ledger ? suspects : NULL,
                               .record = ledger ? record : NULL,
                               .ctx = ledger };
  if (!status) status = ax_score_deploy_begin(host, &history, err);
  ax_arena_free(arena);
  return status;
}

ax_status ax_app_modules_begin(const ax_config *config, ax_score_host *host,
                               ax_store_modules **out, ax_error *err) {
  AX_TRY(ax_store_modules_open(config->data, out, err));
  AX_TRY(begin(config, host, config->activate, *out, err));
  if (ax_score_module_count(host) && !ax_score_model_count(host))
    ax_log_event(AX_LOG_WARN, "no_model_active",
                 ax_log_str("hint", AX_STR("`auspex plugin list` shows what is "
                                           "staged, `auspex plugin activate "
                                           "NAME` takes it into service")));
  return AX_OK;
}

ax_status ax_app_modules_look(const ax_config *config, ax_score_host *host,
                              ax_error *err) {
  return begin(config, host, "", NULL, err);
}

/* --- protection --------------------------------------------------------------
 */

static uint32_t refused_anywhere(ax_score_host *host) {
  ax_arena *arena = ax_arena_new(1 << 20);
  uint32_t refused = 0;
  for (size_t i = 0; arena && i < ax_score_module_count(host); i++) {
    ax_score_module m = { .refused = 0 };
    if (ax_score_module_at(host, i, arena, &m) == AX_OK) refused |= m.refused;
  }
  ax_arena_free(arena);
  return refused;
}

ax_status ax_app_modules_protected(const ax_config *config, ax_score_host *host,
                                   ax_error *err) {
  uint32_t refused = refused_anywhere(host);
  for (size_t i = 0; i < AX_PROTECTION_COUNT; i++) {
    if (!(refused >> i & 1)) continue;
    ax_log_event(AX_LOG_WARN, "worker_less_protected",
                 ax_log_str("without", ax_str_from(ax_protection_name(i))),
                 ax_log_str("that_is", ax_str_from(ax_protection_help(i))));
    if (config->sandbox_strict)
      return ax_error_set(err, AX_UNAVAILABLE,
                          "this kernel refuses \"%s\" (%s) to the workers of "
                          "modules, and sandbox_strict asks for all of it",
                          ax_protection_name(i), ax_protection_help(i));
  }
  return AX_OK;
}
