#include "validate/implied.h"

#define LOINC "http://loinc.org"
#define SNOMED "http://snomed.info/sct"
#define CORE "http://hl7.org/fhir/StructureDefinition/"

/* The code that the profile itself names comes first; then more exact codes of
 * the same measurement (site, method), with which senders avoid the code that
 * everybody looks for. */
static const struct {
  const char *system, *code, *profile;
} CODES[] = {
  { LOINC, "85353-1", CORE "vitalspanel" },
  { LOINC, "9279-1", CORE "resprate" },
  { SNOMED, "86290005", CORE "resprate" },
  { LOINC, "8867-4", CORE "heartrate" },
  { LOINC, "8889-8", CORE "heartrate" },
  { LOINC, "8893-0", CORE "heartrate" },
  { SNOMED, "364075005", CORE "heartrate" },
  { LOINC, "2708-6", CORE "oxygensat" },
  { LOINC, "59408-5", CORE "oxygensat" },
  { SNOMED, "431314004", CORE "oxygensat" },
  { LOINC, "8310-5", CORE "bodytemp" },
  { LOINC, "8328-7", CORE "bodytemp" }, /* axillary */
  { LOINC, "8329-5", CORE "bodytemp" }, /* core */
  { LOINC, "8331-1", CORE "bodytemp" }, /* oral */
  { LOINC, "8332-9", CORE "bodytemp" }, /* rectal */
  { LOINC, "8333-7", CORE "bodytemp" }, /* tympanic */
  { SNOMED, "386725007", CORE "bodytemp" },
  { SNOMED, "276885007", CORE "bodytemp" }, /* core */
  { LOINC, "8302-2", CORE "bodyheight" },
  { LOINC, "3137-7", CORE "bodyheight" }, /* measured */
  { LOINC, "3138-5", CORE "bodyheight" }, /* stated */
  { LOINC, "8306-3", CORE "bodyheight" }, /* lying */
  { SNOMED, "50373000", CORE "bodyheight" },
  { LOINC, "9843-4", CORE "headcircum" },
  { LOINC, "8287-5", CORE "headcircum" }, /* by tape measure */
  { LOINC, "29463-7", CORE "bodyweight" },
  { LOINC, "3141-9", CORE "bodyweight" }, /* measured */
  { LOINC, "3142-7", CORE "bodyweight" }, /* stated */
  { SNOMED, "27113001", CORE "bodyweight" },
  { LOINC, "39156-5", CORE "bmi" },
  { SNOMED, "60621009", CORE "bmi" },
  { LOINC, "85354-9", CORE "bp" },
  { LOINC, "55284-4", CORE "bp" }, /* systolic and diastolic, older */
  { LOINC, "8480-6", CORE "bp" },  /* systolic alone */
  { LOINC, "76534-7", CORE "bp" }, /* systolic by cuff */
  { SNOMED, "75367002", CORE "bp" },
};

ax_str ax_implied_profile(const ax_json *observation) {
  const ax_json *codings =
      AX_JSON_GET(AX_JSON_GET(observation, "code"), "coding");
  for (size_t i = 0; i < AX_COUNT(CODES); i++) {
    for (size_t k = 0; k < ax_json_count(codings); k++) {
      const ax_json *coding = ax_json_item(codings, k);
      if (ax_str_eq(AX_JSON_STR(coding, "code"), ax_str_from(CODES[i].code)) &&
          ax_str_eq(AX_JSON_STR(coding, "system"),
                    ax_str_from(CODES[i].system)))
        return ax_str_from(CODES[i].profile);
    }
  }
  return AX_STR("");
}
