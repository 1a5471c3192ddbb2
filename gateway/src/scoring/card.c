#include "scoring/card.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "json/json_parse.h"

#define DETAILS "Details and output"
#define PURPOSE "Purpose"
#define CAUTIONS "Cautioned out-of-scope use"
#define DEVELOPMENT "Development details and input features"
#define FAIRNESS "Fairness in development"
#define EXTERNAL "External validation"
#define PERFORMANCE "Quantitative measures of performance"
#define MAINTENANCE "Ongoing maintenance"
#define UPDATES "Updates and continued validation"

/* 45 CFR 170.315(b)(11)(iv)(B)(1) to (9), in the order of the rule. */
static const ax_card_attribute attributes[AX_CARD_ATTRIBUTES] = {
  { "developer", DETAILS, "Name and contact of the developer" },
  { "funding", DETAILS, "Funding of the technical implementation" },
  { "output", DETAILS, "The value produced as output" },
  { "outputType", DETAILS, "Type of the output" },
  { "intendedUse", PURPOSE, "Intended use" },
  { "intendedPopulation", PURPOSE, "Intended patient population" },
  { "intendedUsers", PURPOSE, "Intended users" },
  { "decisionRole", PURPOSE, "Intended role in decisions" },
  { "outOfScope", CAUTIONS, "Tasks, situations, populations to avoid" },
  { "knownRisks", CAUTIONS, "Known risks, inappropriate uses, limitations" },
  { "trainingCriteria", DEVELOPMENT,
    "Inclusion and exclusion criteria of the training data" },
  { "demographicInputs", DEVELOPMENT,
    "Demographic and social variables used as input features" },
  { "trainingDemographics", DEVELOPMENT,
    "Demographic representativeness of the training data" },
  { "trainingRelevance", DEVELOPMENT,
    "Relevance of the training data to the intended setting" },
  { "fairnessApproach", FAIRNESS, "Approach to a fair output" },
  { "biasManagement", FAIRNESS, "Approach to manage or reduce bias" },
  { "externalData", EXTERNAL, "Data source and setting" },
  { "externalParty", EXTERNAL, "Party that conducted the testing" },
  { "externalDemographics", EXTERNAL,
    "Demographic representativeness of the external data" },
  { "externalProcess", EXTERNAL, "Process of external validation" },
  { "internalValidity", PERFORMANCE,
    "Validity in test data from the source of the training data" },
  { "internalFairness", PERFORMANCE,
    "Fairness in test data from the source of the training data" },
  { "externalValidity", PERFORMANCE, "Validity in external data" },
  { "externalFairness", PERFORMANCE, "Fairness in external data" },
  { "outcomeEvaluations", PERFORMANCE,
    "Evaluations of the effect of its use on outcomes" },
  { "validityMonitoring", MAINTENANCE,
    "How and how often validity is monitored" },
  { "localValidity", MAINTENANCE, "Validity in local data" },
  { "fairnessMonitoring", MAINTENANCE,
    "How and how often fairness is monitored" },
  { "localFairness", MAINTENANCE, "Fairness in local data" },
  { "updateProcess", UPDATES, "How and how often it is updated" },
  { "correctionProcess", UPDATES,
    "How and how often performance is corrected" },
};

enum { OUTPUT_TYPE = 3 };

const ax_card_attribute *ax_card_attribute_at(size_t i) {
  return i < AX_CARD_ATTRIBUTES ? &attributes[i] : NULL;
}

typedef struct {
  ax_arena *arena;
  ax_str source;
  ax_card_faults *faults;
  bool nomem;
} reading;

static void AX_PRINTF(3, 4)
    fault(reading *r, uint32_t at, const char *format, ...) {
  char text[400];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  ax_card_fault *one = AX_VEC_PUSH(r->faults, r->arena);
  if (one)
    *one = (ax_card_fault){ ax_json_place_of(r->source, at),
                            ax_arena_str(r->arena, ax_str_from(text)) };
  if (!one || !one->text.ptr) r->nomem = true;
}

/* What people write when they mean to come back later. */
static bool is_placeholder(ax_str text) {
  static const char *const signs[] = { "todo", "tbd",   "fixme",  "lorem ipsum",
                                       "xxx",  "<...>", "fill in" };
  text = ax_str_trim(text);
  if (text.len < 2 || ax_str_eq(text, AX_STR("...")) ||
      ax_str_eq_nocase(text, AX_STR("n/a")) ||
      ax_str_eq_nocase(text, AX_STR("unknown")))
    return true;
  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
    if (ax_str_find_nocase(text, ax_str_from(signs[i])) != AX_STR_NONE)
      return true;
  return false;
}

static void check_text(reading *r, const char *where, const ax_json *value) {
  ax_str text = ax_json_text(value);
  if (!ax_str_trim(text).len)
    fault(r, value->at,
          "%s is empty; write a sentence, or {\"notAvailable\": \"why\"}",
          where);
  else if (is_placeholder(text))
    fault(r, value->at,
          "%s is a placeholder (\"%.60s\"); write a sentence, or "
          "{\"notAvailable\": \"why\"}",
          where, ax_arena_cstr(r->arena, text));
}

static void read_value(reading *r, size_t i, const ax_json *value,
                       ax_card_value *out) {
  char where[80];
  (void)snprintf(where, sizeof where, "attributes.%s", attributes[i].key);
  const ax_json *why = AX_JSON_GET(value, "notAvailable");
  if (ax_json_is(value, AX_JSON_STRING)) {
    *out = (ax_card_value){ ax_json_text(value), true };
    check_text(r, where, value);
  } else if (ax_json_is(why, AX_JSON_STRING) && ax_json_count(value) == 1) {
    *out = (ax_card_value){ ax_json_text(why), false };
    (void)snprintf(where, sizeof where, "attributes.%s.notAvailable",
                   attributes[i].key);
    check_text(r, where, why);
  } else {
    fault(r, value->at, "%s must be a text or {\"notAvailable\": \"why\"}",
          where);
  }
}

static void check_output_type(reading *r, const ax_card *card, uint32_t at) {
  static const char *const types[] = { "prediction",     "classification",
                                       "recommendation", "evaluation",
                                       "analysis",       "other" };
  const ax_card_value *value = &card->values[OUTPUT_TYPE];
  if (!value->available || !value->text.len) return;
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (ax_str_eq(value->text, ax_str_from(types[i]))) return;
  fault(r, at,
        "attributes.outputType is \"%.40s\"; it must be prediction, "
        "classification, recommendation, evaluation, analysis or other",
        ax_arena_cstr(r->arena, value->text));
}

static size_t attribute_named(ax_str key) {
  for (size_t i = 0; i < AX_CARD_ATTRIBUTES; i++)
    if (ax_str_eq(key, ax_str_from(attributes[i].key))) return i;
  return AX_CARD_ATTRIBUTES;
}

static void read_attributes(reading *r, const ax_json *doc, ax_card *out) {
  const ax_json *all = AX_JSON_GET(doc, "attributes");
  if (!ax_json_is(all, AX_JSON_OBJECT)) {
    fault(r, all ? all->at : doc->at,
          "attributes must be an object with the %d source attributes",
          AX_CARD_ATTRIBUTES);
    return;
  }
  for (size_t i = 0; i < ax_json_count(all); i++) {
    const ax_json_member *member = &all->u.members[i];
    size_t which = attribute_named(member->key);
    if (which == AX_CARD_ATTRIBUTES) {
      fault(r, member->at,
            "attributes.%.60s is not one of the %d source attributes",
            ax_arena_cstr(r->arena, member->key), AX_CARD_ATTRIBUTES);
      continue;
    }
    read_value(r, which, &member->value, &out->values[which]);
    if (which == OUTPUT_TYPE) check_output_type(r, out, member->value.at);
  }
  for (size_t i = 0; i < AX_CARD_ATTRIBUTES; i++)
    if (!ax_json_get(all, ax_str_from(attributes[i].key)))
      fault(r, all->at, "attributes.%s is missing (%s: %s)", attributes[i].key,
            attributes[i].section, attributes[i].title);
}

static ax_str read_text(reading *r, const ax_json *doc, const char *key) {
  const ax_json *value = ax_json_get(doc, ax_str_from(key));
  if (!ax_json_is(value, AX_JSON_STRING) || !ax_json_text(value).len) {
    fault(r, value ? value->at : doc->at, "%s is missing or not a text", key);
    return AX_STR("");
  }
  return ax_json_text(value);
}

static const char *const kinds[] = { "rule-based", "machine-learning",
                                     "deep-learning", "hybrid" };

const char *ax_card_kind_name(ax_card_kind kind) {
  return kinds[kind];
}

static void read_kind(reading *r, const ax_json *doc, ax_card *out) {
  ax_str kind = read_text(r, doc, "kind");
  for (size_t i = 0; kind.len && i < sizeof kinds / sizeof kinds[0]; i++)
    if (ax_str_eq(kind, ax_str_from(kinds[i]))) {
      out->kind = (ax_card_kind)i;
      return;
    }
  if (kind.len)
    fault(r, AX_JSON_GET(doc, "kind")->at,
          "kind is \"%.40s\"; it must be rule-based, machine-learning, "
          "deep-learning or hybrid",
          ax_arena_cstr(r->arena, kind));
}

static void check_keys(reading *r, const ax_json *doc) {
  static const char *const known[] = { "card", "model", "version", "kind",
                                       "attributes" };
  for (size_t i = 0; i < ax_json_count(doc); i++) {
    const ax_json_member *member = &doc->u.members[i];
    bool found = false;
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
      found = found || ax_str_eq(member->key, ax_str_from(known[k]));
    if (!found)
      fault(r, member->at,
            "%.60s is not a member of a card (card, model, version, kind, "
            "attributes)",
            ax_arena_cstr(r->arena, member->key));
  }
}

static void read_all(reading *r, const ax_json *doc, ax_card *out) {
  if (!ax_json_is(doc, AX_JSON_OBJECT)) {
    fault(r, doc->at, "a card is a JSON object");
    return;
  }
  ax_str form = AX_JSON_STR(doc, "card");
  if (!ax_str_eq(form, AX_STR("auspex-card/1")))
    fault(r, doc->at, "card must be \"auspex-card/1\", not \"%.40s\"",
          ax_arena_cstr(r->arena, form));
  check_keys(r, doc);
  out->model = read_text(r, doc, "model");
  out->version = read_text(r, doc, "version");
  read_kind(r, doc, out);
  read_attributes(r, doc, out);
}

ax_status ax_card_read(ax_arena *arena, ax_str source, ax_card *out,
                       ax_card_faults *faults) {
  reading r = { .arena = arena, .source = source, .faults = faults };
  const ax_json *doc = NULL;
  ax_json_fault malformed = { 0 };
  *out = (ax_card){ .source = source };
  ax_status status = ax_json_parse(arena, source, &doc, &malformed);
  if (status == AX_NOMEM) return AX_NOMEM;
  if (status)
    fault(&r, malformed.at, "%s", malformed.text);
  else
    read_all(&r, doc, out);
  if (r.nomem) return AX_NOMEM;
  return faults->count ? AX_INVALID : AX_OK;
}

/* A card that speaks of another model or version would mislead. */
static bool fits(const ax_card *card, const ax_model *model, const char **why) {
  *why = "it is for another model or version";
  return ax_str_eq(card->model, model->id) &&
         ax_str_eq(card->version, model->version);
}

ax_status ax_card_find(ax_arena *arena, const char *plugins, const char *module,
                       const ax_model *model, const ax_card **out) {
  ax_error err = { 0 };
  ax_card_faults faults = { 0 };
  ax_card *card = AX_NEW(arena, ax_card);
  ax_str source,
      path = ax_arena_printf(arena, "%s/%s/cards/" AX_STR_FMT ".json", plugins,
                             module, AX_STR_ARG(model->name));
  *out = NULL;
  if (!card || !path.ptr) return AX_NOMEM;
  ax_status status =
      ax_file_read(arena, path.ptr, AX_CARD_BYTES, &source, &err);
  if (status == AX_NOT_FOUND) return AX_OK;
  const char *why = err.text;
  if (!status) status = ax_card_read(arena, source, card, &faults);
  if (status == AX_NOMEM) return AX_NOMEM;
  if (faults.count) why = faults.items[0].text.ptr;
  if (!status && fits(card, model, &why)) {
    *out = card;
    return AX_OK;
  }
  ax_log_event(AX_LOG_WARN, "card_not_used", ax_log_str("model", model->id),
               ax_log_str("why", ax_str_from(why)));
  return AX_OK;
}
