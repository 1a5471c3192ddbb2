/*
 * operation_code.h - what each code of an operation sends: the table of
 * http://terminology.hl7.org/CodeSystem/testscript-operation-codes (R4).
 * Private to run/.
 */
#ifndef AX_RUN_OPERATION_CODE_H
#define AX_RUN_OPERATION_CODE_H

#include "base/str.h"

/* What is asked, before params. */
typedef enum {
  AX_OPERATION_ON_SYSTEM,   /* [base] */
  AX_OPERATION_ON_METADATA, /* [base]/metadata */
  AX_OPERATION_ON_TYPE,     /* [base]/[type] */
  AX_OPERATION_ON_INSTANCE, /* [base]/[type]/[id] */
  AX_OPERATION_ON_VERSION,  /* [base]/[type]/[id]/_history/[vid] */
  AX_OPERATION_ON_HISTORY,  /* the widest of these that is named, /_history */
  AX_OPERATION_ON_WIDEST    /* the same, for operations: /$name */
} ax_operation_place;

typedef struct {
  ax_str code;
  ax_str method;
  ax_operation_place place;
  ax_str name; /* "$everything"; empty: an interaction */
  bool sends_body;
} ax_operation_code;

/* The row of `code`; false: no such code ("$anything" is found: it is made of
 * the code itself). An empty code is a plain GET. */
bool ax_operation_code_find(ax_str code, ax_operation_code *out);

#endif
