/*
 * finding.h - what the author's tools have to say about a plug-in: a list of
 * findings, each with the rule, the place, what is wrong and the remedy.
 *
 * Threads: a list belongs to one at a time.
 */
#ifndef AX_KIT_FINDING_H
#define AX_KIT_FINDING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

typedef enum {
  AX_FINDING_NOTE,    /* said, but nothing is wrong */
  AX_FINDING_WARNING, /* should be mended */
  AX_FINDING_ERROR    /* must be mended */
} ax_finding_severity;

typedef struct {
  ax_finding_severity severity;
  const char *rule; /* "export", "loinc": stable, for machines */
  ax_str place;     /* "x.so", "cards/m.json:3:5", "model m, input age" */
  ax_str text;      /* what is wrong, and what would be right */
} ax_finding;

typedef struct {
  ax_arena *arena;
  AX_VEC(ax_finding) list;
  size_t errors, warnings;
  bool nomem; /* something could not be kept */
} ax_findings;

/* One more. */
void ax_finding_add(ax_findings *findings, ax_finding_severity severity,
                    const char *rule, ax_str place, const char *format, ...)
    AX_PRINTF(5, 6);

/* Lines for people: "error: PLACE: TEXT [RULE]"; then the count. What is found
 * in many ways ("WHEN: WHAT") is said once, with when else. */
void ax_finding_print(const ax_findings *findings, ax_buf *out);

/* {"findings": [{severity, rule, place, text}], "errors", "warnings"} */
void ax_finding_json(const ax_findings *findings, ax_buf *out);

#endif
