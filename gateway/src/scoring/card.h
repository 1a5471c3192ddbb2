/*
 * card.h - the model card: what a user must be told about a model.
 *
 * One JSON file per model beside the module, `cards/<model name>.json`:
 *
 *     { "card": "auspex-card/1",
 *       "model": "org.example.my-model", "version": "1.0.0",
 *       "kind": "rule-based",
 *       "attributes": { "developer": "...", ... } }
 *
 * The attributes are the 31 source attributes for predictive decision support
 * of ONC's HTI-1 rule, 45 CFR 170.315(b)(11)(iv)(B); `intendedUse` is one of
 * them. Each is a text, or {"notAvailable": "why"}: the rule wants it to be
 * said when something is not known. plugins/sdk/card.md lists them with what
 * belongs in each.
 *
 * Reading is strict: an unknown key, an attribute that is missing, empty or a
 * placeholder is a fault with its place; all faults are found in one go.
 *
 * Lifetime: texts live in the arena and in the source. Threads: any.
 */
#ifndef AX_SCORING_CARD_H
#define AX_SCORING_CARD_H

#include "base/vec.h"
#include "scoring/model.h"
#include "json/json.h"

enum {
  AX_CARD_ATTRIBUTES = 31,
  AX_CARD_BYTES = 1 << 20 /* of the file */
};

typedef struct {
  const char *key;     /* "intendedUse" */
  const char *section; /* heading it stands under */
  const char *title;   /* "Intended use of the intervention" */
} ax_card_attribute;

/* Attribute `i` in the order of the rule. */
const ax_card_attribute *ax_card_attribute_at(size_t i);

typedef enum {
  AX_CARD_RULES,   /* "rule-based": points, rules, published formulas */
  AX_CARD_LEARNED, /* "machine-learning" */
  AX_CARD_DEEP,    /* "deep-learning" */
  AX_CARD_HYBRID   /* "hybrid" */
} ax_card_kind;

typedef struct {
  ax_str text;
  bool available; /* false: `text` says why it is not */
} ax_card_value;

typedef struct ax_card {
  ax_str model, version; /* as in the declaration */
  ax_card_kind kind;
  ax_card_value values[AX_CARD_ATTRIBUTES];
  ax_str source; /* the file's bytes */
} ax_card;

typedef struct {
  ax_json_place place;
  ax_str text; /* names the place in the tree, the value, what is right */
} ax_card_fault;
typedef AX_VEC(ax_card_fault) ax_card_faults;

/* The code of `kind` as a card writes it: "rule-based". */
const char *ax_card_kind_name(ax_card_kind kind);

/* Reads a card. INVALID: `faults` (at least one) say what is wrong, in the
 * order of the file; what was readable is in `out`. NOMEM. */
ax_status ax_card_read(ax_arena *arena, ax_str source, ax_card *out,
                       ax_card_faults *faults) AX_MUST_USE;

/*
 * The card of `model`, from `<plugins>/<module>/cards/<name>.json`; NULL in
 * `*out` when there is none, or none that can be read (a line in the log says
 * what is wrong with it: a model is not withheld for its card). NOMEM only.
 */
ax_status ax_card_find(ax_arena *arena, const char *plugins, const char *module,
                       const ax_model *model, const ax_card **out) AX_MUST_USE;

#endif
