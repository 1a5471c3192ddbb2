/* Which local codes and units of senders had no translation, for operators. */
#include "api/api.h"
#include "json/json_write.h"

void ax_api_unmapped(ax_api_call *call) {
  if (!call->api->translate) {
    ax_api_error_refuse(call, 404, AX_ISSUE_NOT_FOUND,
                        "no translations are configured");
    return;
  }
  ax_buf *buf = ax_api_answer_begin(call);
  if (!buf) return;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_intake_translate_report(call->api->translate, &w);
  if (ax_json_write_end(&w) != AX_OK) {
    ax_api_error(call, AX_NOMEM, NULL);
    return;
  }
  ax_api_answer_json(call, 200, ax_buf_view(buf));
  call->rs->content_type = AX_STR("application/json");
}
