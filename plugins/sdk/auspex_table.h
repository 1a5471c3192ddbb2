/*
 * auspex_table.h - reads the tables that a plug-in keeps its coefficients in.
 *
 * A table is plain text, so that a reader can hold it against the publication:
 *
 *     auspex-table 1
 *     # a comment; empty lines are skipped as well
 *     weight_points upto -6 6
 *     source "Sharma A et al. Gastroenterology 2018"
 *
 * The first line is exactly that. Every other line is a row: its name and at
 * most 15 more fields, separated by blanks or tabs. A field is a run of
 * printable bytes without blank, or any text without '"' between two '"'.
 * Numbers are decimal: -1, 0.05, 1.5e-4. Lines end with a line feed and have at
 * most 1000 bytes; control bytes are refused. Nothing is guessed: whatever
 * does not fit is an error with its line.
 *
 * Header only, no allocation. C11 and C++17.
 */
#ifndef AUSPEX_TABLE_H
#define AUSPEX_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { AUSPEX_TABLE_FIELDS = 16, AUSPEX_TABLE_LINE = 1000 };

typedef struct auspex_field { /* points into the table */
  const char *text;
  size_t length;
} auspex_field;

typedef struct auspex_table {
  const char *at, *end;
  uint32_t line; /* of the row read last, from 1 */
} auspex_table;

typedef struct auspex_table_row {
  uint32_t count; /* fields, the name included */
  auspex_field fields[AUSPEX_TABLE_FIELDS];
} auspex_table_row;

/* What auspex_table_next says. */
enum { AUSPEX_TABLE_BAD = -1, AUSPEX_TABLE_END = 0, AUSPEX_TABLE_ROW = 1 };

/* Is the field exactly `word`? */
static inline int auspex_table_is(auspex_field field, const char *word) {
  return field.length == strlen(word) &&
         memcmp(field.text, word, field.length) == 0;
}

/* Takes the next line off; 0 when it is too long or holds control bytes. */
static inline int auspex_table_line(auspex_table *table, auspex_field *line) {
  line->text = table->at;
  line->length = 0;
  table->line++;
  while (table->at < table->end && *table->at != '\n') {
    unsigned char byte = (unsigned char)*table->at++;
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return 0;
    if (++line->length > AUSPEX_TABLE_LINE) return 0;
  }
  if (table->at < table->end) table->at++;
  return 1;
}

/* Starts reading; 0 when the first line is not "auspex-table 1". */
static inline int auspex_table_begin(auspex_table *table, const void *data,
                                     size_t length) {
  auspex_field line;
  table->at = (const char *)data;
  table->end = table->at + length;
  table->line = 0;
  return length > 0 && auspex_table_line(table, &line) &&
         auspex_table_is(line, "auspex-table 1");
}

/* Takes one field off `line`; 0 when a quotation does not close or something
 * sticks to its end. */
static inline int auspex_table_field(auspex_field *line, auspex_field *out) {
  int quoted = line->text[0] == '"';
  size_t skip = quoted ? 1 : 0, n = skip;
  while (n < line->length && line->text[n] != '"' &&
         (quoted || (line->text[n] != ' ' && line->text[n] != '\t')))
    n++;
  out->text = line->text + skip;
  out->length = n - skip;
  if (quoted && n++ == line->length) return 0;
  if (n < line->length && line->text[n] != ' ' && line->text[n] != '\t')
    return 0;
  line->text += n;
  line->length -= n;
  return 1;
}

/* Reads the next row, or says that the table ended or that `table->line` is
 * malformed. */
static inline int auspex_table_next(auspex_table *table,
                                    auspex_table_row *row) {
  row->count = 0;
  while (table->at < table->end) {
    auspex_field line;
    if (!auspex_table_line(table, &line)) return AUSPEX_TABLE_BAD;
    if (line.length == 0 || line.text[0] == '#') continue;
    while (line.length > 0) {
      if (line.text[0] == ' ' || line.text[0] == '\t') {
        line.text++;
        line.length--;
        continue;
      }
      if (row->count == AUSPEX_TABLE_FIELDS ||
          !auspex_table_field(&line, &row->fields[row->count]))
        return AUSPEX_TABLE_BAD;
      row->count++;
    }
    if (row->count > 0) return AUSPEX_TABLE_ROW;
  }
  return AUSPEX_TABLE_END;
}

/* Reads field `i` as a decimal number; 0 when it is missing or is none. */
static inline int auspex_table_number(const auspex_table_row *row, uint32_t i,
                                      double *out) {
  char digits[48];
  char *end = NULL;
  if (i >= row->count || row->fields[i].length == 0 ||
      row->fields[i].length >= sizeof digits)
    return 0;
  memcpy(digits, row->fields[i].text, row->fields[i].length);
  digits[row->fields[i].length] = 0;
  /* strtod also reads "inf", "nan" and hexadecimal digits. */
  if (strspn(digits, "0123456789+-.e") != row->fields[i].length) return 0;
  if (digits[0] == '+' || digits[0] == '.' || digits[0] == 'e') return 0;
  *out = strtod(digits, &end);
  return *end == 0 && *out - *out == 0;
}

#ifdef __cplusplus
}
#endif
#endif
