/* Statements that something is or was so: Conditions, medications, procedures,
 * relatives. Positive evidence is 1, explicit refutation 0; absence is unknown,
 * not "no". */
#include "scoring/feature_parts.h"

#include <assert.h>

typedef struct {
  const ax_feature_candidate *positive, *refuted, *maybe;
} evidence;

/* Of several the one that the pick names; those without a time last. */
static bool goes_before(const ax_feature_candidate *one,
                        const ax_feature_candidate *best, uint32_t pick) {
  if (!best) return true;
  if (one->fact->has_time != best->fact->has_time) return one->fact->has_time;
  return pick == AUSPEX_PICK_EARLIEST ? one->lo_ms < best->lo_ms
                                      : one->lo_ms > best->lo_ms;
}

static evidence weigh(const ax_feature_search *s, uint32_t pick) {
  evidence e = { 0 };
  for (size_t i = 0; i < s->found.count; i++) {
    const ax_feature_candidate *it = &s->found.items[i];
    if (it->fact->flags & AX_FACT_REFUTED)
      e.refuted = it;
    else if (it->maybe)
      e.maybe = it;
    else if (goes_before(it, e.positive, pick))
      e.positive = it;
  }
  return e;
}

static ax_feature_finding judge(const evidence *e, const ax_fact *older) {
  if (e->positive && e->refuted)
    return (ax_feature_finding){ AUSPEX_CELL_CONFLICT,
                                 AX_STR("it is both confirmed and refuted"),
                                 e->refuted->fact };
  if (!e->positive && e->maybe)
    return (ax_feature_finding){
      AUSPEX_CELL_IMPRECISE,
      AX_STR("a partial date leaves open whether it lies in the window"),
      e->maybe->fact
    };
  if (!e->positive && !e->refuted && older)
    return (ax_feature_finding){ AUSPEX_CELL_STALE,
                                 AX_STR("there is one, but outside the window"),
                                 older };
  if (!e->positive && !e->refuted)
    return (ax_feature_finding){ AUSPEX_CELL_ABSENT,
                                 AX_STR("it is neither confirmed nor refuted"),
                                 NULL };
  return (ax_feature_finding){ AUSPEX_CELL_PRESENT, AX_STR(""),
                               e->positive ? e->positive->fact
                                           : e->refuted->fact };
}

ax_feature_finding ax_feature_evidence_read(ax_feature_work *w,
                                            const ax_model_input *in,
                                            ax_model_sources from,
                                            ax_feature_cell *cell) {
  ax_feature_search s = ax_feature_source_search(w, in, from);
  evidence e = weigh(&s, from.items[0].pick);
  ax_feature_finding finding = judge(&e, s.older);
  cell->state = finding.state;
  if (finding.state != AUSPEX_CELL_PRESENT) return finding;
  const ax_feature_candidate *it = e.positive ? e.positive : e.refuted;
  assert(it); /* what is present was found somewhere */
  ax_feature_time time = ax_feature_window_time(it->source, it->fact);
  cell->value = e.positive ? 1 : 0;
  cell->fact = finding.fact;
  cell->time_ms = time.known ? time.lo_ms : 0;
  cell->source = (uint8_t)(it->source - in->sources.items);
  return finding;
}
