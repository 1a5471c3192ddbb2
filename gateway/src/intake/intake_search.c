#include "intake/intake_search.h"

#include "base/map.h"
#include "base/vec.h"
#include "fhir/fhir_reference.h"
#include "intake/intake_link.h"
#include "intake/intake_subset.h"
#include "json/json_write.h"

ax_status ax_intake_search_read(const ax_intake_search *s,
                                ax_search_request *out,
                                ax_fhir_issues *issues) {
  const ax_search_question question = { .type = s->type,
                                        .pairs = s->pairs,
                                        .count = s->count,
                                        .base = s->base,
                                        .lenient = s->lenient };
  return ax_search_query(s->search, s->arena, &question, out, issues);
}

typedef struct {
  const ax_intake_search *s;
  const ax_search_request *rq;
  ax_page page;
  ax_map *seen;             /* "Type/id" of what is in the answer */
  AX_VEC(ax_stored) others; /* included */
  bool cut;                 /* some were left out */
  ax_error *err;
} answer;

/* --- what is included ------------------------------------------------------
 */

static ax_status key_of(const answer *a, ax_str type, ax_str id, ax_str *out) {
  *out = AX_JOIN(a->s->arena, type, AX_STR("/"), id);
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status add_other(answer *a, const ax_stored *one) {
  ax_str key;
  AX_TRY(key_of(a, one->type, one->id, &key));
  if (ax_map_get(a->seen, key)) return AX_OK;
  if (a->others.count == AX_INTAKE_INCLUDED) {
    a->cut = true;
    return AX_OK;
  }
  ax_stored *slot = AX_VEC_PUSH(&a->others, a->s->arena);
  if (!slot) return AX_NOMEM;
  *slot = *one;
  return ax_map_put(a->seen, key, a);
}

static ax_status add_referred(answer *a, ax_str text, ax_str target) {
  ax_stored one;
  ax_reference ref = ax_fhir_reference_parse(text);
  if (ref.kind != AX_REF_RELATIVE ||
      (target.len && !ax_str_eq(ref.type, target)) || ax_map_get(a->seen, text))
    return AX_OK;
  ax_status status = ax_store_read(a->s->store, a->s->arena, ref.type, ref.id,
                                   AX_VERSION_ANY, &one, a->err);
  if (status == AX_NOT_FOUND || (!status && one.deleted)) return AX_OK;
  return status ? status : add_other(a, &one);
}

static ax_status include_from(answer *a, const ax_search_include *include,
                              const ax_stored *from) {
  const ax_str *codes = NULL;
  size_t count = 0;
  if (!ax_str_eq(include->type, from->type)) return AX_OK;
  const ax_rows_of rows = { from->type, from->id, include->params,
                            include->param_count };
  AX_TRY(
      ax_store_values(a->s->store, a->s->arena, &rows, &codes, &count, a->err));
  for (size_t i = 0; i < count; i++)
    AX_TRY(add_referred(a, codes[i], include->target));
  return AX_OK;
}

/* Those that refer to any of `to`. */
static ax_status include_referring(answer *a, const ax_search_include *include,
                                   const ax_stored *to, size_t count) {
  ax_page page;
  ax_query_value *values = AX_NEW_ARRAY(a->s->arena, ax_query_value, count + 1);
  size_t n = 0;
  if (!values) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    if (include->target.len && !ax_str_eq(include->target, to[i].type))
      continue;
    AX_TRY(key_of(a, to[i].type, to[i].id, &values[n++].code));
  }
  if (n == 0) return AX_OK;
  const ax_query_term term = { .param = include->params[0],
                               .kind = AX_INDEX_REFERENCE,
                               .params = include->params,
                               .param_count = include->param_count,
                               .values = values,
                               .value_count = n };
  const ax_query query = { .type = include->type,
                           .terms = &term,
                           .term_count = 1,
                           .newest_first = true,
                           .limit = AX_INTAKE_INCLUDED };
  AX_TRY(ax_store_search(a->s->store, a->s->arena, &query, &page, a->err));
  a->cut |= page.next != 0;
  for (size_t i = 0; i < page.count; i++) AX_TRY(add_other(a, &page.items[i]));
  return AX_OK;
}

static ax_status include_one(answer *a, const ax_search_include *include,
                             const ax_stored *from, size_t count) {
  if (include->param_count == 0) return AX_OK; /* the type has no references */
  if (include->reverse) return include_referring(a, include, from, count);
  for (size_t i = 0; i < count; i++) AX_TRY(include_from(a, include, &from[i]));
  return AX_OK;
}

/* What iterates looks at what was included before, until nothing is new. */
static ax_status include_all(answer *a) {
  for (size_t i = 0; i < a->rq->include_count; i++)
    AX_TRY(include_one(a, &a->rq->includes[i], a->page.items, a->page.count));
  size_t done = 0;
  while (done < a->others.count && !a->cut) {
    size_t from = done;
    done = a->others.count;
    /* The list may move while it grows. */
    ax_stored *fresh = AX_NEW_ARRAY(a->s->arena, ax_stored, done - from);
    if (!fresh) return AX_NOMEM;
    for (size_t i = from; i < done; i++) fresh[i - from] = a->others.items[i];
    for (size_t i = 0; i < a->rq->include_count; i++)
      if (a->rq->includes[i].iterate)
        AX_TRY(include_one(a, &a->rq->includes[i], fresh, done - from));
  }
  return AX_OK;
}

static ax_status note_matches(answer *a) {
  for (size_t i = 0; i < a->page.count; i++) {
    ax_str key;
    AX_TRY(key_of(a, a->page.items[i].type, a->page.items[i].id, &key));
    AX_TRY(ax_map_put(a->seen, key, a));
  }
  return AX_OK;
}

/* --- links -----------------------------------------------------------------
 */

/* The question as it was understood, and where the next page begins. */
static ax_status write_links(const answer *a, ax_json_writer *w) {
  enum { URL_MAX = 1 << 20 };
  ax_buf url = AX_BUF_INIT(URL_MAX);
  ax_str cursor = { 0 };
  ax_status status = AX_OK;
  ax_buf_append(&url, a->s->base);
  ax_buf_append_char(&url, '/');
  ax_buf_append(&url, a->s->type);
  for (size_t i = 0; i < a->rq->used_count; i++)
    ax_intake_link_param(&url, a->rq->used[i].name, a->rq->used[i].value);
  ax_json_write_key(w, AX_STR("link"));
  ax_json_write_array(w);
  ax_intake_link_write(w, AX_STR("self"), ax_buf_view(&url));
  if (a->page.next) {
    status = ax_search_query_cursor(a->s->arena, a->rq, a->page.next,
                                    a->page.next_keys, &cursor);
    ax_buf_append(&url,
                  a->rq->used_count ? AX_STR("&_after=") : AX_STR("?_after="));
    ax_buf_append(&url, cursor);
    ax_intake_link_write(w, AX_STR("next"), ax_buf_view(&url));
  }
  ax_json_write_close(w);
  if (!status) status = url.status;
  ax_buf_free(&url);
  return status;
}

/* --- entries ---------------------------------------------------------------
 */

static void write_mode(ax_json_writer *w, ax_str mode) {
  ax_json_write_key(w, AX_STR("search"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("mode"), mode);
  ax_json_write_close(w);
}

static ax_status write_entry(const answer *a, ax_json_writer *w,
                             const ax_intake_subset *subset,
                             const ax_stored *one, ax_str mode) {
  ax_str url = AX_JOIN(a->s->arena, a->s->base, AX_STR("/"), one->type,
                       AX_STR("/"), one->id);
  if (!url.ptr) return AX_NOMEM;
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("fullUrl"), url);
  ax_json_write_key(w, AX_STR("resource"));
  if (subset)
    AX_TRY(
        ax_intake_subset_write(subset, a->s->arena, one->type, one->body, w));
  else
    ax_json_write_raw(w, one->body);
  write_mode(w, mode);
  ax_json_write_close(w);
  return AX_OK;
}

static ax_status write_notes(const answer *a, ax_json_writer *w,
                             const ax_fhir_issues *notes) {
  ax_fhir_issues *all = ax_fhir_issues_new(a->s->arena);
  if (!all) return AX_NOMEM;
  for (size_t i = 0; notes && i < ax_fhir_issues_count(notes); i++)
    ax_fhir_issues_add(all, *ax_fhir_issues_at(notes, i));
  if (a->cut)
    ax_fhir_issues_addf(all, AX_WARNING, AX_ISSUE_TOO_COSTLY,
                        "include-cut-short", AX_STR(""), NULL, AX_STR(""),
                        "More than %d resources would be included; the rest "
                        "was left out",
                        AX_INTAKE_INCLUDED);
  if (ax_fhir_issues_count(all) == 0) return AX_OK;
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("resource"));
  ax_fhir_issues_write(all, AX_STR(""), w);
  write_mode(w, AX_STR("outcome"));
  ax_json_write_close(w);
  return AX_OK;
}

static bool has_notes(const answer *a, const ax_fhir_issues *notes) {
  return a->cut || (notes && ax_fhir_issues_count(notes) > 0);
}

static ax_status write_entries(const answer *a, ax_json_writer *w,
                               const ax_fhir_issues *notes) {
  const ax_intake_subset *subset = NULL;
  ax_intake_subset own;
  if (a->page.count + a->others.count == 0 && !has_notes(a, notes))
    return AX_OK;
  if (a->rq->element_count || a->rq->summary != AX_SUMMARY_FALSE) {
    AX_TRY(ax_intake_subset_make(a->s->registry, a->s->arena, a->rq->summary,
                                 a->rq->elements, a->rq->element_count, &own));
    subset = &own;
  }
  ax_json_write_key(w, AX_STR("entry"));
  ax_json_write_array(w);
  for (size_t i = 0; i < a->page.count; i++)
    AX_TRY(write_entry(a, w, subset, &a->page.items[i], AX_STR("match")));
  for (size_t i = 0; i < a->others.count; i++)
    AX_TRY(write_entry(a, w, subset, &a->others.items[i], AX_STR("include")));
  AX_TRY(write_notes(a, w, notes));
  ax_json_write_close(w);
  return AX_OK;
}

static ax_status write_bundle(const answer *a, const ax_fhir_issues *notes,
                              ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), AX_STR("searchset"));
  if (a->page.has_total) {
    ax_json_write_key(&w, AX_STR("total"));
    ax_json_write_int(&w, (int64_t)a->page.total);
  }
  AX_TRY(write_links(a, &w));
  AX_TRY(write_entries(a, &w, notes));
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}

ax_status ax_intake_search_run(const ax_intake_search *s,
                               const ax_search_request *rq,
                               const ax_fhir_issues *notes, ax_buf *out,
                               ax_error *err) {
  answer a = { .s = s, .rq = rq, .err = err };
  AX_TRY(ax_store_search(s->store, s->arena, &rq->query, &a.page, err));
  if (rq->include_count && a.page.count) {
    a.seen = ax_map_new(s->arena);
    if (!a.seen) return AX_NOMEM;
    AX_TRY(note_matches(&a));
    AX_TRY(include_all(&a));
  }
  return write_bundle(&a, notes, out);
}

/* --- a part of one resource ------------------------------------------------
 */

static ax_status read_part(const ax_intake_search *s, ax_search_request *out,
                           ax_fhir_issues *issues) {
  ax_intake_search parts = *s;
  ax_search_pair *pairs = AX_NEW_ARRAY(s->arena, ax_search_pair, s->count);
  parts.pairs = pairs;
  parts.count = 0;
  if (!pairs && s->count) return AX_NOMEM;
  for (size_t i = 0; i < s->count; i++)
    if (ax_str_eq(s->pairs[i].name, AX_STR("_summary")) ||
        ax_str_eq(s->pairs[i].name, AX_STR("_elements")))
      pairs[parts.count++] = s->pairs[i];
  AX_TRY(ax_intake_search_read(&parts, out, issues));
  if (out->summary == AX_SUMMARY_COUNT)
    ax_fhir_issues_addf(issues, AX_ERROR, AX_ISSUE_NOT_SUPPORTED,
                        "search-value-invalid", AX_STR("http._summary"), NULL,
                        AX_STR(""),
                        "_summary=count counts the matches of a search; one "
                        "resource has none");
  return AX_OK;
}

ax_status ax_intake_search_part(const ax_intake_search *s, ax_str body,
                                ax_str *out, ax_fhir_issues *issues) {
  ax_search_request asked;
  ax_intake_subset subset;
  *out = body;
  AX_TRY(read_part(s, &asked, issues));
  if (ax_fhir_issues_errors(issues) ||
      (!asked.element_count && asked.summary == AX_SUMMARY_FALSE))
    return AX_OK;
  ax_buf text = AX_BUF_INIT(SIZE_MAX);
  ax_json_writer w = ax_json_write_begin(&text);
  ax_status status =
      ax_intake_subset_make(s->registry, s->arena, asked.summary,
                            asked.elements, asked.element_count, &subset);
  if (!status)
    status = ax_intake_subset_write(&subset, s->arena, s->type, body, &w);
  if (!status) status = ax_json_write_end(&w);
  if (!status) *out = ax_arena_str(s->arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return status ? status : (out->ptr ? AX_OK : AX_NOMEM);
}
