/*
 * score_host.h - what a score host is made of. For score_host.c and score.c.
 */
#ifndef AX_SCORING_SCORE_HOST_H
#define AX_SCORING_SCORE_HOST_H

#include "scoring/module_files.h"
#include "scoring/score.h"
#include "scoring/worker_pool.h"

typedef struct {
  const char *name; /* of the folder */
  ax_module_files files;
  ax_worker_pool *pool; /* NULL: its files cannot be read */
  const char *broken;   /* why it is not used, or NULL */
} ax_score_host_module;

typedef struct {
  ax_model model;
  const ax_score_host_module *module;
} ax_score_host_model;

struct ax_score_host {
  ax_arena *arena;
  const char *plugins; /* their folder */
  ax_broker *broker;
  ax_score_host_module *modules;
  size_t module_count;
  ax_score_host_model **models; /* of the modules that are not broken */
  size_t model_count;
};

#endif
