#include "scoring/breaker.h"

const char *ax_breaker_name(ax_breaker_state state) {
  switch (state) {
  case AX_BREAKER_OPEN:
    return "open";
  case AX_BREAKER_HALF_OPEN:
    return "half-open";
  case AX_BREAKER_CLOSED:
    break;
  }
  return "closed";
}

bool ax_breaker_lets(ax_breaker *b, int64_t now_ns) {
  if (b->state == AX_BREAKER_OPEN && now_ns >= b->until_ns)
    b->state = AX_BREAKER_HALF_OPEN;
  return b->state != AX_BREAKER_OPEN;
}

static void open_it(ax_breaker *b, int64_t now_ns) {
  int64_t ms = AX_BREAKER_OPEN_MAX_MS;
  if (b->openings < 7) ms = (int64_t)AX_BREAKER_OPEN_MS << b->openings;
  if (ms > AX_BREAKER_OPEN_MAX_MS) ms = AX_BREAKER_OPEN_MAX_MS;
  b->state = AX_BREAKER_OPEN;
  b->openings++;
  b->opened++;
  b->until_ns = now_ns + ms * 1000000;
}

void ax_breaker_strike(ax_breaker *b, bool hopeless, int64_t now_ns) {
  b->strikes++;
  if (hopeless || b->strikes >= AX_BREAKER_PATIENCE ||
      b->state == AX_BREAKER_HALF_OPEN)
    open_it(b, now_ns);
}

void ax_breaker_success(ax_breaker *b) {
  b->state = AX_BREAKER_CLOSED;
  b->strikes = 0;
  b->openings = 0;
}
