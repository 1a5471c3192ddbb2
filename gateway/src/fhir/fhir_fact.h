/*
 * fhir_fact.h - what a resource says about a patient, as flat rows.
 *
 * A fact is one coded statement with its time: a laboratory value, a
 * diagnosis, an answer in a questionnaire. The same extraction feeds the store
 * (rows next to the resource, so that scoring needs no second parse) and
 * `$score` (rows straight from a Bundle), so both see the same.
 *
 * A resource with several codings gives one fact for each; they share `group`.
 * Facts say what was written, good or bad (a comparator, no unit, a partial
 * date, entered-in-error): judging is the business of scoring/feature.
 *
 * Lifetime: texts point into the resource's tree.
 */
#ifndef AX_FHIR_FHIR_FACT_H
#define AX_FHIR_FHIR_FACT_H

#include "fhir/fhir_date.h"
#include "json/json.h"

typedef enum {
  AX_FACT_OBSERVATION = 1, /* Observation, or one component of it */
  AX_FACT_CONDITION,
  AX_FACT_ANSWER,    /* one answered item of a QuestionnaireResponse */
  AX_FACT_PATIENT,   /* one row: birth date, gender, deceased, active, ... */
  AX_FACT_EXTENSION, /* an extension of the Patient, or address.country */
  AX_FACT_ADMINISTRATION, /* MedicationAdministration */
  AX_FACT_MEDICATION,     /* MedicationStatement, MedicationRequest */
  AX_FACT_PROCEDURE,
  AX_FACT_FAMILY, /* one condition of a FamilyMemberHistory */
  AX_FACT_FLAG
} ax_fact_kind;

typedef enum { /* the resource's own status, as far as rules ask for it */
               AX_FACT_STATUS_OTHER, /* registered, preliminary, cancelled,
                                        in-progress ... */
               AX_FACT_STATUS_FINAL, /* final, amended, corrected; completed,
                                        amended; of medications and Flags what
                                        is or was active; of a family's history
                                        also partial */
               AX_FACT_STATUS_ERROR  /* entered-in-error */
} ax_fact_status;

typedef enum {
  AX_FACT_VALUE_NONE,
  AX_FACT_VALUE_NUMBER, /* valueQuantity, valueInteger, valueDecimal; in an
                           ANSWER also a valueCoding with an ordinal value
                           (extension) or a short numeric code */
  AX_FACT_VALUE_CODE,   /* valueCodeableConcept, valueCoding, one per coding;
                           `digits` and `number` hold its ordinal value if it
                           carries one */
  AX_FACT_VALUE_BOOL,
  AX_FACT_VALUE_TEXT,  /* valueString */
  AX_FACT_VALUE_TIME,  /* valueDateTime */
  AX_FACT_VALUE_ABSENT /* dataAbsentReason; `value_code` says why */
} ax_fact_value;

/* Bits of `flags`; the first three and ONSET are about Conditions. */
enum {
  AX_FACT_CLINICAL_ACTIVE = 1 << 0, /* active, recurrence, relapse or absent */
  AX_FACT_VERIFIED = 1 << 1,        /* confirmed or absent */
  AX_FACT_REFUTED = 1 << 2,
  AX_FACT_HAS_FOCUS = 1 << 3,        /* Observation.focus is, or may be,
                                        somebody else */
  AX_FACT_MADE_HERE = 1 << 4,        /* meta.tag says the gateway made it */
  AX_FACT_TEST_DATA = 1 << 5,        /* meta.security HTEST */
  AX_FACT_ONSET_NOT_DATE = 1 << 6,   /* onsetAge, onsetString, onsetRange */
  AX_FACT_HAS_UNIT = 1 << 7,         /* UCUM system and code are there */
  AX_FACT_PATIENT_DECEASED = 1 << 8, /* PATIENT facts from here on */
  AX_FACT_PATIENT_INACTIVE = 1 << 9,
  AX_FACT_PATIENT_REPLACED = 1 << 10, /* link.type replaced-by */
  AX_FACT_RECURRENCE = 1 << 11,       /* Condition: recurrence or relapse */
  AX_FACT_PLAIN_NUMBER = 1 << 12      /* valueInteger, valueDecimal: no unit */
};

typedef struct {
  ax_fact_kind kind;
  ax_fact_status status;
  unsigned flags;
  uint32_t group;     /* same for all facts of one statement in a resource */
  ax_str source_type; /* "Observation" ... */
  ax_str source_id;   /* may be empty in a Bundle without ids: see source_url */
  ax_str source_url;  /* fullUrl in a Bundle, else empty */
  uint64_t source_version; /* 0: not stored */

  ax_str system; /* of the code; ANSWER: the questionnaire canonical */
  ax_str code;   /* ANSWER: the linkId; PATIENT: the gender; EXTENSION: its
                    URL, or URL and inner URL with a blank between, or
                    AX_FHIR_FACT_COUNTRY */

  bool has_time;        /* effective[x], onsetDateTime/Period.start, authored,
                           authoredOn, performed[x], period.start, birthDate */
  ax_date_precision precision;
  int64_t lo_ms, hi_ms; /* the interval; Period: that of its end */
  bool has_end; /* Condition.abatementDateTime; Patient.deceasedDateTime; end of
                   the period of a Flag or of a MedicationStatement */
  int64_t end_lo_ms, end_hi_ms;
  int64_t issued_ms; /* issued, recordedDate, meta.lastUpdated; 0: none */

  ax_fact_value value_kind;
  double number;
  ax_str digits;          /* the number as written */
  char comparator;        /* 0, '<', '>', 'l' (<=), 'g' (>=) */
  ax_str unit;            /* UCUM code when AX_FACT_HAS_UNIT, else unit text */
  bool has_low, has_high; /* of the normal referenceRange; in the same unit, or
                             in that of a detail */
  double low, high;
  /* CODE, and an ANSWER's coding that gave a NUMBER; ABSENT (its code); TEXT
   * and TIME (value_code, as written; the TIME's first millisecond is in
   * `number`). */
  ax_str value_system, value_code;
  /* What else the resource says, for ax_fhir_fact_detail; empty: nothing. */
  ax_str details;
} ax_fact;

/* The details of a fact: codings of other elements, each under a name. Those of
 * a component are its own and, but for interpretation, its Observation's.
 *   within          codes of the Observation that a component belongs to
 *   interpretation, method, bodySite, category
 *   specimen, device    (no coding) there is one
 *   member          (code) reference to a member of a panel
 *   stage           Condition.stage.summary
 *   recorded        (code) Condition.recordedDate as written
 *   lowUnit, highUnit   (UCUM system and code) of the bound of the reference
 *                   range, where it is not the value's unit
 *   relationship    FamilyMemberHistory.relationship */
typedef struct {
  ax_str rest; /* start: the details of the fact */
  ax_str system, code;
} ax_fact_detail;

/* The next detail called `name`; false: no more. */
bool ax_fhir_fact_detail(ax_fact_detail *at, ax_str name);

/* One code to look for. */
typedef struct {
  ax_str system, code;
  enum {
    AX_FACT_MATCH_EXACT,
    AX_FACT_MATCH_PREFIX, /* ICD-10 "C50" finds C50, C50.9, C50.811 */
    AX_FACT_MATCH_RANGE,  /* code "C81-C86": three-character category between */
    AX_FACT_MATCH_CONTAINS /* any code of a system that contains `system`,
                              in any case: "qlq-c30" in a canonical */
  } match;
} ax_fact_code;

typedef struct {
  ax_fact *items;
  size_t count;
  size_t capacity; /* of items, where ax_fhir_fact_extract made them; else 0 */
} ax_facts;

/* The tag (meta.tag) by which the gateway knows what it made itself. */
#define AX_FHIR_FACT_MADE_SYSTEM \
  "https://auspex-gateway.org/fhir/CodeSystem/tags"
#define AX_FHIR_FACT_MADE_CODE "gateway-result"

/* The code of the EXTENSION fact of Patient.address.country. */
#define AX_FHIR_FACT_COUNTRY "address.country"

/* A Flag with a code of this system enrols its patient for the model that the
 * code names (id or short name). */
#define AX_FHIR_FACT_ENROLMENT_SYSTEM \
  "https://auspex-gateway.org/fhir/CodeSystem/model-enrolment"

/*
 * Appends the facts of `resource` (any type; types without facts give none).
 * `subject` receives the text of the reference to the patient (empty: none;
 * for a Patient itself: empty). NOMEM only.
 */
ax_status ax_fhir_fact_extract(ax_arena *arena, const ax_json *resource,
                               ax_facts *out, ax_str *subject) AX_MUST_USE;

/* The same, where `medication` is the Medication that the resource refers to
 * (ax_fhir_fact_medication_elsewhere); NULL: it is not known. */
ax_status ax_fhir_fact_extract_with(ax_arena *arena, const ax_json *resource,
                                    const ax_json *medication, ax_facts *out,
                                    ax_str *subject) AX_MUST_USE;

/* The reference to a Medication outside `resource`, or empty. */
ax_str ax_fhir_fact_medication_elsewhere(const ax_json *resource);

/* Is `fact` coded with `code`? */
bool ax_fhir_fact_matches(const ax_fact *fact, const ax_fact_code *code);

#endif
