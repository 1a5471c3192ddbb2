#include "search/search_params.h"

#include <string.h>

#include "search/search.h"

#define SP "http://hl7.org/fhir/SearchParameter/"
#define CS "http://hl7.org/fhir/"

/* --- identifier: every type that has one at its top -------------------------
 */

/* clang-format off */
#define IDENTIFIER(type, url) \
  { #type, "identifier", "identifier", NULL, NULL, url, AX_INDEX_TOKEN, false }
#define OWN(type) IDENTIFIER(type, SP #type "-identifier")
#define CLINICAL(type) IDENTIFIER(type, SP "clinical-identifier")
#define CONFORMANCE(type) IDENTIFIER(type, SP "conformance-identifier")
#define UNDEFINED(type) IDENTIFIER(type, NULL)

static const ax_search_params_row identifiers[] = {
  OWN(Account),
  OWN(ActivityDefinition),
  UNDEFINED(AdverseEvent),
  CLINICAL(AllergyIntolerance),
  OWN(Appointment),
  OWN(AppointmentResponse),
  OWN(Basic),
  UNDEFINED(BiologicallyDerivedProduct),
  OWN(BodyStructure),
  OWN(Bundle),
  CLINICAL(CarePlan),
  CLINICAL(CareTeam),
  UNDEFINED(CatalogEntry),
  OWN(ChargeItem),
  OWN(ChargeItemDefinition),
  OWN(Claim),
  OWN(ClaimResponse),
  OWN(ClinicalImpression),
  CONFORMANCE(CodeSystem),
  OWN(Communication),
  OWN(CommunicationRequest),
  CLINICAL(Composition),
  CONFORMANCE(ConceptMap),
  CLINICAL(Condition),
  CLINICAL(Consent),
  OWN(Contract),
  OWN(Coverage),
  OWN(CoverageEligibilityRequest),
  OWN(CoverageEligibilityResponse),
  CLINICAL(DetectedIssue),
  OWN(Device),
  OWN(DeviceDefinition),
  OWN(DeviceMetric),
  CLINICAL(DeviceRequest),
  OWN(DeviceUseStatement),
  CLINICAL(DiagnosticReport),
  CLINICAL(DocumentManifest),
  CLINICAL(DocumentReference),
  OWN(EffectEvidenceSynthesis),
  CLINICAL(Encounter),
  OWN(Endpoint),
  OWN(EnrollmentRequest),
  OWN(EnrollmentResponse),
  CLINICAL(EpisodeOfCare),
  OWN(EventDefinition),
  OWN(Evidence),
  OWN(EvidenceVariable),
  OWN(ExampleScenario),
  OWN(ExplanationOfBenefit),
  CLINICAL(FamilyMemberHistory),
  OWN(Flag),
  CLINICAL(Goal),
  OWN(Group),
  OWN(GuidanceResponse),
  OWN(HealthcareService),
  CLINICAL(ImagingStudy),
  CLINICAL(Immunization),
  OWN(ImmunizationEvaluation),
  OWN(ImmunizationRecommendation),
  OWN(InsurancePlan),
  OWN(Invoice),
  OWN(Library),
  CLINICAL(List),
  OWN(Location),
  OWN(Measure),
  OWN(MeasureReport),
  OWN(Media),
  OWN(Medication),
  CLINICAL(MedicationAdministration),
  CLINICAL(MedicationDispense),
  CLINICAL(MedicationRequest),
  CLINICAL(MedicationStatement),
  OWN(MedicinalProduct),
  OWN(MedicinalProductAuthorization),
  UNDEFINED(MedicinalProductIngredient),
  OWN(MedicinalProductPackaged),
  OWN(MedicinalProductPharmaceutical),
  CONFORMANCE(MessageDefinition),
  OWN(MolecularSequence),
  CLINICAL(NutritionOrder),
  CLINICAL(Observation),
  UNDEFINED(ObservationDefinition),
  OWN(Organization),
  OWN(OrganizationAffiliation),
  OWN(Patient),
  OWN(PaymentNotice),
  OWN(PaymentReconciliation),
  OWN(Person),
  OWN(PlanDefinition),
  OWN(Practitioner),
  OWN(PractitionerRole),
  CLINICAL(Procedure),
  OWN(Questionnaire),
  OWN(QuestionnaireResponse),
  OWN(RelatedPerson),
  OWN(RequestGroup),
  OWN(ResearchDefinition),
  OWN(ResearchElementDefinition),
  OWN(ResearchStudy),
  OWN(ResearchSubject),
  CLINICAL(RiskAssessment),
  OWN(RiskEvidenceSynthesis),
  OWN(Schedule),
  CLINICAL(ServiceRequest),
  OWN(Slot),
  OWN(Specimen),
  OWN(SpecimenDefinition),
  CONFORMANCE(StructureDefinition),
  CONFORMANCE(StructureMap),
  OWN(Substance),
  UNDEFINED(SubstanceSpecification),
  CLINICAL(SupplyDelivery),
  CLINICAL(SupplyRequest),
  OWN(Task),
  OWN(TestReport),
  OWN(TestScript),
  CONFORMANCE(ValueSet),
  CLINICAL(VisionPrescription),
};

/* --- the others -------------------------------------------------------------- */

#define SUBJECTS "Patient,Group,Device,Location"
#define GROUPED "Patient,Group"
#define ANY_PERFORMER "Patient,Practitioner,PractitionerRole,Organization," \
                      "CareTeam,RelatedPerson"

#define TOKEN(type, name, path, url) \
  { type, name, path, NULL, NULL, SP url, AX_INDEX_TOKEN, false }
#define CODE(type, name, path, system, url) \
  { type, name, path, CS system, NULL, SP url, AX_INDEX_TOKEN, false }
#define DATE(type, name, path, url) \
  { type, name, path, NULL, NULL, SP url, AX_INDEX_DATE, false }
#define STRING(type, name, path, url) \
  { type, name, path, NULL, NULL, SP url, AX_INDEX_STRING, false }
#define REFERENCE(type, name, path, targets, url) \
  { type, name, path, NULL, targets, SP url, AX_INDEX_REFERENCE, false }
/* "where(resolve() is Patient)" */
#define PATIENT(type, path, url) \
  { type, "patient", path, NULL, "Patient", SP url, AX_INDEX_REFERENCE, true }

static const ax_search_params_row others[] = {
  PATIENT("AllergyIntolerance", "patient", "clinical-patient"),
  TOKEN("AllergyIntolerance", "code", "code", "clinical-code"),

  DATE("Condition", "abatement-date", "abatement[x]", "Condition-abatement-date"),
  TOKEN("Condition", "category", "category", "Condition-category"),
  TOKEN("Condition", "clinical-status", "clinicalStatus", "Condition-clinical-status"),
  TOKEN("Condition", "code", "code", "clinical-code"),
  REFERENCE("Condition", "encounter", "encounter", "Encounter", "Condition-encounter"),
  DATE("Condition", "onset-date", "onset[x]", "Condition-onset-date"),
  PATIENT("Condition", "subject", "clinical-patient"),
  DATE("Condition", "recorded-date", "recordedDate", "Condition-recorded-date"),
  REFERENCE("Condition", "subject", "subject", GROUPED, "Condition-subject"),
  TOKEN("Condition", "verification-status", "verificationStatus", "Condition-verification-status"),

  TOKEN("DiagnosticReport", "code", "code", "clinical-code"),
  DATE("DiagnosticReport", "date", "effective[x]", "clinical-date"),
  PATIENT("DiagnosticReport", "subject", "clinical-patient"),
  CODE("DiagnosticReport", "status", "status", "diagnostic-report-status", "DiagnosticReport-status"),
  REFERENCE("DiagnosticReport", "subject", "subject", SUBJECTS, "DiagnosticReport-subject"),

  DATE("Encounter", "date", "period", "clinical-date"),
  PATIENT("Encounter", "subject", "clinical-patient"),
  CODE("Encounter", "status", "status", "encounter-status", "Encounter-status"),
  REFERENCE("Encounter", "subject", "subject", GROUPED, "Encounter-subject"),

  PATIENT("GuidanceResponse", "subject", "GuidanceResponse-patient"),
  REFERENCE("GuidanceResponse", "subject", "subject", GROUPED, "GuidanceResponse-subject"),

  DATE("Immunization", "date", "occurrence[x]", "clinical-date"),
  PATIENT("Immunization", "patient", "clinical-patient"),

  DATE("MedicationRequest", "authoredon", "authoredOn", "MedicationRequest-authoredon"),
  TOKEN("MedicationRequest", "code", "medicationCodeableConcept", "clinical-code"),
  PATIENT("MedicationRequest", "subject", "clinical-patient"),
  CODE("MedicationRequest", "status", "status", "CodeSystem/medicationrequest-status", "medications-status"),
  REFERENCE("MedicationRequest", "subject", "subject", GROUPED, "MedicationRequest-subject"),

  TOKEN("Observation", "category", "category", "Observation-category"),
  TOKEN("Observation", "code", "code", "clinical-code"),
  DATE("Observation", "date", "effective[x]", "clinical-date"),
  REFERENCE("Observation", "derived-from", "derivedFrom",
            "DocumentReference,ImagingStudy,Media,QuestionnaireResponse,Observation,MolecularSequence",
            "Observation-derived-from"),
  REFERENCE("Observation", "encounter", "encounter", "Encounter", "clinical-encounter"),
  TOKEN("Observation", "method", "method", "Observation-method"),
  PATIENT("Observation", "subject", "clinical-patient"),
  REFERENCE("Observation", "performer", "performer", ANY_PERFORMER, "Observation-performer"),
  CODE("Observation", "status", "status", "observation-status", "Observation-status"),
  REFERENCE("Observation", "subject", "subject", SUBJECTS, "Observation-subject"),

  TOKEN("Patient", "active", "active", "Patient-active"),
  DATE("Patient", "birthdate", "birthDate", "individual-birthdate"),
  DATE("Patient", "death-date", "deceasedDateTime", "Patient-death-date"),
  STRING("Patient", "family", "name.family", "individual-family"),
  CODE("Patient", "gender", "gender", "administrative-gender", "individual-gender"),
  STRING("Patient", "given", "name.given", "individual-given"),
  STRING("Patient", "name", "name", "Patient-name"),

  TOKEN("Procedure", "code", "code", "clinical-code"),
  DATE("Procedure", "date", "performed[x]", "clinical-date"),
  PATIENT("Procedure", "subject", "clinical-patient"),
  CODE("Procedure", "status", "status", "event-status", "Procedure-status"),
  REFERENCE("Procedure", "subject", "subject", GROUPED, "Procedure-subject"),

  DATE("Provenance", "recorded", "recorded", "Provenance-recorded"),
  REFERENCE("Provenance", "target", "target", NULL, "Provenance-target"),

  DATE("QuestionnaireResponse", "authored", "authored", "QuestionnaireResponse-authored"),
  PATIENT("QuestionnaireResponse", "subject", "QuestionnaireResponse-patient"),
  REFERENCE("QuestionnaireResponse", "questionnaire", "questionnaire", "Questionnaire", "QuestionnaireResponse-questionnaire"),
  CODE("QuestionnaireResponse", "status", "status", "questionnaire-answers-status", "QuestionnaireResponse-status"),
  REFERENCE("QuestionnaireResponse", "subject", "subject", NULL, "QuestionnaireResponse-subject"),

  REFERENCE("RiskAssessment", "condition", "condition", "Condition", "RiskAssessment-condition"),
  DATE("RiskAssessment", "date", "occurrenceDateTime", "clinical-date"),
  REFERENCE("RiskAssessment", "encounter", "encounter", "Encounter", "clinical-encounter"),
  TOKEN("RiskAssessment", "method", "method", "RiskAssessment-method"),
  PATIENT("RiskAssessment", "subject", "clinical-patient"),
  REFERENCE("RiskAssessment", "performer", "performer", "Practitioner,PractitionerRole,Device", "RiskAssessment-performer"),
  REFERENCE("RiskAssessment", "subject", "subject", GROUPED, "RiskAssessment-subject"),
};
/* clang-format on */

/* --- looking up --------------------------------------------------------------
 */

static int compare(ax_str a, const char *b) {
  size_t len = strlen(b), n = a.len < len ? a.len : len;
  int order = n ? memcmp(a.ptr, b, n) : 0;
  return order ? order : (a.len > len) - (a.len < len);
}

static bool is(ax_str a, const char *b) {
  return compare(a, b) == 0;
}

static const ax_search_params_row *identifier_of(ax_str type) {
  size_t lo = 0, hi = AX_COUNT(identifiers);
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    int order = compare(type, identifiers[mid].type);
    if (order == 0) return &identifiers[mid];
    if (order < 0)
      hi = mid;
    else
      lo = mid + 1;
  }
  return NULL;
}

/* The rows stand in the order of their types: the first not before `type`. */
static size_t first_of(ax_str type) {
  size_t lo = 0, hi = AX_COUNT(others);
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (compare(type, others[mid].type) > 0)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

const ax_search_params_row *ax_search_params_at(ax_str type, size_t i) {
  const ax_search_params_row *identifier = identifier_of(type);
  if (identifier && i-- == 0) return identifier;
  size_t row = first_of(type);
  if (i >= AX_COUNT(others) - row || !is(type, others[row + i].type))
    return NULL;
  return &others[row + i];
}

const ax_search_params_row *ax_search_params_find(ax_str type, ax_str name) {
  if (ax_str_eq(name, AX_STR("identifier"))) return identifier_of(type);
  for (size_t row = 0; row < AX_COUNT(others); row++)
    if (is(type, others[row].type) && is(name, others[row].name))
      return &others[row];
  return NULL;
}

bool ax_search_params_targets(const ax_search_params_row *row, ax_str type) {
  if (!row->targets) return true;
  ax_str rest = ax_str_from(row->targets);
  while (rest.len)
    if (ax_str_eq(ax_str_cut(&rest, ','), type)) return true;
  return false;
}

const char *ax_search_params_kind(ax_index_kind kind) {
  switch (kind) {
  case AX_INDEX_TOKEN:
    return "token";
  case AX_INDEX_REFERENCE:
    return "reference";
  case AX_INDEX_DATE:
    return "date";
  case AX_INDEX_STRING:
    return "string";
  case AX_INDEX_URI:
    return "uri";
  case AX_INDEX_NUMBER:
    return "number";
  case AX_INDEX_QUANTITY:
    return "quantity";
  }
  return "special";
}

bool ax_search_param_at(ax_str type, size_t i, ax_search_param *out) {
  static const ax_search_param of_all[] = {
    { "_id", "token", SP "Resource-id" },
    { "_lastUpdated", "date", SP "Resource-lastUpdated" },
  };
  if (i < AX_COUNT(of_all)) {
    *out = of_all[i];
    return true;
  }
  const ax_search_params_row *row =
      ax_search_params_at(type, i - AX_COUNT(of_all));
  if (!row) return false;
  *out = (ax_search_param){ row->name, ax_search_params_kind(row->kind),
                            row->definition };
  return true;
}
