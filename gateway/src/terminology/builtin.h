/*
 * builtin.h - code systems that are grammars, closed lists or checked numbers
 * outside the FHIR packages.
 *
 *   urn:ietf:bcp:13           MIME types, by their grammar
 *   urn:ietf:bcp:47           languages, by the grammar of RFC 5646 and what it
 *                             says without its registry
 *   urn:iso:std:iso:4217      currencies, a list
 *   urn:iso:std:iso:3166      countries (2 letters, 3 letters, digits), a list
 *   urn:iso:std:iso:3166:-2   their parts: the country by the list, the rest
 *                             by its form
 *   http://loinc.org          numbers with a check digit: a wrong one is no
 *                             LOINC code, a right one may be
 *   http://snomed.info/sct    identifiers with check digit and partition, and
 *                             expressions: the same
 *   http://unitsofmeasure.org judged by the function of ax_valueset_set_ucum
 *
 * Threads: any; no state.
 */
#ifndef AX_TERMINOLOGY_BUILTIN_H
#define AX_TERMINOLOGY_BUILTIN_H

#include "base/str.h"

typedef enum {
  AX_MEMBER_YES,
  AX_MEMBER_NO,
  AX_MEMBER_UNKNOWN /* cannot be decided here: says nothing */
} ax_membership;

typedef enum {
  AX_BUILTIN_NONE,
  AX_BUILTIN_MIME,
  AX_BUILTIN_LANGUAGE,
  AX_BUILTIN_CURRENCY,
  AX_BUILTIN_COUNTRY,
  AX_BUILTIN_SUBDIVISION,
  AX_BUILTIN_LOINC,
  AX_BUILTIN_SNOMED,
  AX_BUILTIN_UCUM
} ax_builtin;

/* Which built-in system `url` is. */
ax_builtin ax_builtin_named(ax_str url);

/* Is `code` one of `system`? `why` (may be NULL) receives a literal reason for
 * NO and UNKNOWN. UCUM and NONE are UNKNOWN. */
ax_membership ax_builtin_judge(ax_builtin system, ax_str code,
                               const char **why);

/* The `i`th code of a system that is a list; false past the end and for all
 * others. The text is static. */
bool ax_builtin_code(ax_builtin system, size_t i, ax_str *code);

/* What ax_builtin_judge calls, one file each. */
bool ax_builtin_language(ax_str code);
ax_membership ax_builtin_loinc(ax_str code, const char **why);
ax_membership ax_builtin_snomed(ax_str code, const char **why);
bool ax_builtin_currency(size_t i, ax_str *code);
bool ax_builtin_country(size_t i, ax_str *code);

#endif
