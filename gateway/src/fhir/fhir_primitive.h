/*
 * fhir_primitive.h - the primitive types of R4 and what their values look like
 * (R4 2.24.0.1). Hand-written checks equal to the published regular
 * expressions; a table by name.
 */
#ifndef AX_FHIR_FHIR_PRIMITIVE_H
#define AX_FHIR_FHIR_PRIMITIVE_H

#include "json/json.h"

#define AX_FHIR_PRIMITIVES(X)                                              \
  X(BASE64_BINARY, "base64Binary")                                         \
  X(BOOLEAN, "boolean")                                                    \
  X(CANONICAL, "canonical")                                                \
  X(CODE, "code")                                                          \
  X(DATE, "date")                                                          \
  X(DATETIME, "dateTime") X(DECIMAL, "decimal") X(ID, "id")                \
      X(INSTANT, "instant") X(INTEGER, "integer") X(MARKDOWN, "markdown")  \
          X(OID, "oid") X(POSITIVE_INT, "positiveInt") X(STRING, "string") \
              X(TIME, "time") X(UNSIGNED_INT, "unsignedInt") X(URI, "uri") \
                  X(URL, "url") X(UUID, "uuid") X(XHTML, "xhtml")

typedef enum {
  AX_FHIR_NOT_PRIMITIVE,
#define X(name, text) AX_FHIR_##name,
  AX_FHIR_PRIMITIVES(X)
#undef X
} ax_fhir_primitive;

/* The primitive named `name`, or AX_FHIR_NOT_PRIMITIVE. */
ax_fhir_primitive ax_fhir_primitive_named(ax_str name);
const char *ax_fhir_primitive_name(ax_fhir_primitive type);

/* Which JSON kind the type is written as: BOOL, NUMBER or STRING. */
ax_json_kind ax_fhir_primitive_kind(ax_fhir_primitive type);

/*
 * NULL when `value` is a fine value of `type`, else a sentence that says what
 * would be right ("a date is written YYYY, YYYY-MM or YYYY-MM-DD"); the caller
 * adds the offending value. A wrong JSON kind is one of the faults.
 */
const char *ax_fhir_primitive_fault(ax_fhir_primitive type,
                                    const ax_json *value);

/*
 * NULL, or what a URN of the two kinds that FHIR itself names (urn:uuid:,
 * urn:oid:) would have to look like; a version or a fragment may follow it. R4
 * allows any text in a uri, so this is no fault of the type.
 */
const char *ax_fhir_primitive_urn_fault(ax_str uri);

/* ids, also in URLs: [A-Za-z0-9\-\.]{1,64}. */
bool ax_fhir_primitive_is_id(ax_str text);

#endif
