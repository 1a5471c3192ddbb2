/*
 * http_media.h - media types: what a body is, and what a client wants back
 * (RFC 9110 8.3 and 12.5.1; FHIR R4 2.21.0.2).
 *
 * We speak FHIR JSON in UTF-8. application/fhir+json is its name;
 * application/json and text/json are understood too. Pure functions.
 */
#ifndef AX_HTTP_HTTP_MEDIA_H
#define AX_HTTP_HTTP_MEDIA_H

#include "base/str.h"

typedef enum {
  AX_HTTP_MEDIA_NONE, /* nothing we can read or write; also malformed */
  AX_HTTP_MEDIA_FHIR, /* application/fhir+json */
  AX_HTTP_MEDIA_JSON, /* application/json, text/json */
  AX_HTTP_MEDIA_FORM, /* application/x-www-form-urlencoded, for _search */
  AX_HTTP_MEDIA_LINES /* application/fhir+ndjson and kin: bodies only */
} ax_http_media;

/*
 * What a body with this Content-Type is. NONE when the type is another one,
 * when it is malformed, when its charset is not UTF-8, or when its fhirVersion
 * is not 4.0; `*why` then is a literal sentence.
 */
ax_http_media ax_http_media_of_body(ax_str content_type, const char **why);

/*
 * FHIR, JSON or NONE, whichever the Accept field wants most; of equals FHIR. An
 * empty field accepts everything. Types that we lack are passed over, and so
 * are elements that are malformed.
 */
ax_http_media ax_http_media_accepted(ax_str accept);

/* What `_format` (decoded) asks for: json and the media types above; a '+'
 * that became a blank on its way is understood. NONE for anything else. */
ax_http_media ax_http_media_format(ax_str format);

/* "application/fhir+json; charset=utf-8" and the like. */
ax_str ax_http_media_name(ax_http_media media);

#endif
