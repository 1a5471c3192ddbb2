#include "fhirpath/fp_variable.h"

static const struct {
  const char *name, *value;
} constants[] = {
  { "ucum", "http://unitsofmeasure.org" },
  { "sct", "http://snomed.info/sct" },
  { "loinc", "http://loinc.org" },
};

static const struct {
  const char *prefix, *url;
} families[] = {
  { "vs-", "http://hl7.org/fhir/ValueSet/" },
  { "ext-", "http://hl7.org/fhir/StructureDefinition/" },
};

static ax_status text(ax_fp_run *run, ax_str name, ax_fp_list *out,
                      bool *found) {
  *found = true;
  for (size_t i = 0; i < AX_COUNT(constants); i++)
    if (ax_str_eq(name, ax_str_from(constants[i].name)))
      return ax_fp_run_push_text(run, out, ax_str_from(constants[i].value));
  for (size_t i = 0; i < AX_COUNT(families); i++) {
    ax_str prefix = ax_str_from(families[i].prefix);
    if (!ax_str_starts(name, prefix)) continue;
    return ax_fp_run_push_text(
        run, out,
        ax_arena_printf(run->arena, "%s" AX_STR_FMT, families[i].url,
                        AX_STR_ARG(ax_str_skip(name, prefix.len))));
  }
  *found = false;
  return AX_OK;
}

static ax_status node(ax_fp_run *run, const ax_json *json, ax_fp_list *out) {
  if (json) return ax_fp_run_push(run, out, ax_fp_eval_root(run->model, json));
  if (run->in->no_context) return AX_OK;
  return ax_fp_run_push(run, out, run->in->context);
}

bool ax_fp_variable_known(ax_str name) {
  if (ax_str_eq(name, AX_STR("context")) ||
      ax_str_eq(name, AX_STR("resource")) ||
      ax_str_eq(name, AX_STR("rootResource")) ||
      ax_str_starts(name, AX_STR("vs-")) || ax_str_starts(name, AX_STR("ext-")))
    return true;
  for (size_t i = 0; i < AX_COUNT(constants); i++)
    if (ax_str_eq(name, ax_str_from(constants[i].name))) return true;
  return false;
}

ax_status ax_fp_variable_value(ax_fp_run *run, const ax_fp_ast *at,
                               ax_fp_list *out) {
  const ax_fp_input *in = run->in;
  bool found;
  if (ax_str_eq(at->name, AX_STR("context"))) return node(run, NULL, out);
  if (ax_str_eq(at->name, AX_STR("resource")))
    return node(run, in->resource, out);
  if (ax_str_eq(at->name, AX_STR("rootResource")))
    return node(run, in->root ? in->root : in->resource, out);
  AX_TRY(text(run, at->name, out, &found));
  if (found) return AX_OK;
  if (in->host && in->host->variable &&
      in->host->variable(in->host->ctx, run->arena, at->name, out))
    return AX_OK;
  return ax_fp_run_fault(run, at,
                         "nobody gave a value to the variable %%" AX_STR_FMT,
                         AX_STR_ARG(at->name));
}
