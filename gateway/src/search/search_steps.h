/*
 * search_steps.h - from a branch of an expression to steps, where it only
 * walks. Private to search/.
 */
#ifndef AX_SEARCH_SEARCH_STEPS_H
#define AX_SEARCH_SEARCH_STEPS_H

#include "search/search_table.h"

enum { AX_SEARCH_STEPS = 16 };

typedef struct {
  ax_arena *arena;
  const ax_fp_model *model; /* may be NULL */
  ax_str type;
  ax_search_step steps[AX_SEARCH_STEPS];
  size_t count;
  const ax_fp_type *at; /* what the steps lead to; NULL: not known */
  ax_str fhir_path;     /* of the same: "Observation.status"; empty: unsure */
  bool is_choice;       /* the last step is a choice without a type yet */
  ax_status status;
} ax_search_walk;

/* True: `walk` holds the steps of `branch`. False: it does more than walk. */
bool ax_search_steps_of(ax_search_walk *walk, const ax_fp_ast *branch);

/* The type at the beginning of a branch ("Observation"), or empty. */
ax_str ax_search_steps_root(const ax_fp_ast *branch);

#endif
