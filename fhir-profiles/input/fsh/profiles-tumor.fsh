// What models read about the tumour itself.

Invariant: auspex-score-1
Description: "A score is a whole number (valueInteger, or a valueQuantity with a whole number) or a code"
Severity: #error
Expression: "value.empty() or (value is integer) or (value is CodeableConcept) or ((value as Quantity).value.empty()) or ((value as Quantity).value = (value as Quantity).value.truncate())"

RuleSet: ScoreValue
* value[x] only integer or Quantity or CodeableConcept
* obeys auspex-score-1

Invariant: auspex-ecog-1
Description: "The ECOG performance status lies between 0 and 5"
Severity: #error
Expression: "((value is integer) implies (value >= 0 and value <= 5)) and ((value is Quantity) implies ((value as Quantity).value >= 0 and (value as Quantity).value <= 5))"

Profile: EcogPerformanceStatus
Parent: Observation
Id: ecog-performance-status
Title: "ECOG performance status"
Description: "As a number (mCODE) or a code (IDEA4RC, LOINC answers LA9622-7 to LA9627-6). Compatible with: mCODE 4.0.0 ECOG Performance Status; hl7-eu IDEA4RC; MII KDS Onkologie Allgemeiner Leistungszustand"
* insert ObservationBasics
* code 1..1
* code.coding 1..
* obeys auspex-ecog-1
* insert ScoreValue

ValueSet: TnmAndStageCodes
Id: tnm-and-stage
Title: "TNM categories and stages"
Description: "Observations that give a T, N or M category or a stage group, clinical or pathological"
* insert Common
* $loinc#21905-5 "Primary tumor.clinical [Class] Cancer"
* $loinc#21906-3 "Regional lymph nodes.clinical [Class] Cancer"
* $loinc#21907-1 "Distant metastases.clinical [Class] Cancer"
* $loinc#21899-0 "Primary tumor.pathology Cancer"
* $loinc#21900-6 "Regional lymph nodes.pathology [Class] Cancer"
* $loinc#21901-4 "Distant metastases.pathology [Class] Cancer"
* $loinc#21908-9 "Stage group.clinical Cancer"
* $loinc#21902-2 "Stage group.pathology Cancer"

Profile: TnmOrStage
Parent: Observation
Id: tnm-or-stage
Title: "TNM category or stage"
Description: "A category or a stage group as a code, or as a text such as cT2a. Compatible with: mCODE 4.0.0 TNM categories and stage groups, also Ann Arbor for lymphoma; MII KDS Onkologie TNM (with LOINC code); PanCareSurPass stages"
* insert ObservationBasics
* code.coding 1..
* value[x] only CodeableConcept or string

ValueSet: GradeCodes
Id: grades
Title: "Grades"
Description: "Observations that give a histological grade, a Gleason pattern or an ISUP grade group"
* insert Common
* $loinc#33732-9 "Histology grade [Identifier] in Cancer specimen"
* $loinc#44648-4 "Histologic grade [Score] in Breast cancer specimen by Nottingham"
* $loinc#94734-1 "Prostate cancer grade group [Score] in Prostate tumor Qualitative"
* $loinc#35266-6 "Gleason score in Specimen Qualitative"
* $loinc#44641-9 "Gleason pattern.primary in Prostate tumor"
* $loinc#44642-7 "Gleason pattern.secondary in Prostate tumor"

Profile: TumorGrade
Parent: Observation
Id: tumor-grade
Title: "Grade"
Description: "Histological grade, Gleason patterns and score, ISUP grade group. Compatible with: mCODE 4.0.0 Histologic Grade; MII KDS Onkologie Grading; ICHOM breast"
* insert ObservationBasics
* code.coding 1..
* insert ScoreValue

ValueSet: ReceptorCodes
Id: receptors
Title: "Receptors"
Description: "Observations that give the status of oestrogen, progesterone or HER2 receptors, or Ki-67"
* insert Common
* $loinc#16112-5 "Estrogen receptor [Interpretation] in Tissue"
* $loinc#85337-4 "Estrogen receptor Ag [Presence] in Breast cancer specimen by Immune stain"
* $loinc#40556-3 "Estrogen receptor Ag [Presence] in Tissue by Immune stain"
* $loinc#16113-3 "Progesterone receptor [Interpretation] in Tissue"
* $loinc#85339-0 "Progesterone receptor Ag [Presence] in Breast cancer specimen by Immune stain"
* $loinc#48676-1 "HER2 [Interpretation] in Tissue"
* $loinc#85319-2 "HER2 [Presence] in Breast cancer specimen by Immune stain"
* $loinc#85318-4 "ERBB2 gene duplication [Presence] in Breast cancer specimen by FISH"
* $loinc#29593-1 "Cells.Ki-67 nuclear Ag/cells in Tissue by Immune stain"

Invariant: auspex-receptor-1
Description: "There is a value, an interpretation, or a reason why there is none"
Severity: #error
Expression: "value.exists() or interpretation.exists() or dataAbsentReason.exists()"

Profile: ReceptorStatus
Parent: Observation
Id: receptor-status
Title: "Receptor status"
Description: "Positive, negative or equivocal as a code, or a percentage of cells; the code may be an interpretation without a value. Compatible with: mCODE 4.0.0 Tumor Marker Test; ICHOM breast; MII KDS Onkologie"
* insert ObservationFrame
* obeys auspex-receptor-1
* code.coding 1..
* value[x] only CodeableConcept or Quantity
* valueQuantity obeys auspex-qty-1

Invariant: auspex-var-1
Description: "A variant names its gene: component 48018-6 with a code of HGNC"
Severity: #error
Expression: "component.where(code.coding.where(system = 'http://loinc.org' and code = '48018-6').exists()).value.coding.where(system = 'http://www.genenames.org' or system = 'http://www.genenames.org/geneId' or system = 'urn:oid:2.16.840.1.113883.6.281').exists()"

Profile: GermlineVariant
Parent: Observation
Id: germline-variant
Title: "Germline variant"
Description: "A variant and its clinical significance. Compatible with: HL7 genomics reporting 2.0.0 variant (gene studied 48018-6, genomic source class 48002-0, clinical significance 53037-8); mCODE 4.0.0 Genomic Variant"
* insert ObservationBasics
* code.coding 1..
* value[x] only CodeableConcept
* component 1..
* obeys auspex-var-1
