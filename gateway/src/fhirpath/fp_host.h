/*
 * fp_host.h - what an expression may ask of its surroundings, as a small table
 * that the caller fills, so that the language depends on no store, no
 * terminology and no network. Every function may be NULL: then the answer is
 * as if there were no such thing (see each).
 *
 * Threads: one evaluation calls from its own thread; a table shared by
 * evaluations on several threads must bear that.
 */
#ifndef AX_FHIRPATH_FP_HOST_H
#define AX_FHIRPATH_FP_HOST_H

#include "fhirpath/fp_value.h"

typedef enum {
  AX_FP_NO,
  AX_FP_YES,
  AX_FP_UNKNOWN /* the result is empty */
} ax_fp_answer;

typedef struct {
  void *ctx;

  /* The resource a reference text or URL names, or NULL. `from` is the
   * resource the reference stands in. References inside the document ("#id",
   * entries of the Bundle around it) are found without the host. */
  const ax_json *(*resolve)(void *ctx, ax_arena *arena, ax_str reference,
                            const ax_json *from);

  /* Is the code, or one of a CodeableConcept's codings, in the value set?
   * NULL: UNKNOWN. An empty `system` asks for the code in any system. */
  ax_fp_answer (*member_of)(void *ctx, ax_str value_set, ax_str system,
                            ax_str code);

  /* Is `concept_a` the same as or an ancestor of `concept_b`? NULL: UNKNOWN. */
  ax_fp_answer (*subsumes)(void *ctx, ax_str system, ax_str code_a,
                           ax_str code_b);

  /* Does the node conform to the profile? NULL or UNKNOWN: profiles that are
   * base types are answered by the model, others are an error. */
  ax_fp_answer (*conforms_to)(void *ctx, const ax_fp_item *node,
                              ax_str profile);

  /* trace(): NULL: nothing is written. */
  void (*trace)(void *ctx, ax_str name, const ax_fp_list *items);

  /* The value of %name beyond those the language knows. False: unknown. */
  bool (*variable)(void *ctx, ax_arena *arena, ax_str name, ax_fp_list *out);
} ax_fp_host;

#endif
