#include "app/app_replay.h"

#include <stdio.h>

#include "json/json_parse.h"

enum { MEMORY = 256 << 20, AT_ONCE = 256 };

static void first(ax_app_replay *out, uint64_t key, const char *what) {
  if (!out->first[0])
    (void)snprintf(out->first, sizeof out->first, "record %llu: %s",
                   (unsigned long long)key, what);
}

static bool take(ax_arena *arena, ax_str text, ax_score_recorded *out) {
  const ax_json *tree = NULL;
  if (ax_json_parse(arena, text, &tree, NULL)) return false;
  *out = (ax_score_recorded){ .model = AX_JSON_STR(tree, "model"),
                              .module_digest = AX_JSON_STR(tree, "module"),
                              .data_digest = AX_JSON_STR(tree, "params"),
                              .row = AX_JSON_STR(tree, "row"),
                              .output = AX_JSON_STR(tree, "output") };
  return true;
}

static void replay(ax_score_host *host, ax_arena *arena,
                   const ax_evidence_record *record, ax_app_replay *out) {
  ax_score_recorded r;
  ax_error err = { 0 };
  bool same = false;
  if (!take(arena, record->text, &r)) {
    out->unreadable++;
    first(out, record->key, "it is no JSON");
    return;
  }
  if (!r.row.len) return;
  out->records++;
  if (ax_str_starts(r.output, AX_STR("{\"failed\""))) {
    out->failures++;
    return;
  }
  ax_status status = ax_score_deploy_replay(host, arena, &r, &same, &err);
  if (status == AX_NOT_FOUND) {
    out->no_module++;
  } else if (status == AX_OK && same) {
    out->same++;
  } else if (status == AX_OK) {
    out->different++;
    first(out, record->key, err.text);
  } else {
    out->unreadable++;
    first(out, record->key, err.text[0] ? err.text : ax_error_name(status));
  }
}

ax_status ax_app_replay_run(ax_store *store, ax_score_host *host,
                            ax_app_replay *out, ax_error *err) {
  ax_arena *page = ax_arena_new(MEMORY), *one = ax_arena_new(MEMORY);
  ax_status status = page && one ? AX_OK : AX_NOMEM;
  size_t count = AT_ONCE;
  uint64_t after = 0;
  *out = (ax_app_replay){ 0 };
  while (!status && count == AT_ONCE) {
    ax_evidence_record *records = NULL;
    status = ax_store_evidence_page(store, page, after, AT_ONCE, &records,
                                    &count, err);
    for (size_t i = 0; !status && i < count; i++) {
      replay(host, one, &records[i], out);
      after = records[i].key;
      ax_arena_reset(one);
    }
    ax_arena_reset(page);
  }
  ax_arena_free(page);
  ax_arena_free(one);
  return status;
}
