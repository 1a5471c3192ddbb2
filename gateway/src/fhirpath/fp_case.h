/* fp_case.h - upper and lower case of single characters: Latin, Greek, Cyrillic
 * and Armenian by simple Unicode mappings; other characters map to themselves.
 * Threads: any; no state. */
#ifndef AX_FHIRPATH_FP_CASE_H
#define AX_FHIRPATH_FP_CASE_H

#include <stdint.h>

uint32_t ax_fp_case_lower(uint32_t c);
uint32_t ax_fp_case_upper(uint32_t c);

#endif
