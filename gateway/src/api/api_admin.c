/*
 * What an operator asks of a running gateway. Not FHIR: plain JSON, for
 * `auspex plugin` and monitoring. Whoever asks shows the token that lies in the
 * data folder, so he is somebody who may read that.
 */
#include "api/api.h"
#include "base/log.h"
#include "scoring/protection.h"
#include "scoring/score_deploy.h"
#include "json/json_parse.h"

/* Every byte is compared, whatever the first difference. */
static bool same_token(ax_str shown, const char *token) {
  size_t len = strlen(token);
  unsigned difference = shown.len != len;
  for (size_t i = 0; i < len && i < shown.len; i++)
    difference |= (unsigned char)shown.ptr[i] ^ (unsigned char)token[i];
  return difference == 0 && len > 0;
}

bool ax_api_admin_allowed(ax_api_call *call) {
  ax_str shown = ax_http_get_header(call->rq, AX_STR("Authorization"));
  const char *token = call->api->admin_token;
  if (token && ax_str_starts(shown, AX_STR("Bearer ")) &&
      same_token(ax_str_skip(shown, 7), token))
    return true;
  ax_http_set_header(call->rs, AX_STR("WWW-Authenticate"), AX_STR("Bearer"));
  ax_api_error_refuse(call, 401, AX_ISSUE_LOGIN,
                      "an operator shows the token of the file admin.token in "
                      "the data folder (Authorization: Bearer ...)");
  return false;
}

static void answer(ax_api_call *call, int status, ax_json_writer *w,
                   ax_buf *body) {
  ax_status written = ax_json_write_end(w);
  if (written) {
    ax_api_error(call, written, NULL);
    return;
  }
  ax_api_answer_json(call, status, ax_buf_view(body));
  call->rs->content_type = AX_STR("application/json");
}

/* --- looking -----------------------------------------------------------------
 */

static void integer(ax_json_writer *w, ax_str key, int64_t value) {
  ax_json_write_key(w, key);
  ax_json_write_int(w, value);
}

static void flag(ax_json_writer *w, ax_str key, bool value) {
  ax_json_write_key(w, key);
  ax_json_write_bool(w, value);
}

static void write_protections(ax_json_writer *w, ax_str key, uint32_t bits) {
  ax_json_write_key(w, key);
  ax_json_write_array(w);
  for (size_t i = 0; i < AX_PROTECTION_COUNT; i++)
    if (bits >> i & 1) ax_json_write_str(w, ax_str_from(ax_protection_name(i)));
  ax_json_write_close(w);
}

static void write_workers(ax_json_writer *w, const ax_score_module *m) {
  ax_json_write_key(w, AX_STR("workers"));
  ax_json_write_object(w);
  flag(w, AX_STR("running"), m->running);
  integer(w, AX_STR("starts"), (int64_t)m->starts);
  integer(w, AX_STR("deaths"), (int64_t)m->deaths);
  integer(w, AX_STR("batches"), (int64_t)m->batches);
  integer(w, AX_STR("rows"), (int64_t)m->rows);
  integer(w, AX_STR("retried"), (int64_t)m->retried);
  integer(w, AX_STR("failed"), (int64_t)m->failed);
  integer(w, AX_STR("recycled"), (int64_t)m->recycled);
  integer(w, AX_STR("waiting"), m->waiting);
  integer(w, AX_STR("start_us"), m->start_us);
  ax_json_write_member(w, AX_STR("circuit"), ax_str_from(m->circuit));
  integer(w, AX_STR("opened"), (int64_t)m->opened);
  ax_json_write_member(w, AX_STR("detail"), m->detail);
  write_protections(w, AX_STR("protected_by"), m->applied);
  write_protections(w, AX_STR("refused_by_the_kernel"), m->refused);
  ax_json_write_close(w);
}

static void write_models(ax_json_writer *w, const ax_score_deployed *d) {
  ax_json_write_key(w, AX_STR("models"));
  ax_json_write_array(w);
  for (size_t i = 0; i < d->model_count; i++) {
    const ax_score_deployed_model *m = &d->models[i];
    ax_json_write_object(w);
    ax_json_write_member(w, AX_STR("id"), m->id);
    ax_json_write_member(w, AX_STR("name"), m->name);
    ax_json_write_member(w, AX_STR("version"), m->version);
    ax_json_write_member(w, AX_STR("title"), m->title);
    flag(w, AX_STR("killed"), m->killed);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

static void write_version(ax_json_writer *w, const ax_score_deployed *d) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("module"), d->module);
  ax_json_write_member(w, AX_STR("folder"), d->folder);
  ax_json_write_member(w, AX_STR("state"),
                       ax_str_from(ax_score_deploy_state_name(d->state)));
  ax_json_write_member(w, AX_STR("why"), d->why);
  ax_json_write_member(w, AX_STR("by"), d->by);
  integer(w, AX_STR("since_ms"), d->since_ms);
  ax_json_write_member(w, AX_STR("digest"), d->digest);
  ax_json_write_member(w, AX_STR("module_digest"), d->module_digest);
  ax_json_write_member(w, AX_STR("data_digest"), d->data_digest);
  ax_json_write_member(w, AX_STR("signer"), d->signer);
  flag(w, AX_STR("standby"), d->standby);
  flag(w, AX_STR("golden"), d->golden);
  write_models(w, d);
  write_workers(w, &d->workers);
  ax_json_write_close(w);
}

static void write_missed(ax_json_writer *w, const ax_score_missed *m) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("module"), m->module);
  ax_json_write_member(w, AX_STR("version"), m->version);
  ax_json_write_member(w, AX_STR("digest"), m->digest);
  flag(w, AX_STR("gone"), m->gone);
  ax_json_write_member(w, AX_STR("why"), m->why);
  ax_json_write_close(w);
}

static void look(ax_api_call *call) {
  ax_arena *arena = call->rq->arena;
  ax_score_deployed *list = NULL;
  ax_score_missed *missing = NULL;
  size_t count = 0, missing_count = 0;
  ax_score_host *host = call->api->host;
  ax_status status = ax_score_deploy_list(host, arena, &list, &count);
  if (!status)
    status = ax_score_deploy_missing(host, arena, &missing, &missing_count);
  if (status) {
    ax_api_error(call, status, NULL);
    return;
  }
  ax_buf *body = ax_api_answer_begin(call);
  if (!body) return;
  ax_json_writer w = ax_json_write_begin(body);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("modules"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < count; i++) write_version(&w, &list[i]);
  ax_json_write_close(&w);
  ax_json_write_key(&w, AX_STR("missing"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < missing_count; i++) write_missed(&w, &missing[i]);
  ax_json_write_close(&w);
  ax_json_write_close(&w);
  answer(call, 200, &w, body);
}

void ax_api_admin_statistics(ax_api_call *call) {
  ax_buf *body = ax_api_answer_begin(call);
  if (!body) return;
  ax_json_writer w = ax_json_write_begin(body);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("models"));
  ax_score_deploy_stats(call->api->host, &w);
  ax_json_write_close(&w);
  answer(call, 200, &w, body);
}

/* --- acting ------------------------------------------------------------------
 */

static void rescan(ax_api_call *call) {
  size_t found = 0;
  ax_error err = { 0 };
  ax_status status = ax_score_deploy_rescan(call->api->host, &found, &err);
  if (status) {
    ax_api_error(call, status, &err);
    return;
  }
  ax_buf *body = ax_api_answer_begin(call);
  if (!body) return;
  ax_json_writer w = ax_json_write_begin(body);
  ax_json_write_object(&w);
  integer(&w, AX_STR("found"), (int64_t)found);
  ax_json_write_close(&w);
  answer(call, 200, &w, body);
}

static void tell_done(ax_api_call *call, const ax_score_act *act) {
  ax_buf *body = ax_api_answer_begin(call);
  if (!body) return;
  ax_json_writer w = ax_json_write_begin(body);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("act"),
                       ax_str_from(ax_score_deploy_act_name(act->kind)));
  ax_json_write_member(&w, AX_STR("module"), act->module);
  ax_json_write_member(&w, AX_STR("version"), act->version);
  ax_json_write_member(&w, AX_STR("digest"), act->digest);
  ax_json_write_member(&w, AX_STR("model"), act->model);
  ax_json_write_member(&w, AX_STR("who"), act->who);
  integer(&w, AX_STR("at_ms"), act->at_ms);
  ax_json_write_close(&w);
  answer(call, 200, &w, body);
}

static void act(ax_api_call *call, const ax_json *doc) {
  ax_score_order order = { .target = AX_JSON_STR(doc, "target"),
                           .who = AX_JSON_STR(doc, "who"),
                           .why = AX_JSON_STR(doc, "why") };
  ax_str name = AX_JSON_STR(doc, "act");
  ax_score_act done = { 0 };
  ax_error err = { 0 };
  if (ax_str_eq(name, AX_STR("rescan"))) {
    rescan(call);
    return;
  }
  if (!ax_score_deploy_act_named(name, &order.kind)) {
    ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                        "\"act\" is rescan, activate, shadow, rollback, "
                        "retire, kill or revive, not \"%.*s\"",
                        (int)(name.len < 40 ? name.len : 40), name.ptr);
    return;
  }
  ax_status status =
      ax_score_deploy_do(call->api->host, &order, call->rq->arena, &done, &err);
  if (!status) status = ax_intake_devices(call->api->intake, &err);
  if (status)
    ax_api_error(call, status, &err);
  else
    tell_done(call, &done);
}

void ax_api_admin_modules(ax_api_call *call) {
  const ax_json *doc = NULL;
  ax_json_fault fault = { .at = 0 };
  if (call->rq->method != AX_HTTP_POST) {
    look(call);
    return;
  }
  if (ax_json_parse(call->rq->arena, call->rq->body, &doc, &fault)) {
    ax_api_error_refuse(call, 400, AX_ISSUE_STRUCTURE,
                        "the body is no JSON: line %u, column %u: %s",
                        fault.place.line, fault.place.column, fault.text);
    return;
  }
  act(call, doc);
}
