#include "proxy/proxy_queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "proxy/proxy_message.h"
#include "base/clock.h"
#include "json/json_parse.h"

/* Beside the bytes of an exchange: its trees, which take several times as
 * much. */
enum { TREES = 16, PLACE_MEMORY = 64 * 1024 };

struct ax_proxy_place {
  ax_proxy_place *next;
  bool counted, ended;
  size_t missing; /* not 0: a gap, and this many did not fit */
  size_t bytes;
  ax_arena *arena;
  ax_result_exchange *exchange;
};

struct ax_proxy_queue {
  pthread_mutex_t mutex;
  pthread_cond_t ended; /* something did, or the queue was closed */
  ax_proxy_place *first, *last;
  size_t count, bytes, count_max, bytes_max;
  bool closed;
};

ax_proxy_queue *ax_proxy_queue_new(size_t count_max, size_t bytes_max) {
  ax_proxy_queue *queue = calloc(1, sizeof *queue);
  if (!queue) return NULL;
  queue->count_max = count_max;
  queue->bytes_max = bytes_max;
  (void)pthread_mutex_init(&queue->mutex, NULL);
  (void)ax_clock_condition(&queue->ended);
  return queue;
}

static void free_place(ax_proxy_place *place) {
  ax_arena_free(place->arena);
  free(place);
}

void ax_proxy_queue_free(ax_proxy_queue *queue) {
  if (!queue) return;
  for (ax_proxy_place *place = queue->first; place;) {
    ax_proxy_place *next = place->next;
    free_place(place);
    place = next;
  }
  (void)pthread_cond_destroy(&queue->ended);
  (void)pthread_mutex_destroy(&queue->mutex);
  free(queue);
}

static void append(ax_proxy_queue *queue, ax_proxy_place *place) {
  if (queue->last)
    queue->last->next = place;
  else
    queue->first = place;
  queue->last = place;
}

/* One more that does not fit; under the mutex. */
static void count_missing(ax_proxy_queue *queue) {
  if (queue->last && queue->last->missing) {
    queue->last->missing++;
    return;
  }
  ax_proxy_place *gap = calloc(1, sizeof *gap);
  if (!gap) return; /* the process is about to end */
  gap->ended = true;
  gap->missing = 1;
  append(queue, gap);
}

ax_proxy_place *ax_proxy_queue_begin(ax_proxy_queue *queue) {
  ax_proxy_place *place = NULL;
  (void)pthread_mutex_lock(&queue->mutex);
  bool fits =
      queue->count < queue->count_max && queue->bytes < queue->bytes_max;
  if (!queue->closed && fits) place = calloc(1, sizeof *place);
  if (place) {
    queue->count++;
    place->counted = true;
    append(queue, place);
  } else if (!queue->closed) {
    count_missing(queue);
    (void)pthread_cond_broadcast(&queue->ended);
  }
  (void)pthread_mutex_unlock(&queue->mutex);
  return place;
}

static ax_status copy_text(ax_arena *arena, ax_str *text) {
  *text = ax_arena_str(arena, *text);
  return text->ptr ? AX_OK : AX_NOMEM;
}

static ax_status copy_headers(ax_arena *arena, const ax_result_header *items,
                              size_t count, ax_proxy_fields *out) {
  ax_proxy_fields from = { 0 };
  from.count = count;
  /* Only read. */
  from.items = AX_NEW_ARRAY(arena, ax_result_header, count ? count : 1);
  if (!from.items) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) from.items[i] = items[i];
  return ax_proxy_message_copy(arena, &from, out);
}

static ax_status parse(ax_arena *arena, ax_str body, const ax_json **out) {
  ax_json_fault fault;
  *out = NULL;
  if (body.len == 0) return AX_OK;
  ax_status status = ax_json_parse(arena, body, out, &fault);
  if (status == AX_NOMEM) return status;
  if (status) *out = NULL; /* not JSON, or not readable as such */
  return AX_OK;
}

ax_status ax_proxy_queue_copy(ax_arena *arena, const ax_result_exchange *from,
                              ax_result_exchange *to) {
  ax_proxy_fields sent, got;
  *to = *from;
  AX_TRY(copy_text(arena, &to->method));
  AX_TRY(copy_text(arena, &to->url));
  AX_TRY(copy_text(arena, &to->request_body));
  AX_TRY(copy_text(arena, &to->response_body));
  AX_TRY(copy_text(arena, &to->failure));
  AX_TRY(copy_headers(arena, from->request_headers.items,
                      from->request_headers.count, &sent));
  AX_TRY(copy_headers(arena, from->response_headers.items,
                      from->response_headers.count, &got));
  to->request_headers.items = sent.items;
  to->request_headers.count = to->request_headers.capacity = sent.count;
  to->response_headers.items = got.items;
  to->response_headers.count = to->response_headers.capacity = got.count;
  AX_TRY(parse(arena, to->request_body, &to->request_json));
  return parse(arena, to->response_body, &to->response_json);
}

static size_t bytes_of(const ax_result_exchange *e) {
  size_t bytes = e->url.len + e->request_body.len + e->response_body.len;
  for (size_t i = 0; i < e->request_headers.count; i++)
    bytes += e->request_headers.items[i].name.len +
             e->request_headers.items[i].value.len;
  for (size_t i = 0; i < e->response_headers.count; i++)
    bytes += e->response_headers.items[i].name.len +
             e->response_headers.items[i].value.len;
  return bytes;
}

/* Fills a place outside of the lock; false when there is no memory. */
static bool fill(ax_proxy_place *place, const ax_result_exchange *exchange) {
  place->bytes = bytes_of(exchange);
  place->arena = ax_arena_new(place->bytes * TREES + PLACE_MEMORY);
  if (!place->arena) return false;
  place->exchange = AX_NEW(place->arena, ax_result_exchange);
  return place->exchange &&
         ax_proxy_queue_copy(place->arena, exchange, place->exchange) == AX_OK;
}

void ax_proxy_queue_end(ax_proxy_queue *queue, ax_proxy_place *place,
                        const ax_result_exchange *exchange) {
  if (!place) return;
  bool filled = fill(place, exchange);
  (void)pthread_mutex_lock(&queue->mutex);
  if (!filled || queue->bytes + place->bytes > queue->bytes_max) {
    ax_arena_free(place->arena);
    place->arena = NULL;
    place->exchange = NULL;
    place->bytes = 0;
    place->missing = 1;
  }
  queue->bytes += place->bytes;
  place->ended = true;
  (void)pthread_cond_broadcast(&queue->ended);
  (void)pthread_mutex_unlock(&queue->mutex);
}

/* The first place, taken out, when it has ended; under the mutex. */
static ax_proxy_place *take(ax_proxy_queue *queue, unsigned wait_ms) {
  struct timespec until = ax_clock_after(wait_ms);
  while (!queue->first || !queue->first->ended) {
    if (queue->closed && !queue->first) return NULL;
    if (pthread_cond_timedwait(&queue->ended, &queue->mutex, &until) != 0)
      break;
  }
  ax_proxy_place *place = queue->first;
  if (!place || !place->ended) return NULL;
  queue->first = place->next;
  if (!queue->first) queue->last = NULL;
  if (place->counted) queue->count--;
  queue->bytes -= place->bytes;
  return place;
}

static void free_arena(void *arena) {
  ax_arena_free(arena);
}

static ax_status hand_out(ax_proxy_place *place, ax_arena *arena,
                          ax_result_exchange **out, ax_error *err) {
  if (place->missing)
    return ax_error_set(err, AX_TOO_LARGE,
                        "%zu exchange(s) of the client are missing here: they "
                        "came faster than the script took them, or were too "
                        "large to be kept",
                        place->missing);
  if (ax_arena_defer(arena, free_arena, place->arena) != 0) return AX_NOMEM;
  place->arena = NULL;
  *out = place->exchange;
  return AX_OK;
}

ax_status ax_proxy_queue_next(ax_proxy_queue *queue, unsigned wait_ms,
                              ax_arena *arena, ax_result_exchange **out,
                              ax_error *err) {
  *out = NULL;
  (void)pthread_mutex_lock(&queue->mutex);
  ax_proxy_place *place = take(queue, wait_ms);
  bool closed = queue->closed, begun = queue->first != NULL;
  (void)pthread_mutex_unlock(&queue->mutex);
  if (!place && closed && !begun)
    return ax_error_set(err, AX_UNAVAILABLE,
                        "nothing more comes from the client under test");
  if (!place)
    return ax_error_set(err, AX_TIMEOUT,
                        begun ? "a request of the client under test was not "
                                "answered within %u ms"
                              : "no request of the client under test came "
                                "within %u ms",
                        wait_ms);
  ax_status status = hand_out(place, arena, out, err);
  free_place(place);
  return status;
}

void ax_proxy_queue_close(ax_proxy_queue *queue) {
  (void)pthread_mutex_lock(&queue->mutex);
  queue->closed = true;
  (void)pthread_cond_broadcast(&queue->ended);
  (void)pthread_mutex_unlock(&queue->mutex);
}
