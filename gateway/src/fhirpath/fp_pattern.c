/* FHIRPath 5.6.9-5.6.11: regular expressions. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_regex.h"

static ax_str text_of(const ax_fp_list *list) {
  return list->items[0].u.text;
}

static ax_status matches(ax_fp_call *call, bool whole) {
  bool found;
  AX_TRY(ax_fp_regex_match(call, text_of(&call->args[0]), text_of(&call->input),
                           whole, &found));
  return ax_fp_run_push(call->run, call->out, ax_fp_value_boolean(found));
}

ax_status ax_fp_pattern_matches(ax_fp_call *call) {
  return matches(call, false);
}

ax_status ax_fp_pattern_matches_full(ax_fp_call *call) {
  return matches(call, true);
}

/* An empty pattern changes nothing. */
ax_status ax_fp_pattern_replace(ax_fp_call *call) {
  ax_str result = text_of(&call->input);
  if (text_of(&call->args[0]).len)
    AX_TRY(ax_fp_regex_replace(call, text_of(&call->args[0]), result,
                               text_of(&call->args[1]), &result));
  return ax_fp_run_push_text(call->run, call->out, result);
}
