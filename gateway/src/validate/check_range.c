/* minValue[x] and maxValue[x] of numbers, dates and times; Quantities
 * are compared in units that can be converted (R4
 * ElementDefinition.minValue[x]). A duration is a bound of dates that moves
 * with the clock: so long before now, or after. */
#include "base/clock.h"
#include "fhir/fhir_date.h"
#include "fhir/fhir_decimal.h"
#include "validate/check.h"
#include "validate/quantity_order.h"

typedef struct {
  ax_check check;
  const ax_json *min, *max; /* either may be NULL */
} range_check;

static ax_status keep(const ax_check_source *source, ax_str prefix,
                      const ax_json **out) {
  const ax_json *value = ax_check_choice(source, prefix);
  *out = value ? ax_check_copy(source->arena, value) : NULL;
  return value && !*out ? AX_NOMEM : AX_OK;
}

static ax_status compile(const ax_check_source *source, ax_check **out) {
  range_check made = { 0 };
  AX_TRY(keep(source, AX_STR("minValue"), &made.min));
  AX_TRY(keep(source, AX_STR("maxValue"), &made.max));
  if (!made.min && !made.max) return AX_OK;
  range_check *kept = AX_NEW(source->arena, range_check);
  if (!kept) return AX_NOMEM;
  *kept = made;
  *out = &kept->check;
  return AX_OK;
}

/* Compares as far as both are of one kind; false: they cannot be compared. */
static bool compare_numbers(const ax_json *a, const ax_json *b, int *order) {
  ax_fhir_decimal x, y;
  if (!ax_fhir_decimal_parse(ax_json_text(a), &x) ||
      !ax_fhir_decimal_parse(ax_json_text(b), &y))
    return false;
  *order = ax_fhir_decimal_compare(x, y);
  return true;
}

/* Intervals that overlap are neither before nor after each other. */
static bool compare_dates(const ax_json *a, const ax_json *b, int *order) {
  ax_fhir_date x, y;
  bool times = ax_fhir_date_parse_time(ax_json_text(a), &x) &&
               ax_fhir_date_parse_time(ax_json_text(b), &y);
  if (!times && (!ax_fhir_date_parse_datetime(ax_json_text(a), &x) ||
                 !ax_fhir_date_parse_datetime(ax_json_text(b), &y)))
    return false;
  *order = (x.lo_ms > y.hi_ms) - (x.hi_ms < y.lo_ms);
  return true;
}

static bool compare(const ax_json *a, const ax_json *b, int *order) {
  if (!a || !b || a->kind != b->kind) return false;
  if (a->kind == AX_JSON_NUMBER) return compare_numbers(a, b, order);
  if (a->kind == AX_JSON_STRING) return compare_dates(a, b, order);
  return a->kind == AX_JSON_OBJECT && ax_quantity_order_of(a, b, order);
}

/* --- durations -------------------------------------------------------------
 */

/* `now` moved by the duration; false: it is none that a date can be held to. */
static bool moved(int64_t now, const ax_json *duration, int sign,
                  int64_t *out) {
  static const struct {
    const char *code;
    int months;
    int64_t ms;
  } units[] = {
    { "a", 12, 0 },       { "mo", 1, 0 },      { "wk", 0, 604800000 },
    { "d", 0, 86400000 }, { "h", 0, 3600000 }, { "min", 0, 60000 },
    { "s", 0, 1000 },
  };
  enum { MOST = 100000 };
  ax_str code = AX_JSON_STR(duration, "code");
  int64_t count;
  if (!ax_str_int64(ax_json_text(AX_JSON_GET(duration, "value")), 0, MOST,
                    &count))
    return false;
  for (size_t i = 0; i < AX_COUNT(units); i++) {
    if (!ax_str_eq(code, ax_str_from(units[i].code))) continue;
    *out =
        units[i].months
            ? ax_fhir_date_add_months(now, sign * (int)count * units[i].months)
            : now + sign * count * units[i].ms;
    return true;
  }
  return false;
}

/* Least: so long ago. Greatest: so long from now. */
static void check_duration(const ax_json *duration, bool is_min, ax_walk *walk,
                           const ax_place *place) {
  ax_fhir_date date;
  int64_t bound;
  if (!ax_json_is(place->value, AX_JSON_STRING) ||
      !ax_json_is(duration, AX_JSON_OBJECT) ||
      !ax_fhir_date_parse_datetime(ax_json_text(place->value), &date) ||
      !moved(ax_clock_wall_ms(), duration, is_min ? -1 : 1, &bound))
    return;
  if (is_min ? date.hi_ms >= bound : date.lo_ms <= bound) return;
  ax_walk_issue(
      walk, AX_ERROR, AX_ISSUE_INVALID,
      is_min ? "value-too-small" : "value-too-large", place,
      "The date/time value '" AX_STR_FMT
      "' is not legal: it must be at the %s " AX_STR_FMT " " AX_STR_FMT
      " %s now",
      AX_STR_ARG(ax_walk_shown(place->value)), is_min ? "earliest" : "latest",
      AX_STR_ARG(ax_json_text(AX_JSON_GET(duration, "value"))),
      AX_STR_ARG(AX_JSON_STR(duration, "code")), is_min ? "before" : "after");
}

static ax_str shown(const ax_json *value) {
  return ax_walk_shown(
      ax_json_is(value, AX_JSON_OBJECT) ? AX_JSON_GET(value, "value") : value);
}

static void report(ax_walk *walk, const ax_place *place, const ax_json *bound,
                   bool is_min) {
  ax_str unit = AX_JSON_STR(place->value, "code");
  ax_str of = AX_JSON_STR(bound, "code");
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID,
                is_min ? "value-too-small" : "value-too-large", place,
                "The value " AX_STR_FMT "%s" AX_STR_FMT
                " is %s allowed, " AX_STR_FMT "%s" AX_STR_FMT,
                AX_STR_ARG(shown(place->value)), unit.len ? " " : "",
                AX_STR_ARG(unit),
                is_min ? "less than the least" : "greater than the greatest",
                AX_STR_ARG(shown(bound)), of.len ? " " : "", AX_STR_ARG(of));
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const range_check *c = (const range_check *)self;
  int order = 0;
  check_duration(c->min, true, walk, place);
  check_duration(c->max, false, walk, place);
  if (compare(place->value, c->min, &order) && order < 0)
    report(walk, place, c->min, true);
  if (compare(place->value, c->max, &order) && order > 0)
    report(walk, place, c->max, false);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  const range_check *c = (const range_check *)self;
  ax_json_write_object(w);
  if (c->min) {
    ax_json_write_key(w, AX_STR("min"));
    ax_json_write_tree(w, c->min);
  }
  if (c->max) {
    ax_json_write_key(w, AX_STR("max"));
    ax_json_write_tree(w, c->max);
  }
  ax_json_write_close(w);
}

const ax_check_kind ax_check_range = { "range", compile, run, explain };
