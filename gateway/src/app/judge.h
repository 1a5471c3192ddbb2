/*
 * judge.h - validates many files with several threads and prints what is wrong
 * with each, in the order in which the files were named.
 *
 * While it runs and standard error is a terminal, a line there says how far it
 * is. Workers run at most a few files ahead of the printer, so memory does not
 * grow with the number of files.
 */
#ifndef AX_APP_JUDGE_H
#define AX_APP_JUDGE_H

#include "validate/validate.h"

typedef struct {
  ax_validator *validator;
  const char *const *files; /* "-" is standard input */
  size_t file_count;
  const ax_str *profiles;
  size_t profile_count;
  bool json;        /* an OperationOutcome a line, not text */
  bool comments;    /* the files may have comments (json_comment.h) */
  unsigned threads; /* 0: as many as there are processors */
} ax_judge_options;

typedef struct {
  size_t invalid, unusable, errors, warnings;
} ax_judge_totals;

/* NOMEM, IO (standard output cannot be written). */
ax_status ax_judge_run(const ax_judge_options *options, ax_judge_totals *out,
                       ax_error *err) AX_MUST_USE;

#endif
