/* Values: the unit wanted, comparators, what is plausible, what codes are
 * worth. */
#include "scoring/feature_parts.h"

#include <math.h>
#include <string.h>

#include "ucum/ucum.h"

bool ax_feature_value_equal(double a, double b) {
  double larger = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
  return a == b || fabs(a - b) <= larger * 1e-9;
}

static ax_feature_finding finding(uint8_t state, ax_str detail,
                                  const ax_fact *fact) {
  return (ax_feature_finding){ state, detail, fact };
}

/* --- is there anything to read? --------------------------------------------
 */

static ax_str detail_of(const ax_model_source *s) {
  switch (s->take) {
  case AUSPEX_TAKE_VALUE_OR_INTERPRETATION:
    return AX_STR("interpretation");
  case AUSPEX_TAKE_BODY_SITE:
    return AX_STR("bodySite");
  case AUSPEX_TAKE_STAGE:
    return AX_STR("stage");
  default:
    return AX_STR("");
  }
}

static bool has_detail(const ax_fact *fact, ax_str name) {
  ax_fact_detail at = { .rest = fact->details };
  return name.len && ax_fhir_fact_detail(&at, name);
}

static bool has_value(const ax_model_source *s, const ax_fact *fact) {
  ax_fact_value kind = fact->value_kind;
  if (kind == AX_FACT_VALUE_CODE) return s->map || fact->digits.len;
  if (kind == AX_FACT_VALUE_TEXT) return s->map != NULL;
  return kind == AX_FACT_VALUE_NUMBER || kind == AX_FACT_VALUE_BOOL;
}

bool ax_feature_value_is_there(const ax_model_source *s, const ax_fact *fact) {
  switch (s->take) {
  case AUSPEX_TAKE_CODE:
  case AUSPEX_TAKE_PRESENT:
    return true;
  case AUSPEX_TAKE_BODY_SITE:
  case AUSPEX_TAKE_STAGE:
    return has_detail(fact, detail_of(s));
  case AUSPEX_TAKE_ONSET_AGE:
    return fact->value_kind == AX_FACT_VALUE_NUMBER;
  case AUSPEX_TAKE_VALUE_OR_INTERPRETATION:
    return has_value(s, fact) || (fact->value_kind == AX_FACT_VALUE_NONE &&
                                  has_detail(fact, detail_of(s)));
  default:
    return has_value(s, fact);
  }
}

/* --- numbers ---------------------------------------------------------------
 */

/* valueInteger and the like have no unit: fine where none is wanted, or only a
 * name for what is counted, such as {score}; so it is for booleans and for
 * answers. */
static bool needs_no_unit(const ax_model_source *s, const ax_fact *fact) {
  if (fact->value_kind == AX_FACT_VALUE_BOOL && s->map) return true;
  if (fact->flags & AX_FACT_HAS_UNIT) return false;
  if ((fact->flags & AX_FACT_PLAIN_NUMBER) && (s->flags & AUSPEX_PLAIN_NUMBER))
    return true;
  return fact->unit.len == 0 && (!s->unit.len || s->unit.ptr[0] == '{');
}

/* Laboratories write international units for units of enzymes, which are the
 * same; of other arbitrary units nobody can say so. `buf` has room for it. */
static ax_str unit_of(const ax_fact *fact, ax_str wanted, char buf[64]) {
  ax_str unit = fact->unit;
  bool arbitrary = ax_str_starts(unit, AX_STR("[IU]/")) ||
                   ax_str_starts(unit, AX_STR("[iU]/"));
  if (!arbitrary || !ax_str_starts(wanted, AX_STR("U/")) || unit.len >= 64)
    return unit;
  buf[0] = 'U';
  memcpy(buf + 1, unit.ptr + 4, unit.len - 4);
  return (ax_str){ buf, unit.len - 3 };
}

/* UCUM makes 12 % of 0.12 with the unit 1. Who writes one and means the other
 * is met too often: a fraction is not taken for a percentage, or back. */
static bool is_mixed_up(ax_str from, ax_str to) {
  bool percent = ax_str_eq(from, AX_STR("%"));
  ax_str other = percent ? to : from;
  return percent != ax_str_eq(to, AX_STR("%")) &&
         (ax_str_eq(other, AX_STR("1")) || ax_str_starts(other, AX_STR("{")));
}

static bool convert(const ax_model_source *s, const ax_fact *fact, double from,
                    double *to, ax_error *err) {
  ax_str wanted = s->unit.len ? s->unit : AX_STR("1");
  if (needs_no_unit(s, fact)) return *to = from, true;
  if (!(fact->flags & AX_FACT_HAS_UNIT)) {
    (void)ax_error_set(err, AX_INVALID,
                       "the value has no UCUM unit (system and code)");
    return false;
  }
  char buf[64];
  ax_str unit = unit_of(fact, wanted, buf);
  if (ax_str_eq(unit, wanted)) return *to = from, true;
  if (is_mixed_up(unit, wanted)) {
    (void)ax_error_set(err, AX_INVALID,
                       "the unit '" AX_STR_FMT "' is not taken for '" AX_STR_FMT
                       "': a fraction is not a percentage",
                       AX_STR_ARG(fact->unit), AX_STR_ARG(wanted));
    return false;
  }
  return ax_ucum_convert(from, unit, wanted, s->molar_mass, to, err) == AX_OK;
}

/* A bound may be in a unit of its own; one that cannot be converted is none. */
static double read_bound(const ax_model_source *s, const ax_fact *fact,
                         const char *detail, double bound) {
  ax_fact_detail at = { .rest = fact->details };
  ax_fact own = *fact;
  double out;
  if (ax_fhir_fact_detail(&at, ax_str_from(detail))) {
    own.unit = at.code;
    own.flags |= AX_FACT_HAS_UNIT;
  }
  return convert(s, &own, bound, &out, NULL) ? out : (double)NAN;
}

static void read_range(const ax_model_source *s, const ax_fact *fact,
                       ax_feature_number *out) {
  if (fact->has_low) out->low = read_bound(s, fact, "lowUnit", fact->low);
  if (fact->has_high) out->high = read_bound(s, fact, "highUnit", fact->high);
}

/* May the limit stand for the value? `limit` is in the unit wanted. */
static bool limit_will_do(const ax_model_source *s, char comparator,
                          double limit) {
  bool below = comparator == '<' || comparator == 'l';
  switch (s->comparator) {
  case AUSPEX_COMPARATOR_LIMIT:
    return true;
  case AUSPEX_COMPARATOR_AT_MOST:
    return below && limit <= s->comparator_limit;
  case AUSPEX_COMPARATOR_AT_LEAST:
    return !below && limit >= s->comparator_limit;
  default:
    return false;
  }
}

static ax_feature_finding read_number(ax_feature_work *w,
                                      const ax_model_input *input,
                                      const ax_model_source *s,
                                      const ax_fact *fact,
                                      ax_feature_number *out) {
  ax_error err = { 0 };
  if (!convert(s, fact, fact->number, &out->value, &err))
    return finding(AUSPEX_CELL_UNIT_ERROR, ax_feature_say(w, "%s", err.text),
                   fact);
  if (fact->comparator && !limit_will_do(s, fact->comparator, out->value))
    return finding(AUSPEX_CELL_COMPARATOR,
                   AX_STR("the value has a comparator, a number is needed"),
                   fact);
  if (!isfinite(out->value) || out->value < s->valid_min ||
      out->value > s->valid_max)
    return finding(
        AUSPEX_CELL_IMPLAUSIBLE,
        ax_feature_say(w, "the value is outside %g to %g " AX_STR_FMT,
                       s->valid_min, s->valid_max, AX_STR_ARG(s->unit)),
        fact);
  if (input->wants_range) read_range(s, fact, out);
  return finding(AUSPEX_CELL_PRESENT, AX_STR(""), fact);
}

/* --- codes and texts ---------------------------------------------------------
 */

static ax_feature_finding mapped(bool fits, double value, const ax_fact *fact,
                                 ax_feature_number *out) {
  out->value = fits ? value : (double)NAN;
  if (fits && isnan(value))
    return finding(AUSPEX_CELL_UNMAPPED,
                   AX_STR("the value says nothing that the model can use"),
                   fact);
  return fits ? finding(AUSPEX_CELL_PRESENT, AX_STR(""), fact)
              : finding(AUSPEX_CELL_ABSENT, AX_STR(""), fact);
}

static ax_feature_finding read_details(ax_feature_work *w,
                                       const ax_model_source *s,
                                       const ax_fact *fact,
                                       ax_feature_number *out) {
  ax_fact_detail at = { .rest = fact->details };
  double value = (double)NAN;
  while (s->map && ax_fhir_fact_detail(&at, detail_of(s)))
    if (ax_feature_map_code(w, s->map, at.system, at.code, &value))
      return mapped(true, value, fact, out);
  return mapped(false, 0, fact, out);
}

static ax_feature_finding read_coded(ax_feature_work *w,
                                     const ax_model_source *s,
                                     const ax_fact *fact,
                                     ax_feature_number *out) {
  double value = (double)NAN;
  bool fits = s->map && ax_feature_map_code(w, s->map, fact->value_system,
                                            fact->value_code, &value);
  if (!fits && fact->digits.len) {
    value = fact->number;
    fits = !s->map ||
           ax_feature_map_number(w, s->map, value, fact->digits, &value);
  }
  return mapped(fits, value, fact, out);
}

/* What one fact says; ABSENT: its coding fits no row of the map. */
static ax_feature_finding read_fact(ax_feature_work *w,
                                    const ax_model_input *input,
                                    const ax_model_source *s,
                                    const ax_fact *fact,
                                    ax_feature_number *out) {
  double value = 1;
  if (s->take == AUSPEX_TAKE_PRESENT) return mapped(true, 1, fact, out);
  if (s->take == AUSPEX_TAKE_CODE) {
    bool fits = s->map && ax_feature_map_code(w, s->map, fact->system,
                                              fact->code, &value);
    return mapped(fits, value, fact, out);
  }
  if (s->take == AUSPEX_TAKE_BODY_SITE || s->take == AUSPEX_TAKE_STAGE ||
      (s->take == AUSPEX_TAKE_VALUE_OR_INTERPRETATION &&
       fact->value_kind == AX_FACT_VALUE_NONE))
    return read_details(w, s, fact, out);
  if (fact->value_kind == AX_FACT_VALUE_CODE)
    return read_coded(w, s, fact, out);
  if (fact->value_kind == AX_FACT_VALUE_TEXT) {
    bool fits =
        s->map && ax_feature_map_text(w, s->map, fact->value_code, &value);
    return mapped(fits, value, fact, out);
  }
  ax_feature_finding result = read_number(w, input, s, fact, out);
  if (result.state != AUSPEX_CELL_PRESENT || !s->map) return result;
  /* An answer's coding goes before its ordinal value. */
  if (fact->value_code.len && ax_feature_map_code(w, s->map, fact->value_system,
                                                  fact->value_code, &value))
    return mapped(true, value, fact, out);
  bool fits =
      ax_feature_map_number(w, s->map, out->value, fact->digits, &value);
  return mapped(fits, value, fact, out);
}

ax_feature_finding ax_feature_value_read(ax_feature_work *w,
                                         const ax_model_input *input,
                                         const ax_feature_candidate *from,
                                         ax_feature_number *out) {
  const ax_model_source *s = from->source;
  for (size_t i = 0; i < from->fact_count; i++) {
    const ax_fact *fact =
        from->facts ? ax_feature_view_at(w->view, from->facts[i]) : from->fact;
    *out = (ax_feature_number){ (double)NAN, (double)NAN, (double)NAN };
    if (!ax_feature_value_is_there(s, fact)) continue;
    ax_feature_finding result = read_fact(w, input, s, fact, out);
    if (result.state != AUSPEX_CELL_ABSENT) return result;
  }
  if (s->map && s->map->has_otherwise && !isnan(s->map->otherwise))
    return mapped(true, s->map->otherwise, from->fact, out);
  return finding(AUSPEX_CELL_UNMAPPED,
                 AX_STR("the model does not know the code or text of the "
                        "value"),
                 from->fact);
}
