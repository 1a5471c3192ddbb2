/* What a model declares: texts, version, codes, units, ranges. */
#include "kit/lint.h"

#include <auspex_plugin.h>
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ucum/ucum.h"

typedef struct {
  ax_findings *out;
  const ax_model *model;
  const char *what; /* "input", "criterion", "outcome", "anchor" */
  ax_str name;
} spot;

static ax_str place_of(const spot *s) {
  ax_str text = s->what
                    ? ax_arena_printf(s->out->arena,
                                      "model " AX_STR_FMT ", %s " AX_STR_FMT,
                                      AX_STR_ARG(s->model->name), s->what,
                                      AX_STR_ARG(s->name))
                    : ax_arena_printf(s->out->arena, "model " AX_STR_FMT,
                                      AX_STR_ARG(s->model->name));
  return text.ptr ? text : AX_STR("model");
}

#define ERROR(s, rule, ...) \
  ax_finding_add((s)->out, AX_FINDING_ERROR, (rule), place_of(s), __VA_ARGS__)
#define WARNING(s, rule, ...) \
  ax_finding_add((s)->out, AX_FINDING_WARNING, (rule), place_of(s), __VA_ARGS__)

/* --- check digits ------------------------------------------------------------
 */

/* LOINC Users' Guide, appendix on check digits: modulus 10, every second digit
 * from the right doubled. */
bool ax_lint_model_loinc(ax_str code) {
  if (code.len < 3 || code.ptr[code.len - 2] != '-') return false;
  unsigned sum = 0, twice = 1;
  for (size_t i = code.len - 2; i-- > 0; twice = !twice) {
    if (code.ptr[i] < '0' || code.ptr[i] > '9') return false;
    unsigned digit = (unsigned)(code.ptr[i] - '0') * (twice ? 2 : 1);
    sum += digit / 10 + digit % 10;
  }
  return code.ptr[code.len - 1] == (char)('0' + (10 - sum % 10) % 10);
}

/* SNOMED CT Technical Implementation Guide, SCTID: 6 to 18 digits, the last one
 * by Verhoeff; the two before it are 00 or 10 for a concept. */
bool ax_lint_model_snomed(ax_str code) {
  static const unsigned char multiply[10][10] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 },
    { 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 }, { 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 },
    { 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 },
    { 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 }, { 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 },
    { 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 }, { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 }
  };
  static const unsigned char permute[8][10] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 },
    { 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 }, { 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 },
    { 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 }, { 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 },
    { 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 }, { 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 }
  };
  unsigned sum = 0;
  if (code.len < 6 || code.len > 18 || code.ptr[0] == '0') return false;
  for (size_t i = 0; i < code.len; i++) {
    char c = code.ptr[code.len - 1 - i];
    if (c < '0' || c > '9') return false;
    sum = multiply[sum][permute[i % 8][c - '0']];
  }
  char partition = code.ptr[code.len - 3];
  return sum == 0 && code.ptr[code.len - 2] == '0' &&
         (partition == '0' || partition == '1');
}

/* Letter, digit, digit or letter, then a point and up to four more. */
static bool is_icd10(ax_str code) {
  if (code.len < 3 || code.ptr[0] < 'A' || code.ptr[0] > 'Z' ||
      !isdigit((unsigned char)code.ptr[1]) ||
      !isalnum((unsigned char)code.ptr[2]))
    return false;
  return code.len == 3 ||
         (code.ptr[3] == '.' && code.len >= 5 && code.len <= 8);
}

/* --- codes
 * ---------------------------------------------------------------------
 */

/* As FHIR data have them (R4 4.3.0). */
static const char *const systems[] = {
  "http://loinc.org",
  "http://snomed.info/sct",
  "http://unitsofmeasure.org",
  "http://hl7.org/fhir/sid/icd-10",
  "http://hl7.org/fhir/sid/icd-10-cm",
  "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
  "http://www.whocc.no/atc",
  "http://www.nlm.nih.gov/research/umls/rxnorm",
  "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
};

static bool same_letters(ax_str a, ax_str b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++)
    if (tolower((unsigned char)a.ptr[i]) != tolower((unsigned char)b.ptr[i]))
      return false;
  return true;
}

/* What is left of a system when nobody looks closely. */
static ax_str bare(ax_str system) {
  static const char *const heads[] = { "http://", "https://", "www." };
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
    if (ax_str_starts(system, ax_str_from(heads[i])))
      system = ax_str_skip(system, strlen(heads[i]));
  while (system.len && strchr("/# ", system.ptr[system.len - 1])) system.len--;
  return system;
}

/* Systems are compared letter by letter: one that is nearly right finds
 * nothing, in silence. */
static void check_system(const spot *s, ax_str system) {
  if (!ax_str_starts(system, AX_STR("http://")) &&
      !ax_str_starts(system, AX_STR("https://")) &&
      !ax_str_starts(system, AX_STR("urn:"))) {
    ERROR(s, "system", "the system \"" AX_STR_FMT "\" is no URI",
          AX_STR_ARG(system));
    return;
  }
  for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
    if (!ax_str_eq(system, ax_str_from(systems[i])) &&
        same_letters(bare(system), bare(ax_str_from(systems[i]))))
      ERROR(s, "system",
            "the system \"" AX_STR_FMT "\" is written \"%s\"; as it stands no "
            "resource has it",
            AX_STR_ARG(system), systems[i]);
}

static void check_code(const spot *s, ax_str system, ax_str code,
                       uint32_t match) {
  match &= ~(uint32_t)AUSPEX_MATCH_EXCEPT;
  check_system(s, system);
  if (match != AUSPEX_MATCH_EXACT) return;
  if (ax_str_eq(system, AX_STR("http://loinc.org")) &&
      !ax_lint_model_loinc(code) && !ax_str_starts(code, AX_STR("LA")) &&
      !ax_str_starts(code, AX_STR("LL")))
    ERROR(s, "loinc",
          "LOINC code \"" AX_STR_FMT
          "\" has a wrong form or check digit; look it up again",
          AX_STR_ARG(code));
  if (ax_str_eq(system, AX_STR("http://snomed.info/sct")) &&
      !ax_lint_model_snomed(code))
    ERROR(s, "snomed",
          "SNOMED CT code \"" AX_STR_FMT
          "\" has a wrong form or check digit; look it up again",
          AX_STR_ARG(code));
  if (ax_str_starts(system, AX_STR("http://hl7.org/fhir/sid/icd-10")) &&
      !is_icd10(code))
    ERROR(s, "icd",
          "ICD-10 code \"" AX_STR_FMT
          "\" has a wrong form (C25 or C25.9 is one)",
          AX_STR_ARG(code));
}

static bool same_code(const ax_model_code *a, const ax_model_code *b) {
  return a->match == b->match && ax_str_eq(a->system, b->system) &&
         ax_str_eq(a->code, b->code);
}

static void check_codes(const spot *s, const ax_model_codes *codes) {
  for (size_t i = 0; codes && i < codes->count; i++) {
    const ax_model_code *c = &codes->items[i];
    check_code(s, c->system, c->code, c->match);
    for (size_t k = 0; k < i; k++)
      if (same_code(c, &codes->items[k])) {
        ERROR(s, "twice", "the code \"" AX_STR_FMT "\" stands twice in one set",
              AX_STR_ARG(c->code));
        break;
      }
  }
}

/* --- sources
 * ----------------------------------------------------------------------
 */

static void check_unit(const spot *s, ax_str unit) {
  ax_ucum_unit parsed;
  ax_error err = { 0 };
  if (unit.len && ax_ucum_parse(unit, &parsed, &err))
    ERROR(s, "ucum", "the unit \"" AX_STR_FMT "\" is not UCUM: %s",
          AX_STR_ARG(unit), err.text);
}

/* A molar mass joins mass and substance; it makes no sense for other units. */
static void check_molar_mass(const spot *s, const ax_model_source *source) {
  ax_ucum_unit wanted, mass, substance;
  ax_error err = { 0 };
  if (source->molar_mass == 0) return;
  if (source->molar_mass < 0 || !isfinite(source->molar_mass) ||
      source->molar_mass > 1e7)
    ERROR(s, "molar-mass", "the molar mass %g g/mol cannot be",
          source->molar_mass);
  if (ax_ucum_parse(source->unit, &wanted, &err) ||
      ax_ucum_parse(AX_STR("g/L"), &mass, &err) ||
      ax_ucum_parse(AX_STR("mol/L"), &substance, &err))
    return;
  if (!ax_ucum_commensurable(&wanted, &mass) &&
      !ax_ucum_commensurable(&wanted, &substance))
    ERROR(s, "molar-mass",
          "a molar mass is declared, but \"" AX_STR_FMT
          "\" is neither a mass nor a substance concentration",
          AX_STR_ARG(source->unit));
}

static void check_source(const spot *s, const ax_model_source *source) {
  check_codes(s, source->codes);
  check_codes(s, source->within);
  for (size_t i = 0; i < source->filter_count; i++) {
    check_codes(s, source->filters[i].codes);
    check_codes(s, source->filters[i].values);
  }
  for (size_t i = 0; source->map && i < source->map->count; i++)
    if (source->map->rows[i].kind == AUSPEX_MAP_CODE)
      check_code(s, source->map->rows[i].system, source->map->rows[i].code,
                 source->map->rows[i].match);
  check_unit(s, source->unit);
  check_molar_mass(s, source);
}

static bool inside(double x, const ax_model_source *source) {
  return !(x < source->valid_min) && !(x > source->valid_max);
}

static void check_input(const spot *s, const ax_model_input *input) {
  for (size_t i = 0; i < input->sources.count; i++)
    check_source(s, &input->sources.items[i]);
  const ax_model_source *first = &input->sources.items[0];
  if (first->map) return; /* ranges are those before the map */
  if (input->missing == AUSPEX_MISSING_DEFAULT &&
      !inside(input->fallback, first))
    ERROR(s, "fallback", "its fallback %g lies outside its plausible range",
          input->fallback);
  if (!isnan(input->train_mean) && input->train_sd > 0 &&
      !inside(input->train_mean, first))
    ERROR(s, "training",
          "its training mean %g lies outside its plausible range",
          input->train_mean);
}

/* --- the model
 * -------------------------------------------------------------------
 */

/* Semantic Versioning 2.0.0: three numbers, then perhaps - or + and more. */
static bool is_semver(ax_str version) {
  for (int part = 0; part < 3; part++) {
    size_t digits = 0;
    while (digits < version.len && version.ptr[digits] >= '0' &&
           version.ptr[digits] <= '9')
      digits++;
    if (digits == 0 || (digits > 1 && version.ptr[0] == '0')) return false;
    version = ax_str_skip(version, digits);
    if (part == 2) break;
    if (!version.len || version.ptr[0] != '.') return false;
    version = ax_str_skip(version, 1);
  }
  return !version.len || version.ptr[0] == '-' || version.ptr[0] == '+';
}

static bool is_reverse_dns(ax_str id) {
  size_t points = 0;
  for (size_t i = 0; i < id.len; i++) {
    char c = id.ptr[i];
    bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (c == '.' && (i == 0 || id.ptr[i - 1] == '.' || i + 1 == id.len))
      return false;
    if (c != '.' && !word) return false;
    points += c == '.';
  }
  return points >= 2;
}

static bool is_placeholder(ax_str text) {
  return ax_str_find_nocase(text, AX_STR("todo")) != AX_STR_NONE ||
         ax_str_find_nocase(text, AX_STR("tbd")) != AX_STR_NONE ||
         ax_str_find_nocase(text, AX_STR("fixme")) != AX_STR_NONE;
}

static void check_text(const spot *s, const char *name, ax_str text) {
  if (!ax_str_trim(text).len)
    ERROR(s, "text", "%s is missing; users must be told", name);
  else if (is_placeholder(text))
    ERROR(s, "text", "%s is a placeholder: \"" AX_STR_FMT "\"", name,
          AX_STR_ARG(text));
}

static void check_texts(const spot *s) {
  const ax_model *m = s->model;
  check_text(s, "title", m->title);
  check_text(s, "publisher", m->publisher);
  check_text(s, "population", m->population);
  check_text(s, "source", m->source);
  check_text(s, "limits", m->limits);
  if (!is_semver(m->version))
    ERROR(s, "version",
          "the version \"" AX_STR_FMT "\" is not semantic (MAJOR.MINOR.PATCH)",
          AX_STR_ARG(m->version));
  if (!is_reverse_dns(m->id))
    ERROR(s, "id",
          "the id \"" AX_STR_FMT "\" is no reverse domain name in "
          "lower case (org.example.my-model)",
          AX_STR_ARG(m->id));
}

static void check_outcomes(ax_findings *out, const ax_model *model) {
  for (size_t i = 0; i < model->outcome_count; i++) {
    const ax_model_outcome *o = &model->outcomes[i];
    spot s = { out, model, "outcome", o->name };
    check_codes(&s, &o->codes);
    check_unit(&s, o->unit);
    for (size_t k = 0; k < i; k++)
      if (ax_str_eq(o->name, model->outcomes[k].name))
        ERROR(&s, "twice", "there are two outcomes of this name");
  }
}

void ax_lint_model(ax_findings *out, const ax_model *model) {
  spot s = { out, model, NULL, AX_STR("") };
  check_texts(&s);
  for (size_t i = 0; i < model->anchor.sources.count; i++) {
    spot a = { out, model, "anchor", model->anchor.name };
    check_source(&a, &model->anchor.sources.items[i]);
  }
  for (size_t i = 0; i < model->input_count; i++) {
    spot in = { out, model, "input", model->inputs[i].name };
    check_input(&in, &model->inputs[i]);
  }
  for (size_t i = 0; i < model->criterion_count; i++) {
    const ax_model_criterion *c = &model->criteria[i];
    spot cr = { out, model, "criterion", c->reason };
    for (size_t k = 0; k < c->sources.count; k++)
      check_source(&cr, &c->sources.items[k]);
  }
  check_outcomes(out, model);
}

void ax_lint_models(ax_findings *out, const ax_model *models, size_t count) {
  for (size_t i = 0; i < count; i++) {
    spot s = { out, &models[i], NULL, AX_STR("") };
    ax_lint_model(out, &models[i]);
    for (size_t k = 0; k < i; k++)
      if (ax_str_eq(models[i].id, models[k].id) ||
          ax_str_eq(models[i].name, models[k].name))
        ERROR(&s, "twice", "there are two models of this id or name");
  }
}
