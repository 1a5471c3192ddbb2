CodeSystem: Tags
Id: tags
Title: "Tags of results"
Description: "Tags that the gateway puts on resources it made"
* insert Common
* ^caseSensitive = true
* ^valueSet = "https://auspex-gateway.org/fhir/ValueSet/tags"
* #gateway-result "Made by the gateway" "The gateway made this resource. It neither triggers nor feeds a model that does not ask for it by code."
* #retrospective "Made for a given moment of the past" "The as-of time was given by the caller, so this says nothing about today."

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
