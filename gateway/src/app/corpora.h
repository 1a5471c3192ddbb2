/*
 * corpora.h - runs the cases of a folder that somebody else collected, and says
 * how many came out as recorded (make corpora CORPORA=FOLDER).
 *
 * Each part reads FOLDER/<part>/manifest.json, writes every disagreement to
 * build/corpora/<part>.txt and prints one line of figures. A part that is not
 * in the folder is skipped.
 */
#ifndef AX_APP_CORPORA_H
#define AX_APP_CORPORA_H

#include "app/app_packages.h"
#include "base/buf.h"

typedef struct {
  const char *folder; /* the one given */
  const char *output; /* where disagreements go */
  ax_registry *registry;
} ax_corpora;

/* FOLDER/fhirpath: {tests: [{id, input_file, expression, outputs: [{type,
 * value}], predicate, invalid, mode}]}. `out` receives the line of figures. */
ax_status ax_corpora_fhirpath(const ax_corpora *corpora, ax_buf *out,
                              ax_error *err) AX_MUST_USE;

#endif
