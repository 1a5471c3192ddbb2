/*
 * report_page.h - the fixed parts of the HTML report: its style and its script,
 * as they stand between the tags. The page's policy allows these two, by their
 * digest, and nothing else.
 */
#ifndef AX_REPORT_REPORT_PAGE_H
#define AX_REPORT_REPORT_PAGE_H

#include "base/str.h"

extern const ax_str ax_report_page_style;
extern const ax_str ax_report_page_script;

#endif
