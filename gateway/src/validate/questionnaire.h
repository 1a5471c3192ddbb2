/*
 * questionnaire.h - a QuestionnaireResponse against its Questionnaire (R4
 * questionnaireresponse.html). check_questionnaire.c walks the items; what one
 * answer may be, and whether a question is asked at all, stand beside it.
 *
 * Threads: a form belongs to one walk.
 */
#ifndef AX_VALIDATE_QUESTIONNAIRE_H
#define AX_VALIDATE_QUESTIONNAIRE_H

#include "validate/walk.h"

typedef struct {
  ax_walk *walk;
  const ax_json *response;
  const ax_json *questionnaire;
  bool finished; /* completed or amended: required answers must be there */
  size_t steps;  /* how many items enableWhen may still look at */
} ax_questionnaire_form;

/* Is the question `item` asked (enableWhen, enableBehavior)? `parent` is where
 * its answers stand. Questions that are too many to look at are asked. */
bool ax_questionnaire_enabled(ax_questionnaire_form *form, const ax_json *item,
                              const ax_place *parent);

/* Reports what is wrong with one answer to `item`. */
void ax_questionnaire_value(ax_questionnaire_form *form, const ax_json *item,
                            const ax_place *answer);

/* What extensions of the item demand (questionnaire_rules.c): of one value, of
 * all answers together, of the text beside them; and the constraints of the
 * form or of an item on what stands at `at`. */
void ax_questionnaire_rules_value(const ax_questionnaire_form *form,
                                  const ax_json *item, const ax_place *at);
void ax_questionnaire_rules_item(const ax_questionnaire_form *form,
                                 const ax_json *item, const ax_place *at);
void ax_questionnaire_rules_text(const ax_questionnaire_form *form,
                                 const ax_json *item, const ax_place *at);
void ax_questionnaire_rules_constraints(const ax_questionnaire_form *form,
                                        const ax_json *level,
                                        const ax_place *at);

/* The member that begins with `prefix` ("value" of valueString) and what
 * follows it ("String"); NULL: none. */
const ax_json *ax_questionnaire_choice(const ax_json *object, ax_str prefix,
                                       ax_str *type);

/* The value of the `i`th extension `url` of a Questionnaire's item, or NULL.
 * `url` is what follows http://hl7.org/fhir/StructureDefinition/. */
const ax_json *ax_questionnaire_extension(const ax_json *item, ax_str url,
                                          size_t i);

/* Orders two values of one kind: numbers, dates, times, and Quantities whose
 * units can be converted; false: they cannot be compared. */
bool ax_questionnaire_compare(const ax_json *a, const ax_json *b, int *order);

/* Are both the same answer? Codings are compared by system and code. */
bool ax_questionnaire_same(const ax_json *a, const ax_json *b);

#endif
