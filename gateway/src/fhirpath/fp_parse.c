#include "fhirpath/fp_parse.h"

#include "base/vec.h"
#include "fhirpath/fp_datetime.h"
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_lex.h"
#include "fhirpath/fp_regex.h"
#include "fhirpath/fp_units.h"

typedef struct {
  ax_arena *arena;
  ax_fp_lexer lexer;
  ax_fp_token token; /* not yet taken */
  unsigned nesting;
} parser;

/* --- the operators ---------------------------------------------------------
 */

typedef struct {
  const char *text;
  int precedence;
  ax_fp_op op;
} infix;

enum { PREC_TYPE = 8, PREC_UNARY = 11 };

/* FHIRPath N1, 6.8; higher binds tighter, all are left-associative. */
static const infix infixes[] = {
  { "*", 10, AX_FP_OP_MULTIPLY },   { "/", 10, AX_FP_OP_DIVIDE },
  { "div", 10, AX_FP_OP_DIV },      { "mod", 10, AX_FP_OP_MOD },
  { "+", 9, AX_FP_OP_ADD },         { "-", 9, AX_FP_OP_SUBTRACT },
  { "&", 9, AX_FP_OP_CONCAT },      { "is", PREC_TYPE, AX_FP_OP_IS },
  { "as", PREC_TYPE, AX_FP_OP_AS }, { "|", 7, AX_FP_OP_UNION },
  { "<", 6, AX_FP_OP_LESS },        { "<=", 6, AX_FP_OP_LESS_EQUAL },
  { ">", 6, AX_FP_OP_GREATER },     { ">=", 6, AX_FP_OP_GREATER_EQUAL },
  { "=", 5, AX_FP_OP_EQUAL },       { "!=", 5, AX_FP_OP_NOT_EQUAL },
  { "~", 5, AX_FP_OP_EQUIVALENT },  { "!~", 5, AX_FP_OP_NOT_EQUIVALENT },
  { "in", 4, AX_FP_OP_IN },         { "contains", 4, AX_FP_OP_CONTAINS },
  { "and", 3, AX_FP_OP_AND },       { "xor", 2, AX_FP_OP_XOR },
  { "or", 2, AX_FP_OP_OR },         { "implies", 1, AX_FP_OP_IMPLIES },
};

static const infix *infix_of(const ax_fp_token *token) {
  if (token->kind != AX_FP_TOKEN_SYMBOL && token->kind != AX_FP_TOKEN_WORD)
    return NULL;
  for (size_t i = 0; i < AX_COUNT(infixes); i++)
    if (ax_str_eq(token->text, ax_str_from(infixes[i].text)))
      return &infixes[i];
  return NULL;
}

/* --- small tools -----------------------------------------------------------
 */

static ax_status advance(parser *p) {
  return ax_fp_lex_next(&p->lexer, &p->token);
}

static bool at_symbol(const parser *p, const char *text) {
  return p->token.kind == AX_FP_TOKEN_SYMBOL &&
         ax_str_eq(p->token.text, ax_str_from(text));
}

static ax_status unexpected(parser *p, const char *wanted) {
  if (p->token.kind == AX_FP_TOKEN_END)
    return ax_fp_fault_set(p->lexer.fault, AX_FP_SYNTAX, p->lexer.source,
                           p->token.at, "%s expected, but the text ends",
                           wanted);
  return ax_fp_fault_set(p->lexer.fault, AX_FP_SYNTAX, p->lexer.source,
                         p->token.at, "%s expected, not '%.*s'", wanted,
                         (int)(p->token.text.len < 40 ? p->token.text.len : 40),
                         p->token.text.ptr);
}

static ax_status expect(parser *p, const char *symbol, const char *wanted) {
  if (!at_symbol(p, symbol)) return unexpected(p, wanted);
  return advance(p);
}

static ax_status too_deep(parser *p, uint32_t at) {
  return ax_fp_fault_set(p->lexer.fault, AX_FP_LIMIT, p->lexer.source, at,
                         "the expression is nested deeper than %d levels",
                         AX_FP_AST_DEPTH);
}

static ax_fp_ast *make(parser *p, ax_fp_ast_kind kind, uint32_t at) {
  ax_fp_ast *node = AX_NEW(p->arena, ax_fp_ast);
  if (!node) return NULL;
  node->kind = kind;
  node->at = at;
  node->depth = 1;
  return node;
}

static void deepen(ax_fp_ast *node, const ax_fp_ast *child) {
  if (child && child->depth + 1 > node->depth) node->depth = child->depth + 1;
}

/* Sets the children and refuses a tree that is too deep to walk. */
static ax_status adopt(parser *p, ax_fp_ast *node, const ax_fp_ast *left,
                       const ax_fp_ast *right) {
  node->left = left;
  node->right = right;
  deepen(node, left);
  deepen(node, right);
  for (size_t i = 0; i < node->arg_count; i++) deepen(node, node->args[i]);
  return node->depth > AX_FP_AST_DEPTH ? too_deep(p, node->at) : AX_OK;
}

static ax_status expression(parser *p, int least, const ax_fp_ast **out);

/* --- literals ---------------------------------------------------------------
 */

static ax_status number_value(parser *p, ax_fp_item *out) {
  ax_fhir_decimal value;
  ax_fp_token token = p->token;
  if (!ax_fhir_decimal_parse(token.text, &value))
    return ax_fp_fault_set(p->lexer.fault, AX_FP_SYNTAX, p->lexer.source,
                           token.at, "the number has more than %d digits",
                           AX_FHIR_DECIMAL_MAX);
  if (token.kind == AX_FP_TOKEN_DECIMAL)
    return ax_fp_value_decimal(p->arena, value, out);
  int64_t integer;
  /* One more than the greatest Integer, for -2147483648. */
  if (!ax_fhir_decimal_to_int(value, &integer) ||
      integer > (int64_t)INT32_MAX + 1)
    return ax_fp_fault_set(p->lexer.fault, AX_FP_SYNTAX, p->lexer.source,
                           token.at, "an Integer is at most 2147483647");
  *out = ax_fp_value_integer(integer);
  return AX_OK;
}

/* A number, and with a unit behind it a Quantity: 4 'mg', 4 days. */
static ax_status number_literal(parser *p, ax_fp_ast *node) {
  ax_fp_quantity quantity = { .is_calendar = false };
  AX_TRY(number_value(p, &node->literal));
  if (!ax_fhir_decimal_parse(p->token.text, &quantity.value)) return AX_INVALID;
  AX_TRY(advance(p));
  if (p->token.kind == AX_FP_TOKEN_STRING) {
    quantity.unit = p->token.text;
    ax_fp_units_quoted_calendar(&quantity);
  } else if (p->token.kind != AX_FP_TOKEN_WORD ||
             !ax_fp_units_calendar(p->token.text, &quantity)) {
    return AX_OK;
  }
  AX_TRY(ax_fp_value_quantity(p->arena, quantity, &node->literal));
  return advance(p);
}

static ax_status moment_literal(parser *p, ax_fp_ast *node) {
  ax_fp_token token = p->token;
  ax_fp_moment moment;
  ax_fp_kind kind = token.kind == AX_FP_TOKEN_DATE   ? AX_FP_DATE
                    : token.kind == AX_FP_TOKEN_TIME ? AX_FP_TIME
                                                     : AX_FP_DATETIME;
  if (!ax_fp_datetime_parse(kind, token.text, &moment))
    return ax_fp_fault_set(p->lexer.fault, AX_FP_SYNTAX, p->lexer.source,
                           token.at, "there is no %s '" AX_STR_FMT "'",
                           ax_fp_value_kind_name(kind), AX_STR_ARG(token.text));
  AX_TRY(ax_fp_value_moment(p->arena, kind, moment, &node->literal));
  return advance(p);
}

static ax_status literal(parser *p, const ax_fp_ast **out) {
  ax_fp_ast *node = make(p, AX_FP_AST_LITERAL, p->token.at);
  if (!node) return AX_NOMEM;
  *out = node;
  if (p->token.kind == AX_FP_TOKEN_INTEGER ||
      p->token.kind == AX_FP_TOKEN_DECIMAL)
    return number_literal(p, node);
  if (p->token.kind != AX_FP_TOKEN_STRING && p->token.kind != AX_FP_TOKEN_WORD)
    return moment_literal(p, node);
  node->literal =
      p->token.kind == AX_FP_TOKEN_STRING
          ? ax_fp_value_string(p->token.text)
          : ax_fp_value_boolean(ax_str_eq(p->token.text, AX_STR("true")));
  return advance(p);
}

/* --- type names ------------------------------------------------------------
 */

static ax_status type_name(parser *p, const ax_fp_ast **out) {
  ax_fp_ast *node = make(p, AX_FP_AST_TYPE_NAME, p->token.at);
  if (!node) return AX_NOMEM;
  *out = node;
  for (int part = 0; part < 2; part++) {
    if (p->token.kind != AX_FP_TOKEN_WORD &&
        p->token.kind != AX_FP_TOKEN_DELIMITED)
      return unexpected(p, "the name of a type");
    node->space = node->name;
    node->name = p->token.text;
    AX_TRY(advance(p));
    if (part == 1 || !at_symbol(p, ".")) break;
    /* `x is Patient.name` has no meaning, so a dot joins the namespace. */
    AX_TRY(advance(p));
  }
  return AX_OK;
}

/* An argument that was parsed as a path is the name of a type. */
static ax_status to_type_name(parser *p, const ax_fp_ast *path,
                              const ax_fp_ast **out) {
  const ax_fp_ast *space = path->left;
  bool named = path->kind == AX_FP_AST_MEMBER &&
               (!space || (space->kind == AX_FP_AST_MEMBER && !space->left));
  if (!named)
    return ax_fp_fault_set(p->lexer.fault, AX_FP_SYNTAX, p->lexer.source,
                           path->at, "the name of a type is wanted here");
  ax_fp_ast *node = make(p, AX_FP_AST_TYPE_NAME, path->at);
  if (!node) return AX_NOMEM;
  node->name = path->name;
  if (space) node->space = space->name;
  *out = node;
  return AX_OK;
}

/* --- members and calls -----------------------------------------------------
 */

static bool take_word(const parser *p, const char *word) {
  return p->token.kind == AX_FP_TOKEN_WORD &&
         ax_str_eq(p->token.text, ax_str_from(word));
}

/* A sort key may say `asc` or `desc`; the latter is the same as a minus. */
static ax_status sort_key(parser *p, const ax_fp_ast **key) {
  bool down = take_word(p, "desc");
  if (!down && !take_word(p, "asc")) return AX_OK;
  if (down) {
    ax_fp_ast *node = make(p, AX_FP_AST_NEGATE, p->token.at);
    if (!node) return AX_NOMEM;
    AX_TRY(adopt(p, node, *key, NULL));
    *key = node;
  }
  return advance(p);
}

static ax_status arguments(parser *p, ax_fp_ast *call) {
  AX_VEC(const ax_fp_ast *) args = { 0 };
  AX_TRY(advance(p));
  while (!at_symbol(p, ")")) {
    if (args.count) AX_TRY(expect(p, ",", "',' or ')'"));
    const ax_fp_ast **slot = AX_VEC_PUSH(&args, p->arena);
    if (!slot) return AX_NOMEM;
    AX_TRY(expression(p, 0, slot));
    char kind = ax_fp_function_arg(call->function, args.count - 1);
    if (kind == 't') AX_TRY(to_type_name(p, *slot, slot));
    if (kind == 'o') AX_TRY(sort_key(p, slot));
  }
  call->args = args.items;
  call->arg_count = args.count;
  return advance(p);
}

static ax_status check_count(parser *p, const ax_fp_ast *call) {
  size_t least = ax_fp_function_least(call->function);
  size_t most = ax_fp_function_most(call->function);
  if (call->arg_count >= least && call->arg_count <= most) return AX_OK;
  return ax_fp_fault_set(
      p->lexer.fault, AX_FP_SYNTAX, p->lexer.source, call->at,
      AX_STR_FMT "() takes %s%zu argument%s, not %zu", AX_STR_ARG(call->name),
      least == most             ? ""
      : call->arg_count < least ? "at least "
                                : "at most ",
      call->arg_count < least ? least : most,
      (call->arg_count < least ? least : most) == 1 ? "" : "s",
      call->arg_count);
}

static ax_status call(parser *p, ax_fp_ast *node, const ax_fp_ast *left) {
  node->kind = AX_FP_AST_CALL;
  node->function = ax_fp_function_named(node->name);
  if (!node->function)
    return ax_fp_fault_set(p->lexer.fault, AX_FP_SYNTAX, p->lexer.source,
                           node->at, "there is no function '" AX_STR_FMT "'",
                           AX_STR_ARG(node->name));
  AX_TRY(arguments(p, node));
  AX_TRY(check_count(p, node));
  AX_TRY(ax_fp_regex_prepare(p->arena, node, p->lexer.source, p->lexer.fault));
  return adopt(p, node, left, NULL);
}

/* A name, and with a bracket behind it a call. `left` stands before the dot. */
static ax_status member(parser *p, const ax_fp_ast *left,
                        const ax_fp_ast **out) {
  if (p->token.kind != AX_FP_TOKEN_WORD &&
      p->token.kind != AX_FP_TOKEN_DELIMITED)
    return unexpected(p, "a name");
  ax_fp_ast *node = make(p, AX_FP_AST_MEMBER, p->token.at);
  if (!node) return AX_NOMEM;
  *out = node;
  node->name = p->token.text;
  char first = (char)(node->name.len ? node->name.ptr[0] : '\0');
  node->is_type_like = !left && first >= 'A' && first <= 'Z';
  AX_TRY(advance(p));
  if (at_symbol(p, "(")) return call(p, node, left);
  return adopt(p, node, left, NULL);
}

/* --- terms -----------------------------------------------------------------
 */

static ax_status variable(parser *p, const ax_fp_ast **out) {
  ax_fp_ast *node = make(p, AX_FP_AST_VARIABLE, p->token.at);
  if (!node) return AX_NOMEM;
  node->name = p->token.text;
  if (p->token.kind == AX_FP_TOKEN_DOLLAR)
    node->kind = p->token.text.ptr[1] == 'h'   ? AX_FP_AST_THIS
                 : p->token.text.ptr[0] == 'i' ? AX_FP_AST_INDEX
                                               : AX_FP_AST_TOTAL;
  *out = node;
  return advance(p);
}

static ax_status bracketed(parser *p, const ax_fp_ast **out) {
  AX_TRY(advance(p));
  AX_TRY(expression(p, 0, out));
  return expect(p, ")", "')'");
}

static ax_status empty(parser *p, const ax_fp_ast **out) {
  *out = make(p, AX_FP_AST_EMPTY, p->token.at);
  if (!*out) return AX_NOMEM;
  AX_TRY(advance(p));
  return expect(p, "}", "'}'");
}

static bool is_boolean_word(ax_str word) {
  return ax_str_eq(word, AX_STR("true")) || ax_str_eq(word, AX_STR("false"));
}

/* As names, as, contains, in and is are allowed everywhere, these only behind
 * a dot or in backticks (appendix B, rule `identifier`). */
static bool is_operator_word(ax_str word) {
  static const char *const words[] = { "and", "or", "xor", "implies" };
  for (size_t i = 0; i < AX_COUNT(words); i++)
    if (ax_str_eq(word, ax_str_from(words[i]))) return true;
  return false;
}

static ax_status term(parser *p, const ax_fp_ast **out) {
  switch (p->token.kind) {
  case AX_FP_TOKEN_WORD:
    if (is_boolean_word(p->token.text)) return literal(p, out);
    if (is_operator_word(p->token.text)) break;
    return member(p, NULL, out);
  case AX_FP_TOKEN_DELIMITED:
    return member(p, NULL, out);
  case AX_FP_TOKEN_STRING:
  case AX_FP_TOKEN_INTEGER:
  case AX_FP_TOKEN_DECIMAL:
  case AX_FP_TOKEN_DATE:
  case AX_FP_TOKEN_DATETIME:
  case AX_FP_TOKEN_TIME:
    return literal(p, out);
  case AX_FP_TOKEN_VARIABLE:
  case AX_FP_TOKEN_DOLLAR:
    return variable(p, out);
  case AX_FP_TOKEN_SYMBOL:
    if (at_symbol(p, "(")) return bracketed(p, out);
    if (at_symbol(p, "{")) return empty(p, out);
    break;
  case AX_FP_TOKEN_END:
    break;
  }
  return unexpected(p, "an expression");
}

static ax_status indexer(parser *p, const ax_fp_ast *left,
                         const ax_fp_ast **out) {
  ax_fp_ast *node = make(p, AX_FP_AST_ITEM, p->token.at);
  if (!node) return AX_NOMEM;
  const ax_fp_ast *index = NULL;
  AX_TRY(advance(p));
  AX_TRY(expression(p, 0, &index));
  AX_TRY(expect(p, "]", "']'"));
  *out = node;
  return adopt(p, node, left, index);
}

/* A term with its dots and brackets. */
static ax_status postfix(parser *p, const ax_fp_ast **out) {
  AX_TRY(term(p, out));
  for (;;) {
    if (at_symbol(p, ".")) {
      AX_TRY(advance(p));
      AX_TRY(member(p, *out, out));
    } else if (at_symbol(p, "[")) {
      AX_TRY(indexer(p, *out, out));
    } else {
      return AX_OK;
    }
  }
}

static ax_status prefix(parser *p, const ax_fp_ast **out) {
  bool minus = at_symbol(p, "-");
  if (!minus && !at_symbol(p, "+")) return postfix(p, out);
  ax_fp_ast *node =
      make(p, minus ? AX_FP_AST_NEGATE : AX_FP_AST_PLUS, p->token.at);
  if (!node) return AX_NOMEM;
  const ax_fp_ast *operand = NULL;
  AX_TRY(advance(p));
  AX_TRY(expression(p, PREC_UNARY, &operand));
  *out = node;
  return adopt(p, node, operand, NULL);
}

/* --- expressions -----------------------------------------------------------
 */

static ax_status binary(parser *p, const infix *op, const ax_fp_ast *left,
                        const ax_fp_ast **out) {
  ax_fp_ast *node = make(p, AX_FP_AST_BINARY, p->token.at);
  if (!node) return AX_NOMEM;
  const ax_fp_ast *right = NULL;
  node->op = op->op;
  AX_TRY(advance(p));
  if (op->precedence == PREC_TYPE) {
    node->kind = AX_FP_AST_TYPE_OP;
    AX_TRY(type_name(p, &right));
  } else {
    AX_TRY(expression(p, op->precedence + 1, &right));
  }
  *out = node;
  return adopt(p, node, left, right);
}

/* Everything that binds at least as tightly as `least`. */
static ax_status expression(parser *p, int least, const ax_fp_ast **out) {
  if (++p->nesting > AX_FP_AST_DEPTH) return too_deep(p, p->token.at);
  AX_TRY(prefix(p, out));
  for (;;) {
    const infix *op = infix_of(&p->token);
    if (!op || op->precedence < least) break;
    AX_TRY(binary(p, op, *out, out));
  }
  p->nesting--;
  return AX_OK;
}

ax_status ax_fp_parse(ax_arena *arena, ax_str source, ax_fp_program *out,
                      ax_fp_fault *fault) {
  parser p = { .arena = arena,
               .lexer = { .arena = arena, .source = source, .fault = fault } };
  if (source.len > AX_FP_SOURCE_MAX)
    return ax_fp_fault_set(fault, AX_FP_LIMIT, source, 0,
                           "the expression is longer than %d bytes",
                           AX_FP_SOURCE_MAX);
  *out = (ax_fp_program){ .source = source };
  AX_TRY(advance(&p));
  AX_TRY(expression(&p, 0, &out->root));
  if (p.token.kind != AX_FP_TOKEN_END)
    return unexpected(&p, "the end of the expression");
  return AX_OK;
}
