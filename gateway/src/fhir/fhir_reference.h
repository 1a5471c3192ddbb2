/*
 * fhir_reference.h - the text of Reference.reference, taken apart
 * (R4 2.3.0.1, 3.1.0.1.7 for conditional references in transactions).
 */
#ifndef AX_FHIR_FHIR_REFERENCE_H
#define AX_FHIR_FHIR_REFERENCE_H

#include "base/attrs.h"
#include "base/str.h"

typedef enum {
  AX_REF_INVALID,     /* not a reference by shape */
  AX_REF_FRAGMENT,    /* #id, or # for the container */
  AX_REF_RELATIVE,    /* Type/id or Type/id/_history/version */
  AX_REF_ABSOLUTE,    /* http(s)://base/Type/id...: base, type and id are set */
  AX_REF_URL,         /* any other absolute URL */
  AX_REF_URN,         /* urn:uuid:... or urn:oid:... */
  AX_REF_CONDITIONAL, /* Type?query */
} ax_reference_kind;

typedef struct {
  ax_reference_kind kind;
  ax_str base;    /* ABSOLUTE: up to and without the slash before Type */
  ax_str type;    /* RELATIVE, ABSOLUTE, CONDITIONAL; not checked to exist */
  ax_str id;      /* RELATIVE, ABSOLUTE; FRAGMENT: without '#' */
  ax_str version; /* RELATIVE, ABSOLUTE; often empty */
  ax_str query;   /* CONDITIONAL: behind the '?' */
} ax_reference;

/* Takes `text` apart; the parts point into it. */
ax_reference ax_fhir_reference_parse(ax_str text);

/* Is `base` one of a list ("https://ehr/fhir https://other/fhir", with blanks
 * or commas between; NULL: none)? A slash at the end does not matter. */
bool ax_fhir_reference_is_below(const char *list, ax_str base);

#endif
