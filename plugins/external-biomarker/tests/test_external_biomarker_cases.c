/* Patients of external-biomarker, from FHIR to results. */
#include "support/ax_model_cases.h"

static void patients_of_external_biomarker(void **state) {
  (void)state;
  ax_model_cases_run(auspex_module_open, "plugins/external-biomarker/tests",
                     "plugins/external-biomarker/tests/cases/"
                     "external-biomarker.txt",
                     6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(patients_of_external_biomarker),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
