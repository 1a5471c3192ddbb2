// What the gateway says beyond the elements of R4.

Extension: Score
Id: score
Title: "Score of a model"
Description: "The number the model gave, in its unit, where it is not a probability: points, an index, a hazard ratio. Its meaning is the model's"
Context: RiskAssessment.prediction
* insert Common
* . ..1
* value[x] 1..
* value[x] only Quantity

Extension: Interval
Id: interval
Title: "Interval of the probability"
Description: "The interval that the source of the model publishes beside the probability, in percent"
Context: RiskAssessment.prediction
* insert Common
* . ..1
* value[x] 1..
* value[x] only Range

Extension: Comparator
Id: comparator
Title: "Comparator of the relative risk"
Description: "The group that relativeRisk compares with. It is a cohort that the model names, not always the general population"
Context: RiskAssessment.prediction
* insert Common
* . ..1
* value[x] 1..
* value[x] only string

Extension: Contribution
Id: contribution
Title: "Contribution of a factor"
Description: "What one factor adds to the result, in points or on the scale of the model"
Context: RiskAssessment.prediction
* insert Common
* insert Part(factor, 1..1, string, "The factor\, in words")
* insert Part(amount, 1..1, decimal, "What it adds")
* insert Part(basis, 1..1, code, "What the amount is counted in")
* extension[basis].value[x] from ContributionBasis (required)

Extension: RiskAssessmentReference
Id: risk-assessment
Title: "The RiskAssessment that an Observation repeats"
Description: "Names the RiskAssessment whose statement an Observation is: R4's derivedFrom may not"
Context: Observation
* insert Common
* . ..1
* value[x] 1..
* value[x] only Reference(ModelRiskAssessment)

Extension: DataQuality
Id: data-quality
Title: "An input as it was used"
Description: "One input of the model: its state, and where there was one its value, time and source"
Context: RiskAssessment
* insert Common
* insert Part(input, 1..1, string, "Name of the input")
* insert Part(state, 1..1, code, "Whether it could be used\, and if not why")
* extension[state].value[x] from InputState (required)
* insert Part(value, 0..1, Quantity, "The value\, in the unit the model wants")
* insert Part(time, 0..1, dateTime, "When it was taken")
* insert Part(source, 0..1, Reference, "The resource it came from\, with its version")

Extension: InputGap
Id: input-gap
Title: "Why an input cannot be used"
Description: "Stands in a dataRequirement: which input of the model it is, and what is wrong with what is there"
Context: DataRequirement
* insert Common
* insert Part(input, 1..1, string, "Name of the input")
* insert Part(title, 0..1, string, "The input in words")
* insert Part(state, 1..1, code, "What is wrong")
* extension[state].value[x] from InputState (required)
* insert Part(unit, 0..1, code, "The unit wanted\, in UCUM")
* insert Part(reason, 0..1, string, "The fault in a sentence")
* insert Part(source, 0..1, Reference, "The resource that cannot be used")

Extension: Requirement
Id: requirement
Title: "Requirement of a test"
Description: "The key of the requirement that a test of a TestScript shows to be met; the keys stand in conformance-tests/suites/requirements.json"
Context: TestScript.test
* insert Common
* . ..*
* value[x] 1..
* value[x] only string

Extension: RequiresCapability
Id: requiresCapability
Title: "What the target of a test must be able to do"
Description: "A FHIRPath expression over the target's CapabilityStatement: where it is not true, the script or the test is not run. Other public scripts have an extension of the same name and meaning"
* ^context[0].type = #element
* ^context[0].expression = "TestScript"
* ^context[1].type = #element
* ^context[1].expression = "TestScript.test"
* insert Common
* . ..1
* value[x] 1..
* value[x] only string

Extension: WaitFor
Id: waitFor
Title: "Send again until it is done"
Description: "An operation of a TestScript is sent again as long as its answer has the status of polling. Other public scripts have an extension of the same name and meaning"
* ^context[0].type = #element
* ^context[0].expression = "TestScript.setup.action.operation"
* ^context[1].type = #element
* ^context[1].expression = "TestScript.test.action.operation"
* insert Common
* . ..1
* insert Part(pollingStatusCode, 1..1, integer, "The status that means: not yet")
* insert Part(maxAttempts, 1..1, integer, "How often at most")
* insert Part(intervalMs, 1..1, integer, "The longest pause between two\, in milliseconds")
