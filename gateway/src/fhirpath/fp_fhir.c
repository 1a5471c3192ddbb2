/* The functions FHIR R4 adds (R4 2.9.0.2). */
#include "fhir/fhir_reference.h"
#include "fhir/fhir_xhtml.h"
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_navigate.h"

static const ax_json *member_of(const ax_fp_item *item, const char *key) {
  return item->kind == AX_FP_NODE
             ? ax_json_get(item->u.node.json, ax_str_from(key))
             : NULL;
}

static ax_status answer(ax_fp_call *call, bool yes) {
  return ax_fp_run_push(call->run, call->out, ax_fp_value_boolean(yes));
}

static ax_status tell(ax_fp_call *call, ax_fp_answer told) {
  return told == AX_FP_UNKNOWN ? AX_OK : answer(call, told == AX_FP_YES);
}

/* extension(url): without building the list of all extensions first. */
ax_status ax_fp_fhir_extension(ax_fp_call *call) {
  ax_str url = call->args[0].items[0].u.text;
  for (size_t i = 0; i < call->input.count; i++) {
    ax_fp_list all = { 0 };
    AX_TRY(ax_fp_navigate_member(call->run, &call->input.items[i],
                                 AX_STR("extension"), &all));
    for (size_t k = 0; k < all.count; k++)
      if (ax_str_eq(AX_JSON_STR(all.items[k].u.node.json, "url"), url))
        AX_TRY(ax_fp_run_push(call->run, call->out, all.items[k]));
  }
  return AX_OK;
}

ax_status ax_fp_fhir_has_value(ax_fp_call *call) {
  return answer(call, call->input.count == 1 &&
                          ax_fp_value_is_primitive(&call->input.items[0]));
}

ax_status ax_fp_fhir_get_value(ax_fp_call *call) {
  ax_fp_item value;
  if (call->input.count != 1 ||
      !ax_fp_value_is_primitive(&call->input.items[0]))
    return AX_OK;
  AX_TRY(ax_fp_value_system(call->run->arena, &call->input.items[0], &value));
  return ax_fp_run_push(call->run, call->out, value);
}

/* --- resolve() -------------------------------------------------------------
 */

static const ax_json *resource_of(const ax_fp_run *run) {
  if (run->in->resource) return run->in->resource;
  return run->in->no_context || run->in->context.kind != AX_FP_NODE
             ? NULL
             : run->in->context.u.node.json;
}

static const ax_json *root_of(const ax_fp_run *run) {
  return run->in->root ? run->in->root : resource_of(run);
}

static const ax_json *contained(const ax_json *resource, ax_str id) {
  const ax_json *list = AX_JSON_GET(resource, "contained");
  if (!id.len) return resource;
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *item = ax_json_item(list, i);
    if (ax_str_eq(AX_JSON_STR(item, "id"), id)) return item;
  }
  return NULL;
}

/* Does the entry's fullUrl end with "/Type/id", or its resource say so? */
static bool entry_is(const ax_json *entry, const ax_reference *ref,
                     ax_str text) {
  const ax_json *resource = AX_JSON_GET(entry, "resource");
  if (ax_str_eq(AX_JSON_STR(entry, "fullUrl"), text)) return true;
  return ref->kind == AX_REF_RELATIVE &&
         ax_str_eq(AX_JSON_STR(resource, "resourceType"), ref->type) &&
         ax_str_eq(AX_JSON_STR(resource, "id"), ref->id);
}

static const ax_json *in_bundle(const ax_json *bundle, const ax_reference *ref,
                                ax_str text) {
  if (!ax_str_eq(AX_JSON_STR(bundle, "resourceType"), AX_STR("Bundle")))
    return NULL;
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  for (size_t i = 0; i < ax_json_count(entries); i++)
    if (entry_is(ax_json_item(entries, i), ref, text))
      return AX_JSON_GET(ax_json_item(entries, i), "resource");
  return NULL;
}

static const ax_json *find_reference(ax_fp_run *run, ax_str text) {
  const ax_fp_host *host = run->in->host;
  ax_reference ref = ax_fhir_reference_parse(text);
  if (ref.kind == AX_REF_FRAGMENT) {
    const ax_json *found = contained(resource_of(run), ref.id);
    return found ? found : contained(root_of(run), ref.id);
  }
  if (host && host->resolve)
    return host->resolve(host->ctx, run->arena, text, resource_of(run));
  return in_bundle(root_of(run), &ref, text);
}

/* What does not resolve is left out. */
ax_status ax_fp_fhir_resolve(ax_fp_call *call) {
  for (size_t i = 0; i < call->input.count; i++) {
    ax_fp_item item = call->input.items[i], value;
    const ax_json *reference = member_of(&item, "reference");
    if (reference) item = ax_fp_value_node(reference, NULL, NULL);
    AX_TRY(ax_fp_value_system(call->run->arena, &item, &value));
    if (value.kind != AX_FP_STRING) continue;
    const ax_json *found = find_reference(call->run, value.u.text);
    if (ax_json_is(found, AX_JSON_OBJECT))
      AX_TRY(ax_fp_run_push(call->run, call->out,
                            ax_fp_eval_root(call->run->model, found)));
  }
  return AX_OK;
}

/* --- terminology -----------------------------------------------------------
 */

static ax_fp_answer coding_in(const ax_fp_host *host, ax_str value_set,
                              const ax_json *coding) {
  return host->member_of(host->ctx, value_set, AX_JSON_STR(coding, "system"),
                         AX_JSON_STR(coding, "code"));
}

/* One coding of a concept is enough; else what is unknown stays unknown. */
static ax_fp_answer concept_in(const ax_fp_host *host, ax_str value_set,
                               const ax_json *codings) {
  ax_fp_answer best = AX_FP_NO;
  for (size_t i = 0; i < ax_json_count(codings); i++) {
    ax_fp_answer one = coding_in(host, value_set, ax_json_item(codings, i));
    if (one == AX_FP_YES) return one;
    if (one == AX_FP_UNKNOWN) best = one;
  }
  return best;
}

ax_status ax_fp_fhir_member_of(ax_fp_call *call) {
  const ax_fp_host *host = call->run->in->host;
  const ax_fp_item *item = &call->input.items[0];
  ax_str value_set = call->args[0].items[0].u.text;
  ax_fp_item value;
  if (!host || !host->member_of) return AX_OK;
  const ax_json *codings = member_of(item, "coding");
  if (codings) return tell(call, concept_in(host, value_set, codings));
  if (member_of(item, "code"))
    return tell(call, coding_in(host, value_set, item->u.node.json));
  AX_TRY(ax_fp_value_system(call->run->arena, item, &value));
  if (value.kind != AX_FP_STRING) return AX_OK;
  return tell(call,
              host->member_of(host->ctx, value_set, AX_STR(""), value.u.text));
}

/* The first coding of a concept, or the coding itself. */
static const ax_json *coding_of(const ax_fp_item *item) {
  const ax_json *codings = member_of(item, "coding");
  if (codings) return ax_json_item(codings, 0);
  return item->kind == AX_FP_NODE ? item->u.node.json : NULL;
}

static ax_status subsumption(ax_fp_call *call, const ax_fp_item *above,
                             const ax_fp_item *below) {
  const ax_fp_host *host = call->run->in->host;
  const ax_json *a = coding_of(above), *b = coding_of(below);
  ax_str system = AX_JSON_STR(a, "system");
  if (!ax_str_eq(system, AX_JSON_STR(b, "system"))) return answer(call, false);
  ax_str code_a = AX_JSON_STR(a, "code"), code_b = AX_JSON_STR(b, "code");
  if (code_a.len && ax_str_eq(code_a, code_b)) return answer(call, true);
  if (!host || !host->subsumes) return AX_OK;
  return tell(call, host->subsumes(host->ctx, system, code_a, code_b));
}

ax_status ax_fp_fhir_subsumes(ax_fp_call *call) {
  return subsumption(call, &call->input.items[0], &call->args[0].items[0]);
}

ax_status ax_fp_fhir_subsumed_by(ax_fp_call *call) {
  return subsumption(call, &call->args[0].items[0], &call->input.items[0]);
}

/* --- conformance -----------------------------------------------------------
 */

ax_status ax_fp_fhir_conforms_to(ax_fp_call *call) {
  ax_fp_run *run = call->run;
  const ax_fp_host *host = run->in->host;
  const ax_fp_item *item = &call->input.items[0];
  ax_str url = call->args[0].items[0].u.text;
  ax_str prefix = AX_STR("http://hl7.org/fhir/StructureDefinition/");
  ax_fp_answer told = AX_FP_UNKNOWN;
  if (host && host->conforms_to) told = host->conforms_to(host->ctx, item, url);
  if (told != AX_FP_UNKNOWN) return tell(call, told);
  const ax_fp_type *type = NULL;
  if (run->model && ax_str_starts(url, prefix))
    type = run->model->type(run->model->ctx, ax_str_skip(url, prefix.len));
  if (!type)
    return ax_fp_run_fault(run, call->node,
                           "the profile '" AX_STR_FMT "' is not known",
                           AX_STR_ARG(url));
  return answer(call, item->kind == AX_FP_NODE &&
                          ax_fp_model_is(run->model, item->u.node.type, type));
}

ax_status ax_fp_fhir_html_checks(ax_fp_call *call) {
  ax_fp_item value;
  ax_xhtml html;
  AX_TRY(ax_fp_value_system(call->run->arena, &call->input.items[0], &value));
  if (value.kind != AX_FP_STRING) return answer(call, false);
  AX_TRY(ax_fhir_xhtml_check(call->run->arena, value.u.text, &html));
  return answer(call, html.fault_count == 0);
}

static ax_status is_allowed(ax_fp_call *call, ax_str url, bool *out) {
  *out = false;
  for (size_t i = 0; i < call->node->arg_count && !*out; i++) {
    ax_fp_list list = { 0 };
    ax_fp_item value;
    AX_TRY(ax_fp_eval_node(call->run, call->node->args[i], call->scope, &list));
    if (list.count != 1) continue;
    AX_TRY(ax_fp_value_system(call->run->arena, &list.items[0], &value));
    *out = value.kind == AX_FP_STRING && ax_str_eq(value.u.text, url);
  }
  return AX_OK;
}

/* Modifiers that were not named end the evaluation; else the input goes on. */
ax_status ax_fp_fhir_check_modifiers(ax_fp_call *call) {
  for (size_t i = 0; i < call->input.count; i++) {
    const ax_json *list = member_of(&call->input.items[i], "modifierExtension");
    for (size_t k = 0; k < ax_json_count(list); k++) {
      ax_str url = AX_JSON_STR(ax_json_item(list, k), "url");
      bool allowed;
      AX_TRY(is_allowed(call, url, &allowed));
      if (!allowed)
        return ax_fp_run_fault(call->run, call->node,
                               "there is a modifier '" AX_STR_FMT
                               "' that the expression does not know",
                               AX_STR_ARG(url));
    }
  }
  return ax_fp_run_push_all(call->run, call->out, &call->input);
}
