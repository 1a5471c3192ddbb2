/* libFuzzer target: dates and decimals never misbehave, a date's interval is
 * in order, and an instant that is written can be read again. */
#include <stdint.h>
#include <stdlib.h>

#include "fhir/fhir_date.h"
#include "fhir/fhir_decimal.h"
#include "fhir/fhir_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_date(ax_str text) {
  ax_fhir_date d, again;
  char written[AX_FHIR_DATE_INSTANT + 1];
  (void)ax_fhir_date_parse_date(text, &d);
  (void)ax_fhir_date_parse_time(text, &d);
  if (!ax_fhir_date_parse_datetime(text, &d)) return;
  if (d.lo_ms > d.hi_ms) abort();
  ax_fhir_date_instant(d.lo_ms, written);
  bool in_years = d.year > 1 && d.year < 9999;
  if (!ax_fhir_date_parse_instant(ax_str_from(written), &again)) abort();
  if (in_years && again.lo_ms != d.lo_ms) abort();
  (void)ax_fhir_date_add_months(d.lo_ms, (int)text.len - 20);
}

static void check_decimal(ax_str text) {
  ax_fhir_decimal d, again, out;
  char written[AX_FHIR_DECIMAL_TEXT];
  if (!ax_fhir_decimal_parse(text, &d)) return;
  size_t len = ax_fhir_decimal_text(d, written);
  if (!ax_fhir_decimal_parse((ax_str){ written, len }, &again)) abort();
  if (ax_fhir_decimal_compare(d, again) != 0 || d.scale != again.scale) abort();
  if (!ax_fhir_decimal_subtract(d, d, &out) || out.digits != 0) abort();
  if (ax_fhir_decimal_divide(d, d, 8, &out) &&
      ax_fhir_decimal_compare(out, ax_fhir_decimal_from_int(1)) != 0)
    abort();
  if (ax_fhir_decimal_multiply(d, d, &out) && out.negative) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str text = { (const char *)data, size };
  check_date(text);
  check_decimal(text);
  (void)ax_fhir_reference_parse(text);
  return 0;
}
