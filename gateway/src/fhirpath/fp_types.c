/* FHIRPath 6.3 types, 10.2 reflection. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_operator.h"

/* What a type name means: a System kind, a FHIR type, both or neither. */
typedef struct {
  bool any; /* System.Any */
  bool is_system;
  ax_fp_kind kind;
  const ax_fp_type *type;
} meaning;

static bool system_kind(ax_str name, meaning *out) {
  out->any = ax_str_eq(name, AX_STR("Any"));
  for (int kind = AX_FP_BOOLEAN; kind < AX_FP_KIND_COUNT; kind++) {
    if (!ax_str_eq(name, ax_str_from(ax_fp_value_kind_name((ax_fp_kind)kind))))
      continue;
    out->is_system = true;
    out->kind = (ax_fp_kind)kind;
  }
  return out->any || out->is_system;
}

static ax_status unknown(ax_fp_run *run, const ax_fp_ast *type) {
  return ax_fp_run_fault(run, type,
                         "there is no type '" AX_STR_FMT "%s" AX_STR_FMT "'",
                         AX_STR_ARG(type->space), type->space.len ? "." : "",
                         AX_STR_ARG(type->name));
}

static ax_status resolve(ax_fp_run *run, const ax_fp_ast *type, meaning *out) {
  *out = (meaning){ .any = false };
  bool fhir = ax_str_eq(type->space, AX_STR("FHIR"));
  bool system = ax_str_eq(type->space, AX_STR("System"));
  if (!fhir && !system && type->space.len) return unknown(run, type);
  /* A System type that does not exist is no type of anything. */
  if (!fhir && system_kind(type->name, out) && system) return AX_OK;
  if (system || !run->model) return AX_OK;
  out->type = run->model->type(run->model->ctx, type->name);
  if (!out->type && !out->is_system && !out->any) return unknown(run, type);
  return AX_OK;
}

static bool node_matches(const ax_fp_run *run, const ax_fp_ast *type,
                         const meaning *wanted, const ax_fp_item *item,
                         bool exactly) {
  const ax_fp_type *actual = item->u.node.type;
  if (!run->model)
    return ax_str_eq(AX_JSON_STR(item->u.node.json, "resourceType"),
                     type->name);
  if (!actual || !wanted->type) return false;
  if (exactly && actual->primitive)
    return ax_str_eq(actual->name, wanted->type->name);
  return ax_fp_model_is(run->model, actual, wanted->type);
}

static bool matches(const ax_fp_run *run, const ax_fp_ast *type,
                    const meaning *wanted, const ax_fp_item *item,
                    bool exactly) {
  if (wanted->any) return true;
  if (item->kind == AX_FP_NODE)
    return node_matches(run, type, wanted, item, exactly);
  return wanted->is_system && wanted->kind == item->kind;
}

ax_status ax_fp_types_match(ax_fp_run *run, const ax_fp_ast *type,
                            const ax_fp_item *item, bool exactly, bool *out) {
  meaning wanted;
  AX_TRY(resolve(run, type, &wanted));
  *out = matches(run, type, &wanted, item, exactly);
  return AX_OK;
}

ax_status ax_fp_types_filter(ax_fp_run *run, const ax_fp_ast *type,
                             const ax_fp_list *input, ax_fp_list *out) {
  meaning wanted;
  AX_TRY(resolve(run, type, &wanted));
  for (size_t i = 0; i < input->count; i++)
    if (matches(run, type, &wanted, &input->items[i], true))
      AX_TRY(ax_fp_run_push(run, out, input->items[i]));
  return AX_OK;
}

ax_status ax_fp_types_test(ax_fp_run *run, const ax_fp_ast *node,
                           const ax_fp_ast *type, const ax_fp_list *input,
                           ax_fp_truth *out) {
  meaning wanted;
  *out = AX_FP_NEITHER;
  AX_TRY(resolve(run, type, &wanted));
  if (input->count == 0) return AX_OK;
  if (input->count > 1)
    return ax_fp_run_fault(
        run, node, "'is' looks at a single value, not a collection of %zu",
        input->count);
  *out = matches(run, type, &wanted, &input->items[0], false) ? AX_FP_TRUE
                                                              : AX_FP_FALSE;
  return AX_OK;
}

ax_status ax_fp_types_cast(ax_fp_run *run, const ax_fp_ast *node,
                           const ax_fp_ast *type, const ax_fp_list *input,
                           ax_fp_list *out) {
  if (input->count > 1 && !run->in->as_filters)
    return ax_fp_run_fault(run, node,
                           "'as' takes a single value, not a collection of "
                           "%zu; ofType() filters",
                           input->count);
  return ax_fp_types_filter(run, type, input, out);
}

ax_status ax_fp_types_is(ax_fp_call *call) {
  ax_fp_truth truth;
  AX_TRY(ax_fp_types_test(call->run, call->node, call->node->args[0],
                          &call->input, &truth));
  return ax_fp_run_push_truth(call->run, call->out, truth);
}

ax_status ax_fp_types_as(ax_fp_call *call) {
  return ax_fp_types_cast(call->run, call->node, call->node->args[0],
                          &call->input, call->out);
}

ax_status ax_fp_types_of_type(ax_fp_call *call) {
  return ax_fp_types_filter(call->run, call->node->args[0], &call->input,
                            call->out);
}

ax_status ax_fp_types_type(ax_fp_call *call) {
  for (size_t i = 0; i < call->input.count; i++) {
    const ax_fp_item *item = &call->input.items[i];
    ax_fp_item info = { .kind = AX_FP_TYPE_INFO };
    info.u.type_info.name = ax_fp_value_type_name(item);
    info.u.type_info.is_system = item->kind != AX_FP_NODE;
    AX_TRY(ax_fp_run_push(call->run, call->out, info));
  }
  return AX_OK;
}
