/*
 * broker.h - the only process that starts workers.
 *
 * A small process, forked from the gateway before it has threads, that does
 * one thing at a time: start a worker and hand its socket over, or end one and
 * say how it went. Starting from there costs the same however large the
 * gateway grows, and no lock of the gateway can be held by accident in a
 * worker. When the gateway goes, its socket closes, and the broker kills all
 * workers and goes too.
 *
 * Threads: ax_broker_start before any other thread exists; the rest from any
 * thread (one private lock).
 */
#ifndef AX_SCORING_BROKER_H
#define AX_SCORING_BROKER_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

typedef struct ax_broker ax_broker;

/* What a worker is told as its only argument when it is in the namespaces of
 * the broker: a network without interfaces, no message queues, no name. All
 * workers share them; that they cannot speak to each other there is the work of
 * their filters (no sockets, no System V IPC). One for each worker would cost
 * more than all else of its start, and taking it down as much again. */
#define AX_BROKER_APART "apart"

/* Starts the broker; `worker` is the path of auspex-worker. NOT_FOUND when that
 * cannot be run, IO, NOMEM. */
ax_status ax_broker_start(const char *worker, ax_broker **out,
                          ax_error *err) AX_MUST_USE;

/* Keeps `count` workers (at most AX_BROKER_READY) that have begun and have
 * loaded nothing, for those that are wanted at once: that leaves out what a
 * start takes until then, the control group above all. A thread of the broker
 * makes them, and removes the groups of workers that ended. False: there is no
 * thread, and all is done where it is asked for. */
enum { AX_BROKER_READY = 4 };
bool ax_broker_keep(ax_broker *broker, size_t count);

/* Ends the broker and every worker it still has. NULL is fine. */
void ax_broker_stop(ax_broker *broker);

typedef struct {
  int socket; /* stream, non-blocking, close-on-exec; -1: none */
  int32_t pid;
} ax_broker_worker;

/* Starts a worker, at the lowest priority where the system lets us take that
 * back: what scores already goes first. UNAVAILABLE when the broker is gone or
 * cannot. */
ax_status ax_broker_spawn(ax_broker *broker, ax_broker_worker *out,
                          ax_error *err) AX_MUST_USE;

/* Gives the worker the priority of all others. False: it has the old one. */
bool ax_broker_raise(ax_broker *broker, const ax_broker_worker *worker);

/* Keeps all memory of the worker below `bytes` (cgroup.h). False: this system
 * does not do that for us. */
bool ax_broker_limit(ax_broker *broker, const ax_broker_worker *worker,
                     uint64_t bytes);

/* False when it ended, or spoke without being asked. Does not wait. */
bool ax_broker_alive(const ax_broker_worker *worker);

/* Kills the worker if it still runs, closes its socket and returns how it
 * ended, as waitpid tells it; -1 when nobody knows. */
int ax_broker_end(ax_broker *broker, ax_broker_worker *worker);

/* A sentence about such an ending: "was killed by signal 11 (Segmentation
 * fault)", "exited with status 3". Writes at most `size` bytes and a NUL. */
void ax_broker_ending(int wait_status, char *text, size_t size);

/* --- memory files ----------------------------------------------------------
 */

/* A descriptor of an anonymous file with these bytes that nobody can change
 * any more (sealed): what was hashed is what gets loaded. */
ax_status ax_broker_seal(const char *name, ax_str bytes, int *out,
                         ax_error *err) AX_MUST_USE;

/* Sends a short message with at most four descriptors over a worker's fresh
 * socket. UNAVAILABLE when the other end is gone. */
ax_status ax_broker_send_fds(int socket, ax_str bytes, const int *fds,
                             size_t fd_count, ax_error *err) AX_MUST_USE;

#endif
