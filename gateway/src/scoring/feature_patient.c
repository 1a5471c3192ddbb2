/* Who is scored at all (never the dead, the inactive, the replaced, the made
 * up), and what the Patient says: age and sex. */
#include "scoring/feature_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ax_fact *first_patient(const ax_feature_view *view) {
  for (size_t i = 0; i < ax_feature_view_count(view); i++) {
    const ax_fact *fact = ax_feature_view_at(view, i);
    if (fact->kind == AX_FACT_PATIENT && fact->status != AX_FACT_STATUS_ERROR)
      return fact;
  }
  return NULL;
}

/* An active Flag that names the model and holds at as-of. */
static bool enrols(const ax_feature_work *w, const ax_fact *fact) {
  int64_t as_of = w->row->as_of_ms;
  return fact->kind == AX_FACT_FLAG && fact->status == AX_FACT_STATUS_FINAL &&
         !(fact->flags & AX_FACT_TEST_DATA) &&
         ax_str_eq(fact->system, AX_STR(AX_FHIR_FACT_ENROLMENT_SYSTEM)) &&
         (ax_str_eq(fact->code, w->model->id) ||
          ax_str_eq(fact->code, w->model->name)) &&
         (!fact->has_time || fact->lo_ms <= as_of) &&
         (!fact->has_end || fact->end_hi_ms >= as_of);
}

/* Dead at as-of; a death later than that does not count, one whose date leaves
 * it open does. */
static bool was_dead(const ax_fact *patient, int64_t as_of_ms) {
  if (!(patient->flags & AX_FACT_PATIENT_DECEASED)) return false;
  return !patient->has_end || patient->end_lo_ms <= as_of_ms;
}

bool ax_feature_patient_find(ax_feature_work *w, ax_str *why) {
  w->patient = first_patient(w->view);
  for (size_t i = 0; i < ax_feature_view_count(w->view); i++)
    w->enrolled |= enrols(w, ax_feature_view_at(w->view, i));
  const ax_fact *p = w->patient;
  *why = AX_STR("");
  if (!p)
    *why = AX_STR("there is no Patient resource for the subject");
  else if (p->flags & AX_FACT_TEST_DATA)
    *why = AX_STR("the patient is marked as test data");
  else if (p->flags & AX_FACT_PATIENT_REPLACED)
    *why = AX_STR("the Patient was replaced by another one");
  else if (p->flags & AX_FACT_PATIENT_INACTIVE)
    *why = AX_STR("the Patient is not active");
  else if (was_dead(p, w->row->as_of_ms))
    *why = AX_STR("the patient has died");
  return why->len == 0;
}

/* More than one where records were linked. */
ax_status ax_feature_patient_list(ax_feature_work *w) {
  AX_VEC(const ax_fact *) list = { 0 };
  for (size_t i = 0; i < ax_feature_view_count(w->view); i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, i);
    if (fact->kind != AX_FACT_PATIENT || fact->status == AX_FACT_STATUS_ERROR)
      continue;
    const ax_fact **slot = AX_VEC_PUSH(&list, w->arena);
    if (!slot) return AX_NOMEM;
    *slot = fact;
  }
  w->row->persons = list.items;
  w->row->person_count = list.count;
  return AX_OK;
}

static ax_feature_finding birth_date(ax_feature_work *w) {
  const ax_fact *p = w->patient;
  if (!p->has_time)
    return (ax_feature_finding){ AUSPEX_CELL_ABSENT,
                                 AX_STR("the Patient has no birthDate"), p };
  for (size_t i = 0; i < ax_feature_view_count(w->view); i++) {
    const ax_fact *other = ax_feature_view_at(w->view, i);
    if (other->kind == AX_FACT_PATIENT && other->has_time &&
        (other->lo_ms != p->lo_ms || other->hi_ms != p->hi_ms))
      return (ax_feature_finding){ AUSPEX_CELL_CONFLICT,
                                   AX_STR("birth dates differ"), other };
  }
  return (ax_feature_finding){ AUSPEX_CELL_PRESENT, AX_STR(""), p };
}

ax_feature_finding ax_feature_patient_age(ax_feature_work *w, int *least,
                                          int *greatest) {
  if (w->anchor.state != AUSPEX_CELL_PRESENT) return w->anchor;
  ax_feature_finding finding = birth_date(w);
  if (finding.state != AUSPEX_CELL_PRESENT) return finding;
  const ax_fact *p = w->patient;
  ax_fhir_date birth = { .lo_ms = p->lo_ms,
                         .hi_ms = p->hi_ms,
                         .precision = p->precision };
  ax_fhir_date_age(&birth, w->row->anchor_ms, least, greatest);
  return finding;
}

ax_feature_finding ax_feature_patient_sex(ax_feature_work *w, double *sex) {
  bool male = false, female = false, other = false;
  for (size_t i = 0; i < ax_feature_view_count(w->view); i++) {
    const ax_fact *p = ax_feature_view_at(w->view, i);
    if (p->kind != AX_FACT_PATIENT) continue;
    if (ax_str_eq(p->code, AX_STR("male")))
      male = true;
    else if (ax_str_eq(p->code, AX_STR("female")))
      female = true;
    else if (p->code.len)
      other = true;
  }
  *sex = female ? 1 : 0;
  if (male + female + other > 1)
    return (ax_feature_finding){ AUSPEX_CELL_CONFLICT,
                                 AX_STR("Patient.gender differs"), w->patient };
  if (other || !(male || female))
    return (ax_feature_finding){
      AUSPEX_CELL_ABSENT,
      AX_STR(
          "Patient.gender is neither male nor female, and no sex is guessed"),
      w->patient
    };
  return (ax_feature_finding){ AUSPEX_CELL_PRESENT, AX_STR(""), w->patient };
}

static ax_feature_finding age_value(ax_feature_work *w,
                                    const ax_model_source *in, double *value) {
  int least = 0, greatest = 0;
  ax_feature_finding finding = ax_feature_patient_age(w, &least, &greatest);
  if (finding.state != AUSPEX_CELL_PRESENT) return finding;
  *value = least;
  if (least != greatest)
    return (ax_feature_finding){
      AUSPEX_CELL_IMPRECISE,
      ax_feature_say(w, "the birth date leaves %d to %d years open", least,
                     greatest),
      w->patient
    };
  if (least < 0 || *value < in->valid_min || *value > in->valid_max)
    return (ax_feature_finding){ AUSPEX_CELL_IMPLAUSIBLE,
                                 ax_feature_say(w, "an age of %d years", least),
                                 w->patient };
  return finding;
}

/* What the site has configured: a number, or a text that the map knows. */
static ax_feature_finding site_value(ax_feature_work *w,
                                     const ax_model_source *s, double *value) {
  ax_str text = ax_feature_view_site(w->view, s->path);
  char digits[40];
  if (!text.len)
    return (ax_feature_finding){ AUSPEX_CELL_ABSENT,
                                 AX_STR("the site has not configured it"),
                                 NULL };
  if (s->map && ax_feature_map_text(w, s->map, text, value) && !isnan(*value))
    return (ax_feature_finding){ AUSPEX_CELL_PRESENT, AX_STR(""), NULL };
  if (!s->map &&
      (ax_str_eq(text, AX_STR("true")) || ax_str_eq(text, AX_STR("false")))) {
    *value = text.ptr[0] == 't';
    return (ax_feature_finding){ AUSPEX_CELL_PRESENT, AX_STR(""), NULL };
  }
  char *end = NULL;
  if (text.len < sizeof digits) {
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = '\0';
    *value = strtod(digits, &end);
  }
  if (s->map || !end || *end || end == digits || !isfinite(*value))
    return (
        ax_feature_finding){ AUSPEX_CELL_UNMAPPED,
                             AX_STR("the model does not know what the site has "
                                    "configured"),
                             NULL };
  return (ax_feature_finding){ AUSPEX_CELL_PRESENT, AX_STR(""), NULL };
}

ax_feature_finding ax_feature_patient_cell(ax_feature_work *w,
                                           ax_model_sources from,
                                           ax_feature_cell *cell) {
  double value = 0;
  const ax_model_source *s = &from.items[0];
  ax_feature_finding finding;
  if (s->from == AUSPEX_FROM_AGE)
    finding = age_value(w, s, &value);
  else if (s->from == AUSPEX_FROM_SEX)
    finding = ax_feature_patient_sex(w, &value);
  else
    finding = site_value(w, s, &value);
  cell->state = finding.state;
  if (finding.state != AUSPEX_CELL_PRESENT) return finding;
  cell->value = value;
  if (s->from != AUSPEX_FROM_SITE) cell->fact = w->patient;
  return finding;
}
