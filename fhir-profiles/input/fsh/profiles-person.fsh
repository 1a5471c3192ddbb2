// What models read about habits and answers.

ValueSet: SmokingCodes
Id: smoking-history
Title: "Smoking history"
Description: "Observations about smoking: status, amounts and durations"
* insert Common
* $loinc#72166-2 "Tobacco smoking status"
* $sct#401201003 "Cigarette pack-years (observable entity)"
* $input#cigarettes-per-day-average
* $input#smoking-duration-years
* $input#years-since-quitting-smoking

Profile: SmokingHistory
Parent: Observation
Id: smoking-history
Title: "Smoking history"
Description: "Status as a code, amounts and durations as quantities. Compatible with: US Core Smoking Status; mCODE 4.0.0 History of Tobacco Use; hl7-eu IPS social history"
* insert ObservationBasics
* code.coding 1..
* value[x] only CodeableConcept or Quantity or integer
* valueQuantity obeys auspex-qty-1

Profile: PromScore
Parent: Observation
Id: prom-score
Title: "PROM score"
Description: "A score of a questionnaire that patients fill in: a number in {score} or without unit, category survey. The wording of a questionnaire is never part of it. Compatible with: MII KDS PROM score Observations (its catalogue for the QLQ-C30), US Core screening assessments"
* insert ObservationBasics
* category 1..
* category.coding 1..
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains survey 1..1
* category[survey] = $category#survey
* code.coding 1..
* value[x] only Quantity or integer or string
* valueQuantity obeys auspex-qty-1
* derivedFrom ^short = "The QuestionnaireResponse that the score was made from"

Invariant: auspex-qlq-1
Description: "The linkId of each answered item ends in the number of the item, 1 to 30"
Severity: #error
Expression: "repeat(item).where(answer.exists()).linkId.all(matches('^.*[^0-9]0*([1-9]|[12][0-9]|30)$') or matches('^0*([1-9]|[12][0-9]|30)$'))"

Invariant: auspex-qlq-2
Description: "An answer is a code or a whole number: 1 to 4, for items 29 and 30 1 to 7"
Severity: #error
Expression: "repeat(item).answer.value.all(($this is Coding) or ((($this is integer) or ($this is decimal)) and $this = $this.truncate() and $this >= 1 and $this <= 7)) and repeat(item).where(linkId.matches('^(.*[^0-9])?0*(29|30)$').not()).answer.value.where(($this is integer) or ($this is decimal)).all($this <= 4)"

Invariant: auspex-qlq-3
Description: "Questions are known by their numbers. Their wording belongs to the EORTC and need not be sent"
Severity: #warning
Expression: "repeat(item).text.empty()"

Profile: QlqC30Response
Parent: QuestionnaireResponse
Id: qlq-c30-response
Title: "Answers to the EORTC QLQ-C30"
Description: "The 30 answers as the QLQ-C30 model reads them. The questionnaire's canonical contains qlq-c30. Compatible with: MII KDS PROM QuestionnaireResponse for the QLQ-C30"
* insert Common
* questionnaire 1..1
* subject 1..1
* subject only Reference(Patient)
* authored 1..1
* obeys auspex-qlq-1
* obeys auspex-qlq-2
* obeys auspex-qlq-3
