/*
 * delivery_config.h - who is told of results, from a JSON file:
 *
 *   { "targets": [ { "name": "ehr", "base": "https://ehr.example.org/fhir",
 *       "way": "put",                     put, post or bundle (with inputs)
 *       "models": ["endpac"],             left out: all
 *       "levels": ["high"],               left out: all
 *       "group": "Group/oncology",        left out: everybody
 *       "when": "changed",                or "every"
 *       "references": "absolute",         or "relative": as they are stored
 *       "timeout_s": 10, "max_age_h": 72,
 *       "ca": "ca.pem", "certificate": "me.pem", "key": "me.key",
 *       "token": { "url": "https://ehr.example.org/token",
 *                  "client_id": "auspex", "key": "jwt.pem", "kid": "k1",
 *                  "algorithm": "RS384", "scope": "system/RiskAssessment.write"
 * } } ], "subscriptions": { "allow": ["https://hooks.example.org"],
 *                            "references": "absolute",
 *                            "ca": ..., "certificate": ..., "key": ... } }
 *
 * Unknown members are refused by name: a filter that is misspelt must not tell
 * everybody. File names are relative to the working folder.
 *
 * Lifetime: texts live in the arena given. Threads: read-only after loading.
 */
#ifndef AX_DELIVERY_DELIVERY_CONFIG_H
#define AX_DELIVERY_DELIVERY_CONFIG_H

#include "base/arena.h"
#include "base/error.h"

enum { AX_DELIVERY_TARGETS_MAX = 32 };

typedef enum {
  AX_DELIVERY_PUT,   /* PUT base/RiskAssessment/id */
  AX_DELIVERY_POST,  /* POST with If-None-Exist on the result's identifier */
  AX_DELIVERY_BUNDLE /* POST a transaction of the result and its inputs */
} ax_delivery_way;

typedef struct { /* SMART Backend Services: a signed JWT for a token */
  const char *url, *client_id, *key, *kid, *algorithm, *scope;
} ax_delivery_token_options;

typedef struct { /* files of TLS (net_client.h); NULL: none */
  const char *ca, *certificate, *key;
} ax_delivery_tls;

typedef struct {
  const char *name, *base;
  ax_delivery_way way;
  const ax_str *models, *levels;
  size_t model_count, level_count;
  const char *group; /* NULL: everybody */
  bool every;
  bool relative; /* references are sent as they are stored */
  unsigned timeout_ms;
  int64_t max_age_ms;
  ax_delivery_tls tls;
  const ax_delivery_token_options *token; /* NULL: none */
} ax_delivery_target;

typedef struct {
  const ax_delivery_target *targets;
  size_t target_count;
  const char *const *allow; /* origins of Subscription endpoints */
  size_t allow_count;
  ax_delivery_tls tls; /* of Subscriptions */
  bool relative;       /* the same for Subscriptions */
  const char *base;    /* below which our resources are; NULL: nobody knows, and
                          references are sent as they are. Not in the file */
} ax_delivery_config;

/* INVALID with a sentence that names the line and the member; TOO_LARGE, IO,
 * NOT_FOUND. */
ax_status ax_delivery_config_load(ax_arena *arena, const char *path,
                                  ax_delivery_config *out,
                                  ax_error *err) AX_MUST_USE;
ax_status ax_delivery_config_read(ax_arena *arena, ax_str text,
                                  ax_delivery_config *out,
                                  ax_error *err) AX_MUST_USE;

#endif
