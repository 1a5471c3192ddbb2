/*
 * The Bundles of a folder ($CORPORA/synthea, *.json or *.json.bz2), posted to a
 * real gateway in the order of their names by one sender and, to another
 * gateway, by four. Those whose names begin with "0-" come first and alone: the
 * others refer to what they bring. All must be accepted, each entry with its
 * answer, and what is stored is counted afterwards.
 */
#include <archive.h>
#include <archive_entry.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/file.h"
#include "bench_client.h"
#include "json/json_parse.h"

enum { BUNDLES_MAX = 1000, SENDERS = 4, TYPES_MAX = 200 };

typedef struct {
  ax_str body;
  size_t entries;
} bundle;

static bundle bundles[BUNDLES_MAX];
static size_t bundle_count, first_count; /* to send; to send first */
static ax_str types[TYPES_MAX];
static size_t type_count;

/* --- reading ----------------------------------------------------------------
 */

static ax_str unpack(ax_arena *arena, const char *path) {
  ax_buf text = AX_BUF_INIT((size_t)1 << 30);
  struct archive_entry *entry = NULL;
  struct archive *a = archive_read_new();
  if (!a) give_up("no memory");
  (void)archive_read_support_filter_all(a);
  (void)archive_read_support_format_raw(a);
  if (archive_read_open_filename(a, path, 65536) != ARCHIVE_OK ||
      archive_read_next_header(a, &entry) != ARCHIVE_OK)
    give_up(path);
  for (;;) {
    char *room = ax_buf_room(&text, 65536);
    ssize_t n = room ? archive_read_data(a, room, 65536) : -1;
    if (n < 0) give_up(path);
    if (n == 0) break;
    ax_buf_wrote(&text, (size_t)n);
  }
  (void)archive_read_free(a);
  ax_str copy = ax_arena_str(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return copy;
}

static void note_type(ax_arena *arena, ax_str type) {
  for (size_t i = 0; i < type_count; i++)
    if (ax_str_eq(types[i], type)) return;
  if (type_count == TYPES_MAX) give_up("too many types");
  types[type_count++] = ax_arena_str(arena, type);
}

static size_t look_into(ax_arena *arena, ax_str body) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_arena *own = ax_arena_new((size_t)1 << 30);
  if (!own || ax_json_parse(own, body, &doc, &fault)) give_up("not JSON");
  const ax_json *entries = AX_JSON_GET(doc, "entry");
  size_t count = ax_json_count(entries);
  for (size_t i = 0; i < count; i++)
    note_type(arena,
              AX_JSON_STR(AX_JSON_GET(ax_json_item(entries, i), "resource"),
                          "resourceType"));
  ax_arena_free(own);
  return count;
}

static bool ends(const char *name, const char *with) {
  size_t n = strlen(name), m = strlen(with);
  return n >= m && strcmp(name + n - m, with) == 0;
}

static void read_folder(ax_arena *arena, const char *folder) {
  const char *const *names = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  char path[4096];
  if (ax_file_list(arena, folder, &names, &count, &err)) give_up(err.text);
  for (size_t i = 0; i < count && bundle_count < BUNDLES_MAX; i++) {
    if (!ends(names[i], ".json") && !ends(names[i], ".json.bz2")) continue;
    (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    bundle *b = &bundles[bundle_count++];
    b->body = unpack(arena, path);
    b->entries = look_into(arena, b->body);
    first_count += strncmp(names[i], "0-", 2) == 0;
  }
}

/* --- sending ----------------------------------------------------------------
 */

typedef struct {
  const gateway *g;
  size_t handled, refused; /* entries */
} sender;

static atomic_size_t next_bundle;
static int64_t took_ns[BUNDLES_MAX];

static void send_one(sender *s, client *c, size_t i) {
  const bundle *b = &bundles[i];
  int64_t asked = ax_clock_mono_ns();
  int status = post(c, "", b->body.ptr, b->body.len);
  took_ns[i] = ax_clock_mono_ns() - asked;
  size_t answered = 0;
  for (const char *at = c->body; status == 200; answered++) {
    at = strstr(at, "\"status\":\"20");
    if (!at) break;
    at++;
  }
  if (status != 200) (void)fprintf(stderr, "%.600s\n", c->body);
  s->handled += answered < b->entries ? answered : b->entries;
  s->refused += b->entries - (answered < b->entries ? answered : b->entries);
}

static void *send_on(void *ctx) {
  sender *s = ctx;
  client c = client_of(s->g->port);
  for (;;) {
    size_t i = atomic_fetch_add(&next_bundle, 1);
    if (i >= bundle_count) break;
    send_one(s, &c, i);
  }
  client_leave(&c);
  return NULL;
}

/* How many resources of these types there are, by what searches say. */
static size_t count_stored(const gateway *g) {
  size_t total = 0;
  client c = client_of(g->port);
  for (size_t i = 0; i < type_count; i++) {
    char path[200];
    (void)snprintf(path, sizeof path,
                   "/" AX_STR_FMT "?_count=0&_total=accurate",
                   AX_STR_ARG(types[i]));
    const char *at = get(&c, path) == 200 ? strstr(c.body, "\"total\":") : NULL;
    if (!at) give_up("no total");
    total += strtoul(at + strlen("\"total\":"), NULL, 10);
  }
  client_leave(&c);
  return total;
}

static int measure(int count) {
  gateway g = start();
  sender senders[SENDERS] = { 0 };
  pthread_t threads[SENDERS];
  size_t handled = 0, refused = 0, before = count_stored(&g);
  double used = ticks(g.pid);
  int64_t begin = ax_clock_mono_ns();
  client c = client_of(g.port);
  senders[0].g = &g;
  for (size_t i = 0; i < first_count; i++) send_one(&senders[0], &c, i);
  client_leave(&c);
  atomic_store(&next_bundle, first_count);
  for (int i = 0; i < count; i++) {
    senders[i].g = &g;
    if (pthread_create(&threads[i], NULL, send_on, &senders[i]) != 0)
      give_up("no thread");
  }
  for (int i = 0; i < count; i++) {
    (void)pthread_join(threads[i], NULL);
    handled += senders[i].handled;
    refused += senders[i].refused;
  }
  double took = (double)(ax_clock_mono_ns() - begin) / 1e9;
  used = (ticks(g.pid) - used) / (double)sysconf(_SC_CLK_TCK);
  qsort(took_ns, bundle_count, sizeof *took_ns, by_size);
  (void)printf("bench: synthea senders=%d bundles=%zu entries=%zu refused=%zu "
               "stored=%zu seconds=%.2f resources_per_second=%.0f cpu_s=%.2f "
               "bundle_p50_ms=%.0f bundle_most_ms=%.0f most_mb=%.0f\n",
               count, bundle_count, handled + refused, refused,
               count_stored(&g) - before, took, (double)handled / took, used,
               (double)took_ns[bundle_count / 2] / 1e6,
               (double)took_ns[bundle_count - 1] / 1e6, most_mb(g.pid));
  (void)fflush(stdout);
  stop(&g);
  return refused > 0;
}

int main(void) {
  char folder[1024];
  const char *corpora = getenv("CORPORA");
  if (!corpora) {
    (void)printf("bench: synthea left out: CORPORA names no folder\n");
    return 0;
  }
  ax_arena *arena = ax_arena_new((size_t)1 << 30);
  if (!arena) give_up("no memory");
  (void)snprintf(folder, sizeof folder, "%s/synthea", corpora);
  read_folder(arena, folder);
  if (bundle_count == 0) give_up("there are no Bundles");
  int failed = measure(1);
  failed |= measure(SENDERS);
  ax_arena_free(arena);
  return failed;
}
