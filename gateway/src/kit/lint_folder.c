/* What lies beside a module: cards, golden rows, manifest. */
#include "base/file.h"
#include "base/sha256.h"
#include "kit/bundle.h"
#include "kit/lint.h"
#include "scoring/card.h"
#include "scoring/golden.h"

#include <stdio.h>
#include <string.h>

#define ERROR(place, rule, ...) \
  ax_finding_add(out, AX_FINDING_ERROR, (rule), (place), __VA_ARGS__)
#define WARNING(place, rule, ...) \
  ax_finding_add(out, AX_FINDING_WARNING, (rule), (place), __VA_ARGS__)

/* --- cards -------------------------------------------------------------------
 */

static void check_card_fits(ax_findings *out, ax_str place, const ax_card *card,
                            const ax_model *model) {
  if (!ax_str_eq(card->model, model->id))
    ERROR(place, "card",
          "it is the card of \"" AX_STR_FMT "\", but the model is \"" AX_STR_FMT
          "\"",
          AX_STR_ARG(card->model), AX_STR_ARG(model->id));
  if (!ax_str_eq(card->version, model->version))
    ERROR(place, "card",
          "it is the card of version " AX_STR_FMT
          ", but the model has version " AX_STR_FMT
          "; look through it again for this version",
          AX_STR_ARG(card->version), AX_STR_ARG(model->version));
}

static void check_card(ax_findings *out, const char *folder, ax_str file,
                       const ax_model *model) {
  ax_error err = { 0 };
  ax_str source;
  ax_card card;
  ax_card_faults faults = { 0 };
  ax_str place =
      ax_arena_printf(out->arena, "cards/" AX_STR_FMT, AX_STR_ARG(file));
  ax_str path = ax_arena_printf(out->arena, "%s/cards/" AX_STR_FMT, folder,
                                AX_STR_ARG(file));
  if (!place.ptr || !path.ptr) {
    out->nomem = true;
    return;
  }
  ax_status status =
      ax_file_read(out->arena, path.ptr, AX_CARD_BYTES, &source, &err);
  if (status == AX_NOT_FOUND) {
    ERROR(place, "card",
          "the model has no card; plugins/sdk/card.md says what "
          "belongs into it");
    return;
  }
  if (status) {
    ERROR(place, "card", "%s", err.text);
    return;
  }
  if (ax_card_read(out->arena, source, &card, &faults) == AX_NOMEM)
    out->nomem = true;
  for (size_t i = 0; i < faults.count; i++) {
    ax_str at = ax_arena_printf(out->arena, AX_STR_FMT ":%u:%u",
                                AX_STR_ARG(place), faults.items[i].place.line,
                                faults.items[i].place.column);
    ERROR(at.ptr ? at : place, "card", AX_STR_FMT,
          AX_STR_ARG(faults.items[i].text));
  }
  if (model && !faults.count) check_card_fits(out, place, &card, model);
}

static void check_cards(ax_findings *out, const char *folder,
                        const ax_model *models, size_t count) {
  for (size_t i = 0; i < count; i++) {
    ax_str file = ax_arena_printf(out->arena, AX_STR_FMT ".json",
                                  AX_STR_ARG(models[i].name));
    if (!file.ptr)
      out->nomem = true;
    else
      check_card(out, folder, file, &models[i]);
  }
  if (count) return;
  /* The models come with the data: `check` asks them for their names. */
  ax_error err = { 0 };
  const char *const *names = NULL;
  size_t files = 0;
  ax_str path = ax_arena_printf(out->arena, "%s/cards", folder);
  if (!path.ptr || !ax_file_is_dir(path.ptr) ||
      ax_file_list(out->arena, path.ptr, &names, &files, &err) || !files) {
    ERROR(AX_STR("cards"), "card",
          "there is no model card; plugins/sdk/card.md "
          "says what belongs into one");
    return;
  }
  for (size_t i = 0; i < files; i++)
    check_card(out, folder, ax_str_from(names[i]), NULL);
}

/* --- golden rows
 * ----------------------------------------------------------------
 */

static bool has_row(const ax_golden *golden, const ax_model *model) {
  for (size_t i = 0; i < golden->count; i++)
    if (ax_str_eq(golden->rows[i].model, model->id)) return true;
  return false;
}

static void check_golden(ax_findings *out, const char *folder,
                         const ax_model *models, size_t count) {
  static const char place[] = AX_GOLDEN_FILE;
  ax_error err = { 0 };
  ax_str text, path = ax_arena_printf(out->arena, "%s/%s", folder, place);
  ax_golden golden;
  ax_status status =
      path.ptr ? ax_file_read(out->arena, path.ptr, AX_GOLDEN_MAX, &text, &err)
               : AX_NOMEM;
  if (status == AX_NOT_FOUND) {
    WARNING(ax_str_from(place), "golden",
            "there are no golden rows, so a gateway takes it into service "
            "without asking whether its answers are still the same; `auspex "
            "plugin golden FOLDER` writes them");
    return;
  }
  if (!status) status = ax_golden_read(out->arena, text, &golden, &err);
  if (status) {
    ERROR(ax_str_from(place), "golden", "%s", err.text);
    return;
  }
  for (size_t i = 0; i < count; i++)
    if (!has_row(&golden, &models[i]))
      ERROR(ax_str_from(place), "golden",
            "model " AX_STR_FMT " has no row; "
            "`auspex plugin golden FOLDER` writes "
            "them anew",
            AX_STR_ARG(models[i].name));
}

/* --- manifest
 * ---------------------------------------------------------------------
 */

static void check_line(ax_findings *out, const char *folder, ax_str line) {
  static const char place[] = AX_BUNDLE_MANIFEST;
  ax_str bytes, wanted = { line.ptr, AX_SHA256_HEX };
  char digest[AX_SHA256_HEX + 1];
  ax_error err = { 0 };
  ax_str name = ax_str_skip(line, AX_SHA256_HEX + 2);
  ax_str path =
      ax_arena_printf(out->arena, "%s/" AX_STR_FMT, folder, AX_STR_ARG(name));
  if (!name.len || ax_str_find(name, AX_STR("..")) != AX_STR_NONE) {
    ERROR(ax_str_from(place), "manifest",
          "the line \"" AX_STR_FMT "\" is not one of sha256sum; `auspex plugin "
          "pack` or `sign` writes it anew",
          AX_STR_ARG(line));
    return;
  }
  if (!path.ptr ||
      ax_file_read(out->arena, path.ptr, AX_LINT_FILE_MOST, &bytes, &err)) {
    ERROR(ax_str_from(place), "manifest",
          "it lists " AX_STR_FMT ", which cannot be read; pack it again",
          AX_STR_ARG(name));
    return;
  }
  ax_sha256_hex(bytes, digest);
  if (!ax_str_eq(wanted, ax_str_from(digest)))
    ERROR(ax_str_from(place), "manifest",
          AX_STR_FMT " is not the file it lists (another SHA-256); pack and "
                     "sign it again",
          AX_STR_ARG(name));
}

/* `pack` and `sign` write it; a folder under work has none. What it does not
 * list would be refused by a gateway, so it must be what they would write now.
 */
static void check_manifest(ax_findings *out, const char *folder) {
  ax_error err = { 0 };
  ax_buf now = AX_BUF_INIT(1 << 20);
  ax_str text,
      path = ax_arena_printf(out->arena, "%s/" AX_BUNDLE_MANIFEST, folder);
  if (!path.ptr || !ax_file_exists(path.ptr)) return;
  if (ax_file_read(out->arena, path.ptr, 1 << 20, &text, &err)) {
    ERROR(AX_STR(AX_BUNDLE_MANIFEST), "manifest", "%s", err.text);
    return;
  }
  size_t before = out->errors;
  if (!ax_bundle_manifest(out->arena, folder, &now, &err) &&
      !ax_str_eq(text, ax_buf_view(&now))) {
    ax_str rest = text;
    while (rest.len) check_line(out, folder, ax_str_cut(&rest, '\n'));
    if (out->errors == before)
      ERROR(AX_STR(AX_BUNDLE_MANIFEST), "manifest",
            "it does not list all files of the module; pack and sign it again");
  }
  ax_buf_free(&now);
}

void ax_lint_folder(ax_findings *out, const char *folder,
                    const ax_model *models, size_t count) {
  check_cards(out, folder, models, count);
  check_golden(out, folder, models, count);
  check_manifest(out, folder);
}
