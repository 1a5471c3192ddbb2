/*
 * plugin_load.h - one module in this process: check the file, load it, make an
 * instance. The only place that calls dlopen.
 *
 * The module comes as a sealed memory file, so what was hashed is what is
 * loaded; its data files come in another, one after the other. Nothing is ever
 * unloaded: the process ends instead.
 *
 * Threads: the worker has one.
 */
#ifndef AX_WORKER_PLUGIN_LOAD_H
#define AX_WORKER_PLUGIN_LOAD_H

#include <auspex_plugin.h>

#include "base/arena.h"
#include "base/error.h"

enum { AX_PLUGIN_LOAD_BLOBS = 256 };

typedef struct {
  ax_str name; /* "endpac.json" */
  uint64_t offset, length;
} ax_plugin_load_blob;

typedef struct {
  int module; /* sealed memory file: the shared object */
  int data;   /* sealed memory file: its data files; -1: none */
  const ax_plugin_load_blob *blobs;
  size_t blob_count;
  const int *libraries; /* sealed memory files, loaded before the module */
  size_t library_count;
} ax_plugin_load_files;

typedef struct {
  auspex_module module;
  auspex_instance *instance;
} ax_plugin_load;

/*
 * Judges a file by its ELF note "AUSPEX" without loading it: INVALID when it is
 * not a shared object for this machine, has no note (not a plug-in), or was
 * built for another ABI.
 */
ax_status ax_plugin_load_judge(ax_str file, ax_error *err) AX_MUST_USE;

/* Checks, loads, opens and creates. Texts and blobs live in `arena`, which must
 * outlive the process's use of the plug-in. */
ax_status ax_plugin_load_open(ax_arena *arena,
                              const ax_plugin_load_files *files,
                              const auspex_host *host, ax_plugin_load *out,
                              ax_error *err) AX_MUST_USE;

#endif
