/* Patients of the models of early-diagnosis, from FHIR to results. */
#include "support/ax_model_cases.h"

#define RUN(name, file, least)                                              \
  static void name(void **state) {                                          \
    (void)state;                                                            \
    ax_model_cases_run(auspex_module_open, "plugins/early-diagnosis/data",  \
                       "plugins/early-diagnosis/tests/cases/" file, least); \
  }
RUN(patients_of_endpac, "endpac.txt", 8)
RUN(patients_of_germline_pancreas, "germline-pancreas.txt", 9)
RUN(patients_of_plcom2012, "plcom2012.txt", 13)
RUN(patients_of_brock_nodule, "brock-nodule.txt", 11)
RUN(patients_of_pbcg, "pbcg-extended-2022.txt", 14)

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(patients_of_endpac),
    cmocka_unit_test(patients_of_germline_pancreas),
    cmocka_unit_test(patients_of_plcom2012),
    cmocka_unit_test(patients_of_brock_nodule),
    cmocka_unit_test(patients_of_pbcg),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
