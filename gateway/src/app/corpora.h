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
#include "json/json_parse.h"

typedef struct {
  const char *folder; /* the one given */
  const char *output; /* where disagreements go */
  ax_registry *registry;
} ax_corpora;

/* FOLDER/fhirpath: {tests: [{id, input_file, expression, outputs: [{type,
 * value}], predicate, invalid, mode}]}. `out` receives the line of figures. */
ax_status ax_corpora_fhirpath(const ax_corpora *corpora, ax_buf *out,
                              ax_error *err) AX_MUST_USE;

/*
 * FOLDER/validator: {cases: [{id, focus, input, supporting: [path], profile,
 * expect: {valid, error_issues: [{code, expression, text}]}}]}. Each case is
 * held to core and to the definitions in its supporting files alone. Policy of
 * the recorded runs: unknown extensions are errors, references are not
 * chased, example URLs are allowed, a code outside of its value set is reported
 * twice. Comments in expressions and urls behind the indexes of extensions,
 * which FHIRPath does not know, are left out of the comparison. `out` receives
 * the line of figures of all cases, and that of those with focus "instance".
 */
ax_status ax_corpora_validator(const ax_corpora *corpora, ax_buf *out,
                               ax_error *err) AX_MUST_USE;

/* What the parts share (corpora_file.c): one JSON file; the manifest of a part;
 * the file for its disagreements. */
ax_status ax_corpora_file_read(ax_arena *arena, const char *path,
                               ax_str *source, const ax_json **out,
                               ax_json_fault *fault, ax_error *err) AX_MUST_USE;
ax_status ax_corpora_file_manifest(const ax_corpora *corpora, ax_arena *arena,
                                   const char *part, const ax_json **out,
                                   ax_error *err) AX_MUST_USE;
ax_status ax_corpora_file_report(const ax_corpora *corpora, ax_arena *arena,
                                 const char *part, const ax_buf *report,
                                 ax_error *err) AX_MUST_USE;

#endif
