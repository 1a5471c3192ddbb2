#include "net/net_client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "net/net_pem.h"

enum {
  CONNECT_TIMEOUT_MS = 2000,
  TIMEOUT_MS = 10000,
  RESPONSE_MAX = 64 << 20,
  HEAD_MAX = 64 * 1024,
  OPTIONS_MEMORY = 256 * 1024,
  URL_MAX = 64 * 1024
};

typedef struct {
  char *scheme, *host, *port;
} origin;

struct ax_net_client {
  ax_arena *arena; /* copies of the options' texts */
  ax_net_client_options options;
  AX_VEC(origin) origins;
  CURL *curl;
  bool started; /* the library */
  ax_buf head, body;
  char why[CURL_ERROR_SIZE];
};

/* What one request allocates in curl, freed by request_clear(). */
typedef struct {
  CURLU *url;
  struct curl_slist *headers;
  origin origin;
  const char *method; /* in the arena of the call, or a literal */
} parts;

/* --- origins -------------------------------------------------------------- */

static void origin_clear(origin *o) {
  curl_free(o->scheme);
  curl_free(o->host);
  curl_free(o->port);
  *o = (origin){ 0 };
}

static bool has_part(CURLU *url, CURLUPart part) {
  char *text = NULL;
  bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return has;
}

static char *url_part(CURLU *url, CURLUPart part) {
  char *text = NULL;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT)) return NULL;
  return text;
}

/* Takes `text` apart into `url` and `out`; both are the caller's to clear. */
static ax_status parse_url(ax_arena *arena, ax_str text, unsigned flags,
                           CURLU *url, origin *out, ax_error *err) {
  if (text.len > URL_MAX || memchr(text.ptr ? text.ptr : "", 0, text.len))
    return ax_error_set(err, AX_INVALID, "a URL is too long or holds a NUL");
  const char *z = ax_arena_cstr(arena, text);
  if (!z) return AX_NOMEM;
  CURLUcode code = curl_url_set(url, CURLUPART_URL, z, flags);
  if (code == CURLUE_OUT_OF_MEMORY) return AX_NOMEM;
  if (code)
    return ax_error_set(err, AX_INVALID,
                        "a URL to be asked is not an absolute one (%s)",
                        curl_url_strerror(code));
  if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
    return ax_error_set(err, AX_INVALID,
                        "a URL to be asked names a user or a password; tokens "
                        "and certificates have options of their own");
  out->scheme = url_part(url, CURLUPART_SCHEME);
  if (!out->scheme) return AX_NOMEM;
  if (strcmp(out->scheme, "http") != 0 && strcmp(out->scheme, "https") != 0)
    return ax_error_set(err, AX_INVALID,
                        "only http and https URLs can be asked, not %.20s",
                        out->scheme);
  out->host = url_part(url, CURLUPART_HOST);
  out->port = url_part(url, CURLUPART_PORT);
  return out->host && out->port ? AX_OK : AX_NOMEM;
}

static bool same_origin(const origin *a, const origin *b) {
  return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->port, b->port) == 0 &&
         ax_str_eq_nocase(ax_str_from(a->host), ax_str_from(b->host));
}

static ax_status check_origin(const ax_net_client *client, const origin *o,
                              ax_error *err) {
  for (size_t i = 0; i < client->origins.count; i++)
    if (same_origin(&client->origins.items[i], o)) return AX_OK;
  return ax_error_set(err, AX_DENIED,
                      "%s://%.150s:%s is not among the servers that may be "
                      "asked",
                      o->scheme, o->host, o->port);
}

static ax_status keep_origin(ax_net_client *client, const origin *o) {
  origin *slot = AX_VEC_PUSH(&client->origins, client->arena);
  if (!slot) return AX_NOMEM;
  *slot = (origin){ ax_arena_cstr(client->arena, ax_str_from(o->scheme)),
                    ax_arena_cstr(client->arena, ax_str_from(o->host)),
                    ax_arena_cstr(client->arena, ax_str_from(o->port)) };
  return slot->scheme && slot->host && slot->port ? AX_OK : AX_NOMEM;
}

static ax_status add_origin(ax_net_client *client, const char *text,
                            ax_error *err) {
  origin o = { 0 };
  CURLU *url = curl_url();
  ax_status status =
      url ? parse_url(client->arena, ax_str_from(text), 0, url, &o, err)
          : AX_NOMEM;
  if (!status) status = keep_origin(client, &o);
  origin_clear(&o);
  curl_url_cleanup(url);
  return status;
}

ax_status ax_net_client_allows(const ax_net_client *client, ax_str url,
                               ax_error *err) {
  origin o = { 0 };
  ax_arena *scratch = ax_arena_new((size_t)2 * URL_MAX);
  CURLU *parsed = curl_url();
  ax_status status = AX_NOMEM;
  if (scratch && parsed) status = parse_url(scratch, url, 0, parsed, &o, err);
  if (!status) status = check_origin(client, &o, err);
  origin_clear(&o);
  curl_url_cleanup(parsed);
  ax_arena_free(scratch);
  return status;
}

/* --- life ----------------------------------------------------------------- */

static ax_status keep_text(ax_arena *arena, const char **text) {
  if (*text && !(*text = ax_arena_cstr(arena, ax_str_from(*text))))
    return AX_NOMEM;
  return AX_OK;
}

static ax_status keep_options(ax_net_client *client, ax_error *err) {
  ax_net_client_options *o = &client->options;
  if (!o->origin_count)
    return ax_error_set(err, AX_INVALID,
                        "no server is named that may be "
                        "asked");
  for (size_t i = 0; i < o->origin_count; i++)
    AX_TRY(add_origin(client, o->origins[i], err));
  o->origins = NULL;
  AX_TRY(keep_text(client->arena, &o->ca_file));
  AX_TRY(keep_text(client->arena, &o->cert_file));
  AX_TRY(keep_text(client->arena, &o->key_file));
  AX_TRY(keep_text(client->arena, &o->user_agent));
  AX_TRY(ax_net_pem_check(o->ca_file, o->cert_file, o->key_file, err));
  if (!o->connect_timeout_ms) o->connect_timeout_ms = CONNECT_TIMEOUT_MS;
  if (!o->timeout_ms) o->timeout_ms = TIMEOUT_MS;
  if (!o->response_max) o->response_max = RESPONSE_MAX;
  if (!o->user_agent) o->user_agent = "auspex";
  client->head.ceiling = HEAD_MAX;
  client->body.ceiling = o->response_max;
  return AX_OK;
}

static ax_status start(ax_net_client *client, ax_error *err) {
  client->started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!client->started)
    return ax_error_set(err, AX_IO, "the HTTP library cannot start");
  AX_TRY(keep_options(client, err));
  client->curl = curl_easy_init();
  return client->curl ? AX_OK : AX_NOMEM;
}

ax_status ax_net_client_new(const ax_net_client_options *options,
                            ax_net_client **out, ax_error *err) {
  ax_net_client *client = calloc(1, sizeof *client);
  if (!client) return AX_NOMEM;
  client->options = *options;
  client->arena = ax_arena_new(OPTIONS_MEMORY);
  ax_status status = client->arena ? start(client, err) : AX_NOMEM;
  if (status) {
    ax_net_client_free(client);
    return status;
  }
  *out = client;
  return AX_OK;
}

void ax_net_client_free(ax_net_client *client) {
  if (!client) return;
  curl_easy_cleanup(client->curl);
  if (client->started) curl_global_cleanup();
  ax_buf_free(&client->head);
  ax_buf_free(&client->body);
  ax_arena_free(client->arena);
  free(client);
}

/* --- what curl calls ------------------------------------------------------ */

static size_t take(ax_buf *into, const char *bytes, size_t count) {
  ax_buf_append(into, (ax_str){ bytes, count });
  return into->status ? 0 : count;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *ctx) {
  ax_net_client *client = ctx;
  return take(&client->body, bytes, size * count);
}

/* An interim answer (100 Continue) begins like the final one: the last counts.
 */
static size_t take_head(char *bytes, size_t size, size_t count, void *ctx) {
  ax_net_client *client = ctx;
  ax_str line = { bytes, size * count };
  if (ax_str_starts(line, AX_STR("HTTP/"))) ax_buf_clear(&client->head);
  return take(&client->head, bytes, size * count);
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c,
                       curl_off_t d) {
  ax_net_client *client = ctx;
  (void)a, (void)b, (void)c, (void)d;
  return client->options.stop(client->options.ctx) ? 1 : 0;
}

/* --- a request ------------------------------------------------------------ */

static bool is_one_line(ax_str s) {
  for (size_t i = 0; i < s.len; i++)
    if (s.ptr[i] == '\r' || s.ptr[i] == '\n' || s.ptr[i] == '\0') return false;
  return true;
}

static ax_status add_line(parts *p, const char *line) {
  struct curl_slist *grown = line ? curl_slist_append(p->headers, line) : NULL;
  if (!grown) return AX_NOMEM;
  p->headers = grown;
  return AX_OK;
}

static ax_status add_header(ax_arena *arena, parts *p, ax_net_header header,
                            ax_error *err) {
  if (!header.name.len || memchr(header.name.ptr, ':', header.name.len) ||
      !is_one_line(header.name) || !is_one_line(header.value))
    return ax_error_set(err, AX_INVALID,
                        "a header to be sent has a line break or a colon where "
                        "none may be");
  /* curl takes "Name:" as a wish to leave it out; "Name;" sends it empty. */
  ax_str line =
      header.value.len
          ? ax_arena_printf(arena, AX_STR_FMT ": " AX_STR_FMT,
                            AX_STR_ARG(header.name), AX_STR_ARG(header.value))
          : ax_arena_printf(arena, AX_STR_FMT ";", AX_STR_ARG(header.name));
  return add_line(p, line.ptr);
}

static bool has_header(const ax_net_request *request, ax_str name) {
  for (size_t i = 0; i < request->header_count; i++)
    if (ax_str_eq_nocase(request->headers[i].name, name)) return true;
  return false;
}

static ax_status add_headers(ax_arena *arena, const ax_net_request *request,
                             parts *p, ax_error *err) {
  for (size_t i = 0; i < request->header_count; i++)
    AX_TRY(add_header(arena, p, request->headers[i], err));
  if (request->bearer.len) {
    ax_str value = AX_JOIN(arena, AX_STR("Bearer "), request->bearer);
    if (!value.ptr) return AX_NOMEM;
    ax_net_header bearer = { AX_STR("Authorization"), value };
    AX_TRY(add_header(arena, p, bearer, err));
  }
  /* What curl would add on its own. */
  if (!has_header(request, AX_STR("Content-Type")))
    AX_TRY(add_line(p, "Content-Type:"));
  if (request->relayed && !has_header(request, AX_STR("Accept")))
    AX_TRY(add_line(p, "Accept:"));
  if (request->relayed && !has_header(request, AX_STR("User-Agent")))
    AX_TRY(add_line(p, "User-Agent:"));
  return add_line(p, "Expect:");
}

static const char *method_name(ax_net_method method) {
  switch (method) {
  case AX_NET_GET:
    return "GET";
  case AX_NET_HEAD:
    return "HEAD";
  case AX_NET_POST:
    return "POST";
  case AX_NET_PUT:
    return "PUT";
  case AX_NET_PATCH:
    return "PATCH";
  case AX_NET_DELETE:
    return "DELETE";
  case AX_NET_OPTIONS:
    return "OPTIONS";
  case AX_NET_OTHER:
    return NULL;
  }
  return "GET";
}

/* RFC 9110 5.6.2 */
static bool is_token(ax_str s) {
  static const char others[] = "!#$%&'*+-.^_`|~";
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                 (c >= 'A' && c <= 'Z');
    if (!plain && (c == '\0' || !strchr(others, c))) return false;
  }
  return s.len > 0;
}

static ax_status name_method(ax_arena *arena, const ax_net_request *request,
                             parts *p, ax_error *err) {
  p->method = method_name(request->method);
  if (p->method) return AX_OK;
  if (!is_token(request->method_name))
    return ax_error_set(err, AX_INVALID,
                        "a method to be sent is no token of HTTP");
  p->method = ax_arena_cstr(arena, request->method_name);
  return p->method ? AX_OK : AX_NOMEM;
}

static bool sends_body(const ax_net_request *request) {
  return request->body.len || request->method == AX_NET_POST ||
         request->method == AX_NET_PUT || request->method == AX_NET_PATCH;
}

static void set_method(CURL *curl, const ax_net_request *request,
                       const char *method) {
  if (sends_body(request)) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                     request->body.len ? request->body.ptr : "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)request->body.len);
  }
  if (request->method == AX_NET_HEAD)
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

static void set_safety(CURL *curl) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

/* These and nobody else: curl would trust the folder of the system's, too. The
 * file is read for each connection, so that a renewed one counts. */
static void set_authorities(CURL *curl, const char *file) {
  curl_easy_setopt(curl, CURLOPT_CAINFO, file);
  curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, 0L);
}

static void set_options(ax_net_client *client, const ax_net_request *request,
                        const parts *p) {
  const ax_net_client_options *o = &client->options;
  unsigned timeout = request->timeout_ms ? request->timeout_ms : o->timeout_ms;
  CURL *curl = client->curl;
  curl_easy_reset(curl); /* connections stay */
  set_safety(curl);
  curl_easy_setopt(curl, CURLOPT_CURLU, p->url);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, p->headers);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, o->user_agent);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->why);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   (long)o->connect_timeout_ms);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, client);
  if (o->ca_file) set_authorities(curl, o->ca_file);
  if (o->cert_file) curl_easy_setopt(curl, CURLOPT_SSLCERT, o->cert_file);
  if (o->key_file) curl_easy_setopt(curl, CURLOPT_SSLKEY, o->key_file);
  if (o->stop) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
  }
  set_method(curl, request, p->method);
}

static ax_status overflow(const ax_net_client *client, const origin *o,
                          ax_error *err) {
  if (client->body.status == AX_NOMEM || client->head.status == AX_NOMEM)
    return AX_NOMEM;
  bool head = client->head.status != AX_OK;
  return ax_error_set(err, AX_TOO_LARGE,
                      "the %s of %s://%.120s:%s %s larger than %zu bytes",
                      head ? "header fields of the answer" : "answer",
                      o->scheme, o->host, o->port, head ? "are" : "is",
                      head ? client->head.ceiling : client->body.ceiling);
}

/* What the other side says about our certificate (RFC 8446 6.2), in words for
 * who put it there. */
static const struct {
  const char *alert, *reason;
} alerts[] = {
  { "alert certificate required",
    "the server asks for a client certificate, and none is given" },
  { "alert unknown ca",
    "the server does not know the authority of our client certificate" },
  { "alert certificate expired",
    "the server says that our client certificate has expired" },
  { "alert certificate revoked",
    "the server says that our client certificate is revoked" },
  { "alert bad certificate", "the server refuses our client certificate" },
  { "alert unsupported certificate",
    "the server refuses our client certificate" },
  { "alert certificate unknown", "the server refuses our client certificate" },
};

static const char *reason(const ax_net_client *client, CURLcode code) {
  if (code == CURLE_ABORTED_BY_CALLBACK) return "the program is stopping";
  for (size_t i = 0; i < AX_COUNT(alerts); i++)
    if (strstr(client->why, alerts[i].alert)) return alerts[i].reason;
  return client->why[0] ? client->why : curl_easy_strerror(code);
}

static ax_status translate(const ax_net_client *client, CURLcode code,
                           const origin *o, ax_error *err) {
  ax_status status = AX_UNAVAILABLE;
  switch ((int)code) {
  case CURLE_OK:
    return AX_OK;
  case CURLE_OUT_OF_MEMORY:
    return AX_NOMEM;
  case CURLE_WRITE_ERROR:
    return overflow(client, o, err);
  case CURLE_OPERATION_TIMEDOUT:
    status = AX_TIMEOUT;
    break;
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CACERT_BADFILE:
    status = AX_IO;
    break;
  default:
    break;
  }
  return ax_error_set(err, status, "%s://%.80s:%s could not be asked: %.110s",
                      o->scheme, o->host, o->port, reason(client, code));
}

/* --- the answer ----------------------------------------------------------- */

static ax_status read_head(ax_arena *arena, ax_str head, ax_net_response *out) {
  AX_VEC(ax_net_header) list = { 0 };
  (void)ax_str_cut(&head, '\n'); /* the status line */
  while (head.len) {
    ax_str line = ax_str_cut(&head, '\n');
    size_t colon = ax_str_find(line, AX_STR(":"));
    if (colon == AX_STR_NONE) continue;
    ax_net_header *slot = AX_VEC_PUSH(&list, arena);
    if (!slot) return AX_NOMEM;
    slot->name = ax_str_trim((ax_str){ line.ptr, colon });
    slot->value = ax_str_trim(ax_str_skip(line, colon + 1));
  }
  out->headers = list.items;
  out->header_count = list.count;
  return AX_OK;
}

static ax_status read_answer(ax_net_client *client, ax_arena *arena,
                             ax_net_response *out) {
  long status = 0;
  curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
  out->status = (int)status;
  out->body = ax_arena_str(arena, ax_buf_view(&client->body));
  ax_str head = ax_arena_str(arena, ax_buf_view(&client->head));
  if (!out->body.ptr || !head.ptr) return AX_NOMEM;
  return read_head(arena, head, out);
}

static ax_status perform(ax_net_client *client, const ax_net_request *request,
                         ax_arena *arena, parts *p, ax_error *err) {
  p->url = curl_url();
  if (!p->url) return AX_NOMEM;
  unsigned flags = request->relayed ? CURLU_PATH_AS_IS : 0;
  AX_TRY(parse_url(arena, request->url, flags, p->url, &p->origin, err));
  AX_TRY(check_origin(client, &p->origin, err));
  AX_TRY(add_headers(arena, request, p, err));
  AX_TRY(name_method(arena, request, p, err));
  ax_buf_clear(&client->head);
  ax_buf_clear(&client->body);
  client->why[0] = '\0';
  set_options(client, request, p);
  return translate(client, curl_easy_perform(client->curl), &p->origin, err);
}

ax_status ax_net_client_send(ax_net_client *client,
                             const ax_net_request *request, ax_arena *arena,
                             ax_net_response *out, ax_error *err) {
  parts p = { 0 };
  *out = (ax_net_response){ .body = AX_STR("") };
  ax_status status = perform(client, request, arena, &p, err);
  if (!status) status = read_answer(client, arena, out);
  curl_easy_reset(client->curl); /* it must not keep what is freed now */
  curl_slist_free_all(p.headers);
  origin_clear(&p.origin);
  curl_url_cleanup(p.url);
  return status;
}

ax_str ax_net_client_header(const ax_net_response *response, ax_str name) {
  for (size_t i = 0; i < response->header_count; i++)
    if (ax_str_eq_nocase(response->headers[i].name, name))
      return response->headers[i].value;
  return AX_STR("");
}

/* --- text for URLs -------------------------------------------------------- */

static bool unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
}

ax_str ax_net_client_escape(ax_arena *arena, ax_str text) {
  static const char hex[] = "0123456789ABCDEF";
  char *out = AX_TAKE_ARRAY(arena, char, 3 * text.len + 1);
  size_t n = 0;
  if (!out) return (ax_str){ NULL, 0 };
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (unreserved(text.ptr[i])) {
      out[n++] = text.ptr[i];
      continue;
    }
    out[n++] = '%';
    out[n++] = hex[c >> 4];
    out[n++] = hex[c & 15];
  }
  out[n] = '\0';
  return (ax_str){ out, n };
}
