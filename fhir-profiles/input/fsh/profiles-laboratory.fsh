// What models read from laboratories. As strict as scoring needs: a number with
// a UCUM unit, a time, a patient; or the reason why there is no value.

Invariant: auspex-obs-1
Description: "There is a value, a reason why there is none, or components"
Severity: #error
Expression: "value.exists() or dataAbsentReason.exists() or component.exists() or hasMember.exists()"

Invariant: auspex-obs-2
Description: "The subject is a Patient: results are given for persons"
Severity: #error
Expression: "subject.reference.exists() or subject.identifier.exists()"

Invariant: auspex-qty-1
Description: "A measured value has a UCUM unit: system http://unitsofmeasure.org and a code. The text of a unit alone is not enough"
Severity: #error
Expression: "value.empty() or (system = 'http://unitsofmeasure.org' and code.exists())"

RuleSet: OfPatient
* subject 1..1
* subject only Reference(Patient)
* obeys auspex-obs-2

RuleSet: ObservationFrame
* insert Common
* insert OfPatient
* effective[x] 1..1
* effective[x] only dateTime or Period or instant

RuleSet: ObservationBasics
* insert ObservationFrame
* obeys auspex-obs-1

Profile: LaboratoryResult
Parent: Observation
Id: laboratory-result
Title: "Laboratory result"
Description: "A laboratory value that a model can read. A comparator (<5) and a dataAbsentReason are allowed; what a model makes of them is the model's. Compatible with: mCODE 4.0.0 Tumor Marker Test and US Core laboratory results (with UCUM units), MII KDS Labor ObservationLab, hl7-eu laboratory Observation"
* insert ObservationBasics
* code.coding 1..
* value[x] only Quantity
* valueQuantity obeys auspex-qty-1

Profile: TumorMarker
Parent: LaboratoryResult
Id: tumor-marker
Title: "Tumour marker"
Description: "PSA, CA 19-9 and other markers in serum. Compatible with: mCODE 4.0.0 Tumor Marker Test whose value is a Quantity; MII KDS Onkologie tumour markers"
* insert Common
* code from TumorMarkers (preferred)

ValueSet: TumorMarkers
Id: tumor-markers
Title: "Tumour markers"
Description: "Markers that models read"
* insert Common
* $loinc#2857-1 "Prostate specific Ag [Mass/volume] in Serum or Plasma"
* $loinc#24108-3 "Cancer Ag 19-9 [Units/volume] in Serum or Plasma"
* $loinc#2532-0 "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma"
