/* FHIRPath 5.2: filtering and projection. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_set.h"

ax_status ax_fp_filtering_where(ax_fp_call *call) {
  for (size_t i = 0; i < call->input.count; i++) {
    ax_fp_truth truth;
    AX_TRY(ax_fp_run_test(call, 0, &call->input.items[i], i, &truth));
    if (truth == AX_FP_TRUE)
      AX_TRY(ax_fp_run_push(call->run, call->out, call->input.items[i]));
  }
  return AX_OK;
}

ax_status ax_fp_filtering_select(ax_fp_call *call) {
  for (size_t i = 0; i < call->input.count; i++) {
    ax_fp_list result = { 0 };
    AX_TRY(ax_fp_run_each(call, 0, &call->input.items[i], i, &result));
    AX_TRY(ax_fp_run_push_all(call->run, call->out, &result));
  }
  return AX_OK;
}

/* Each new item is projected once; the result itself is the queue. */
ax_status ax_fp_filtering_repeat(ax_fp_call *call) {
  ax_fp_set seen = { .run = call->run, .node = call->node };
  for (size_t i = 0; i < call->input.count; i++) {
    ax_fp_list result = { 0 };
    AX_TRY(ax_fp_run_each(call, 0, &call->input.items[i], i, &result));
    AX_TRY(ax_fp_set_unique(&seen, &result, call->out));
  }
  for (size_t i = 0; i < call->out->count; i++) {
    ax_fp_list result = { 0 };
    AX_TRY(ax_fp_run_each(call, 0, &call->out->items[i], i, &result));
    AX_TRY(ax_fp_set_unique(&seen, &result, call->out));
  }
  return AX_OK;
}
