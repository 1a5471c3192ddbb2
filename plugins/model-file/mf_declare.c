/* The declaration: JSON to the structs of auspex_plugin.h. */
#include "mf_model.h"

enum { WHERE = 64 };

#define READ_LIST(r_, array_, type_, one_, out_, count_)                  \
  do {                                                                    \
    uint32_t n_ = 0, size_ = (r_)->json.values[array_].count;             \
    type_ *all_ = mf_memory_new((r_)->memory, size_ + 1u, sizeof *all_);  \
    if (!all_) return mf_read_nomem(r_);                                  \
    for (uint32_t i_ = (array_) + 1; i_ < (r_)->json.values[array_].next; \
         i_ = (r_)->json.values[i_].next, n_++)                           \
      MF_TRY(one_);                                                       \
    *(out_) = all_;                                                       \
    *(count_) = size_;                                                    \
  } while (0)

/* --- codes and sets ---------------------------------------------------------
 */

static const mf_word matches[] = {
  { "exact", AUSPEX_MATCH_EXACT }, { "prefix", AUSPEX_MATCH_PREFIX },
  { "range", AUSPEX_MATCH_RANGE }, { "pattern", AUSPEX_MATCH_PATTERN },
  { "any", AUSPEX_MATCH_ANY },     { NULL, 0 }
};

static int32_t read_code(mf_reader *r, uint32_t at, const char *where,
                         auspex_code *out) {
  static const char *const keys[] = { "system", "code",   "display",
                                      "match",  "except", NULL };
  int except = 0;
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_text(r, at, where, "system", MF_NEEDED, &out->system));
  MF_TRY(
      mf_read_word(r, at, where, "match", MF_OPTIONAL, matches, &out->match));
  MF_TRY(mf_read_text(r, at, where, "code", out->match != AUSPEX_MATCH_ANY,
                      &out->code));
  MF_TRY(mf_read_text(r, at, where, "display", MF_OPTIONAL, &out->display));
  MF_TRY(mf_read_bool(r, at, where, "except", &except));
  if (except) out->match |= AUSPEX_MATCH_EXCEPT;
  return AUSPEX_OK;
}

static int32_t read_codes(mf_reader *r, uint32_t array, const char *where,
                          const auspex_code **out, uint32_t *count) {
  char one[WHERE];
  if (r->json.values[array].kind != AUSPEX_JSON_ARRAY ||
      r->json.values[array].count == 0)
    return mf_read_fault(r, array, "%s must be an array of codes", where);
  READ_LIST(r, array, auspex_code,
            (mf_read_path(one, sizeof one, "%s[%u]", where, n_),
             read_code(r, i_, one, &all_[n_])),
            out, count);
  return AUSPEX_OK;
}

static int32_t new_set(mf_reader *r, uint32_t codes, const char *where,
                       auspex_set **out) {
  auspex_set *set = mf_memory_new(r->memory, 1, sizeof *set);
  if (!set) return mf_read_nomem(r);
  set->size = sizeof *set;
  set->code_stride = sizeof(auspex_code);
  *out = set;
  return read_codes(r, codes, where, &set->codes, &set->code_count);
}

/* A set is a list of codes, or {"codes": [...], "title", "valueSet"}. */
static int32_t make_set(mf_reader *r, uint32_t at, const char *where,
                        auspex_set **out) {
  static const char *const keys[] = { "codes", "title", "valueSet", NULL };
  uint32_t codes;
  if (r->json.values[at].kind == AUSPEX_JSON_ARRAY)
    return new_set(r, at, where, out);
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_array(r, at, where, "codes", MF_NEEDED, &codes));
  MF_TRY(new_set(r, codes, where, out));
  MF_TRY(mf_read_text(r, at, where, "title", MF_OPTIONAL, &(*out)->name));
  return mf_read_text(r, at, where, "valueSet", MF_OPTIONAL,
                      &(*out)->value_set);
}

/* What stands under `key`: a set, or the name of one of the model's sets. */
static int32_t read_set(mf_reader *r, uint32_t object, const char *where,
                        const char *key, const auspex_set **out) {
  uint32_t at = auspex_json_get(&r->json, object, key);
  char one[WHERE], name[WHERE];
  auspex_set *set = NULL;
  if (!at) return AUSPEX_OK;
  mf_read_path(one, sizeof one, "%s.%s", where, key);
  if (r->json.values[at].kind == AUSPEX_JSON_STRING) {
    const auspex_json_value *v = &r->json.values[at];
    if (v->length >= sizeof name)
      return mf_read_fault(r, at, "%s is no name of a set", one);
    auspex_json_text(&r->json, at, name);
    uint32_t sets = auspex_json_get(&r->json, 0, "sets");
    uint32_t found = sets ? auspex_json_get(&r->json, sets, name) : 0;
    if (!found)
      return mf_read_fault(r, at, "%s: there is no set \"%s\"", one, name);
    at = found;
  }
  MF_TRY(make_set(r, at, one, &set));
  *out = set;
  return AUSPEX_OK;
}

/* --- maps -------------------------------------------------------------------
 */

static int32_t read_map_value(mf_reader *r, uint32_t at, const char *where,
                              double *out) {
  uint32_t value = auspex_json_get(&r->json, at, "value");
  *out = NAN; /* null: known and refused */
  if (value && r->json.values[value].kind == AUSPEX_JSON_NULL) return AUSPEX_OK;
  return mf_read_number(r, at, where, "value", MF_NEEDED, out);
}

static int32_t read_map_row(mf_reader *r, uint32_t at, const char *where,
                            auspex_map_row *out) {
  static const char *const keys[] = { "kind", "match", "system", "code",
                                      "from", "to",    "value",  NULL };
  static const mf_word kinds[] = { { "code", AUSPEX_MAP_CODE },
                                   { "text", AUSPEX_MAP_TEXT },
                                   { "number", AUSPEX_MAP_NUMBER },
                                   { "keep", AUSPEX_MAP_KEEP },
                                   { NULL, 0 } };
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_word(r, at, where, "kind", MF_NEEDED, kinds, &out->kind));
  MF_TRY(
      mf_read_word(r, at, where, "match", MF_OPTIONAL, matches, &out->match));
  int coded = out->kind == AUSPEX_MAP_CODE, text = out->kind == AUSPEX_MAP_TEXT;
  MF_TRY(mf_read_text(r, at, where, "system", coded, &out->system));
  MF_TRY(mf_read_text(r, at, where, "code", coded || text, &out->code));
  MF_TRY(mf_read_number(r, at, where, "from", !coded && !text, &out->from));
  MF_TRY(mf_read_number(r, at, where, "to", !coded && !text, &out->to));
  if (out->kind == AUSPEX_MAP_KEEP) return AUSPEX_OK;
  return read_map_value(r, at, where, &out->value);
}

static int32_t make_map(mf_reader *r, uint32_t at, const char *where,
                        auspex_map *out) {
  static const char *const keys[] = { "rows",         "otherwise", "ignoreCase",
                                      "ignoreBlanks", "title",     NULL };
  uint32_t rows;
  int fold_case = 0, fold_blanks = 0;
  char one[WHERE];
  out->size = sizeof *out;
  out->row_stride = sizeof(auspex_map_row);
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_array(r, at, where, "rows", MF_NEEDED, &rows));
  READ_LIST(r, rows, auspex_map_row,
            (mf_read_path(one, sizeof one, "%s.rows[%u]", where, n_),
             read_map_row(r, i_, one, &all_[n_])),
            &out->rows, &out->row_count);
  out->has_otherwise = auspex_json_get(&r->json, at, "otherwise") != 0;
  MF_TRY(
      mf_read_number(r, at, where, "otherwise", MF_OPTIONAL, &out->otherwise));
  MF_TRY(mf_read_bool(r, at, where, "ignoreCase", &fold_case));
  MF_TRY(mf_read_bool(r, at, where, "ignoreBlanks", &fold_blanks));
  out->fold = (fold_case ? AUSPEX_FOLD_CASE : 0u) |
              (fold_blanks ? AUSPEX_FOLD_BLANKS : 0u);
  return mf_read_text(r, at, where, "title", MF_OPTIONAL, &out->name);
}

static int32_t read_map(mf_reader *r, uint32_t object, const char *where,
                        const auspex_map **out) {
  uint32_t at;
  char one[WHERE];
  MF_TRY(mf_read_object(r, object, where, "map", MF_OPTIONAL, &at));
  if (!at) return AUSPEX_OK;
  auspex_map *map = mf_memory_new(r->memory, 1, sizeof *map);
  if (!map) return mf_read_nomem(r);
  mf_read_path(one, sizeof one, "%s.map", where);
  *out = map;
  return make_map(r, at, one, map);
}

/* --- sources ----------------------------------------------------------------
 */

static const mf_word froms[] = {
  { "observation", AUSPEX_FROM_OBSERVATION },
  { "condition", AUSPEX_FROM_CONDITION },
  { "questionnaire", AUSPEX_FROM_QUESTIONNAIRE },
  { "questionnaire-sum", AUSPEX_FROM_QUESTIONNAIRE_SUM },
  { "age", AUSPEX_FROM_AGE },
  { "sex", AUSPEX_FROM_SEX },
  { "administration", AUSPEX_FROM_ADMINISTRATION },
  { "medication", AUSPEX_FROM_MEDICATION },
  { "procedure", AUSPEX_FROM_PROCEDURE },
  { "family-history", AUSPEX_FROM_FAMILY_HISTORY },
  { "patient-extension", AUSPEX_FROM_PATIENT_EXTENSION },
  { "patient-country", AUSPEX_FROM_PATIENT_COUNTRY },
  { "site", AUSPEX_FROM_SITE },
  { NULL, 0 }
};
static const mf_word takes[] = { { "default", AUSPEX_TAKE_DEFAULT },
                                 { "value-or-interpretation",
                                   AUSPEX_TAKE_VALUE_OR_INTERPRETATION },
                                 { "body-site", AUSPEX_TAKE_BODY_SITE },
                                 { "code", AUSPEX_TAKE_CODE },
                                 { "stage", AUSPEX_TAKE_STAGE },
                                 { "onset-age", AUSPEX_TAKE_ONSET_AGE },
                                 { "present", AUSPEX_TAKE_PRESENT },
                                 { "value-time", AUSPEX_TAKE_VALUE_TIME },
                                 { NULL, 0 } };
static const mf_word picks[] = { { "latest", AUSPEX_PICK_LATEST },
                                 { "earliest", AUSPEX_PICK_EARLIEST },
                                 { "min", AUSPEX_PICK_MIN },
                                 { "max", AUSPEX_PICK_MAX },
                                 { "mean", AUSPEX_PICK_MEAN },
                                 { "count", AUSPEX_PICK_COUNT },
                                 { "nearest", AUSPEX_PICK_NEAREST },
                                 { "ever", AUSPEX_PICK_EVER },
                                 { "latest-max", AUSPEX_PICK_LATEST_MAX },
                                 { NULL, 0 } };
static const mf_word comparators[] = { { "refuse", AUSPEX_COMPARATOR_REFUSE },
                                       { "limit", AUSPEX_COMPARATOR_LIMIT },
                                       { "at-most", AUSPEX_COMPARATOR_AT_MOST },
                                       { "at-least",
                                         AUSPEX_COMPARATOR_AT_LEAST },
                                       { NULL, 0 } };
static const mf_word flag_words[] = { { "withPrevious", AUSPEX_WITH_PREVIOUS },
                                      { "ever", AUSPEX_EVER },
                                      { "noRecurrence", AUSPEX_NO_RECURRENCE },
                                      { "orRecorded", AUSPEX_OR_RECORDED },
                                      { "ownResults", AUSPEX_OWN_RESULTS },
                                      { "ownOnly", AUSPEX_OWN_ONLY },
                                      { NULL, 0 } };

static int32_t read_filter(mf_reader *r, uint32_t at, const char *where,
                           auspex_filter *out) {
  static const char *const keys[] = { "where", "group", "codes", "values",
                                      NULL };
  static const mf_word wheres[] = { { "value", AUSPEX_WHERE_VALUE },
                                    { "component", AUSPEX_WHERE_COMPONENT },
                                    { "method", AUSPEX_WHERE_METHOD },
                                    { "body-site", AUSPEX_WHERE_BODY_SITE },
                                    { "category", AUSPEX_WHERE_CATEGORY },
                                    { "interpretation",
                                      AUSPEX_WHERE_INTERPRETATION },
                                    { "specimen", AUSPEX_WHERE_SPECIMEN },
                                    { "device", AUSPEX_WHERE_DEVICE },
                                    { NULL, 0 } };
  int64_t group = 0;
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_word(r, at, where, "where", MF_NEEDED, wheres, &out->where));
  MF_TRY(mf_read_integer(r, at, where, "group", MF_OPTIONAL,
                         (mf_range){ 0, 1000 }, &group));
  out->group = (uint32_t)group;
  MF_TRY(read_set(r, at, where, "codes", &out->codes));
  return read_set(r, at, where, "values", &out->values);
}

/* "valid": [lowest, highest], null where there is no bound. */
static int32_t read_bounds(mf_reader *r, uint32_t at, const char *where,
                           const char *key, double *low, double *high) {
  uint32_t array;
  *low = *high = NAN;
  MF_TRY(mf_read_array(r, at, where, key, MF_OPTIONAL, &array));
  if (!array) return AUSPEX_OK;
  double *const ends[] = { low, high };
  uint32_t i = array + 1;
  for (int n = 0; n < 2 && r->json.values[array].count == 2; n++) {
    if (r->json.values[i].kind != AUSPEX_JSON_NULL &&
        !auspex_json_number(&r->json, i, ends[n]))
      break;
    i = r->json.values[i].next;
  }
  if (i != r->json.values[array].next || *low > *high)
    return mf_read_fault(r, array,
                         "%s.%s must be [lowest, highest], null for no bound",
                         where, key);
  return AUSPEX_OK;
}

static int32_t read_window(mf_reader *r, uint32_t at, const char *where,
                           int32_t *from, int32_t *to) {
  static const char *const keys[] = { "fromDays", "toDays", NULL };
  uint32_t window;
  int64_t first = AUSPEX_UNLIMITED, last = 0;
  char one[WHERE];
  *from = AUSPEX_UNLIMITED;
  *to = 0;
  MF_TRY(mf_read_object(r, at, where, "window", MF_OPTIONAL, &window));
  if (!window) return AUSPEX_OK;
  mf_read_path(one, sizeof one, "%s.window", where);
  MF_TRY(mf_read_known(r, window, one, keys));
  MF_TRY(mf_read_integer(r, window, one, "fromDays", MF_OPTIONAL,
                         (mf_range){ -100000, 100000 }, &first));
  MF_TRY(mf_read_integer(r, window, one, "toDays", MF_OPTIONAL,
                         (mf_range){ -100000, 100000 }, &last));
  if (first > last)
    return mf_read_fault(r, window, "%s ends before it begins", one);
  *from = (int32_t)first;
  *to = (int32_t)last;
  return AUSPEX_OK;
}

static int32_t read_flags(mf_reader *r, uint32_t at, const char *where,
                          auspex_source *out) {
  for (const mf_word *w = flag_words; w->word; w++) {
    int set = 0;
    MF_TRY(mf_read_bool(r, at, where, w->word, &set));
    if (set) out->flags |= w->value;
  }
  return AUSPEX_OK;
}

static int32_t read_items(mf_reader *r, uint32_t at, const char *where,
                          auspex_source *out) {
  int64_t first = 0, last = 0;
  int asked = out->from == AUSPEX_FROM_QUESTIONNAIRE ||
              out->from == AUSPEX_FROM_QUESTIONNAIRE_SUM;
  MF_TRY(mf_read_text(r, at, where, "instrument", asked, &out->instrument));
  MF_TRY(mf_read_text(r, at, where, "items", MF_OPTIONAL, &out->items));
  MF_TRY(mf_read_integer(r, at, where, "firstItem", asked, (mf_range){ 1, 500 },
                         &first));
  last = first;
  MF_TRY(mf_read_integer(r, at, where, "lastItem", MF_OPTIONAL,
                         (mf_range){ 1, 500 }, &last));
  if (last < first || (out->from == AUSPEX_FROM_QUESTIONNAIRE && last != first))
    return mf_read_fault(r, at,
                         "%s: an input is one number: lastItem belongs to "
                         "questionnaire-sum and is not below firstItem",
                         where);
  out->first_item = (uint32_t)first;
  out->last_item = (uint32_t)last;
  return AUSPEX_OK;
}

static int32_t read_filters(mf_reader *r, uint32_t at, const char *where,
                            auspex_source *out) {
  uint32_t filters;
  char one[WHERE];
  MF_TRY(mf_read_array(r, at, where, "filters", MF_OPTIONAL, &filters));
  if (!filters) return AUSPEX_OK;
  out->filter_stride = sizeof(auspex_filter);
  READ_LIST(r, filters, auspex_filter,
            (mf_read_path(one, sizeof one, "%s.filters[%u]", where, n_),
             read_filter(r, i_, one, &all_[n_])),
            &out->filters, &out->filter_count);
  return AUSPEX_OK;
}

static int32_t read_source(mf_reader *r, uint32_t at, const char *where,
                           auspex_source *out) {
  static const char *const keys[] = { "from",
                                      "take",
                                      "pick",
                                      "comparator",
                                      "comparatorLimit",
                                      "codes",
                                      "within",
                                      "filters",
                                      "map",
                                      "unit",
                                      "molarMass",
                                      "valid",
                                      "window",
                                      "instrument",
                                      "items",
                                      "firstItem",
                                      "lastItem",
                                      "path",
                                      "withPrevious",
                                      "ever",
                                      "noRecurrence",
                                      "orRecorded",
                                      "ownResults",
                                      "ownOnly",
                                      NULL };
  out->size = sizeof *out;
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_word(r, at, where, "from", MF_NEEDED, froms, &out->from));
  MF_TRY(mf_read_word(r, at, where, "take", MF_OPTIONAL, takes, &out->take));
  MF_TRY(mf_read_word(r, at, where, "pick", MF_OPTIONAL, picks, &out->pick));
  MF_TRY(mf_read_word(r, at, where, "comparator", MF_OPTIONAL, comparators,
                      &out->comparator));
  MF_TRY(mf_read_number(r, at, where, "comparatorLimit", MF_OPTIONAL,
                        &out->comparator_limit));
  MF_TRY(read_set(r, at, where, "codes", &out->codes));
  MF_TRY(read_set(r, at, where, "within", &out->within));
  MF_TRY(read_filters(r, at, where, out));
  MF_TRY(read_map(r, at, where, &out->map));
  MF_TRY(mf_read_text(r, at, where, "unit", MF_OPTIONAL, &out->unit));
  MF_TRY(
      mf_read_number(r, at, where, "molarMass", MF_OPTIONAL, &out->molar_mass));
  MF_TRY(read_bounds(r, at, where, "valid", &out->valid_min, &out->valid_max));
  MF_TRY(read_items(r, at, where, out));
  MF_TRY(mf_read_text(r, at, where, "path", MF_OPTIONAL, &out->path));
  MF_TRY(read_flags(r, at, where, out));
  if (auspex_json_get(&r->json, at, "window")) out->flags |= AUSPEX_OWN_WINDOW;
  return read_window(r, at, where, &out->window_from_days,
                     &out->window_to_days);
}

static int32_t read_sources(mf_reader *r, uint32_t object, const char *where,
                            int needed, const auspex_source **out,
                            uint32_t *count) {
  uint32_t sources;
  char one[WHERE];
  MF_TRY(mf_read_array(r, object, where, "sources", needed, &sources));
  if (!sources) return AUSPEX_OK;
  READ_LIST(r, sources, auspex_source,
            (mf_read_path(one, sizeof one, "%s.sources[%u]", where, n_),
             read_source(r, i_, one, &all_[n_])),
            out, count);
  return AUSPEX_OK;
}

/* --- inputs -----------------------------------------------------------------
 */

int32_t mf_declare_input(mf_reader *r, const auspex_model *model, uint32_t at,
                         const char *where, uint32_t *out) {
  if (r->json.values[at].kind == AUSPEX_JSON_STRING)
    for (uint32_t i = 0; i < model->input_count; i++)
      if (auspex_json_is(&r->json, at, model->inputs[i].name)) {
        *out = i;
        return AUSPEX_OK;
      }
  return mf_read_fault(r, at, "%s must be the name of an input", where);
}

static int32_t read_relative(mf_reader *r, const auspex_model *before,
                             uint32_t at, const char *where,
                             auspex_input *out) {
  static const mf_word words[] = { { "as-of", AUSPEX_AT_AS_OF },
                                   { "anchor", AUSPEX_AT_ANCHOR },
                                   { NULL, 0 } };
  uint32_t value = auspex_json_get(&r->json, at, "relativeTo");
  if (!value || r->json.values[value].kind != AUSPEX_JSON_ARRAY)
    return mf_read_word(r, at, where, "relativeTo", MF_OPTIONAL, words,
                        &out->relative_to);
  out->relative_to = AUSPEX_AT_INPUT;
  for (uint32_t i = value + 1; i < r->json.values[value].next;
       i = r->json.values[i].next) {
    uint32_t input = 0;
    MF_TRY(mf_declare_input(r, before, i, where, &input));
    if (input >= 64)
      return mf_read_fault(r, i,
                           "%s.relativeTo names input number %u; only "
                           "the first 64 can be named",
                           where, input);
    out->relative_inputs |= UINT64_C(1) << input;
  }
  return AUSPEX_OK;
}

static int32_t read_training(mf_reader *r, uint32_t at, const char *where,
                             auspex_input *out) {
  static const char *const keys[] = { "mean", "sd", NULL };
  uint32_t training;
  out->train_mean = out->train_sd = NAN;
  MF_TRY(mf_read_object(r, at, where, "training", MF_OPTIONAL, &training));
  if (!training) return AUSPEX_OK;
  MF_TRY(mf_read_known(r, training, where, keys));
  MF_TRY(
      mf_read_number(r, training, where, "mean", MF_NEEDED, &out->train_mean));
  return mf_read_number(r, training, where, "sd", MF_NEEDED, &out->train_sd);
}

static int32_t read_tied(mf_reader *r, const auspex_model *before, uint32_t at,
                         const char *where, auspex_input *out) {
  static const char *const keys[] = { "to", "by", NULL };
  static const mf_word words[] = { { "resource", AUSPEX_TIED_RESOURCE },
                                   { "day", AUSPEX_TIED_DAY },
                                   { NULL, 0 } };
  uint32_t tied;
  MF_TRY(mf_read_object(r, at, where, "tied", MF_OPTIONAL, &tied));
  if (!tied) return AUSPEX_OK;
  MF_TRY(mf_read_known(r, tied, where, keys));
  MF_TRY(mf_read_word(r, tied, where, "by", MF_NEEDED, words, &out->tied));
  uint32_t to = auspex_json_get(&r->json, tied, "to");
  return mf_declare_input(r, before, to ? to : tied, where, &out->tied_to);
}

static int32_t read_missing(mf_reader *r, uint32_t at, const char *where,
                            auspex_input *out) {
  static const mf_word words[] = { { "refuse", AUSPEX_MISSING_REFUSE },
                                   { "pass", AUSPEX_MISSING_PASS },
                                   { "default", AUSPEX_MISSING_DEFAULT },
                                   { NULL, 0 } };
  out->missing = AUSPEX_MISSING_REFUSE;
  MF_TRY(
      mf_read_word(r, at, where, "missing", MF_OPTIONAL, words, &out->missing));
  return mf_read_number(r, at, where, "fallback",
                        out->missing == AUSPEX_MISSING_DEFAULT, &out->fallback);
}

static int32_t read_input(mf_reader *r, const auspex_model *before, uint32_t at,
                          const char *where, auspex_input *out) {
  static const char *const keys[] = { "name",     "title",    "missing",
                                      "fallback", "sources",  "relativeTo",
                                      "window",   "pickDays", "freshnessDays",
                                      "training", "tied",     NULL };
  int64_t days = 0, fresh = 0;
  out->size = sizeof *out;
  out->source_stride = sizeof(auspex_source);
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_text(r, at, where, "name", MF_NEEDED, &out->name));
  MF_TRY(mf_read_text(r, at, where, "title", MF_NEEDED, &out->title));
  for (uint32_t i = 0; i < before->input_count; i++)
    if (strcmp(before->inputs[i].name, out->name) == 0)
      return mf_read_fault(r, at, "%s: there is an input \"%.40s\" already",
                           where, out->name);
  MF_TRY(read_missing(r, at, where, out));
  MF_TRY(
      read_sources(r, at, where, MF_NEEDED, &out->sources, &out->source_count));
  MF_TRY(read_relative(r, before, at, where, out));
  MF_TRY(
      read_window(r, at, where, &out->window_from_days, &out->window_to_days));
  MF_TRY(mf_read_integer(r, at, where, "pickDays", MF_OPTIONAL,
                         (mf_range){ -100000, 100000 }, &days));
  MF_TRY(mf_read_integer(r, at, where, "freshnessDays", MF_OPTIONAL,
                         (mf_range){ 0, 100000 }, &fresh));
  out->pick_days = (int32_t)days;
  out->freshness_days = (uint32_t)fresh;
  MF_TRY(read_training(r, at, where, out));
  return read_tied(r, before, at, where, out);
}

static int32_t read_inputs(mf_reader *r, auspex_model *out) {
  uint32_t array, n = 0;
  char where[WHERE];
  MF_TRY(mf_read_array(r, 0, "the model", "inputs", MF_NEEDED, &array));
  uint32_t size = r->json.values[array].count;
  if (size == 0 || size > MF_FEATURES)
    return mf_read_fault(r, array, "there must be 1 to %d inputs", MF_FEATURES);
  auspex_input *inputs = mf_memory_new(r->memory, size, sizeof *inputs);
  if (!inputs) return mf_read_nomem(r);
  out->inputs = inputs;
  out->input_stride = sizeof *inputs;
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(where, sizeof where, "inputs[%u]", n);
    out->input_count = n; /* those before it can be named */
    MF_TRY(read_input(r, out, i, where, &inputs[n]));
  }
  out->input_count = size;
  return AUSPEX_OK;
}

/* --- anchor, population ------------------------------------------------------
 */

static int32_t read_anchor(mf_reader *r, auspex_model *out) {
  static const char *const keys[] = { "name",       "title",         "sources",
                                      "futureDays", "freshnessDays", NULL };
  uint32_t at;
  int64_t future = 0, fresh = 0;
  MF_TRY(mf_read_object(r, 0, "the model", "anchor", MF_OPTIONAL, &at));
  if (!at) return AUSPEX_OK;
  auspex_anchor *anchor = mf_memory_new(r->memory, 1, sizeof *anchor);
  if (!anchor) return mf_read_nomem(r);
  out->anchor = anchor;
  anchor->size = sizeof *anchor;
  anchor->source_stride = sizeof(auspex_source);
  MF_TRY(mf_read_known(r, at, "anchor", keys));
  MF_TRY(mf_read_text(r, at, "anchor", "name", MF_NEEDED, &anchor->name));
  MF_TRY(mf_read_text(r, at, "anchor", "title", MF_NEEDED, &anchor->title));
  MF_TRY(mf_read_integer(r, at, "anchor", "futureDays", MF_OPTIONAL,
                         (mf_range){ 0, 100000 }, &future));
  MF_TRY(mf_read_integer(r, at, "anchor", "freshnessDays", MF_OPTIONAL,
                         (mf_range){ 0, 100000 }, &fresh));
  anchor->future_days = (uint32_t)future;
  anchor->freshness_days = (uint32_t)fresh;
  return read_sources(r, at, "anchor", MF_NEEDED, &anchor->sources,
                      &anchor->source_count);
}

static int32_t read_criterion(mf_reader *r, const auspex_model *model,
                              uint32_t at, const char *where,
                              auspex_criterion *out) {
  static const char *const keys[] = { "kind",    "input",      "group",
                                      "sources", "maxAgeDays", "min",
                                      "max",     "reason",     NULL };
  static const mf_word kinds[] = {
    { "needs", AUSPEX_NEEDS },
    { "needs-anchor", AUSPEX_NEEDS_ANCHOR },
    { "needs-input", AUSPEX_NEEDS_INPUT },
    { "needs-input-in", AUSPEX_NEEDS_INPUT_IN },
    { "needs-age", AUSPEX_NEEDS_AGE },
    { "needs-sex", AUSPEX_NEEDS_SEX },
    { "needs-enrolment", AUSPEX_NEEDS_ENROLMENT },
    { "excludes", AUSPEX_EXCLUDES },
    { "excludes-input-in", AUSPEX_EXCLUDES_INPUT_IN },
    { "excludes-old-anchor", AUSPEX_EXCLUDES_OLD_ANCHOR },
    { NULL, 0 }
  };
  int64_t group = 0, days = 0;
  out->size = sizeof *out;
  out->source_stride = sizeof(auspex_source);
  out->min = out->max = NAN;
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_word(r, at, where, "kind", MF_NEEDED, kinds, &out->kind));
  MF_TRY(mf_read_integer(r, at, where, "group", MF_OPTIONAL,
                         (mf_range){ 0, 1000 }, &group));
  MF_TRY(mf_read_integer(r, at, where, "maxAgeDays", MF_OPTIONAL,
                         (mf_range){ 0, 100000 }, &days));
  out->group = (uint32_t)group;
  out->max_age_days = (uint32_t)days;
  MF_TRY(mf_read_number(r, at, where, "min", MF_OPTIONAL, &out->min));
  MF_TRY(mf_read_number(r, at, where, "max", MF_OPTIONAL, &out->max));
  MF_TRY(mf_read_text(r, at, where, "reason", MF_NEEDED, &out->reason));
  MF_TRY(read_sources(r, at, where,
                      out->kind == AUSPEX_NEEDS || out->kind == AUSPEX_EXCLUDES,
                      &out->sources, &out->source_count));
  if (out->kind != AUSPEX_NEEDS_INPUT && out->kind != AUSPEX_NEEDS_INPUT_IN &&
      out->kind != AUSPEX_EXCLUDES_INPUT_IN)
    return AUSPEX_OK;
  uint32_t input = auspex_json_get(&r->json, at, "input");
  return mf_declare_input(r, model, input ? input : at, where, &out->input);
}

static int32_t read_criteria(mf_reader *r, auspex_model *out) {
  uint32_t array;
  char where[WHERE];
  MF_TRY(mf_read_array(r, 0, "the model", "criteria", MF_OPTIONAL, &array));
  if (!array) return AUSPEX_OK;
  out->criterion_stride = sizeof(auspex_criterion);
  READ_LIST(r, array, auspex_criterion,
            (mf_read_path(where, sizeof where, "criteria[%u]", n_),
             read_criterion(r, out, i_, where, &all_[n_])),
            &out->criteria, &out->criterion_count);
  return AUSPEX_OK;
}

/* --- what it says ------------------------------------------------------------
 */

int32_t mf_declare_outcome(mf_reader *r, uint32_t at, const char *where,
                           auspex_outcome *out) {
  static const mf_word kinds[] = { { "prediction", AUSPEX_PREDICTION },
                                   { "measurement", AUSPEX_MEASUREMENT },
                                   { NULL, 0 } };
  static const mf_word ends[] = { { "as-of", AUSPEX_AT_AS_OF },
                                  { "anchor", AUSPEX_AT_ANCHOR },
                                  { NULL, 0 } };
  uint32_t codes;
  int64_t months = 0, days = 0;
  int now = 0;
  char one[WHERE];
  out->size = sizeof *out;
  out->code_stride = sizeof(auspex_code);
  MF_TRY(mf_read_word(r, at, where, "kind", MF_NEEDED, kinds, &out->kind));
  MF_TRY(mf_read_text(r, at, where, "name", MF_NEEDED, &out->name));
  MF_TRY(mf_read_text(r, at, where, "title", MF_NEEDED, &out->title));
  MF_TRY(mf_read_array(r, at, where, "codes", MF_NEEDED, &codes));
  mf_read_path(one, sizeof one, "%s.codes", where);
  MF_TRY(read_codes(r, codes, one, &out->codes, &out->code_count));
  MF_TRY(mf_read_integer(r, at, where, "horizonMonths", MF_OPTIONAL,
                         (mf_range){ 1, 1200 }, &months));
  MF_TRY(mf_read_integer(r, at, where, "horizonDays", MF_OPTIONAL,
                         (mf_range){ 1, 36500 }, &days));
  MF_TRY(mf_read_word(r, at, where, "horizonFrom", MF_OPTIONAL, ends,
                      &out->horizon_from));
  MF_TRY(mf_read_bool(r, at, where, "now", &now));
  if ((months != 0) + (days != 0) + (now != 0) > 1)
    return mf_read_fault(r, at, "%s has more than one horizon", where);
  out->horizon_months = (uint32_t)months;
  out->horizon_days = (uint32_t)days;
  out->horizon_now = (uint32_t)now;
  MF_TRY(
      mf_read_text(r, at, where, "comparator", MF_OPTIONAL, &out->comparator));
  MF_TRY(mf_read_text(r, at, where, "unit", out->kind == AUSPEX_MEASUREMENT,
                      &out->unit));
  return mf_read_text(r, at, where, "category", out->kind == AUSPEX_MEASUREMENT,
                      &out->category);
}

static int32_t read_mitigation(mf_reader *r, uint32_t at, const char *where,
                               auspex_mitigation *out) {
  static const char *const keys[] = { "name", "text", NULL };
  out->size = sizeof *out;
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_text(r, at, where, "name", MF_NEEDED, &out->name));
  return mf_read_text(r, at, where, "text", MF_NEEDED, &out->text);
}

static int32_t read_mitigations(mf_reader *r, auspex_model *out) {
  uint32_t array;
  char where[WHERE];
  MF_TRY(mf_read_array(r, 0, "the model", "mitigations", MF_OPTIONAL, &array));
  if (!array) return AUSPEX_OK;
  out->mitigation_stride = sizeof(auspex_mitigation);
  READ_LIST(r, array, auspex_mitigation,
            (mf_read_path(where, sizeof where, "mitigations[%u]", n_),
             read_mitigation(r, i_, where, &all_[n_])),
            &out->mitigations, &out->mitigation_count);
  return AUSPEX_OK;
}

static int32_t read_texts(mf_reader *r, auspex_model *out) {
  static const char where[] = "the model";
  MF_TRY(mf_read_text(r, 0, where, "id", MF_NEEDED, &out->id));
  MF_TRY(mf_read_text(r, 0, where, "name", MF_NEEDED, &out->name));
  MF_TRY(mf_read_text(r, 0, where, "version", MF_NEEDED, &out->version));
  MF_TRY(mf_read_text(r, 0, where, "title", MF_NEEDED, &out->title));
  MF_TRY(mf_read_text(r, 0, where, "publisher", MF_NEEDED, &out->publisher));
  MF_TRY(mf_read_text(r, 0, where, "population", MF_NEEDED, &out->population));
  MF_TRY(mf_read_text(r, 0, where, "source", MF_NEEDED, &out->source));
  MF_TRY(mf_read_text(r, 0, where, "limits", MF_NEEDED, &out->limits));
  return mf_read_text(r, 0, where, "licence", MF_NEEDED, &out->licence);
}

int32_t mf_declare_read(mf_reader *r, auspex_model *out) {
  static const char *const keys[] = {
    "format",     "id",     "name",     "version",     "title", "publisher",
    "population", "source", "limits",   "licence",     "sets",  "anchor",
    "criteria",   "inputs", "outcomes", "mitigations", "model", NULL
  };
  MF_TRY(mf_read_known(r, 0, "the model", keys));
  uint32_t format = auspex_json_get(&r->json, 0, "format");
  if (!format || !auspex_json_is(&r->json, format, "auspex-model/1"))
    return mf_read_fault(r, format, "format must be \"auspex-model/1\"");
  out->size = sizeof *out;
  MF_TRY(read_texts(r, out));
  MF_TRY(read_inputs(r, out));
  MF_TRY(read_anchor(r, out));
  MF_TRY(read_criteria(r, out));
  return read_mitigations(r, out);
}
