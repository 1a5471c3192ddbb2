/*
 * fp_eval.h - runs a parsed expression over a document.
 *
 *     ax_fp_program program;                  // once
 *     AX_TRY(ax_fp_parse(arena, source, &program, &fault));
 *     ax_fp_input in = { .arena = rq->arena, .model = model,
 *                        .context = ax_fp_eval_root(model, resource) };
 *     AX_TRY(ax_fp_eval(&program, &in, &out, &fault));
 *
 * All memory comes from `arena`; results point into it, the document and the
 * program. An evaluation stops with TOO_LARGE when it has used its steps, its
 * items or its arena, so no expression can stall the process.
 *
 * Threads: programs, models and documents may be shared; a call touches only
 * its arguments.
 */
#ifndef AX_FHIRPATH_FP_EVAL_H
#define AX_FHIRPATH_FP_EVAL_H

#include "fhirpath/fp_ast.h"
#include "fhirpath/fp_fault.h"
#include "fhirpath/fp_host.h"

typedef struct {
  uint64_t steps;       /* nodes of the tree and items looked at */
  size_t items;         /* in any one collection */
  uint32_t regex_steps; /* PCRE2 match limit of one match */
} ax_fp_limits;

/* 0 in a field of ax_fp_input.limits means this. A step takes some 10-50 ns,
 * so the default ends an evaluation within a second. */
enum {
  AX_FP_STEPS = 10 * 1000 * 1000,
  AX_FP_ITEMS = 1000 * 1000,
  AX_FP_REGEX_STEPS = 200 * 1000
};

typedef struct {
  ax_arena *arena;
  const ax_fp_model *model; /* NULL: elements have no types */
  const ax_fp_host *host;   /* NULL: nobody to ask */
  ax_fp_item context;       /* the node the expression starts from */
  bool no_context;          /* nothing to start from */
  const ax_json *resource;  /* %resource; NULL: the context */
  const ax_json *root;      /* %rootResource; NULL: the resource */
  int64_t now_ms;           /* now(), today(); 0: the clock's */
  /* Published R4 search parameters apply `as` to whole collections; with this
   * set it filters like ofType() instead of refusing them. */
  bool as_filters;
  ax_fp_limits limits;
} ax_fp_input;

/* The node of a whole resource, typed by its resourceType. */
ax_fp_item ax_fp_eval_root(const ax_fp_model *model, const ax_json *resource);

/* Evaluates; INVALID and TOO_LARGE fill `fault` (may be NULL), NOMEM. */
ax_status ax_fp_eval(const ax_fp_program *program, const ax_fp_input *in,
                     ax_fp_list *out, ax_fp_fault *fault) AX_MUST_USE;

/*
 * Evaluates and converts to Boolean as FHIRPath 4.5 says: empty is false, a
 * Boolean itself, any other single value true. What an invariant wants.
 */
ax_status ax_fp_eval_boolean(const ax_fp_program *program,
                             const ax_fp_input *in, bool *out,
                             ax_fp_fault *fault) AX_MUST_USE;

#endif
