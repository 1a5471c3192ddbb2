/* Computes the Brock models 2a and 2b. */
#include "brock_nodule.h"

#define ROW(name, field) \
  { (name), AUSPEX_PARAM_NUMBERS, 1, offsetof(brock_nodule_table, field) }
#define BETAS(letter, model)                                              \
  ROW(letter "_constant", model.constant), ROW(letter "_age", model.age), \
      ROW(letter "_female", model.female),                                \
      ROW(letter "_family", model.family),                                \
      ROW(letter "_emphysema", model.emphysema),                          \
      ROW(letter "_size", model.size),                                    \
      ROW(letter "_part_solid", model.part_solid),                        \
      ROW(letter "_nonsolid", model.nonsolid),                            \
      ROW(letter "_upper", model.upper), ROW(letter "_count", model.count)

static const auspex_param rows[] = {
  BETAS("2a", without),
  BETAS("2b", with),
  ROW("2b_spiculation", with.spiculation),
  ROW("age_centre", age_centre),
  ROW("count_centre", count_centre),
  ROW("size_centre", size_centre),
};

int32_t brock_nodule_read(const void *data, size_t length, void *table,
                          auspex_error *err) {
  static const auspex_params params = { "brock-nodule.table", "brock-nodule",
                                        "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table,
                            sizeof(brock_nodule_table), err);
}

static double type_term(const brock_nodule_betas *b, brock_nodule_type type) {
  if (type == BROCK_NODULE_PART_SOLID) return b->part_solid;
  return type == BROCK_NODULE_NONSOLID ? b->nonsolid : 0;
}

brock_nodule_result brock_nodule_compute(const brock_nodule_table *table,
                                         const brock_nodule_input *in) {
  int known = !isnan(in->spiculation);
  const brock_nodule_betas *b = known ? &table->with : &table->without;
  double root = 1 / sqrt(in->size_mm / 10);
  brock_nodule_result r = {
    .terms = { [BROCK_NODULE_BY_AGE] = b->age * (in->age - table->age_centre),
               [BROCK_NODULE_BY_SEX] = b->female * in->female,
               [BROCK_NODULE_BY_FAMILY] = b->family * in->family,
               [BROCK_NODULE_BY_EMPHYSEMA] = b->emphysema * in->emphysema,
               [BROCK_NODULE_BY_SIZE] = b->size * (root - table->size_centre),
               [BROCK_NODULE_BY_TYPE] = type_term(b, in->type),
               [BROCK_NODULE_BY_LOBE] = b->upper * in->upper,
               [BROCK_NODULE_BY_COUNT] =
                   b->count * (in->count - table->count_centre),
               [BROCK_NODULE_BY_SPICULATION] =
                   known ? b->spiculation * in->spiculation : 0 },
    .lp = b->constant,
  };
  for (size_t i = 0; i < BROCK_NODULE_TERMS; i++) r.lp += r.terms[i];
  r.risk = 1 / (1 + exp(-r.lp));
  return r;
}
