#include "intake/intake_patient.h"

#include "base/vec.h"
#include "fhir/fhir_reference.h"
#include "json/json_parse.h"

enum { KEY_MAX = 2000, QUERY_MAX = 16000, LINKED_MAX = 100 };

typedef AX_VEC(ax_adoption) adoption_list;

/* --- subjects --------------------------------------------------------------
 */

/* The subject of facts that wait for a Patient with this identifier; empty when
 * it is not usable as one. */
static ax_str key_of(ax_arena *arena, const ax_json *identifier) {
  ax_str system = AX_JSON_STR(identifier, "system");
  ax_str value = AX_JSON_STR(identifier, "value");
  if (!value.len || system.len + value.len > KEY_MAX) return AX_STR("");
  return AX_JOIN(arena, AX_STR("identifier:"), system, AX_STR("|"), value);
}

/* '|', ',' and '$' mean something in a query (R4 3.1.1.4.0.1), '%', '&', '+'
 * and
 * '#' in a URL. */
static void append_escaped(ax_buf *out, ax_str text) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '|' || c == ',' || c == '$' || c == '\\')
      ax_buf_append(out, AX_STR("%5C"));
    if (c == '%' || c == '&' || c == '+' || c == '#' || c == ';') {
      ax_buf_append_char(out, '%');
      ax_buf_append_char(out, digits[(unsigned char)c >> 4]);
      ax_buf_append_char(out, digits[(unsigned char)c & 15]);
    } else {
      ax_buf_append_char(out, c);
    }
  }
}

static ax_str query_of(ax_arena *arena, const ax_json *identifier) {
  ax_buf text = AX_BUF_INIT(QUERY_MAX);
  ax_buf_append(&text, AX_STR("identifier="));
  append_escaped(&text, AX_JSON_STR(identifier, "system"));
  ax_buf_append_char(&text, '|');
  append_escaped(&text, AX_JSON_STR(identifier, "value"));
  ax_str query = { 0 };
  if (!text.status) query = ax_arena_str(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return query;
}

static ax_status by_identifier(ax_arena *arena, ax_intake_match *match,
                               ax_intake_item *item, const ax_json *identifier,
                               ax_error *err) {
  const ax_intake_found *found = NULL;
  ax_str key = key_of(arena, identifier);
  ax_str query = query_of(arena, identifier);
  if (!key.ptr || !query.ptr) return AX_NOMEM;
  item->subject = key;
  if (!key.len) return AX_OK;
  AX_TRY(ax_intake_match_any(match, AX_STR("Patient"), query, &found, err));
  if (found->all != AX_INTAKE_MATCH_ONE) return AX_OK;
  if (found->item) {
    item->subject = found->item->reference;
    return AX_OK;
  }
  item->subject = AX_JOIN(arena, AX_STR("Patient/"), found->stored.id);
  return item->subject.ptr ? AX_OK : AX_NOMEM;
}

static ax_status by_url(const ax_intake_options *options, ax_arena *arena,
                        ax_intake_item *item) {
  ax_reference ref = ax_fhir_reference_parse(item->subject);
  if (ref.kind != AX_REF_ABSOLUTE ||
      !ax_fhir_reference_is_below(options->known_as, ref.base))
    return AX_OK;
  item->subject = AX_JOIN(arena, ref.type, AX_STR("/"), ref.id);
  return item->subject.ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_intake_patient_settle(const ax_intake_options *options,
                                   ax_arena *arena, ax_intake_match *match,
                                   ax_intake_item *items, size_t count,
                                   ax_error *err) {
  for (size_t i = 0; i < count; i++) {
    ax_intake_item *item = &items[i];
    if (!ax_intake_item_writes(item) || item->facts.count == 0) continue;
    const ax_json *identifier =
        AX_JSON_GET(AX_JSON_GET(item->tree, "subject"), "identifier");
    if (item->subject.len == 0 && identifier)
      AX_TRY(by_identifier(arena, match, item, identifier, err));
    else
      AX_TRY(by_url(options, arena, item));
  }
  return AX_OK;
}

/* --- what a Patient takes over ---------------------------------------------
 */

static ax_status adopt(ax_arena *arena, adoption_list *list, ax_str from,
                       ax_str to, bool waiting) {
  ax_adoption *a = AX_VEC_PUSH(list, arena);
  if (!a) return AX_NOMEM;
  *a = (ax_adoption){
    .from = from, .to = to, .checked = true, .waiting = waiting
  };
  return AX_OK;
}

/* Facts of `from`, however few, become those of `to`. */
static ax_status take_over(ax_store *store, ax_arena *arena,
                           adoption_list *list, ax_str from, ax_str to,
                           bool *some, ax_error *err) {
  ax_facts facts;
  bool waiting = false;
  AX_TRY(ax_store_facts(store, arena, from, NULL, 0, &facts, err));
  for (size_t i = 0; i < facts.count && !waiting; i++)
    waiting = facts.items[i].kind != AX_FACT_PATIENT &&
              facts.items[i].kind != AX_FACT_EXTENSION;
  *some |= waiting;
  return adopt(arena, list, from, to, waiting);
}

/* The record that a link of `type` names, as "Patient/id"; empty: none. */
static ax_str linked(const ax_json *link, const char *type) {
  ax_str text = AX_JSON_STR(AX_JSON_GET(link, "other"), "reference");
  ax_reference ref = ax_fhir_reference_parse(text);
  bool fits = ax_str_eq(AX_JSON_STR(link, "type"), ax_str_from(type)) &&
              ref.kind == AX_REF_RELATIVE && ref.version.len == 0 &&
              ax_str_eq(ref.type, AX_STR("Patient"));
  return fits ? text : AX_STR("");
}

static ax_status take_links(ax_store *store, ax_arena *arena,
                            adoption_list *list, ax_intake_item *item,
                            ax_error *err) {
  const ax_json *links = AX_JSON_GET(item->tree, "link");
  for (size_t i = 0; i < ax_json_count(links); i++) {
    const ax_json *link = ax_json_item(links, i);
    ax_str replaced = linked(link, "replaces");
    ax_str survivor = linked(link, "replaced-by");
    bool some = false;
    if (replaced.len && !ax_str_eq(replaced, item->reference))
      AX_TRY(take_over(store, arena, list, replaced, item->reference,
                       &item->arrived, err));
    if (!survivor.len || ax_str_eq(survivor, item->reference)) continue;
    AX_TRY(
        take_over(store, arena, list, item->reference, survivor, &some, err));
    if (some) item->survivor = survivor;
  }
  return AX_OK;
}

/* --- what goes back --------------------------------------------------------
 */

typedef struct {
  ax_store *store;
  ax_arena *arena;
  const ax_intake_item *items; /* of the same request */
  size_t count;
  AX_VEC(ax_adoption) list;
  ax_error *err;
} parting;

static bool has_link(const ax_json *tree, const char *type, ax_str other) {
  const ax_json *links = AX_JSON_GET(tree, "link");
  for (size_t i = 0; i < ax_json_count(links); i++)
    if (ax_str_eq(linked(ax_json_item(links, i), type), other)) return true;
  return false;
}

static ax_status add_parting(parting *p, ax_str from, ax_str to,
                             ax_str origin) {
  ax_adoption *a = AX_VEC_PUSH(&p->list, p->arena);
  if (!a) return AX_NOMEM;
  *a = (ax_adoption){
    .from = from, .to = to, .back = true, .origin = origin
  };
  return AX_OK;
}

/* What came to `to` from records that it replaced goes along. */
static ax_status give_back(parting *p, ax_str from, ax_str to) {
  ax_page page;
  const ax_query_value value = { .any_system = true, .code = to };
  const ax_query_term term = { .param = AX_STR("link"),
                               .kind = AX_INDEX_REFERENCE,
                               .values = &value,
                               .value_count = 1 };
  const ax_query query = { .type = AX_STR("Patient"),
                           .terms = &term,
                           .term_count = 1,
                           .limit = LINKED_MAX };
  AX_TRY(add_parting(p, from, to, AX_STR("")));
  AX_TRY(ax_store_search(p->store, p->arena, &query, &page, p->err));
  for (size_t i = 0; i < page.count; i++) {
    ax_str survivor = AX_STR("");
    ax_str other = AX_JOIN(p->arena, AX_STR("Patient/"), page.items[i].id);
    if (!other.ptr) return AX_NOMEM;
    if (ax_str_eq(other, from) || ax_str_eq(other, to)) continue;
    AX_TRY(
        ax_intake_patient_survivor(p->store, p->arena, other, &survivor, p->err));
    if (ax_str_eq(survivor, to)) AX_TRY(add_parting(p, from, to, other));
  }
  return AX_OK;
}

/* Does `patient` itself say, as it is after this request, that it was replaced
 * by `survivor`? */
static ax_status says_replaced(const parting *p, ax_str patient,
                               ax_str survivor, bool *out) {
  ax_str now = AX_STR("");
  for (size_t i = 0; i < p->count; i++)
    if (ax_str_eq(p->items[i].reference, patient) && p->items[i].tree) {
      *out = has_link(p->items[i].tree, "replaced-by", survivor);
      return AX_OK;
    }
  AX_TRY(ax_intake_patient_survivor(p->store, p->arena, patient, &now, p->err));
  *out = ax_str_eq(now, survivor);
  return AX_OK;
}

/* A link that was there and is not there any more. What the replaced record
 * says of itself counts; the survivor's `replaces` alone undoes nothing. */
static ax_status part(parting *p, const ax_intake_item *item,
                      const ax_json *link) {
  bool still = false;
  ax_str survivor = linked(link, "replaced-by");
  ax_str replaced = linked(link, "replaces");
  if (survivor.len && !has_link(item->tree, "replaced-by", survivor))
    return give_back(p, survivor, item->reference);
  if (!replaced.len || has_link(item->tree, "replaces", replaced)) return AX_OK;
  AX_TRY(says_replaced(p, replaced, item->reference, &still));
  return still ? AX_OK : give_back(p, item->reference, replaced);
}

static ax_status take_partings(parting *p, ax_intake_item *item) {
  const ax_json *before = NULL;
  ax_json_fault fault;
  p->list.items = NULL;
  p->list.count = p->list.capacity = 0;
  item->partings = NULL;
  item->parting_count = 0;
  if (!item->before.version || item->before.deleted) return AX_OK;
  AX_TRY(ax_json_parse(p->arena, item->before.body, &before, &fault));
  const ax_json *links = AX_JSON_GET(before, "link");
  for (size_t i = 0; i < ax_json_count(links); i++)
    AX_TRY(part(p, item, ax_json_item(links, i)));
  item->partings = p->list.items;
  item->parting_count = p->list.count;
  return AX_OK;
}

static ax_status take_identifiers(ax_store *store, ax_arena *arena,
                                  adoption_list *list, ax_intake_item *item,
                                  ax_error *err) {
  const ax_json *identifiers = AX_JSON_GET(item->tree, "identifier");
  for (size_t i = 0; i < ax_json_count(identifiers); i++) {
    ax_str key = key_of(arena, ax_json_item(identifiers, i));
    if (!key.ptr) return AX_NOMEM;
    if (key.len)
      AX_TRY(take_over(store, arena, list, key, item->reference, &item->arrived,
                       err));
  }
  return AX_OK;
}

ax_status ax_intake_patient_adoptions(ax_store *store, ax_arena *arena,
                                      ax_intake_item *items, size_t count,
                                      ax_adoption **out, size_t *out_count,
                                      ax_error *err) {
  adoption_list list = { 0 };
  parting gone = { .store = store,
                   .arena = arena,
                   .items = items,
                   .count = count,
                   .err = err };
  for (size_t i = 0; i < count; i++) {
    ax_intake_item *item = &items[i];
    item->partings = NULL;
    item->parting_count = 0;
    item->arrived = false;
    item->survivor = AX_STR("");
    if (!ax_intake_item_writes(item) || !item->tree ||
        item->method == AX_INTAKE_DELETE ||
        !ax_str_eq(item->type, AX_STR("Patient")))
      continue;
    AX_TRY(take_identifiers(store, arena, &list, item, err));
    AX_TRY(take_links(store, arena, &list, item, err));
    AX_TRY(take_partings(&gone, item));
    for (size_t k = 0; k < item->parting_count; k++) {
      ax_adoption *a = AX_VEC_PUSH(&list, arena);
      if (!a) return AX_NOMEM;
      *a = item->partings[k];
    }
  }
  *out = list.items;
  *out_count = list.count;
  return AX_OK;
}

ax_status ax_intake_patient_survivor(ax_store *store, ax_arena *arena,
                                     ax_str patient, ax_str *out,
                                     ax_error *err) {
  ax_stored stored;
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_str id = patient;
  *out = AX_STR("");
  if (!ax_str_eq(ax_str_cut(&id, '/'), AX_STR("Patient"))) return AX_OK;
  ax_status status = ax_store_read(store, arena, AX_STR("Patient"), id,
                                   AX_VERSION_ANY, &stored, err);
  if (status) return status == AX_NOT_FOUND ? AX_OK : status;
  if (stored.deleted) return AX_OK;
  status = ax_json_parse(arena, stored.body, &tree, &fault);
  if (status) return status == AX_NOMEM ? status : AX_OK;
  const ax_json *links = AX_JSON_GET(tree, "link");
  for (size_t i = 0; i < ax_json_count(links) && !out->len; i++)
    *out = linked(ax_json_item(links, i), "replaced-by");
  return AX_OK;
}
