// What every definition of ours has in common.
RuleSet: Common
* ^experimental = false
* ^date = "2026-11-29"

RuleSet: AllOfSystem(system)
* ^experimental = false
* ^date = "2026-11-29"
* include codes from system {system}

// A part of an extension: its name, how often, its type.
RuleSet: Part(name, card, type, short)
* extension contains {name} {card}
* extension[{name}] ^short = {short}
* extension[{name}].value[x] 1..1
* extension[{name}].value[x] only {type}
