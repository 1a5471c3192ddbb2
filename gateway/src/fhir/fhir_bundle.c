#include "fhir/fhir_bundle.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"

struct ax_fhir_bundle {
  ax_bundle_entry *entries;
  size_t count;
  ax_map *by_url;
  ax_map *by_id; /* key "Type/id" */
};

static void read_entry(const ax_json *entry, size_t i, ax_bundle_entry *out) {
  const ax_json *resource = AX_JSON_GET(entry, "resource");
  if (!ax_json_is(resource, AX_JSON_OBJECT)) resource = NULL;
  *out = (ax_bundle_entry){
    .i = i,
    .entry = entry,
    .resource = resource,
    .full_url = AX_JSON_STR(entry, "fullUrl"),
    .type = AX_JSON_STR(resource, "resourceType"),
    .id = AX_JSON_STR(resource, "id"),
    .version = AX_JSON_STR(AX_JSON_GET(resource, "meta"), "versionId"),
  };
}

/* The map holds the first entry with a fullUrl; later ones are chained right
 * behind it. Only a Bundle that repeats itself has chains. */
static ax_status put_url(ax_map *map, ax_bundle_entry *entry) {
  ax_bundle_entry *first = ax_map_get(map, entry->full_url);
  if (!first) return ax_map_put(map, entry->full_url, entry);
  entry->same_url = first->same_url;
  first->same_url = entry;
  return AX_OK;
}

static ax_status put_id(ax_arena *arena, ax_map *map, ax_bundle_entry *entry) {
  ax_str key = AX_JOIN(arena, entry->type, AX_STR("/"), entry->id);
  if (!key.ptr) return AX_NOMEM;
  ax_bundle_entry *first = ax_map_get(map, key);
  if (!first) return ax_map_put(map, key, entry);
  entry->same_id = first->same_id;
  first->same_id = entry;
  return AX_OK;
}

ax_status ax_fhir_bundle_index(ax_arena *arena, const ax_json *bundle,
                               ax_fhir_bundle **out) {
  const ax_json *list = AX_JSON_GET(bundle, "entry");
  size_t count = ax_json_is(list, AX_JSON_ARRAY) ? ax_json_count(list) : 0;
  ax_fhir_bundle *b = AX_NEW(arena, ax_fhir_bundle);
  if (!b) return AX_NOMEM;
  b->entries = AX_TAKE_ARRAY(arena, ax_bundle_entry, count);
  b->by_url = ax_map_new(arena);
  b->by_id = ax_map_new(arena);
  if (!b->entries || !b->by_url || !b->by_id) return AX_NOMEM;
  b->count = count;
  for (size_t i = 0; i < count; i++) {
    ax_bundle_entry *entry = &b->entries[i];
    read_entry(ax_json_item(list, i), i, entry);
    if (entry->full_url.len) AX_TRY(put_url(b->by_url, entry));
    if (entry->type.len && entry->id.len)
      AX_TRY(put_id(arena, b->by_id, entry));
  }
  *out = b;
  return AX_OK;
}

size_t ax_fhir_bundle_count(const ax_fhir_bundle *bundle) {
  return bundle->count;
}

const ax_bundle_entry *ax_fhir_bundle_at(const ax_fhir_bundle *bundle,
                                         size_t i) {
  return i < bundle->count ? &bundle->entries[i] : NULL;
}

const ax_bundle_entry *ax_fhir_bundle_by_url(const ax_fhir_bundle *bundle,
                                             ax_str full_url) {
  return ax_map_get(bundle->by_url, full_url);
}

const ax_bundle_entry *ax_fhir_bundle_by_id(const ax_fhir_bundle *bundle,
                                            ax_str type, ax_str id) {
  char key[2 * AX_LIMIT_ID + 8];
  if (type.len + id.len + 1 > sizeof key) return NULL;
  size_t len = 0;
  if (type.len) memcpy(key, type.ptr, type.len);
  len = type.len;
  key[len++] = '/';
  if (id.len) memcpy(key + len, id.ptr, id.len);
  return ax_map_get(bundle->by_id, (ax_str){ key, len + id.len });
}

/* --- references ---------------------------------------------------------- */

/* Picks from a chain of entries the one with `version` (empty: any). */
static ax_bundle_match pick(const ax_bundle_entry *first, bool by_url,
                            ax_str version, const ax_bundle_entry **out) {
  size_t found = 0;
  *out = NULL;
  for (const ax_bundle_entry *e = first; e && found < 2;
       e = by_url ? e->same_url : e->same_id) {
    if (version.len && !ax_str_eq(e->version, version)) continue;
    if (found++ == 0) *out = e;
  }
  if (found == 0) return AX_BUNDLE_NOT_THERE;
  if (found > 1) return AX_BUNDLE_AMBIGUOUS;
  return by_url ? AX_BUNDLE_BY_URL : AX_BUNDLE_BY_ID;
}

static const ax_bundle_entry *by_joined_url(const ax_fhir_bundle *bundle,
                                            ax_str base,
                                            const ax_reference *ref) {
  char url[2048];
  int len =
      snprintf(url, sizeof url, AX_STR_FMT "/" AX_STR_FMT "/" AX_STR_FMT,
               AX_STR_ARG(base), AX_STR_ARG(ref->type), AX_STR_ARG(ref->id));
  if (len < 0 || (size_t)len >= sizeof url) return NULL;
  return ax_fhir_bundle_by_url(bundle, (ax_str){ url, (size_t)len });
}

ax_bundle_match ax_fhir_bundle_resolve(const ax_fhir_bundle *bundle,
                                       const ax_bundle_entry *from, ax_str text,
                                       const ax_bundle_entry **out) {
  ax_reference ref = ax_fhir_reference_parse(text);
  const ax_bundle_entry *first = NULL;
  *out = NULL;
  if (ref.kind == AX_REF_INVALID || ref.kind == AX_REF_FRAGMENT ||
      ref.kind == AX_REF_CONDITIONAL)
    return AX_BUNDLE_NOT_THERE;
  if (ref.kind == AX_REF_RELATIVE && from) {
    ax_reference own = ax_fhir_reference_parse(from->full_url);
    if (own.kind == AX_REF_ABSOLUTE)
      first = by_joined_url(bundle, own.base, &ref);
  } else if (ref.kind == AX_REF_ABSOLUTE) {
    first = by_joined_url(bundle, ref.base, &ref);
  } else {
    first = ax_fhir_bundle_by_url(bundle, text);
  }
  ax_bundle_match match = pick(first, true, ref.version, out);
  if (match != AX_BUNDLE_NOT_THERE || ref.kind != AX_REF_RELATIVE) return match;
  return pick(ax_fhir_bundle_by_id(bundle, ref.type, ref.id), false,
              ref.version, out);
}

const char *ax_fhir_bundle_url_fault(const ax_bundle_entry *entry) {
  if (entry->full_url.len == 0) return NULL;
  ax_reference ref = ax_fhir_reference_parse(entry->full_url);
  if (ref.kind != AX_REF_ABSOLUTE && ref.kind != AX_REF_URL &&
      ref.kind != AX_REF_URN)
    return "fullUrl must be an absolute URL or a urn:uuid or urn:oid";
  if (ref.version.len)
    return "fullUrl must not be specific to a version (/_history/)";
  if (ref.kind == AX_REF_ABSOLUTE && entry->id.len &&
      (!ax_str_eq(ref.type, entry->type) || !ax_str_eq(ref.id, entry->id)))
    return "fullUrl must not disagree with the type and id of the resource";
  return NULL;
}
