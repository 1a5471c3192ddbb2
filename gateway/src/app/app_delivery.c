#include "app/app_delivery.h"

static ax_intake_target rule_of(const ax_delivery_target *target) {
  return (ax_intake_target){ .name = ax_str_from(target->name),
                             .models = target->models,
                             .model_count = target->model_count,
                             .levels = target->levels,
                             .level_count = target->level_count,
                             .group = target->group ? ax_str_from(target->group)
                                                    : AX_STR(""),
                             .every = target->every };
}

static bool allows(void *ctx, ax_str endpoint) {
  const ax_app_delivery *delivery = ctx;
  return delivery->allowed &&
         ax_net_client_allows(delivery->allowed, endpoint, NULL) == AX_OK;
}

/* The published base, else where we listen, unless nobody can know that yet. */
static ax_status find_base(ax_arena *arena, const ax_config *config,
                           const char **out) {
  ax_str listen = ax_str_from(config->listen);
  *out = config->base_url[0] ? config->base_url : NULL;
  if (*out || ax_str_ends(listen, AX_STR(":0")) ||
      ax_str_starts(listen, AX_STR("0.0.0.0:")) ||
      ax_str_starts(listen, AX_STR("[::]:")))
    return AX_OK;
  *out = ax_arena_printf(arena, "http://%s/fhir", config->listen).ptr;
  return *out ? AX_OK : AX_NOMEM;
}

ax_status ax_app_delivery_read(ax_arena *arena, const ax_config *config,
                               ax_app_delivery *out, ax_error *err) {
  *out = (ax_app_delivery){ 0 };
  if (!config->targets[0]) return AX_OK;
  AX_TRY(ax_delivery_config_load(arena, config->targets, &out->config, err));
  AX_TRY(find_base(arena, config, &out->config.base));
  AX_TRY(ax_delivery_new(&out->config, &out->sender, err));
  size_t count = out->config.target_count;
  ax_intake_target *rules = AX_NEW_ARRAY(arena, ax_intake_target, count);
  if (!rules && count) return AX_NOMEM;
  for (size_t i = 0; i < count; i++)
    rules[i] = rule_of(&out->config.targets[i]);
  out->rules = (ax_intake_outbox){ .targets = rules,
                                   .target_count = count,
                                   .subscriptions = out->config.allow_count > 0,
                                   .allows = allows,
                                   .ctx = out };
  if (!out->config.allow_count) return AX_OK;
  ax_net_client_options options = { .origins = out->config.allow,
                                    .origin_count = out->config.allow_count };
  return ax_net_client_new(&options, &out->allowed, err);
}

ax_status ax_app_delivery_start(ax_app_delivery *delivery, ax_store *store,
                                ax_error *err) {
  return delivery->sender ? ax_delivery_start(delivery->sender, store, err)
                          : AX_OK;
}

void ax_app_delivery_stop(ax_app_delivery *delivery) {
  if (delivery->sender) ax_delivery_stop(delivery->sender);
}

void ax_app_delivery_close(ax_app_delivery *delivery) {
  ax_delivery_free(delivery->sender);
  ax_net_client_free(delivery->allowed);
  *delivery = (ax_app_delivery){ 0 };
}
