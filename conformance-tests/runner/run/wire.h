/*
 * wire.h - the media types of a script's requests and asserts, and what
 * becomes of XML. Private to run/.
 */
#ifndef AX_RUN_WIRE_H
#define AX_RUN_WIRE_H

#include "run/state.h"

/*
 * The media type for an Accept or Content-Type field: json, xml, ttl and none
 * (empty) as R4 has them, all others as written. XML is UNSUPPORTED unless the
 * run is told to ask for JSON instead: then that is given, and noted in the
 * results.
 */
ax_status ax_wire_media(ax_state *s, ax_str code, ax_str *out,
                        ax_error *err) AX_MUST_USE;

/* The same for the value of a header that a script sets or expects, or for a
 * query with _format in it: media types of XML are replaced when the run is
 * told to. UNSUPPORTED never: what a script writes itself is sent. */
ax_status ax_wire_value(ax_state *s, ax_str value, ax_str *out) AX_MUST_USE;

/* Is it a media type of XML (application/fhir+xml, text/xml ...)? */
bool ax_wire_is_xml(ax_str media);

#endif
