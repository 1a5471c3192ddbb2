/* Results of the models: numbers, what they rest on, refusals, corrections. */
#include "mutant.h"

#include <stdlib.h>

#include "tree.h"
#include "json/json_edit.h"
#include "json/json_write.h"

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

/* Changes every resource of type `type` in an answer of 2xx. */
static ax_status edit_all(ax_mutant_call *call, const char *type,
                          ax_tree_resource edit) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!tree || call->rs->status >= 300) return AX_OK;
  const ax_json *now =
      ax_tree_resources(call->arena, tree, ax_str_from(type), edit, call);
  if (now == tree) return AX_OK;
  return ax_mutant_put_answer(call, now);
}

static ax_str model_of(const ax_json *resource) {
  const ax_json *code = ax_tree_at(resource, "method.coding[0].code");
  if (!code)
    code = ax_tree_at(resource, "moduleCodeableConcept.coding[0].code");
  return ax_json_text(code);
}

static bool is_ours(const ax_json *resource) {
  const ax_json *tags = ax_tree_at(resource, "meta.tag");
  for (size_t i = 0; i < ax_json_count(tags); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(tags, i), "code"),
                  AX_STR("gateway-result")))
      return true;
  return false;
}

/* --- numbers -------------------------------------------------------------- */

static bool one_percent_more(void *ctx, ax_arena *arena, const ax_json *old,
                             ax_json *out) {
  (void)ctx;
  if (!old) return false;
  *out = *old;
  char *digits = AX_NEW_ARRAY(arena, char, AX_JSON_WRITE_DOUBLE);
  char *text = ax_arena_cstr(arena, ax_json_text(old));
  if (!digits || !text || !ax_json_is(old, AX_JSON_NUMBER)) return true;
  double value = strtod(text, NULL);
  value = value < 0.0001 && value > -0.0001 ? 1 : value * 1.01;
  size_t len = ax_json_write_shortest(value, digits);
  *out = ax_tree_number((ax_str){ digits, len });
  return true;
}

/* Every number that model `a` gives is one percent larger: probability, score,
 * measurement. */
static const ax_json *alter(void *ctx, ax_arena *arena,
                            const ax_json *resource) {
  static const char *const places[] = {
    "prediction[].probabilityDecimal",
    "prediction[].probabilityRange.low.value",
    "prediction[].relativeRisk",
    "prediction[].extension[].valueQuantity.value",
    "valueQuantity.value",
  };
  ax_mutant_call *call = ctx;
  if (!is_ours(resource) ||
      !ax_mutant_lists(call->mutant->a, model_of(resource)))
    return resource;
  for (size_t i = 0; i < AX_COUNT(places) && resource; i++)
    resource = ax_tree_edit(arena, resource, places[i], one_percent_more, NULL);
  return resource;
}

static ax_status altered(ax_mutant_call *call) {
  return edit_all(call, "", alter);
}

/* --- parts of results ----------------------------------------------------- */

static const ax_json *lose(void *ctx, ax_arena *arena,
                           const ax_json *resource) {
  ax_mutant_call *call = ctx;
  return is_ours(resource) ? ax_tree_remove(arena, resource, call->mutant->a)
                           : resource;
}

static ax_status risk_without(ax_mutant_call *call) {
  return edit_all(call, "RiskAssessment", lose);
}

static ax_status guidance_without(ax_mutant_call *call) {
  return edit_all(call, "GuidanceResponse", lose);
}

static ax_status observation_without(ax_mutant_call *call) {
  return edit_all(call, "Observation", lose);
}

static const ax_json *say(void *ctx, ax_arena *arena, const ax_json *resource) {
  ax_mutant_call *call = ctx;
  ax_json text = ax_json_edit_string(ax_str_from(call->mutant->b));
  return is_ours(resource)
             ? ax_tree_replace(arena, resource, call->mutant->a, text)
             : resource;
}

static ax_status risk_says(ax_mutant_call *call) {
  return edit_all(call, "RiskAssessment", say);
}

static ax_status guidance_says(ax_mutant_call *call) {
  return edit_all(call, "GuidanceResponse", say);
}

static ax_status observation_says(ax_mutant_call *call) {
  return edit_all(call, "Observation", say);
}

/* high <-> low */
static bool swap_risk(void *ctx, ax_arena *arena, const ax_json *old,
                      ax_json *out) {
  (void)ctx, (void)arena;
  if (!old) return false;
  ax_str text = ax_json_text(old);
  *out = *old;
  if (ax_str_eq(text, AX_STR("high")))
    *out = ax_json_edit_string(AX_STR("low"));
  else if (ax_str_eq(text, AX_STR("low")) ||
           ax_str_eq(text, AX_STR("negligible")) ||
           ax_str_eq(text, AX_STR("moderate")))
    *out = ax_json_edit_string(AX_STR("high"));
  return true;
}

static const ax_json *turn_risk(void *ctx, ax_arena *arena,
                                const ax_json *resource) {
  return ax_tree_edit(arena, resource,
                      "prediction[].qualitativeRisk.coding[].code", swap_risk,
                      ctx);
}

static ax_status risk_turned(ax_mutant_call *call) {
  return edit_all(call, "RiskAssessment", turn_risk);
}

/* The horizon is a year longer. */
static bool later(void *ctx, ax_arena *arena, const ax_json *old,
                  ax_json *out) {
  (void)ctx;
  int64_t year = 0;
  if (!old) return false;
  *out = *old;
  ax_str text = ax_json_text(old);
  if (text.len < 4 || !ax_str_int64((ax_str){ text.ptr, 4 }, 1900, 9000, &year))
    return true;
  ax_str now = ax_arena_printf(arena, "%04d" AX_STR_FMT, (int)year + 1,
                               AX_STR_ARG(ax_str_skip(text, 4)));
  if (now.ptr) *out = ax_json_edit_string(now);
  return true;
}

static const ax_json *lengthen(void *ctx, ax_arena *arena,
                               const ax_json *resource) {
  return ax_tree_edit(arena, resource, "prediction[].whenPeriod.end", later,
                      ctx);
}

static ax_status horizon(ax_mutant_call *call) {
  return edit_all(call, "RiskAssessment", lengthen);
}

static const ax_json *loosen(void *ctx, ax_arena *arena,
                             const ax_json *resource) {
  if (!is_ours(resource)) return resource;
  const ax_json *now =
      ax_tree_edit(arena, resource, "basis[].reference", ax_mutant_cut_version, ctx);
  return now ? ax_tree_edit(arena, now, "derivedFrom[].reference", ax_mutant_cut_version,
                            ctx)
             : NULL;
}

static ax_status basis_unversioned(ax_mutant_call *call) {
  return edit_all(call, "", loosen);
}

static const ax_json *drop_label(void *ctx, ax_arena *arena,
                                 const ax_json *resource) {
  (void)ctx;
  return is_ours(resource) ? ax_tree_remove(arena, resource, "meta.security")
                           : resource;
}

static ax_status no_label(ax_mutant_call *call) {
  return edit_all(call, "", drop_label);
}

static const ax_json *drop_tag(void *ctx, ax_arena *arena,
                               const ax_json *resource) {
  (void)ctx;
  return is_ours(resource) ? ax_tree_remove(arena, resource, "meta.tag")
                           : resource;
}

static ax_status no_tag(ax_mutant_call *call) {
  return edit_all(call, "", drop_tag);
}

/* Tags and labels with the code `a` are missing. */
static bool other_code(void *ctx, ax_arena *arena, const ax_json *old,
                       ax_json *out) {
  ax_mutant_call *call = ctx;
  (void)arena;
  if (!old) return false;
  *out = *old;
  return !ax_str_eq(AX_JSON_STR(old, "code"), ax_str_from(call->mutant->a));
}

static const ax_json *drop_code(void *ctx, ax_arena *arena,
                                const ax_json *resource) {
  return ax_tree_edit(arena, resource, "meta.tag[]", other_code, ctx);
}

static ax_status without_tag(ax_mutant_call *call) {
  return edit_all(call, "", drop_code);
}

/* Extensions of the package with the name `a`, at the resource and at its
 * predictions, are missing. */
static bool other_extension(void *ctx, ax_arena *arena, const ax_json *old,
                            ax_json *out) {
  ax_mutant_call *call = ctx;
  (void)arena;
  if (!old) return false;
  *out = *old;
  return !ax_str_ends(AX_JSON_STR(old, "url"), ax_str_from(call->mutant->a));
}

static const ax_json *drop_extension(void *ctx, ax_arena *arena,
                                     const ax_json *resource) {
  static const char *const places[] = { "extension[]",
                                        "prediction[].extension[]",
                                        "dataRequirement[].extension[]" };
  for (size_t i = 0; i < AX_COUNT(places) && resource; i++)
    resource = ax_tree_edit(arena, resource, places[i], other_extension, ctx);
  return resource;
}

static ax_status without_extension(ax_mutant_call *call) {
  return edit_all(call, "", drop_extension);
}

static const ax_json *one_need(void *ctx, ax_arena *arena,
                               const ax_json *resource) {
  (void)ctx;
  const ax_json *needs = AX_JSON_GET(resource, "dataRequirement");
  if (ax_json_count(needs) < 2) return resource;
  return ax_tree_remove(arena, resource, "dataRequirement[-1]");
}

static ax_status fewer_needs(ax_mutant_call *call) {
  return edit_all(call, "GuidanceResponse", one_need);
}

/* --- which results there are ---------------------------------------------- */

typedef struct {
  const char *type, *model;
} wanted;

static bool is_other(void *ctx, const ax_json *entry) {
  const wanted *w = ctx;
  const ax_json *resource = AX_JSON_GET(entry, "resource");
  ax_str type = AX_JSON_STR(resource, "resourceType");
  if (!ax_str_eq(type, ax_str_from(w->type))) return true;
  if (!is_ours(resource) && !ax_str_eq(type, AX_STR("Provenance"))) return true;
  return w->model && !ax_mutant_lists(w->model, model_of(resource));
}

static ax_status put_entries(ax_mutant_call *call, const ax_json *tree,
                             const ax_json *entries) {
  if (!entries) return AX_NOMEM;
  ax_str total = ax_arena_printf(call->arena, "%zu", ax_json_count(entries));
  if (!total.ptr) return AX_NOMEM;
  tree = ax_json_count(entries)
             ? ax_tree_set(call->arena, tree, "entry", *entries)
             : ax_tree_remove(call->arena, tree, "entry");
  if (!tree) return AX_NOMEM;
  return ax_mutant_put_answer(
      call, ax_tree_replace(call->arena, tree, "total", ax_tree_number(total)));
}

/* Results of the type `a` (and the models `b`) are not made. */
static ax_status not_made(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *entries = AX_JSON_GET(tree, "entry");
  wanted w = { call->mutant->a, call->mutant->b };
  if (!entries || call->rs->status != 200) return AX_OK;
  const ax_json *left = ax_tree_filter(call->arena, entries, is_other, &w);
  if (!left) return AX_NOMEM;
  if (ax_json_count(left) == ax_json_count(entries)) return AX_OK;
  return put_entries(call, tree, left);
}

/* The first result of type `a` is there twice, with two ids. */
static ax_status doubled(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *entries = AX_JSON_GET(tree, "entry"), *found = NULL;
  wanted w = { call->mutant->a, NULL };
  for (size_t i = 0; i < ax_json_count(entries) && !found; i++)
    if (!is_other(&w, ax_json_item(entries, i)))
      found = ax_json_item(entries, i);
  if (!found || call->rs->status != 200) return AX_OK;
  const ax_json *twin = ax_tree_replace(
      call->arena, found, "resource.id",
      ax_json_edit_string(AX_STR("00000000-0000-5000-8000-000000000001")));
  if (!twin) return AX_NOMEM;
  return put_entries(call, tree,
                     ax_tree_add(call->arena, entries, twin, false));
}

/* Who is not in a model's population is scored all the same. */
static ax_status outsider(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  static const char made_up[] =
      "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{"
      "\"resource\":{\"resourceType\":\"RiskAssessment\",\"status\":"
      "\"preliminary\",\"subject\":{\"reference\":\"Patient/1\"},\"method\":{"
      "\"coding\":[{\"system\":\"https://auspex-gateway.org/fhir/CodeSystem/"
      "model\",\"code\":\"endpac\"}]},\"prediction\":[{\"outcome\":{\"text\":"
      "\"Malignant tumor of pancreas\"},\"probabilityDecimal\":1}]}}]}";
  if (call->rs->status != 200 || !tree ||
      ax_json_count(AX_JSON_GET(tree, "entry")))
    return AX_OK;
  call->rs->body = ax_str_from(made_up);
  return AX_OK;
}

/* A refusal becomes a result: moderate, by guess. */
static const ax_json *guess(void *ctx, ax_arena *arena,
                            const ax_json *resource) {
  (void)ctx;
  const ax_json *now = ax_tree_remove(arena, resource, "dataRequirement");
  return now ? ax_tree_replace(arena, now, "status",
                               ax_json_edit_string(AX_STR("success")))
             : NULL;
}

static ax_status guessed(ax_mutant_call *call) {
  return edit_all(call, "GuidanceResponse", guess);
}

/* --- corrections ---------------------------------------------------------- */

static const ax_json *keep_standing(void *ctx, ax_arena *arena,
                                    const ax_json *resource) {
  (void)ctx;
  if (!is_ours(resource) ||
      !ax_str_eq(AX_JSON_STR(resource, "status"), AX_STR("entered-in-error")))
    return resource;
  bool is_risk = ax_str_eq(AX_JSON_STR(resource, "resourceType"),
                           AX_STR("RiskAssessment"));
  ax_str status = is_risk ? AX_STR("preliminary") : AX_STR("final");
  return ax_tree_replace(arena, resource, "status",
                         ax_json_edit_string(status));
}

static ax_status not_taken_back(ax_mutant_call *call) {
  return edit_all(call, "", keep_standing);
}

/* Beside results that were taken back there are no new ones. */
static bool is_taken_back(void *ctx, const ax_json *entry) {
  (void)ctx;
  ax_str status = ax_json_text(ax_tree_at(entry, "resource.status"));
  return ax_str_eq(status, AX_STR("entered-in-error"));
}

static ax_status none_anew(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *entries = AX_JSON_GET(tree, "entry");
  if (!ax_str_eq(call->type, AX_STR("RiskAssessment")) || !entries)
    return AX_OK;
  const ax_json *old =
      ax_tree_filter(call->arena, entries, is_taken_back, NULL);
  if (!old) return AX_NOMEM;
  return ax_json_count(old) ? put_entries(call, tree, old) : AX_OK;
}

/* Results name the first version of what they rest on. */
static bool first_version(void *ctx, ax_arena *arena, const ax_json *old,
                          ax_json *out) {
  (void)ctx;
  if (!old) return false;
  ax_str text = ax_json_text(old);
  size_t at = ax_str_find(text, AX_STR("/_history/"));
  *out = *old;
  if (at == AX_STR_NONE) return true;
  ax_str now = AX_JOIN(arena, (ax_str){ text.ptr, at }, AX_STR("/_history/1"));
  if (now.ptr) *out = ax_json_edit_string(now);
  return true;
}

static const ax_json *rest_on_first(void *ctx, ax_arena *arena,
                                    const ax_json *resource) {
  return is_ours(resource) ? ax_tree_edit(arena, resource, "basis[].reference",
                                          first_version, ctx)
                           : resource;
}

static ax_status basis_first(ax_mutant_call *call) {
  return edit_all(call, "RiskAssessment", rest_on_first);
}

/* What drove a result, and in what unit an input was used, is off: place `a`.
 */
static const ax_json *alter_place(void *ctx, ax_arena *arena,
                                  const ax_json *resource) {
  ax_mutant_call *call = ctx;
  return is_ours(resource) ? ax_tree_edit(arena, resource, call->mutant->a,
                                          one_percent_more, NULL)
                           : resource;
}

static ax_status place_off(ax_mutant_call *call) {
  return edit_all(call, "RiskAssessment", alter_place);
}

/* --- who is scored -------------------------------------------------------- */

/* Members `a` (blanks between) of Patients are not looked at. */
static const ax_json *forget_members(void *ctx, ax_arena *arena,
                                     const ax_json *patient) {
  ax_mutant_call *call = ctx;
  ax_str rest = ax_str_from(call->mutant->a);
  while (rest.len && patient) {
    const char *path = ax_arena_cstr(arena, ax_str_cut(&rest, ' '));
    patient = path ? ax_tree_remove(arena, patient, path) : NULL;
  }
  return patient;
}

static ax_status forget_in_patients(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  if (!ax_json_is(sent, AX_JSON_OBJECT)) return AX_OK;
  const ax_json *now = ax_tree_resources(call->arena, sent, AX_STR("Patient"),
                                         forget_members, call);
  return now == sent ? AX_OK : ax_mutant_put_sent(call, now);
}

/* An age that is not known is taken for 65 or so. */
static const ax_json *assume_age(void *ctx, ax_arena *arena,
                                 const ax_json *patient) {
  (void)ctx;
  if (AX_JSON_GET(patient, "birthDate")) return patient;
  patient = ax_tree_set(arena, patient, "gender",
                        ax_json_edit_string(AX_STR("male")));
  return patient ? ax_tree_set(arena, patient, "birthDate",
                               ax_json_edit_string(AX_STR("1960-01-01")))
                 : NULL;
}

static ax_status assume_ages(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  if (!ax_json_is(sent, AX_JSON_OBJECT)) return AX_OK;
  const ax_json *now =
      ax_tree_resources(call->arena, sent, AX_STR("Patient"), assume_age, call);
  return now == sent ? AX_OK : ax_mutant_put_sent(call, now);
}

/* Whom an Observation is about beside the subject is not looked at. */
static const ax_json *forget_focus(void *ctx, ax_arena *arena,
                                   const ax_json *observation) {
  (void)ctx;
  return ax_tree_remove(arena, observation, "focus");
}

static ax_status ignore_focus(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  if (!ax_json_is(sent, AX_JSON_OBJECT)) return AX_OK;
  return ax_mutant_change_sent(call, sent,
                               ax_tree_resources(call->arena, sent,
                                                 AX_STR("Observation"),
                                                 forget_focus, call));
}

/* --- operations ----------------------------------------------------------- */

/* What $score is given is stored, and so scored again. */
static ax_status score_stores(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  const ax_json *sent = ax_mutant_sent(call);
  const ax_json *bundle =
      ax_str_eq(AX_JSON_STR(sent, "resourceType"), AX_STR("Bundle"))
          ? sent
          : ax_tree_at(sent, "parameter[name=bundle].resource");
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *resource = ax_tree_at(ax_json_item(entries, i), "resource");
    ax_str type = AX_JSON_STR(resource, "resourceType");
    ax_proxy_request kept = *call->rq;
    ax_proxy_response ignored;
    if (!type.len) continue;
    ax_status status = ax_mutant_put_sent(call, resource);
    ax_str body = call->rq->body;
    *call->rq = kept;
    AX_TRY(status);
    ax_str path = AX_JOIN(call->arena, AX_STR("/"), type);
    AX_TRY(ax_mutant_ask(call, "POST", path, AX_STR(""), body, &ignored));
  }
  return AX_OK;
}

static bool other_part(void *ctx, const ax_json *part) {
  return !ax_str_eq(AX_JSON_STR(part, "name"), ax_str_from(ctx));
}

/* The part `a` of the Parameters is passed over. */
static ax_status ignore_part(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  const ax_json *parts = AX_JSON_GET(sent, "parameter");
  char *name = ax_arena_cstr(call->arena, ax_str_from(call->mutant->a));
  if (!name) return AX_NOMEM;
  if (!parts) return AX_OK;
  const ax_json *left = ax_tree_filter(call->arena, parts, other_part, name);
  if (!left) return AX_NOMEM;
  return ax_mutant_put_sent(call,
                            ax_tree_set(call->arena, sent, "parameter", *left));
}

/* A refusal of $score that holds `a` becomes an empty answer. */
static ax_status score_nothing(ax_mutant_call *call) {
  if (call->rs->status < 400 || !has(call->rs->body, call->mutant->a))
    return AX_OK;
  call->rs->status = 200;
  call->rs->body =
      AX_STR("{\"resourceType\":\"Bundle\",\"type\":\"collection\"}");
  return AX_OK;
}

#define R \
  (AX_ON_READ | AX_ON_VREAD | AX_ON_SEARCH | AX_ON_SCORE | AX_ON_PROFILE)
#define MODEL(name) R, .after = altered, .a = name
#define VALUE "score-models"

static const ax_mutant items[] = {
  { "value-endpac", VALUE, "END-PAC is off by a percent", MODEL("endpac") },
  { "value-germline", VALUE, "germline-pancreas is off by a percent",
    MODEL("germline-pancreas") },
  { "value-plcom2012", VALUE, "PLCOm2012 is off by a percent",
    MODEL("plcom2012") },
  { "value-brock", VALUE, "the Brock model is off by a percent",
    MODEL("brock-nodule") },
  { "value-pbcg", VALUE, "PBCG is off by a percent",
    MODEL("pbcg-extended-2022") },
  { "value-biomarker", VALUE, "what other systems said is changed",
    MODEL("external-biomarker") },
  { "value-predict-breast", VALUE, "PREDICT Breast is off by a percent",
    MODEL("predict-breast") },
  { "value-predict-prostate", VALUE, "PREDICT Prostate is off by a percent",
    MODEL("predict-prostate") },
  { "value-capra", VALUE, "CAPRA is off by a percent", MODEL("capra") },
  { "value-npi", VALUE, "NPI is off by a percent", MODEL("npi") },
  { "value-ipi", VALUE, "IPI is off by a percent", MODEL("ipi") },
  { "value-nccn-ipi", VALUE, "NCCN-IPI is off by a percent",
    MODEL("nccn-ipi") },
  { "value-flipi", VALUE, "FLIPI is off by a percent", MODEL("flipi") },
  { "value-mgps", VALUE, "mGPS is off by a percent", MODEL("mgps") },
  { "value-albi", VALUE, "ALBI is off by a percent", MODEL("albi") },
  { "value-qlq", VALUE, "QLQ-C30 is off by a percent", MODEL("qlq-c30") },
  { "value-eq5d", VALUE, "EQ-5D is off by a percent", MODEL("eq5d5l") },
  { "value-screeners", VALUE, "screeners are off by a percent",
    MODEL("screeners") },
  { "value-bss", VALUE, "BSS is off by a percent", MODEL("bss-canto") },
  { "value-ctcae", VALUE, "CTCAE grades are off by a percent",
    MODEL("ctcae-labs") },
  { "value-lipi", VALUE, "LIPI is off by a percent", MODEL("lipi") },
  { "value-khorana", VALUE, "Khorana is off by a percent", MODEL("khorana") },
  { "value-mascc", VALUE, "MASCC is off by a percent", MODEL("mascc") },

  { "risk-turned", "result-prediction", "high risks are told as low", R,
    .after = risk_turned },
  { "risk-horizon", "result-period", "the horizon is a year longer", R,
    .after = horizon },
  { "risk-no-horizon", "result-period", "the horizon is missing", R,
    .after = risk_without, .a = "prediction[].whenPeriod" },
  { "risk-no-basis", "result-basis", "what a result rests on is missing", R,
    .after = risk_without, .a = "basis" },
  { "risk-basis-one", "result-basis", "one input of the basis is missing", R,
    .after = risk_without, .a = "basis[0]" },
  { "risk-basis-unversioned", "result-basis",
    "the basis does not say which versions", R, .after = basis_unversioned },
  { "risk-no-method", "result-method", "the model is not named", R,
    .after = risk_without, .a = "method" },
  { "risk-no-version", "result-method", "the version of the model is missing",
    R, .after = risk_without, .a = "method.coding[].version" },
  { "risk-no-performer", "result-performer", "the performer is missing", R,
    .after = risk_without, .a = "performer" },
  { "risk-performer", "result-performer", "the performer is another one", R,
    .after = risk_says, .a = "performer.reference",
    .b = "Device/00000000-0000-4000-8000-000000000000" },
  { "risk-subject", "result-content", "the subject is another one", R,
    .after = risk_says, .a = "subject.reference", .b = "Patient/other" },
  { "risk-final", "result-content",
    "results are final before a person looked at them", R, .after = risk_says,
    .a = "status", .b = "final" },
  { "risk-no-identifier", "result-identity", "results have no identifier", R,
    .after = risk_without, .a = "identifier" },
  { "risk-no-time", "result-content", "the moment of a result is missing", R,
    .after = risk_without, .a = "occurrenceDateTime" },
  { "risk-time", "result-content", "the moment of a result is another one", R,
    .after = risk_says, .a = "occurrenceDateTime",
    .b = "2001-01-01T00:00:00Z" },
  { "risk-no-outcome", "result-prediction", "the outcome is missing", R,
    .after = risk_without, .a = "prediction[].outcome" },
  { "risk-outcome", "result-prediction", "the outcome is another one", R,
    .after = risk_says, .a = "prediction[].outcome.coding[0].code",
    .b = "363346000" },
  { "risk-no-qualitative", "result-prediction", "the band is missing", R,
    .after = risk_without, .a = "prediction[].qualitativeRisk" },
  { "risk-no-probability", "score-models", "the probability is missing", R,
    .after = risk_without, .a = "prediction[].probabilityDecimal" },
  { "risk-no-rationale", "result-prediction", "the reason is missing", R,
    .after = risk_without, .a = "prediction[].rationale" },
  { "risk-no-mitigation", "result-content", "what could be done is missing", R,
    .after = risk_without, .a = "mitigation" },
  { "risk-no-contribution", "result-prediction",
    "which factors drove it is missing", R, .after = without_extension,
    .a = "/contribution" },
  { "risk-no-quality", "result-data-quality",
    "how good the inputs were is missing", R, .after = without_extension,
    .a = "/data-quality" },
  { "risk-no-score", "score-models", "the points are missing", R,
    .after = without_extension, .a = "/score" },
  { "risk-no-comparator", "result-prediction",
    "what a relative risk is relative to is missing", R,
    .after = without_extension, .a = "/comparator" },
  { "result-no-label", "result-label", "results are not labelled as made by AI",
    R, .after = no_label },
  { "result-no-tag", "result-label", "results are not tagged as the gateway's",
    R, .after = no_tag },
  { "result-not-retrospective", "score-as-of",
    "results for an earlier day are not tagged as retrospective", R,
    .after = without_tag, .a = "retrospective" },
  { "result-doubled", "result-exactly-one",
    "there are two results of one input", R, .after = doubled,
    .a = "RiskAssessment" },
  { "result-missing", "result-exactly-one", "no RiskAssessment is made", R,
    .after = not_made, .a = "RiskAssessment" },

  { "guidance-missing", "result-data-required",
    "nobody is told what is missing", R, .after = not_made,
    .a = "GuidanceResponse" },
  { "guidance-no-needs", "result-data-required",
    "a refusal has no dataRequirement", R, .after = guidance_without,
    .a = "dataRequirement" },
  { "guidance-fewer-needs", "result-data-required",
    "a refusal names not all that is missing", R, .after = fewer_needs },
  { "guidance-no-code", "result-data-required",
    "a refusal does not say which code is missing", R,
    .after = guidance_without, .a = "dataRequirement[].codeFilter" },
  { "guidance-no-window", "result-data-required",
    "a refusal does not say of which time", R, .after = guidance_without,
    .a = "dataRequirement[].dateFilter" },
  { "guidance-no-gap", "result-data-required", "a refusal does not say why", R,
    .after = without_extension, .a = "/input-gap" },
  { "guidance-status", "result-data-required", "a refusal says success", R,
    .after = guidance_says, .a = "status", .b = "success" },
  { "guidance-no-module", "result-data-required",
    "a refusal does not name its model", R, .after = guidance_without,
    .a = "moduleCodeableConcept" },
  { "guidance-guessed", "result-data-required", "what lacks inputs succeeds", R,
    .after = guessed },
  { "outsider-scored", "score-not-applicable",
    "who is not in the population is scored", AX_ON_SCORE, .after = outsider },

  { "measure-missing", "result-measured", "measurements are not made", R,
    .after = not_made, .a = "Observation" },
  { "measure-no-source", "result-measured",
    "a measurement does not say of what it was made", R,
    .after = observation_without, .a = "derivedFrom" },
  { "measure-no-method", "result-method",
    "a measurement does not name its model", R, .after = observation_without,
    .a = "method" },
  { "measure-no-device", "result-method",
    "a measurement does not name its device", R, .after = observation_without,
    .a = "device" },
  { "measure-unit", "result-measured", "measurements have another unit", R,
    .after = observation_says, .a = "valueQuantity.code", .b = "mg/dL" },
  { "measure-time", "result-measured", "measurements are of another day", R,
    .after = observation_says, .a = "effectiveDateTime", .b = "2001-01-01" },

  { "correction-stands", "result-corrected",
    "results of inputs that were wrong stay as they are", R,
    .after = not_taken_back },
  { "correction-untied", "result-revision",
    "nothing ties a corrected result to the old one", R, .after = not_made,
    .a = "Provenance" },

  { "score-stores", "score-stores-nothing", "$score stores", AX_ON_SCORE,
    .instead = score_stores },
  { "score-as-of", "score-as-of", "asOf is not looked at", AX_ON_SCORE,
    .before = ignore_part, .a = "asOf" },
  { "score-model", "score-models-named", "model is not looked at", AX_ON_SCORE,
    .before = ignore_part, .a = "model" },
  { "score-model-unknown", "score-refused",
    "a model that there is not gives nothing", AX_ON_SCORE,
    .after = score_nothing, .a = "model" },
  { "score-as-of-future", "score-refused", "an asOf that is none gives nothing",
    AX_ON_SCORE, .after = score_nothing, .a = "asOf" },
  { "score-no-bundle", "score-refused", "a body that is none gives nothing",
    AX_ON_SCORE, .after = score_nothing, .a = "Bundle" },
  { "score-faulty", "score-refused", "faulty inputs give nothing", AX_ON_SCORE,
    .after = score_nothing, .a = "code-invalid" },
  { "profile-empty", "risk-profile", "$risk-profile is empty", AX_ON_PROFILE,
    .after = ax_mutant_drop_path, .a = "entry" },
  { "profile-no-models", "risk-profile",
    "$risk-profile leaves out the models that do not apply", AX_ON_PROFILE,
    .after = ax_mutant_drop_path, .a = "entry[-1]" },
  { "profile-unknown", "risk-profile", "$risk-profile of nobody is empty",
    AX_ON_PROFILE, .after = ax_mutant_status, .a = "404", .b = "200" },
  { "deceased-scored", "score-never-deceased", "the deceased are scored",
    AX_ON_STORE | AX_ON_BUNDLE | AX_ON_SCORE, .before = forget_in_patients,
    .a = "deceasedDateTime deceasedBoolean" },
  { "test-scored", "score-never-test", "test patients are scored",
    AX_ON_STORE | AX_ON_BUNDLE | AX_ON_SCORE, .before = forget_in_patients,
    .a = "meta.security" },
  { "inactive-scored", "score-never-inactive", "inactive Patients are scored",
    AX_ON_STORE | AX_ON_BUNDLE | AX_ON_SCORE, .before = forget_in_patients,
    .a = "active" },
  { "age-assumed", "score-never-unknown", "an age that is not known is assumed",
    AX_ON_STORE | AX_ON_BUNDLE | AX_ON_SCORE, .before = assume_ages },
  { "replaced-ignored", "whose-replaced",
    "that a Patient is replaced is not looked at", AX_ON_STORE,
    .before = forget_in_patients, .a = "link" },
  { "lacking-silent", "risk-profile",
    "$risk-profile does not say what is missing", AX_ON_PROFILE,
    .after = not_made, .a = "GuidanceResponse" },
  { "focus-scored", "score-never-focus",
    "values of somebody else than the subject are scored",
    AX_ON_STORE | AX_ON_BUNDLE | AX_ON_SCORE, .before = ignore_focus },
  { "correction-none-new", "result-corrected",
    "no new result is made of a corrected input", AX_ON_SEARCH,
    .after = none_anew },
  { "correction-basis", "result-corrected",
    "a new result rests on the version that was wrong", R,
    .after = basis_first },
  { "contribution-off", "result-prediction", "what drove a result is off", R,
    .after = place_off,
    .a = "prediction[].extension[].extension[url=amount].valueDecimal" },
  { "quality-value", "result-data-quality",
    "inputs are told with other values than were used", R, .after = place_off,
    .a = "extension[].extension[url=value].valueQuantity.value" },
  { "quality-unit", "result-data-quality", "inputs are told in another unit", R,
    .after = risk_says,
    .a = "extension[].extension[url=value].valueQuantity.code", .b = "g" },
};

const ax_mutant_table ax_mutants_score = { items, AX_COUNT(items) };
