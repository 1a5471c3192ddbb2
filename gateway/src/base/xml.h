/*
 * xml.h - XML as a row of calls, over expat; the only file that includes its
 * header.
 *
 * What makes XML dangerous is not done: no document type is read (the parse
 * ends there), so nothing is expanded, and nothing outside of the text is ever
 * opened. Text is UTF-8 whatever its declaration says. Names are as written,
 * with their prefixes; namespaces are ordinary attributes.
 *
 * Lifetime: what a call is given lives for that call.
 * Threads: any; a call touches only its arguments.
 */
#ifndef AX_BASE_XML_H
#define AX_BASE_XML_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* A parse going on; given to the calls. */
typedef struct ax_xml ax_xml;

/* The calls; NULL where nobody listens, unless said otherwise. */
typedef struct {
  /* `attributes` are name, value, name, value, ..., NULL. */
  void (*start)(void *ctx, ax_xml *xml, const char *name,
                const char *const *attributes);
  void (*end)(void *ctx, ax_xml *xml, const char *name);
  /* A piece of text; one run of text may come in several. */
  void (*text)(void *ctx, ax_xml *xml, ax_str text);
  /* An entity that XML does not define ("nbsp"), in text; in attributes such
   * are passed over. NULL: they are faults, here and there. */
  void (*entity)(void *ctx, ax_xml *xml, const char *name);
  /* A document type, where the parse ends; NULL: a fault. */
  void (*doctype)(void *ctx, ax_xml *xml, const char *name);
  void (*instruction)(void *ctx, ax_xml *xml, const char *target);
} ax_xml_calls;

typedef struct {
  size_t at; /* byte offset */
  uint32_t line, column; /* from 1 */
  char text[120]; /* a sentence without the place */
} ax_xml_fault;

/*
 * Reads `text`. INVALID, with `fault`: it is not well-formed, or its elements
 * are nested deeper than `depth`; what came before has been told. OK also when
 * a call stopped the parse. TOO_LARGE above 2 GB, NOMEM.
 */
ax_status ax_xml_read(ax_str text, unsigned depth, const ax_xml_calls *calls,
                      void *ctx, ax_xml_fault *fault) AX_MUST_USE;

/* Where the tag or text begins that is being told, and where it ends. */
size_t ax_xml_at(const ax_xml *xml);
size_t ax_xml_end(const ax_xml *xml);
uint32_t ax_xml_line(const ax_xml *xml);

/* Ends the parse after this call. */
void ax_xml_stop(ax_xml *xml);

#endif
