#include "report/report_form.h"

void ax_report_form_totals(const ax_report_view *view,
                           ax_report_total out[AX_REPORT_FORM_TOTALS]) {
  const ax_report_total totals[AX_REPORT_FORM_TOTALS] = {
    { AX_STR("scripts"), &view->totals.scripts },
    { AX_STR("cases"), &view->case_counts },
    { AX_STR("tests"), &view->totals.tests },
    { AX_STR("asserts"), &view->totals.asserts },
    { AX_STR("operations"), &view->totals.operations },
  };
  for (size_t i = 0; i < AX_REPORT_FORM_TOTALS; i++) out[i] = totals[i];
}
