/* FHIRPath 5.8: tree navigation. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_navigate.h"

ax_status ax_fp_tree_children(ax_fp_call *call) {
  for (size_t i = 0; i < call->input.count; i++)
    AX_TRY(
        ax_fp_navigate_children(call->run, &call->input.items[i], call->out));
  return AX_OK;
}

/* All below, breadth first; the result itself is the queue. */
ax_status ax_fp_tree_descendants(ax_fp_call *call) {
  AX_TRY(ax_fp_tree_children(call));
  for (size_t i = 0; i < call->out->count; i++) {
    ax_fp_item item = call->out->items[i];
    AX_TRY(ax_fp_run_spend(call->run, call->node, 1));
    AX_TRY(ax_fp_navigate_children(call->run, &item, call->out));
  }
  return AX_OK;
}
