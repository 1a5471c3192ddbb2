#include "intake/intake_outbox.h"

#include "base/clock.h"
#include "base/vec.h"
#include "fhir/fhir_date.h"
#include "intake/intake_match.h"
#include "json/json_parse.h"

enum { BEFORE_MAX = 8, TOLD_MAX = 200, SUBSCRIPTIONS_MAX = 500 };

typedef AX_VEC(ax_outbox) row_list;

typedef struct {
  const ax_intake_outbox *rules;
  ax_store *store;
  ax_search *search;
  ax_arena *arena;
  ax_error *err;
  int64_t now_ms;
  uint64_t task;
  row_list rows;

  const ax_write *write; /* the result in question, and its tree */
  const ax_json *tree;
  bool looked; /* for the result before */
  bool has_before;
  ax_str level_before;
} planning;

/* --- what a result says ----------------------------------------------------
 */

/* The level of the first prediction that has one. */
static ax_str level_of(const ax_json *tree) {
  const ax_json *predictions = AX_JSON_GET(tree, "prediction");
  for (size_t i = 0; i < ax_json_count(predictions); i++) {
    const ax_json *risk =
        AX_JSON_GET(ax_json_item(predictions, i), "qualitativeRisk");
    ax_str code =
        AX_JSON_STR(ax_json_item(AX_JSON_GET(risk, "coding"), 0), "code");
    if (code.len) return code;
  }
  return AX_STR("");
}

static const ax_json *method_of(const ax_json *tree) {
  return AX_JSON_GET(AX_JSON_GET(tree, "method"), "coding");
}

static bool is_high(ax_str level) {
  return ax_str_eq(level, AX_STR("high")) ||
         ax_str_eq(level, AX_STR("certain"));
}

static bool is_among(ax_str text, const ax_str *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(text, list[i])) return true;
  return false;
}

static bool is_taken_back(const ax_json *tree) {
  return ax_str_eq(AX_JSON_STR(tree, "status"), AX_STR("entered-in-error"));
}

/* --- the result before -----------------------------------------------------
 */

static ax_status take_before(planning *p, const ax_page *page) {
  for (size_t i = 0; i < page->count && !p->has_before; i++) {
    const ax_json *tree = NULL;
    ax_json_fault fault;
    if (ax_str_eq(page->items[i].id, p->write->id)) continue;
    ax_status status =
        ax_json_parse(p->arena, page->items[i].body, &tree, &fault);
    if (status == AX_NOMEM) return status;
    if (status || is_taken_back(tree)) continue;
    p->has_before = true;
    p->level_before = level_of(tree);
  }
  return AX_OK;
}

/* The newest other result of the patient by the same method. */
static ax_status look_before(planning *p) {
  const ax_json *coding = ax_json_item(method_of(p->tree), 0);
  ax_query_value patient = { .code = p->write->patient };
  ax_query_value method = { .system = AX_JSON_STR(coding, "system"),
                            .code = AX_JSON_STR(coding, "code") };
  const ax_query_term terms[] = {
    { .param = AX_STR_INIT("subject"),
      .kind = AX_INDEX_REFERENCE,
      .values = &patient,
      .value_count = 1 },
    { .param = AX_STR_INIT("method"),
      .kind = AX_INDEX_TOKEN,
      .values = &method,
      .value_count = 1 },
  };
  ax_query query = { .type = AX_STR("RiskAssessment"),
                     .terms = terms,
                     .term_count = AX_COUNT(terms),
                     .newest_first = true,
                     .limit = BEFORE_MAX };
  ax_page page;
  if (p->looked) return AX_OK;
  p->looked = true;
  AX_TRY(ax_store_search(p->store, p->arena, &query, &page, p->err));
  return take_before(p, &page);
}

static ax_status is_news(planning *p, const ax_intake_target *target,
                         bool *news) {
  ax_str level = level_of(p->tree);
  *news = true;
  if (target->every && !target->level_count) return AX_OK;
  AX_TRY(look_before(p));
  bool wanted = target->level_count == 0 ||
                is_among(level, target->levels, target->level_count) ||
                (p->has_before && is_among(p->level_before, target->levels,
                                           target->level_count));
  bool changed =
      p->has_before ? !ax_str_eq(level, p->level_before) : is_high(level);
  *news = wanted && (target->every || changed || level.len == 0);
  return AX_OK;
}

/* --- targets ---------------------------------------------------------------
 */

static ax_status add_row(planning *p, ax_str target) {
  ax_outbox *row = AX_VEC_PUSH(&p->rows, p->arena);
  if (!row) return AX_NOMEM;
  *row = (ax_outbox){ .target = target,
                      .patient = p->write->patient,
                      .type = p->write->type,
                      .id = p->write->id,
                      .version = p->write->version,
                      .task = p->task,
                      .at_ms = p->now_ms };
  return AX_OK;
}

static bool has_method(const planning *p, const ax_intake_target *target) {
  const ax_json *codings = method_of(p->tree);
  if (target->model_count == 0) return true;
  for (size_t i = 0; i < ax_json_count(codings); i++)
    if (is_among(AX_JSON_STR(ax_json_item(codings, i), "code"), target->models,
                 target->model_count))
      return true;
  return false;
}

static ax_status is_member(planning *p, ax_str group, bool *member) {
  ax_str id =
      ax_str_starts(group, AX_STR("Group/")) ? ax_str_skip(group, 6) : group;
  ax_query_value patient = { .code = p->write->patient };
  const ax_query_term term = { .param = AX_STR_INIT("member"),
                               .kind = AX_INDEX_REFERENCE,
                               .values = &patient,
                               .value_count = 1 };
  ax_query query = { .type = AX_STR("Group"),
                     .terms = &term,
                     .term_count = 1,
                     .ids = &id,
                     .id_count = 1,
                     .limit = 1 };
  ax_page page;
  AX_TRY(ax_store_search(p->store, p->arena, &query, &page, p->err));
  *member = page.count > 0;
  return AX_OK;
}

static ax_status plan_target(planning *p, const ax_intake_target *target) {
  bool fits = has_method(p, target);
  if (fits && target->group.len) AX_TRY(is_member(p, target->group, &fits));
  if (fits) AX_TRY(is_news(p, target, &fits));
  return fits ? add_row(p, target->name) : AX_OK;
}

/* Whoever was told of it is told that it does not hold. */
static ax_status plan_taken_back(planning *p) {
  ax_outbox_filter filter = { .any_state = true,
                              .type = p->write->type,
                              .id = p->write->id,
                              .max = TOLD_MAX };
  ax_outbox *told = NULL;
  size_t count = 0;
  AX_TRY(
      ax_store_outbox_list(p->store, p->arena, &filter, &told, &count, p->err));
  for (size_t i = 0; i < count; i++) {
    bool again = false;
    for (size_t k = 0; k < i; k++)
      again |= ax_str_eq(told[k].target, told[i].target);
    if (!again) AX_TRY(add_row(p, told[i].target));
  }
  return AX_OK;
}

/* --- Subscriptions ---------------------------------------------------------
 */

static bool is_on(const ax_json *subscription) {
  ax_str status = AX_JSON_STR(subscription, "status");
  return ax_str_eq(status, AX_STR("active")) ||
         ax_str_eq(status, AX_STR("requested"));
}

static bool has_ended(const planning *p, const ax_json *subscription) {
  ax_str end = AX_JSON_STR(subscription, "end");
  ax_fhir_date when;
  return end.len && ax_fhir_date_parse_instant(end, &when) &&
         when.hi_ms < p->now_ms;
}

static ax_status plan_subscription(planning *p, const ax_stored *stored) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_query query = { 0 };
  ax_status status = ax_json_parse(p->arena, stored->body, &tree, &fault);
  if (status) return status == AX_NOMEM ? status : AX_OK;
  ax_str rest = AX_JSON_STR(tree, "criteria"), why;
  ax_str type = ax_str_cut(&rest, '?');
  ax_str kind = AX_JSON_STR(AX_JSON_GET(tree, "channel"), "type");
  if (!ax_str_eq(kind, AX_STR("rest-hook")) || !is_on(tree) ||
      has_ended(p, tree) || !ax_str_eq(type, p->write->type))
    return AX_OK;
  if (rest.len) {
    AX_TRY(ax_intake_match_read(p->search, p->arena, type, rest, AX_STR(""),
                                &query, &why));
    if (why.len || !ax_intake_match_rows(&query, p->write->id, p->write->index,
                                         p->write->index_count))
      return AX_OK;
  }
  ax_str target = AX_JOIN(p->arena, AX_STR("Subscription/"), stored->id);
  return target.ptr ? add_row(p, target) : AX_NOMEM;
}

static ax_status plan_subscriptions(planning *p) {
  ax_query query = { .type = AX_STR("Subscription"),
                     .limit = SUBSCRIPTIONS_MAX };
  ax_page page;
  AX_TRY(ax_store_search(p->store, p->arena, &query, &page, p->err));
  for (size_t i = 0; i < page.count; i++)
    AX_TRY(plan_subscription(p, &page.items[i]));
  return AX_OK;
}

/* --- the plan --------------------------------------------------------------
 */

static ax_status plan_write(planning *p, const ax_write *write) {
  ax_json_fault fault;
  p->write = write;
  p->looked = p->has_before = false;
  p->level_before = AX_STR("");
  if (ax_json_parse(p->arena, write->body, &p->tree, &fault))
    return AX_NOMEM; /* it was written by us */
  if (is_taken_back(p->tree)) return plan_taken_back(p);
  for (size_t i = 0; i < p->rules->target_count; i++)
    AX_TRY(plan_target(p, &p->rules->targets[i]));
  return p->rules->subscriptions ? plan_subscriptions(p) : AX_OK;
}

ax_status ax_intake_outbox_plan(const ax_intake_outbox *rules, ax_store *store,
                                ax_search *search, ax_arena *arena,
                                uint64_t task, ax_commit *commit,
                                ax_error *err) {
  planning p = { .rules = rules,
                 .store = store,
                 .search = search,
                 .arena = arena,
                 .err = err,
                 .now_ms = ax_clock_wall_ms(),
                 .task = task };
  if (!rules || (!rules->target_count && !rules->subscriptions)) return AX_OK;
  for (size_t i = 0; i < commit->write_count; i++)
    if (ax_str_eq(commit->writes[i].type, AX_STR("RiskAssessment")) &&
        commit->writes[i].body.len)
      AX_TRY(plan_write(&p, &commit->writes[i]));
  commit->outbox = p.rows.items;
  commit->outbox_count = p.rows.count;
  return AX_OK;
}
