#include "api/api.h"
#include "json/json_write.h"

enum { BUSY_PERCENT = 80 };

static void answer(ax_api_call *call, int status, ax_str state, ax_str why) {
  ax_buf *buf = ax_api_answer_begin(call);
  if (!buf) return;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("status"), state);
  ax_json_write_member(&w, AX_STR("reason"), why);
  ax_json_write_close(&w);
  if (ax_json_write_end(&w) != AX_OK) return;
  ax_api_answer_json(call, status, ax_buf_view(buf));
  call->rs->content_type = AX_STR("application/json");
}

void ax_api_health_live(ax_api_call *call) {
  answer(call, 200, AX_STR("ok"), AX_STR(""));
}

void ax_api_health_ready(ax_api_call *call) {
  ax_buf *why = ax_api_answer_begin(call);
  if (!why) return;
  /* Turned away while there is still room for what is under way. */
  if (call->rq->load >= BUSY_PERCENT) {
    ax_http_set_header(call->rs, AX_STR("Retry-After"), AX_STR("1"));
    answer(call, 503, AX_STR("not ready"),
           AX_STR("nearly as many requests are being handled as may be"));
    return;
  }
  bool ready = !call->api->ready || call->api->ready(call->api->ready_ctx, why);
  if (ready) {
    answer(call, 200, AX_STR("ready"), AX_STR(""));
    return;
  }
  ax_http_set_header(call->rs, AX_STR("Retry-After"), AX_STR("1"));
  answer(call, 503, AX_STR("not ready"), ax_buf_view(why));
}
