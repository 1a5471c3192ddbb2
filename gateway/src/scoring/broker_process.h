/*
 * broker_process.h - what the broker does in its own process, and the packets
 * between it and the gateway. For broker.c only.
 */
#ifndef AX_SCORING_BROKER_PROCESS_H
#define AX_SCORING_BROKER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

enum { AX_BROKER_SPAWN = 1, AX_BROKER_END = 2, AX_BROKER_RAISE = 3 };

typedef struct {
  uint32_t what;
  int32_t pid; /* END, RAISE */
} ax_broker_question;

typedef struct {
  int32_t fault;       /* errno; 0: done */
  int32_t pid;         /* SPAWN */
  int32_t wait_status; /* END */
} ax_broker_answer;

/* Forks the broker: it serves `socket` and closes `other`. Returns its process
 * number, or -1 with errno. */
pid_t ax_broker_process_start(const char *worker, int socket, int other);

#endif
