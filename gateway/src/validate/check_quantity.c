/*
 * Quantity and what is made from it: the code of the unit is one of its system,
 * where the system's codes are known; UCUM's are known by their grammar (R4
 * datatypes.html#Quantity). A warning: R4 itself demands it only where a
 * binding does, and its own examples say "mcg" and "tab".
 */
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  static const char *const types[] = { "Quantity", "Age", "Count", "Distance",
                                       "Duration" };
  for (size_t i = 0; i < AX_COUNT(types) && !*out; i++)
    AX_TRY(ax_check_on_type(source, types[i], out));
  return AX_OK;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_str system = AX_JSON_STR(place->value, "system");
  ax_str code = AX_JSON_STR(place->value, "code");
  const ax_validate_host *host = walk->host;
  const char *why = NULL;
  (void)self;
  if (!system.len || !code.len || !host->code_in_system ||
      host->code_in_system(host->ctx, system, code, &why) != AX_CODE_NOT_IN)
    return;
  const ax_place at = ax_place_member(place, AX_STR("code"));
  ax_walk_issue(walk, AX_WARNING, AX_ISSUE_CODE_INVALID, "unit-unknown", &at,
                "The unit '" AX_STR_FMT "' is not known in '" AX_STR_FMT
                "'%s%s",
                AX_STR_ARG(code), AX_STR_ARG(system), why ? ": " : "",
                why ? why : "");
}

const ax_check_kind ax_check_quantity = { "quantity", compile, run,
                                          ax_check_explain };
