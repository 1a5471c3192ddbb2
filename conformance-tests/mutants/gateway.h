/*
 * gateway.h - a fresh gateway for one mutant: the real program, all modules in
 * service, a new data folder.
 *
 * Threads: one handle is used by one thread.
 */
#ifndef AX_MUTANTS_GATEWAY_H
#define AX_MUTANTS_GATEWAY_H

#include <sys/types.h>

#include "base/error.h"

typedef struct {
  pid_t pid;
  char base[64]; /* "http://127.0.0.1:PORT/fhir" */
  char data[256];
} ax_gateway;

/* `build`: where the programs are; `root`: where fhir-profiles and build/
 * packages are; `config`: a file of options, or NULL. IO, TIMEOUT. On failure
 * nothing is left. */
ax_status ax_gateway_start(const char *build, const char *root,
                           const char *config, ax_gateway *out,
                           ax_error *err) AX_MUST_USE;

/* Kills it and removes its data. */
void ax_gateway_stop(ax_gateway *gateway);

#endif
