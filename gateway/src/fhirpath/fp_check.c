#include "fhirpath/fp_check.h"

#include "fhirpath/fp_function.h"
#include "fhirpath/fp_shape.h"
#include "fhirpath/fp_variable.h"

typedef struct {
  ax_arena *arena;
  const ax_fp_program *program;
  const ax_fp_model *model;
  const ax_fp_host *host;
  const ax_fp_type *context;
  ax_fp_fault *fault;
} checker;

enum {
  BOOLEAN = 1u << AX_FP_BOOLEAN,
  INTEGER = 1u << AX_FP_INTEGER,
  DECIMAL = 1u << AX_FP_DECIMAL,
  STRING = 1u << AX_FP_STRING,
  DATES = 1u << AX_FP_DATE | 1u << AX_FP_DATETIME,
  TIME = 1u << AX_FP_TIME,
  QUANTITY = 1u << AX_FP_QUANTITY,
  NUMBERS = INTEGER | DECIMAL,
  AMOUNTS = NUMBERS | QUANTITY
};

static ax_status shape_of(checker *c, const ax_fp_ast *node,
                          const ax_fp_shape *focus, ax_fp_shape *out);

static const ax_fp_type *type_named(const checker *c, ax_str name) {
  return c->model ? c->model->type(c->model->ctx, name) : NULL;
}

/* Resource and DomainResource stand for whatever resource is there. */
static bool is_open(const ax_fp_type *type) {
  return ax_str_eq(type->name, AX_STR("Resource")) ||
         ax_str_eq(type->name, AX_STR("DomainResource"));
}

/* --- members ---------------------------------------------------------------
 */

static ax_status add_member(checker *c, const ax_fp_type *type, ax_str name,
                            ax_fp_shape *out) {
  const ax_fp_element *element = c->model->element(c->model->ctx, type, name);
  if (!element && is_open(type)) out->unknown = true;
  for (size_t i = 0; element && i < element->type_count; i++)
    AX_TRY(ax_fp_shape_add(c->arena, out, element->types[i]));
  return AX_OK;
}

static void add_system_member(unsigned kinds, ax_str name, ax_fp_shape *out) {
  bool value = ax_str_eq(name, AX_STR("value"));
  if (kinds & QUANTITY && value) out->kinds |= DECIMAL;
  if (kinds & QUANTITY && ax_str_eq(name, AX_STR("unit"))) out->kinds |= STRING;
  if (kinds & AX_FP_SHAPE_BIT(AX_FP_TYPE_INFO) &&
      (ax_str_eq(name, AX_STR("name")) || ax_str_eq(name, AX_STR("namespace"))))
    out->kinds |= STRING;
}

static ax_status member_of(checker *c, const ax_fp_ast *node,
                           const ax_fp_shape *left, ax_fp_shape *out) {
  *out = (ax_fp_shape){ .unknown = left->unknown || !c->model,
                        .unordered = left->unordered };
  if (ax_fp_shape_is_empty(left)) return AX_OK;
  add_system_member(left->kinds, node->name, out);
  for (size_t i = 0; i < left->type_count && c->model; i++)
    AX_TRY(add_member(c, left->types[i], node->name, out));
  if (!ax_fp_shape_is_empty(out)) return AX_OK;
  return ax_fp_fault_set(c->fault, AX_FP_SEMANTIC, c->program->source, node->at,
                         AX_STR_FMT " has no element '" AX_STR_FMT "'",
                         AX_STR_ARG(ax_fp_shape_name(c->arena, left)),
                         AX_STR_ARG(node->name));
}

/* `Patient.name` where the context may be a Patient. */
static ax_status root_type(checker *c, const ax_fp_ast *node,
                           const ax_fp_type *type, const ax_fp_shape *focus,
                           ax_fp_shape *out) {
  for (size_t i = 0; i < focus->type_count; i++)
    if (ax_fp_model_is(c->model, focus->types[i], type) ||
        ax_fp_model_is(c->model, type, focus->types[i])) {
      *out = (ax_fp_shape){ .unordered = focus->unordered };
      return ax_fp_shape_add(c->arena, out,
                             ax_fp_model_is(c->model, focus->types[i], type)
                                 ? focus->types[i]
                                 : type);
    }
  *out = (ax_fp_shape){ .unordered = focus->unordered };
  if (focus->unknown) return ax_fp_shape_add(c->arena, out, type);
  return ax_fp_fault_set(c->fault, AX_FP_SEMANTIC, c->program->source, node->at,
                         "the expression begins with " AX_STR_FMT
                         ", but the context is " AX_STR_FMT,
                         AX_STR_ARG(node->name),
                         AX_STR_ARG(ax_fp_shape_name(c->arena, focus)));
}

static ax_status member(checker *c, const ax_fp_ast *node,
                        const ax_fp_shape *focus, ax_fp_shape *out) {
  ax_fp_shape left = { 0 };
  if (!node->left) {
    const ax_fp_type *type =
        node->is_type_like ? type_named(c, node->name) : NULL;
    return type ? root_type(c, node, type, focus, out)
                : member_of(c, node, focus, out);
  }
  AX_TRY(shape_of(c, node->left, focus, &left));
  return member_of(c, node, &left, out);
}

/* --- types -----------------------------------------------------------------
 */

static bool system_kind(ax_str name, ax_fp_kind *out) {
  for (int kind = AX_FP_BOOLEAN; kind < AX_FP_KIND_COUNT; kind++) {
    *out = (ax_fp_kind)kind;
    if (ax_str_eq(name, ax_str_from(ax_fp_value_kind_name(*out)))) return true;
  }
  return false;
}

static ax_status named_type(checker *c, const ax_fp_ast *type,
                            ax_fp_shape *out) {
  ax_fp_kind kind;
  *out = (ax_fp_shape){ .unknown = ax_str_eq(type->name, AX_STR("Any")) };
  bool system = ax_str_eq(type->space, AX_STR("System"));
  if ((system || !type->space.len) && system_kind(type->name, &kind))
    *out = ax_fp_shape_kind(kind);
  const ax_fp_type *fhir = system ? NULL : type_named(c, type->name);
  if (fhir) AX_TRY(ax_fp_shape_add(c->arena, out, fhir));
  if (!ax_fp_shape_is_empty(out) || system || !c->model) return AX_OK;
  return ax_fp_fault_set(c->fault, AX_FP_SEMANTIC, c->program->source, type->at,
                         "there is no type '" AX_STR_FMT "'",
                         AX_STR_ARG(type->name));
}

/* --- operators -------------------------------------------------------------
 */

static ax_status mismatch(checker *c, const ax_fp_ast *node,
                          const ax_fp_shape *a, const ax_fp_shape *b) {
  return ax_fp_fault_set(c->fault, AX_FP_SEMANTIC, c->program->source, node->at,
                         "the operator is not defined for " AX_STR_FMT
                         " and " AX_STR_FMT,
                         AX_STR_ARG(ax_fp_shape_name(c->arena, a)),
                         AX_STR_ARG(ax_fp_shape_name(c->arena, b)));
}

static unsigned sum_kinds(unsigned a, unsigned b) {
  unsigned out = 0;
  if (a & INTEGER && b & INTEGER) out |= INTEGER;
  if (a & NUMBERS && b & NUMBERS && (a | b) & DECIMAL) out |= DECIMAL;
  if (a & AMOUNTS && b & AMOUNTS && (a | b) & QUANTITY) out |= QUANTITY;
  return out;
}

static unsigned arithmetic_kinds(ax_fp_op op, unsigned a, unsigned b) {
  unsigned numbers = sum_kinds(a, b);
  unsigned moved = b & QUANTITY ? a & (DATES | TIME) : 0;
  switch ((int)op) {
  case AX_FP_OP_ADD:
    return numbers | moved | (a & b & STRING);
  case AX_FP_OP_SUBTRACT:
    return numbers | moved;
  case AX_FP_OP_MULTIPLY:
    return numbers;
  case AX_FP_OP_DIVIDE:
    return numbers & INTEGER ? (numbers & ~(unsigned)INTEGER) | DECIMAL
                             : numbers;
  case AX_FP_OP_CONCAT:
    return a & b & STRING;
  default: /* div, mod */
    return numbers & (unsigned)NUMBERS;
  }
}

static bool can_order(unsigned a, unsigned b) {
  return (a & AMOUNTS && b & AMOUNTS) || a & b & STRING ||
         (a & DATES && b & DATES) || a & b & TIME;
}

static bool is_comparison(ax_fp_op op) {
  return op == AX_FP_OP_LESS || op == AX_FP_OP_LESS_EQUAL ||
         op == AX_FP_OP_GREATER || op == AX_FP_OP_GREATER_EQUAL;
}

static bool is_arithmetic(ax_fp_op op) {
  return op <= AX_FP_OP_CONCAT;
}

static bool is_decided(const ax_fp_shape *a, const ax_fp_shape *b) {
  return !a->unknown && !b->unknown && !ax_fp_shape_is_empty(a) &&
         !ax_fp_shape_is_empty(b);
}

static ax_status arithmetic(checker *c, const ax_fp_ast *node,
                            const ax_fp_shape *a, const ax_fp_shape *b,
                            ax_fp_shape *out) {
  *out =
      (ax_fp_shape){ .kinds = arithmetic_kinds(node->op, ax_fp_shape_kinds(a),
                                               ax_fp_shape_kinds(b)),
                     .unknown = !is_decided(a, b) };
  return out->kinds || out->unknown ? AX_OK : mismatch(c, node, a, b);
}

static ax_status binary(checker *c, const ax_fp_ast *node,
                        const ax_fp_shape *focus, ax_fp_shape *out) {
  ax_fp_shape a = { 0 }, b = { 0 };
  AX_TRY(shape_of(c, node->left, focus, &a));
  AX_TRY(shape_of(c, node->right, focus, &b));
  if (is_arithmetic(node->op)) return arithmetic(c, node, &a, &b, out);
  if (node->op == AX_FP_OP_UNION) {
    *out = a;
    return ax_fp_shape_merge(c->arena, out, &b);
  }
  *out = ax_fp_shape_kind(AX_FP_BOOLEAN);
  if (is_comparison(node->op) && is_decided(&a, &b) &&
      !can_order(ax_fp_shape_kinds(&a), ax_fp_shape_kinds(&b)))
    return mismatch(c, node, &a, &b);
  return AX_OK;
}

static ax_status polarity(checker *c, const ax_fp_ast *node,
                          const ax_fp_shape *focus, ax_fp_shape *out) {
  AX_TRY(shape_of(c, node->left, focus, out));
  if (!is_decided(out, out) || ax_fp_shape_kinds(out) & AMOUNTS) return AX_OK;
  return mismatch(c, node, out, out);
}

static ax_status type_operator(checker *c, const ax_fp_ast *node,
                               const ax_fp_shape *focus, ax_fp_shape *out) {
  ax_fp_shape left = { 0 };
  AX_TRY(shape_of(c, node->left, focus, &left));
  AX_TRY(named_type(c, node->right, out));
  out->unordered = left.unordered;
  if (node->op == AX_FP_OP_IS) *out = ax_fp_shape_kind(AX_FP_BOOLEAN);
  return AX_OK;
}

/* --- functions -------------------------------------------------------------
 */

static unsigned wanted_kinds(char want) {
  return want == 's'                  ? STRING
         : want == 'i' || want == 'j' ? INTEGER
         : want == 'n'                ? NUMBERS
         : want == 'q'                ? AMOUNTS
                                      : 0;
}

static ax_status check_kind(checker *c, const ax_fp_ast *node, char want,
                            const ax_fp_shape *shape) {
  unsigned kinds = wanted_kinds(want);
  if (!kinds || !is_decided(shape, shape) || ax_fp_shape_kinds(shape) & kinds)
    return AX_OK;
  return ax_fp_fault_set(c->fault, AX_FP_SEMANTIC, c->program->source, node->at,
                         AX_STR_FMT "() is not defined for " AX_STR_FMT,
                         AX_STR_ARG(node->name),
                         AX_STR_ARG(ax_fp_shape_name(c->arena, shape)));
}

static ax_status check_order(checker *c, const ax_fp_ast *node,
                             const ax_fp_shape *input) {
  static const char *const names[] = { "first", "last", "tail", "skip",
                                       "take" };
  bool needs = node->kind == AX_FP_AST_ITEM;
  for (size_t i = 0; i < AX_COUNT(names); i++)
    if (ax_str_eq(node->name, ax_str_from(names[i]))) needs = true;
  if (!needs || !input->unordered) return AX_OK;
  return ax_fp_fault_set(c->fault, AX_FP_SEMANTIC, c->program->source, node->at,
                         "the order of children() and descendants() has no "
                         "meaning, so items cannot be picked by it");
}

/* Checks the arguments; `*last` is what the last one gives. */
static ax_status check_args(checker *c, const ax_fp_ast *node,
                            const ax_fp_shape *focus, const ax_fp_shape *input,
                            ax_fp_shape *last) {
  for (size_t i = 0; i < node->arg_count; i++) {
    char kind = ax_fp_function_arg(node->function, i);
    const ax_fp_ast *arg = node->args[i];
    ax_fp_shape shape = { 0 };
    if (kind == 't') {
      AX_TRY(named_type(c, arg, &shape));
    } else {
      bool turned = kind == 'o' && arg->kind == AX_FP_AST_NEGATE;
      bool lambda = kind == 'e' || kind == 'o';
      AX_TRY(shape_of(c, turned ? arg->left : arg, lambda ? input : focus,
                      &shape));
      AX_TRY(check_kind(c, node, kind, &shape));
    }
    /* iif() gives either branch. */
    if (node->function->run == ax_fp_conversion_iif && i == 2)
      AX_TRY(ax_fp_shape_merge(c->arena, &shape, last));
    *last = shape;
  }
  return AX_OK;
}

static ax_fp_kind result_kind(char letter) {
  static const char letters[] = "bidsDTMQ";
  static const ax_fp_kind kinds[] = { AX_FP_BOOLEAN, AX_FP_INTEGER,
                                      AX_FP_DECIMAL, AX_FP_STRING,
                                      AX_FP_DATE,    AX_FP_DATETIME,
                                      AX_FP_TIME,    AX_FP_QUANTITY };
  for (size_t i = 0; letters[i]; i++)
    if (letters[i] == letter) return kinds[i];
  return AX_FP_NODE;
}

/* Results that the table's letter does not tell. */
static ax_status special_result(checker *c, const ax_fp_ast *node,
                                const ax_fp_shape *input,
                                const ax_fp_shape *last, ax_fp_shape *out) {
  *out = ax_fp_shape_unknown();
  if (node->function->run == ax_fp_conversion_iif) {
    *out = *last;
  } else if (node->function->run == ax_fp_types_type) {
    *out = ax_fp_shape_kind(AX_FP_TYPE_INFO);
  } else if (node->function->run == ax_fp_fhir_get_value && !input->unknown) {
    *out = (ax_fp_shape){ .kinds = ax_fp_shape_kinds(input) };
  } else if (node->function->run == ax_fp_fhir_extension && c->model) {
    const ax_fp_type *type = type_named(c, AX_STR("Extension"));
    *out = (ax_fp_shape){ .unknown = !type };
    if (type) AX_TRY(ax_fp_shape_add(c->arena, out, type));
  }
  return AX_OK;
}

static ax_status result_of(checker *c, const ax_fp_ast *node,
                           const ax_fp_shape *input, const ax_fp_shape *last,
                           ax_fp_shape *out) {
  const char *letter = node->function->result;
  switch (letter[0]) {
  case '*':
    *out = *input;
    break;
  case 'u':
    *out = *input;
    AX_TRY(ax_fp_shape_merge(c->arena, out, last));
    break;
  case 'a':
  case 't':
    *out = *last;
    out->unordered |= input->unordered;
    break;
  case 'n':
    *out = (ax_fp_shape){ .kinds = NUMBERS };
    break;
  case 'x':
    AX_TRY(special_result(c, node, input, last, out));
    break;
  default:
    *out = ax_fp_shape_kind(result_kind(letter[0]));
  }
  if (letter[1] == '-') out->unordered = true;
  if (node->function->run == ax_fp_sort_sort) out->unordered = false;
  return AX_OK;
}

static ax_status call(checker *c, const ax_fp_ast *node,
                      const ax_fp_shape *focus, ax_fp_shape *out) {
  ax_fp_shape input = *focus, last = { 0 };
  if (node->left) AX_TRY(shape_of(c, node->left, focus, &input));
  AX_TRY(check_kind(c, node, node->function->input[0], &input));
  AX_TRY(check_order(c, node, &input));
  AX_TRY(check_args(c, node, focus, &input, &last));
  return result_of(c, node, &input, &last, out);
}

/* --- the rest --------------------------------------------------------------
 */

static ax_status variable(checker *c, const ax_fp_ast *node, ax_fp_shape *out) {
  ax_str name = node->name;
  bool resource = ax_str_eq(name, AX_STR("resource"));
  *out = ax_fp_shape_unknown();
  if (ax_str_eq(name, AX_STR("context")) ||
      (resource && c->context && c->context->is_resource)) {
    *out = (ax_fp_shape){ .unknown = !c->context };
    return c->context ? ax_fp_shape_add(c->arena, out, c->context) : AX_OK;
  }
  if (resource || ax_str_eq(name, AX_STR("rootResource"))) return AX_OK;
  if (ax_fp_variable_known(name)) {
    *out = ax_fp_shape_kind(AX_FP_STRING);
    return AX_OK;
  }
  if (c->host && c->host->variable) return AX_OK;
  return ax_fp_fault_set(c->fault, AX_FP_SEMANTIC, c->program->source, node->at,
                         "nobody gives a value to the variable %%" AX_STR_FMT,
                         AX_STR_ARG(name));
}

static ax_status item(checker *c, const ax_fp_ast *node,
                      const ax_fp_shape *focus, ax_fp_shape *out) {
  ax_fp_shape index = { 0 };
  AX_TRY(shape_of(c, node->left, focus, out));
  AX_TRY(check_order(c, node, out));
  AX_TRY(shape_of(c, node->right, focus, &index));
  if (!is_decided(&index, &index) || ax_fp_shape_kinds(&index) & INTEGER)
    return AX_OK;
  return ax_fp_fault_set(c->fault, AX_FP_SEMANTIC, c->program->source,
                         node->right->at, "an index is an Integer");
}

static ax_status shape_of(checker *c, const ax_fp_ast *node,
                          const ax_fp_shape *focus, ax_fp_shape *out) {
  *out = (ax_fp_shape){ .unknown = false };
  switch (node->kind) {
  case AX_FP_AST_EMPTY:
  case AX_FP_AST_TYPE_NAME:
    return AX_OK;
  case AX_FP_AST_LITERAL:
    *out = ax_fp_shape_kind(node->literal.kind);
    return AX_OK;
  case AX_FP_AST_THIS:
    *out = *focus;
    return AX_OK;
  case AX_FP_AST_INDEX:
    *out = ax_fp_shape_kind(AX_FP_INTEGER);
    return AX_OK;
  case AX_FP_AST_TOTAL:
    *out = ax_fp_shape_unknown();
    return AX_OK;
  case AX_FP_AST_VARIABLE:
    return variable(c, node, out);
  case AX_FP_AST_MEMBER:
    return member(c, node, focus, out);
  case AX_FP_AST_CALL:
    return call(c, node, focus, out);
  case AX_FP_AST_ITEM:
    return item(c, node, focus, out);
  case AX_FP_AST_NEGATE:
  case AX_FP_AST_PLUS:
    return polarity(c, node, focus, out);
  case AX_FP_AST_BINARY:
    return binary(c, node, focus, out);
  case AX_FP_AST_TYPE_OP:
    return type_operator(c, node, focus, out);
  }
  return AX_INVALID;
}

ax_status ax_fp_check(ax_arena *arena, const ax_fp_program *program,
                      const ax_fp_model *model, const ax_fp_type *context,
                      const ax_fp_host *host, ax_fp_fault *fault) {
  ax_fp_fault unwanted = { .status = AX_OK };
  checker c = { .arena = arena,
                .program = program,
                .model = model,
                .host = host,
                .context = context,
                .fault = fault ? fault : &unwanted };
  ax_fp_shape focus = { .unknown = !context }, result;
  if (context) AX_TRY(ax_fp_shape_add(arena, &focus, context));
  return shape_of(&c, program->root, &focus, &result);
}
