/*
 * fp_lex.h - expression text to tokens (FHIRPath N1, appendix B).
 *
 * Whitespace and comments vanish; strings and delimited identifiers come out
 * unescaped. A word is always a WORD here, also when it is an operator such as
 * `and` or `is`: whether it is one depends on where it stands, which the
 * parser knows.
 */
#ifndef AX_FHIRPATH_FP_LEX_H
#define AX_FHIRPATH_FP_LEX_H

#include "base/arena.h"
#include "fhirpath/fp_fault.h"

typedef enum {
  AX_FP_TOKEN_END,
  AX_FP_TOKEN_WORD,      /* identifier or keyword */
  AX_FP_TOKEN_DELIMITED, /* `identifier` */
  AX_FP_TOKEN_STRING,
  AX_FP_TOKEN_INTEGER,
  AX_FP_TOKEN_DECIMAL,
  AX_FP_TOKEN_DATE, /* text without the @ */
  AX_FP_TOKEN_DATETIME,
  AX_FP_TOKEN_TIME,     /* text without @T */
  AX_FP_TOKEN_VARIABLE, /* %name, %`name`, %'name', %"name" */
  AX_FP_TOKEN_DOLLAR,   /* $this, $index, $total: text without the $ */
  AX_FP_TOKEN_SYMBOL    /* one of ( ) [ ] { } . , + - * / & | = ~ < > ... */
} ax_fp_token_kind;

typedef struct {
  ax_fp_token_kind kind;
  uint32_t at;
  ax_str text;
} ax_fp_token;

typedef struct {
  ax_arena *arena; /* for unescaped text */
  ax_str source;
  size_t at;
  ax_fp_fault *fault;
} ax_fp_lexer;

/* The next token. INVALID: not one; NOMEM. */
ax_status ax_fp_lex_next(ax_fp_lexer *lexer, ax_fp_token *out) AX_MUST_USE;

#endif
