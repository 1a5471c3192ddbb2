/*
 * json_write.h - the only place that turns values into JSON text.
 *
 * Commas, quotes and escapes are the writer's business. Mistakes a program can
 * make (a value without a key, an unclosed array) are caught by assertion in
 * every test run. What the data can cause (nesting too deep, a full buffer) is
 * a sticky failure instead: check ax_json_write_end() once.
 *
 *     ax_json_writer w = ax_json_write_begin(&body);
 *     ax_json_write_object(&w);
 *     ax_json_write_key(&w, AX_STR("resourceType"));
 *     ax_json_write_str(&w, AX_STR("RiskAssessment"));
 *     ax_json_write_close(&w);
 *     return ax_json_write_end(&w);
 */
#ifndef AX_JSON_JSON_WRITE_H
#define AX_JSON_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "json/json.h"

enum { AX_JSON_WRITE_DEPTH = 160 };

typedef struct {
  ax_buf *out;
  unsigned depth;
  uint8_t in_object[AX_JSON_WRITE_DEPTH]; /* is the container an object? */
  uint8_t not_first[AX_JSON_WRITE_DEPTH]; /* has it had a member? */
  bool after_key;
} ax_json_writer;

ax_json_writer ax_json_write_begin(ax_buf *out);
void ax_json_write_object(ax_json_writer *w);
void ax_json_write_array(ax_json_writer *w);
void ax_json_write_close(ax_json_writer *w);
void ax_json_write_key(ax_json_writer *w, ax_str key);
void ax_json_write_str(ax_json_writer *w, ax_str value);

/* Writes a number as the digits it came with: FHIR decimals keep "1.50". */
void ax_json_write_number(ax_json_writer *w, ax_str digits);

void ax_json_write_bool(ax_json_writer *w, bool value);
void ax_json_write_null(ax_json_writer *w);
void ax_json_write_int(ax_json_writer *w, int64_t value);

/* Writes `value` with the fewest digits that read back as the same double
 * (never exponents for magnitudes 1e-6 .. 1e15); it must be finite. */
void ax_json_write_double(ax_json_writer *w, double value);

/* The same digits without a writer; returns how many (a NUL is not counted on).
 */
enum { AX_JSON_WRITE_DOUBLE = 40 };
size_t ax_json_write_shortest(double value, char out[AX_JSON_WRITE_DOUBLE]);

/* Writes a whole tree. */
void ax_json_write_tree(ax_json_writer *w, const ax_json *value);

/* Writes text that is JSON already (a stored resource), unchecked. */
void ax_json_write_raw(ax_json_writer *w, ax_str json);

/* Shorthand for a member with a string value; nothing for empty text. */
void ax_json_write_member(ax_json_writer *w, ax_str key, ax_str value);

ax_status ax_json_write_end(ax_json_writer *w) AX_MUST_USE;

#endif
