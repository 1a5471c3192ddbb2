#include "run/wait.h"

#include "base/clock.h"
#include "run/extension.h"

/* No script keeps a run longer than this. The first steps are short: most
 * targets are done before the interval that a script gives them is over. */
enum { WAIT_MAX_MS = 120 * 1000, STEP_FIRST_MS = 20 };

static uint64_t number_of(const ax_json *extension, ax_str name,
                          uint64_t standard) {
  uint64_t n = standard;
  ax_str text = ax_extension_text(extension, name);
  return ax_str_uint64(text, INT32_MAX, &n) ? n : standard;
}

ax_status ax_wait_send(ax_state *s, const ax_json *operation,
                       const ax_exchange_request *request,
                       ax_result_exchange **out, ax_error *err) {
  const ax_json *extension = ax_extension_find(operation, AX_STR("waitFor"));
  AX_TRY(ax_exchange_send(s, request, out, err));
  if (!extension) return AX_OK;
  uint64_t polling = number_of(extension, AX_STR("pollingStatusCode"), 202);
  uint64_t attempts = number_of(extension, AX_STR("maxAttempts"), 10);
  uint64_t interval = number_of(extension, AX_STR("intervalMs"), 1000);
  uint64_t most_ms = attempts * interval;
  if (most_ms > WAIT_MAX_MS) most_ms = WAIT_MAX_MS;
  int64_t until_ns = ax_clock_mono_ns() + (int64_t)most_ms * 1000000;
  uint64_t step = STEP_FIRST_MS;
  while ((uint64_t)(*out)->status == polling && ax_clock_mono_ns() < until_ns) {
    if (step > interval) step = interval;
    ax_clock_sleep_ms((int64_t)(step ? step : 1));
    step *= 2;
    AX_TRY(ax_exchange_send(s, request, out, err));
  }
  return AX_OK;
}
