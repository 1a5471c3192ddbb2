/* Values: the unit wanted, no comparators, within what is plausible. */
#include "scoring/feature_parts.h"

#include <math.h>

#include "ucum/ucum.h"

bool ax_feature_value_is_number(const ax_fact *fact) {
  return fact->value_kind == AX_FACT_VALUE_NUMBER ||
         fact->value_kind == AX_FACT_VALUE_BOOL ||
         (fact->value_kind == AX_FACT_VALUE_CODE && fact->digits.len);
}

bool ax_feature_value_equal(double a, double b) {
  double larger = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
  return a == b || fabs(a - b) <= larger * 1e-9;
}

/* valueInteger and the like have no unit: fine where none is wanted, or only a
 * name for what is counted, such as {score}. */
static bool needs_no_unit(const ax_model_source *in, const ax_fact *fact) {
  if (fact->flags & AX_FACT_HAS_UNIT) return false;
  return fact->unit.len == 0 && (!in->unit.len || in->unit.ptr[0] == '{');
}

static bool convert(const ax_model_source *in, const ax_fact *fact, double from,
                    double *to, ax_error *err) {
  ax_str wanted = in->unit.len ? in->unit : AX_STR("1");
  if (needs_no_unit(in, fact)) return *to = from, true;
  if (!(fact->flags & AX_FACT_HAS_UNIT)) {
    (void)ax_error_set(err, AX_INVALID,
                       "the value has no UCUM unit (system and code)");
    return false;
  }
  return ax_ucum_convert(from, fact->unit, wanted, in->molar_mass, to, err) ==
         AX_OK;
}

static ax_feature_finding unfit(uint8_t state, ax_str detail,
                                const ax_fact *fact) {
  return (ax_feature_finding){ state, detail, fact };
}

static void read_range(const ax_model_source *in, const ax_fact *fact,
                       ax_feature_number *out) {
  if (fact->has_low && !convert(in, fact, fact->low, &out->low, NULL))
    out->low = (double)NAN;
  if (fact->has_high && !convert(in, fact, fact->high, &out->high, NULL))
    out->high = (double)NAN;
}

ax_feature_finding ax_feature_value_read(ax_feature_work *w,
                                         const ax_model_input *input,
                                         const ax_model_source *in,
                                         const ax_fact *fact,
                                         ax_feature_number *out) {
  ax_error err = { 0 };
  out->value = out->low = out->high = (double)NAN;
  if (fact->comparator)
    return unfit(AUSPEX_CELL_COMPARATOR,
                 AX_STR("the value has a comparator, a number is needed"),
                 fact);
  if (!convert(in, fact, fact->number, &out->value, &err))
    return unfit(AUSPEX_CELL_UNIT_ERROR, ax_feature_say(w, "%s", err.text),
                 fact);
  if (!isfinite(out->value) || out->value < in->valid_min ||
      out->value > in->valid_max)
    return unfit(AUSPEX_CELL_IMPLAUSIBLE,
                 ax_feature_say(w, "the value is outside %g to %g " AX_STR_FMT,
                                in->valid_min, in->valid_max,
                                AX_STR_ARG(in->unit)),
                 fact);
  if (input->wants_range) read_range(in, fact, out);
  return unfit(AUSPEX_CELL_PRESENT, AX_STR(""), fact);
}
