#include "fhir/fhir_xhtml.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "base/xml.h"

#define XHTML_NAMESPACE "http://www.w3.org/1999/xhtml"

/* --- tables -----------------------------------------------------------------
 */

/* What an element is to those it may stand in. The first six stand only where
 * an element takes them. */
enum {
  ITEM = 1,
  TERM = 2,
  PART = 4, /* of a table */
  COLUMN = 8,
  ROW = 16,
  CELL = 32,
  HOUSED = ITEM | TERM | PART | COLUMN | ROW | CELL,
  BLOCK = 64, /* does not stand in a line of text */
  LINE = 128,
};

/* HTML 4.0 chapters 7 to 11 (without 9.4) and 15, sorted, and where each stands
 * (the DTD of XHTML 1.0). What takes something takes nothing else, and no text;
 * paragraphs in lines are common and harmless. */
typedef struct {
  const char *name;
  unsigned char is, takes;
} element_kind;

static const element_kind elements[] = {
  { "a", LINE, 0 },
  { "abbr", LINE, 0 },
  { "acronym", LINE, 0 },
  { "address", 0, 0 },
  { "area", 0, 0 },
  { "b", LINE, 0 },
  { "bdo", 0, 0 },
  { "big", LINE, 0 },
  { "blockquote", BLOCK, 0 },
  { "br", 0, 0 },
  { "caption", PART, 0 },
  { "cite", LINE, 0 },
  { "code", LINE, 0 },
  { "col", COLUMN, 0 },
  { "colgroup", PART, COLUMN },
  { "dd", TERM, 0 },
  { "dfn", LINE, 0 },
  { "div", BLOCK, 0 },
  { "dl", BLOCK, TERM },
  { "dt", TERM, 0 },
  { "em", LINE, 0 },
  { "h1", 0, 0 },
  { "h2", 0, 0 },
  { "h3", 0, 0 },
  { "h4", 0, 0 },
  { "h5", 0, 0 },
  { "h6", 0, 0 },
  { "hr", 0, 0 },
  { "i", LINE, 0 },
  { "img", 0, 0 },
  { "kbd", LINE, 0 },
  { "li", ITEM, 0 },
  { "map", 0, 0 },
  { "ol", BLOCK, ITEM },
  { "p", LINE, 0 },
  { "pre", BLOCK, 0 },
  { "q", LINE, 0 },
  { "samp", LINE, 0 },
  { "small", LINE, 0 },
  { "span", LINE, 0 },
  { "strong", LINE, 0 },
  { "sub", LINE, 0 },
  { "sup", LINE, 0 },
  { "table", BLOCK, PART | COLUMN | ROW },
  { "tbody", PART, ROW },
  { "td", CELL, 0 },
  { "tfoot", PART, ROW },
  { "th", CELL, 0 },
  { "thead", PART, ROW },
  { "tr", ROW, CELL },
  { "tt", LINE, 0 },
  { "ul", BLOCK, ITEM },
  { "var", LINE, 0 },
};

/* Allowed on every element, sorted. */
static const char *const attributes[] = {
  "abbr",  "accesskey", "align", "axis",     "char",      "charoff",
  "class", "colspan",   "dir",   "headers",  "id",        "idref",
  "lang",  "rowspan",   "scope", "span",     "style",     "tabindex",
  "title", "valign",    "width", "xml:lang", "xml:space",
};

/* Allowed on one element, "element.attribute", sorted. */
static const char *const own_attributes[] = {
  "a.charset",
  "a.coords",
  "a.href",
  "a.hreflang",
  "a.name",
  "a.rel",
  "a.rev",
  "a.shape",
  "a.type",
  "area.alt",
  "area.coords",
  "area.href",
  "area.nohref",
  "area.shape",
  "blockquote.cite",
  "col.span",
  "img.alt",
  "img.border",
  "img.height",
  "img.ismap",
  "img.longdesc",
  "img.src",
  "img.usemap",
  "map.name",
  "ol.start",
  "ol.type",
  "pre.space",
  "q.cite",
  "table.border",
  "table.cellpadding",
  "table.cellspacing",
  "table.frame",
  "table.rules",
  "table.summary",
  "td.nowrap",
  "th.nowrap",
};

static bool listed(const char *const *sorted, size_t count, const char *name) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t mid = (low + high) / 2;
    int order = strcmp(name, sorted[mid]);
    if (order == 0) return true;
    if (order < 0)
      high = mid;
    else
      low = mid + 1;
  }
  return false;
}

/* HTML 4.0 has no data-*, but the narratives that the publisher of HL7's guides
 * makes do (data-fhir), and they mean nothing to whoever shows them. */
static bool attribute_allowed(const char *element, const char *name) {
  if (strncmp(name, "data-", 5) == 0) return true;
  if (listed(attributes, AX_COUNT(attributes), name)) return true;
  char both[40];
  int n = snprintf(both, sizeof both, "%s.%s", element, name);
  if (n < 0 || (size_t)n >= sizeof both) return false;
  return listed(own_attributes, AX_COUNT(own_attributes), both);
}

/* --- what may stand where ---------------------------------------------------
 */

static const element_kind *kind_of(const char *name) {
  size_t low = 0, high = AX_COUNT(elements);
  while (low < high) {
    size_t mid = (low + high) / 2;
    int order = strcmp(name, elements[mid].name);
    if (order == 0) return &elements[mid];
    if (order < 0)
      high = mid;
    else
      low = mid + 1;
  }
  return NULL;
}

/* No link in a link, and no paragraph in a paragraph. */
static bool is_nested(const element_kind *kind, const element_kind *home) {
  return kind == home && !kind->name[1] &&
         (kind->name[0] == 'a' || kind->name[0] == 'p');
}

static bool may_stand(const element_kind *kind, const element_kind *home) {
  if (home->takes) return kind->is & home->takes;
  if (kind->is & HOUSED) return false;
  return !(home->is & LINE) || (!(kind->is & BLOCK) && !is_nested(kind, home));
}

typedef struct {
  ax_arena *arena;
  AX_VEC(ax_xhtml_fault) faults;
  AX_VEC(ax_xhtml_link) links;
  AX_VEC(ax_str) ids;
  bool has_content, nomem;
  unsigned depth;
  const char *path[AX_XHTML_DEPTH];          /* names of the open elements */
  const element_kind *kinds[AX_XHTML_DEPTH]; /* NULL: none of HTML */
  size_t open_link; /* index + 1 of the <a> we are in */
  char link_text[200];
  size_t link_length;
} checker;

/* --- what was found
 * ----------------------------------------------------------- */

/* A copy in the arena; a name lives only for the call. */
static ax_str keep(checker *c, const char *z) {
  ax_str s = ax_str_from(z);
  char *copy = ax_arena_cstr(c->arena, s);
  if (!copy) c->nomem = true;
  return (ax_str){ copy ? copy : "", copy ? s.len : 0 };
}

static void fault(checker *c, size_t at, ax_xhtml_rule rule, const char *name,
                  const char *element) {
  if (c->faults.count >= AX_XHTML_FAULTS) return;
  ax_xhtml_fault *f = AX_VEC_PUSH(&c->faults, c->arena);
  if (!f) {
    c->nomem = true;
    return;
  }
  *f = (ax_xhtml_fault){ rule, at, keep(c, name),
                         element ? keep(c, element) : AX_STR("") };
}

static ax_str path_text(checker *c) {
  size_t length = 0;
  for (unsigned i = 0; i < c->depth; i++) length += strlen(c->path[i]) + 1;
  char *text = AX_NEW_ARRAY(c->arena, char, length + 1);
  if (!text) {
    c->nomem = true;
    return AX_STR("");
  }
  char *at = text;
  for (unsigned i = 0; i < c->depth; i++) {
    size_t n = strlen(c->path[i]);
    memcpy(at, c->path[i], n);
    at += n;
    *at++ = '/';
  }
  return (ax_str){ text, length ? length - 1 : 0 };
}

static void add_link(checker *c, const char *target, bool is_image) {
  ax_xhtml_link *link = AX_VEC_PUSH(&c->links, c->arena);
  if (!link) {
    c->nomem = true;
    return;
  }
  *link =
      (ax_xhtml_link){ keep(c, target), path_text(c), AX_STR(""), is_image };
  if (is_image) return;
  c->open_link = c->links.count;
  c->link_length = 0;
}

static void add_id(checker *c, const char *id) {
  ax_str *slot = AX_VEC_PUSH(&c->ids, c->arena);
  if (slot)
    *slot = keep(c, id);
  else
    c->nomem = true;
}

/* --- what is told
 * --------------------------------------------------------------- */

static void check_attribute(checker *c, size_t at, const char *element,
                            const char *name, const char *value) {
  bool names_space = strcmp(name, "xmlns") == 0
                         ? strcmp(value, XHTML_NAMESPACE) == 0
                         : strncmp(name, "xmlns:", 6) == 0;
  if (!names_space && !attribute_allowed(element, name))
    fault(c, at, AX_XHTML_ATTRIBUTE, name, element);
  if (strcmp(name, "id") == 0 ||
      (strcmp(name, "name") == 0 && strcmp(element, "a") == 0))
    add_id(c, value);
  if (strcmp(name, "href") == 0) add_link(c, value, false);
  if (strcmp(name, "src") == 0) add_link(c, value, true);
}

static void check_root(checker *c, size_t at, const char *name,
                       const char *const *atts) {
  const char *ns = NULL;
  for (size_t i = 0; atts[i]; i += 2)
    if (strcmp(atts[i], "xmlns") == 0) ns = atts[i + 1];
  if (strcmp(name, "div") != 0 || !ns || strcmp(ns, XHTML_NAMESPACE) != 0)
    fault(c, at, AX_XHTML_ROOT, name, ns);
}

static void on_start(void *ctx, ax_xml *xml, const char *name,
                     const char *const *atts) {
  checker *c = ctx;
  size_t at = ax_xml_at(xml);
  if (c->nomem) return;
  c->path[c->depth++] = keep(c, name).ptr;
  const element_kind *kind = kind_of(name);
  const element_kind *home = c->depth > 1 ? c->kinds[c->depth - 2] : NULL;
  c->kinds[c->depth - 1] = kind;
  if (c->depth == 1) check_root(c, at, name, atts);
  if (!kind)
    fault(c, at, AX_XHTML_ELEMENT, name, NULL);
  else if (home && !may_stand(kind, home))
    fault(c, at, AX_XHTML_PLACE, name, home->name);
  if (strcmp(name, "img") == 0) c->has_content = true;
  for (size_t i = 0; atts[i]; i += 2)
    check_attribute(c, at, name, atts[i], atts[i + 1]);
}

static void on_end(void *ctx, ax_xml *xml, const char *name) {
  checker *c = ctx;
  (void)xml;
  if (c->depth) c->depth--;
  if (c->open_link && strcmp(name, "a") == 0) {
    c->link_text[c->link_length] = 0;
    c->links.items[c->open_link - 1].text = keep(c, c->link_text);
    c->open_link = 0;
  }
}

static void on_text(void *ctx, ax_xml *xml, ax_str text) {
  checker *c = ctx;
  bool blank = true;
  for (size_t i = 0; i < text.len; i++) {
    char byte = text.ptr[i];
    if (!strchr(" \t\r\n", byte)) blank = false;
    if (c->open_link && c->link_length + 1 < sizeof c->link_text && byte)
      c->link_text[c->link_length++] = byte;
  }
  if (blank) return;
  c->has_content = true;
  const element_kind *home = c->depth ? c->kinds[c->depth - 1] : NULL;
  if (home && home->takes)
    fault(c, ax_xml_at(xml), AX_XHTML_PLACE, "text", home->name);
}

/* "There is no support for HTML entities like &nbsp;" (R4
 * narrative.html#xhtml); the five of XML and numbers arrive as text. */
static void on_entity(void *ctx, ax_xml *xml, const char *name) {
  checker *c = ctx;
  c->has_content = true;
  fault(c, ax_xml_at(xml), AX_XHTML_ENTITY, name, NULL);
}

static void on_declaration(void *ctx, ax_xml *xml, const char *name) {
  fault(ctx, ax_xml_at(xml), AX_XHTML_DECLARATION, name, NULL);
}

/* --- entry
 * ------------------------------------------------------------------------ */

ax_status ax_fhir_xhtml_check(ax_arena *arena, ax_str div, ax_xhtml *out) {
  static const ax_xml_calls calls = {
    on_start, on_end, on_text, on_entity, on_declaration, on_declaration
  };
  checker c = { .arena = arena };
  ax_xml_fault syntax;
  *out = (ax_xhtml){ 0 };
  ax_status status = ax_xml_read(div, AX_XHTML_DEPTH, &calls, &c, &syntax);
  if (status && status != AX_INVALID) return status;
  if (status && !c.faults.count)
    fault(&c, syntax.at, AX_XHTML_SYNTAX, syntax.text, NULL);
  if (c.nomem) return AX_NOMEM;
  *out = (ax_xhtml){ .faults = c.faults.items,
                     .fault_count = c.faults.count,
                     .has_content = c.has_content,
                     .links = c.links.items,
                     .link_count = c.links.count,
                     .ids = c.ids.items,
                     .id_count = c.ids.count };
  return AX_OK;
}
