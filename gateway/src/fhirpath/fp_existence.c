/* FHIRPath 5.1: existence. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_set.h"

static ax_status answer(ax_fp_call *call, bool yes) {
  return ax_fp_run_push(call->run, call->out, ax_fp_value_boolean(yes));
}

ax_status ax_fp_existence_empty(ax_fp_call *call) {
  return answer(call, call->input.count == 0);
}

ax_status ax_fp_existence_count(ax_fp_call *call) {
  return ax_fp_run_push_integer(call->run, call->out,
                                (int64_t)call->input.count);
}

/* Does an item give `wanted` for the criterion? */
static ax_status some(ax_fp_call *call, bool wanted, bool *out) {
  *out = false;
  for (size_t i = 0; i < call->input.count && !*out; i++) {
    ax_fp_truth truth;
    AX_TRY(ax_fp_run_test(call, 0, &call->input.items[i], i, &truth));
    *out = (truth == AX_FP_TRUE) == wanted;
  }
  return AX_OK;
}

ax_status ax_fp_existence_exists(ax_fp_call *call) {
  bool found = call->input.count > 0;
  if (call->node->arg_count) AX_TRY(some(call, true, &found));
  return answer(call, found);
}

ax_status ax_fp_existence_all(ax_fp_call *call) {
  bool failed;
  AX_TRY(some(call, false, &failed));
  return answer(call, !failed);
}

/* Is there an item that is `wanted`? All items must be Booleans. */
static ax_status some_boolean(ax_fp_call *call, bool wanted, bool *out) {
  *out = false;
  for (size_t i = 0; i < call->input.count; i++) {
    ax_fp_item item;
    AX_TRY(ax_fp_value_system(call->run->arena, &call->input.items[i], &item));
    if (item.kind != AX_FP_BOOLEAN)
      return ax_fp_run_fault(call->run, call->node,
                             AX_STR_FMT "() takes Booleans, not a value of "
                                        "type " AX_STR_FMT,
                             AX_STR_ARG(call->node->name),
                             AX_STR_ARG(ax_fp_value_type_name(&item)));
    if (item.u.truth == wanted) *out = true;
  }
  return AX_OK;
}

static ax_status booleans(ax_fp_call *call, bool wanted, bool invert) {
  bool found;
  AX_TRY(some_boolean(call, wanted, &found));
  return answer(call, found != invert);
}

ax_status ax_fp_existence_all_true(ax_fp_call *call) {
  return booleans(call, false, true);
}

ax_status ax_fp_existence_any_true(ax_fp_call *call) {
  return booleans(call, true, false);
}

ax_status ax_fp_existence_all_false(ax_fp_call *call) {
  return booleans(call, true, true);
}

ax_status ax_fp_existence_any_false(ax_fp_call *call) {
  return booleans(call, false, false);
}

/* Is every item of `part` in `whole`? */
static ax_status contained(ax_fp_call *call, const ax_fp_list *part,
                           const ax_fp_list *whole) {
  ax_fp_set set = { .run = call->run, .node = call->node };
  bool all = true;
  AX_TRY(ax_fp_set_add_all(&set, whole));
  for (size_t i = 0; i < part->count && all; i++)
    AX_TRY(ax_fp_set_has(&set, &part->items[i], &all));
  return answer(call, all);
}

ax_status ax_fp_existence_subset_of(ax_fp_call *call) {
  return contained(call, &call->input, &call->args[0]);
}

ax_status ax_fp_existence_superset_of(ax_fp_call *call) {
  return contained(call, &call->args[0], &call->input);
}

ax_status ax_fp_existence_distinct(ax_fp_call *call) {
  ax_fp_set set = { .run = call->run, .node = call->node };
  return ax_fp_set_unique(&set, &call->input, call->out);
}

ax_status ax_fp_existence_is_distinct(ax_fp_call *call) {
  ax_fp_set set = { .run = call->run, .node = call->node };
  AX_TRY(ax_fp_set_add_all(&set, &call->input));
  return answer(call, set.count == call->input.count);
}
