/*
 * validate.h - holds a resource against its base type and its profiles.
 *
 * A StructureDefinition is compiled into a schema the first time it is needed;
 * schemas are immutable, shared by all threads and kept for the validator's
 * life. One pass over the resource reports every fault.
 *
 * Threads: ax_validate_run may be called from any thread at once.
 */
#ifndef AX_VALIDATE_VALIDATE_H
#define AX_VALIDATE_VALIDATE_H

#include "definitions/registry.h"
#include "fhir/fhir_issue.h"
#include "validate/validate_host.h"

typedef struct ax_validator ax_validator;

typedef struct {
  ax_severity unknown_profile;   /* meta.profile that is not loaded: WARNING */
  ax_severity unknown_extension; /* that is not loaded: WARNING */
  ax_severity wrong_display;     /* that is no name of its code: WARNING */
  /* A code that nobody can check (its system is not loaded, the terminology
   * server does not answer) is told with this severity; INFORMATION once for
   * each system and value set of a run. Off: nothing is said. */
  bool tell_unchecked;
  ax_severity unchecked_code;
  /* Hold Observations to the core vital-signs profiles also when their code is
   * a more exact or older one of the same measurement (oral temperature 8331-1,
   * blood pressure panel 55284-4). Strictly right by R4, and it refuses what
   * many senders send; always on for the codes that the profiles demand. */
  bool vital_signs_by_any_code;
  /* Canonical of the ConceptMap by whose codes resources are held to profiles
   * that they do not claim (implied_map.h); NULL, or not loaded: none. */
  const char *implied_profiles;
  /* Policies that are off unless asked for. */
  bool demand_type_profiles; /* a profile that a profile names must be loaded:
                                an error, not `unknown_profile` */
  bool trust_references;     /* the type that a reference only names counts for
                                nothing */
  bool tell_missing_system;  /* a code outside of its value set is reported a
                                second time, for the system it has none of */
  bool refuse_malformed_urns; /* "urn:uuid:" and "urn:oid:" without the form of
                                 one are errors, not warnings */
  bool skip_contained;       /* contained resources are not looked at */
  bool refuse_html;          /* HTML tags in strings */
  bool refuse_markdown_html; /* HTML tags in markdown */
  bool refuse_example_urls;  /* http://example.org/... */
} ax_validate_options;

ax_status ax_validate_new(ax_registry *registry, const ax_validate_host *host,
                          const ax_validate_options *options,
                          ax_validator **out, ax_error *err) AX_MUST_USE;
void ax_validate_free(ax_validator *validator);

/*
 * Validates `resource` (an object with resourceType) and adds what is wrong to
 * `issues`. `path` is its FHIRPath, usually the resource type; for an entry of
 * a Bundle "Bundle.entry[3].resource". `profiles` are canonicals to hold it to
 * besides meta.profile; a wanted profile that is not loaded is an error.
 * A Bundle's entries are validated with it. NOMEM only: everything else about
 * the resource is an issue.
 */
ax_status ax_validate_run(ax_validator *validator, const ax_json *resource,
                          ax_str path, const ax_str *profiles,
                          size_t profile_count,
                          ax_fhir_issues *issues) AX_MUST_USE;

/* The same, but codes imply no profiles: only those that a resource claims
 * count. For what is not kept, as the inputs of a calculation. */
ax_status ax_validate_run_claimed(ax_validator *validator,
                                  const ax_json *resource, ax_str path,
                                  ax_fhir_issues *issues) AX_MUST_USE;

/* Writes the compiled schema of `url` for people (auspex explain). NOT_FOUND.
 */
ax_status ax_validate_explain(ax_validator *validator, ax_str url,
                              ax_json_writer *w, ax_error *err) AX_MUST_USE;

#endif
