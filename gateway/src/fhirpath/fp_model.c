#include "fhirpath/fp_model.h"

/* No chain of base types in R4 is longer than 5. */
enum { BASES = 16 };

bool ax_fp_model_is(const ax_fp_model *model, const ax_fp_type *type,
                    const ax_fp_type *of) {
  if (!type || !of) return false;
  for (int i = 0; i < BASES && type; i++) {
    if (type == of || ax_str_eq(type->path, of->path)) return true;
    if (!model) break;
    type = model->base(model->ctx, type);
  }
  return false;
}

bool ax_fp_model_is_quantity(const ax_fp_model *model, const ax_fp_type *type) {
  static const char *const names[] = { "Quantity",     "Age",
                                       "Duration",     "Distance",
                                       "Count",        "SimpleQuantity",
                                       "MoneyQuantity" };
  (void)model;
  if (!type || type->primitive) return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (ax_str_eq(type->name, ax_str_from(names[i]))) return true;
  return false;
}
