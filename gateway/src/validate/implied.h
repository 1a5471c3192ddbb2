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
 * none. */
ax_str ax_implied_profile(const ax_json *observation);

#endif
