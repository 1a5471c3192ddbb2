/*
 * What a document must hold together (R4 documents.html): every entry is tied
 * to the Composition by references, whichever way they point, and what the
 * Bundle's links name is there.
 *
 * Each text of the document is looked up once, so n references cost n look-ups.
 */
#include "fhir/fhir_reference.h"
#include "validate/check.h"

enum { DEPTH_MAX = 200 };

typedef struct {
  ax_walk *walk;
  const ax_fhir_bundle *bundle;
  size_t *group; /* of each entry: another one of its group, or itself */
} tie;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  if (!source->is_root || source->is_profile ||
      !ax_str_eq(source->type, AX_STR("Bundle")))
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

/* --- groups of entries -----------------------------------------------------
 */

static size_t leader(const tie *t, size_t i) {
  while (t->group[i] != i) {
    t->group[i] = t->group[t->group[i]];
    i = t->group[i];
  }
  return i;
}

static void join(const tie *t, size_t a, size_t b) {
  t->group[leader(t, b)] = leader(t, a);
}

/* Entries that share a fullUrl are versions of one thing. */
static void join_all(const tie *t, size_t from, const ax_bundle_entry *found) {
  for (; found; found = found->same_url) join(t, from, found->i);
}

static void follow(const tie *t, const ax_bundle_entry *from, ax_str key,
                   ax_str text) {
  const ax_bundle_entry *found = NULL;
  if (!ax_str_eq(key, AX_STR("reference"))) {
    join_all(t, from->i, ax_fhir_bundle_by_url(t->bundle, text));
    return;
  }
  ax_bundle_match match = ax_fhir_bundle_resolve(t->bundle, from, text, &found);
  bool by_url = match == AX_BUNDLE_BY_URL ||
                (match == AX_BUNDLE_AMBIGUOUS && found && found->same_url);
  if (by_url || !from->full_url.len) join_all(t, from->i, found);
}

static void follow_all(const tie *t, const ax_bundle_entry *from, ax_str key,
                       const ax_json *value, unsigned depth) {
  if (!value || depth > DEPTH_MAX) return;
  if (value->kind == AX_JSON_STRING) follow(t, from, key, ax_json_text(value));
  for (size_t i = 0; i < ax_json_count(value); i++) {
    if (value->kind == AX_JSON_ARRAY)
      follow_all(t, from, key, &value->u.items[i], depth + 1);
    else
      follow_all(t, from, value->u.members[i].key, &value->u.members[i].value,
                 depth + 1);
  }
}

/* --- the Bundle's links ----------------------------------------------------
 */

static bool occurs_once(ax_str relation) {
  static const char *const known[] = { "self", "first",    "last",
                                       "next", "previous", "prev" };
  for (size_t i = 0; i < AX_COUNT(known); i++)
    if (ax_str_eq(relation, ax_str_from(known[i]))) return true;
  return false;
}

static bool came_before(const ax_json *links, size_t i, ax_str relation) {
  for (size_t k = 0; k < i; k++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(links, k), "relation"), relation))
      return true;
  return false;
}

static void check_link(const tie *t, const ax_place *at, bool is_document) {
  ax_str url = AX_JSON_STR(at->value, "url");
  ax_reference ref = ax_fhir_reference_parse(url);
  const ax_bundle_entry *found = NULL;
  if (!is_document || ref.kind != AX_REF_RELATIVE ||
      !ax_fhir_bundle_count(t->bundle))
    return;
  (void)ax_fhir_bundle_resolve(t->bundle, ax_fhir_bundle_at(t->bundle, 0), url,
                               &found);
  join_all(t, 0, found);
  if (found) return;
  const ax_place place = { .up = at,
                           .name = AX_STR("url"),
                           .index = AX_PLACE_SINGLE,
                           .value = AX_JSON_GET(at->value, "url") };
  ax_walk_issue(
      t->walk, AX_ERROR, AX_ISSUE_NOT_FOUND, "bundle-link-target", &place,
      "The link '" AX_STR_FMT "' could not be resolved in this Bundle",
      AX_STR_ARG(url));
}

/* Only the links to pages are counted, so a list of thousands costs little. */
static void check_links(const tie *t, const ax_place *bundle,
                        bool is_document) {
  const ax_json *links = AX_JSON_GET(bundle->value, "link");
  for (size_t i = 0; i < ax_json_count(links) && i < AX_SCHEMA_CHILDREN; i++) {
    const ax_place at = { .up = bundle,
                          .name = AX_STR("link"),
                          .index = i,
                          .value = ax_json_item(links, i) };
    ax_str relation = AX_JSON_STR(at.value, "relation");
    if (occurs_once(relation) && came_before(links, i, relation))
      ax_walk_issue(
          t->walk, AX_ERROR, AX_ISSUE_INVALID, "bundle-link-repeated", &at,
          "The link relationship type '" AX_STR_FMT "' can only occur once",
          AX_STR_ARG(relation));
    check_link(t, &at, is_document);
  }
}

/* --- all entries -----------------------------------------------------------
 */

static void check_entries(const tie *t, const ax_place *bundle) {
  size_t count = ax_fhir_bundle_count(t->bundle);
  for (size_t i = 0; i < count; i++) {
    const ax_bundle_entry *entry = ax_fhir_bundle_at(t->bundle, i);
    follow_all(t, entry, AX_STR(""), entry->resource, 0);
  }
  for (size_t i = 1; i < count; i++) {
    const ax_bundle_entry *entry = ax_fhir_bundle_at(t->bundle, i);
    const ax_place at = {
      .up = bundle, .name = AX_STR("entry"), .index = i, .value = entry->entry
    };
    if (!entry->resource || leader(t, i) == leader(t, 0)) continue;
    ax_walk_issue(t->walk, AX_ERROR, AX_ISSUE_INFORMATIONAL,
                  "bundle-unreachable", &at,
                  "Entry '" AX_STR_FMT
                  "' isn't reachable by traversing links (forward or "
                  "backward) from the Composition",
                  AX_STR_ARG(entry->full_url));
  }
}

static bool begin(tie *t, const ax_place *place, ax_arena *arena) {
  ax_fhir_bundle *made = NULL;
  t->bundle = t->walk->bundle;
  if (t->walk->bundle_json != place->value) {
    if (ax_fhir_bundle_index(arena, place->value, &made)) return false;
    t->bundle = made;
  }
  size_t count = ax_fhir_bundle_count(t->bundle);
  t->group = AX_NEW_ARRAY(arena, size_t, count + 1);
  for (size_t i = 0; t->group && i < count; i++) t->group[i] = i;
  return t->group != NULL;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  bool is_document =
      ax_str_eq(AX_JSON_STR(place->value, "type"), AX_STR("document"));
  tie t = { .walk = walk };
  (void)self;
  if (!is_document && !AX_JSON_GET(place->value, "link")) return;
  ax_arena *arena = ax_walk_scratch(walk);
  if (!arena) return;
  if (!begin(&t, place, arena)) {
    walk->no_memory = true;
    return;
  }
  check_links(&t, place, is_document);
  if (is_document) check_entries(&t, place);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_document = { "document", compile, run, explain };
