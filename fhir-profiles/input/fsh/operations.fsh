// Operations and search parameters of the gateway.

Instance: score
InstanceOf: OperationDefinition
Usage: #definition
Title: "Score a Bundle"
Description: "Scores the patients of a Bundle with the models that apply and gives the results back: RiskAssessments, derived Observations, and a GuidanceResponse for each model that applies but lacks inputs. Nothing is stored. The Bundle may be sent as the body itself, or inside Parameters. Its resources are held to R4 and to the profiles they claim; codes imply none here"
* url = "https://auspex-gateway.org/fhir/OperationDefinition/score"
* version = "0.1.0"
* name = "Score"
* title = "Score a Bundle"
* status = #draft
* date = "2026-11-29"
* publisher = "Auspex"
* description = "Scores the patients of a Bundle with the models that apply and gives the results back: RiskAssessments, derived Observations, and a GuidanceResponse for each model that applies but lacks inputs. Nothing is stored. The Bundle may be sent as the body itself, or inside Parameters. Its resources are held to R4 and to the profiles they claim; codes imply none here"
* kind = #operation
* affectsState = false
* code = #score
* system = true
* type = false
* instance = false
* parameter[0].name = #bundle
* parameter[0].use = #in
* parameter[0].min = 1
* parameter[0].max = "1"
* parameter[0].documentation = "What to score from: Patient, and what models read about them: Observation, Condition, QuestionnaireResponse, MedicationAdministration, MedicationStatement, MedicationRequest, Procedure, FamilyMemberHistory, Flag (enrolment). Medication and Device may be referenced."
* parameter[0].type = #Bundle
* parameter[1].name = #model
* parameter[1].use = #in
* parameter[1].min = 0
* parameter[1].max = "*"
* parameter[1].documentation = "Short name or id of a model that is wanted; without any, all are."
* parameter[1].type = #string
* parameter[2].name = #asOf
* parameter[2].use = #in
* parameter[2].min = 0
* parameter[2].max = "1"
* parameter[2].documentation = "The moment to score for, not in the future; now when it is absent. Results for a given moment are tagged retrospective."
* parameter[2].type = #dateTime
* parameter[3].name = #return
* parameter[3].use = #out
* parameter[3].min = 1
* parameter[3].max = "1"
* parameter[3].documentation = "A Bundle of type collection with the results."
* parameter[3].type = #Bundle

Instance: validate
InstanceOf: OperationDefinition
Usage: #definition
Title: "Validate any resource"
Description: "Validates a resource of any type against the base definition, the profiles it claims and the profiles asked for. The answer is 200 with an OperationOutcome also when the resource is invalid. The resource may be sent as the body itself, or inside Parameters"
* url = "https://auspex-gateway.org/fhir/OperationDefinition/validate"
* version = "0.1.0"
* name = "Validate"
* title = "Validate any resource"
* status = #draft
* date = "2026-11-29"
* publisher = "Auspex"
* description = "Validates a resource of any type against the base definition, the profiles it claims and the profiles asked for. The answer is 200 with an OperationOutcome also when the resource is invalid. The resource may be sent as the body itself, or inside Parameters"
* kind = #operation
* affectsState = false
* code = #validate
* system = true
* type = false
* instance = false
* parameter[0].name = #resource
* parameter[0].use = #in
* parameter[0].min = 1
* parameter[0].max = "1"
* parameter[0].documentation = "The resource to validate."
* parameter[0].type = #Resource
* parameter[1].name = #mode
* parameter[1].use = #in
* parameter[1].min = 0
* parameter[1].max = "1"
* parameter[1].documentation = "As in the operation of the base specification."
* parameter[1].type = #code
* parameter[2].name = #profile
* parameter[2].use = #in
* parameter[2].min = 0
* parameter[2].max = "*"
* parameter[2].documentation = "Profiles to hold it to besides those that it claims."
* parameter[2].type = #uri
* parameter[3].name = #return
* parameter[3].use = #out
* parameter[3].min = 1
* parameter[3].max = "1"
* parameter[3].documentation = "What was found."
* parameter[3].type = #OperationOutcome

Instance: risk-profile
InstanceOf: OperationDefinition
Usage: #definition
Title: "Risk profile of a patient"
Description: "The latest assessment of every model that applies, and what the others lack"
* url = "https://auspex-gateway.org/fhir/OperationDefinition/risk-profile"
* version = "0.1.0"
* name = "RiskProfile"
* title = "Risk profile of a patient"
* status = #draft
* date = "2026-11-29"
* publisher = "Auspex"
* description = "The latest assessment of every model that applies to the patient, sorted by what should be seen first; a GuidanceResponse for each model that applies and lacks inputs: it says which Observation to collect next; and an OperationOutcome that says how each model stands. The windows of every model are looked at again, so an assessment whose inputs have become too old is not given as if it were of today. Nothing is stored"
* kind = #operation
* affectsState = false
* code = #risk-profile
* resource = #Patient
* system = false
* type = false
* instance = true
* parameter.name = #return
* parameter.use = #out
* parameter.min = 1
* parameter.max = "1"
* parameter.documentation = "A Bundle of type collection."
* parameter.type = #Bundle

Instance: guidanceresponse-model
InstanceOf: SearchParameter
Usage: #definition
Title: "The model that lacks inputs"
* url = "https://auspex-gateway.org/fhir/SearchParameter/guidanceresponse-model"
* version = "0.1.0"
* name = "GuidanceResponseModel"
* status = #draft
* experimental = false
* date = "2026-11-29"
* publisher = "Auspex"
* description = "The model that a GuidanceResponse of the gateway speaks of, by its short name"
* code = #model
* base = #GuidanceResponse
* type = #token
* expression = "(GuidanceResponse.module as CodeableConcept)"
