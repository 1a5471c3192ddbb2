/*
 * intake_rules.h - who and what automatic scoring leaves out, as far as it is
 * decided before a model is asked (design rule 3). Pure.
 */
#ifndef AX_INTAKE_INTAKE_RULES_H
#define AX_INTAKE_INTAKE_RULES_H

#include "fhir/fhir_fact.h"

/* Why this patient is never scored (a literal), or NULL: the PATIENT facts
 * decide, and without one there is no Patient. */
const char *ax_intake_rules_exempt(const ax_facts *facts);

/* `facts` without those whose focus is somebody else, in place. */
void ax_intake_rules_own(ax_facts *facts);

#endif
