/*
 * samples.h - the sample patients through the real features, the real modules
 * and the real messages between them, in one process.
 *
 * Whatever goes wrong in here fails the test that called.
 */
#ifndef AX_CONFORMANCE_SAMPLES_H
#define AX_CONFORMANCE_SAMPLES_H

#include <auspex_plugin.h>

#include "scoring/result.h"
#include "json/json.h"

typedef struct {
  ax_arena *arena; /* everything about the module and its results */
  void *library;
  auspex_module module;
  auspex_instance *instance;
  ax_model *model;
} samples_module;

typedef struct {
  ax_feature_row row;
  const ax_score_resource *resources;
  size_t count;
} samples_result;

/* Opens $AUSPEX_BUILD/plugins/`name`/`name`.so with its data folder, for its
 * first model. */
samples_module samples_open(const char *name);
void samples_close(samples_module *m);

/* Scores the patient of the named samples (NULL-terminated, all of one
 * patient) now, as if they had just been accepted. A refused row gives its
 * GuidanceResponse. */
samples_result samples_score(samples_module *m, const char *const *names);
samples_result samples_score_one(samples_module *m, const char *name);

/* The tree of a result. */
const ax_json *samples_tree(samples_module *m,
                            const ax_score_resource *resource);

#endif
