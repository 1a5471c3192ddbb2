/* FHIRPath 5.4: combining. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_set.h"

ax_status ax_fp_combining_union(ax_fp_call *call) {
  ax_fp_set set = { .run = call->run, .node = call->node };
  AX_TRY(ax_fp_set_unique(&set, &call->input, call->out));
  return ax_fp_set_unique(&set, &call->args[0], call->out);
}

ax_status ax_fp_combining_combine(ax_fp_call *call) {
  AX_TRY(ax_fp_run_push_all(call->run, call->out, &call->input));
  return ax_fp_run_push_all(call->run, call->out, &call->args[0]);
}
