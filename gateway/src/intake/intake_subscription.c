#include "intake/intake_subscription.h"

#include "intake/intake_match.h"
#include "json/json_edit.h"

static void refuse(ax_intake_item *item, const ax_json *at, const char *member,
                   const char *why, ax_str value) {
  ax_str path = ax_intake_item_path(item, item->in_bundle ? ".resource" : "");
  path = ax_arena_printf(ax_fhir_issues_arena(item->issues), AX_STR_FMT ".%s",
                         AX_STR_ARG(path), member);
  if (item->status < 400) item->status = 422;
  ax_fhir_issues_addf(
      item->issues, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "subscription-not-served",
      path.ptr ? path : AX_STR("Subscription"), at, AX_STR(""), "%s: \"%.*s\"",
      why, (int)(value.len < 200 ? value.len : 200), value.ptr);
}

static ax_status check_criteria(ax_search *search, ax_arena *arena,
                                ax_intake_item *item) {
  const ax_json *at = AX_JSON_GET(item->tree, "criteria");
  ax_str text = ax_json_text(at), rest = text, why = AX_STR("");
  ax_query query;
  ax_str type = ax_str_cut(&rest, '?');
  if (!ax_str_eq(type, AX_STR("RiskAssessment"))) {
    refuse(item, at, "criteria",
           "Subscriptions are served on RiskAssessment only", text);
    return AX_OK;
  }
  if (!rest.len) return AX_OK;
  AX_TRY(ax_intake_match_read(search, arena, type, rest, AX_STR(""), &query,
                              &why));
  if (why.len)
    refuse(item, at, "criteria", "The criteria is not a usable search", why);
  return AX_OK;
}

static bool is_json(ax_str type) {
  type = ax_str_trim(ax_str_cut(&type, ';'));
  return type.len == 0 ||
         ax_str_eq_nocase(type, AX_STR("application/fhir+json")) ||
         ax_str_eq_nocase(type, AX_STR("application/json"));
}

static void check_channel(const ax_intake_outbox *rules, ax_intake_item *item) {
  const ax_json *channel = AX_JSON_GET(item->tree, "channel");
  ax_str type = AX_JSON_STR(channel, "type");
  ax_str endpoint = AX_JSON_STR(channel, "endpoint");
  ax_str payload = AX_JSON_STR(channel, "payload");
  if (!ax_str_eq(type, AX_STR("rest-hook")))
    refuse(item, AX_JSON_GET(channel, "type"), "channel.type",
           "Only channels of type rest-hook are served", type);
  else if (!rules->allows || !rules->allows(rules->ctx, endpoint))
    refuse(item, AX_JSON_GET(channel, "endpoint"), "channel.endpoint",
           "The endpoint is not among those that the configuration allows",
           endpoint);
  if (!is_json(payload))
    refuse(item, AX_JSON_GET(channel, "payload"), "channel.payload",
           "Only an empty payload or a JSON media type is served", payload);
}

ax_status ax_intake_subscription_settle(const ax_intake_outbox *rules,
                                        ax_search *search, ax_arena *arena,
                                        ax_intake_item *item) {
  if (!rules || !rules->subscriptions || !item->tree ||
      !ax_str_eq(item->type, AX_STR("Subscription")))
    return AX_OK;
  ax_str status = AX_JSON_STR(item->tree, "status");
  if (!ax_str_eq(status, AX_STR("requested")) &&
      !ax_str_eq(status, AX_STR("active")))
    return AX_OK;
  AX_TRY(check_criteria(search, arena, item));
  check_channel(rules, item);
  if (ax_str_eq(status, AX_STR("active"))) return AX_OK;
  item->tree = ax_json_edit_set(arena, item->tree, AX_STR("status"),
                                ax_json_edit_string(AX_STR("active")));
  return item->tree ? AX_OK : AX_NOMEM;
}
