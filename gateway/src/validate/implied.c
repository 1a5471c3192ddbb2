#include "validate/implied.h"

#define LOINC "http://loinc.org"
#define SNOMED "http://snomed.info/sct"
#define CORE "http://hl7.org/fhir/StructureDefinition/"

/* The code that the profile itself demands (`own`), then more exact or older
 * codes of the same measurement (site, method), with which senders avoid the
 * code that everybody looks for. */
static const struct {
  const char *system, *code, *profile;
  bool own;
} CODES[] = {
  { LOINC, "85353-1", CORE "vitalspanel", true },
  { LOINC, "9279-1", CORE "resprate", true },
  { SNOMED, "86290005", CORE "resprate", false },
  { LOINC, "8867-4", CORE "heartrate", true },
  { LOINC, "8889-8", CORE "heartrate", false },
  { LOINC, "8893-0", CORE "heartrate", false },
  { SNOMED, "364075005", CORE "heartrate", false },
  { LOINC, "2708-6", CORE "oxygensat", true },
  { LOINC, "59408-5", CORE "oxygensat", true },
  { SNOMED, "431314004", CORE "oxygensat", false },
  { LOINC, "8310-5", CORE "bodytemp", true },
  { LOINC, "8328-7", CORE "bodytemp", false }, /* axillary */
  { LOINC, "8329-5", CORE "bodytemp", false }, /* core */
  { LOINC, "8331-1", CORE "bodytemp", false }, /* oral */
  { LOINC, "8332-9", CORE "bodytemp", false }, /* rectal */
  { LOINC, "8333-7", CORE "bodytemp", false }, /* tympanic */
  { SNOMED, "386725007", CORE "bodytemp", false },
  { SNOMED, "276885007", CORE "bodytemp", false }, /* core */
  { LOINC, "8302-2", CORE "bodyheight", true },
  { LOINC, "3137-7", CORE "bodyheight", false }, /* measured */
  { LOINC, "3138-5", CORE "bodyheight", false }, /* stated */
  { LOINC, "8306-3", CORE "bodyheight", false }, /* lying */
  { SNOMED, "50373000", CORE "bodyheight", false },
  { LOINC, "9843-4", CORE "headcircum", true },
  { LOINC, "8287-5", CORE "headcircum", false }, /* by tape measure */
  { LOINC, "29463-7", CORE "bodyweight", true },
  { LOINC, "3141-9", CORE "bodyweight", false }, /* measured */
  { LOINC, "3142-7", CORE "bodyweight", false }, /* stated */
  { SNOMED, "27113001", CORE "bodyweight", false },
  { LOINC, "39156-5", CORE "bmi", true },
  { SNOMED, "60621009", CORE "bmi", false },
  { LOINC, "85354-9", CORE "bp", true },
  { LOINC, "55284-4", CORE "bp", false }, /* systolic and diastolic, older */
  { LOINC, "8480-6", CORE "bp", false },  /* systolic alone */
  { LOINC, "76534-7", CORE "bp", false }, /* systolic by cuff */
  { SNOMED, "75367002", CORE "bp", false },
};

ax_str ax_implied_profile(const ax_json *observation, bool others) {
  const ax_json *codings =
      AX_JSON_GET(AX_JSON_GET(observation, "code"), "coding");
  for (size_t i = 0; i < AX_COUNT(CODES); i++) {
    if (!CODES[i].own && !others) continue;
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
