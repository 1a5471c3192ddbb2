/*
 * Narrative.div: well-formed and safe XHTML with some content (R4 2.4.0
 * Narrative, txt-1 and txt-2), and links that a reader can follow.
 */
#include "fhir/fhir_xhtml.h"
#include "validate/check.h"

enum { SCHEME = 32 };

static ax_status compile(const ax_check_source *source, ax_check **out) {
  if (source->is_profile ||
      !ax_str_eq(source->element->path, AX_STR("Narrative.div")))
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

#define INVALID(walk, id, place, ...) \
  ax_walk_issue((walk), AX_ERROR, AX_ISSUE_INVALID, (id), (place), __VA_ARGS__)

static void report_fault(ax_walk *walk, const ax_place *place,
                         const ax_xhtml_fault *f) {
  switch (f->rule) {
  case AX_XHTML_SYNTAX:
    INVALID(walk, "xhtml-syntax", place,
            "The XHTML is not well-formed: " AX_STR_FMT " (at byte %zu)",
            AX_STR_ARG(f->name), f->at);
    return;
  case AX_XHTML_ROOT:
    INVALID(walk, "xhtml-root", place,
            "The XHTML must be one div in the namespace "
            "http://www.w3.org/1999/xhtml, not '" AX_STR_FMT "'",
            AX_STR_ARG(f->name));
    return;
  case AX_XHTML_ELEMENT:
    INVALID(walk, "xhtml-element", place,
            "Invalid element name in the XHTML ('" AX_STR_FMT "')",
            AX_STR_ARG(f->name));
    return;
  case AX_XHTML_ATTRIBUTE:
    INVALID(walk, "xhtml-attribute", place,
            "Invalid attribute name in the XHTML ('" AX_STR_FMT
            "' on '" AX_STR_FMT "')",
            AX_STR_ARG(f->name), AX_STR_ARG(f->element));
    return;
  case AX_XHTML_PLACE:
    INVALID(walk, "xhtml-place", place,
            "In the XHTML, '" AX_STR_FMT "' must not stand in '" AX_STR_FMT "'",
            AX_STR_ARG(f->name), AX_STR_ARG(f->element));
    return;
  case AX_XHTML_ENTITY:
    INVALID(walk, "xhtml-entity", place,
            "Invalid entity in the XHTML ('&" AX_STR_FMT
            ";'): FHIR knows only those of XML; write the character itself, or "
            "its number",
            AX_STR_ARG(f->name));
    return;
  case AX_XHTML_DECLARATION:
    INVALID(walk, "xhtml-declaration", place,
            "The XHTML must not have declarations or processing "
            "instructions ('" AX_STR_FMT "')",
            AX_STR_ARG(f->name));
    return;
  }
}

static void report_rule(ax_walk *walk, const ax_place *place, const char *rule,
                        const char *human) {
  ax_str text = ax_arena_printf(ax_fhir_issues_arena(walk->issues),
                                "Constraint failed: %s: '%s'", rule, human);
  if (!text.ptr) {
    walk->no_memory = true;
    return;
  }
  ax_walk_report(walk,
                 (ax_issue){ .severity = AX_ERROR,
                             .type = AX_ISSUE_INVARIANT,
                             .id = "invariant-failed",
                             .rule = ax_str_from(rule) },
                 place, ax_place_json(place), text.ptr);
}

/* --- links -----------------------------------------------------------------
 */

static bool has_id(const ax_xhtml *html, ax_str id) {
  for (size_t i = 0; i < html->id_count; i++)
    if (ax_str_eq(html->ids[i], id)) return true;
  return false;
}

/* Depth is bounded by the parser. */
static bool has_element(const ax_json *value, ax_str id) {
  if (ax_json_is(value, AX_JSON_OBJECT) &&
      ax_str_eq(AX_JSON_STR(value, "id"), id))
    return true;
  for (size_t i = 0; i < ax_json_count(value); i++) {
    const ax_json *below = value->kind == AX_JSON_ARRAY
                               ? &value->u.items[i]
                               : &value->u.members[i].value;
    if (has_element(below, id)) return true;
  }
  return false;
}

static bool is_scheme_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/* "mailto" of "mailto:x@y"; empty for a relative target. */
static ax_str scheme_of(ax_str target) {
  size_t len = 0;
  while (len < target.len && len < SCHEME && is_scheme_char(target.ptr[len]))
    len++;
  if (len == 0 || len >= target.len || target.ptr[len] != ':')
    return AX_STR("");
  return (ax_str){ target.ptr, len };
}

static bool is_followed(ax_str scheme, bool is_image) {
  static const char *const known[] = { "http", "https", "mailto", "tel",
                                       "ftp",  "ftps",  "sms" };
  if (is_image &&
      (ax_str_eq(scheme, AX_STR("data")) || ax_str_eq(scheme, AX_STR("cid"))))
    return true;
  for (size_t i = 0; i < AX_COUNT(known); i++)
    if (ax_str_eq(scheme, ax_str_from(known[i]))) return true;
  return false;
}

/* A transaction replaces links to its entries, too (R4 3.1.0.11.2); nobody does
 * so in other Bundles, whose readers get what is written. */
static bool is_entry(const ax_walk *walk, ax_str target) {
  return walk->bundle &&
         ax_str_eq(AX_JSON_STR(walk->bundle_json, "type"),
                   AX_STR("transaction")) &&
         ax_fhir_bundle_by_url(walk->bundle, target);
}

static void check_link(ax_walk *walk, const ax_place *place,
                       const ax_xhtml *html, const ax_xhtml_link *link) {
  ax_str scheme = scheme_of(link->target), id = ax_str_skip(link->target, 1);
  if (!ax_str_trim(link->target).len ||
      (!link->is_image &&
       ax_str_find(link->target, AX_STR(" ")) != AX_STR_NONE))
    INVALID(walk, "xhtml-link", place,
            "The link '" AX_STR_FMT "' at '" AX_STR_FMT
            "' is no URL: it is empty or has blanks",
            AX_STR_ARG(link->target), AX_STR_ARG(link->path));
  if (scheme.len && !is_followed(scheme, link->is_image) &&
      !is_entry(walk, link->target))
    INVALID(walk, "xhtml-link-scheme", place,
            "Hyperlink scheme '" AX_STR_FMT "' in '" AX_STR_FMT
            "' at '" AX_STR_FMT "' for '" AX_STR_FMT
            "' is not a valid hyperlinkable scheme",
            AX_STR_ARG(scheme), AX_STR_ARG(link->target),
            AX_STR_ARG(link->path), AX_STR_ARG(link->text));
  if (!ax_str_starts(link->target, AX_STR("#")) || !id.len ||
      has_id(html, id) || has_element(walk->resource, id))
    return;
  if (link->is_image)
    INVALID(walk, "xhtml-image", place,
            "Image source '" AX_STR_FMT "' at '" AX_STR_FMT
            "' does not resolve",
            AX_STR_ARG(link->target), AX_STR_ARG(link->path));
  else
    INVALID(walk, "xhtml-link-target", place,
            "Hyperlink '" AX_STR_FMT "' at '" AX_STR_FMT "' for '" AX_STR_FMT
            "' does not resolve",
            AX_STR_ARG(link->target), AX_STR_ARG(link->path),
            AX_STR_ARG(link->text));
}

static void check_html(ax_walk *walk, const ax_place *place,
                       const ax_xhtml *html) {
  for (size_t i = 0; i < html->fault_count; i++)
    report_fault(walk, place, &html->faults[i]);
  if (html->fault_count)
    report_rule(walk, place, "txt-1",
                "The narrative SHALL contain only the basic html formatting "
                "elements and attributes described in chapters 7-11 (except "
                "section 4 of chapter 9) and 15 of the HTML 4.0 standard, <a> "
                "elements (either name or href), images and internally "
                "contained style attributes");
  else if (!html->has_content)
    report_rule(walk, place, "txt-2",
                "The narrative SHALL have some non-whitespace content");
  for (size_t i = 0; i < html->link_count; i++)
    check_link(walk, place, html, &html->links[i]);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_xhtml html;
  (void)self;
  if (!ax_json_is(place->value, AX_JSON_STRING)) return;
  ax_arena *arena = ax_walk_scratch(walk);
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  if (ax_fhir_xhtml_check(arena, ax_json_text(place->value), &html))
    walk->no_memory = true;
  else
    check_html(walk, place, &html);
  ax_arena_rewind(arena, mark);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_narrative = { "narrative", compile, run, explain };
