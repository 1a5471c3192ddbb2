#include "store/store_evidence.h"

#include <string.h>

#include "base/sha256.h"
#include "json/json_write.h"

static void write_record(ax_json_writer *w, const ax_evidence *e) {
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("model"));
  ax_json_write_str(w, e->model);
  ax_json_write_key(w, AX_STR("modelVersion"));
  ax_json_write_str(w, e->model_version);
  ax_json_write_key(w, AX_STR("module"));
  ax_json_write_str(w, e->module_digest);
  ax_json_write_key(w, AX_STR("params"));
  ax_json_write_str(w, e->params_digest);
  ax_json_write_key(w, AX_STR("engine"));
  ax_json_write_str(w, e->engine);
  /* Texts, not trees: what was hashed stays what was said, byte by byte. */
  ax_json_write_key(w, AX_STR("row"));
  ax_json_write_str(w, e->row);
  ax_json_write_key(w, AX_STR("output"));
  ax_json_write_str(w, e->output);
  ax_json_write_key(w, AX_STR("results"));
  ax_json_write_str(w, e->results);
  ax_json_write_key(w, AX_STR("caller"));
  ax_json_write_str(w, e->caller);
  ax_json_write_key(w, AX_STR("asOf"));
  ax_json_write_int(w, e->as_of_ms);
  ax_json_write_key(w, AX_STR("at"));
  ax_json_write_int(w, e->at_ms);
  ax_json_write_key(w, AX_STR("tookUs"));
  ax_json_write_int(w, e->took_us);
  ax_json_write_close(w);
}

ax_status ax_store_evidence_text(ax_arena *arena, const ax_evidence *evidence,
                                 ax_str *out) {
  ax_buf text = AX_BUF_INIT(64u << 20);
  ax_json_writer w = ax_json_write_begin(&text);
  write_record(&w, evidence);
  ax_status status = ax_json_write_end(&w);
  char *copy = NULL;
  if (!status) {
    copy = ax_arena_cstr(arena, ax_buf_view(&text));
    *out = (ax_str){ copy, text.len };
  }
  ax_buf_free(&text);
  if (status) return status;
  return copy ? AX_OK : AX_NOMEM;
}

void ax_store_evidence_link(const unsigned char before[32], ax_str record,
                            unsigned char next[32]) {
  /* The record's own hash stands for the record, so that no long text has to
   * be copied together. */
  char both[2 * AX_SHA256_BYTES];
  memcpy(both, before, AX_SHA256_BYTES);
  ax_sha256(record, (unsigned char *)both + AX_SHA256_BYTES);
  ax_sha256((ax_str){ both, sizeof both }, next);
}
