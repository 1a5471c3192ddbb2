#include "fhirpath/fp_fault.h"

#include <stdarg.h>
#include <stdio.h>

static void place(ax_fp_fault *fault, ax_str source) {
  fault->line = 1;
  fault->column = 1;
  for (size_t i = 0; i < fault->at && i < source.len; i++) {
    fault->column++;
    if (source.ptr[i] == '\n') {
      fault->line++;
      fault->column = 1;
    }
  }
}

ax_status ax_fp_fault_set(ax_fp_fault *fault, ax_fp_fault_kind kind,
                          ax_str source, uint32_t at, const char *fmt, ...) {
  ax_status status = kind == AX_FP_LIMIT ? AX_TOO_LARGE : AX_INVALID;
  if (!fault || fault->status != AX_OK) return status;
  fault->status = status;
  fault->kind = kind;
  fault->at = at;
  place(fault, source);
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(fault->text, sizeof fault->text, fmt, args);
  va_end(args);
  return status;
}

const char *ax_fp_fault_kind_name(ax_fp_fault_kind kind) {
  static const char *const names[] = { "syntax", "semantic", "execution",
                                       "limit" };
  return names[kind];
}
