/*
 * intake_lines.h - NDJSON: one resource in each line, all of one type.
 *
 * Lines are taken in windows of some hundred, each with a memory of its own
 * and one commit, so that what a load needs does not grow with its length
 * (beyond the body itself). A window has its own record under the request's
 * key: a load that broke off goes on where it stopped, and finding that place
 * does not grow with its length either. Windows are stored in their order, each
 * while the next one is read and validated.
 *
 * Threads: the request's, and a short-lived one that stores for it.
 */
#ifndef AX_INTAKE_INTAKE_LINES_H
#define AX_INTAKE_INTAKE_LINES_H

#include "base/str.h"

/* A walk over lines. Starts as { text }. */
typedef struct {
  ax_str text;
  size_t at;     /* the byte behind the line */
  size_t number; /* of the line, from 1 */
} ax_intake_lines;

/* The next line that is not blank, without its end (LF or CR LF) and the
 * blanks around it; false: there is none. */
bool ax_intake_lines_next(ax_intake_lines *lines, ax_str *line);

#endif
