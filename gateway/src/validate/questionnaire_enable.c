#include "validate/questionnaire.h"

typedef struct {
  ax_questionnaire_form *form;
  ax_str operator;
  const ax_json *wanted;
  bool found, answered, holds;
} condition;

static bool is_operator(const condition *c, const char *name) {
  return ax_str_eq(c->operator, ax_str_from(name));
}

static bool answer_holds(const condition *c, const ax_json *value) {
  int order = 0;
  if (is_operator(c, "=")) return ax_questionnaire_same(value, c->wanted);
  if (is_operator(c, "!=")) return !ax_questionnaire_same(value, c->wanted);
  if (!ax_questionnaire_compare(value, c->wanted, &order)) return false;
  return (is_operator(c, ">") && order > 0) ||
         (is_operator(c, "<") && order < 0) ||
         (is_operator(c, ">=") && order >= 0) ||
         (is_operator(c, "<=") && order <= 0);
}

static void look_at_answers(condition *c, const ax_json *item) {
  const ax_json *answers = AX_JSON_GET(item, "answer");
  c->found = true;
  for (size_t i = 0; i < ax_json_count(answers); i++) {
    const ax_json *value = ax_questionnaire_choice(ax_json_item(answers, i),
                                                   AX_STR("value"), NULL);
    if (!value) continue;
    c->answered = true;
    c->holds = c->holds || answer_holds(c, value);
  }
}

/* All items `link` under `node`; as deep as the document nests. */
static void search(condition *c, const ax_json *node, ax_str link) {
  const ax_json *items = AX_JSON_GET(node, "item");
  const ax_json *answers = AX_JSON_GET(node, "answer");
  for (size_t i = 0; i < ax_json_count(items) && c->form->steps; i++) {
    const ax_json *item = ax_json_item(items, i);
    c->form->steps--;
    if (ax_str_eq(AX_JSON_STR(item, "linkId"), link)) look_at_answers(c, item);
    search(c, item, link);
  }
  for (size_t i = 0; i < ax_json_count(answers) && c->form->steps; i++) {
    c->form->steps--;
    search(c, ax_json_item(answers, i), link);
  }
}

/* The nearest question of that linkId counts: the one in the same repetition of
 * a group before those further out. */
static bool condition_holds(ax_questionnaire_form *form, const ax_json *when,
                            const ax_place *parent) {
  condition c = { .form = form, .operator= AX_JSON_STR(when, "operator") };
  c.wanted = ax_questionnaire_choice(when, AX_STR("answer"), NULL);
  for (const ax_place *p = parent; p && !c.found; p = p->up) {
    if (ax_str_eq(AX_JSON_STR(p->value, "linkId"),
                  AX_JSON_STR(when, "question")))
      look_at_answers(&c, p->value);
    else
      search(&c, p->value, AX_JSON_STR(when, "question"));
    if (p->value == form->response) break;
  }
  if (is_operator(&c, "exists"))
    return c.answered == (c.wanted && c.wanted->truth);
  return c.holds;
}

bool ax_questionnaire_enabled(ax_questionnaire_form *form, const ax_json *item,
                              const ax_place *parent) {
  const ax_json *when = AX_JSON_GET(item, "enableWhen");
  bool all = ax_str_eq(AX_JSON_STR(item, "enableBehavior"), AX_STR("all"));
  size_t count = ax_json_count(when);
  if (count == 0) return true;
  for (size_t i = 0; i < count; i++) {
    bool holds = condition_holds(form, ax_json_item(when, i), parent);
    if (form->steps == 0) return true;
    if (holds != all) return holds;
  }
  return all;
}
