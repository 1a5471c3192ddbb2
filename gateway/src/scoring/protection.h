/*
 * protection.h - what protects the gateway from a worker, by name. The worker
 * reports which of these its kernel gave it and which it refused
 * (worker/sandbox.h does them); what is in neither was left out on purpose.
 */
#ifndef AX_SCORING_PROTECTION_H
#define AX_SCORING_PROTECTION_H

#include <stddef.h>
#include <stdint.h>

#define AX_PROTECTIONS(X)                                          \
  X(PARENT, "parent", "it dies with the broker")                   \
  X(DESCRIPTORS, "descriptors", "it has no files open")            \
  X(LIMITS, "limits", "limits on memory, files, processes, core")  \
  X(USER, "user", "it is not root")                                \
  X(NO_NEW_PRIVS, "no-new-privs", "it gains no rights")            \
  X(LANDLOCK, "landlock", "it opens no files but libraries")       \
  X(EARLY_FILTER, "early-filter", "no processes, no sockets")      \
  X(FILTER, "filter", "only the system calls that scoring needs")  \
  X(NO_NEW_CODE, "no-new-code", "memory never becomes executable") \
  X(NAMESPACES, "namespaces", "its network has no interfaces")     \
  X(CGROUP, "cgroup", "the kernel counts all of its memory")

enum {
#define X(name, text, help) AX_PROTECTION_##name##_NUMBER,
  AX_PROTECTIONS(X)
#undef X
      AX_PROTECTION_COUNT
};

enum {
#define X(name, text, help) \
  AX_SANDBOX_##name = 1 << AX_PROTECTION_##name##_NUMBER,
  AX_PROTECTIONS(X)
#undef X
};

/* The name of protection number `i`, and what it does. */
const char *ax_protection_name(size_t i);
const char *ax_protection_help(size_t i);

#endif
