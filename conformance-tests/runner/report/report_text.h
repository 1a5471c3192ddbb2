/*
 * report_text.h - what the forms of report share: foreign bytes made harmless,
 * durations, the curl line of a request.
 *
 * Whatever comes in (bodies of a target, a script's words) may be any bytes:
 * what goes out is UTF-8 that the form in question can hold.
 *
 * Threads: any; no state.
 */
#ifndef AX_REPORT_REPORT_TEXT_H
#define AX_REPORT_REPORT_TEXT_H

#include "base/buf.h"
#include "run/result.h"
#include "json/json_write.h"

/* Text of an XML or HTML element. Bytes that are no UTF-8 and characters that
 * XML 1.0 has no place for become U+FFFD. */
void ax_report_text_xml(ax_buf *out, ax_str text);

/* The same for a value between double quotes: line breaks and tabs stay. */
void ax_report_text_attribute(ax_buf *out, ax_str text);

/* A FHIR string: without control characters but tab and line breaks. */
void ax_report_text_fhir(ax_buf *out, ax_str text);

/* Text for a terminal: control characters are shown (\x1b), never obeyed; each
 * line behind the first begins with `indent` blanks. */
void ax_report_text_plain(ax_buf *out, ax_str text, unsigned indent);

/* On one line, at most `max` bytes, as ax_report_text_plain. */
void ax_report_text_line(ax_buf *out, ax_str text, size_t max);

/* A JSON string (with quotes), which is a YAML string as well. */
void ax_report_text_json(ax_buf *out, ax_str text);

/* The same as a value of a writer, or as a member where it is not empty. */
void ax_report_text_value(ax_json_writer *w, ax_str text);
void ax_report_text_member(ax_json_writer *w, ax_str key, ax_str text);

/* "1.234", seconds. */
void ax_report_text_seconds(ax_buf *out, int64_t us);

/*
 * A line for a shell that sends the request again. Masked credentials become
 * "$TOKEN" for the shell to fill in. A body longer than `body_max`, one that
 * was not kept whole, or one that a shell cannot hold is named instead:
 * --data-binary @body.
 */
void ax_report_text_curl(ax_buf *out, const ax_result_exchange *exchange,
                         size_t body_max);

/* What stands for a secret, and what ends a text that was not kept whole. */
#define AX_REPORT_TEXT_MASK "***"
#define AX_REPORT_TEXT_CUT " bytes more were not kept]"

#endif
