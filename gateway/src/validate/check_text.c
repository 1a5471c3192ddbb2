/*
 * URNs of UUIDs and OIDs have the form of one; and policies about what texts
 * may hold, each off unless asked for: HTML in texts that nobody shows as HTML,
 * HTML in markdown, URLs of examples.
 */
#include <string.h>

#include "validate/check.h"

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "<b>", "</b", "<br/", "<!--": not "a < b", and not "<http://...>". */
static bool is_tag(ax_str text) {
  size_t i = 1;
  if (ax_str_starts(text, AX_STR("<!--"))) return true;
  if (i < text.len && text.ptr[i] == '/') i++;
  if (i >= text.len || !is_letter(text.ptr[i])) return false;
  while (i < text.len &&
         (is_letter(text.ptr[i]) || (text.ptr[i] >= '0' && text.ptr[i] <= '9')))
    i++;
  return i >= text.len || text.ptr[i] == '>' || text.ptr[i] == '/' ||
         text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t';
}

static ax_str find_tag(ax_str text) {
  while (text.len) {
    const char *at = memchr(text.ptr, '<', text.len);
    if (!at) break;
    text = ax_str_skip(text, (size_t)(at - text.ptr));
    if (is_tag(text)) return text;
    text = ax_str_skip(text, 1);
  }
  return AX_STR("");
}

static void refuse_tag(ax_walk *walk, const ax_place *place, ax_str tag,
                       const char *what) {
  enum { SHOWN = 12 };
  if (tag.len > SHOWN) tag.len = SHOWN;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "text-html", place,
                "The %s contains what looks like an embedded HTML tag, which "
                "is not allowed here, starting at '" AX_STR_FMT "'",
                what, AX_STR_ARG(tag));
}

static bool is_example(ax_str url) {
  static const char *const hosts[] = { "http://example.org/",
                                       "https://example.org/",
                                       "http://example.com/",
                                       "https://example.com/" };
  for (size_t i = 0; i < AX_COUNT(hosts); i++)
    if (ax_str_starts(url, ax_str_from(hosts[i]))) return true;
  return false;
}

static void check_urn(ax_walk *walk, const ax_place *place, ax_str text) {
  const char *fault = ax_fhir_primitive_urn_fault(text);
  if (fault)
    ax_walk_issue(walk,
                  walk->options.refuse_malformed_urns ? AX_ERROR : AX_WARNING,
                  AX_ISSUE_INVALID, "value-urn", place,
                  "'" AX_STR_FMT "' is not right: %s",
                  AX_STR_ARG(ax_walk_shown(place->value)), fault);
}

void ax_check_text(ax_walk *walk, const ax_place *place,
                   ax_fhir_primitive primitive) {
  const ax_validate_options *how = &walk->options;
  ax_str text = ax_json_text(place->value), tag;
  bool url = primitive == AX_FHIR_URI || primitive == AX_FHIR_URL ||
             primitive == AX_FHIR_CANONICAL;
  if (!ax_json_is(place->value, AX_JSON_STRING)) return;
  if (url && ax_str_starts(text, AX_STR("urn:"))) check_urn(walk, place, text);
  if (how->refuse_example_urls && url && is_example(text))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "url-example", place,
                  "Example URLs are not allowed in this context (" AX_STR_FMT
                  ")",
                  AX_STR_ARG(text));
  if (how->refuse_html && primitive == AX_FHIR_STRING) {
    tag = find_tag(text);
    if (tag.len) refuse_tag(walk, place, tag, "text");
  }
  if (how->refuse_markdown_html && primitive == AX_FHIR_MARKDOWN) {
    tag = find_tag(text);
    if (tag.len) refuse_tag(walk, place, tag, "markdown");
  }
}
