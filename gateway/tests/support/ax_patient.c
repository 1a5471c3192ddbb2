#include "support/ax_patient.h"

#include <stdlib.h>
#include <string.h>

#include "json/json_parse.h"
#include "json/json_write.h"

enum { WORDS = 48, JSON_MAX = 1 << 20 };

typedef struct { /* the words of a line, and the resource being written */
  ax_str words[WORDS];
  size_t count, at;
  ax_buf body;
  ax_json_writer w;
} line;

static void split(line *l, ax_str text) {
  size_t i = 0;
  while (i < text.len) {
    while (i < text.len && text.ptr[i] == ' ') i++;
    size_t start = i;
    while (i < text.len && text.ptr[i] != ' ') i++;
    if (i == start) break;
    assert_true(l->count < WORDS);
    l->words[l->count++] = (ax_str){ text.ptr + start, i - start };
  }
}

static ax_str word(line *l) {
  if (l->at == l->count) fail_msg("the line is too short");
  return l->words[l->at++];
}

static bool next_is(line *l, const char *literal) {
  if (l->at == l->count || !ax_str_eq(l->words[l->at], ax_str_from(literal)))
    return false;
  l->at++;
  return true;
}

static bool begins(ax_str s, const char *prefix, ax_str *rest) {
  size_t n = strlen(prefix);
  if (s.len < n || memcmp(s.ptr, prefix, n) != 0) return false;
  *rest = (ax_str){ s.ptr + n, s.len - n };
  return true;
}

/* ---- pieces of FHIR ---- */

static void key(line *l, const char *name) {
  ax_json_write_key(&l->w, ax_str_from(name));
}

static void member(line *l, const char *name, ax_str value) {
  ax_json_write_member(&l->w, ax_str_from(name), value);
}

static ax_str system_of(ax_str code, ax_str *plain) {
  static const struct {
    const char *prefix, *system;
  } known[] = {
    { "atc:", "http://www.whocc.no/atc" },
    { "own:", "https://auspex-gateway.org/fhir/CodeSystem/model-input" },
    { "interpretation:", "http://terminology.hl7.org/CodeSystem/"
                         "v3-ObservationInterpretation" },
    { "mii:", "https://www.medizininformatik-initiative.de/fhir/ext/modul-pro/"
              "CodeSystem/mii-cs-pro-score-catalogue" },
    { "ajcc:", "http://cancerstaging.org" },
    { "uicc:", "https://www.uicc.org/resources/tnm" },
    { "hgnc:", "http://www.genenames.org" },
    { "role:", "http://terminology.hl7.org/CodeSystem/v3-RoleCode" },
    { "gm:", "http://fhir.de/CodeSystem/bfarm/icd-10-gm" },
  };
  for (size_t i = 0; i < AX_COUNT(known); i++)
    if (begins(code, known[i].prefix, plain))
      return ax_str_from(known[i].system);
  *plain = code;
  bool dash = memchr(code.ptr, '-', code.len) != NULL;
  bool digit = code.ptr[0] >= '0' && code.ptr[0] <= '9';
  if (dash) return AX_STR("http://loinc.org");
  return digit ? AX_STR("http://snomed.info/sct")
               : AX_STR("http://hl7.org/fhir/sid/icd-10");
}

static void concept(line *l, const char *name, ax_str code) {
  ax_str plain;
  ax_str system = system_of(code, &plain);
  key(l, name);
  ax_json_write_object(&l->w);
  key(l, "coding");
  ax_json_write_array(&l->w);
  ax_json_write_object(&l->w);
  member(l, "system", system);
  member(l, "code", plain);
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
}

static void reference(line *l, const char *name, const char *to) {
  key(l, name);
  ax_json_write_object(&l->w);
  member(l, "reference", ax_str_from(to));
  ax_json_write_close(&l->w);
}

static void quantity(line *l, ax_str digits, ax_str unit) {
  ax_json_write_object(&l->w);
  if (digits.ptr[0] == '<' || digits.ptr[0] == '>') {
    member(l, "comparator", (ax_str){ digits.ptr, 1 });
    digits = (ax_str){ digits.ptr + 1, digits.len - 1 };
  }
  key(l, "value");
  ax_json_write_number(&l->w, digits);
  member(l, "unit", unit);
  member(l, "system", AX_STR("http://unitsofmeasure.org"));
  member(l, "code", unit);
  ax_json_write_close(&l->w);
}

/* value[x], if the line goes on with one; `*unit` is that of a quantity. */
static void value(line *l, ax_str *unit) {
  ax_str rest;
  if (l->at == l->count) return;
  ax_str v = l->words[l->at];
  bool number = strchr("-<>0123456789", v.ptr[0]) != NULL;
  if (begins(v, "#", &rest)) {
    key(l, "valueInteger");
    ax_json_write_number(&l->w, rest);
  } else if (begins(v, "@", &rest)) {
    concept(l, "valueCodeableConcept", rest);
  } else if (begins(v, "~", &rest)) {
    member(l, "valueString", rest);
  } else if (begins(v, "on:", &rest)) {
    member(l, "valueDateTime", rest);
  } else if (ax_str_eq(v, AX_STR("yes")) || ax_str_eq(v, AX_STR("no"))) {
    key(l, "valueBoolean");
    ax_json_write_bool(&l->w, v.ptr[0] == 'y');
  } else if (number) {
    l->at++;
    *unit = word(l);
    key(l, "valueQuantity");
    quantity(l, v, *unit);
    return;
  } else {
    return;
  }
  l->at++;
}

static void reference_range(line *l, ax_str unit) {
  ax_str low = word(l), high = word(l);
  key(l, "referenceRange");
  ax_json_write_array(&l->w);
  ax_json_write_object(&l->w);
  if (!ax_str_eq(low, AX_STR("-"))) {
    key(l, "low");
    quantity(l, low, unit);
  }
  if (!ax_str_eq(high, AX_STR("-"))) {
    key(l, "high");
    quantity(l, high, unit);
  }
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
}

static void coded_status(line *l, const char *name, const char *system,
                         ax_str code) {
  key(l, name);
  ax_json_write_object(&l->w);
  key(l, "coding");
  ax_json_write_array(&l->w);
  ax_json_write_object(&l->w);
  member(l, "system", ax_str_from(system));
  member(l, "code", code);
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
}

/* ---- resources ---- */

static void begin_resource(ax_patient *p, line *l, const char *type) {
  l->body = (ax_buf)AX_BUF_INIT(JSON_MAX);
  l->w = ax_json_write_begin(&l->body);
  ax_json_write_object(&l->w);
  member(l, "resourceType", ax_str_from(type));
  ax_str id = strcmp(type, "Patient") == 0
                  ? AX_STR("p")
                  : ax_arena_printf(p->arena, "r%u", p->resources++);
  member(l, "id", id);
}

static void extract(ax_patient *p, ax_str json) {
  const ax_json *tree = NULL;
  ax_json_fault err = { 0 };
  ax_str subject;
  ax_str kept = ax_arena_str(p->arena, json);
  if (ax_json_parse(p->arena, kept, &tree, &err))
    fail_msg("not JSON: %.*s", AX_STR_ARG(kept));
  assert_int_equal(ax_fhir_fact_extract(p->arena, tree, &p->facts, &subject),
                   AX_OK);
  p->entries = ax_arena_printf(
      p->arena,
      "%.*s%s{\"fullUrl\":\"https://hospital.example.org/fhir/%.*s/%.*s\","
      "\"resource\":%.*s}",
      AX_STR_ARG(p->entries), p->entries.len ? "," : "",
      AX_STR_ARG(AX_JSON_STR(tree, "resourceType")),
      AX_STR_ARG(AX_JSON_STR(tree, "id")), AX_STR_ARG(kept));
}

static ax_str written(ax_patient *p, line *l) {
  if (l->at != l->count)
    fail_msg("what is '%.*s'?", AX_STR_ARG(l->words[l->at]));
  ax_json_write_close(&l->w);
  assert_int_equal(ax_json_write_end(&l->w), AX_OK);
  ax_str json = ax_arena_str(p->arena, ax_buf_view(&l->body));
  ax_buf_free(&l->body);
  return json;
}

static void end_resource(ax_patient *p, line *l) {
  extract(p, written(p, l));
}

static void core_extension(line *l, const char *which, ax_str code) {
  ax_json_write_object(&l->w);
  key(l, "url");
  ax_str url = strcmp(which, "race") == 0
                   ? AX_STR("http://hl7.org/fhir/us/core/StructureDefinition/"
                            "us-core-race")
                   : AX_STR("http://hl7.org/fhir/us/core/StructureDefinition/"
                            "us-core-ethnicity");
  ax_json_write_str(&l->w, url);
  key(l, "extension");
  ax_json_write_array(&l->w);
  ax_json_write_object(&l->w);
  member(l, "url", AX_STR("ombCategory"));
  key(l, "valueCoding");
  ax_json_write_object(&l->w);
  member(l, "system", AX_STR("urn:oid:2.16.840.1.113883.6.238"));
  member(l, "code", code);
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
}

static void patient_line(ax_patient *p, line *l) {
  begin_resource(p, l, "Patient");
  member(l, "gender", word(l));
  member(l, "birthDate", word(l));
  if (next_is(l, "country")) {
    key(l, "address");
    ax_json_write_array(&l->w);
    ax_json_write_object(&l->w);
    member(l, "use", AX_STR("home"));
    member(l, "country", word(l));
    ax_json_write_close(&l->w);
    ax_json_write_close(&l->w);
  }
  if (l->at < l->count) {
    key(l, "extension");
    ax_json_write_array(&l->w);
    while (l->at < l->count) {
      bool race = next_is(l, "race");
      if (!race && !next_is(l, "ethnicity")) break;
      core_extension(l, race ? "race" : "ethnicity", word(l));
    }
    ax_json_write_close(&l->w);
  }
  end_resource(p, l);
}

static void condition_line(ax_patient *p, line *l) {
  begin_resource(p, l, "Condition");
  reference(l, "subject", "Patient/p");
  concept(l, "code", word(l));
  if (l->at < l->count && l->words[l->at].ptr[0] >= '0' &&
      l->words[l->at].ptr[0] <= '9')
    member(l, "onsetDateTime", word(l));
  ax_str status = AX_STR("active"), verified = AX_STR("confirmed");
  if (next_is(l, "status")) status = word(l);
  if (next_is(l, "refuted")) verified = AX_STR("refuted");
  if (next_is(l, "provisional")) verified = AX_STR("provisional");
  if (next_is(l, "recorded")) member(l, "recordedDate", word(l));
  coded_status(l, "clinicalStatus",
               "http://terminology.hl7.org/CodeSystem/condition-clinical",
               status);
  coded_status(l, "verificationStatus",
               "http://terminology.hl7.org/CodeSystem/condition-ver-status",
               verified);
  end_resource(p, l);
}

static bool is_one_of(ax_str code, const char *const *codes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (ax_str_eq(code, ax_str_from(codes[i]))) return true;
  return false;
}

/* The profiles of vital signs and of scores want their category. */
static void category(line *l, ax_str code) {
  static const char *const vital[] = { "39156-5", "8302-2", "29463-7",
                                       "8310-5",  "8480-6", "85354-9",
                                       "8867-4",  "9279-1", "59408-5" };
  static const char *const survey[] = { "44261-6", "70274-6" };
  ax_str rest;
  bool is_vital = is_one_of(code, vital, AX_COUNT(vital));
  if (!is_vital && !is_one_of(code, survey, AX_COUNT(survey)) &&
      !begins(code, "mii:", &rest))
    return;
  key(l, "category");
  ax_json_write_array(&l->w);
  ax_json_write_object(&l->w);
  key(l, "coding");
  ax_json_write_array(&l->w);
  ax_json_write_object(&l->w);
  member(l, "system",
         AX_STR("http://terminology.hl7.org/CodeSystem/observation-category"));
  member(l, "code", is_vital ? AX_STR("vital-signs") : AX_STR("survey"));
  for (int k = 0; k < 4; k++) ax_json_write_close(&l->w);
}

static void observation_line(ax_patient *p, line *l) {
  ax_str unit = AX_STR(""), status = AX_STR("final");
  begin_resource(p, l, "Observation");
  reference(l, "subject", "Patient/p");
  ax_str code = word(l);
  concept(l, "code", code);
  category(l, code);
  member(l, "effectiveDateTime", word(l));
  value(l, &unit);
  while (l->at < l->count) {
    if (next_is(l, "range")) {
      reference_range(l, unit);
    } else if (next_is(l, "method")) {
      concept(l, "method", word(l));
    } else if (next_is(l, "site")) {
      concept(l, "bodySite", word(l));
    } else if (next_is(l, "interpretation")) {
      key(l, "interpretation");
      ax_json_write_array(&l->w);
      ax_json_write_object(&l->w);
      key(l, "coding");
      ax_json_write_array(&l->w);
      ax_json_write_object(&l->w);
      ax_str plain, system = system_of(word(l), &plain);
      member(l, "system", system);
      member(l, "code", plain);
      for (int i = 0; i < 4; i++) ax_json_write_close(&l->w);
    } else if (next_is(l, "device")) {
      reference(l, "device", "Device/scanner");
    } else if (next_is(l, "specimen")) {
      reference(l, "specimen", "Specimen/s");
    } else if (next_is(l, "status")) {
      status = word(l);
    } else if (next_is(l, "absent")) {
      coded_status(l, "dataAbsentReason",
                   "http://terminology.hl7.org/CodeSystem/data-absent-reason",
                   word(l));
    } else {
      fail_msg("what is '%.*s'?", AX_STR_ARG(l->words[l->at]));
    }
  }
  member(l, "status", status);
  p->open = written(p, l);
}

/* An Observation waits for its components until something else comes. */
static void close_observation(ax_patient *p) {
  if (p->open.len) extract(p, p->open);
  p->open = AX_STR("");
}

/* Puts a component in front of the closing brace, behind the others. */
static void component_line(ax_patient *p, line *l) {
  static const char *const first = ",\"component\":[";
  ax_str unit = AX_STR("");
  if (!p->open.len) fail_msg("a component of nothing");
  l->body = (ax_buf)AX_BUF_INIT(JSON_MAX);
  l->w = ax_json_write_begin(&l->body);
  ax_json_write_object(&l->w);
  concept(l, "code", word(l));
  value(l, &unit);
  ax_str json = written(p, l);
  bool more = p->open.len > 2 && p->open.ptr[p->open.len - 2] == ']' &&
              p->open.ptr[p->open.len - 3] == '}' &&
              strstr(ax_arena_cstr(p->arena, p->open), first) != NULL;
  p->open.len -= more ? 2 : 1;
  p->open = ax_arena_printf(p->arena, "%.*s%s%.*s]}", AX_STR_ARG(p->open),
                            more ? "," : first, AX_STR_ARG(json));
}

static void dated_line(ax_patient *p, line *l, const char *type,
                       const char *code, const char *date) {
  begin_resource(p, l, type);
  member(l, "status", AX_STR("completed"));
  reference(l, "subject", "Patient/p");
  concept(l, code, word(l));
  member(l, date, word(l));
  end_resource(p, l);
}

static void medication_line(ax_patient *p, line *l) {
  begin_resource(p, l, "MedicationStatement");
  member(l, "status", AX_STR("active"));
  reference(l, "subject", "Patient/p");
  concept(l, "medicationCodeableConcept", word(l));
  end_resource(p, l);
}

static void family_line(ax_patient *p, line *l) {
  begin_resource(p, l, "FamilyMemberHistory");
  member(l, "status", AX_STR("completed"));
  reference(l, "patient", "Patient/p");
  ax_str code = word(l), role = word(l);
  concept(l, "relationship",
          ax_arena_printf(p->arena, "role:%.*s", AX_STR_ARG(role)));
  key(l, "condition");
  ax_json_write_array(&l->w);
  ax_json_write_object(&l->w);
  concept(l, "code", code);
  ax_json_write_close(&l->w);
  ax_json_write_close(&l->w);
  end_resource(p, l);
}

static void answers_line(ax_patient *p, line *l) {
  begin_resource(p, l, "QuestionnaireResponse");
  member(l, "status", AX_STR("completed"));
  reference(l, "subject", "Patient/p");
  ax_str name = word(l);
  member(l, "questionnaire",
         ax_arena_printf(p->arena, "https://example.org/Questionnaire/%.*s",
                         AX_STR_ARG(name)));
  member(l, "authored", word(l));
  key(l, "item");
  ax_json_write_array(&l->w);
  while (l->at < l->count) {
    ax_str pair = word(l);
    const char *equals = memchr(pair.ptr, '=', pair.len);
    if (!equals) fail_msg("an answer is LINK=NUMBER");
    size_t n = (size_t)(equals - pair.ptr);
    ax_json_write_object(&l->w);
    member(l, "linkId", (ax_str){ pair.ptr, n });
    key(l, "answer");
    ax_json_write_array(&l->w);
    ax_json_write_object(&l->w);
    key(l, "valueInteger");
    ax_json_write_number(&l->w, (ax_str){ equals + 1, pair.len - n - 1 });
    ax_json_write_close(&l->w);
    ax_json_write_close(&l->w);
    ax_json_write_close(&l->w);
  }
  ax_json_write_close(&l->w);
  end_resource(p, l);
}

void ax_patient_begin(ax_patient *p) {
  memset(p, 0, sizeof *p);
  p->arena = ax_arena_new(64u << 20);
  assert_non_null(p->arena);
}

void ax_patient_end(ax_patient *p) {
  ax_arena_free(p->arena);
}

bool ax_patient_line(ax_patient *p, ax_str text) {
  line l = { .count = 0 };
  split(&l, text);
  if (next_is(&l, "component")) {
    component_line(p, &l);
    return true;
  }
  close_observation(p);
  if (next_is(&l, "patient"))
    patient_line(p, &l);
  else if (next_is(&l, "condition"))
    condition_line(p, &l);
  else if (next_is(&l, "observation"))
    observation_line(p, &l);
  else if (next_is(&l, "procedure"))
    dated_line(p, &l, "Procedure", "code", "performedDateTime");
  else if (next_is(&l, "administration"))
    dated_line(p, &l, "MedicationAdministration", "medicationCodeableConcept",
               "effectiveDateTime");
  else if (next_is(&l, "medication"))
    medication_line(p, &l);
  else if (next_is(&l, "family"))
    family_line(p, &l);
  else if (next_is(&l, "answers"))
    answers_line(p, &l);
  else
    return false;
  return true;
}

const ax_facts *ax_patient_facts(ax_patient *p) {
  close_observation(p);
  return &p->facts;
}

ax_str ax_patient_bundle(ax_patient *p) {
  close_observation(p);
  return ax_arena_printf(p->arena,
                         "{\"resourceType\":\"Bundle\",\"type\":\"collection\","
                         "\"entry\":[%.*s]}",
                         AX_STR_ARG(p->entries));
}
