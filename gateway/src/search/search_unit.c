#include "search/search_unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ucum/ucum.h"

static void write_dim(const ax_ucum_unit *unit, char out[AX_SEARCH_DIM]) {
  static const char names[] = "msgrKCc";
  size_t n = 0;
  for (size_t i = 0; i < sizeof unit->dim; i++) {
    if (!unit->dim[i]) continue;
    int wrote =
        snprintf(out + n, AX_SEARCH_DIM - n, "%c%d", names[i], unit->dim[i]);
    if (wrote > 0 && (size_t)wrote < AX_SEARCH_DIM - n) n += (size_t)wrote;
  }
  (void)snprintf(out + n, AX_SEARCH_DIM - n, "n%da%u%s", unit->moles,
                 (unsigned)unit->arbitrary, unit->charge ? "e" : "");
}

/* Degrees are the one special unit that is linear: two points tell its line. */
static bool read_special(ax_str code, const ax_ucum_unit *unit,
                         ax_search_unit *out) {
  ax_ucum_unit kelvin;
  double zero = 0, hundred = 0;
  if (ax_ucum_parse(AX_STR("K"), &kelvin, NULL) ||
      !ax_ucum_commensurable(unit, &kelvin) ||
      ax_ucum_convert(0, code, AX_STR("K"), 0, &zero, NULL) ||
      ax_ucum_convert(100, code, AX_STR("K"), 0, &hundred, NULL))
    return false;
  out->factor = (hundred - zero) / 100;
  out->offset = zero;
  write_dim(&kelvin, out->dim);
  return true;
}

bool ax_search_unit_read(ax_str code, ax_search_unit *out) {
  ax_ucum_unit unit;
  *out = (ax_search_unit){ .factor = 1 };
  if (code.len == 0 || ax_ucum_parse(code, &unit, NULL)) return false;
  if (unit.special) return read_special(code, &unit, out);
  out->factor = unit.factor * pow(10, unit.exponent);
  write_dim(&unit, out->dim);
  return isfinite(out->factor);
}

double ax_search_unit_canon(const ax_search_unit *unit, double value) {
  double v = value * unit->factor + unit->offset;
  if (v == 0 || !isfinite(v)) return v;
  double magnitude = floor(log10(fabs(v)));
  double scale = pow(10, 11 - magnitude);
  if (!isfinite(scale) || scale == 0) return v;
  return round(v * scale) / scale;
}
