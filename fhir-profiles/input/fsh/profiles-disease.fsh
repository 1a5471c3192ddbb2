// Diseases and treatments that gates and anchors of models ask for.

Invariant: auspex-con-1
Description: "A disease that a model may rest on has at least one code"
Severity: #error
Expression: "code.coding.where(system.exists() and code.exists()).exists()"

RuleSet: DiseaseOf(set)
* insert Common
* code 1..1
* code from {set} (preferred)
* code.coding 1..
* subject only Reference(Patient)
* obeys auspex-con-1

Profile: BreastCancerCondition
Parent: Condition
Id: breast-cancer-condition
Title: "Breast cancer"
Description: "Compatible with: mCODE 4.0.0 Primary Cancer Condition; MII KDS Onkologie Primärdiagnose; ICHOM breast"
* insert DiseaseOf(BreastCancer)
* obeys auspex-breast-1

Invariant: auspex-breast-1
Description: "A code for breast cancer is among the codings: SNOMED CT 254837009 or ICD-10 C50"
Severity: #error
Expression: "code.coding.where((system = 'http://snomed.info/sct' and code = '254837009') or (system.matches('icd-10') and code.startsWith('C50'))).exists()"

ValueSet: BreastCancer
Id: breast-cancer
Title: "Breast cancer"
Description: "Codes of breast cancer. ICD-10 codes below C50 belong to it as well"
* insert Common
* $sct#254837009 "Malignant neoplasm of breast"
* $icd10#C50 "Malignant neoplasm of breast"

Profile: ProstateCancerCondition
Parent: Condition
Id: prostate-cancer-condition
Title: "Prostate cancer"
Description: "Compatible with: mCODE 4.0.0 Primary Cancer Condition; MII KDS Onkologie Primärdiagnose"
* insert DiseaseOf(ProstateCancer)
* obeys auspex-prostate-1

Invariant: auspex-prostate-1
Description: "A code for prostate cancer is among the codings: SNOMED CT 399068003 or ICD-10 C61"
Severity: #error
Expression: "code.coding.where((system = 'http://snomed.info/sct' and code = '399068003') or (system.matches('icd-10') and code.startsWith('C61'))).exists()"

ValueSet: ProstateCancer
Id: prostate-cancer
Title: "Prostate cancer"
Description: "Codes of prostate cancer"
* insert Common
* $sct#399068003 "Malignant tumor of prostate"
* $icd10#C61 "Malignant neoplasm of prostate"

Profile: PancreaticCancerCondition
Parent: Condition
Id: pancreatic-cancer-condition
Title: "Pancreatic cancer"
Description: "Compatible with: mCODE 4.0.0 Primary Cancer Condition; MII KDS Onkologie Primärdiagnose"
* insert DiseaseOf(PancreaticCancer)
* obeys auspex-pancreas-1

Invariant: auspex-pancreas-1
Description: "A code for pancreatic cancer is among the codings: SNOMED CT 363418001, 372003004 or 700423003, or ICD-10 C25"
Severity: #error
Expression: "code.coding.where((system = 'http://snomed.info/sct' and (code = '363418001' or code = '372003004' or code = '700423003')) or (system.matches('icd-10') and code.startsWith('C25'))).exists()"

ValueSet: PancreaticCancer
Id: pancreatic-cancer
Title: "Pancreatic cancer"
Description: "Codes of pancreatic cancer. ICD-10 codes below C25 belong to it as well"
* insert Common
* $sct#363418001 "Malignant tumor of pancreas"
* $sct#372003004 "Primary malignant neoplasm of pancreas"
* $sct#700423003 "Adenocarcinoma of pancreas"
* $icd10#C25 "Malignant neoplasm of pancreas"

Profile: LungCancerCondition
Parent: Condition
Id: lung-cancer-condition
Title: "Lung cancer"
Description: "Compatible with: mCODE 4.0.0 Primary Cancer Condition; MII KDS Onkologie Primärdiagnose"
* insert DiseaseOf(LungCancer)
* obeys auspex-lung-1

Invariant: auspex-lung-1
Description: "A code for lung cancer is among the codings: SNOMED CT 363358000, 254637007, 254632001, 254626006 or 424132000, or ICD-10 C34"
Severity: #error
Expression: "code.coding.where((system = 'http://snomed.info/sct' and (code = '363358000' or code = '254637007' or code = '254632001' or code = '254626006' or code = '424132000')) or (system.matches('icd-10') and code.startsWith('C34'))).exists()"

ValueSet: LungCancer
Id: lung-cancer
Title: "Lung cancer"
Description: "Codes of lung cancer. ICD-10 codes below C34 belong to it as well"
* insert Common
* $sct#363358000 "Malignant tumor of lung"
* $sct#254637007 "Non-small cell lung cancer"
* $sct#254632001 "Small cell carcinoma of lung"
* $sct#254626006 "Adenocarcinoma of lung"
* $sct#424132000 "Non-small cell carcinoma of lung, TNM stage 1"
* $icd10#C34 "Malignant neoplasm of bronchus and lung"

Profile: LymphomaCondition
Parent: Condition
Id: lymphoma-condition
Title: "Lymphoma"
Description: "Compatible with: mCODE 4.0.0 Primary Cancer Condition; MII KDS Onkologie Primärdiagnose"
* insert DiseaseOf(Lymphoma)
* obeys auspex-lymphoma-1

Invariant: auspex-lymphoma-1
Description: "A code for lymphoma is among the codings: SNOMED CT 118600007, 109969005, 308121000 or 118599009, or ICD-10 C81 to C86"
Severity: #error
Expression: "code.coding.where((system = 'http://snomed.info/sct' and (code = '118600007' or code = '109969005' or code = '308121000' or code = '118599009')) or (system.matches('icd-10') and code.matches('^C8[1-6]'))).exists()"

ValueSet: Lymphoma
Id: lymphoma
Title: "Lymphoma"
Description: "Codes of lymphoma. ICD-10 codes below C81 to C86 belong to it as well"
* insert Common
* $sct#118600007 "Malignant lymphoma"
* $sct#109969005 "Diffuse non-Hodgkin's lymphoma, large cell"
* $sct#308121000 "Follicular non-Hodgkin's lymphoma"
* $sct#118599009 "Hodgkin's disease"
* $icd10#C81 "Hodgkin lymphoma"
* $icd10#C82 "Follicular lymphoma"
* $icd10#C83 "Non-follicular lymphoma"
* $icd10#C84 "Mature T/NK-cell lymphomas"
* $icd10#C85 "Other and unspecified types of non-Hodgkin lymphoma"
* $icd10#C86 "Other specified types of T/NK-cell lymphoma"

Invariant: auspex-dm-1
Description: "A code for diabetes is among the codings: SNOMED CT 44054006, 73211009 or 46635009, or ICD-10 E10 to E14 or O24"
Severity: #error
Expression: "code.coding.where((system = 'http://snomed.info/sct' and (code = '44054006' or code = '73211009' or code = '46635009')) or (system.matches('icd-10') and code.matches('^(E1[0-4]|O24)'))).exists()"

Invariant: auspex-dm-2
Description: "Models anchored at the onset need its day: onsetDateTime to the day. recordedDate is never taken for it"
Severity: #warning
Expression: "onset.exists() and (onset is dateTime) and (onset.toString().length() >= 10)"

Profile: DiabetesCondition
Parent: Condition
Id: diabetes-condition
Title: "Diabetes"
Description: "The anchor of END-PAC. Compatible with: US Core and IPS Conditions; MII KDS Diagnose"
* insert DiseaseOf(Diabetes)
* obeys auspex-dm-1
* obeys auspex-dm-2

ValueSet: Diabetes
Id: diabetes
Title: "Diabetes"
Description: "Codes of diabetes mellitus. ICD-10 codes below these belong to it as well"
* insert Common
* $sct#44054006 "Diabetes mellitus type 2"
* $sct#73211009 "Diabetes mellitus"
* $sct#46635009 "Diabetes mellitus type 1"
* $icd10#E10 "Type 1 diabetes mellitus"
* $icd10#E11 "Type 2 diabetes mellitus"
* $icd10#E14 "Unspecified diabetes mellitus"
* $icd10#O24 "Diabetes mellitus in pregnancy"

Profile: ImmunotherapyAdministration
Parent: MedicationAdministration
Id: immunotherapy-administration
Title: "Immunotherapy (administration)"
Description: "A dose of a checkpoint inhibitor, coded with ATC. Compatible with: mCODE 4.0.0 Cancer-Related Medication Administration; MII KDS Medikation"
* insert Common
* subject only Reference(Patient)
* medication[x] only CodeableConcept
* medicationCodeableConcept.coding 1..
* medicationCodeableConcept from Immunotherapies (preferred)
* obeys auspex-io-1

Invariant: auspex-io-1
Description: "A checkpoint inhibitor is coded with ATC: L01FF, L01FX04, L01FX20 or an old code of L01XC"
Severity: #error
Expression: "(medication as CodeableConcept).coding.where(system = 'http://www.whocc.no/atc' and code.matches('^(L01FF|L01FX04|L01FX20|L01XC(11|17|18|28|31|32|33))')).exists()"

ValueSet: Immunotherapies
Id: immunotherapies
Title: "Immunotherapies"
Description: "ATC groups and codes of checkpoint inhibitors. Codes below L01FF belong to it as well"
* insert Common
* $atc#L01FF "PD-1/PD-L1 (Programmed cell death protein 1/death ligand 1) inhibitors"
* $atc#L01FX04 "ipilimumab"
* $atc#L01FX20 "tremelimumab"

Profile: ImmunotherapyProcedure
Parent: Procedure
Id: immunotherapy-procedure
Title: "Immunotherapy (procedure)"
Description: "Immunotherapy recorded as a Procedure. Compatible with: US Core Procedure; MII KDS Prozedur"
* insert Common
* subject only Reference(Patient)
* code 1..1
* code.coding 1..
* performed[x] 1..1
* performed[x] only dateTime or Period
