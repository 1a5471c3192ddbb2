/* Reads data/qlq-c30.table. */
#include "qlq.h"

#include <math.h>
#include <stdio.h>

#include "auspex_table.h"

static int32_t bad_table(auspex_error *err, uint32_t line, const char *why) {
  if (err && err->size >= sizeof *err) {
    err->code = AUSPEX_E_CONFIG;
    err->row = err->input = -1;
    (void)snprintf(err->message, sizeof err->message,
                   "qlq-c30.table line %u: %s", (unsigned)line, why);
  }
  return AUSPEX_E_CONFIG;
}

static qlq_scale *find_scale(qlq_table *table, const auspex_table_row *row,
                             uint32_t field) {
  for (uint32_t i = 0; field < row->count && i < QLQ_SCALE_COUNT; i++)
    if (auspex_table_is(row->fields[field], qlq_model_codes[i]))
      return &table->scales[i];
  return NULL;
}

static qlq_kind kind_of(auspex_field field) {
  if (auspex_table_is(field, "functional")) return QLQ_FUNCTIONAL;
  if (auspex_table_is(field, "symptom")) return QLQ_SYMPTOM;
  if (auspex_table_is(field, "global")) return QLQ_GLOBAL;
  return (qlq_kind)0;
}

static const char *add_scale(qlq_table *table, const auspex_table_row *row) {
  qlq_scale *scale = find_scale(table, row, 1);
  if (!scale || scale->kind) return "not a scale, or a scale twice";
  if (row->count < 4 || row->count > 3 + QLQ_SCALE_ITEMS)
    return "a scale is 'scale CODE KIND ITEM...' with 1 to 5 items";
  scale->kind = kind_of(row->fields[2]);
  if (!scale->kind) return "a kind is functional, symptom or global";
  for (uint32_t i = 3; i < row->count; i++) {
    double item = 0;
    int is_number = auspex_table_number(row, i, &item);
    double least = scale->kind == QLQ_GLOBAL ? 29 : 1;
    double most = scale->kind == QLQ_GLOBAL ? 30 : 28;
    if (!is_number || item < least || item > most || item != floor(item))
      return "items are 1 to 28, of a global scale 29 and 30";
    scale->items[scale->item_count++] = (uint32_t)item;
  }
  return NULL;
}

static const char *add_summary(qlq_table *table, const auspex_table_row *row) {
  for (uint32_t i = 1; i < row->count; i++) {
    qlq_scale *scale = find_scale(table, row, i);
    if (!scale || scale->in_summary) return "not a scale, or a scale twice";
    scale->in_summary = 1;
  }
  return row->count > 1 ? NULL : "a summary names its scales";
}

/* "below 75" at fields `at` and `at` + 1. */
static int read_limit(const auspex_table_row *row, uint32_t at,
                      qlq_limit *out) {
  static const char *const words[] = { "below", "upto", "atleast", "above" };
  for (uint32_t i = 0; at + 1 < row->count && i < 4; i++)
    if (auspex_table_is(row->fields[at], words[i])) {
      out->relation = (qlq_relation)(i + 1);
      return auspex_table_number(row, at + 1, &out->bound);
    }
  return 0;
}

static const char *add_important(qlq_table *table,
                                 const auspex_table_row *row) {
  qlq_scale *scale = find_scale(table, row, 1);
  if (!scale || scale->important.relation)
    return "not a scale, or a threshold twice";
  return row->count == 4 && read_limit(row, 2, &scale->important)
             ? NULL
             : "a threshold is 'important CODE RELATION NUMBER'";
}

static const char *add_change(qlq_table *table, const auspex_table_row *row) {
  if (table->change_count == QLQ_CHANGES) return "too many words for a change";
  qlq_change *change = &table->changes[table->change_count];
  int open = row->count == 3 && auspex_table_is(row->fields[1], "else");
  change->size = (qlq_limit){ QLQ_UPTO, INFINITY };
  if (!open && (row->count != 4 || !read_limit(row, 1, &change->size)))
    return "a change is 'change RELATION NUMBER WORD' or 'change else WORD'";
  if (table->change_count > 0 && change->size.bound <= change[-1].size.bound)
    return "bounds must rise, and nothing follows 'else'";
  auspex_field word = row->fields[row->count - 1];
  if (word.length == 0 || word.length >= sizeof change->word)
    return "a word has 1 to 15 bytes";
  memcpy(change->word, word.text, word.length);
  table->change_count++;
  return NULL;
}

static const char *add_worse(qlq_table *table, const auspex_table_row *row) {
  if (row->count != 4) return "'worse RELATION NUMBER LEVEL'";
  qlq_limit *limit =
      auspex_table_is(row->fields[3], "moderate") ? &table->worse_moderate
      : auspex_table_is(row->fields[3], "high")   ? &table->worse_high
                                                  : NULL;
  if (!limit || limit->relation) return "worse is once moderate and once high";
  return read_limit(row, 1, limit) ? NULL : "'worse RELATION NUMBER LEVEL'";
}

static const char *check_model(const auspex_table_row *row) {
  return row->count == 3 && auspex_table_is(row->fields[1], qlq_model.name) &&
                 auspex_table_is(row->fields[2], qlq_model.version)
             ? NULL
             : "the table is of another model or version";
}

static const char *take(qlq_table *table, const auspex_table_row *row) {
  auspex_field name = row->fields[0];
  if (auspex_table_is(name, "model")) return check_model(row);
  if (auspex_table_is(name, "source"))
    return row->count == 2 ? NULL : "a source is one text";
  if (auspex_table_is(name, "scale")) return add_scale(table, row);
  if (auspex_table_is(name, "summary")) return add_summary(table, row);
  if (auspex_table_is(name, "important")) return add_important(table, row);
  if (auspex_table_is(name, "change")) return add_change(table, row);
  if (auspex_table_is(name, "worse")) return add_worse(table, row);
  return "unknown row";
}

/* What a whole table must have. */
static const char *check_whole(const qlq_table *table) {
  int in_summary = 0;
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++) {
    if (!table->scales[i].kind) return "a scale is missing";
    in_summary += table->scales[i].in_summary;
  }
  if (in_summary == 0) return "the summary is missing";
  if (!table->scales[QLQ_FA].important.relation ||
      !table->scales[QLQ_CF].important.relation ||
      !table->scales[QLQ_SL].important.relation)
    return "thresholds of FA, CF and SL are needed";
  if (table->change_count == 0 ||
      !isinf(table->changes[table->change_count - 1].size.bound))
    return "the words for a change must end with 'else'";
  if (!table->worse_moderate.relation || !table->worse_high.relation)
    return "worse is needed for moderate and for high";
  return NULL;
}

int32_t qlq_table_read(const void *data, size_t length, void *into,
                       auspex_error *err) {
  qlq_table *out = into;
  auspex_table table;
  auspex_table_row row;
  int models = 0, got = AUSPEX_TABLE_END;
  memset(out, 0, sizeof *out);
  if (!auspex_table_begin(&table, data, length))
    return bad_table(err, 1, "the first line must be 'auspex-table 1'");
  while ((got = auspex_table_next(&table, &row)) == AUSPEX_TABLE_ROW) {
    const char *why = take(out, &row);
    if (why) return bad_table(err, table.line, why);
    models += auspex_table_is(row.fields[0], "model");
  }
  if (got == AUSPEX_TABLE_BAD)
    return bad_table(err, table.line, "malformed line");
  if (models != 1) return bad_table(err, table.line, "needs one 'model' row");
  const char *why = check_whole(out);
  return why ? bad_table(err, table.line, why) : AUSPEX_OK;
}

int qlq_table_within(qlq_limit limit, double x) {
  switch (limit.relation) {
  case QLQ_BELOW:
    return x < limit.bound;
  case QLQ_UPTO:
    return x <= limit.bound;
  case QLQ_ATLEAST:
    return x >= limit.bound;
  case QLQ_ABOVE:
    return x > limit.bound;
  }
  return 0;
}

const char *qlq_table_word(const qlq_table *table, double size) {
  uint32_t i = 0;
  while (i + 1 < table->change_count &&
         !qlq_table_within(table->changes[i].size, size))
    i++;
  return table->changes[i].word;
}
