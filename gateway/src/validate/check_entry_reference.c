/*
 * References from one entry of a Bundle to another (R4 bundle.html#references):
 * what a Composition names must be in its document, what a MessageHeader is
 * about in its message, and a reference must not lead to two entries.
 */
#include "fhir/fhir_reference.h"
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  if (!source->is_root || source->is_profile ||
      !ax_str_eq(source->type, AX_STR("Reference")))
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

/* Elements of a Composition that a document must bring along. */
static bool is_brought_along(ax_str name) {
  static const char *const known[] = { "subject", "encounter", "author",
                                       "party",   "custodian", "detail",
                                       "focus",   "entry" };
  for (size_t i = 0; i < AX_COUNT(known); i++)
    if (ax_str_eq(name, ax_str_from(known[i]))) return true;
  return false;
}

/* Of the entry that a document or a message begins with. */
static bool is_in_first(const ax_walk *walk, const ax_place *place) {
  ax_str type = AX_JSON_STR(walk->bundle_json, "type");
  if (!walk->entry || walk->entry->i != 0 || walk->contained ||
      walk->resource != walk->entry->resource)
    return false;
  if (ax_str_eq(type, AX_STR("message")))
    return ax_str_eq(walk->entry->type, AX_STR("MessageHeader")) &&
           ax_str_eq(place->name, AX_STR("focus"));
  return ax_str_eq(type, AX_STR("document")) &&
         ax_str_eq(walk->entry->type, AX_STR("Composition")) &&
         is_brought_along(place->name);
}

static void refuse_ambiguous(ax_walk *walk, const ax_place *place,
                             ax_str text) {
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_FORBIDDEN, "reference-ambiguous",
                place, "Multiple matches in bundle for reference " AX_STR_FMT,
                AX_STR_ARG(text));
}

static void refuse_missing(ax_walk *walk, const ax_place *place, ax_str text,
                           const ax_bundle_entry *same_id) {
  ax_str url = same_id ? same_id->full_url : AX_STR("");
  ax_walk_issue(
      walk, AX_ERROR, AX_ISSUE_INVALID, "reference-not-in-document", place,
      same_id ? "Can't find '" AX_STR_FMT
                "' in the bundle: an entry has this type and id, but "
                "its fullUrl '" AX_STR_FMT "' is not where the reference leads"
              : "Can't find '" AX_STR_FMT
                "' in the bundle; a document or message must hold what "
                "its first entry names" AX_STR_FMT,
      AX_STR_ARG(text), AX_STR_ARG(url));
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const ax_bundle_entry *found = NULL;
  (void)self;
  if (!walk->bundle || !walk->entry) return;
  ax_str text = AX_JSON_STR(place->value, "reference");
  ax_reference ref = ax_fhir_reference_parse(text);
  if (ref.kind != AX_REF_RELATIVE && ref.kind != AX_REF_ABSOLUTE &&
      ref.kind != AX_REF_URN)
    return;
  switch (ax_fhir_bundle_resolve(walk->bundle, walk->entry, text, &found)) {
  case AX_BUNDLE_BY_URL:
    return;
  case AX_BUNDLE_AMBIGUOUS:
    if (found && found->same_url)
      refuse_ambiguous(walk, place, text);
    else if (is_in_first(walk, place))
      refuse_missing(walk, place, text, found);
    return;
  case AX_BUNDLE_BY_ID:
    if (walk->entry->full_url.len && is_in_first(walk, place))
      refuse_missing(walk, place, text, found);
    return;
  case AX_BUNDLE_NOT_THERE:
    if (is_in_first(walk, place)) refuse_missing(walk, place, text, NULL);
    return;
  }
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_entry_reference = { "entry-reference", compile,
                                                 run, explain };
