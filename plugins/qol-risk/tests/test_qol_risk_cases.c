/* Patients of the models of qol-risk, from FHIR to results. */
#include "support/ax_model_cases.h"

#define RUN(name, file, least)                                       \
  static void name(void **state) {                                   \
    (void)state;                                                     \
    ax_model_cases_run(auspex_module_open, "plugins/qol-risk/data",  \
                       "plugins/qol-risk/tests/cases/" file, least); \
  }
RUN(patients_of_eq5d5l, "eq5d5l.txt", 9)
RUN(patients_of_screeners, "screeners.txt", 8)
RUN(patients_of_bss_canto, "bss-canto.txt", 8)
RUN(patients_of_ctcae_labs, "ctcae-labs.txt", 10)
RUN(patients_of_lipi, "lipi.txt", 8)
RUN(patients_of_khorana, "khorana.txt", 10)
RUN(patients_of_mascc, "mascc.txt", 9)

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(patients_of_eq5d5l),
    cmocka_unit_test(patients_of_screeners),
    cmocka_unit_test(patients_of_bss_canto),
    cmocka_unit_test(patients_of_ctcae_labs),
    cmocka_unit_test(patients_of_lipi),
    cmocka_unit_test(patients_of_khorana),
    cmocka_unit_test(patients_of_mascc),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
