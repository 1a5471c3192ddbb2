/*
 * fhir_xhtml.h - is a narrative safe and within R4's rules (2.4.0 Narrative,
 * invariants txt-1 and txt-2): well-formed XML, a div in the XHTML namespace,
 * only the elements and attributes of HTML 4.0 chapters 7-11 and 15, no
 * scripts, forms, events or embedded documents, and some content.
 *
 * Threads: any; a call touches only its arguments.
 */
#ifndef AX_FHIR_FHIR_XHTML_H
#define AX_FHIR_FHIR_XHTML_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

typedef enum {
  AX_XHTML_SYNTAX,      /* not well-formed; nothing after it was looked at */
  AX_XHTML_ROOT,        /* the outermost element is not an XHTML div */
  AX_XHTML_ELEMENT,     /* an element that is not allowed */
  AX_XHTML_ATTRIBUTE,   /* an attribute that is not allowed */
  AX_XHTML_PLACE,       /* an element or text where HTML 4 has none */
  AX_XHTML_ENTITY,      /* an entity that is none of XML's: &nbsp; */
  AX_XHTML_DECLARATION, /* a document type or a processing instruction */
} ax_xhtml_rule;

typedef struct {
  ax_xhtml_rule rule;
  size_t at;      /* byte offset in the text given */
  ax_str name;    /* of the element or attribute; SYNTAX: what is wrong */
  ax_str element; /* ATTRIBUTE: the element it is on; PLACE: what it is in */
} ax_xhtml_fault;

typedef struct {
  ax_str target; /* href or src as written */
  ax_str path;   /* "div/p/a" */
  ax_str text;   /* what a reader sees; empty for an image */
  bool is_image;
} ax_xhtml_link;

typedef struct {
  const ax_xhtml_fault *faults;
  size_t fault_count;
  bool has_content; /* text that is not white space, or an image (txt-2) */
  const ax_xhtml_link *links;
  size_t link_count;
  const ax_str *ids; /* ids and anchor names: where fragments may point */
  size_t id_count;
} ax_xhtml;

enum { AX_XHTML_DEPTH = 100, AX_XHTML_FAULTS = 20 };

/* Looks at the text of Narrative.div. NOMEM only; everything else is a fault
 * (at most AX_XHTML_FAULTS of them). */
ax_status ax_fhir_xhtml_check(ax_arena *arena, ax_str div,
                              ax_xhtml *out) AX_MUST_USE;

#endif
