/*
 * builtin.h - code systems that are grammars or closed lists outside the FHIR
 * packages: MIME types (BCP 13), languages (BCP 47), currencies (ISO 4217).
 * Threads: any; no state.
 */
#ifndef AX_TERMINOLOGY_BUILTIN_H
#define AX_TERMINOLOGY_BUILTIN_H

#include "base/str.h"

typedef enum {
  AX_BUILTIN_NONE,
  AX_BUILTIN_MIME,
  AX_BUILTIN_LANGUAGE,
  AX_BUILTIN_CURRENCY,
  AX_BUILTIN_UCUM /* judged by the function of ax_valueset_set_ucum */
} ax_builtin;

/* Which built-in system `url` is. */
ax_builtin ax_builtin_named(ax_str url);

/* Does `code` have the system's form (type "/" subtype with parameters; the
 * langtag grammar of RFC 5646) or stand on its list? Not for UCUM. */
bool ax_builtin_has(ax_builtin system, ax_str code);

#endif
