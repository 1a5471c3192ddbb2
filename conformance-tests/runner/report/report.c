#include "report/report.h"

#include "report/report_form.h"

static const struct {
  ax_str name;
  const char *file;
  ax_status (*write)(const ax_report_view *view, ax_buf *out);
} forms[] = {
  [AX_REPORT_CONSOLE] = { AX_STR_INIT("console"), "report.txt",
                          ax_report_console_write },
  [AX_REPORT_JSON] = { AX_STR_INIT("json"), "report.json",
                       ax_report_json_write },
  [AX_REPORT_JUNIT] = { AX_STR_INIT("junit"), "junit.xml",
                        ax_report_junit_write },
  [AX_REPORT_TAP] = { AX_STR_INIT("tap"), "report.tap", ax_report_tap_write },
  [AX_REPORT_HTML] = { AX_STR_INIT("html"), "report.html",
                       ax_report_html_write },
  [AX_REPORT_TESTREPORT] = { AX_STR_INIT("testreport"), "testreport.json",
                             ax_report_testreport_write },
};

bool ax_report_named(ax_str name, ax_report_form *out) {
  for (size_t i = 0; i < AX_COUNT(forms); i++) {
    if (!ax_str_eq(name, forms[i].name)) continue;
    *out = (ax_report_form)i;
    return true;
  }
  return false;
}

const char *ax_report_file(ax_report_form form) {
  return forms[form].file;
}

ax_status ax_report_write(ax_report_form form, const ax_result_run *run,
                          bool colours, ax_arena *arena, ax_buf *out,
                          ax_error *err) {
  ax_report_view view = { .run = run,
                          .totals = ax_result_count(run),
                          .colours = colours,
                          .arena = arena };
  ax_status status = ax_report_case_all(run, arena, &view.cases);
  if (!status) {
    view.case_counts = ax_report_case_count(&view.cases);
    status = forms[form].write(&view, out);
  }
  if (!status) status = out->status;
  if (!status) return AX_OK;
  return ax_error_set(err, status, "the %.*s report cannot be written: %s",
                      AX_STR_ARG(forms[form].name),
                      status == AX_TOO_LARGE ? "it is too large"
                                             : "there is not enough memory");
}
