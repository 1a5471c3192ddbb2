#include "intake/intake_mode.h"

static const char *const names[] = { "reject", "quarantine", "tag" };

static ax_status read_mode(ax_str name, ax_intake_mode *out, ax_error *err) {
  for (size_t i = 0; i < AX_COUNT(names); i++)
    if (ax_str_eq(name, ax_str_from(names[i]))) {
      *out = (ax_intake_mode)i;
      return AX_OK;
    }
  return ax_error_set(err, AX_INVALID,
                      "\"%.*s\" is no mode of validation: there are reject, "
                      "quarantine and tag",
                      (int)(name.len < 60 ? name.len : 60), name.ptr);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static ax_str trim(ax_str s) {
  while (s.len && is_blank(s.ptr[0])) s = ax_str_skip(s, 1);
  while (s.len && is_blank(s.ptr[s.len - 1])) s.len--;
  return s;
}

/* Addresses (IPv6) have colons but no '='. */
static ax_status read_row(ax_str text, ax_intake_modes *modes,
                          ax_intake_mode_row *row, ax_error *err) {
  ax_str rest = text;
  bool pair = ax_str_find(text, AX_STR("=")) != AX_STR_NONE;
  row->sender = trim(ax_str_cut(&rest, '='));
  if (!row->sender.len || !pair)
    return ax_error_set(err, AX_INVALID,
                        "sender_validation is SENDER=MODE with semicolons "
                        "between, not \"%.*s\"",
                        (int)(text.len < 60 ? text.len : 60), text.ptr);
  for (size_t i = 0; i < modes->count; i++)
    if (ax_str_eq(modes->rows[i].sender, row->sender))
      return ax_error_set(err, AX_INVALID,
                          "sender_validation names the sender \"%.*s\" twice",
                          (int)(row->sender.len < 60 ? row->sender.len : 60),
                          row->sender.ptr);
  return read_mode(trim(rest), &row->mode, err);
}

ax_status ax_intake_mode_read(ax_arena *arena, const char *standard,
                              const char *senders, ax_intake_modes *out,
                              ax_error *err) {
  ax_str list = ax_arena_str(arena, ax_str_from(senders ? senders : ""));
  *out = (ax_intake_modes){ .standard = AX_INTAKE_REJECT };
  if (!list.ptr) return AX_NOMEM;
  size_t room = 1;
  for (size_t i = 0; i < list.len; i++) room += list.ptr[i] == ';';
  ax_intake_mode_row *rows = AX_NEW_ARRAY(arena, ax_intake_mode_row, room);
  if (!rows) return AX_NOMEM;
  out->rows = rows;
  AX_TRY(read_mode(ax_str_from(standard ? standard : ""), &out->standard, err));
  while (list.len) {
    ax_str one = trim(ax_str_cut(&list, ';'));
    if (!one.len) continue;
    AX_TRY(read_row(one, out, &rows[out->count], err));
    out->count++;
  }
  return AX_OK;
}

ax_intake_mode ax_intake_mode_of(const ax_intake_modes *modes, ax_str sender) {
  for (size_t i = 0; modes && i < modes->count; i++)
    if (ax_str_eq(modes->rows[i].sender, sender)) return modes->rows[i].mode;
  return modes ? modes->standard : AX_INTAKE_REJECT;
}
