/*
 * auspex_oncology.h - the code sets and value maps that the models which come
 * with Auspex share: cancers, comorbidity, treatment, smoking, stage, grade.
 *
 * SNOMED CT and LOINC codes are named one by one; hierarchies are the business
 * of the site's terminology server. Text never decides where a code is there.
 */
#ifndef AUSPEX_ONCOLOGY_H
#define AUSPEX_ONCOLOGY_H

#include "auspex_declare.h"

/* ---- diagnoses and treatments ---- */

AUSPEX_DECLARE_SET(auspex_oncology_pancreatic_cancer, "pancreatic cancer",
                   AUSPEX_SCT("363418001", "Malignant tumor of pancreas"),
                   AUSPEX_SCT("372003004",
                              "Primary malignant neoplasm of pancreas"),
                   AUSPEX_SCT("700423003", "Adenocarcinoma of pancreas"),
                   AUSPEX_ICD10("C25", "Malignant neoplasm of pancreas"));

AUSPEX_DECLARE_SET(auspex_oncology_breast_cancer, "breast cancer",
                   AUSPEX_SCT("254837009", "Malignant neoplasm of breast"),
                   AUSPEX_ICD10("C50", "Malignant neoplasm of breast"));

AUSPEX_DECLARE_SET(auspex_oncology_prostate_cancer, "prostate cancer",
                   AUSPEX_SCT("399068003", "Malignant tumor of prostate"),
                   AUSPEX_ICD10("C61", "Malignant neoplasm of prostate"));

AUSPEX_DECLARE_SET(auspex_oncology_lung_cancer, "lung cancer",
                   AUSPEX_SCT("363358000", "Malignant tumor of lung"),
                   AUSPEX_SCT("254637007", "Non-small cell lung cancer"),
                   AUSPEX_SCT("254632001", "Small cell carcinoma of lung"),
                   AUSPEX_SCT("424132000",
                              "Non-small cell carcinoma of lung, TNM stage 1"),
                   AUSPEX_SCT("254626006", "Adenocarcinoma of lung"),
                   AUSPEX_ICD10("C34",
                                "Malignant neoplasm of bronchus and lung"));

AUSPEX_DECLARE_SET(auspex_oncology_nsclc, "nsclc",
                   AUSPEX_SCT("254637007", "Non-small cell lung cancer"),
                   AUSPEX_SCT("254626006", "Adenocarcinoma of lung"),
                   AUSPEX_SCT("424132000",
                              "Non-small cell carcinoma of lung, TNM stage 1"));

AUSPEX_DECLARE_SET(auspex_oncology_dlbcl, "dlbcl",
                   AUSPEX_SCT("109969005",
                              "Diffuse non-Hodgkin's lymphoma, large cell"),
                   AUSPEX_ICD10("C83.3", "Diffuse large B-cell lymphoma"));

AUSPEX_DECLARE_SET(auspex_oncology_follicular_lymphoma, "follicular lymphoma",
                   AUSPEX_SCT("308121000", "Follicular non-Hodgkin's lymphoma"),
                   AUSPEX_ICD10("C82", "Follicular lymphoma"));

AUSPEX_DECLARE_SET(auspex_oncology_hodgkin_lymphoma, "hodgkin lymphoma",
                   AUSPEX_SCT("118599009", "Hodgkin's disease"),
                   AUSPEX_ICD10("C81", "Hodgkin lymphoma"));

AUSPEX_DECLARE_SET(
    auspex_oncology_distant_metastasis, "distant metastasis",
    AUSPEX_SCT("128462008", "Secondary malignant neoplastic disease"),
    AUSPEX_ICD10("C78",
                 "Secondary malignant neoplasm of respiratory and digestive "
                 "organs"),
    AUSPEX_ICD10("C79", "Secondary malignant neoplasm of other sites"));

AUSPEX_DECLARE_SET(
    auspex_oncology_malignancy_solid, "malignancy solid",
    AUSPEX_SCT("363346000", "Malignant neoplastic disease"),
    AUSPEX_SCT("254837009", "Malignant neoplasm of breast"),
    AUSPEX_SCT("399068003", "Malignant tumor of prostate"),
    AUSPEX_SCT("363418001", "Malignant tumor of pancreas"),
    AUSPEX_SCT("363358000", "Malignant tumor of lung"),
    AUSPEX_SCT("254637007", "Non-small cell lung cancer"),
    AUSPEX_SCT("254632001", "Small cell carcinoma of lung"),
    AUSPEX_SCT("93761005", "Primary malignant neoplasm of colon"),
    AUSPEX_SCT("109838007", "Overlapping malignant neoplasm of colon"),
    AUSPEX_ICD10_RANGE("C00-C80",
                       "Malignant neoplasms, stated or presumed to be "
                       "primary, of specified sites"),
    AUSPEX_ICD10_EXCEPT("C44", NULL), AUSPEX_ICD10_EXCEPT("C77", NULL),
    AUSPEX_ICD10_EXCEPT("C78", NULL), AUSPEX_ICD10_EXCEPT("C79", NULL));

AUSPEX_DECLARE_SET(
    auspex_oncology_malignancy_any, "malignancy any",
    AUSPEX_SCT("363346000", "Malignant neoplastic disease"),
    AUSPEX_SCT("254837009", "Malignant neoplasm of breast"),
    AUSPEX_SCT("399068003", "Malignant tumor of prostate"),
    AUSPEX_SCT("363418001", "Malignant tumor of pancreas"),
    AUSPEX_SCT("363358000", "Malignant tumor of lung"),
    AUSPEX_SCT("254637007", "Non-small cell lung cancer"),
    AUSPEX_SCT("254632001", "Small cell carcinoma of lung"),
    AUSPEX_SCT("93761005", "Primary malignant neoplasm of colon"),
    AUSPEX_SCT("109838007", "Overlapping malignant neoplasm of colon"),
    AUSPEX_ICD10_RANGE("C00-C80",
                       "Malignant neoplasms, stated or presumed to be "
                       "primary, of specified sites"),
    AUSPEX_ICD10_EXCEPT("C44", NULL), AUSPEX_ICD10_EXCEPT("C77", NULL),
    AUSPEX_ICD10_EXCEPT("C78", NULL), AUSPEX_ICD10_EXCEPT("C79", NULL),
    AUSPEX_SCT("118600007", "Malignant lymphoma"),
    AUSPEX_SCT("109969005", "Diffuse non-Hodgkin's lymphoma, large cell"),
    AUSPEX_SCT("308121000", "Follicular non-Hodgkin's lymphoma"),
    AUSPEX_ICD10_RANGE("C81-C96",
                       "Malignant neoplasms of lymphoid, haematopoietic and "
                       "related tissue"));

AUSPEX_DECLARE_SET(auspex_oncology_febrile_neutropenia, "febrile neutropenia",
                   AUSPEX_SCT("409089005", "Febrile neutropenia"));

AUSPEX_DECLARE_SET(
    auspex_oncology_lung_nodule, "lung nodule",
    AUSPEX_SCT("427359005", "Solitary nodule of lung"),
    AUSPEX_ICD10("R91", "Abnormal findings on diagnostic imaging of lung"));

AUSPEX_DECLARE_SET(auspex_oncology_copd, "copd",
                   AUSPEX_SCT("13645005",
                              "Chronic obstructive pulmonary disease"),
                   AUSPEX_ICD10("J44",
                                "Other chronic obstructive pulmonary disease"),
                   AUSPEX_SCT("87433001", "Pulmonary emphysema"),
                   AUSPEX_ICD10("J43", "Emphysema"));

AUSPEX_DECLARE_SET(auspex_oncology_emphysema, "emphysema",
                   AUSPEX_SCT("87433001", "Pulmonary emphysema"),
                   AUSPEX_ICD10("J43", "Emphysema"));

AUSPEX_DECLARE_SET(auspex_oncology_checkpoint_inhibitor, "checkpoint inhibitor",
                   AUSPEX_ATC("L01FF", "PD-1/PD-L1 inhibitors"),
                   AUSPEX_ATC("L01FX04", "ipilimumab"),
                   AUSPEX_ATC("L01FX20", "tremelimumab"),
                   AUSPEX_ATC("L01XC11", NULL), AUSPEX_ATC("L01XC17", NULL),
                   AUSPEX_ATC("L01XC18", NULL), AUSPEX_ATC("L01XC28", NULL),
                   AUSPEX_ATC("L01XC31", NULL), AUSPEX_ATC("L01XC32", NULL),
                   AUSPEX_ATC("L01XC33", NULL));

AUSPEX_DECLARE_SET(auspex_oncology_antineoplastic, "antineoplastic",
                   AUSPEX_ATC("L01", "antineoplastic agents"));

/* ---- value maps ---- */

/* Yes 1, no 0, in all usual clothes. */
AUSPEX_DECLARE_MAP(auspex_oncology_yes_no, "yes or no", 0, AUSPEX_IS_KEPT(0, 0),
                   AUSPEX_IS_KEPT(1, 1), AUSPEX_IS_SCT("373066001", 1),
                   AUSPEX_IS_SCT("373067005", 0), AUSPEX_IS_SCT("10828004", 1),
                   AUSPEX_IS_LOINC("LA6576-8", 1), AUSPEX_IS_SCT("52101004", 1),
                   AUSPEX_IS_SCT("260385009", 0),
                   AUSPEX_IS_LOINC("LA6577-6", 0), AUSPEX_IS_SCT("2667000", 0),
                   AUSPEX_IS_LOINC("LA33-6", 1), AUSPEX_IS_LOINC("LA32-8", 0),
                   AUSPEX_IS_LOINC("LA9633-4", 1),
                   AUSPEX_IS_LOINC("LA9634-2", 0));

/* Tobacco smoking status (LOINC 72166-2): current, former, never; unknown is
 * refused. */
#define AUSPEX_ONCOLOGY_SMOKING(current, former, never)                        \
  AUSPEX_IS_SCT("449868002", (current)),                                       \
      AUSPEX_IS_SCT("428041000124106", (current)),                             \
      AUSPEX_IS_SCT("77176002", (current)),                                    \
      AUSPEX_IS_SCT("428071000124103", (current)),                             \
      AUSPEX_IS_SCT("428061000124105", (current)),                             \
      AUSPEX_IS_SCT("8517006", (former)), AUSPEX_IS_SCT("266919005", (never)), \
      AUSPEX_IS_SCT("266927001", NAN),                                         \
      AUSPEX_IS_LOINC("LA18976-3", (current)),                                 \
      AUSPEX_IS_LOINC("LA15920-4", (former)),                                  \
      AUSPEX_IS_LOINC("LA18978-9", (never)), AUSPEX_IS_LOINC("LA18980-5", NAN)
AUSPEX_DECLARE_MAP(auspex_oncology_smokes_now, "smokes now", 0,
                   AUSPEX_ONCOLOGY_SMOKING(1, 0, 0));
AUSPEX_DECLARE_MAP(auspex_oncology_ever_smoked, "smokes or smoked", 0,
                   AUSPEX_ONCOLOGY_SMOKING(1, 1, 0));

AUSPEX_DECLARE_SET(auspex_oncology_smoking_status, "tobacco smoking status",
                   AUSPEX_LOINC("72166-2", "Tobacco smoking status"));

/* Systems of TNM categories and stages: AJCC, UICC. */
#define AUSPEX_SYSTEM_AJCC "http://cancerstaging.org"
#define AUSPEX_SYSTEM_UICC "https://www.uicc.org/resources/tnm"
/* `pattern` in a coding of AJCC or UICC, or in a text without a code. */
#define AUSPEX_IS_STAGE(pattern, value)                   \
  AUSPEX_IS_LIKE(AUSPEX_SYSTEM_AJCC, pattern, value),     \
      AUSPEX_IS_LIKE(AUSPEX_SYSTEM_UICC, pattern, value), \
      AUSPEX_IS_TEXT_LIKE(pattern, value)

/* Clinical T category: 1 to 4. */
AUSPEX_DECLARE_MAP(auspex_oncology_ct, "clinical T category, 1 to 4",
                   AUSPEX_FOLD_BLANKS, AUSPEX_IS_STAGE("c?T1[a-d]?[0-9]?", 1),
                   AUSPEX_IS_STAGE("c?T2[a-d]?[0-9]?", 2),
                   AUSPEX_IS_STAGE("c?T3[a-d]?[0-9]?", 3),
                   AUSPEX_IS_STAGE("c?T4[a-d]?[0-9]?", 4),
                   AUSPEX_IS_SCT("1228892002", 1),
                   AUSPEX_IS_SCT("1228895000", 1),
                   AUSPEX_IS_SCT("1228899006", 1),
                   AUSPEX_IS_SCT("1228931008", 2),
                   AUSPEX_IS_SCT("1228938002", 3), AUSPEX_IS_SCT("23351008", 1),
                   AUSPEX_IS_SCT("14410001", 3));

AUSPEX_DECLARE_SET(auspex_oncology_ct_code, "clinical T category",
                   AUSPEX_LOINC("21905-5",
                                "Primary tumor.clinical [Class] Cancer"),
                   AUSPEX_SCT("399504009", "cT category"));

/* M category; 1: distant metastasis. */
AUSPEX_DECLARE_SET(auspex_oncology_m_code, "M category",
                   AUSPEX_LOINC("21907-1",
                                "Distant metastases.clinical [Class] Cancer"),
                   AUSPEX_LOINC("21901-4",
                                "Distant metastases.pathology [Class] Cancer"),
                   AUSPEX_SCT("399387003", "cM category"),
                   AUSPEX_SCT("371497001", "pM category"));
AUSPEX_DECLARE_MAP_OR(auspex_oncology_m1, "distant metastasis",
                      AUSPEX_FOLD_BLANKS, 0,
                      AUSPEX_IS_STAGE("[cp]?M1[a-d]?[0-9]?", 1));

AUSPEX_DECLARE_SET(auspex_oncology_prostatectomy, "radical prostatectomy",
                   AUSPEX_SCT("26294005", "Radical prostatectomy"));
AUSPEX_DECLARE_SET(
    auspex_oncology_psa, "prostate-specific antigen",
    AUSPEX_LOINC("2857-1",
                 "Prostate specific Ag [Mass/volume] in Serum or Plasma"));

/* A Gleason pattern, 1 to 5. */
AUSPEX_DECLARE_MAP(auspex_oncology_gleason, "Gleason pattern", 0,
                   AUSPEX_IS_KEPT(1, 5), AUSPEX_IS_SCT("369770006", 1),
                   AUSPEX_IS_SCT("369771005", 2), AUSPEX_IS_SCT("369772003", 3),
                   AUSPEX_IS_SCT("369773008", 4), AUSPEX_IS_SCT("369774002", 5),
                   AUSPEX_IS_LOINC("LA9631-8", 3),
                   AUSPEX_IS_LOINC("LA11897-8", 4),
                   AUSPEX_IS_LOINC("LA11898-6", 5));

/* ECOG performance status 0 to 4; 5 (dead) is refused. */
#define AUSPEX_SYSTEM_MII_ECOG                                       \
  "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/" \
  "CodeSystem/mii-cs-onko-allgemeiner-leistungszustand-ecog"
AUSPEX_DECLARE_MAP(
    auspex_oncology_ecog, "ECOG performance status", 0, AUSPEX_IS_KEPT(0, 4),
    AUSPEX_IS_LOINC("LA9622-7", 0), AUSPEX_IS_LOINC("LA9623-5", 1),
    AUSPEX_IS_LOINC("LA9624-3", 2), AUSPEX_IS_LOINC("LA9625-0", 3),
    AUSPEX_IS_LOINC("LA9626-8", 4), AUSPEX_IS_LOINC("LA9627-6", NAN),
    AUSPEX_IS_SCT("422512005", 1), AUSPEX_IS(AUSPEX_SYSTEM_MII_ECOG, "0", 0),
    AUSPEX_IS(AUSPEX_SYSTEM_MII_ECOG, "1", 1),
    AUSPEX_IS(AUSPEX_SYSTEM_MII_ECOG, "2", 2),
    AUSPEX_IS(AUSPEX_SYSTEM_MII_ECOG, "3", 3),
    AUSPEX_IS(AUSPEX_SYSTEM_MII_ECOG, "4", 4));

/* ---- germline variants (genomics reporting) ---- */
/* A gene of HGNC under its three systems, with and without the prefix; an entry
 * of a map. */
#define AUSPEX_IS_HGNC(number, gene)                                       \
  AUSPEX_IS_LIKE("http://www.genenames.org", "(HGNC:)?" number, gene),     \
      AUSPEX_IS_LIKE("http://www.genenames.org/geneId", "(HGNC:)?" number, \
                     gene),                                                \
      AUSPEX_IS_LIKE("urn:oid:2.16.840.1.113883.6.281", "(HGNC:)?" number, \
                     gene)
AUSPEX_DECLARE_SET(auspex_oncology_variant, "genetic variant assessment",
                   AUSPEX_LOINC("69548-6", "Genetic variant assessment"));
AUSPEX_DECLARE_SET(auspex_oncology_gene_studied, "gene studied",
                   AUSPEX_LOINC("48018-6", "Gene studied [ID]"));
AUSPEX_DECLARE_SET(auspex_oncology_significance, "clinical significance",
                   AUSPEX_LOINC("53037-8",
                                "Genetic variation clinical significance "
                                "[Imp]"));
AUSPEX_DECLARE_SET(auspex_oncology_source_class, "genomic source class",
                   AUSPEX_LOINC("48002-0", "Genomic source class [Type]"));
AUSPEX_DECLARE_SET(auspex_oncology_present, "present",
                   AUSPEX_LOINC("LA9633-4", "Present"));
AUSPEX_DECLARE_SET(auspex_oncology_absent, "absent",
                   AUSPEX_LOINC("LA9634-2", "Absent"));
AUSPEX_DECLARE_SET(auspex_oncology_pathogenic,
                   "pathogenic or likely pathogenic",
                   AUSPEX_LOINC("LA6668-3", "Pathogenic"),
                   AUSPEX_LOINC("LA26332-9", "Likely pathogenic"));
AUSPEX_DECLARE_SET(auspex_oncology_not_pathogenic,
                   "benign or of uncertain significance",
                   AUSPEX_LOINC("LA26333-7", "Uncertain significance"),
                   AUSPEX_LOINC("LA26334-5", "Likely benign"),
                   AUSPEX_LOINC("LA6675-8", "Benign"));
AUSPEX_DECLARE_SET(auspex_oncology_germline, "germline",
                   AUSPEX_LOINC("LA6683-2", "Germline"));

/* Filters of an assessment, each the inside of an auspex_filter. */
#define AUSPEX_VARIANT_PRESENT \
  { AUSPEX_WHERE_VALUE, 0, &auspex_oncology_present, NULL }
#define AUSPEX_VARIANT_PATHOGENIC                             \
  {                                                           \
    AUSPEX_WHERE_COMPONENT, 0, &auspex_oncology_significance, \
        &auspex_oncology_pathogenic                           \
  }
#define AUSPEX_VARIANT_GERMLINE                               \
  {                                                           \
    AUSPEX_WHERE_COMPONENT, 0, &auspex_oncology_source_class, \
        &auspex_oncology_germline                             \
  }
AUSPEX_UNUSED static const auspex_filter auspex_oncology_germline_variant[] = {
  AUSPEX_VARIANT_PRESENT, AUSPEX_VARIANT_PATHOGENIC, AUSPEX_VARIANT_GERMLINE
};
/* Says that there is none, or that it is not pathogenic. A later one of the
 * same gene puts an earlier pathogenic variant in doubt. */
AUSPEX_UNUSED static const auspex_filter auspex_oncology_germline_doubt[] = {
  { AUSPEX_WHERE_VALUE, 1, &auspex_oncology_absent, NULL },
  { AUSPEX_WHERE_COMPONENT, 1, &auspex_oncology_significance,
    &auspex_oncology_not_pathogenic },
  AUSPEX_VARIANT_GERMLINE
};
/* The genes of all assessments that pass the filters, as a series. */
#define AUSPEX_GENES(filters_, map_)                                           \
  {                                                                            \
    AUSPEX_OBSERVED(auspex_oncology_gene_studied),                             \
        .within = &auspex_oncology_variant, .filters = AUSPEX_ARRAY(filters_), \
        .map = &(map_), .pick = AUSPEX_PICK_SERIES                             \
  }
#define AUSPEX_GENE_DOUBT                                                  \
  "A later report finds no pathogenic variant of %s, or judges one "       \
  "otherwise; whether it means the same variant cannot be told here. The " \
  "outdated report should be corrected, or what holds sent again."

/* Score codes of the Medizininformatik-Initiative (QLQ-C30, EQ-5D-5L ...). */
#define AUSPEX_SYSTEM_MII_SCORES                                    \
  "https://www.medizininformatik-initiative.de/fhir/ext/modul-pro/" \
  "CodeSystem/mii-cs-pro-score-catalogue"

/* ---- relatives (v3-RoleCode) ---- */
#define AUSPEX_RELATIVE(code_)                                            \
  AUSPEX_CODE("http://terminology.hl7.org/CodeSystem/v3-RoleCode", code_, \
              NULL, AUSPEX_MATCH_EXACT)
#define AUSPEX_FIRST_DEGREE                                                \
  AUSPEX_RELATIVE("FTH"), AUSPEX_RELATIVE("NFTH"), AUSPEX_RELATIVE("MTH"), \
      AUSPEX_RELATIVE("NMTH"), AUSPEX_RELATIVE("PRN"),                     \
      AUSPEX_RELATIVE("NPRN"), AUSPEX_RELATIVE("BRO"),                     \
      AUSPEX_RELATIVE("NBRO"), AUSPEX_RELATIVE("SIS"),                     \
      AUSPEX_RELATIVE("NSIS"), AUSPEX_RELATIVE("SIB"),                     \
      AUSPEX_RELATIVE("NSIB"), AUSPEX_RELATIVE("SON"),                     \
      AUSPEX_RELATIVE("SONC"), AUSPEX_RELATIVE("DAU"),                     \
      AUSPEX_RELATIVE("DAUC"), AUSPEX_RELATIVE("CHILD"),                   \
      AUSPEX_RELATIVE("NCHILD")
#define AUSPEX_SECOND_DEGREE                                \
  AUSPEX_RELATIVE("GRFTH"), AUSPEX_RELATIVE("GRMTH"),       \
      AUSPEX_RELATIVE("GRPRN"), AUSPEX_RELATIVE("UNCLE"),   \
      AUSPEX_RELATIVE("AUNT"), AUSPEX_RELATIVE("HBRO"),     \
      AUSPEX_RELATIVE("HSIS"), AUSPEX_RELATIVE("NEPHEW"),   \
      AUSPEX_RELATIVE("NIECE"), AUSPEX_RELATIVE("GRNDSON"), \
      AUSPEX_RELATIVE("GRNDDAU")
AUSPEX_DECLARE_SET(auspex_oncology_first_degree, "first-degree relatives",
                   AUSPEX_FIRST_DEGREE);
AUSPEX_DECLARE_SET(auspex_oncology_second_degree, "second-degree relatives",
                   AUSPEX_SECOND_DEGREE);
AUSPEX_DECLARE_SET(auspex_oncology_relatives,
                   "first-degree and second-degree relatives",
                   AUSPEX_FIRST_DEGREE, AUSPEX_SECOND_DEGREE);

/* ---- laboratory ---- */
AUSPEX_DECLARE_SET(auspex_oncology_albumin, "albumin",
                   AUSPEX_LOINC("1751-7",
                                "Albumin [Mass/volume] in Serum or Plasma"));
AUSPEX_DECLARE_SET(
    auspex_oncology_bilirubin, "total bilirubin",
    AUSPEX_LOINC("14631-6",
                 "Bilirubin.total [Moles/volume] in Serum or Plasma"),
    AUSPEX_LOINC("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma"));
AUSPEX_DECLARE_SET(
    auspex_oncology_ldh, "lactate dehydrogenase",
    AUSPEX_LOINC("2532-0", "Lactate dehydrogenase [Enzymatic activity/volume] "
                           "in Serum or Plasma"),
    AUSPEX_LOINC("14804-9", "Lactate dehydrogenase, lactate to pyruvate"),
    AUSPEX_LOINC("14805-6", "Lactate dehydrogenase, pyruvate to lactate"));
AUSPEX_DECLARE_SET(auspex_oncology_hemoglobin, "haemoglobin",
                   AUSPEX_LOINC("718-7", "Hemoglobin [Mass/volume] in Blood"));
AUSPEX_DECLARE_SET(
    auspex_oncology_leukocytes, "leukocytes",
    AUSPEX_LOINC("6690-2", "Leukocytes [#/volume] in Blood by Automated count"),
    AUSPEX_LOINC("26464-8", "Leukocytes [#/volume] in Blood"));
AUSPEX_DECLARE_SET(
    auspex_oncology_neutrophils, "neutrophils",
    AUSPEX_LOINC("751-8", "Neutrophils [#/volume] in Blood by Automated count"),
    AUSPEX_LOINC("26499-4", "Neutrophils [#/volume] in Blood"));
AUSPEX_DECLARE_SET(
    auspex_oncology_platelets, "platelets",
    AUSPEX_LOINC("777-3", "Platelets [#/volume] in Blood by Automated count"),
    AUSPEX_LOINC("26515-7", "Platelets [#/volume] in Blood"));
AUSPEX_DECLARE_SET(auspex_oncology_bmi, "body mass index",
                   AUSPEX_LOINC("39156-5", "Body mass index"));

#endif
