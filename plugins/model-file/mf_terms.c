/* Transforms, splines, fractional polynomials, levels. */
#include "mf_model.h"

enum { WHERE = 64 };

/* --- transforms
 * --------------------------------------------------------------- */

static double op_subtract(double x, double v) {
  return x - v;
}
static double op_add(double x, double v) {
  return x + v;
}
static double op_multiply(double x, double v) {
  return x * v;
}
static double op_divide(double x, double v) {
  return x / v;
}
static double op_power(double x, double v) {
  return pow(x, v);
}
static double op_at_least(double x, double v) {
  return x < v ? v : x;
}
static double op_at_most(double x, double v) {
  return x > v ? v : x;
}
static double op_log(double x, double v) {
  return (void)v, log(x);
}
static double op_log2(double x, double v) {
  return (void)v, log2(x);
}
static double op_log10(double x, double v) {
  return (void)v, log10(x);
}
static double op_exp(double x, double v) {
  return (void)v, exp(x);
}
static double op_sqrt(double x, double v) {
  return (void)v, sqrt(x);
}
static double op_floor(double x, double v) {
  return (void)v, floor(x);
}

static const struct {
  const char *name;
  int takes; /* a number */
  double (*run)(double x, double v);
} ops[] = {
  { "subtract", 1, op_subtract }, { "add", 1, op_add },
  { "multiply", 1, op_multiply }, { "divide", 1, op_divide },
  { "power", 1, op_power },       { "atLeast", 1, op_at_least },
  { "atMost", 1, op_at_most },    { "log", 0, op_log },
  { "log2", 0, op_log2 },         { "log10", 0, op_log10 },
  { "exp", 0, op_exp },           { "sqrt", 0, op_sqrt },
  { "floor", 0, op_floor },
};

/* "log", or {"subtract": 62}. */
static int32_t read_op(mf_reader *r, uint32_t at, const char *where,
                       mf_op *out) {
  const auspex_json_value *v = &r->json.values[at];
  uint32_t key = v->kind == AUSPEX_JSON_OBJECT && v->count == 1 ? at + 1 : at;
  for (uint32_t i = 0; i < MF_COUNT(ops); i++) {
    if (!auspex_json_is(&r->json, key, ops[i].name)) continue;
    if (ops[i].takes != (key != at)) break;
    out->op = i;
    if (key == at || auspex_json_number(&r->json, key + 1, &out->value))
      return AUSPEX_OK;
  }
  return mf_read_fault(r, at,
                       "%s must be log, log2, log10, exp, sqrt, floor, or "
                       "{subtract|add|multiply|divide|power|atLeast|atMost: "
                       "number}",
                       where);
}

static int32_t read_ops(mf_reader *r, uint32_t object, const char *where,
                        mf_operand *out) {
  uint32_t array, n = 0;
  char one[WHERE];
  MF_TRY(mf_read_array(r, object, where, "transform", MF_OPTIONAL, &array));
  if (!array) return AUSPEX_OK;
  mf_op *all =
      mf_memory_new(r->memory, r->json.values[array].count + 1u, sizeof *all);
  if (!all) return mf_read_nomem(r);
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(one, sizeof one, "%s.transform[%u]", where, n);
    MF_TRY(read_op(r, i, one, &all[n]));
  }
  out->ops = all;
  out->op_count = n;
  return AUSPEX_OK;
}

/* --- operands
 * ------------------------------------------------------------------- */

static int32_t read_operand(mf_reader *r, const auspex_model *model,
                            uint32_t object, const char *where,
                            mf_operand *out) {
  uint32_t input = auspex_json_get(&r->json, object, "input");
  if (!input) return mf_read_fault(r, object, "%s.input is missing", where);
  MF_TRY(mf_declare_input(r, model, input, where, &out->input));
  return read_ops(r, object, where, out);
}

static int32_t read_operands(mf_reader *r, const auspex_model *model,
                             uint32_t object, const char *where, mf_term *out) {
  static const char *const keys[] = { "input", "transform", NULL };
  uint32_t product, n = 0;
  char one[WHERE];
  MF_TRY(mf_read_array(r, object, where, "product", MF_OPTIONAL, &product));
  if (!product) {
    out->operand_count = 1;
    return read_operand(r, model, object, where, &out->operands[0]);
  }
  if (auspex_json_get(&r->json, object, "input") ||
      r->json.values[product].count < 2 ||
      r->json.values[product].count > MF_OPERANDS)
    return mf_read_fault(r, product,
                         "%s has either input, or product with 2 to %d inputs",
                         where, MF_OPERANDS);
  for (uint32_t i = product + 1; i < r->json.values[product].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(one, sizeof one, "%s.product[%u]", where, n);
    MF_TRY(mf_read_known(r, i, one, keys));
    MF_TRY(read_operand(r, model, i, one, &out->operands[n]));
  }
  out->operand_count = n;
  return AUSPEX_OK;
}

/* --- bases
 * ------------------------------------------------------------------------ */

static int32_t read_step(mf_reader *r, uint32_t at, const char *where,
                         mf_step *out) {
  static const char *const conditions[] = { "is", "below", "upTo" };
  uint32_t found = MF_STEP_ELSE;
  for (uint32_t i = 0; i < MF_COUNT(conditions); i++) {
    if (!auspex_json_get(&r->json, at, conditions[i])) continue;
    if (found != MF_STEP_ELSE)
      return mf_read_fault(r, at, "%s has more than one of is, below, upTo",
                           where);
    found = i;
    MF_TRY(mf_read_number(r, at, where, conditions[i], MF_NEEDED, &out->bound));
  }
  out->fits = found;
  return AUSPEX_OK;
}

/* Bounds must rise, and nothing may follow the step that takes all. */
static int32_t check_steps(mf_reader *r, uint32_t array, const char *where,
                           const mf_step *steps, uint32_t count) {
  double last = -INFINITY;
  int last_taken = 0; /* does the step before take its own bound? */
  for (uint32_t i = 0; i < count; i++) {
    if (steps[i].fits == MF_STEP_ELSE && i + 1 < count)
      return mf_read_fault(r, array,
                           "%s[%u] takes all that is left, so it must "
                           "be the last",
                           where, i);
    if (steps[i].fits != MF_STEP_BELOW && steps[i].fits != MF_STEP_UP_TO)
      continue;
    int taken = steps[i].fits == MF_STEP_UP_TO;
    if (steps[i].bound < last ||
        (steps[i].bound == last && taken <= last_taken))
      return mf_read_fault(r, array,
                           "%s[%u] can never be reached: its bound is "
                           "not above the one before",
                           where, i);
    last = steps[i].bound;
    last_taken = taken;
  }
  return AUSPEX_OK;
}

int32_t mf_terms_steps(mf_reader *r, uint32_t array, const char *where,
                       const mf_step **out, uint32_t *count) {
  char one[WHERE];
  uint32_t n = 0;
  *count = r->json.values[array].count;
  mf_step *all = mf_memory_new(r->memory, *count + 1u, sizeof *all);
  if (!all) return mf_read_nomem(r);
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(one, sizeof one, "%s[%u]", where, n);
    MF_TRY(read_step(r, i, one, &all[n]));
  }
  *out = all;
  return check_steps(r, array, where, all, n);
}

static int32_t read_levels(mf_reader *r, uint32_t array, const char *where,
                           mf_term *out) {
  static const char *const keys[] = { "is", "below", "upTo", "value", NULL };
  char one[WHERE];
  uint32_t n = 0;
  MF_TRY(mf_terms_steps(r, array, where, &out->steps, &out->step_count));
  mf_step *steps =
      mf_memory_new(r->memory, out->step_count + 1u, sizeof *steps);
  if (!steps) return mf_read_nomem(r);
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(one, sizeof one, "%s[%u]", where, n);
    steps[n] = out->steps[n];
    MF_TRY(mf_read_known(r, i, one, keys));
    MF_TRY(mf_read_number(r, i, one, "value", MF_NEEDED, &steps[n].value));
  }
  out->steps = steps;
  out->basis = MF_LEVELS;
  return AUSPEX_OK;
}

static int32_t read_spline(mf_reader *r, uint32_t at, const char *where,
                           mf_term *out) {
  static const char *const keys[] = { "knots", "coefficients", "normalised",
                                      NULL };
  uint32_t knots, coefficients, count;
  double *k, *c;
  int normalised = 1;
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_array(r, at, where, "knots", MF_NEEDED, &knots));
  MF_TRY(mf_read_array(r, at, where, "coefficients", MF_NEEDED, &coefficients));
  MF_TRY(mf_read_bool(r, at, where, "normalised", &normalised));
  MF_TRY(mf_read_numbers(r, knots, where, &k, &out->knot_count));
  MF_TRY(mf_read_numbers(r, coefficients, where, &c, &count));
  if (out->knot_count < 3 || out->knot_count > MF_KNOTS ||
      count + 1 != out->knot_count)
    return mf_read_fault(r, knots,
                         "%s needs 3 to %d knots and one coefficient less",
                         where, MF_KNOTS);
  for (uint32_t i = 1; i < out->knot_count; i++)
    if (k[i] <= k[i - 1])
      return mf_read_fault(r, knots, "%s.knots must rise", where);
  out->knots = k;
  out->coefficients = c;
  out->raw_spline = !normalised;
  out->basis = MF_SPLINE;
  return AUSPEX_OK;
}

static int32_t read_powers(mf_reader *r, uint32_t array, const char *where,
                           mf_term *out) {
  static const char *const keys[] = { "power", "timesLog", "subtract",
                                      "coefficient", NULL };
  char one[WHERE];
  uint32_t n = 0;
  mf_power *all =
      mf_memory_new(r->memory, r->json.values[array].count + 1u, sizeof *all);
  if (!all) return mf_read_nomem(r);
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(one, sizeof one, "%s[%u]", where, n);
    MF_TRY(mf_read_known(r, i, one, keys));
    MF_TRY(mf_read_number(r, i, one, "power", MF_NEEDED, &all[n].power));
    MF_TRY(mf_read_bool(r, i, one, "timesLog", &all[n].times_log));
    MF_TRY(
        mf_read_number(r, i, one, "subtract", MF_OPTIONAL, &all[n].subtract));
    MF_TRY(mf_read_number(r, i, one, "coefficient", MF_NEEDED,
                          &all[n].coefficient));
  }
  if (n == 0) return mf_read_fault(r, array, "%s is empty", where);
  out->powers = all;
  out->power_count = n;
  out->basis = MF_POWERS;
  return AUSPEX_OK;
}

static int32_t read_basis(mf_reader *r, uint32_t at, const char *where,
                          mf_term *out) {
  uint32_t spline, powers, levels;
  char one[WHERE];
  MF_TRY(mf_read_object(r, at, where, "spline", MF_OPTIONAL, &spline));
  MF_TRY(mf_read_array(r, at, where, "fractionalPolynomial", MF_OPTIONAL,
                       &powers));
  MF_TRY(mf_read_array(r, at, where, "levels", MF_OPTIONAL, &levels));
  int linear = auspex_json_get(&r->json, at, "coefficient") != 0;
  if ((spline != 0) + (powers != 0) + (levels != 0) + linear != 1)
    return mf_read_fault(r, at,
                         "%s needs one of coefficient, levels, spline, "
                         "fractionalPolynomial",
                         where);
  if (linear)
    return mf_read_number(r, at, where, "coefficient", MF_NEEDED,
                          &out->coefficient);
  const char *name = spline   ? "spline"
                     : powers ? "fractionalPolynomial"
                              : "levels";
  mf_read_path(one, sizeof one, "%s.%s", where, name);
  if (spline) return read_spline(r, spline, one, out);
  if (powers) return read_powers(r, powers, one, out);
  return read_levels(r, levels, one, out);
}

static int32_t read_term(mf_reader *r, const auspex_model *model, uint32_t at,
                         const char *where, mf_term *out) {
  static const char *const keys[] = {
    "name",      "title",   "input",
    "transform", "product", "coefficient",
    "levels",    "spline",  "fractionalPolynomial",
    "absent",    NULL
  };
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_text(r, at, where, "name", MF_NEEDED, &out->name));
  MF_TRY(mf_read_text(r, at, where, "title", MF_NEEDED, &out->title));
  MF_TRY(read_operands(r, model, at, where, out));
  MF_TRY(read_basis(r, at, where, out));
  out->has_absent = auspex_json_get(&r->json, at, "absent") != 0;
  return mf_read_number(r, at, where, "absent", MF_OPTIONAL, &out->absent);
}

int32_t mf_terms_read(mf_reader *r, const auspex_model *model, uint32_t object,
                      mf_term **out, uint32_t *count) {
  uint32_t array, n = 0;
  char where[WHERE];
  MF_TRY(mf_read_array(r, object, "model", "terms", MF_NEEDED, &array));
  *count = r->json.values[array].count;
  if (*count == 0 || *count > MF_TERMS)
    return mf_read_fault(r, array, "model.terms must have 1 to %d terms",
                         MF_TERMS);
  *out = mf_memory_new(r->memory, *count, sizeof **out);
  if (!*out) return mf_read_nomem(r);
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(where, sizeof where, "model.terms[%u]", n);
    MF_TRY(read_term(r, model, i, where, &(*out)[n]));
  }
  return AUSPEX_OK;
}

/* --- computing
 * ---------------------------------------------------------------------- */

int mf_terms_has(const mf_cells *cells, uint32_t input) {
  return (cells->state[input] == AUSPEX_CELL_PRESENT ||
          cells->state[input] == AUSPEX_CELL_IMPUTED) &&
         isfinite(cells->value[input]);
}

static double operand(const mf_operand *o, double x) {
  for (uint32_t i = 0; i < o->op_count; i++)
    x = ops[o->ops[i].op].run(x, o->ops[i].value);
  return x;
}

static double cube_above(double x, double knot) {
  double above = x > knot ? x - knot : 0;
  return above * above * above;
}

/* The restricted cubic spline of Harrell, Regression Modeling
 * Strategies, 2.4.5: linear beyond the outer knots; divided by the square of
 * their distance unless the file says otherwise. */
static double spline(const mf_term *t, double x) {
  uint32_t k = t->knot_count;
  double last = t->knots[k - 1], before = t->knots[k - 2];
  double range = last - t->knots[0];
  double norm = t->raw_spline ? 1 : range * range;
  double sum = t->coefficients[0] * x;
  for (uint32_t j = 0; j + 2 < k; j++) {
    double knot = t->knots[j];
    double part = cube_above(x, knot) -
                  cube_above(x, before) * (last - knot) / (last - before) +
                  cube_above(x, last) * (before - knot) / (last - before);
    sum += t->coefficients[j + 1] * (part / norm);
  }
  return sum;
}

/* Royston and Altman, Applied Statistics 1994;43:429: power 0 is ln x, and a
 * power that is used twice is multiplied by ln x the second time. */
static double powers(const mf_term *t, double x) {
  double sum = 0;
  for (uint32_t i = 0; i < t->power_count; i++) {
    const mf_power *p = &t->powers[i];
    double part = p->power == 0 ? log(x) : pow(x, p->power);
    if (p->times_log) part *= log(x);
    sum += p->coefficient * (part - p->subtract);
  }
  return sum;
}

const mf_step *mf_terms_step(const mf_step *steps, uint32_t count, double x) {
  for (uint32_t i = 0; i < count; i++) {
    const mf_step *s = &steps[i];
    if (s->fits == MF_STEP_ELSE || (s->fits == MF_STEP_IS && x == s->bound) ||
        (s->fits == MF_STEP_BELOW && x < s->bound) ||
        (s->fits == MF_STEP_UP_TO && x <= s->bound))
      return s;
  }
  return NULL;
}

static double level(const mf_term *t, double x) {
  const mf_step *step = mf_terms_step(t->steps, t->step_count, x);
  return step && isfinite(x) ? step->value : (double)NAN;
}

int mf_terms_amount(const mf_term *t, const mf_cells *cells, double *out,
                    uint32_t *input) {
  double x = 1;
  for (uint32_t i = 0; i < t->operand_count; i++) {
    *input = t->operands[i].input;
    if (!mf_terms_has(cells, *input)) {
      *out = t->absent;
      return t->has_absent ? MF_FINE : MF_MISSING;
    }
    x *= operand(&t->operands[i], cells->value[*input]);
  }
  switch (t->basis) {
  case MF_SPLINE:
    *out = spline(t, x);
    break;
  case MF_POWERS:
    *out = powers(t, x);
    break;
  case MF_LEVELS:
    *out = level(t, x);
    break;
  case MF_LINEAR:
  default:
    *out = t->coefficient * x;
    break;
  }
  return isfinite(*out) ? MF_FINE : MF_DOMAIN;
}
