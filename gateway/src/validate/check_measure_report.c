/*
 * MeasureReport against its Measure: groups, populations and stratifiers are
 * those of the measure, told by their codes, and a score is there where the
 * measure's scoring knows one (R4 measurereport.html).
 */
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "MeasureReport", out);
}

#define REPORT(walk, id, at, ...)                                     \
  ax_walk_issue((walk), AX_ERROR, AX_ISSUE_BUSINESS_RULE, (id), (at), \
                __VA_ARGS__)

/* --- codes -----------------------------------------------------------------
 */

static bool same_coding(const ax_json *a, const ax_json *b) {
  return AX_JSON_STR(a, "code").len &&
         ax_str_eq(AX_JSON_STR(a, "code"), AX_JSON_STR(b, "code")) &&
         ax_str_eq(AX_JSON_STR(a, "system"), AX_JSON_STR(b, "system"));
}

static bool same_concept(const ax_json *a, const ax_json *b) {
  const ax_json *left = AX_JSON_GET(a, "coding");
  const ax_json *right = AX_JSON_GET(b, "coding");
  for (size_t i = 0; i < ax_json_count(left); i++)
    for (size_t k = 0; k < ax_json_count(right); k++)
      if (same_coding(ax_json_item(left, i), ax_json_item(right, k)))
        return true;
  return AX_JSON_STR(a, "text").len &&
         ax_str_eq(AX_JSON_STR(a, "text"), AX_JSON_STR(b, "text"));
}

/* A stratifier of a report may have several codes. */
static bool has_code(const ax_json *reported, const ax_json *defined) {
  const ax_json *code = AX_JSON_GET(reported, "code");
  const ax_json *wanted = AX_JSON_GET(defined, "code");
  if (!ax_json_is(code, AX_JSON_ARRAY)) return same_concept(code, wanted);
  for (size_t i = 0; i < ax_json_count(code); i++)
    if (same_concept(ax_json_item(code, i), wanted)) return true;
  return false;
}

/* What the measure defines under the code; one without a code stands for the
 * only one there is. */
static const ax_json *find_defined(const ax_json *list,
                                   const ax_json *reported) {
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (has_code(reported, ax_json_item(list, i))) return ax_json_item(list, i);
  return ax_json_count(list) == 1 && !AX_JSON_GET(reported, "code")
             ? ax_json_item(list, 0)
             : NULL;
}

static bool is_reported(const ax_json *list, const ax_json *reported_list,
                        const ax_json *defined) {
  for (size_t i = 0; i < ax_json_count(reported_list); i++)
    if (find_defined(list, ax_json_item(reported_list, i)) == defined)
      return true;
  return false;
}

static ax_str shown_code(const ax_json *defined) {
  const ax_json *code = AX_JSON_GET(defined, "code");
  ax_str text =
      AX_JSON_STR(ax_json_item(AX_JSON_GET(code, "coding"), 0), "code");
  return text.len ? text : AX_JSON_STR(code, "text");
}

/* --- the parts of a group --------------------------------------------------
 */

static void check_parts(ax_walk *walk, const ax_place *group,
                        const ax_json *defined, ax_str part) {
  const ax_json *list = ax_json_get(defined, part);
  const ax_json *reported = ax_json_get(group->value, part);
  for (size_t i = 0; i < ax_json_count(reported); i++) {
    const ax_place at = ax_place_item(group, part, i);
    if (ax_json_count(list) && !find_defined(list, at.value))
      REPORT(walk, "report-part-unknown", &at,
             "The measure has no " AX_STR_FMT " with the code of this one",
             AX_STR_ARG(part));
  }
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (!is_reported(list, reported, one))
      REPORT(walk, "report-part-missing", group,
             "The report does not include the " AX_STR_FMT
             " with the code '" AX_STR_FMT "' (id '" AX_STR_FMT
             "') of the measure",
             AX_STR_ARG(part), AX_STR_ARG(shown_code(one)),
             AX_STR_ARG(AX_JSON_STR(one, "id")));
  }
}

/* A cohort is counted, not scored. */
static void check_score(ax_walk *walk, const ax_place *group,
                        const ax_json *measure) {
  const ax_place at = ax_place_member(group, AX_STR("measureScore"));
  const ax_json *list = AX_JSON_GET(AX_JSON_GET(measure, "scoring"), "coding");
  for (size_t i = 0; at.value && i < ax_json_count(list); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "code"), AX_STR("cohort")))
      REPORT(walk, "report-score", &at,
             "There is no measureScore when the scoring of the measure is "
             "'cohort'");
}

static void check_group(ax_walk *walk, const ax_place *group,
                        const ax_json *measure) {
  const ax_json *list = AX_JSON_GET(measure, "group");
  const ax_json *defined = find_defined(list, group->value);
  check_score(walk, group, measure);
  if (!defined && ax_json_count(list)) {
    REPORT(walk, "report-group-unknown", group,
           "The measure has no group with the code of this one");
    return;
  }
  check_parts(walk, group, defined, AX_STR("population"));
  check_parts(walk, group, defined, AX_STR("stratifier"));
}

/* A report may leave groups out: R4's own example does. */
static void check_report(ax_walk *walk, const ax_place *place,
                         const ax_json *measure) {
  const ax_json *reported = AX_JSON_GET(place->value, "group");
  for (size_t i = 0; i < ax_json_count(reported); i++) {
    const ax_place group = ax_place_item(place, AX_STR("group"), i);
    check_group(walk, &group, measure);
  }
}

/* A report that only collects data says nothing of groups. */
static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_str url = AX_JSON_STR(place->value, "measure");
  ax_str type = AX_JSON_STR(place->value, "type");
  ax_str status = AX_JSON_STR(place->value, "status");
  const ax_json *measure = NULL;
  (void)self;
  if (!url.len || ax_str_eq(type, AX_STR("data-collection")) ||
      ax_str_eq(status, AX_STR("error")))
    return;
  ax_arena *arena = ax_walk_scratch(walk);
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  if (ax_registry_load(walk->registry, arena, AX_DEF_MEASURE, url, &measure,
                       NULL) == AX_OK)
    check_report(walk, place, measure);
  ax_arena_rewind(arena, mark);
}

const ax_check_kind ax_check_measure_report = { "measure-report", compile, run,
                                                ax_check_explain };
