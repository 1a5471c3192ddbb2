#include "terminology/valueset_filter.h"

#include "base/attrs.h"
#include "base/regex.h"

enum { REGEX_STEPS = 100000 };

/* A filter and, while it is asked, the concept in question. */
typedef struct {
  const ax_codesystem *system;
  const ax_concept *concept;
  ax_str property, value;
  const ax_regex *regex; /* has to match all of a value */
  ax_arena *scratch;
} question;

struct ax_valueset_filter {
  question asked;
  bool (*pass)(const question *q);
};

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

static bool is_parent_of(const ax_codesystem *system, const ax_concept *parent,
                         const ax_concept *child) {
  if (!parent || !child) return false;
  if (child->parent == parent) return true;
  for (size_t i = 0; i < child->more_parents.count; i++)
    if (ax_codesystem_find(system, child->more_parents.items[i]) == parent)
      return true;
  return false;
}

static bool equals(const question *q) {
  ax_str value;
  if (ax_str_eq(q->property, AX_STR("child")))
    return is_parent_of(q->system, q->concept,
                        ax_codesystem_find(q->system, q->value));
  if (ax_str_eq(q->property, AX_STR("parent")))
    return is_parent_of(q->system, ax_codesystem_find(q->system, q->value),
                        q->concept);
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
  return ax_codesystem_find(q->system, q->value) != q->concept && is_a(q);
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
  bool fits = false;
  for (size_t i = 0; !fits && value_at(q, i, &value); i++)
    if (ax_regex_match(q->regex, q->scratch, value, true, REGEX_STEPS, &fits,
                       NULL))
      fits = false;
  return fits;
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

/* --- a filter ------------------------------------------------------------- */

static ax_status refuse(const char **why, const char *reason) {
  *why = reason;
  return AX_OK;
}

ax_status ax_valueset_filter_compile(ax_arena *arena, const ax_json *filter,
                                     const ax_codesystem *system,
                                     const ax_valueset_filter **out,
                                     const char **why) {
  ax_str op = AX_JSON_STR(filter, "op");
  size_t i = 0;
  *out = NULL;
  while (i < AX_COUNT(operators) &&
         !ax_str_eq(op, ax_str_from(operators[i].op)))
    i++;
  if (i == AX_COUNT(operators))
    return refuse(why, "a filter of the value set has an unknown operator");
  ax_valueset_filter *made = AX_NEW(arena, ax_valueset_filter);
  if (!made) return AX_NOMEM;
  made->pass = operators[i].pass;
  made->asked = (question){ .system = system,
                            .property = AX_JSON_STR(filter, "property"),
                            .value = AX_JSON_STR(filter, "value") };
  if (!ax_codesystem_has_property(system, made->asked.property))
    return refuse(why, "a filter of the value set asks for a property that the "
                       "code system does not have");
  if (made->pass == matches) {
    ax_status status =
        ax_regex_compile(arena, made->asked.value, &made->asked.regex, NULL);
    if (status == AX_NOMEM) return status;
    if (status)
      return refuse(why, "a filter of the value set holds no regular "
                         "expression where one must be");
  }
  *out = made;
  return AX_OK;
}

bool ax_valueset_filter_pass(const ax_valueset_filter *filter,
                             ax_arena *scratch, const ax_concept *concept) {
  question q = filter->asked;
  q.concept = concept;
  q.scratch = scratch;
  return filter->pass(&q);
}
