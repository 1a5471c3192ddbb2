/*
 * What must hold across a Bundle's entries (R4 bundle.html; bdl-1 to bdl-5 and
 * bdl-7 to bdl-12). The entries' resources are walked like any other element.
 */
#include "fhir/fhir_reference.h"
#include "validate/check.h"

enum {
  TOTAL = 1,    /* total is allowed */
  SEARCH = 2,   /* entry.search is allowed */
  REQUEST = 4,  /* entry.request is demanded, else forbidden */
  RESPONSE = 8, /* entry.response is demanded, else forbidden */
  REPEATS = 16, /* the same fullUrl may come again */
  NAMED = 32,   /* a resource must have a fullUrl */
};

static const struct {
  const char *type;
  unsigned rules;
  const char *first; /* type of the first resource */
} TYPES[] = {
  { "document", NAMED, "Composition" },
  { "message", NAMED, "MessageHeader" },
  { "transaction", REQUEST, NULL },
  { "transaction-response", RESPONSE, NULL },
  { "batch", REQUEST, NULL },
  { "batch-response", RESPONSE, NULL },
  { "history", TOTAL | REQUEST | RESPONSE | REPEATS | NAMED, NULL },
  { "searchset", TOTAL | SEARCH | NAMED, NULL },
  { "collection", NAMED, NULL },
};

typedef struct {
  ax_walk *walk;
  const ax_place *bundle;
  unsigned rules;
  ax_map *seen;    /* "fullUrl|version" -> entry */
  ax_str searched; /* the type that a search was for; empty: not to be told */
} inspection;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  if (!source->is_root || !ax_str_eq(source->type, AX_STR("Bundle")) ||
      source->base)
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

#define REPORT(walk, id, place, ...)                                 \
  ax_walk_issue((walk), AX_ERROR, AX_ISSUE_INVARIANT, (id), (place), \
                __VA_ARGS__)

/* bdl-3 and bdl-4: demanded there, forbidden elsewhere. */
static void check_part(const inspection *in, const ax_place *at, ax_str part,
                       bool demanded, const char *id) {
  bool there = ax_json_get(at->value, part) != NULL;
  if (there == demanded) return;
  REPORT(in->walk, id, at, "An entry of this type of Bundle %s " AX_STR_FMT,
         demanded ? "must have a" : "must not have a", AX_STR_ARG(part));
}

/* bdl-7 */
static void check_repeated(inspection *in, const ax_place *at,
                           const ax_bundle_entry *entry) {
  ax_arena *arena = ax_walk_scratch(in->walk);
  if (!arena || !in->seen || !entry->full_url.len || (in->rules & REPEATS))
    return;
  ax_str key =
      ax_arena_printf(arena, AX_STR_FMT "|" AX_STR_FMT,
                      AX_STR_ARG(entry->full_url), AX_STR_ARG(entry->version));
  union {
    const ax_bundle_entry *in;
    void *out;
  } value = { entry };
  if (!key.ptr) {
    in->walk->no_memory = true;
    return;
  }
  const ax_bundle_entry *first = ax_map_get(in->seen, key);
  if (first)
    REPORT(in->walk, "bundle-duplicate", at,
           "The fullUrl '" AX_STR_FMT "' is that of entry[%zu] already (bdl-7)",
           AX_STR_ARG(entry->full_url), first->i);
  else if (ax_map_put(in->seen, key, value.out))
    in->walk->no_memory = true;
}

/* A URL whose last parts only look like Type/id names no resource. */
static bool is_restful(const inspection *in, ax_str full_url) {
  ax_reference ref = ax_fhir_reference_parse(full_url);
  return ref.kind != AX_REF_ABSOLUTE ||
         ax_registry_is_resource(in->walk->registry, ref.type);
}

/* ".../Patient/1" is where a server keeps the resource: then it has an id. */
static bool needs_id(const ax_walk *walk, const ax_bundle_entry *entry) {
  ax_reference ref = ax_fhir_reference_parse(entry->full_url);
  return entry->resource && !entry->id.len && ref.kind == AX_REF_ABSOLUTE &&
         ax_registry_is_resource(walk->registry, ref.type);
}

/* "Except for transactions and batches, each entry in a Bundle must have a
 * fullUrl"; what a search has to say about itself is nobody's resource. */
static void check_named(const inspection *in, const ax_place *at,
                        const ax_bundle_entry *entry) {
  const ax_json *search = AX_JSON_GET(entry->entry, "search");
  if (!(in->rules & NAMED) || !entry->resource ||
      AX_JSON_GET(entry->entry, "fullUrl") ||
      ax_str_eq(AX_JSON_STR(search, "mode"), AX_STR("outcome")) ||
      ax_str_eq(entry->type, AX_STR("OperationOutcome")))
    return;
  ax_walk_issue(in->walk, AX_ERROR, AX_ISSUE_INVALID, "bundle-full-url-missing",
                at,
                "An entry of this type of Bundle must have a fullUrl, which "
                "says what the resource is");
}

/* "Patient" of the link self "https://a.example/fhir/Patient?active=true". */
static ax_str searched_type(const ax_walk *walk, const ax_json *bundle) {
  const ax_json *links = AX_JSON_GET(bundle, "link");
  for (size_t i = 0; i < ax_json_count(links); i++) {
    const ax_json *link = ax_json_item(links, i);
    ax_str url = AX_JSON_STR(link, "url"), last = AX_STR("");
    if (!ax_str_eq(AX_JSON_STR(link, "relation"), AX_STR("self"))) continue;
    url = ax_str_cut(&url, '?');
    while (url.len) {
      ax_str step = ax_str_cut(&url, '/');
      if (!ax_str_eq(step, AX_STR("_search"))) last = step;
    }
    return ax_registry_is_resource(walk->registry, last) ? last : AX_STR("");
  }
  return AX_STR("");
}

/* What search.mode says of the resource (R4 search-entry-mode); and what was
 * found is on a server, so it has an id. */
static void check_search(const inspection *in, const ax_place *at,
                         const ax_bundle_entry *entry) {
  ax_str mode = AX_JSON_STR(AX_JSON_GET(entry->entry, "search"), "mode");
  const ax_place resource = ax_place_member(at, AX_STR("resource"));
  bool outcome = ax_str_eq(entry->type, AX_STR("OperationOutcome"));
  if (!(in->rules & SEARCH) || !entry->resource || !mode.len) return;
  if (ax_str_eq(mode, AX_STR("outcome"))) {
    if (!outcome)
      ax_walk_issue(in->walk, AX_ERROR, AX_ISSUE_INVALID,
                    "bundle-search-outcome", &resource,
                    "What a search says of itself (mode 'outcome') is an "
                    "OperationOutcome, not a " AX_STR_FMT,
                    AX_STR_ARG(entry->type));
    return;
  }
  if (ax_str_eq(mode, AX_STR("match")) && in->searched.len &&
      !ax_str_eq(in->searched, entry->type))
    ax_walk_issue(in->walk, AX_ERROR, AX_ISSUE_INVALID, "bundle-search-match",
                  &resource,
                  "This is said to match, but the search (link self) was for "
                  "a " AX_STR_FMT ", not a " AX_STR_FMT,
                  AX_STR_ARG(in->searched), AX_STR_ARG(entry->type));
  if (!entry->id.len && !outcome)
    ax_walk_issue(in->walk, AX_ERROR, AX_ISSUE_INVALID, "bundle-search-id",
                  &resource, "What a search has found has an id");
}

static void check_entry(inspection *in, const ax_bundle_entry *entry) {
  const ax_place at = { .up = in->bundle,
                        .name = AX_STR("entry"),
                        .index = entry->i,
                        .value = entry->entry };
  if (!ax_json_is(entry->entry, AX_JSON_OBJECT)) return;
  check_part(in, &at, AX_STR("request"), in->rules & REQUEST, "bundle-request");
  check_part(in, &at, AX_STR("response"), in->rules & RESPONSE,
             "bundle-response");
  if (!(in->rules & SEARCH) && AX_JSON_GET(entry->entry, "search"))
    REPORT(in->walk, "bundle-search", &at,
           "Only entries of a searchset have a search (bdl-2)");
  if (!entry->resource && !AX_JSON_GET(entry->entry, "request") &&
      !AX_JSON_GET(entry->entry, "response"))
    REPORT(in->walk, "bundle-empty-entry", &at,
           "An entry must have a resource, a request or a response (bdl-5)");
  const char *fault = ax_fhir_bundle_url_fault(entry);
  if (fault && is_restful(in, entry->full_url))
    ax_walk_issue(in->walk, AX_ERROR, AX_ISSUE_INVALID, "bundle-full-url", &at,
                  "The fullUrl '" AX_STR_FMT "' is wrong: %s",
                  AX_STR_ARG(entry->full_url), fault);
  else if (needs_id(in->walk, entry))
    ax_walk_issue(in->walk, AX_ERROR, AX_ISSUE_INVALID, "bundle-full-url", &at,
                  "The fullUrl '" AX_STR_FMT
                  "' looks like a RESTful server URL, but the resource has no "
                  "id",
                  AX_STR_ARG(entry->full_url));
  check_named(in, &at, entry);
  check_search(in, &at, entry);
  check_repeated(in, &at, entry);
}

/* bdl-9 to bdl-12 */
static void check_first(ax_walk *walk, const ax_place *place,
                        const char *type) {
  const ax_bundle_entry *first = ax_fhir_bundle_count(walk->bundle)
                                     ? ax_fhir_bundle_at(walk->bundle, 0)
                                     : NULL;
  if (!first || !ax_str_eq(first->type, ax_str_from(type)))
    REPORT(walk, "bundle-first", place,
           "The first entry of this type of Bundle must be a %s", type);
  if (type[0] != 'C') return;
  const ax_json *identifier = AX_JSON_GET(place->value, "identifier");
  if (!AX_JSON_STR(identifier, "system").len ||
      !AX_JSON_STR(identifier, "value").len)
    REPORT(walk, "bundle-identifier", place,
           "A document must have an identifier with a system and a value "
           "(bdl-9)");
  if (!AX_JSON_STR(place->value, "timestamp").len)
    REPORT(walk, "bundle-timestamp", place,
           "A document must have a timestamp (bdl-10)");
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  (void)self;
  ax_str type = AX_JSON_STR(place->value, "type");
  ax_arena *arena = ax_walk_scratch(walk);
  bool known = walk->bundle_json == place->value;
  ax_fhir_bundle *index = known ? walk->bundle : NULL;
  if (!arena || (!known && ax_fhir_bundle_index(arena, place->value, &index))) {
    walk->no_memory = true;
    return;
  }
  for (size_t t = 0; t < AX_COUNT(TYPES); t++) {
    if (!ax_str_eq(type, ax_str_from(TYPES[t].type))) continue;
    inspection in = { walk, place, TYPES[t].rules, ax_map_new(arena),
                      searched_type(walk, place->value) };
    ax_fhir_bundle *outer = walk->bundle;
    walk->bundle = index;
    for (size_t i = 0; i < ax_fhir_bundle_count(index); i++)
      check_entry(&in, ax_fhir_bundle_at(index, i));
    if (TYPES[t].first) check_first(walk, place, TYPES[t].first);
    walk->bundle = outer;
    if (!(in.rules & TOTAL) && AX_JSON_GET(place->value, "total"))
      REPORT(walk, "bundle-total", place,
             "Only a searchset or a history has a total (bdl-1)");
  }
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_bundle = { "bundle", compile, run, explain };
