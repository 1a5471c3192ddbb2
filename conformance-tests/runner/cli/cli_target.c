#include "cli/cli_target.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "cli/cli_find.h"
#include "cli/cli_token.h"
#include "delivery/delivery_token.h"
#include "report/report_mask.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum { FILE_MAX = 64 << 20, BODY_MAX = 128 << 20, TOKEN_TIMEOUT_MS = 20000 };
static const size_t DOCUMENT = (size_t)512 << 20;

struct ax_cli_target {
  const ax_cli_options *options;
  ax_arena *arena;
  AX_VEC(ax_run_destination) destinations;
  AX_VEC(const char *) origins;
  AX_VEC(ax_net_header) headers;
  AX_VEC(ax_str) secrets;
  ax_str token; /* of the command line; empty: none */
  const ax_json *capabilities;
  ax_str silence;
  /* client credentials: one of the two */
  ax_net_client *token_client; /* NULL: none */
  ax_cli_token_options with_secret;
  ax_delivery_token_options with_key;
  pthread_mutex_t lock; /* guards what follows */
  ax_net_token secret_token;
  ax_delivery_token *key_token; /* NULL: with a secret */
  AX_VEC(ax_str) old_tokens;    /* all that were ever given */
};

static ax_status add_secret(ax_cli_target *t, ax_str secret) {
  if (!secret.len) return AX_OK;
  ax_str *slot = AX_VEC_PUSH(&t->secrets, t->arena);
  if (!slot) return AX_NOMEM;
  *slot = secret;
  return AX_OK;
}

/* --- where ---------------------------------------------------------------- */

static ax_status add_destination(ax_cli_target *t, const char *flag,
                                 unsigned index, ax_str base, ax_error *err) {
  bool web = ax_str_starts(base, AX_STR("http://")) ||
             ax_str_starts(base, AX_STR("https://"));
  if (!web || ax_str_find(base, AX_STR("?")) != AX_STR_NONE ||
      ax_str_find(base, AX_STR("#")) != AX_STR_NONE)
    return ax_error_set(err, AX_INVALID,
                        "%s is a base URL that begins with http:// or "
                        "https:// and has no query",
                        flag);
  while (ax_str_ends(base, AX_STR("/"))) base.len--;
  const char **origin = AX_VEC_PUSH(&t->origins, t->arena);
  ax_run_destination *slot = AX_VEC_PUSH(&t->destinations, t->arena);
  char *text = ax_arena_cstr(t->arena, base);
  if (!origin || !slot || !text) return AX_NOMEM;
  *origin = text;
  *slot = (ax_run_destination){ index, { text, base.len } };
  return AX_OK;
}

static ax_status take_destinations(ax_cli_target *t, ax_error *err) {
  const ax_cli_words *words = &t->options->destinations;
  if (!t->options->base)
    return ax_error_set(err, AX_INVALID,
                        "--base names the server under test and is missing");
  AX_TRY(add_destination(t, "--base", 0, ax_str_from(t->options->base), err));
  for (size_t i = 0; i < words->count; i++) {
    ax_str number, base;
    uint64_t index = 0;
    AX_TRY(ax_cli_options_pair("--destination", words->items[i], '=', &number,
                               &base, err));
    if (!ax_str_uint64(number, 1000, &index) || !index)
      return ax_error_set(err, AX_INVALID,
                          "--destination begins with a number from 1 on");
    AX_TRY(add_destination(t, "--destination", (unsigned)index, base, err));
  }
  return AX_OK;
}

/* What stands inside `Basic` credentials, and the password in it. */
static ax_status add_basic(ax_cli_target *t, ax_str coded) {
  char *bytes = AX_NEW_ARRAY(t->arena, char, coded.len + 1);
  if (!bytes) return AX_NOMEM;
  ax_str word = { bytes, ax_base64_decode(coded, bytes) };
  AX_TRY(add_secret(t, word));
  (void)ax_str_cut(&word, ':');
  return add_secret(t, word);
}

/* Credentials as they are, and the word behind "Bearer" or "Basic" alone. */
static ax_status add_credentials(ax_cli_target *t, ax_str value) {
  ax_str word = value, scheme = ax_str_cut(&word, ' ');
  word = ax_str_trim(word);
  AX_TRY(add_secret(t, value));
  AX_TRY(add_secret(t, word));
  return ax_str_eq_nocase(scheme, AX_STR("Basic")) ? add_basic(t, word) : AX_OK;
}

/* RFC 9110 5.6.2 token */
static bool is_header_name(ax_str name) {
  static const char others[] = "!#$%&'*+-.^_`|~";
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                 (c >= 'a' && c <= 'z');
    if (!plain && (!c || !strchr(others, c))) return false;
  }
  return name.len > 0;
}

static ax_status take_headers(ax_cli_target *t, ax_error *err) {
  const ax_cli_words *words = &t->options->headers;
  for (size_t i = 0; i < words->count; i++) {
    ax_net_header *slot = AX_VEC_PUSH(&t->headers, t->arena);
    if (!slot) return AX_NOMEM;
    AX_TRY(ax_cli_options_pair("--header", words->items[i], ':', &slot->name,
                               &slot->value, err));
    slot->value = ax_str_trim(slot->value);
    if (!is_header_name(slot->name))
      return ax_error_set(
          err, AX_INVALID, "--header: \"%.*s\" is no name of a header",
          slot->name.len > 60 ? 60 : (int)slot->name.len, slot->name.ptr);
    if (ax_report_mask_is_secret_name(slot->name))
      AX_TRY(add_credentials(t, slot->value));
  }
  return AX_OK;
}

static ax_status take_variables(ax_cli_target *t, ax_error *err) {
  const ax_cli_words *words = &t->options->vars;
  for (size_t i = 0; i < words->count; i++) {
    ax_str name, value;
    AX_TRY(
        ax_cli_options_pair("--var", words->items[i], '=', &name, &value, err));
    if (ax_report_mask_is_secret_name(name)) AX_TRY(add_secret(t, value));
  }
  return AX_OK;
}

ax_status ax_cli_target_client(const ax_cli_target *target, ax_net_client **out,
                               ax_error *err) {
  const ax_cli_options *o = target->options;
  const ax_net_client_options options = {
    .origins = target->origins.items,
    .origin_count = target->origins.count,
    .connect_timeout_ms = (unsigned)o->timeout_ms,
    .timeout_ms = (unsigned)o->timeout_ms,
    .ca_file = o->ca,
    .cert_file = o->cert,
    .key_file = o->key,
    .user_agent = "auspex-conformance",
  };
  ax_error why = { 0 };
  ax_status status = ax_net_client_new(&options, out, &why);
  if (!status) return AX_OK;
  bool url = ax_str_starts(ax_str_from(why.text), AX_STR("a URL to be asked"));
  return ax_error_set(err, status, "%s%s",
                      url ? "--base or --destination: " : "", why.text);
}

/* --- tokens --------------------------------------------------------------- */

static ax_status take_token(ax_cli_target *t, ax_error *err) {
  const ax_cli_options *o = t->options;
  if ((o->token != NULL) + (o->token_file != NULL) + (o->token_url != NULL) > 1)
    return ax_error_set(err, AX_INVALID,
                        "one of --token, --token-file and --token-url");
  if (o->token) t->token = ax_str_from(o->token);
  if (o->token_file)
    AX_TRY(ax_cli_options_file(t->arena, o->token_file, &t->token, err));
  return add_secret(t, t->token);
}

static ax_status take_client_secret(ax_cli_target *t, ax_error *err) {
  const ax_cli_options *o = t->options;
  ax_cli_token_options *with = &t->with_secret;
  *with = (ax_cli_token_options){
    .url = ax_str_from(o->token_url),
    .client_id = ax_str_from(o->client_id),
    .secret = ax_str_from(o->client_secret ? o->client_secret : ""),
    .scope = ax_str_from(o->scope ? o->scope : ""),
  };
  if (o->client_secret_file)
    AX_TRY(ax_cli_options_file(t->arena, o->client_secret_file, &with->secret,
                               err));
  ax_str basic;
  AX_TRY(ax_cli_token_basic(t->arena, with->client_id, with->secret, &basic));
  AX_TRY(add_secret(t, ax_str_skip(basic, 6)));
  return add_secret(t, with->secret);
}

static ax_status take_client_key(ax_cli_target *t, ax_error *err) {
  const ax_cli_options *o = t->options;
  t->with_key = (ax_delivery_token_options){
    .url = o->token_url,
    .client_id = o->client_id,
    .key = o->client_key,
    .kid = o->client_key_id,
    .algorithm = o->client_algorithm,
    .scope = o->scope,
  };
  return ax_delivery_token_new(&t->with_key, t->token_client, &t->key_token,
                               err);
}

static ax_status take_client(ax_cli_target *t, ax_error *err) {
  const ax_cli_options *o = t->options;
  bool secret = o->client_secret || o->client_secret_file;
  if (!o->token_url && !o->client_id && !secret && !o->client_key) return AX_OK;
  if (!o->token_url || !o->client_id || secret == (o->client_key != NULL) ||
      (o->client_secret && o->client_secret_file))
    return ax_error_set(err, AX_INVALID,
                        "client credentials are --token-url, --client-id and "
                        "one of --client-secret, --client-secret-file and "
                        "--client-key");
  const ax_net_client_options options = { .origins = &o->token_url,
                                          .origin_count = 1,
                                          .timeout_ms = TOKEN_TIMEOUT_MS,
                                          .ca_file = o->ca,
                                          .cert_file = o->cert,
                                          .key_file = o->key };
  AX_TRY(ax_net_client_new(&options, &t->token_client, err));
  return secret ? take_client_secret(t, err) : take_client_key(t, err);
}

static ax_status remember(ax_cli_target *t, ax_str token) {
  for (size_t i = 0; i < t->old_tokens.count; i++)
    if (ax_str_eq(t->old_tokens.items[i], token)) return AX_OK;
  ax_str *slot = AX_VEC_PUSH(&t->old_tokens, t->arena);
  if (!slot) return AX_NOMEM;
  *slot = ax_arena_str(t->arena, token);
  return slot->ptr ? AX_OK : AX_NOMEM;
}

static ax_status get_token(ax_cli_target *t, ax_arena *arena, ax_str *out,
                           ax_error *err) {
  ax_str token;
  if (t->key_token)
    AX_TRY(ax_delivery_token_get(t->key_token, arena, &token, err));
  else
    AX_TRY(ax_cli_token_get(&t->secret_token, &t->with_secret, t->token_client,
                            arena, &token, err));
  AX_TRY(remember(t, token));
  *out = ax_arena_str(arena, token);
  return out->ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_cli_target_token(ax_cli_target *target, ax_arena *arena,
                              ax_str *out, ax_error *err) {
  *out = target->token;
  if (!target->token_client) return AX_OK;
  (void)pthread_mutex_lock(&target->lock);
  ax_status status = get_token(target, arena, out, err);
  (void)pthread_mutex_unlock(&target->lock);
  return status;
}

ax_status ax_cli_target_secrets(ax_cli_target *target, ax_arena *arena,
                                const ax_str **out, size_t *count) {
  (void)pthread_mutex_lock(&target->lock);
  size_t given = target->secrets.count, got = target->old_tokens.count;
  ax_str *all = AX_NEW_ARRAY(arena, ax_str, given + got + 1);
  for (size_t i = 0; all && i < given; i++) all[i] = target->secrets.items[i];
  for (size_t i = 0; all && i < got; i++)
    all[given + i] = target->old_tokens.items[i];
  (void)pthread_mutex_unlock(&target->lock);
  *out = all;
  *count = given + got;
  return all ? AX_OK : AX_NOMEM;
}

/* --- what it says of itself ----------------------------------------------- */

static ax_status send(ax_cli_target *t, ax_net_client *client,
                      ax_net_request *rq, ax_arena *arena, ax_net_response *out,
                      ax_error *err) {
  size_t count = t->headers.count;
  ax_net_header *headers = AX_NEW_ARRAY(arena, ax_net_header, count + 2);
  if (!headers) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) headers[i] = t->headers.items[i];
  headers[count] =
      (ax_net_header){ AX_STR("Accept"), AX_STR("application/fhir+json") };
  headers[count + 1] = (ax_net_header){ AX_STR("Content-Type"),
                                        AX_STR("application/fhir+json") };
  rq->headers = headers;
  rq->header_count = count + (rq->body.len ? 2 : 1);
  AX_TRY(ax_cli_target_token(t, arena, &rq->bearer, err));
  return ax_net_client_send(client, rq, arena, out, err);
}

static ax_status fall_silent(ax_cli_target *t, ax_str answer, ax_str moved) {
  t->silence = AX_JOIN(
      t->arena, answer, moved.len ? AX_STR(" and points to ") : AX_STR(""),
      moved, moved.len ? AX_STR(", which is not followed") : AX_STR(""),
      AX_STR(": what needs a server's capability is not known to be there"));
  return answer.ptr && t->silence.ptr ? AX_OK : AX_NOMEM;
}

static ax_status ask_capabilities(ax_cli_target *t, ax_net_client *client,
                                  ax_error *err) {
  ax_net_response rs;
  ax_json_fault fault;
  ax_net_request rq = { .method = AX_NET_GET };
  rq.url =
      AX_JOIN(t->arena, t->destinations.items[0].base, AX_STR("/metadata"));
  if (!rq.url.ptr) return AX_NOMEM;
  ax_error why = { 0 };
  ax_status status = send(t, client, &rq, t->arena, &rs, &why);
  /* It answers, so tests can be run; they say what is wrong with it. */
  if (status == AX_TOO_LARGE)
    return fall_silent(t, ax_str_from(why.text), AX_STR(""));
  if (status) return ax_error_set(err, status, "%s", why.text);
  const ax_json *tree = NULL;
  if (rs.status == 200 && !ax_json_parse(t->arena, rs.body, &tree, &fault) &&
      ax_str_eq(AX_JSON_STR(tree, "resourceType"),
                AX_STR("CapabilityStatement"))) {
    t->capabilities = tree;
    return AX_OK;
  }
  ax_str place = ax_net_client_header(&rs, AX_STR("Location"));
  place = ax_str_cut(&place, '?'); /* may carry a token */
  ax_str answer = ax_arena_printf(
      t->arena, "GET /metadata answers %d%s", rs.status,
      rs.status == 200 ? ", and not a CapabilityStatement in JSON" : "");
  return fall_silent(t, answer, place);
}

static ax_status open_all(ax_cli_target *t, ax_error *err) {
  ax_net_client *client = NULL;
  AX_TRY(take_destinations(t, err));
  AX_TRY(take_headers(t, err));
  AX_TRY(take_variables(t, err));
  AX_TRY(take_token(t, err));
  AX_TRY(take_client(t, err));
  if (t->options->offline) return AX_OK;
  AX_TRY(ax_cli_target_client(t, &client, err));
  ax_status status = ask_capabilities(t, client, err);
  ax_net_client_free(client);
  return status;
}

ax_status ax_cli_target_open(ax_arena *arena, const ax_cli_options *options,
                             ax_cli_target **out, ax_error *err) {
  *out = NULL;
  ax_cli_target *t = AX_NEW(arena, ax_cli_target);
  if (!t || pthread_mutex_init(&t->lock, NULL)) return AX_NOMEM;
  t->options = options;
  t->arena = arena;
  t->token = t->silence = AX_STR("");
  t->secret_token = AX_NET_TOKEN_INIT;
  ax_status status = open_all(t, err);
  if (status)
    ax_cli_target_close(t);
  else
    *out = t;
  return status;
}

void ax_cli_target_close(ax_cli_target *target) {
  if (!target) return;
  ax_delivery_token_free(target->key_token);
  ax_net_client_free(target->token_client);
  ax_net_token_clear(&target->secret_token);
  (void)pthread_mutex_destroy(&target->lock);
}

ax_run_target ax_cli_target_run(const ax_cli_target *target) {
  return (ax_run_target){ .destinations = target->destinations.items,
                          .destination_count = target->destinations.count,
                          .headers = target->headers.items,
                          .header_count = target->headers.count,
                          .bearer = AX_STR(""),
                          .capabilities = target->capabilities };
}

ax_str ax_cli_target_silence(const ax_cli_target *target) {
  return target->silence;
}

/* --- what it is given first ----------------------------------------------- */

typedef struct {
  ax_cli_target *target;
  ax_net_client *client;
  ax_arena *arena; /* of one file */
  const char *file;
  size_t count;
  ax_error *err;
} loader;

/* The first issue of an OperationOutcome. */
static ax_str first_issue(ax_arena *arena, ax_str body) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  if (ax_json_parse(arena, body, &tree, &fault)) return AX_STR("");
  const ax_json *issue = ax_json_item(AX_JSON_GET(tree, "issue"), 0);
  ax_str text = AX_JSON_STR(AX_JSON_GET(issue, "details"), "text");
  return text.len ? text : AX_JSON_STR(issue, "diagnostics");
}

static ax_status give(loader *l, ax_net_method method, ax_str path,
                      const ax_json *resource) {
  ax_buf body = AX_BUF_INIT(BODY_MAX);
  ax_json_writer w = ax_json_write_begin(&body);
  ax_json_write_tree(&w, resource);
  ax_net_response rs;
  ax_net_request rq = { .method = method, .body = ax_buf_view(&body) };
  ax_status status = ax_json_write_end(&w);
  rq.url = AX_JOIN(l->arena, l->target->destinations.items[0].base,
                   path.len ? AX_STR("/") : AX_STR(""), path);
  if (!status && !rq.url.ptr) status = AX_NOMEM;
  if (!status) status = send(l->target, l->client, &rq, l->arena, &rs, l->err);
  ax_buf_free(&body);
  if (status) return status;
  if (rs.status < 200 || rs.status > 299) {
    ax_str why = first_issue(l->arena, rs.body);
    if (why.len > 120) why.len = 120;
    return ax_error_set(
        l->err, AX_INVALID,
        "--load %.80s: %s " AX_STR_FMT " answers %d" AX_STR_FMT AX_STR_FMT,
        l->file, method == AX_NET_PUT ? "PUT" : "POST", AX_STR_ARG(path),
        rs.status, AX_STR_ARG(why.len ? AX_STR(": ") : AX_STR("")),
        AX_STR_ARG(why));
  }
  l->count++;
  return AX_OK;
}

static ax_status give_resource(loader *l, const ax_json *resource) {
  ax_str type = AX_JSON_STR(resource, "resourceType");
  ax_str id = AX_JSON_STR(resource, "id");
  if (!type.len)
    return ax_error_set(l->err, AX_INVALID, "--load %.150s: not a resource",
                        l->file);
  if (!id.len) return give(l, AX_NET_POST, type, resource);
  ax_str path = AX_JOIN(l->arena, type, AX_STR("/"), id);
  return path.ptr ? give(l, AX_NET_PUT, path, resource) : AX_NOMEM;
}

static ax_status give_tree(loader *l, const ax_json *tree) {
  ax_str kind = AX_JSON_STR(tree, "type");
  if (!ax_str_eq(AX_JSON_STR(tree, "resourceType"), AX_STR("Bundle")))
    return give_resource(l, tree);
  if (ax_str_eq(kind, AX_STR("transaction")) ||
      ax_str_eq(kind, AX_STR("batch")))
    return give(l, AX_NET_POST, AX_STR(""), tree);
  const ax_json *entries = AX_JSON_GET(tree, "entry");
  for (size_t i = 0; i < ax_json_count(entries); i++)
    AX_TRY(give_resource(l, AX_JSON_GET(ax_json_item(entries, i), "resource")));
  return AX_OK;
}

static ax_status give_file(loader *l, const char *file) {
  ax_str text;
  const ax_json *tree;
  ax_json_fault fault;
  l->file = file;
  AX_TRY(ax_file_read(l->arena, file, FILE_MAX, &text, l->err));
  ax_status status = ax_json_parse(l->arena, text, &tree, &fault);
  if (status == AX_INVALID || status == AX_TOO_LARGE)
    return ax_error_set(l->err, status, "--load %.100s:%u:%u: %.100s", file,
                        fault.place.line, fault.place.column, fault.text);
  AX_TRY(status);
  status = give_tree(l, tree);
  ax_arena_reset(l->arena);
  return status;
}

static ax_status load_all(loader *l) {
  static const char *const endings[] = { ".json", NULL };
  const ax_cli_words *paths = &l->target->options->load;
  for (size_t i = 0; i < paths->count; i++) {
    ax_cli_words files = { 0 };
    if (!ax_file_is_dir(paths->items[i])) {
      AX_TRY(give_file(l, paths->items[i]));
      continue;
    }
    AX_TRY(ax_cli_find_files(l->target->arena, paths->items[i], endings, &files,
                             l->err));
    for (size_t f = 0; f < files.count; f++)
      AX_TRY(give_file(l, files.items[f]));
  }
  return AX_OK;
}

ax_status ax_cli_target_load(ax_cli_target *target, size_t *count,
                             ax_error *err) {
  *count = 0;
  if (!target->options->load.count) return AX_OK;
  loader l = { .target = target, .err = err };
  AX_TRY(ax_cli_target_client(target, &l.client, err));
  l.arena = ax_arena_new(DOCUMENT);
  ax_status status = l.arena ? load_all(&l) : AX_NOMEM;
  *count = l.count;
  ax_arena_free(l.arena);
  ax_net_client_free(l.client);
  return status;
}
