/*
 * fp_ast.h - a parsed expression.
 *
 * Immutable once parsed: compile once, run on many threads. MEMBER and CALL
 * hold what stands before their dot in `left`; NULL means the context ($this).
 * The tree is never deeper than AX_FP_AST_DEPTH, so recursion over it is
 * bounded.
 */
#ifndef AX_FHIRPATH_FP_AST_H
#define AX_FHIRPATH_FP_AST_H

#include "base/regex.h"
#include "fhirpath/fp_value.h"

enum {
  /* Deepest nesting of operators, dots and brackets: the longest published
   * expressions chain fewer than 100. */
  AX_FP_AST_DEPTH = 400,
  /* Longest expression: the longest published one has 4,200 bytes. */
  AX_FP_SOURCE_MAX = 64 * 1024
};

typedef enum {
  AX_FP_AST_EMPTY,    /* {} */
  AX_FP_AST_LITERAL,  /* `literal` */
  AX_FP_AST_THIS,     /* $this */
  AX_FP_AST_INDEX,    /* $index */
  AX_FP_AST_TOTAL,    /* $total */
  AX_FP_AST_VARIABLE, /* %name */
  AX_FP_AST_MEMBER,   /* left.name */
  AX_FP_AST_CALL,     /* left.name(args) */
  AX_FP_AST_ITEM,     /* left[right] */
  AX_FP_AST_NEGATE,   /* -left */
  AX_FP_AST_PLUS,     /* +left */
  AX_FP_AST_BINARY,   /* left op right */
  AX_FP_AST_TYPE_OP,  /* left is/as space.name */
  AX_FP_AST_TYPE_NAME /* space.name as the argument of is(), as(), ofType() */
} ax_fp_ast_kind;

typedef enum {
  AX_FP_OP_MULTIPLY,
  AX_FP_OP_DIVIDE,
  AX_FP_OP_DIV,
  AX_FP_OP_MOD,
  AX_FP_OP_ADD,
  AX_FP_OP_SUBTRACT,
  AX_FP_OP_CONCAT,
  AX_FP_OP_IS,
  AX_FP_OP_AS,
  AX_FP_OP_UNION,
  AX_FP_OP_LESS,
  AX_FP_OP_LESS_EQUAL,
  AX_FP_OP_GREATER,
  AX_FP_OP_GREATER_EQUAL,
  AX_FP_OP_EQUAL,
  AX_FP_OP_NOT_EQUAL,
  AX_FP_OP_EQUIVALENT,
  AX_FP_OP_NOT_EQUIVALENT,
  AX_FP_OP_IN,
  AX_FP_OP_CONTAINS,
  AX_FP_OP_AND,
  AX_FP_OP_OR,
  AX_FP_OP_XOR,
  AX_FP_OP_IMPLIES
} ax_fp_op;

struct ax_fp_function; /* fp_function.h */

typedef struct ax_fp_ast ax_fp_ast;
struct ax_fp_ast {
  ax_fp_ast_kind kind;
  ax_fp_op op;
  uint32_t at;       /* byte offset in the source */
  uint32_t depth;    /* of the tree below, itself included */
  ax_str name;       /* MEMBER, CALL, VARIABLE, type */
  ax_str space;      /* type: "FHIR", "System" or empty */
  bool is_type_like; /* MEMBER without left whose name may be the root's type */
  const ax_fp_ast *left, *right;
  const ax_fp_ast *const *args;
  size_t arg_count;
  const struct ax_fp_function *function; /* CALL */
  ax_fp_item literal;
  const ax_regex *regex; /* CALL with a literal pattern: see fp_regex.h */
};

typedef struct {
  ax_str source;
  const ax_fp_ast *root;
} ax_fp_program;

#endif
