/*
 * run.h - runs a loaded script against a target.
 *
 * Semantics as http://hl7.org/fhir/R4/testing.html and testscript.html say:
 * fixtures marked autocreate first, then set-up, the tests in order, teardown,
 * fixtures marked autodelete last. A set-up that fails skips the tests; a
 * failed assert ends its test; teardown always runs. Nothing that this runner
 * cannot do passes.
 *
 * Threads: ax_run_script may be called from several threads at once with
 * clients of their own (`ax_run_target.client`); rules are shared.
 */
#ifndef AX_RUN_RUN_H
#define AX_RUN_RUN_H

#include "fhirpath/fp_model.h"
#include "net/net_client.h"
#include "run/result.h"
#include "terminology/valueset.h"
#include "validate/validate.h"

typedef struct {
  ax_str name, value;
} ax_run_setting;

/* Where destination N of a script goes; destination 0 is for scripts that name
 * none. */
typedef struct {
  unsigned index;
  ax_str base; /* "http://127.0.0.1:8080/fhir", no slash at the end */
} ax_run_destination;

typedef struct {
  ax_net_client *client; /* may ask all destinations' origins */
  const ax_run_destination *destinations; /* at least one */
  size_t destination_count;
  const ax_net_header *headers; /* sent with every request */
  size_t header_count;
  ax_str bearer; /* empty: none */
  /* The target's CapabilityStatement, for gates; NULL: it has none. */
  const ax_json *capabilities;
} ax_run_target;

/* What a client under test sent, for scripts whose asserts look at requests
 * (direction=request) or whose operations name an origin. Filled by the
 * recording proxy (proxy/proxy.h); NULL: such actions are unsupported. */
typedef struct ax_run_client ax_run_client;
struct ax_run_client {
  /* Waits for the next exchange of the client; UNAVAILABLE or TIMEOUT when
   * none comes. */
  ax_status (*next)(ax_run_client *self, ax_arena *arena,
                    ax_result_exchange **out, ax_error *err);
};

typedef enum {
  AX_RUN_WIRE_AS_ASKED, /* bodies in XML are unsupported */
  AX_RUN_WIRE_JSON      /* and is run in JSON instead, and reported so */
} ax_run_wire;

typedef struct {
  ax_registry *registry;
  ax_validator *validator;
  ax_valuesets *valuesets; /* of memberOf() and subsumes(); NULL: unsupported */
  const ax_fp_model *model; /* of FHIRPath; NULL: one is made for each script */
  ax_run_target target;
  ax_run_client *client_under_test; /* NULL: none */
  const ax_run_setting *variables;  /* values set by the user */
  size_t variable_count;
  ax_run_wire wire;
  uint64_t seed;       /* of everything generated: ids, dates stay the same */
  int64_t now_ms;      /* 0: the clock; what ${CURRENTDATE} means */
  unsigned timeout_ms; /* of a request; 0: 30 s */
  const char *test_header; /* "X-Auspex-Test"; carries "SCRIPT/TEST" */
  /* An assert without warningOnly is a fault of the script, as R4 says (and
   * most public scripts do not heed). */
  bool demand_warning_only;
} ax_run_options;

/*
 * Runs `script`; everything that happens is in `out`, also that the target
 * cannot be reached (`*reachable` is false then). NOMEM only.
 */
ax_status ax_run_script(const ax_script *script, const ax_run_options *options,
                        ax_arena *arena, ax_result_script *out,
                        bool *reachable) AX_MUST_USE;

#endif
