/*
 * SampledData.data: decimals, or E, L and U, with single spaces between them,
 * as many as `dimensions` divides (R4 datatypes.html#SampledData).
 */
#include "fhir/fhir_decimal.h"
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "SampledData", out);
}

static bool is_point(ax_str text) {
  ax_fhir_decimal decimal;
  if (text.len == 1 &&
      (text.ptr[0] == 'E' || text.ptr[0] == 'L' || text.ptr[0] == 'U'))
    return true;
  return ax_fhir_decimal_parse(text, &decimal);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const ax_place at = ax_place_member(place, AX_STR("data"));
  ax_str rest = ax_json_text(at.value);
  uint64_t dimensions = 0;
  size_t count = 0;
  (void)self;
  while (rest.len) {
    ax_str point = ax_str_cut(&rest, ' ');
    if (!is_point(point)) {
      if (point.len > AX_FHIR_DECIMAL_TEXT) point.len = AX_FHIR_DECIMAL_TEXT;
      ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "sampled-data", &at,
                    "'" AX_STR_FMT
                    "' (value %zu) is no sample: the data are decimals or E, "
                    "L, U, with single spaces between them",
                    AX_STR_ARG(point), count + 1);
      return;
    }
    count++;
  }
  if (!ax_str_uint64(ax_json_text(AX_JSON_GET(place->value, "dimensions")),
                     UINT32_MAX, &dimensions) ||
      !dimensions || count % dimensions == 0)
    return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "sampled-data", &at,
                "There are %zu samples, which %llu dimensions do not divide",
                count, (unsigned long long)dimensions);
}

const ax_check_kind ax_check_sampled_data = { "sampled-data", compile, run,
                                              ax_check_explain };
