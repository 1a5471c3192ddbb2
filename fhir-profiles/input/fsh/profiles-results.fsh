// What the gateway gives back.

RuleSet: MadeByGateway
* meta 1..1
* meta.tag 1..
* meta.tag ^slicing.discriminator.type = #pattern
* meta.tag ^slicing.discriminator.path = "$this"
* meta.tag ^slicing.rules = #open
* meta.tag contains made 1..1
* meta.tag[made] = $tags#gateway-result
* obeys auspex-ai-1
* identifier 1..

Invariant: auspex-ai-1
Description: "Labelled as asserted by an algorithm (AIAST), as AI Transparency on FHIR asks"
Severity: #error
Expression: "meta.security.where(system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue' and code = 'AIAST').exists()"

RuleSet: ByModel(path)
* {path} 1..1
* {path}.coding 1..
* {path}.coding ^slicing.discriminator.type = #value
* {path}.coding ^slicing.discriminator.path = "system"
* {path}.coding ^slicing.rules = #open
* {path}.coding contains model 1..1
* {path}.coding[model].system = "https://auspex-gateway.org/fhir/CodeSystem/model"
* {path}.coding[model].version 1..1
* {path}.coding[model].code 1..1

Invariant: auspex-ras-1
Description: "A probability is a percentage from 0 to 100"
Severity: #error
Expression: "prediction.where(probability is decimal).all(probability >= 0 and probability <= 100)"

Invariant: auspex-ras-2
Description: "A prediction says something: a probability, a level, a relative risk or a score"
Severity: #error
Expression: "prediction.all(probability.exists() or qualitativeRisk.exists() or relativeRisk.exists() or extension.where(url = 'https://auspex-gateway.org/fhir/StructureDefinition/score').exists())"

Invariant: auspex-ras-3
Description: "A relative risk names whom it compares with"
Severity: #error
Expression: "prediction.where(relativeRisk.exists()).all(extension.where(url = 'https://auspex-gateway.org/fhir/StructureDefinition/comparator').exists())"

Profile: ModelRiskAssessment
Parent: RiskAssessment
Id: model-risk-assessment
Title: "RiskAssessment of a model"
Description: "One statement of one model about one patient: which model and version, as of when, from which resources in which versions, what drove it. Aligned with AI Transparency on FHIR (label, Device, model card)"
* insert Common
* insert MadeByGateway
* insert ByModel(method)
* subject only Reference(Patient)
* occurrence[x] 1..1
* occurrence[x] only dateTime
* performer 1..1
* performer only Reference(ModelDevice)
* basis 1..
* prediction.outcome 1..1
* prediction.when[x] only Period
* prediction.when[x] ^short = "The horizon. R4's whenRange is a range of age and is not used"
* prediction.extension contains Score named score 0..1 and Interval named interval 0..1 and Contribution named contribution 0..* and Comparator named comparator 0..1
* extension contains DataQuality named dataQuality 0..*
* obeys auspex-ras-1
* obeys auspex-ras-2
* obeys auspex-ras-3

Profile: ModelObservation
Parent: Observation
Id: model-observation
Title: "Observation derived by a model"
Description: "A present state that a model computed (a scale score, a grade, an index), with method, device and what it was derived from"
* insert Common
* insert MadeByGateway
* insert ByModel(method)
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* effective[x] only dateTime
* value[x] 1..1
* device 1..1
* device only Reference(ModelDevice)
* derivedFrom 1..

Profile: DataRequired
Parent: GuidanceResponse
Id: data-required
Title: "What a model lacks"
Description: "A model applies to the patient and cannot be calculated: one dataRequirement for each input that is missing or unfit, with code, unit, window and reason"
* insert Common
* insert MadeByGateway
* module[x] only CodeableConcept
* insert ByModel(moduleCodeableConcept)
* status = #data-required
* subject 1..1
* subject only Reference(Patient)
* occurrenceDateTime 1..1
* performer 1..1
* performer only Reference(ModelDevice)
* dataRequirement 1..
* dataRequirement.extension contains InputGap named gap 0..1

Profile: ModelDevice
Parent: Device
Id: model-device
Title: "Device that is a model"
Description: "One version of one model as an agent: the performer of its results. Aligned with AI Device of AI Transparency on FHIR, whose extensions name the kind of model and the card"
* insert Common
* identifier 1..
* type 1..1
* type.coding ^slicing.discriminator.type = #pattern
* type.coding ^slicing.discriminator.path = "$this"
* type.coding ^slicing.rules = #open
* type.coding contains ai 1..1
* type.coding[ai] = $ai-type#Artificial-Intelligence
* deviceName 1..
* version 1..

Profile: ModelCard
Parent: DocumentReference
Id: model-card
Title: "Model card"
Description: "The card of one version of a model, as JSON and as Markdown for reading: 31 source attributes after ONC HTI-1 (45 CFR 170.315(b)(11)). Aligned with AI Model-Card of AI Transparency on FHIR"
* insert Common
* type 1..1
* type.coding ^slicing.discriminator.type = #pattern
* type.coding ^slicing.discriminator.path = "$this"
* type.coding ^slicing.rules = #open
* type.coding contains card 1..1
* type.coding[card] = $ai-inputs#AIModelCard
* description 1..1
* content 1..
* content.attachment.contentType 1..1

Profile: RevisionProvenance
Parent: Provenance
Id: revision-provenance
Title: "Provenance of a corrected result"
Description: "Says that a result took the place of an earlier one because an input was corrected or withdrawn"
* insert Common
* activity 1..1
* activity.coding 1..
* activity.coding ^slicing.discriminator.type = #pattern
* activity.coding ^slicing.discriminator.path = "$this"
* activity.coding ^slicing.rules = #open
* activity.coding contains revision 0..1 and nullified 0..1
* activity.coding[revision] = $data-operation#UPDATE
* activity.coding[nullified] = $data-operation#NULLIFY
* agent.who only Reference(Device or Organization or Practitioner)
* entity 1..

Profile: CancerRiskObservation
Parent: Observation
Id: cancer-risk-observation
Title: "RiskAssessment as an Observation"
Description: "The statement of a RiskAssessment as an Observation, for systems that expect one. It fits mCODE 4.0.0 Cancer Risk Assessment (a code of the method, a CodeableConcept as value); derivedFrom cannot name a RiskAssessment in R4, so an extension does"
* insert Common
* insert MadeByGateway
* extension contains RiskAssessmentReference named riskAssessment 1..1
* identifier 1..
* category 1..
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* effective[x] only dateTime
* value[x] 1..1
* value[x] only CodeableConcept
* device 1..1
* device only Reference(ModelDevice)
