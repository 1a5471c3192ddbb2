/*
 * limits.h - ceilings that no configuration changes, each with its reason.
 * Limits an operator may move stand in the option table (app/config_options.c).
 */
#ifndef AX_BASE_LIMITS_H
#define AX_BASE_LIMITS_H

enum {
  /* FHIR nests deepest in Questionnaire.item and StructureDefinition; real
   * documents stay under 30. Recursion over a tree may rely on this bound. */
  AX_LIMIT_JSON_DEPTH = 128,
  /* R4 id: [A-Za-z0-9\-\.]{1,64}. */
  AX_LIMIT_ID = 64,
  /* One answer names every fault, but a hostile document must not make an
   * answer larger than itself; past this many one last issue says so. */
  AX_LIMIT_ISSUES = 2000,
  /* The largest entry count of one Bundle. */
  AX_LIMIT_BUNDLE_ENTRIES = 200000,
  /* So far ahead of ours may a sender's clock be (what Kerberos allows, too):
   * a value of then is scored when its time has come. What lies further ahead
   * is a wrong date. */
  AX_LIMIT_CLOCK_AHEAD_MS = 5 * 60 * 1000,
};

#endif
