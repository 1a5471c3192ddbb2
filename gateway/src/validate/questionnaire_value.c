/* What one answer may be: its type, its value, its size. */
#include "base/regex.h"
#include "fhir/fhir_decimal.h"
#include "validate/contained_set.h"
#include "validate/questionnaire.h"

enum { REGEX_STEPS = 100000 };
static const char SDC[] =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";

static const struct {
  const char *item, *member, *shown;
} TYPES[] = {
  { "boolean", "Boolean", "boolean" },
  { "decimal", "Decimal", "decimal" },
  { "integer", "Integer", "integer" },
  { "date", "Date", "date" },
  { "dateTime", "DateTime", "dateTime" },
  { "time", "Time", "time" },
  { "string", "String", "string" },
  { "text", "String", "string" },
  { "url", "Uri", "uri" },
  { "attachment", "Attachment", "Attachment" },
  { "reference", "Reference", "Reference" },
  { "quantity", "Quantity", "Quantity" },
  { "choice", "Coding", "Coding" },
  { "open-choice", "Coding", "Coding" },
};

#define REPORT(form, type, id, place, ...) \
  ax_walk_issue((form)->walk, AX_ERROR, (type), (id), (place), __VA_ARGS__)

/* "boolean" for the member valueBoolean; complex types keep their names. */
static ax_str type_name(ax_str member) {
  for (size_t i = 0; i < AX_COUNT(TYPES); i++)
    if (ax_str_eq(member, ax_str_from(TYPES[i].member)))
      return ax_str_from(TYPES[i].shown);
  return member;
}

/* A choice without options of its own leaves open what they are. */
static bool may_be_option(const ax_json *item, ax_str member) {
  static const char *const types[] = { "Integer", "Date", "Time", "String",
                                       "Reference" };
  if (ax_json_count(AX_JSON_GET(item, "answerOption")) ||
      AX_JSON_STR(item, "answerValueSet").len)
    return false;
  for (size_t i = 0; i < AX_COUNT(types); i++)
    if (ax_str_eq(member, ax_str_from(types[i]))) return true;
  return false;
}

static bool option_has_type(const ax_json *item, ax_str member) {
  const ax_json *options = AX_JSON_GET(item, "answerOption");
  for (size_t i = 0; i < ax_json_count(options); i++) {
    ax_str type = AX_STR("");
    if (ax_questionnaire_choice(ax_json_item(options, i), AX_STR("value"),
                                &type) &&
        ax_str_eq(type, member))
      return true;
  }
  return false;
}

static bool check_type(const ax_questionnaire_form *form, const ax_json *item,
                       ax_str member, const ax_place *at) {
  ax_str type = AX_JSON_STR(item, "type");
  bool open = ax_str_eq(type, AX_STR("open-choice"));
  if (open && ax_str_eq(member, AX_STR("String"))) return true;
  for (size_t i = 0; i < AX_COUNT(TYPES); i++) {
    if (!ax_str_eq(type, ax_str_from(TYPES[i].item))) continue;
    if (ax_str_eq(member, ax_str_from(TYPES[i].member))) return true;
    if ((open || ax_str_eq(type, AX_STR("choice"))) &&
        (option_has_type(item, member) || may_be_option(item, member)))
      return true;
    REPORT(form, AX_ISSUE_INVARIANT, "questionnaire-type", at,
           "Answer value must be of the type %s not " AX_STR_FMT,
           TYPES[i].shown, AX_STR_ARG(at->choice));
    return false;
  }
  return true;
}

static void check_options(const ax_questionnaire_form *form,
                          const ax_json *item, const ax_place *at) {
  const ax_json *options = AX_JSON_GET(item, "answerOption");
  size_t count = ax_json_count(options);
  if (count == 0 ||
      (ax_str_eq(AX_JSON_STR(item, "type"), AX_STR("open-choice")) &&
       ax_json_is(at->value, AX_JSON_STRING)))
    return;
  for (size_t i = 0; i < count; i++)
    if (ax_questionnaire_same(at->value,
                              ax_questionnaire_choice(ax_json_item(options, i),
                                                      AX_STR("value"), NULL)))
      return;
  bool coded = ax_str_eq(at->choice, AX_STR("Coding"));
  ax_str shown = coded ? AX_JSON_STR(at->value, "code")
                 : ax_str_eq(at->choice, AX_STR("Reference"))
                     ? AX_JSON_STR(at->value, "reference")
                     : ax_walk_shown(at->value);
  REPORT(form, coded ? AX_ISSUE_CODE_INVALID : AX_ISSUE_INVARIANT,
         "questionnaire-option", at,
         "The " AX_STR_FMT " " AX_STR_FMT
         " is not in the set of permitted values",
         AX_STR_ARG(at->choice), AX_STR_ARG(shown));
}

static bool set_lacks(const ax_questionnaire_form *form, ax_str set,
                      ax_str system, ax_str code) {
  const ax_validate_host *host = form->walk->host;
  const char *why = NULL;
  if (set.ptr[0] == '#')
    return ax_contained_set_find(
               host,
               ax_contained_set_of(form->questionnaire, ax_str_skip(set, 1)),
               system, code) == AX_CODE_NOT_IN;
  return host->code_in_value_set &&
         host->code_in_value_set(host->ctx, set, system, code, &why) ==
             AX_CODE_NOT_IN;
}

static void check_value_set(const ax_questionnaire_form *form,
                            const ax_json *item, const ax_place *at) {
  ax_str set = AX_JSON_STR(item, "answerValueSet");
  ax_str system = AX_JSON_STR(at->value, "system");
  ax_str code = AX_JSON_STR(at->value, "code");
  if (!set.len || !code.len || !ax_str_eq(at->choice, AX_STR("Coding")) ||
      !set_lacks(form, set, system, code))
    return;
  REPORT(form, AX_ISSUE_CODE_INVALID, "questionnaire-value-set", at,
         "The code '" AX_STR_FMT "' of the system '" AX_STR_FMT
         "' is not in the options value set " AX_STR_FMT,
         AX_STR_ARG(code), AX_STR_ARG(system), AX_STR_ARG(set));
}

static void check_bound(const ax_questionnaire_form *form, const ax_json *bound,
                        int sign, const ax_place *at) {
  int order = 0;
  if (!bound) return;
  const char *which = sign < 0 ? "minimum" : "maximum";
  bool quantity = ax_json_is(bound, AX_JSON_OBJECT);
  const ax_json *have = quantity ? AX_JSON_GET(at->value, "value") : at->value;
  const ax_json *want = quantity ? AX_JSON_GET(bound, "value") : bound;
  if (!ax_questionnaire_compare(at->value, bound, &order)) {
    if (quantity)
      REPORT(form, AX_ISSUE_INVARIANT, "questionnaire-unit", at,
             "The quantity " AX_STR_FMT " " AX_STR_FMT
             " cannot be compared to the allowed %s of " AX_STR_FMT
             " " AX_STR_FMT ": both need units that can be converted",
             AX_STR_ARG(ax_walk_shown(have)),
             AX_STR_ARG(AX_JSON_STR(at->value, "unit")), which,
             AX_STR_ARG(ax_walk_shown(want)),
             AX_STR_ARG(AX_JSON_STR(bound, "unit")));
  } else if (order * sign > 0) {
    REPORT(form, AX_ISSUE_INVARIANT, "questionnaire-range", at,
           "The value " AX_STR_FMT " is %s than the allowed %s of " AX_STR_FMT,
           AX_STR_ARG(ax_walk_shown(have)), sign < 0 ? "less" : "greater",
           which, AX_STR_ARG(ax_walk_shown(want)));
  }
}

/* Bounds of quantities, which SDC gave a name of their own. */
static const ax_json *sdc_bound(const ax_json *item, ax_str name) {
  const ax_json *all = AX_JSON_GET(item, "extension");
  for (size_t i = 0; i < ax_json_count(all); i++) {
    const ax_json *one = ax_json_item(all, i);
    ax_str url = AX_JSON_STR(one, "url");
    if (ax_str_starts(url, ax_str_from(SDC)) &&
        ax_str_eq(ax_str_skip(url, sizeof SDC - 1), name))
      return AX_JSON_GET(one, "valueQuantity");
  }
  return NULL;
}

static bool limit_of(const ax_json *value, int64_t *out) {
  return ax_json_is(value, AX_JSON_NUMBER) &&
         ax_str_int64(ax_json_text(value), 0, INT64_MAX, out);
}

static void check_decimals(const ax_questionnaire_form *form,
                           const ax_json *item, const ax_place *at) {
  int64_t limit = 0;
  const ax_json *number = ax_json_is(at->value, AX_JSON_OBJECT)
                              ? AX_JSON_GET(at->value, "value")
                              : at->value;
  if (!ax_json_is(number, AX_JSON_NUMBER) ||
      !limit_of(ax_questionnaire_extension(item, AX_STR("maxDecimalPlaces"), 0),
                &limit))
    return;
  ax_str places = ax_json_text(number);
  (void)ax_str_cut(&places, '.');
  if (places.len > (uint64_t)limit)
    REPORT(form, AX_ISSUE_INVARIANT, "questionnaire-decimals", at,
           "The value " AX_STR_FMT
           " has too many decimal places (limit = %lld)",
           AX_STR_ARG(ax_walk_shown(number)), (long long)limit);
}

static void check_regex(const ax_questionnaire_form *form, const ax_json *item,
                        const ax_place *at) {
  ax_str pattern =
      ax_json_text(ax_questionnaire_extension(item, AX_STR("regex"), 0));
  ax_arena *arena = pattern.len ? ax_walk_scratch(form->walk) : NULL;
  const ax_regex *regex = NULL;
  bool matches = true;
  if (!arena || ax_regex_compile(arena, pattern, &regex, NULL) ||
      ax_regex_match(regex, arena, ax_json_text(at->value), true, REGEX_STEPS,
                     &matches, NULL) ||
      matches)
    return;
  REPORT(form, AX_ISSUE_INVARIANT, "questionnaire-regex", at,
         "The answer '" AX_STR_FMT "' does not match '" AX_STR_FMT "'",
         AX_STR_ARG(ax_walk_shown(at->value)), AX_STR_ARG(pattern));
}

static size_t characters(ax_str text) {
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++)
    count += ((unsigned char)text.ptr[i] & 0xC0u) != 0x80u;
  return count;
}

static void check_text(const ax_questionnaire_form *form, const ax_json *item,
                       const ax_place *at) {
  int64_t limit = 0;
  if (!ax_json_is(at->value, AX_JSON_STRING)) return;
  size_t length = characters(ax_json_text(at->value));
  if (limit_of(AX_JSON_GET(item, "maxLength"), &limit) && limit > 0 &&
      length > (uint64_t)limit)
    REPORT(form, AX_ISSUE_INVARIANT, "questionnaire-length", at,
           "The answer has %zu characters; allowed are %lld", length,
           (long long)limit);
  if (limit_of(ax_questionnaire_extension(item, AX_STR("minLength"), 0),
               &limit) &&
      length < (uint64_t)limit)
    REPORT(form, AX_ISSUE_INVARIANT, "questionnaire-length", at,
           "The answer has %zu characters; at least %lld are needed", length,
           (long long)limit);
  check_regex(form, item, at);
}

static void check_mime_type(const ax_questionnaire_form *form,
                            const ax_json *item, const ax_place *at) {
  ax_str have = AX_JSON_STR(at->value, "contentType");
  const ax_json *first =
      ax_questionnaire_extension(item, AX_STR("mimeType"), 0);
  const ax_json *one = first;
  for (size_t i = 0; one; i++) {
    if (ax_str_eq(ax_json_text(one), have)) return;
    one = ax_questionnaire_extension(item, AX_STR("mimeType"), i + 1);
  }
  if (first)
    REPORT(form, AX_ISSUE_REQUIRED, "questionnaire-mime-type", at->up,
           "The mime type " AX_STR_FMT
           " is not valid for this answer (allowed = " AX_STR_FMT ")",
           AX_STR_ARG(have), AX_STR_ARG(ax_json_text(first)));
}

/* How large the attachment is: as it says, else as its data are. */
static bool size_of(const ax_json *attachment, int64_t *out) {
  const ax_json *size = AX_JSON_GET(attachment, "size");
  ax_str data = AX_JSON_STR(attachment, "data");
  size_t letters = 0;
  if (size) return limit_of(size, out);
  for (size_t i = 0; i < data.len; i++)
    letters += data.ptr[i] != '=' && (unsigned char)data.ptr[i] > ' ';
  *out = (int64_t)(letters * 3 / 4);
  return data.len > 0;
}

static void check_attachment(const ax_questionnaire_form *form,
                             const ax_json *item, const ax_place *at) {
  const ax_json *limit = ax_questionnaire_extension(item, AX_STR("maxSize"), 0);
  int64_t size = 0;
  check_mime_type(form, item, at);
  if (!ax_json_is(limit, AX_JSON_NUMBER) || !size_of(at->value, &size)) return;
  ax_fhir_decimal most;
  if (ax_fhir_decimal_parse(ax_json_text(limit), &most) &&
      (double)size > ax_fhir_decimal_to_double(most))
    REPORT(form, AX_ISSUE_REQUIRED, "questionnaire-size", at->up,
           "The attachment is too large (allowed = " AX_STR_FMT
           ", found = %lld)",
           AX_STR_ARG(ax_json_text(limit)), (long long)size);
}

void ax_questionnaire_value(ax_questionnaire_form *form, const ax_json *item,
                            const ax_place *answer) {
  ax_place at = { .up = answer,
                  .name = AX_STR("value"),
                  .index = AX_PLACE_SINGLE };
  ax_str member = AX_STR("");
  at.value = ax_questionnaire_choice(answer->value, AX_STR("value"), &member);
  if (!at.value) return;
  at.choice = type_name(member);
  if (!check_type(form, item, member, &at)) return;
  check_options(form, item, &at);
  check_value_set(form, item, &at);
  check_bound(form, ax_questionnaire_extension(item, AX_STR("minValue"), 0), -1,
              &at);
  check_bound(form, ax_questionnaire_extension(item, AX_STR("maxValue"), 0), 1,
              &at);
  check_bound(form, sdc_bound(item, AX_STR("minQuantity")), -1, &at);
  check_bound(form, sdc_bound(item, AX_STR("maxQuantity")), 1, &at);
  ax_questionnaire_rules_value(form, item, &at);
  check_decimals(form, item, &at);
  check_text(form, item, &at);
  if (ax_str_eq(at.choice, AX_STR("Attachment")))
    check_attachment(form, item, &at);
}
