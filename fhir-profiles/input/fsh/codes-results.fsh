CodeSystem: Tags
Id: tags
Title: "Tags of results"
Description: "Tags that the gateway puts on resources it made"
* insert Common
* ^caseSensitive = true
* ^valueSet = "https://auspex-gateway.org/fhir/ValueSet/tags"
* #gateway-result "Made by the gateway" "The gateway made this resource. It neither triggers nor feeds a model that does not ask for it by code."
* #retrospective "Made for a given moment of the past" "The as-of time was given by the caller, so this says nothing about today."
* #validation-failed "Accepted although validation found faults" "A sender's mode of validation is to tag: what validation found is kept with the resource ($validation-outcome)."
* #taken-back "Taken back by the gateway" "Entered in error because an input was corrected or withdrawn, not because a person said so."

ValueSet: TagsVS
Id: tags
Title: "Tags of results"
Description: "Tags that the gateway puts on resources it made"
* insert AllOfSystem(Tags)

CodeSystem: InputStateCS
Id: input-state
Title: "States of an input"
Description: "Whether an input of a model could be used, and if not why"
* insert Common
* ^caseSensitive = true
* ^valueSet = "https://auspex-gateway.org/fhir/ValueSet/input-state"
* #absent "Absent" "There is none in the window."
* #present "Present" "Used as it is, after conversion."
* #imputed "Imputed" "The default that the model declares was used."
* #stale "Stale" "There is one, but too old."
* #implausible "Implausible" "Outside the plausible range."
* #unit-error "Unit error" "The unit is missing, unknown or cannot be converted."
* #comparator "Comparator" "A bound (such as <5) where a number is needed."
* #conflict "Conflict" "Two different values at the same time."
* #imprecise "Imprecise" "A partial date leaves open whether it counts."
* #withheld "Withheld" "The sender says why the value is absent."
* #unmapped "Unmapped" "The model does not know the code or text of the value, or refuses it."
* #unfit "Unfit" "The value is there and right in itself; the model cannot use it here, for example without a reference range or beside another value. The reason says why."

ValueSet: InputState
Id: input-state
Title: "States of an input"
Description: "Whether an input of a model could be used, and if not why"
* insert AllOfSystem(InputStateCS)

CodeSystem: ContributionBasisCS
Id: contribution-basis
Title: "Bases of a contribution"
Description: "What the amount of a contribution is counted in"
* insert Common
* ^caseSensitive = true
* ^valueSet = "https://auspex-gateway.org/fhir/ValueSet/contribution-basis"
* #points "Points" "Points of a score."
* #log-odds "Log odds" "A term of a logistic model."
* #log-hazard "Log hazard" "A term of a hazard model."
* #probability "Probability" "A difference of probabilities, 0 to 1."

ValueSet: ContributionBasis
Id: contribution-basis
Title: "Bases of a contribution"
Description: "What the amount of a contribution is counted in"
* insert AllOfSystem(ContributionBasisCS)

CodeSystem: ModelCS
Id: model
Title: "Models"
Description: "Clinical models by their short names; the version of a coding is the version of the model"
* insert Common
* ^caseSensitive = true
* ^valueSet = "https://auspex-gateway.org/fhir/ValueSet/model"
* #endpac "END-PAC: pancreatic cancer in new-onset diabetes"
* #qlq-c30 "EORTC QLQ-C30 version 3: scores, clinical importance, change"
* #germline-pancreas "Germline variants and pancreatic cancer (Hu 2018)"
* #plcom2012 "PLCOm2012: lung cancer in people who smoke or smoked"
* #brock-nodule "Brock (PanCan): malignancy of a pulmonary nodule"
* #pbcg-extended-2022 "PBCG extended 2022: prostate cancer of high grade at biopsy"
* #predict-breast "PREDICT-style re-implementation of PREDICT Breast 3.2"
* #predict-prostate "PREDICT Prostate, re-implemented: death by cause and treatment"
* #capra "UCSF-CAPRA: recurrence after radical prostatectomy"
* #npi "Nottingham Prognostic Index"
* #ipi "International Prognostic Index (IPI)"
* #nccn-ipi "NCCN-IPI"
* #flipi "FLIPI"
* #mgps "Modified Glasgow Prognostic Score"
* #albi "ALBI: liver function from albumin and bilirubin"
* #eq5d5l "EQ-5D-5L index by country"
* #screeners "Screening scores: PHQ-9, GAD-7, HADS, fatigue"
* #bss-canto "Behavioral Symptoms Score (CANTO)"
* #ctcae-labs "CTCAE 5 grades of laboratory values under treatment"
* #lipi "Lung Immune Prognostic Index (LIPI)"
* #khorana "Khorana score: venous thromboembolism under chemotherapy"
* #mascc "MASCC index of febrile neutropenia"
* #external-biomarker "Probability of an external model, passed on"

ValueSet: Model
Id: model
Title: "Models"
Description: "Clinical models by their short names; the version of a coding is the version of the model"
* insert AllOfSystem(ModelCS)

CodeSystem: QlqC30CS
Id: qlq-c30
Title: "QLQ-C30 results"
Description: "Results of the EORTC QLQ-C30 that no other code system names. The scales themselves have codes in the score catalogue of the Medizininformatik-Initiative. Nothing of the wording of the questionnaire is in here"
* insert Common
* ^caseSensitive = true
* ^valueSet = "https://auspex-gateway.org/fhir/ValueSet/qlq-c30"
* #summary "EORTC QLQ-C30 summary score" "Mean of 13 scales, symptoms reversed; 0 to 100, higher is better."
* #clinically-important-fatigue "Clinically important fatigue" "FA of 39 or more."
* #clinically-important-cognitive-impairment "Clinically important cognitive impairment" "CF below 75."
* #clinically-important-insomnia "Clinically important insomnia" "SL above 50."
* #deterioration-pf "Deterioration of physical functioning" "10 points or more worse than in the assessment before."
* #deterioration-rf "Deterioration of role functioning" "10 points or more worse than in the assessment before."
* #deterioration-ef "Deterioration of emotional functioning" "10 points or more worse than in the assessment before."
* #deterioration-cf "Deterioration of cognitive functioning" "10 points or more worse than in the assessment before."
* #deterioration-sf "Deterioration of social functioning" "10 points or more worse than in the assessment before."
* #deterioration-fa "Deterioration of fatigue" "10 points or more worse than in the assessment before."
* #deterioration-nv "Deterioration of nausea and vomiting" "10 points or more worse than in the assessment before."
* #deterioration-pa "Deterioration of pain" "10 points or more worse than in the assessment before."
* #deterioration-dy "Deterioration of dyspnoea" "10 points or more worse than in the assessment before."
* #deterioration-sl "Deterioration of insomnia" "10 points or more worse than in the assessment before."
* #deterioration-ap "Deterioration of appetite loss" "10 points or more worse than in the assessment before."
* #deterioration-co "Deterioration of constipation" "10 points or more worse than in the assessment before."
* #deterioration-di "Deterioration of diarrhoea" "10 points or more worse than in the assessment before."
* #deterioration-fi "Deterioration of financial difficulties" "10 points or more worse than in the assessment before."
* #deterioration-ql "Deterioration of global health status" "10 points or more worse than in the assessment before."

ValueSet: QlqC30
Id: qlq-c30
Title: "QLQ-C30 results"
Description: "Results of the EORTC QLQ-C30 that no other code system names. The scales themselves have codes in the score catalogue of the Medizininformatik-Initiative. Nothing of the wording of the questionnaire is in here"
* insert AllOfSystem(QlqC30CS)

CodeSystem: ModelOutcomeCS
Id: model-outcome
Title: "Outcomes of models"
Description: "What models predict or measure, where no code of a public system that we could verify covers it"
* insert Common
* ^caseSensitive = true
* ^valueSet = "https://auspex-gateway.org/fhir/ValueSet/model-outcome"
* #high-grade-prostate-cancer "Prostate cancer of grade group 2 or more at biopsy" "Outcome of pbcg-extended-2022"
* #death-from-breast-cancer "Death from breast cancer" "Outcome of predict-breast"
* #death-from-other-causes "Death from causes other than the cancer" "Outcome of predict-breast, predict-prostate"
* #death-from-prostate-cancer "Death from prostate cancer" "Outcome of predict-prostate"
* #biochemical-recurrence "Biochemical recurrence after radical prostatectomy" "Outcome of capra"
* #mgps "Modified Glasgow Prognostic Score" "Outcome of mgps"
* #albi-score "ALBI score" "Outcome of albi"
* #albi-grade "ALBI grade" "Outcome of albi"
* #phq9-band "Band of PHQ-9" "Outcome of screeners"
* #gad7-band "Band of GAD-7" "Outcome of screeners"
* #hads-a-band "Band of HADS anxiety" "Outcome of screeners"
* #hads-d-band "Band of HADS depression" "Outcome of screeners"
* #fatigue-band "Band of Fatigue 0 to 10" "Outcome of screeners"
* #phq9-concern "Symptoms of depression (PHQ-9)" "Outcome of screeners"
* #gad7-concern "Symptoms of anxiety (GAD-7)" "Outcome of screeners"
* #hads-a-concern "Symptoms of anxiety (HADS)" "Outcome of screeners"
* #hads-d-concern "Symptoms of depression (HADS)" "Outcome of screeners"
* #fatigue-concern "Fatigue (numeric rating)" "Outcome of screeners"
* #phq9-item-9 "PHQ-9 item 9 above 0" "Outcome of screeners"
* #severe-symptom-cluster "Three or more severe symptoms four years after diagnosis" "Outcome of bss-canto"
* #ctcae-grade-alt "CTCAE grade: Alanine aminotransferase increased" "Outcome of ctcae-labs"
* #ctcae-grade-ast "CTCAE grade: Aspartate aminotransferase increased" "Outcome of ctcae-labs"
* #ctcae-grade-alp "CTCAE grade: Alkaline phosphatase increased" "Outcome of ctcae-labs"
* #ctcae-grade-bilirubin "CTCAE grade: Blood bilirubin increased" "Outcome of ctcae-labs"
* #ctcae-grade-creatinine "CTCAE grade: Creatinine increased" "Outcome of ctcae-labs"
* #ctcae-grade-neutrophils "CTCAE grade: Neutrophil count decreased" "Outcome of ctcae-labs"
* #ctcae-grade-platelets "CTCAE grade: Platelet count decreased" "Outcome of ctcae-labs"
* #ctcae-grade-lymphocytes "CTCAE grade: Lymphocyte count decreased" "Outcome of ctcae-labs"
* #ctcae-grade-leukocytes "CTCAE grade: White blood cell decreased" "Outcome of ctcae-labs"
* #ctcae-grade-hemoglobin "CTCAE grade: Anemia" "Outcome of ctcae-labs"
* #hepatic-adverse-event "Hepatic adverse event of immunotherapy or chemotherapy" "Outcome of ctcae-labs"
* #venous-thromboembolism "Venous thromboembolism" "Outcome of khorana"
* #febrile-neutropenia-complications "Serious complications of febrile neutropenia" "Outcome of mascc"

ValueSet: ModelOutcome
Id: model-outcome
Title: "Outcomes of models"
Description: "What models predict or measure, where no code of a public system that we could verify covers it"
* insert AllOfSystem(ModelOutcomeCS)
