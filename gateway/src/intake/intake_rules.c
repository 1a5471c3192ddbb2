#include "intake/intake_rules.h"

void ax_intake_rules_own(ax_facts *facts) {
  size_t kept = 0;
  for (size_t i = 0; i < facts->count; i++)
    if (!(facts->items[i].flags & AX_FACT_HAS_FOCUS))
      facts->items[kept++] = facts->items[i];
  facts->count = kept;
}

const char *ax_intake_rules_exempt(const ax_facts *facts) {
  bool known = false;
  unsigned flags = 0;
  for (size_t i = 0; i < facts->count; i++) {
    const ax_fact *fact = &facts->items[i];
    if (fact->kind != AX_FACT_PATIENT) continue;
    known = true;
    flags |= fact->flags;
  }
  if (!known) return "the Patient is not stored";
  if (flags & AX_FACT_PATIENT_DECEASED) return "the patient is deceased";
  if (flags & AX_FACT_PATIENT_INACTIVE) return "the Patient is inactive";
  if (flags & AX_FACT_PATIENT_REPLACED) return "the Patient was replaced";
  if (flags & AX_FACT_TEST_DATA) return "the Patient is test data";
  return NULL;
}
