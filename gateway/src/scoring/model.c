#include "scoring/model.h"

#include <auspex_plugin.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fhir/fhir_icd10.h"
#include "ucum/ucum.h"

/* --- matching ------------------------------------------------------------- */

bool ax_model_same_system(ax_str a, ax_str b) {
  return ax_str_eq(a, b) || (ax_fhir_icd10_is(a) && ax_fhir_icd10_is(b));
}

/* "C81-C86": the first three characters of `code` lie between. */
static bool in_range(ax_str range, ax_str code) {
  ax_str rest = range;
  ax_str from = ax_str_cut(&rest, '-');
  if (from.len != 3 || rest.len != 3 || code.len < 3) return false;
  return memcmp(code.ptr, from.ptr, 3) >= 0 &&
         memcmp(code.ptr, rest.ptr, 3) <= 0;
}

bool ax_model_code_matches(const ax_model_code *wanted, ax_str system,
                           ax_str code) {
  if (!ax_model_same_system(wanted->system, system)) return false;
  switch (wanted->match & ~(uint32_t)AUSPEX_MATCH_EXCEPT) {
  case AUSPEX_MATCH_PREFIX:
    return ax_str_starts(code, wanted->code);
  case AUSPEX_MATCH_RANGE:
    return in_range(wanted->code, code);
  case AUSPEX_MATCH_ANY:
    return true;
  default:
    return ax_str_eq(code, wanted->code);
  }
}

const ax_model_code *ax_model_codes_find(const ax_model_codes *codes,
                                         ax_str system, ax_str code) {
  const ax_model_code *found = NULL;
  for (size_t i = 0; i < codes->count; i++) {
    const ax_model_code *one = &codes->items[i];
    if ((found && !(one->match & AUSPEX_MATCH_EXCEPT)) ||
        !ax_model_code_matches(one, system, code))
      continue;
    if (one->match & AUSPEX_MATCH_EXCEPT) return NULL;
    found = one;
  }
  return found;
}

bool ax_model_is_anchored(const ax_model *model) {
  return model->anchor.sources.count > 0 &&
         !(model->flags & AUSPEX_MODEL_DATED);
}

bool ax_model_input_picks(const ax_model_input *input, uint32_t pick) {
  for (size_t i = 0; i < input->sources.count; i++)
    if (input->sources.items[i].pick == pick) return true;
  return false;
}

bool ax_model_input_is_from(const ax_model_input *input, uint32_t from) {
  for (size_t i = 0; i < input->sources.count; i++)
    if (input->sources.items[i].from == from) return true;
  return false;
}

ax_str ax_model_input_unit(const ax_model_input *input) {
  for (size_t i = 0; i < input->sources.count; i++)
    if (input->sources.items[i].unit.len) return input->sources.items[i].unit;
  return AX_STR("");
}

bool ax_model_instrument_matches(ax_str instrument, ax_str canonical) {
  while (instrument.len) {
    ax_str part = ax_str_cut(&instrument, '|');
    if (part.len && ax_str_find_nocase(canonical, part) != AX_STR_NONE)
      return true;
  }
  return false;
}

/* --- checks --------------------------------------------------------------- */

typedef struct {
  const ax_model *model;
  ax_error *err;
} checking;

static ax_status fault(const checking *c, const char *part, size_t i,
                       const char *rule) {
  ax_str name = AX_STR("");
  if (strcmp(part, "input") == 0 && i < c->model->input_count)
    name = c->model->inputs[i].name;
  return ax_error_set(c->err, AX_INVALID,
                      "model '" AX_STR_FMT "', %s %zu%s" AX_STR_FMT "%s: %s",
                      AX_STR_ARG(c->model->id), part, i, name.len ? " (" : "",
                      AX_STR_ARG(name), name.len ? ")" : "", rule);
}

/* [a-z0-9] and, inside, '.', '-' and '_'. */
static bool is_name(ax_str name) {
  if (!name.len || name.len > 100) return false;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!plain && (i == 0 || !strchr(".-_", c))) return false;
  }
  return true;
}

static ax_status check_codes(const checking *c, const char *part, size_t i,
                             const ax_model_codes *codes, bool needed) {
  if (needed && !codes->count) return fault(c, part, i, "needs codes");
  for (size_t k = 0; k < codes->count; k++) {
    const ax_model_code *code = &codes->items[k];
    uint32_t match = code->match & ~(uint32_t)AUSPEX_MATCH_EXCEPT;
    if (!code->system.len || (!code->code.len && match != AUSPEX_MATCH_ANY))
      return fault(c, part, i, "a code needs a system and a code");
    if (match > AUSPEX_MATCH_ANY || match == AUSPEX_MATCH_PATTERN)
      return fault(c, part, i,
                   "a code's match is EXACT, PREFIX, RANGE or ANY; a PATTERN "
                   "is for maps");
    if (match == AUSPEX_MATCH_RANGE &&
        (code->code.len != 7 || code->code.ptr[3] != '-'))
      return fault(c, part, i, "a code RANGE is written like C81-C86");
  }
  return AX_OK;
}

static bool is_coded(const ax_model_source *s) {
  switch (s->from) {
  case AUSPEX_FROM_OBSERVATION:
  case AUSPEX_FROM_OBSERVATION_SET:
  case AUSPEX_FROM_CONDITION:
  case AUSPEX_FROM_ADMINISTRATION:
  case AUSPEX_FROM_MEDICATION:
  case AUSPEX_FROM_PROCEDURE:
  case AUSPEX_FROM_FAMILY_HISTORY:
    return true;
  default:
    return false;
  }
}

static bool is_answered(const ax_model_source *s) {
  return s->from == AUSPEX_FROM_QUESTIONNAIRE ||
         s->from == AUSPEX_FROM_QUESTIONNAIRE_SUM;
}

static ax_status check_map(const checking *c, const char *part, size_t i,
                           const ax_model_map *map) {
  for (size_t k = 0; k < map->count; k++) {
    const ax_model_map_row *row = &map->rows[k];
    bool number =
        row->kind == AUSPEX_MAP_NUMBER || row->kind == AUSPEX_MAP_KEEP;
    if (row->kind < AUSPEX_MAP_CODE || row->kind > AUSPEX_MAP_KEEP ||
        row->match > AUSPEX_MATCH_ANY)
      return fault(c, part, i, "its map has a row of an unknown kind");
    if (row->kind == AUSPEX_MAP_CODE && !row->system.len)
      return fault(c, part, i, "a CODE row of its map needs a system");
    if (!number && !row->code.len && row->match != AUSPEX_MATCH_ANY)
      return fault(c, part, i, "a row of its map needs a code or text");
    if (row->match == AUSPEX_MATCH_RANGE &&
        (row->code.len != 7 || row->code.ptr[3] != '-'))
      return fault(c, part, i, "a code RANGE is written like C81-C86");
    if (number && row->from > row->to)
      return fault(c, part, i, "a row of its map has from above to");
    if (isinf(row->value))
      return fault(c, part, i, "a row of its map has an infinite value");
  }
  return map->has_otherwise && isinf(map->otherwise)
             ? fault(c, part, i, "its map has an infinite value")
             : AX_OK;
}

static ax_status check_filters(const checking *c, const char *part, size_t i,
                               const ax_model_source *s) {
  for (size_t k = 0; k < s->filter_count; k++) {
    const ax_model_filter *f = &s->filters[k];
    if (f->where < AUSPEX_WHERE_VALUE || f->where > AUSPEX_WHERE_DEVICE)
      return fault(c, part, i, "has a filter of an unknown kind");
    if (f->where == AUSPEX_WHERE_COMPONENT && !f->codes)
      return fault(c, part, i, "a COMPONENT filter needs codes");
    if (f->codes) AX_TRY(check_codes(c, part, i, f->codes, true));
    if (f->values) AX_TRY(check_codes(c, part, i, f->values, true));
  }
  return AX_OK;
}

static ax_status check_source(const checking *c, const char *part, size_t i,
                              const ax_model_source *s) {
  ax_ucum_unit unit;
  if (s->from < AUSPEX_FROM_OBSERVATION || s->from > AUSPEX_FROM_SITE)
    return fault(c, part, i, "has an unknown source");
  if (s->take > AUSPEX_TAKE_VALUE_TIME)
    return fault(c, part, i, "takes something unknown");
  if (s->pick > AUSPEX_PICK_LATEST_MAX)
    return fault(c, part, i, "has an unknown pick");
  if (s->comparator > AUSPEX_COMPARATOR_AT_LEAST)
    return fault(c, part, i, "has an unknown comparator policy");
  AX_TRY(check_codes(c, part, i, s->codes, is_coded(s)));
  if (s->within) AX_TRY(check_codes(c, part, i, s->within, true));
  if (s->map) AX_TRY(check_map(c, part, i, s->map));
  AX_TRY(check_filters(c, part, i, s));
  if (s->unit.len && ax_ucum_parse(s->unit, &unit, NULL)) {
    char text[100];
    (void)snprintf(text, sizeof text, "its unit \"%.*s\" is not one of UCUM",
                   (int)(s->unit.len < 40 ? s->unit.len : 40), s->unit.ptr);
    return fault(c, part, i, text);
  }
  if (s->valid_min > s->valid_max)
    return fault(c, part, i, "valid_min is above valid_max");
  if (is_answered(s) && (!s->instrument.len || s->first_item > s->last_item ||
                         s->last_item - s->first_item >= AX_MODEL_COLUMNS))
    return fault(c, part, i,
                 "a questionnaire needs an instrument and items in order");
  if ((s->from == AUSPEX_FROM_PATIENT_EXTENSION ||
       s->from == AUSPEX_FROM_SITE) &&
      !s->path.len)
    return fault(c, part, i, "needs a path");
  if ((s->flags & AUSPEX_OWN_WINDOW) &&
      s->window_from_days != AUSPEX_UNLIMITED &&
      s->window_from_days > s->window_to_days)
    return fault(c, part, i, "the window of a source ends before it begins");
  return AX_OK;
}

static ax_status check_sources(const checking *c, const char *part, size_t i,
                               const ax_model_sources *all) {
  for (size_t k = 0; k < all->count; k++)
    AX_TRY(check_source(c, part, i, &all->items[k]));
  return AX_OK;
}

static ax_status check_window(const checking *c, size_t i,
                              const ax_model_input *in) {
  if (in->relative_to > AUSPEX_AT_INPUT)
    return fault(c, "input", i, "relative_to is AS_OF, ANCHOR or INPUT");
  if (in->relative_to == AUSPEX_AT_ANCHOR && !ax_model_is_anchored(c->model))
    return fault(c, "input", i,
                 "is relative to an anchor that is not declared");
  uint64_t before =
      i < AX_MODEL_NAMED_INPUTS ? (UINT64_C(1) << i) - 1 : UINT64_MAX;
  if (in->relative_to == AUSPEX_AT_INPUT &&
      (!in->relative_inputs || (in->relative_inputs & ~before)))
    return fault(c, "input", i, "relative_inputs names inputs before this one");
  if (in->window_from_days != AUSPEX_UNLIMITED &&
      in->window_from_days > in->window_to_days)
    return fault(c, "input", i, "the window ends before it begins");
  return AX_OK;
}

static bool is_wide(const ax_model_source *s) {
  return s->from == AUSPEX_FROM_OBSERVATION_SET ||
         (s->from == AUSPEX_FROM_QUESTIONNAIRE && s->first_item < s->last_item);
}

static ax_status check_input(const checking *c, size_t i,
                             const ax_model_input *in) {
  if (!in->sources.count) return fault(c, "input", i, "needs a source");
  if (!is_name(in->name))
    return fault(c, "input", i, "needs a name of a-z, 0-9, '.', '-' and '_'");
  if (in->missing < AUSPEX_MISSING_REFUSE ||
      in->missing > AUSPEX_MISSING_DEFAULT)
    return fault(c, "input", i, "missing is REFUSE, PASS or DEFAULT");
  if (in->missing == AUSPEX_MISSING_DEFAULT && !isfinite(in->fallback))
    return fault(c, "input", i, "DEFAULT needs a finite fallback");
  if (in->tied > AUSPEX_TIED_DAY || (in->tied && in->tied_to >= i))
    return fault(c, "input", i, "is tied to an input before this one");
  AX_TRY(check_sources(c, "input", i, &in->sources));
  for (size_t k = 0; k < in->sources.count; k++)
    if (is_wide(&in->sources.items[k]) && in->sources.count > 1)
      return fault(c, "input", i,
                   "an input of several columns has one source only");
  return check_window(c, i, in);
}

static ax_status check_criterion(const checking *c, size_t i,
                                 const ax_model_criterion *k) {
  bool sourced = k->kind == AUSPEX_NEEDS || k->kind == AUSPEX_EXCLUDES;
  bool by_input = k->kind == AUSPEX_NEEDS_INPUT ||
                  k->kind == AUSPEX_NEEDS_INPUT_IN ||
                  k->kind == AUSPEX_EXCLUDES_INPUT_IN;
  if (k->kind < AUSPEX_NEEDS || k->kind > AUSPEX_EXCLUDES_OLD_ANCHOR)
    return fault(c, "criterion", i, "has an unknown kind");
  if (by_input && k->input >= c->model->input_count)
    return fault(c, "criterion", i, "names an input that does not exist");
  if ((k->kind == AUSPEX_NEEDS_ANCHOR ||
       k->kind == AUSPEX_EXCLUDES_OLD_ANCHOR) &&
      !ax_model_is_anchored(c->model))
    return fault(c, "criterion", i, "needs an anchor that is not declared");
  if (sourced && !k->sources.count)
    return fault(c, "criterion", i, "needs a source");
  bool ranged = k->kind == AUSPEX_NEEDS_INPUT_IN ||
                k->kind == AUSPEX_NEEDS_AGE ||
                k->kind == AUSPEX_EXCLUDES_INPUT_IN;
  if (ranged && k->min > k->max)
    return fault(c, "criterion", i,
                 "min is above max, so nobody fits (NAN is no bound)");
  return check_sources(c, "criterion", i, &k->sources);
}

static ax_status check_outcome(const checking *c, size_t i,
                               const ax_model_outcome *o) {
  if (o->kind != AUSPEX_PREDICTION && o->kind != AUSPEX_MEASUREMENT)
    return fault(c, "outcome", i, "is a PREDICTION or a MEASUREMENT");
  if (!is_name(o->name))
    return fault(c, "outcome", i, "needs a name of a-z, 0-9, '.', '-' and '_'");
  if (o->horizon_months && o->horizon_days)
    return fault(c, "outcome", i, "has a horizon in months and one in days");
  if (o->horizon_from > AUSPEX_AT_INPUT || o->horizon_months > 1200)
    return fault(c, "outcome", i, "has an impossible horizon");
  return check_codes(c, "outcome", i, &o->codes, false);
}

static ax_status check_factor(const checking *c, size_t i,
                              const ax_model_factor *f) {
  if (f->input_count > AX_COUNT(f->inputs))
    return fault(c, "factor", i, "rests on more than eight inputs");
  for (size_t k = 0; k < f->input_count; k++)
    if (f->inputs[k] >= c->model->input_count)
      return fault(c, "factor", i, "names an input that does not exist");
  return AX_OK;
}

static ax_status check_head(const checking *c) {
  const ax_model *m = c->model;
  if (!is_name(m->id) || !is_name(m->name) || !m->version.len)
    return fault(c, "number", m->number,
                 "needs an id and a name of a-z, 0-9, '.', '-' and '_', and a "
                 "version");
  if (!m->outcome_count)
    return fault(c, "number", m->number, "declares no outcome");
  if (!m->max_batch || !m->max_results_per_row)
    return fault(c, "number", m->number,
                 "max_batch and max_results_per_row must not be 0");
  if (m->max_results_per_row > AX_MODEL_RESULTS ||
      m->max_contributions_per_row > AX_MODEL_CONTRIBUTIONS ||
      m->max_text_per_row > AX_MODEL_TEXT)
    return fault(c, "number", m->number,
                 "asks for more room per row than 256 results, 1024 "
                 "contributions and 16384 bytes of text");
  return check_sources(c, "anchor of model", m->number, &m->anchor.sources);
}

/* By their names people and rows of numbers know inputs, and results get their
 * identity by that of the outcome. */
static ax_status check_names(const checking *c) {
  const ax_model *m = c->model;
  static const char rule[] = "has the name of one before it";
  for (size_t i = 0; i < m->input_count; i++)
    for (size_t k = 0; k < i; k++)
      if (ax_str_eq(m->inputs[i].name, m->inputs[k].name))
        return fault(c, "input", i, rule);
  for (size_t i = 0; i < m->outcome_count; i++)
    for (size_t k = 0; k < i; k++)
      if (ax_str_eq(m->outcomes[i].name, m->outcomes[k].name))
        return fault(c, "outcome", i, rule);
  return AX_OK;
}

static ax_status check_lists(const checking *c) {
  const ax_model *m = c->model;
  for (size_t i = 0; i < m->input_count; i++)
    AX_TRY(check_input(c, i, &m->inputs[i]));
  for (size_t i = 0; i < m->criterion_count; i++)
    AX_TRY(check_criterion(c, i, &m->criteria[i]));
  for (size_t i = 0; i < m->outcome_count; i++)
    AX_TRY(check_outcome(c, i, &m->outcomes[i]));
  for (size_t i = 0; i < m->factor_count; i++)
    AX_TRY(check_factor(c, i, &m->factors[i]));
  return check_names(c);
}

/* --- what follows from a declaration ---------------------------------------
 */

static uint32_t width(const ax_model_input *in) {
  const ax_model_source *first = &in->sources.items[0];
  if (first->from == AUSPEX_FROM_QUESTIONNAIRE)
    return first->last_item - first->first_item + 1;
  if (first->from == AUSPEX_FROM_OBSERVATION_SET)
    return (uint32_t)first->codes->count;
  return 1;
}

static ax_status set_columns(ax_arena *arena, ax_model *m, const checking *c) {
  ax_model_input *inputs = AX_NEW_ARRAY(arena, ax_model_input, m->input_count);
  if (m->input_count && !inputs) return AX_NOMEM;
  m->column_count = 0;
  for (size_t i = 0; i < m->input_count; i++) {
    inputs[i] = m->inputs[i];
    inputs[i].column = m->column_count;
    inputs[i].width = width(&inputs[i]);
    m->column_count += inputs[i].width;
    if (m->column_count > AX_MODEL_COLUMNS)
      return fault(c, "input", i, "makes a row wider than 512 columns");
  }
  m->inputs = inputs;
  if (m->max_batch > AX_MODEL_BATCH) m->max_batch = AX_MODEL_BATCH;
  return AX_OK;
}

typedef struct {
  ax_fact_code *items;
  bool *own;
  size_t count;
} filters;

static void add_filter(filters *to, ax_str system, ax_str code, uint32_t match,
                       bool own) {
  ax_fact_code one = { .system = system, .code = code };
  switch (match) {
  case AUSPEX_MATCH_PREFIX:
    one.match = AX_FACT_MATCH_PREFIX;
    break;
  case AUSPEX_MATCH_RANGE:
    one.match = AX_FACT_MATCH_RANGE;
    break;
  case AUSPEX_MATCH_ANY:
    one.match = AX_FACT_MATCH_CONTAINS;
    break;
  default:
    one.match = AX_FACT_MATCH_EXACT;
    break;
  }
  for (size_t i = 0; i < to->count; i++)
    if (ax_str_eq(to->items[i].system, one.system) &&
        ax_str_eq(to->items[i].code, one.code) &&
        to->items[i].match == one.match) {
      to->own[i] |= own;
      return;
    }
  to->own[to->count] = own;
  to->items[to->count++] = one;
}

static void add_codes(filters *to, const ax_model_codes *codes, bool own) {
  for (size_t i = 0; codes && i < codes->count; i++) {
    const ax_model_code *code = &codes->items[i];
    if (code->match & AUSPEX_MATCH_EXCEPT) continue;
    if (!ax_fhir_icd10_is(code->system)) {
      add_filter(to, code->system, code->code, code->match, own);
      continue;
    }
    for (size_t k = 0; k < AX_FHIR_ICD10_SYSTEMS; k++)
      add_filter(to, ax_fhir_icd10_systems[k], code->code, code->match, own);
  }
}

static void add_instruments(filters *to, ax_str instrument) {
  while (instrument.len)
    to->items[to->count++] =
        (ax_fact_code){ .system = ax_str_cut(&instrument, '|'),
                        .code = AX_STR(""),
                        .match = AX_FACT_MATCH_CONTAINS };
}

typedef void each_source(const ax_model_source *source, void *ctx);

static void for_sources(const ax_model_sources *all, each_source *each,
                        void *ctx) {
  for (size_t i = 0; i < all->count; i++) each(&all->items[i], ctx);
}

static void for_all_sources(const ax_model *m, each_source *each, void *ctx) {
  for_sources(&m->anchor.sources, each, ctx);
  for (size_t i = 0; i < m->criterion_count; i++)
    for_sources(&m->criteria[i].sources, each, ctx);
  for (size_t i = 0; i < m->input_count; i++)
    for_sources(&m->inputs[i].sources, each, ctx);
}

/* An upper bound of the filters that a source can need. */
static void count_filters(const ax_model_source *s, void *ctx) {
  size_t *most = ctx;
  size_t codes = s->codes->count + (s->within ? s->within->count : 0);
  for (size_t i = 0; i < s->filter_count; i++)
    codes += s->filters[i].codes ? s->filters[i].codes->count : 0;
  *most += codes * AX_FHIR_ICD10_SYSTEMS + s->instrument.len;
}

static void find_value_sets(const ax_model_source *s, void *ctx) {
  bool *any = ctx;
  *any |= s->codes->value_set.len || (s->within && s->within->value_set.len);
}

static void add_source(const ax_model_source *s, void *ctx) {
  filters *all = ctx;
  /* AGE, SEX and QUESTIONNAIRE may name codes for people only. */
  bool own = (s->flags & (AUSPEX_OWN_RESULTS | AUSPEX_OWN_ONLY)) != 0;
  if (is_coded(s)) add_codes(all, s->codes, own);
  if (s->from == AUSPEX_FROM_OBSERVATION) add_codes(all, s->within, own);
  for (size_t i = 0; i < s->filter_count; i++)
    if (s->filters[i].where == AUSPEX_WHERE_COMPONENT)
      add_codes(all, s->filters[i].codes, own);
  if (is_answered(s)) add_instruments(all, s->instrument);
}

static ax_status set_reads(ax_arena *arena, ax_model *m) {
  size_t most = 2;
  for_all_sources(m, count_filters, &most);
  filters all = { .items = AX_NEW_ARRAY(arena, ax_fact_code, most),
                  .own = AX_NEW_ARRAY(arena, bool, most) };
  if (!all.items || !all.own) return AX_NOMEM;
  for_all_sources(m, add_source, &all);
  add_filter(&all, AX_STR(AX_FHIR_FACT_ENROLMENT_SYSTEM), m->name, 0, false);
  add_filter(&all, AX_STR(AX_FHIR_FACT_ENROLMENT_SYSTEM), m->id, 0, false);
  m->reads_all = false;
  for_all_sources(m, find_value_sets, &m->reads_all);
  m->reads = all.items;
  m->read_own = all.own;
  m->read_count = all.count;
  return AX_OK;
}

ax_status ax_model_finish(ax_arena *arena, ax_model *model, ax_error *err) {
  checking c = { model, err };
  AX_TRY(check_head(&c));
  AX_TRY(check_lists(&c));
  AX_TRY(set_columns(arena, model, &c));
  return set_reads(arena, model);
}
