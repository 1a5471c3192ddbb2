/*
 * score.h - facade of scoring: patient facts in, result resources out.
 *
 * The host starts the broker and one worker per module at start, learns from
 * each which models it has, and from then on scores rows. A worker that dies,
 * hangs or answers nonsense is replaced and its batch tried again once; a row
 * that fails twice is a recorded failure. Versions of a module come and go
 * while it serves: score_deploy.h; who works with models holds a view of them:
 * score_view.h.
 *
 * Threads: ax_score_host_new before any other thread exists (it spawns the
 * broker); everything else from any thread.
 */
#ifndef AX_SCORING_SCORE_H
#define AX_SCORING_SCORE_H

#include "fhir/fhir_fact.h"
#include "scoring/feature_view.h"
#include "json/json_write.h"

typedef struct ax_score_host ax_score_host;

typedef struct {
  const char *plugins;    /* folder of module folders, each with <name>.so */
  const char *worker;     /* path of auspex-worker */
  int64_t deadline_ms;    /* for one batch */
  uint64_t worker_memory; /* bytes; 0: none */
  const char *keys;       /* public keys that modules may be signed with
                             (signature.h); NULL: none */
  bool signed_only;       /* modules without a signature are refused */
  const ax_json *mitigations; /* the site's words (mitigation.h), as long as
                                 the host; NULL: none */
  bool staged;            /* what is found waits for an act (score_deploy.h);
                             otherwise whatever can be used is active */
} ax_score_options;

ax_status ax_score_host_new(const ax_score_options *options,
                            ax_score_host **out, ax_error *err) AX_MUST_USE;
void ax_score_host_free(ax_score_host *host);

/* What features may ask of others (feature_view.h); before anything is scored.
 * The functions must stay. */
void ax_score_host_help(ax_score_host *host, const ax_feature_help *help);

/* A patient's facts, sorted and indexed for all models. NULL: no memory. */
ax_feature_view *ax_score_host_facts(const ax_score_host *host, ax_arena *arena,
                                     const ax_facts *facts);

/* The models of active modules, for who knows that nobody deploys meanwhile
 * (a command, a test); others hold a view (score_view.h). */
size_t ax_score_model_count(const ax_score_host *host);
const ax_model *ax_score_model(const ax_score_host *host, size_t i);
/* By id ("org.auspex-gateway.endpac") or short name ("endpac"), or NULL. */
const ax_model *ax_score_model_named(const ax_score_host *host, ax_str name);

/* How a module is doing, for readiness and logs. */
typedef struct {
  ax_str name;
  bool broken;   /* could not be loaded: none of its models is offered */
  bool running;  /* a worker stands ready */
  ax_str detail; /* why it is broken, or how its last worker ended */
  uint64_t starts, deaths, batches, rows, retried, failed, recycled;
  const char *circuit;       /* "closed", "open", "half-open" */
  uint64_t opened;           /* how often it opened */
  unsigned waiting;          /* rows, now */
  uint32_t applied, refused; /* what protects its workers (sandbox.h's bits) */
  int64_t start_us;          /* what starting the newest worker took */
} ax_score_module;

size_t ax_score_module_count(const ax_score_host *host);
/* `out->detail` is copied into `arena`. NOMEM only. */
ax_status ax_score_module_at(ax_score_host *host, size_t i, ax_arena *arena,
                             ax_score_module *out) AX_MUST_USE;

/* Does one of `facts` (of a resource just accepted) concern the model: a code
 * it declares as input, gate or anchor? Facts the gateway made do not count
 * unless the model asks for their code (design rule 2). */
bool ax_score_concerns(const ax_model *model, const ax_facts *facts);

/* Does the model ask for the patient's age or sex, as an input or a criterion?
 */
bool ax_score_reads_person(const ax_model *model);

/* The codes a model reads, as filters for ax_store_facts; none: everything. */
const ax_fact_code *ax_score_codes(const ax_model *model, size_t *count);

typedef struct {
  const ax_model *model;
  ax_str subject; /* "Patient/x" or fullUrl: goes into results */
  ax_facts facts; /* all facts of the patient that the model reads */
  /* The same facts, sorted and indexed once for several models; NULL: it is
   * made for this one. */
  ax_feature_view *view;
  int64_t as_of_ms;
  bool automatic;      /* freshness rules apply (design rule 1) */
  bool retrospective;  /* explicit asOf: tag the results */
  bool as_observation; /* each RiskAssessment also as an Observation */
  int64_t authored_ms; /* now; goes into results */
} ax_score_request;

typedef enum {
  AX_SCORED,               /* resources hold RiskAssessments and Observations */
  AX_SCORE_REFUSED,        /* resources hold one GuidanceResponse */
  AX_SCORE_NOT_APPLICABLE, /* outside the population: nothing; `why` says */
  AX_SCORE_STALE,          /* automatic and older than the freshness: nothing */
  AX_SCORE_FAILED          /* worker failed twice: nothing; `why` says */
} ax_score_verdict;

typedef struct {
  ax_str type, id; /* id = UUIDv5 of model, digests, input versions, as-of
                      anchor, kind of result */
  ax_str body;     /* complete resource without meta.versionId/lastUpdated */
  const ax_str *basis; /* a result: what it rests on, exact versions where the
                          facts have them */
  size_t basis_count;
} ax_score_resource;

typedef struct {
  ax_score_verdict verdict;
  ax_str why; /* a sentence, without patient data */
  const ax_score_resource *resources;
  size_t resource_count;
  /* evidence, empty when no plug-in was asked */
  ax_str row, output, model_version, module_digest;
  int64_t took_us;
  bool final; /* FAILED: trying the same row again would fail again */
} ax_score_result;

/*
 * Scores. UNAVAILABLE when no worker can be had now (try again later), TIMEOUT
 * past `deadline_ns` (monotonic); everything about the patient is a verdict.
 */
ax_status ax_score_run(ax_score_host *host, ax_arena *arena,
                       const ax_score_request *request, int64_t deadline_ns,
                       ax_score_result *out, ax_error *err) AX_MUST_USE;

/* The Device resource that stands for a model (performer of its results):
 * `id` as used in results, `body` complete. Stored once at start. */
ax_status ax_score_device(ax_score_host *host, ax_arena *arena,
                          const ax_model *model, ax_score_resource *out,
                          ax_error *err) AX_MUST_USE;

/* The DocumentReference of a model's card; NOT_FOUND when it has none. */
ax_status ax_score_card(ax_score_host *host, ax_arena *arena,
                        const ax_model *model, ax_score_resource *out,
                        ax_error *err) AX_MUST_USE;

#endif
