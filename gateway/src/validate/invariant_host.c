/* invariant_host.c - what FHIRPath asks while a resource is walked. */
#include "validate/invariant.h"

static const ax_json *resolve(void *ctx, ax_arena *arena, ax_str reference,
                              const ax_json *from) {
  const ax_walk *walk = ctx;
  const ax_bundle_entry *found = NULL;
  (void)arena;
  (void)from;
  if (!walk->bundle) return NULL;
  ax_bundle_match match =
      ax_fhir_bundle_resolve(walk->bundle, walk->entry, reference, &found);
  return match == AX_BUNDLE_BY_URL && found ? found->resource : NULL;
}

static ax_fp_answer member_of(void *ctx, ax_str value_set, ax_str system,
                              ax_str code) {
  const ax_walk *walk = ctx;
  const char *why = NULL;
  if (!walk->host->code_in_value_set) return AX_FP_UNKNOWN;
  switch (walk->host->code_in_value_set(walk->host->ctx, value_set, system,
                                        code, &why)) {
  case AX_CODE_IN:
    return AX_FP_YES;
  case AX_CODE_NOT_IN:
    return AX_FP_NO;
  case AX_CODE_UNDECIDED:
    break;
  }
  return AX_FP_UNKNOWN;
}

/* Is the schema about this type, or about one that it is built on? */
static bool is_about(const ax_walk *walk, const ax_fp_type *type,
                     const ax_schema *schema) {
  const ax_fp_model *model = walk->model;
  const ax_fp_type *of = model ? model->type(model->ctx, schema->type) : NULL;
  if (!type) return false;
  return of ? ax_fp_model_is(model, type, of)
            : ax_str_eq(type->name, schema->type);
}

/* The node is walked through the profile by a walk of its own, whose issues
 * nobody reads. */
static ax_fp_answer conforms_to(void *ctx, const ax_fp_item *node,
                                ax_str profile) {
  ax_walk *walk = ctx;
  const ax_schema *schema = ax_walk_schema(walk, profile);
  ax_arena *arena = ax_walk_scratch(walk);
  if (!arena || !schema || schema->broken) return AX_FP_UNKNOWN;
  if (node->kind != AX_FP_NODE || !is_about(walk, node->u.node.type, schema))
    return AX_FP_NO;
  if (!schema->is_profile) return AX_FP_YES; /* the walk holds it to its type */
  ax_walk inner = *walk;
  inner.issues = ax_fhir_issues_new(arena);
  inner.quiet = 0;
  inner.verdicts = NULL; /* what is learnt here dies with the evaluation */
  if (!inner.issues) return AX_FP_UNKNOWN;
  const ax_place place = { .name = schema->type,
                           .index = AX_PLACE_SINGLE,
                           .value = node->u.node.json,
                           .sibling = node->u.node.sibling };
  ax_walk_profile(&inner, &place, schema);
  if (inner.no_memory) walk->no_memory = true;
  return ax_fhir_issues_errors(inner.issues) ? AX_FP_NO : AX_FP_YES;
}

ax_fp_host ax_invariant_host(ax_walk *walk) {
  return (ax_fp_host){ .ctx = walk,
                       .resolve = resolve,
                       .member_of = member_of,
                       .conforms_to = conforms_to };
}
