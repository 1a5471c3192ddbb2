/*
 * fhir_bundle.h - the entries of a Bundle, and which of them a reference means
 * (R4 bundle.html#bundle-unique and #references).
 *
 * One pass indexes all entries by fullUrl and by Type/id; finding is then O(1),
 * so a Bundle of 100,000 references costs 100,000 look-ups.
 *
 * Lifetime: lives in the arena; texts point into the tree.
 * Threads: many may read.
 */
#ifndef AX_FHIR_FHIR_BUNDLE_H
#define AX_FHIR_FHIR_BUNDLE_H

#include "fhir/fhir_reference.h"
#include "json/json.h"

typedef struct ax_bundle_entry ax_bundle_entry;

struct ax_bundle_entry {
  size_t i;                        /* Bundle.entry[i] */
  const ax_json *entry;            /* the object itself */
  const ax_json *resource;         /* may be NULL */
  ax_str full_url;                 /* as written; may be empty */
  ax_str type, id;                 /* of the resource; may be empty */
  ax_str version;                  /* meta.versionId; may be empty */
  const ax_bundle_entry *same_url; /* the next entry with this fullUrl */
  const ax_bundle_entry *same_id;  /* the next entry with this Type/id */
};

typedef struct ax_fhir_bundle ax_fhir_bundle;

/* Indexes `bundle` (anything without entries gives an empty index; an entry
 * that is not an object has no parts). */
ax_status ax_fhir_bundle_index(ax_arena *arena, const ax_json *bundle,
                               ax_fhir_bundle **out) AX_MUST_USE;

size_t ax_fhir_bundle_count(const ax_fhir_bundle *bundle);
const ax_bundle_entry *ax_fhir_bundle_at(const ax_fhir_bundle *bundle,
                                         size_t i);

/* The first entry with this fullUrl, or with this resource; NULL: none. */
const ax_bundle_entry *ax_fhir_bundle_by_url(const ax_fhir_bundle *bundle,
                                             ax_str full_url);
const ax_bundle_entry *ax_fhir_bundle_by_id(const ax_fhir_bundle *bundle,
                                            ax_str type, ax_str id);

typedef enum {
  AX_BUNDLE_NOT_THERE,
  AX_BUNDLE_BY_URL,   /* as the specification says: fullUrl matches */
  AX_BUNDLE_BY_ID,    /* only Type/id matches: the fullUrls do not lead there */
  AX_BUNDLE_AMBIGUOUS /* several entries match */
} ax_bundle_match;

/*
 * Which entry the reference `text`, written inside entry `from` (NULL: outside
 * any), means. A relative reference is completed with the base of the fullUrl
 * of `from` when that is RESTful. A version, where given, must be the entry's.
 * `*out` is the entry (the first of several), or NULL.
 */
ax_bundle_match ax_fhir_bundle_resolve(const ax_fhir_bundle *bundle,
                                       const ax_bundle_entry *from, ax_str text,
                                       const ax_bundle_entry **out);

/* NULL, or a sentence: fullUrl must be absolute, must not name a version, and
 * must not disagree with the resource's type and id. */
const char *ax_fhir_bundle_url_fault(const ax_bundle_entry *entry);

#endif
