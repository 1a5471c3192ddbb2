/* FHIRPath 5.9 utilities and 7 aggregates. */
#include "fhirpath/fp_datetime.h"
#include "fhirpath/fp_function.h"

/* trace(name[, projection]) hands the input on. */
ax_status ax_fp_utility_trace(ax_fp_call *call) {
  const ax_fp_host *host = call->run->in->host;
  ax_fp_list shown = { 0 };
  AX_TRY(ax_fp_run_push_all(call->run, call->out, &call->input));
  if (!host || !host->trace) return AX_OK;
  for (size_t i = 0; i < call->input.count && call->node->arg_count > 1; i++) {
    ax_fp_list part = { 0 };
    AX_TRY(ax_fp_run_each(call, 1, &call->input.items[i], i, &part));
    AX_TRY(ax_fp_run_push_all(call->run, &shown, &part));
  }
  host->trace(host->ctx, call->args[0].items[0].u.text,
              call->node->arg_count > 1 ? &shown : &call->input);
  return AX_OK;
}

static ax_status push_clock(ax_fp_call *call, ax_fp_kind kind) {
  ax_fp_moment now = ax_fp_datetime_of_clock(call->run->now_ms);
  ax_fp_item item;
  if (kind == AX_FP_DATE)
    now = (ax_fp_moment){ .precision = AX_FP_DAY,
                          .year = now.year,
                          .month = now.month,
                          .day = now.day };
  if (kind == AX_FP_TIME) {
    now.year = now.month = now.day = 0;
    now.has_zone = false;
  }
  AX_TRY(ax_fp_value_moment(call->run->arena, kind, now, &item));
  return ax_fp_run_push(call->run, call->out, item);
}

ax_status ax_fp_utility_now(ax_fp_call *call) {
  return push_clock(call, AX_FP_DATETIME);
}

ax_status ax_fp_utility_today(ax_fp_call *call) {
  return push_clock(call, AX_FP_DATE);
}

ax_status ax_fp_utility_time_of_day(ax_fp_call *call) {
  return push_clock(call, AX_FP_TIME);
}

ax_status ax_fp_utility_aggregate(ax_fp_call *call) {
  const ax_fp_ast *node = call->node;
  ax_fp_list total = { 0 };
  if (node->arg_count > 1)
    AX_TRY(ax_fp_eval_node(call->run, node->args[1], call->scope, &total));
  for (size_t i = 0; i < call->input.count; i++) {
    ax_fp_list next = { 0 };
    ax_fp_scope scope = { .focus = { &call->input.items[i], 1, 1 },
                          .has_index = true,
                          .index = (int64_t)i,
                          .total = &total };
    AX_TRY(ax_fp_eval_node(call->run, node->args[0], &scope, &next));
    total = next;
  }
  return ax_fp_run_push_all(call->run, call->out, &total);
}
