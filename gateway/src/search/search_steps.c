#include "search/search_steps.h"

#include <string.h>

ax_str ax_search_steps_root(const ax_fp_ast *branch) {
  while (branch) {
    if (branch->kind == AX_FP_AST_MEMBER && !branch->left) return branch->name;
    if (branch->kind != AX_FP_AST_MEMBER && branch->kind != AX_FP_AST_CALL &&
        branch->kind != AX_FP_AST_TYPE_OP && branch->kind != AX_FP_AST_ITEM &&
        branch->kind != AX_FP_AST_BINARY)
      break;
    branch = branch->left;
  }
  return AX_STR("");
}

static bool push(ax_search_walk *w, ax_search_step_kind kind, ax_str name,
                 ax_str value) {
  if (w->count == AX_SEARCH_STEPS) return false;
  w->steps[w->count++] = (ax_search_step){ kind, name, value };
  return true;
}

static bool is_root(const ax_search_walk *w, const ax_fp_ast *node) {
  return node->kind == AX_FP_AST_MEMBER && !node->left &&
         (ax_str_eq(node->name, w->type) ||
          ax_str_eq(node->name, AX_STR("Resource")) ||
          ax_str_eq(node->name, AX_STR("DomainResource")));
}

/* --- members ---------------------------------------------------------------
 */

static bool member(ax_search_walk *w, ax_str name) {
  const ax_fp_element *element = NULL;
  if (w->is_choice) return false; /* through a choice of unknown type */
  if (w->at && w->model)
    element = w->model->element(w->model->ctx, w->at, name);
  if (w->at && w->model && !element) return false;
  w->at = NULL;
  if (!element) {
    w->fhir_path = AX_STR("");
    return push(w, AX_SEARCH_EITHER, name, AX_STR(""));
  }
  w->is_choice = element->is_choice;
  if (!element->is_choice && element->type_count == 1)
    w->at = element->types[0];
  if (w->fhir_path.len)
    w->fhir_path = AX_JOIN(w->arena, w->fhir_path, AX_STR("."), name);
  return push(w, element->is_choice ? AX_SEARCH_CHOICE : AX_SEARCH_MEMBER, name,
              AX_STR(""));
}

/* "value" as Quantity is the member "valueQuantity". */
static bool as_type(ax_search_walk *w, ax_str type) {
  if (w->count == 0) return false;
  ax_search_step *last = &w->steps[w->count - 1];
  bool choice =
      last->kind == AX_SEARCH_CHOICE || last->kind == AX_SEARCH_EITHER;
  if (!choice) return false;
  if (ax_str_eq(type, AX_STR("DateTime"))) type = AX_STR("dateTime");
  char *text = AX_NEW_ARRAY(w->arena, char, last->name.len + type.len + 1);
  if (!text) {
    w->status = AX_NOMEM;
    return false;
  }
  memcpy(text, last->name.ptr, last->name.len);
  memcpy(text + last->name.len, type.ptr, type.len);
  char *first = &text[last->name.len];
  if (*first >= 'a' && *first <= 'z') *first = (char)(*first - 32);
  *last = (ax_search_step){ AX_SEARCH_MEMBER,
                            { text, last->name.len + type.len },
                            AX_STR("") };
  w->is_choice = false;
  w->fhir_path = AX_STR("");
  w->at = w->model ? w->model->type(w->model->ctx, type) : NULL;
  return true;
}

/* The type behind `is` or `as`. */
static ax_str type_of(const ax_fp_ast *node) {
  if (node->kind == AX_FP_AST_CALL) return node->args[0]->name;
  return node->name.len || !node->right ? node->name : node->right->name;
}

/* --- where(...) ------------------------------------------------------------
 */

/* resolve() is Patient */
static bool target(ax_search_walk *w, const ax_fp_ast *test) {
  const ax_fp_ast *call = test->left;
  if (!call || call->kind != AX_FP_AST_CALL || call->left ||
      !ax_str_eq(call->name, AX_STR("resolve")))
    return false;
  return push(w, AX_SEARCH_TARGET, type_of(test), AX_STR(""));
}

/* system = 'phone' */
static bool equals(ax_search_walk *w, const ax_fp_ast *test) {
  const ax_fp_ast *name = test->left, *value = test->right;
  if (name->kind != AX_FP_AST_MEMBER || name->left ||
      value->kind != AX_FP_AST_LITERAL || value->literal.kind != AX_FP_STRING)
    return false;
  return push(w, AX_SEARCH_EQUALS, name->name, value->literal.u.text);
}

static bool where(ax_search_walk *w, const ax_fp_ast *test) {
  if (test->kind == AX_FP_AST_TYPE_OP && test->op == AX_FP_OP_IS)
    return target(w, test);
  if (test->kind == AX_FP_AST_BINARY && test->op == AX_FP_OP_EQUAL)
    return equals(w, test);
  return false;
}

static bool call(ax_search_walk *w, const ax_fp_ast *node) {
  if (node->arg_count != 1) return false;
  const ax_fp_ast *arg = node->args[0];
  if (ax_str_eq(node->name, AX_STR("as")) ||
      ax_str_eq(node->name, AX_STR("ofType")))
    return arg->kind == AX_FP_AST_TYPE_NAME && as_type(w, arg->name);
  if (ax_str_eq(node->name, AX_STR("where"))) return where(w, arg);
  if (!ax_str_eq(node->name, AX_STR("extension")) ||
      arg->kind != AX_FP_AST_LITERAL || arg->literal.kind != AX_FP_STRING ||
      w->is_choice)
    return false;
  w->at = w->model ? w->model->type(w->model->ctx, AX_STR("Extension")) : NULL;
  w->fhir_path = AX_STR("");
  return push(w, AX_SEARCH_EXTENSION, arg->literal.u.text, AX_STR(""));
}

/* The depth is the parser's. */
static bool walk(ax_search_walk *w, const ax_fp_ast *node) {
  if (is_root(w, node)) {
    w->at = w->model ? w->model->type(w->model->ctx, w->type) : NULL;
    w->fhir_path = w->type;
    return true;
  }
  if (!node->left || !walk(w, node->left)) return false;
  if (node->kind == AX_FP_AST_MEMBER) return member(w, node->name);
  if (node->kind == AX_FP_AST_CALL) return call(w, node);
  return node->kind == AX_FP_AST_TYPE_OP && node->op == AX_FP_OP_AS &&
         as_type(w, type_of(node));
}

bool ax_search_steps_of(ax_search_walk *w, const ax_fp_ast *branch) {
  return walk(w, branch) && w->status == AX_OK;
}
