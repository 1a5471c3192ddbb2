/* Patients of the models of trajectory, from FHIR to results. */
#include "support/ax_model_cases.h"

#define RUN(name, file, least)                                         \
  static void name(void **state) {                                     \
    (void)state;                                                       \
    ax_model_cases_run(auspex_module_open, "plugins/trajectory/data",  \
                       "plugins/trajectory/tests/cases/" file, least); \
  }
RUN(patients_of_predict_breast, "predict-breast.txt", 14)
RUN(patients_of_predict_prostate, "predict-prostate.txt", 10)
RUN(patients_of_capra, "capra.txt", 14)
RUN(patients_of_npi, "npi.txt", 9)
RUN(patients_of_ipi, "ipi.txt", 8)
RUN(patients_of_nccn_ipi, "nccn-ipi.txt", 4)
RUN(patients_of_flipi, "flipi.txt", 5)
RUN(patients_of_mgps, "mgps.txt", 10)
RUN(patients_of_albi, "albi.txt", 8)

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(patients_of_predict_breast),
    cmocka_unit_test(patients_of_predict_prostate),
    cmocka_unit_test(patients_of_capra),
    cmocka_unit_test(patients_of_npi),
    cmocka_unit_test(patients_of_ipi),
    cmocka_unit_test(patients_of_nccn_ipi),
    cmocka_unit_test(patients_of_flipi),
    cmocka_unit_test(patients_of_mgps),
    cmocka_unit_test(patients_of_albi),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
