/* The items of a QuestionnaireResponse are those of its Questionnaire: there,
 * in order, as often as allowed, answered when they must be. */
#include "validate/check.h"
#include "validate/questionnaire.h"
#include "validate/walk_find.h"

enum { STEPS = 1000000 };

/* A question of one level of the form, and what answers it. */
typedef struct {
  const ax_json *item;
  size_t order, items;
} question;

#define REPORT(form, type, id, place, ...) \
  ax_walk_issue((form)->walk, AX_ERROR, (type), (id), (place), __VA_ARGS__)

static void check_level(ax_questionnaire_form *form, const ax_json *level,
                        const ax_place *parent);

static ax_status compile(const ax_check_source *source, ax_check **out) {
  if (!source->is_root || source->base ||
      !ax_str_eq(source->type, AX_STR("QuestionnaireResponse")))
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

static bool is_type(const ax_json *item, const char *type) {
  return ax_str_eq(AX_JSON_STR(item, "type"), ax_str_from(type));
}

static bool is_true(const ax_json *item, ax_str key) {
  const ax_json *value = ax_json_get(item, key);
  return ax_json_is(value, AX_JSON_BOOL) && value->truth;
}

/* minOccurs and maxOccurs; without them `repeats` says how many. */
static void check_count(const ax_questionnaire_form *form, const ax_json *item,
                        size_t count, const ax_place *at) {
  int64_t least = 0, most = 0;
  ax_str min = ax_json_text(
      ax_questionnaire_extension(item, AX_STR("questionnaire-minOccurs"), 0));
  ax_str max = ax_json_text(
      ax_questionnaire_extension(item, AX_STR("questionnaire-maxOccurs"), 0));
  if (form->finished && ax_str_int64(min, 0, INT64_MAX, &least) &&
      count < (uint64_t)least)
    REPORT(form, AX_ISSUE_INVALID, "questionnaire-count", at,
           "The minimum number of answers is %lld but this has %zu answers",
           (long long)least, count);
  bool bounded = ax_str_int64(max, 0, INT64_MAX, &most);
  if (bounded && count > (uint64_t)most)
    REPORT(form, AX_ISSUE_INVALID, "questionnaire-count", at,
           "The maximum number of answers is %lld but this has %zu answers",
           (long long)most, count);
  else if (!bounded && count > 1 && !is_true(item, AX_STR("repeats")))
    REPORT(form, AX_ISSUE_INVALID, "questionnaire-count", at,
           "Only one answer is allowed, but this has %zu", count);
}

/* "When dealing with questions, nesting must occur within each answer." */
static void refuse_nested(const ax_questionnaire_form *form,
                          const ax_json *item, const ax_place *at) {
  if (ax_json_count(AX_JSON_GET(at->value, "item")))
    REPORT(form, AX_ISSUE_STRUCTURE, "questionnaire-nesting", at,
           "The item '" AX_STR_FMT
           "' is a question: what is nested in it stands in its answers, not "
           "in the item itself",
           AX_STR_ARG(AX_JSON_STR(item, "linkId")));
}

static void check_answers(ax_questionnaire_form *form, const ax_json *item,
                          const ax_place *at) {
  const ax_json *answers = AX_JSON_GET(at->value, "answer");
  size_t count = ax_json_count(answers);
  if (count == 0 && form->finished && is_true(item, AX_STR("required")))
    REPORT(form, AX_ISSUE_REQUIRED, "questionnaire-required", at,
           "No response answer found for required item '" AX_STR_FMT "'",
           AX_STR_ARG(AX_JSON_STR(item, "linkId")));
  else
    check_count(form, item, count, at);
  refuse_nested(form, item, at);
  ax_questionnaire_rules_item(form, item, at);
  for (size_t i = 0; i < count; i++) {
    const ax_place answer = { .up = at,
                              .name = AX_STR("answer"),
                              .index = i,
                              .value = ax_json_item(answers, i) };
    ax_questionnaire_value(form, item, &answer);
    check_level(form, item, &answer);
  }
}

static void check_item(ax_questionnaire_form *form, const ax_json *item,
                       const ax_place *at) {
  bool answered = ax_json_count(AX_JSON_GET(at->value, "answer")) > 0;
  bool group = is_type(item, "group");
  ax_questionnaire_rules_text(form, item, at);
  ax_questionnaire_rules_constraints(form, item, at);
  if (!ax_questionnaire_enabled(form, item, at->up)) {
    if (answered || ax_json_count(AX_JSON_GET(at->value, "item")))
      REPORT(form, AX_ISSUE_INVALID, "questionnaire-disabled", at,
             "Item has answer, even though it is not enabled (item id = "
             "'" AX_STR_FMT "')",
             AX_STR_ARG(AX_JSON_STR(item, "linkId")));
    return;
  }
  if (!group && !is_type(item, "display") && !is_type(item, "question")) {
    check_answers(form, item, at);
    return;
  }
  if (answered)
    REPORT(form, AX_ISSUE_STRUCTURE, "questionnaire-answer", at,
           "Items of type " AX_STR_FMT " should not have answers",
           AX_STR_ARG(AX_JSON_STR(item, "type")));
  size_t inner = ax_json_count(AX_JSON_GET(at->value, "item"));
  if (inner && is_type(item, "display"))
    REPORT(form, AX_ISSUE_STRUCTURE, "questionnaire-nesting", at,
           "The item '" AX_STR_FMT
           "' only displays a text: nothing is nested in it",
           AX_STR_ARG(AX_JSON_STR(item, "linkId")));
  if (!group) return;
  if (!inner && form->finished && is_true(item, AX_STR("required")))
    REPORT(form, AX_ISSUE_INVARIANT, "questionnaire-group", at,
           "No sub-items found for required group");
  else
    check_level(form, item, at);
}

static ax_map *questions_of(const ax_questionnaire_form *form,
                            const ax_json *level) {
  ax_arena *arena = ax_walk_scratch(form->walk);
  const ax_json *items = AX_JSON_GET(level, "item");
  size_t count = ax_json_count(items);
  ax_map *map = arena ? ax_map_new(arena) : NULL;
  question *all = map ? AX_NEW_ARRAY(arena, question, count + 1) : NULL;
  for (size_t i = 0; all && i < count; i++) {
    all[i].item = ax_json_item(items, i);
    all[i].order = i;
    ax_str link = AX_JSON_STR(all[i].item, "linkId");
    if (!link.len || ax_map_get(map, link)) continue;
    if (ax_map_put(map, link, &all[i])) all = NULL;
  }
  if (!all) form->walk->no_memory = true;
  return all ? map : NULL;
}

/* Present items: known, in order, no more than allowed. */
static void check_present(ax_questionnaire_form *form, const ax_map *questions,
                          const ax_place *parent) {
  const ax_json *items = AX_JSON_GET(parent->value, "item");
  size_t last = 0;
  for (size_t i = 0; i < ax_json_count(items); i++) {
    const ax_place at = { .up = parent,
                          .name = AX_STR("item"),
                          .index = i,
                          .value = ax_json_item(items, i) };
    ax_str link = AX_JSON_STR(at.value, "linkId");
    question *q = link.len ? ax_map_get(questions, link) : NULL;
    if (!link.len) continue;
    if (!q) {
      REPORT(form, AX_ISSUE_NOT_FOUND, "questionnaire-link", parent,
             "LinkId '" AX_STR_FMT "' not found in questionnaire",
             AX_STR_ARG(link));
      continue;
    }
    if (q->order < last)
      REPORT(form, AX_ISSUE_STRUCTURE, "questionnaire-order", &at,
             "Items are out of order: '" AX_STR_FMT
             "' comes earlier in the questionnaire",
             AX_STR_ARG(link));
    last = q->order > last ? q->order : last;
    if (++q->items == 2 &&
        (!is_type(q->item, "group") || !is_true(q->item, AX_STR("repeats"))))
      REPORT(form, AX_ISSUE_INVALID, "questionnaire-repeated", &at,
             "Only one response item with the linkId '" AX_STR_FMT
             "' is allowed",
             AX_STR_ARG(link));
    check_item(form, q->item, &at);
  }
}

static void check_level(ax_questionnaire_form *form, const ax_json *level,
                        const ax_place *parent) {
  if (!ax_json_count(AX_JSON_GET(level, "item")) &&
      !ax_json_count(AX_JSON_GET(parent->value, "item")))
    return;
  ax_map *questions = questions_of(form, level);
  if (!questions) return;
  check_present(form, questions, parent);
  for (size_t i = 0; form->finished && i < ax_map_count(questions); i++) {
    const question *q = ax_map_at(questions, i, NULL);
    if (!q->items && is_true(q->item, AX_STR("required")) &&
        !is_type(q->item, "display") &&
        ax_questionnaire_enabled(form, q->item, parent))
      REPORT(form, AX_ISSUE_REQUIRED, "questionnaire-required", parent,
             "No response answer found for required item '" AX_STR_FMT "'",
             AX_STR_ARG(AX_JSON_STR(q->item, "linkId")));
  }
}

static const ax_json *find_in_bundle(const ax_walk *walk, ax_str url) {
  ax_str version = url;
  url = ax_str_cut(&version, '|');
  size_t count = walk->bundle ? ax_fhir_bundle_count(walk->bundle) : 0;
  for (size_t i = 0; i < count; i++) {
    const ax_bundle_entry *entry = ax_fhir_bundle_at(walk->bundle, i);
    if (ax_str_eq(entry->type, AX_STR("Questionnaire")) &&
        ax_str_eq(AX_JSON_STR(entry->resource, "url"), url) &&
        (!version.len ||
         ax_str_eq(AX_JSON_STR(entry->resource, "version"), version)))
      return entry->resource;
  }
  return NULL;
}

static const ax_json *find_questionnaire(ax_walk *walk, ax_str url) {
  if (url.ptr[0] == '#')
    return ax_walk_find_fragment(walk, ax_str_skip(url, 1));
  const ax_json *found = find_in_bundle(walk, url);
  return found ? found
               : ax_registry_find(walk->registry, AX_DEF_QUESTIONNAIRE, url);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  (void)self;
  ax_str url = AX_JSON_STR(place->value, "questionnaire");
  ax_str status = AX_JSON_STR(place->value, "status");
  if (!url.len) return;
  const ax_json *found = find_questionnaire(walk, url);
  if (!ax_str_eq(AX_JSON_STR(found, "resourceType"), AX_STR("Questionnaire"))) {
    ax_walk_issue(walk, AX_WARNING, AX_ISSUE_NOT_FOUND, "questionnaire-unknown",
                  place,
                  "The questionnaire '" AX_STR_FMT
                  "' could not be resolved, so no validation can be performed "
                  "against the base questionnaire",
                  AX_STR_ARG(url));
    return;
  }
  ax_questionnaire_form form = {
    .walk = walk,
    .response = place->value,
    .questionnaire = found,
    .finished = ax_str_eq(status, AX_STR("completed")) ||
                ax_str_eq(status, AX_STR("amended")),
    .steps = STEPS,
  };
  ax_questionnaire_rules_constraints(&form, found, place);
  check_level(&form, found, place);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_questionnaire = { "questionnaire", compile, run,
                                               explain };
