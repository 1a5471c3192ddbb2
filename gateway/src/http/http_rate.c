#include "http/http_rate.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"

enum { PLACES = 4096, NEIGHBOURS = 8 };

typedef struct {
  uint64_t hash; /* 0: empty */
  int64_t level; /* in nanoseconds of filling: a token is `each` of them */
  int64_t at_ns;
} bucket;

struct ax_http_rate {
  pthread_mutex_t mutex;
  int64_t each; /* nanoseconds a token takes */
  int64_t full;
  bucket places[PLACES];
};

ax_http_rate *ax_http_rate_new(uint64_t per_second, uint64_t burst) {
  ax_http_rate *rate = calloc(1, sizeof *rate);
  if (!rate) return NULL;
  const uint64_t second = 1000000000, burst_max = 1000000;
  if (per_second < 1) per_second = 1;
  if (per_second > second) per_second = second;
  if (burst < 1) burst = 1;
  if (burst > burst_max) burst = burst_max;
  rate->each = (int64_t)(second / per_second);
  rate->full = rate->each * (int64_t)burst;
  pthread_mutex_init(&rate->mutex, NULL);
  return rate;
}

void ax_http_rate_free(ax_http_rate *rate) {
  if (!rate) return;
  pthread_mutex_destroy(&rate->mutex);
  free(rate);
}

/* The sender's place, or the one among its neighbours that was longest unused,
 * made new. */
static bucket *place_of(ax_http_rate *rate, uint64_t hash, int64_t now_ns) {
  bucket *oldest = NULL;
  for (uint64_t i = 0; i < NEIGHBOURS; i++) {
    bucket *b = &rate->places[(hash + i) % PLACES];
    if (b->hash == hash) return b;
    if (!oldest || (oldest->hash && (!b->hash || b->at_ns < oldest->at_ns)))
      oldest = b;
  }
  *oldest = (bucket){ .hash = hash, .level = rate->full, .at_ns = now_ns };
  return oldest;
}

int64_t ax_http_rate_take(ax_http_rate *rate, ax_str sender, int64_t now_ns) {
  uint64_t hash = ax_map_hash(sender) | 1;
  int64_t wait = 0;
  pthread_mutex_lock(&rate->mutex);
  bucket *b = place_of(rate, hash, now_ns);
  int64_t passed = now_ns - b->at_ns;
  if (passed > 0) {
    b->level = passed > rate->full - b->level ? rate->full : b->level + passed;
    b->at_ns = now_ns;
  }
  if (b->level >= rate->each)
    b->level -= rate->each;
  else
    wait = (rate->each - b->level + 999999) / 1000000;
  pthread_mutex_unlock(&rate->mutex);
  return wait;
}
