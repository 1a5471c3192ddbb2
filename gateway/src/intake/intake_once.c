/* A note is one line for each item that had an effect:
 * "index status Type id version updated_ms". One that went into quarantine has
 * status 202, and the id is the one it has there. "job ID" stands for a request
 * that is done later. */
#include "intake/intake_once.h"

#include <inttypes.h>
#include <stdio.h>

#include "intake/intake_hold.h"

enum { NOTE_MAX = 64 << 20 };

typedef struct {
  uint64_t status, version;
  ax_str type, id;
  int64_t updated_ms;
} receipt;

static bool read_receipt(ax_str line, receipt *out) {
  ax_str status = ax_str_cut(&line, ' ');
  out->type = ax_str_cut(&line, ' ');
  out->id = ax_str_cut(&line, ' ');
  ax_str version = ax_str_cut(&line, ' ');
  return ax_str_uint64(status, 599, &out->status) &&
         ax_str_uint64(version, UINT32_MAX, &out->version) &&
         ax_str_int64(line, 0, INT64_MAX, &out->updated_ms);
}

static ax_status take_note(ax_intake_once *once, ax_str note) {
  while (note.len) {
    ax_str line = ax_str_cut(&note, '\n');
    ax_str place = ax_str_cut(&line, ' ');
    if (ax_str_eq(place, AX_STR("job"))) {
      once->job = line;
      continue;
    }
    receipt *r = AX_NEW(once->rq->arena, receipt);
    if (!r) return AX_NOMEM;
    if (read_receipt(line, r)) AX_TRY(ax_map_put(once->places, place, r));
  }
  return AX_OK;
}

ax_status ax_intake_once_look(const ax_intake_request *rq, ax_store *store,
                              ax_intake_once *out, ax_error *err) {
  ax_once_record *records = NULL;
  *out = (ax_intake_once){ .rq = rq, .store = store };
  if (!rq->once) return AX_OK;
  out->places = ax_map_new(rq->arena);
  if (!out->places) return AX_NOMEM;
  AX_TRY(ax_store_once(store, rq->arena, rq->once, &records, &out->seen, err));
  for (size_t i = 0; i < out->seen; i++) {
    out->other |= !ax_str_eq(records[i].digest, rq->once->digest);
    AX_TRY(take_note(out, records[i].note));
  }
  return AX_OK;
}

ax_status ax_intake_once_known(const ax_intake_request *rq, ax_store *store,
                               bool again, ax_intake_once *out,
                               ax_error *err) {
  if (rq->known && rq->known->store && !again) {
    *out = *rq->known;
    return AX_OK;
  }
  AX_TRY(ax_intake_once_look(rq, store, out, err));
  if (rq->known) *rq->known = *out;
  return AX_OK;
}

void ax_intake_once_did(const ax_intake_request *rq) {
  if (rq->known) rq->known->seen++;
}

void ax_intake_once_refuse(ax_fhir_issues *issues) {
  ax_fhir_issues_addf(
      issues, AX_ERROR, AX_ISSUE_DUPLICATE, "key-used-otherwise", AX_STR(""),
      NULL, AX_STR(""),
      "This Idempotency-Key was used for another request before (other method, "
      "address, conditions or body); a new request needs a new key");
}

static const receipt *receipt_of(const ax_intake_once *once, size_t i) {
  char place[24];
  if (!once->places) return NULL;
  (void)snprintf(place, sizeof place, "%zu", i);
  return ax_map_get(once->places, ax_str_from(place));
}

bool ax_intake_once_held(const ax_intake_once *once, ax_str *id) {
  const receipt *r = receipt_of(once, AX_INTAKE_HOLD_WHOLE);
  if (r) *id = r->id;
  return r != NULL;
}

ax_status ax_intake_once_settle(const ax_intake_once *once, ax_arena *arena,
                                ax_intake_item *item, bool *done,
                                ax_error *err) {
  const receipt *r = receipt_of(once, item->i);
  *done = r != NULL;
  if (!r) return AX_OK;
  if (r->status == 202) {
    item->found = true;
    item->status = 202;
    item->held = r->id;
    return ax_intake_hold_say(once->rq, item);
  }
  ax_stored stored;
  ax_status status = ax_store_read(once->store, arena, r->type, r->id,
                                   r->version, &stored, err);
  if (status && status != AX_NOT_FOUND) return status;
  item->found = true;
  item->status = (int)r->status;
  item->updated_ms = r->updated_ms;
  item->body = stored.body;
  return ax_intake_item_name(arena, item, r->id, r->version);
}

ax_status ax_intake_once_record(const ax_intake_once *once, ax_arena *arena,
                                const ax_intake_item *items, size_t count,
                                ax_once *out, bool *keep) {
  *keep = false;
  if (!once->rq->once) return AX_OK;
  ax_buf note = AX_BUF_INIT(NOTE_MAX);
  for (size_t i = 0; i < count; i++) {
    const ax_intake_item *item = &items[i];
    ax_str id = item->held.len ? item->held : item->id;
    if (!id.len || item->method == AX_INTAKE_GET ||
        item->method == AX_INTAKE_NOTHING || receipt_of(once, item->i))
      continue;
    ax_buf_printf(
        &note, "%zu %d " AX_STR_FMT " " AX_STR_FMT " %" PRIu64 " %" PRId64 "\n",
        item->i, item->status, AX_STR_ARG(item->type), AX_STR_ARG(id),
        item->held.len ? 0 : item->version, item->updated_ms);
  }
  *keep = note.len > 0;
  *out = (ax_once){ .key = once->rq->once,
                    .until_ms = once->rq->once_until_ms,
                    .seen = once->seen,
                    .note = ax_arena_str(arena, ax_buf_view(&note)) };
  ax_status status = note.status;
  ax_buf_free(&note);
  return status ? status : (out->note.ptr ? AX_OK : AX_NOMEM);
}
