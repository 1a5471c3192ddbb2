/*
 * log.h - structured lines on standard error: one event name and typed fields.
 *
 *     ax_log_event(AX_LOG_WARN, "worker_died",
 *                  ax_log_str("module", AX_STR("qol-risk")),
 *                  ax_log_int("signal", 11));
 *     -> 2026-11-23T20:41:00.123Z warn worker_died module=qol-risk signal=11
 *
 * At least one field. No field type takes a document: nothing about a patient
 * gets into a log. A string field is cut at 200 bytes and its control
 * characters are escaped. Threads: any; a line is written with one write().
 */
#ifndef AX_BASE_LOG_H
#define AX_BASE_LOG_H

#include <stdint.h>

#include "base/str.h"

typedef enum {
  AX_LOG_ERROR,
  AX_LOG_WARN,
  AX_LOG_INFO,
  AX_LOG_DEBUG
} ax_log_level;

typedef struct {
  const char *name;
  enum { AX_LOG_FIELD_END, AX_LOG_FIELD_STR, AX_LOG_FIELD_INT } kind;
  ax_str text;
  int64_t number;
} ax_log_field;

ax_log_field ax_log_str(const char *name, ax_str value);
ax_log_field ax_log_int(const char *name, int64_t value);

#define ax_log_event(level, event, ...) \
  ax_log_write((level), (event), (const ax_log_field[]){ __VA_ARGS__, { 0 } })

void ax_log_write(ax_log_level level, const char *event,
                  const ax_log_field *fields);

/* Lines above `level` are dropped from now on (default INFO). The one piece of
 * process-wide state here; set it before threads start. */
void ax_log_set_level(ax_log_level level);

#endif
