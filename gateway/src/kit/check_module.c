/* The module as a whole: golden rows, data files that are damaged. */
#include "kit/check_parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "scoring/golden.h"

/* --- golden rows -------------------------------------------------------------
 */

static ax_status ask(void *ctx, ax_arena *arena, const ax_model *model,
                     const ax_feature_row *row, ax_results *out,
                     ax_error *err) {
  return ax_trial_score(ctx, arena, model, &row, 1, out, err);
}

void ax_check_module_golden(ax_trial *t, ax_findings *out) {
  static const char place[] = AX_GOLDEN_FILE;
  ax_str text;
  ax_golden golden;
  ax_error err = { 0 };
  ax_arena *arena = ax_arena_new(AX_CHECK_PARTS_SCRATCH);
  const ax_model **models =
      arena ? AX_NEW_ARRAY(arena, const ax_model *, t->count + 1) : NULL;
  if (!models) {
    out->nomem = true;
    ax_arena_free(arena);
    return;
  }
  for (size_t i = 0; i < t->count; i++) models[i] = &t->models[i];
  ax_str path = ax_arena_printf(arena, "%s/%s", t->folder, place);
  ax_status status =
      path.ptr ? ax_file_read(arena, path.ptr, AX_GOLDEN_MAX, &text, &err)
               : AX_NOMEM;
  bool there = !status;
  if (!status) status = ax_golden_read(arena, text, &golden, &err);
  if (!status)
    status = ax_golden_check(arena, &golden, models, t->count, ask, t, &err);
  /* That it is missing or malformed was said when the folder was looked at. */
  if (there && status)
    ax_finding_add(out, AX_FINDING_ERROR, "golden", ax_str_from(place), "%s",
                   err.text);
  ax_arena_free(arena);
}

/* --- damaged data
 * ---------------------------------------------------------------- */

typedef struct {
  ax_trial *trial;
  ax_findings *out;
  const char *data; /* all data files, one behind the other */
  size_t size;
} damage;

static const char overwritten[] = "overwritten in the middle";

/* True when create took it as if nothing were wrong. */
static bool judge(damage *d, const ax_frame_load *order, ax_str file,
                  const char *how) {
  ax_error err = { 0 };
  char place[200];
  (void)snprintf(place, sizeof place, "data/" AX_STR_FMT, AX_STR_ARG(file));
  bool same = false;
  ax_status status = ax_trial_create_with(d->trial, order, &same, &err);
  if (status == AX_INVALID || status == AX_NOMEM) return false;
  /* A module of several models goes on with those that are left. */
  if (status == AX_OK && !same) return false;
  if (status == AX_OK && strcmp(how, "missing") == 0)
    ax_finding_add(d->out, AX_FINDING_WARNING, "data", ax_str_from(place),
                   "nothing needs it; take it out, or have create refuse when "
                   "it is missing");
  else if (status == AX_OK && strcmp(how, overwritten) != 0)
    ax_finding_add(d->out, AX_FINDING_ERROR, "data", ax_str_from(place),
                   "create takes it when it is %s; refuse what is not exactly "
                   "right (AUSPEX_E_CONFIG with the place)",
                   how);
  else if (status != AX_OK)
    ax_finding_add(d->out, AX_FINDING_ERROR, "data", ax_str_from(place),
                   "create does not survive it when it is %s: %s", how,
                   err.text);
  return status == AX_OK;
}

/* Without the file, or with only the first `keep` bytes of it. */
static bool try_damage(damage *d, size_t file, bool gone, uint64_t keep,
                       const char *how) {
  ax_frame_load_file files[AX_FRAME_LOAD_FILES];
  ax_frame_load order = d->trial->files.order;
  size_t n = 0;
  for (size_t i = 0; i < order.file_count; i++) {
    if (i == file && gone) continue;
    files[n] = order.files[i];
    if (i == file) files[n].length = keep;
    n++;
  }
  ax_str name = order.files[file].name;
  order.files = files;
  order.file_count = n;
  return judge(d, &order, name, how);
}

/* The whole of its middle third becomes one letter. That may be a comment, so
 * only what it does not survive is a fault. */
static void try_noise(damage *d, size_t file) {
  const ax_frame_load_file *f = &d->trial->files.order.files[file];
  ax_frame_load order = d->trial->files.order;
  ax_error err = { 0 };
  ax_buf all = AX_BUF_INIT(AX_MODULE_FILES_MAX);
  ax_buf_append(&all, (ax_str){ d->data, d->size });
  if (all.status) return;
  memset(all.bytes + f->offset + f->length / 3, 'x', f->length / 3);
  if (ax_broker_seal("data", ax_buf_view(&all), &order.data, &err) == AX_OK) {
    (void)judge(d, &order, f->name, overwritten);
    close(order.data);
  }
  ax_buf_free(&all);
}

void ax_check_module_data(ax_trial *t, ax_findings *out) {
  const ax_frame_load *order = &t->files.order;
  damage d = { .trial = t, .out = out };
  for (size_t i = 0; i < order->file_count; i++)
    d.size += (size_t)order->files[i].length;
  if (!d.size) return;
  void *data = mmap(NULL, d.size, PROT_READ, MAP_PRIVATE, order->data, 0);
  if (data == MAP_FAILED) return;
  d.data = data;
  for (size_t i = 0; i < order->file_count && i < 16; i++) {
    if (try_damage(&d, i, true, 0, "missing")) continue;
    (void)try_damage(&d, i, false, 0, "empty");
    (void)try_damage(&d, i, false, order->files[i].length / 2, "cut in half");
    if (order->files[i].length >= 30) try_noise(&d, i);
  }
  (void)munmap(data, d.size);
}
