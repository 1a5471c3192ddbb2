#include "scoring/model.h"

#include <auspex_plugin.h>
#include <math.h>
#include <string.h>

#include "ucum/ucum.h"

/* --- matching ------------------------------------------------------------- */

static const ax_str icd10[] = {
  AX_STR_INIT("http://hl7.org/fhir/sid/icd-10"),
  AX_STR_INIT("http://hl7.org/fhir/sid/icd-10-cm"),
  AX_STR_INIT("http://fhir.de/CodeSystem/bfarm/icd-10-gm"),
};

static bool is_icd10(ax_str system) {
  for (size_t i = 0; i < AX_COUNT(icd10); i++)
    if (ax_str_eq(system, icd10[i])) return true;
  return false;
}

bool ax_model_same_system(ax_str a, ax_str b) {
  return ax_str_eq(a, b) || (is_icd10(a) && is_icd10(b));
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
  switch (wanted->match) {
  case AUSPEX_MATCH_PREFIX:
    return ax_str_starts(code, wanted->code);
  case AUSPEX_MATCH_RANGE:
    return in_range(wanted->code, code);
  default:
    return ax_str_eq(code, wanted->code);
  }
}

const ax_model_code *ax_model_codes_find(const ax_model_codes *codes,
                                         ax_str system, ax_str code) {
  for (size_t i = 0; i < codes->count; i++)
    if (ax_model_code_matches(&codes->items[i], system, code))
      return &codes->items[i];
  return NULL;
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
  return ax_error_set(c->err, AX_INVALID, "model '" AX_STR_FMT "', %s %zu: %s",
                      AX_STR_ARG(c->model->id), part, i, rule);
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
    if (!code->system.len || !code->code.len)
      return fault(c, part, i, "a code needs a system and a code");
    if (code->match > AUSPEX_MATCH_RANGE)
      return fault(c, part, i, "a code's match is EXACT, PREFIX or RANGE");
    if (code->match == AUSPEX_MATCH_RANGE &&
        (code->code.len != 7 || code->code.ptr[3] != '-'))
      return fault(c, part, i, "a code RANGE is written like C81-C86");
  }
  return AX_OK;
}

static ax_status check_window(const checking *c, size_t i,
                              const ax_model_input *in) {
  if (in->relative_to > AUSPEX_AT_INPUT)
    return fault(c, "input", i, "relative_to is AS_OF, ANCHOR or INPUT");
  if (in->relative_to == AUSPEX_AT_ANCHOR && !c->model->anchor_kind)
    return fault(c, "input", i,
                 "is relative to an anchor that is not declared");
  uint32_t before = i < 32 ? (UINT32_C(1) << i) - 1 : UINT32_MAX;
  if (in->relative_to == AUSPEX_AT_INPUT &&
      (!in->relative_inputs || (in->relative_inputs & ~before)))
    return fault(c, "input", i, "relative_inputs names inputs before this one");
  if (in->window_from_days != AUSPEX_UNLIMITED &&
      in->window_from_days > in->window_to_days)
    return fault(c, "input", i, "the window ends before it begins");
  if (in->valid_min > in->valid_max)
    return fault(c, "input", i, "valid_min is above valid_max");
  return AX_OK;
}

static ax_status check_input(const checking *c, size_t i,
                             const ax_model_input *in) {
  bool coded = in->source == AUSPEX_FROM_OBSERVATION ||
               in->source == AUSPEX_FROM_OBSERVATION_SET ||
               in->source == AUSPEX_FROM_CONDITION;
  if (in->source < AUSPEX_FROM_OBSERVATION || in->source > AUSPEX_FROM_SEX)
    return fault(c, "input", i, "has an unknown source");
  if (!is_name(in->name))
    return fault(c, "input", i, "needs a name of a-z, 0-9, '.', '-' and '_'");
  if (in->missing < AUSPEX_MISSING_REFUSE ||
      in->missing > AUSPEX_MISSING_DEFAULT)
    return fault(c, "input", i, "missing is REFUSE, PASS or DEFAULT");
  if (in->missing == AUSPEX_MISSING_DEFAULT && !isfinite(in->fallback))
    return fault(c, "input", i, "DEFAULT needs a finite fallback");
  if (in->source == AUSPEX_FROM_OBSERVATION &&
      (in->pick < AUSPEX_PICK_LATEST || in->pick > AUSPEX_PICK_EVER))
    return fault(c, "input", i, "has an unknown pick");
  AX_TRY(check_codes(c, "input", i, &in->codes, coded));
  ax_ucum_unit unit;
  if (in->unit.len && ax_ucum_parse(in->unit, &unit, NULL))
    return fault(c, "input", i, "its unit is not one of UCUM");
  if (in->source == AUSPEX_FROM_QUESTIONNAIRE &&
      (!in->instrument.len || in->first_item > in->last_item ||
       in->last_item - in->first_item >= AX_MODEL_COLUMNS))
    return fault(c, "input", i,
                 "a questionnaire needs an instrument and items in order");
  return check_window(c, i, in);
}

static ax_status check_criterion(const checking *c, size_t i,
                                 const ax_model_criterion *k) {
  bool coded =
      k->kind == AUSPEX_NEEDS_CONDITION || k->kind == AUSPEX_EXCLUDES_CONDITION;
  if (k->kind < AUSPEX_NEEDS_CONDITION || k->kind > AUSPEX_EXCLUDES_OLD_ANCHOR)
    return fault(c, "criterion", i, "has an unknown kind");
  if (k->kind == AUSPEX_NEEDS_INPUT && k->input >= c->model->input_count)
    return fault(c, "criterion", i, "names an input that does not exist");
  if ((k->kind == AUSPEX_NEEDS_ANCHOR ||
       k->kind == AUSPEX_EXCLUDES_OLD_ANCHOR) &&
      !c->model->anchor_kind)
    return fault(c, "criterion", i, "needs an anchor that is not declared");
  return check_codes(c, "criterion", i, &k->codes, coded);
}

static ax_status check_outcome(const checking *c, size_t i,
                               const ax_model_outcome *o) {
  if (o->kind != AUSPEX_PREDICTION && o->kind != AUSPEX_MEASUREMENT)
    return fault(c, "outcome", i, "is a PREDICTION or a MEASUREMENT");
  if (!is_name(o->name))
    return fault(c, "outcome", i, "needs a name of a-z, 0-9, '.', '-' and '_'");
  if (o->horizon_from > AUSPEX_AT_INPUT || o->horizon_months > 1200)
    return fault(c, "outcome", i, "has an impossible horizon");
  return check_codes(c, "outcome", i, &o->codes, false);
}

static ax_status check_factor(const checking *c, size_t i,
                              const ax_model_factor *f) {
  if (f->input_count > AX_COUNT(f->inputs))
    return fault(c, "factor", i, "rests on more than four inputs");
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
  if (m->anchor_kind > AUSPEX_ANCHOR_FIRST_ONSET)
    return fault(c, "number", m->number, "has an unknown kind of anchor");
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
  return check_codes(c, "anchor of model", m->number, &m->anchor_codes,
                     m->anchor_kind != AUSPEX_ANCHOR_AS_OF);
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
  return AX_OK;
}

/* --- what follows from a declaration ---------------------------------------
 */

static uint32_t width(const ax_model_input *in) {
  if (in->source == AUSPEX_FROM_QUESTIONNAIRE)
    return in->last_item - in->first_item + 1;
  if (in->source == AUSPEX_FROM_OBSERVATION_SET)
    return (uint32_t)in->codes.count;
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
  size_t count;
} filters;

static void add_filter(filters *to, ax_str system, ax_str code,
                       uint32_t match) {
  ax_fact_code one = { .system = system, .code = code };
  switch (match) {
  case AUSPEX_MATCH_PREFIX:
    one.match = AX_FACT_MATCH_PREFIX;
    break;
  case AUSPEX_MATCH_RANGE:
    one.match = AX_FACT_MATCH_RANGE;
    break;
  default:
    one.match = AX_FACT_MATCH_EXACT;
    break;
  }
  for (size_t i = 0; i < to->count; i++)
    if (ax_str_eq(to->items[i].system, one.system) &&
        ax_str_eq(to->items[i].code, one.code) &&
        to->items[i].match == one.match)
      return;
  to->items[to->count++] = one;
}

static void add_codes(filters *to, const ax_model_codes *codes) {
  for (size_t i = 0; i < codes->count; i++) {
    const ax_model_code *code = &codes->items[i];
    if (!is_icd10(code->system)) {
      add_filter(to, code->system, code->code, code->match);
      continue;
    }
    for (size_t k = 0; k < AX_COUNT(icd10); k++)
      add_filter(to, icd10[k], code->code, code->match);
  }
}

static void add_instruments(filters *to, ax_str instrument) {
  while (instrument.len)
    to->items[to->count++] =
        (ax_fact_code){ .system = ax_str_cut(&instrument, '|'),
                        .code = AX_STR(""),
                        .match = AX_FACT_MATCH_CONTAINS };
}

/* An upper bound of the filters that a model can need. */
static size_t most_filters(const ax_model *m) {
  size_t codes = m->anchor_codes.count, texts = 0;
  for (size_t i = 0; i < m->criterion_count; i++)
    codes += m->criteria[i].codes.count;
  for (size_t i = 0; i < m->input_count; i++) {
    codes += m->inputs[i].codes.count;
    texts += m->inputs[i].instrument.len;
  }
  return codes * AX_COUNT(icd10) + texts;
}

static ax_status set_reads(ax_arena *arena, ax_model *m) {
  size_t most = most_filters(m);
  filters all = { .items = AX_NEW_ARRAY(arena, ax_fact_code, most) };
  if (most && !all.items) return AX_NOMEM;
  add_codes(&all, &m->anchor_codes);
  for (size_t i = 0; i < m->criterion_count; i++)
    add_codes(&all, &m->criteria[i].codes);
  for (size_t i = 0; i < m->input_count; i++) {
    /* AGE, SEX and QUESTIONNAIRE may name codes for people only. */
    if (m->inputs[i].source <= AUSPEX_FROM_CONDITION)
      add_codes(&all, &m->inputs[i].codes);
    if (m->inputs[i].source == AUSPEX_FROM_QUESTIONNAIRE)
      add_instruments(&all, m->inputs[i].instrument);
  }
  m->reads = all.items;
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
