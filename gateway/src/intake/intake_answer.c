#include "intake/intake_answer.h"

static const struct {
  int status;
  const char *text;
} statuses[] = {
  { 200, "200 OK" },
  { 201, "201 Created" },
  { 202, "202 Accepted" },
  { 204, "204 No Content" },
  { 304, "304 Not Modified" },
  { 400, "400 Bad Request" },
  { 404, "404 Not Found" },
  { 405, "405 Method Not Allowed" },
  { 409, "409 Conflict" },
  { 410, "410 Gone" },
  { 412, "412 Precondition Failed" },
  { 413, "413 Content Too Large" },
  { 422, "422 Unprocessable Entity" },
  { 500, "500 Internal Server Error" },
  { 503, "503 Service Unavailable" },
  { 507, "507 Insufficient Storage" },
};

static ax_str status_text(int status) {
  for (size_t i = 0; i < AX_COUNT(statuses); i++)
    if (statuses[i].status == status) return ax_str_from(statuses[i].text);
  return AX_STR("500 Internal Server Error");
}

static bool has_errors(const ax_intake_item *item) {
  return item->issues && ax_fhir_issues_errors(item->issues) > 0;
}

/* Where the stored version is; nothing for a search. */
static void write_place(ax_json_writer *w, const ax_intake_item *item) {
  char instant[AX_FHIR_DATE_INSTANT + 1];
  ax_buf text = AX_BUF_INIT(512);
  if (item->method != AX_INTAKE_GET && item->method != AX_INTAKE_DELETE) {
    ax_buf_append(&text, item->reference);
    ax_buf_append(&text, AX_STR("/_history/"));
    ax_buf_append_uint(&text, item->version);
    ax_json_write_member(w, AX_STR("location"), ax_buf_view(&text));
  }
  ax_buf_clear(&text);
  ax_buf_append(&text, AX_STR("W/\""));
  ax_buf_append_uint(&text, item->version);
  ax_buf_append_char(&text, '"');
  ax_json_write_member(w, AX_STR("etag"), ax_buf_view(&text));
  ax_fhir_date_instant(item->updated_ms, instant);
  ax_json_write_member(w, AX_STR("lastModified"),
                       (ax_str){ instant, AX_FHIR_DATE_INSTANT });
  ax_buf_free(&text);
}

/* What is in quarantine is asked about there. */
static void write_held(ax_json_writer *w, const ax_intake_item *item) {
  ax_buf text = AX_BUF_INIT(512);
  ax_buf_append(&text, AX_STR("$quarantine/"));
  ax_buf_append(&text, item->held);
  ax_json_write_member(w, AX_STR("location"), ax_buf_view(&text));
  ax_buf_free(&text);
}

static void write_response(ax_json_writer *w, const ax_intake_item *item,
                           bool want_outcome, ax_json_places *places) {
  bool told =
      want_outcome || has_errors(item) || item->held.len || item->findings;
  ax_json_write_key(w, AX_STR("response"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("status"), status_text(item->status));
  if (item->held.len)
    write_held(w, item);
  else if (!has_errors(item) && item->version)
    write_place(w, item);
  if (item->issues && told) {
    ax_json_write_key(w, AX_STR("outcome"));
    ax_fhir_issues_write_on(item->findings ? item->findings : item->issues,
                            places, w);
  }
  ax_json_write_close(w);
}

static void write_entry(ax_json_writer *w, const ax_intake_item *item,
                        ax_str prefer, ax_json_places *places) {
  bool writes = item->method == AX_INTAKE_POST ||
                item->method == AX_INTAKE_PUT ||
                item->method == AX_INTAKE_PATCH;
  ax_str body = item->answer;
  if (writes && ax_str_eq(prefer, AX_STR("representation"))) body = item->body;
  ax_json_write_object(w);
  if (body.len && !has_errors(item)) {
    ax_json_write_key(w, AX_STR("resource"));
    ax_json_write_raw(w, body);
  }
  write_response(
      w, item, writes && ax_str_eq(prefer, AX_STR("OperationOutcome")), places);
  ax_json_write_close(w);
}

ax_status ax_intake_answer_write(const ax_intake_item *items, size_t count,
                                 const char *type, ax_str prefer, ax_str source,
                                 ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_places places = { source, 0, 1, 0 };
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), ax_str_from(type));
  if (count) {
    ax_json_write_key(&w, AX_STR("entry"));
    ax_json_write_array(&w);
    for (size_t i = 0; i < count; i++)
      write_entry(&w, &items[i], prefer, &places);
    ax_json_write_close(&w);
  }
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}
