/*
 * xml_json.h - a resource in FHIR's XML becomes the JSON tree of the same
 * resource (R4 2.6.1, 2.6.2).
 *
 * What XML does not show comes from the definitions of R4: which elements are
 * lists, which values are numbers and booleans, which attributes there are.
 * Ids and extensions of primitives go into `_name` beside them, the div of a
 * narrative stays text, comments and processing instructions are left out.
 *
 * Elements that R4 does not define (scripts and fixtures of other versions and
 * of vendors) are kept by their shape: a value is a string, elements of the
 * same name are a list. A placeholder ("${id}") where a number or a boolean
 * belongs is a string, too.
 *
 * Lifetime: the tree lives in the arena, `text` must outlive it; `at` of a
 * value is where its tag begins in `text`. Threads: any.
 */
#ifndef AX_SCRIPT_XML_JSON_H
#define AX_SCRIPT_XML_JSON_H

#include "definitions/registry.h"
#include "json/json.h"

/* So deep that the tree stays within AX_LIMIT_JSON_DEPTH (an element is up to
 * two levels of it). */
enum { AX_XML_JSON_DEPTH = 60 };

/*
 * INVALID, the sentence beginning with the line ("3: ..."): no well-formed XML,
 * a document type, another namespace, a type that R4 has not, an attribute that
 * the element has not, text between elements, an element twice that may be
 * there once, a value that is no number. NOMEM, TOO_LARGE.
 */
ax_status ax_xml_json_read(ax_registry *registry, ax_arena *arena, ax_str text,
                           const ax_json **out, ax_error *err) AX_MUST_USE;

#endif
