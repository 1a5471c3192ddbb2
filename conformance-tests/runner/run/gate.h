/*
 * gate.h - conditions that scripts put on themselves by extension: what the
 * target must be able to do, which FHIR version it must speak, when an assert
 * counts. Private to run/.
 *
 *   requiresCapability   valueString: FHIRPath over the CapabilityStatement;
 *                        on a script or a test
 *   fhirVersions         valueString: "4.0,5.0"; on a script or a test
 *   assertionAnyOfGroup  valueString: of the asserts of a test with this name,
 *                        one must hold
 *   assertionWhenResponseStatus  sourceId, status: the assert counts only when
 *                        that answer had that status
 */
#ifndef AX_RUN_GATE_H
#define AX_RUN_GATE_H

#include "run/state.h"

typedef struct {
  bool closed;
  ax_result_kind kind; /* SKIP or UNSUPPORTED, or ERROR: it cannot be judged */
  ax_result_cause cause;
  ax_str message;
} ax_gate;

/* May what `element` describes (a script or a test) be run? NOMEM. */
ax_status ax_gate_judge(ax_state *s, const ax_json *element,
                        ax_gate *out) AX_MUST_USE;

/* Does the assert count now? `out` is closed when not. */
ax_status ax_gate_judge_assert(ax_state *s, const ax_json *assertion,
                               ax_gate *out) AX_MUST_USE;

/* The group of an assert; empty: none. */
ax_str ax_gate_group(const ax_json *assertion);

#endif
