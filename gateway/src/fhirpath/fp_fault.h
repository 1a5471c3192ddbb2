/*
 * fp_fault.h - what is wrong with an expression or its evaluation, and where.
 *
 * The first report wins: it is the one nearest the cause. The text is a plain
 * sentence without the place; line and column count from 1, columns in bytes.
 * Threads: plain values.
 */
#ifndef AX_FHIRPATH_FP_FAULT_H
#define AX_FHIRPATH_FP_FAULT_H

#include "base/attrs.h"
#include "base/error.h"
#include "base/str.h"

typedef enum {
  AX_FP_SYNTAX,    /* the text is no expression */
  AX_FP_SEMANTIC,  /* it is, but asks for what the model does not have */
  AX_FP_EXECUTION, /* it met values that it is not defined for */
  AX_FP_LIMIT      /* it would take too much time or memory */
} ax_fp_fault_kind;

typedef struct {
  ax_status status; /* AX_OK: nothing was reported */
  ax_fp_fault_kind kind;
  uint32_t at; /* byte offset in the expression */
  uint32_t line, column;
  char text[240];
} ax_fp_fault;

/* Records the fault (unless there is one already) and returns its status:
 * TOO_LARGE for a limit, else INVALID. `fault` may be NULL. */
ax_status ax_fp_fault_set(ax_fp_fault *fault, ax_fp_fault_kind kind,
                          ax_str source, uint32_t at, const char *fmt, ...)
    AX_PRINTF(5, 6);

/* "syntax", "semantic", "execution" or "limit". */
const char *ax_fp_fault_kind_name(ax_fp_fault_kind kind);

#endif
