/*
 * implied.h - profiles that R4 holds a resource to although it does not claim
 * them: an Observation of a vital sign must follow the vital-signs profiles
 * (R4 observation-vitalsigns.html).
 *
 * Threads: any.
 */
#ifndef AX_VALIDATE_IMPLIED_H
#define AX_VALIDATE_IMPLIED_H

#include "json/json.h"

/* The canonical of the profile that the Observation's code implies; empty:
 * none. `others`: also by codes of the same measurement that are not the one
 * the profile demands (oral temperature, the former blood pressure panel);
 * such an Observation then always lacks the demanded code. */
ax_str ax_implied_profile(const ax_json *observation, bool others);

#endif
