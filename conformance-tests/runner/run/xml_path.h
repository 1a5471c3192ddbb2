/*
 * xml_path.h - the XPaths that say the same about a resource in JSON: plain
 * child steps, as in "fhir:Bundle/fhir:entry[1]/fhir:resource/fhir:Patient/
 * fhir:id/@value".
 *
 *   name  fhir:name  @value  @id  @url  *  .  //  [n]  [last()]
 *   [path]  [path = 'text']  [path != 'text']  and, or, not() between these
 *
 * The first step is the resource's type; below "resource" and "contained" a
 * step is a type, too. A path that does not begin with "/" and finds nothing
 * there is looked for everywhere in the document: engines have always done so,
 * and scripts rest on it ("Patient/id" of a Bundle). Everything else of XPath
 * is UNSUPPORTED.
 *
 * Threads: a call touches only its arguments.
 */
#ifndef AX_RUN_XML_PATH_H
#define AX_RUN_XML_PATH_H

#include "run/json_path.h"

/* Appends what the path selects, as JSON values. UNSUPPORTED with the feature;
 * INVALID: no XPath; TOO_LARGE; NOMEM. */
ax_status ax_xml_path_select(ax_arena *arena, ax_str path, const ax_json *root,
                             ax_json_path_nodes *out,
                             ax_error *err) AX_MUST_USE;

#endif
