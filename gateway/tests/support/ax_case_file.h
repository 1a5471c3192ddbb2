/*
 * ax_case_file.h - reads a file of cases: patients in lines (ax_patient.h) and
 * what a model is expected to make of them.
 *
 *   model capra
 *   case a man who can be scored
 *   as-of 2024-06-15
 *   patient male 1959-03-02
 *   ...
 *   expect recurrence probability 34
 *
 * Expectations, of which a case has at least one:
 *
 *   expect OUTCOME probability PERCENT
 *   expect OUTCOME score NUMBER
 *   expect OUTCOME risk NUMBER          (relative)
 *   expect OUTCOME level NAME
 *   expect OUTCOME absent
 *   refused INPUT                       (`anchor`, `patient`: no input)
 *   not-applicable
 *
 * `case NAME = NAME OF ANOTHER` begins with the lines of the other one but for
 * its expectations; `without TEXT` takes away those that begin with TEXT.
 */
#ifndef AX_TESTS_AX_CASE_FILE_H
#define AX_TESTS_AX_CASE_FILE_H

#include "support/ax_patient.h"

enum { AX_CASES = 64, AX_CASE_LINES = 96 };

typedef struct {
  ax_str name;
  ax_str lines[AX_CASE_LINES];
  size_t count;
} ax_case;

typedef struct {
  char *text;
  ax_str model;
  ax_case cases[AX_CASES];
  size_t count;
} ax_case_file;

/* Reads `path` (below AUSPEX_ROOT); free it with ax_case_file_free(). */
ax_case_file *ax_case_file_read(const char *path);
void ax_case_file_free(ax_case_file *file);

/* Does the line begin with the word? `rest` is what follows. */
bool ax_case_begins(ax_str line, const char *word, ax_str *rest);
bool ax_case_is_expectation(ax_str line);

/* The patient of the case, to be ended by the caller; the last millisecond of
 * its as-of day. */
int64_t ax_case_patient(const ax_case *one, ax_patient *patient);

/* "OUTCOME WHAT VALUE" of an expectation. */
typedef struct {
  char outcome[64], what[32], value[64];
} ax_case_wants;
ax_case_wants ax_case_wants_of(ax_str text);

#endif
