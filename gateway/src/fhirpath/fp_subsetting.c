/* FHIRPath 5.3: subsetting. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_set.h"

/* Items [from, to) of the input, as far as there are. */
static ax_status slice(ax_fp_call *call, int64_t from, int64_t to) {
  int64_t count = (int64_t)call->input.count;
  for (int64_t i = from < 0 ? 0 : from; i < to && i < count; i++)
    AX_TRY(ax_fp_run_push(call->run, call->out, call->input.items[i]));
  return AX_OK;
}

ax_status ax_fp_subsetting_single(ax_fp_call *call) {
  if (call->input.count > 1)
    return ax_fp_run_fault(call->run, call->node,
                           "single() takes at most one item, not %zu",
                           call->input.count);
  return slice(call, 0, 1);
}

ax_status ax_fp_subsetting_first(ax_fp_call *call) {
  return slice(call, 0, 1);
}

ax_status ax_fp_subsetting_last(ax_fp_call *call) {
  return slice(call, (int64_t)call->input.count - 1, INT64_MAX);
}

ax_status ax_fp_subsetting_tail(ax_fp_call *call) {
  return slice(call, 1, INT64_MAX);
}

ax_status ax_fp_subsetting_skip(ax_fp_call *call) {
  return slice(call, call->args[0].items[0].u.integer, INT64_MAX);
}

ax_status ax_fp_subsetting_take(ax_fp_call *call) {
  return slice(call, 0, call->args[0].items[0].u.integer);
}

/* Without duplicates (5.3.8). */
ax_status ax_fp_subsetting_intersect(ax_fp_call *call) {
  ax_fp_set other = { .run = call->run, .node = call->node }, done = other;
  AX_TRY(ax_fp_set_add_all(&other, &call->args[0]));
  for (size_t i = 0; i < call->input.count; i++) {
    bool is_there, is_new;
    AX_TRY(ax_fp_set_has(&other, &call->input.items[i], &is_there));
    if (!is_there) continue;
    AX_TRY(ax_fp_set_add(&done, &call->input.items[i], &is_new));
    if (is_new)
      AX_TRY(ax_fp_run_push(call->run, call->out, call->input.items[i]));
  }
  return AX_OK;
}

/* Keeps order and duplicates (5.3.9). */
ax_status ax_fp_subsetting_exclude(ax_fp_call *call) {
  ax_fp_set other = { .run = call->run, .node = call->node };
  AX_TRY(ax_fp_set_add_all(&other, &call->args[0]));
  for (size_t i = 0; i < call->input.count; i++) {
    bool is_there;
    AX_TRY(ax_fp_set_has(&other, &call->input.items[i], &is_there));
    if (!is_there)
      AX_TRY(ax_fp_run_push(call->run, call->out, call->input.items[i]));
  }
  return AX_OK;
}
