/*
 * wire.h - the media types of a script's requests and asserts, and what
 * becomes of XML. Private to run/.
 */
#ifndef AX_RUN_WIRE_H
#define AX_RUN_WIRE_H

#include "run/state.h"

/* What helps against "unsupported: XML bodies". */
#define AX_WIRE_HINT "run with --wire json to ask for JSON instead"

/*
 * The media type for an Accept or Content-Type field: json, xml, ttl and none
 * (empty) as R4 has them, all others as written. When the run is told to, JSON
 * is given instead of XML, and the results say so.
 */
ax_status ax_wire_media(ax_state *s, ax_str code, ax_str *out) AX_MUST_USE;

/* The same for the _format of a URL. */
ax_status ax_wire_url(ax_state *s, ax_str url, ax_str *out) AX_MUST_USE;

/* The same for the value of a header that a script sets or expects. */
ax_status ax_wire_value(ax_state *s, ax_str value, ax_str *out) AX_MUST_USE;

/* Is it a media type of XML (application/fhir+xml, text/xml ...)? */
bool ax_wire_is_xml(ax_str media);

#endif
