#include "run/state.h"

ax_status ax_state_note(ax_state *s, ax_str place, ax_str text) {
  for (size_t i = 0; i < s->out->notices.count; i++)
    if (ax_str_eq(s->out->notices.items[i].text, text)) return AX_OK;
  ax_script_notice *notice = AX_VEC_PUSH(&s->out->notices, s->arena);
  if (!notice) return AX_NOMEM;
  notice->place = place;
  notice->text = text;
  return AX_OK;
}
