#include "terminology/valueset_filter.h"

#include "base/regex.h"

typedef struct {
  const ax_codesystem *system;
  const ax_concept *concept;
  ax_str property, value;
} question;

/* --- regular expressions: a filter's pattern has to match all of a value ---
 */

enum { REGEX_STEPS = 100000, REGEX_MEMORY = 32 * 1024 * 1024 };

/* Without a text: is the pattern one at all? */
static bool regex_fits(ax_str pattern, const ax_str *text) {
  ax_arena *arena = ax_arena_new(REGEX_MEMORY);
  const ax_regex *regex;
  bool fits =
      arena != NULL && ax_regex_compile(arena, pattern, &regex, NULL) == AX_OK;
  if (fits && text &&
      ax_regex_match(regex, arena, *text, true, REGEX_STEPS, &fits, NULL))
    fits = false;
  ax_arena_free(arena);
  return fits;
}

/* --- operators ------------------------------------------------------------ */

static bool about_code(const question *q) {
  return ax_str_eq(q->property, AX_STR("code")) ||
         ax_str_eq(q->property, AX_STR("concept"));
}

/* The `i`th value of the property asked for. */
static bool value_at(const question *q, size_t i, ax_str *value) {
  if (about_code(q) || ax_str_eq(q->property, AX_STR("display"))) {
    *value = about_code(q) ? q->concept->code : q->concept->display;
    return i == 0;
  }
  if (ax_str_eq(q->property, AX_STR("parent")) && q->concept->parent) {
    *value = q->concept->parent->code;
    if (i == 0) return true;
    i--;
  }
  return ax_codesystem_property(q->concept, q->property, i, value);
}

static bool equals(const question *q) {
  ax_str value;
  for (size_t i = 0; value_at(q, i, &value); i++)
    if (ax_str_eq(value, q->value)) return true;
  return false;
}

static bool in_list(const question *q) {
  ax_str list = q->value;
  while (list.len) {
    question one = *q;
    one.value = ax_str_trim(ax_str_cut(&list, ','));
    if (equals(&one)) return true;
  }
  return false;
}

static bool not_in_list(const question *q) {
  return !in_list(q);
}

static bool is_a(const question *q) {
  return ax_codesystem_is_a(q->system, q->concept, q->value);
}

static bool is_not_a(const question *q) {
  return !is_a(q);
}

static bool descends(const question *q) {
  return !ax_str_eq(q->concept->code, q->value) && is_a(q);
}

static bool generalizes(const question *q) {
  const ax_concept *below = ax_codesystem_find(q->system, q->value);
  return below && ax_codesystem_is_a(q->system, below, q->concept->code);
}

static bool exists(const question *q) {
  ax_str value;
  return value_at(q, 0, &value) == ax_str_eq(q->value, AX_STR("true"));
}

static bool matches(const question *q) {
  ax_str value;
  for (size_t i = 0; value_at(q, i, &value); i++)
    if (regex_fits(q->value, &value)) return true;
  return false;
}

static const struct {
  const char *op;
  bool (*pass)(const question *q);
} operators[] = {
  { "=", equals },
  { "is-a", is_a },
  { "descendent-of", descends },
  { "is-not-a", is_not_a },
  { "regex", matches },
  { "in", in_list },
  { "not-in", not_in_list },
  { "generalizes", generalizes },
  { "exists", exists },
};

static size_t operator_of(const ax_json *filter) {
  ax_str op = AX_JSON_STR(filter, "op");
  size_t i = 0;
  while (i < AX_COUNT(operators) &&
         !ax_str_eq(op, ax_str_from(operators[i].op)))
    i++;
  return i;
}

bool ax_valueset_filter_usable(const ax_json *filter) {
  size_t i = operator_of(filter);
  if (i == AX_COUNT(operators) || !AX_JSON_STR(filter, "property").len)
    return false;
  return operators[i].pass != matches ||
         regex_fits(AX_JSON_STR(filter, "value"), NULL);
}

bool ax_valueset_filter_pass(const ax_codesystem *system, const ax_json *filter,
                             const ax_concept *concept) {
  question q = { system, concept, AX_JSON_STR(filter, "property"),
                 AX_JSON_STR(filter, "value") };
  return operators[operator_of(filter)].pass(&q);
}
