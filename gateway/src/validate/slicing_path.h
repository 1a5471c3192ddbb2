/*
 * slicing_path.h - the path of a discriminator: its steps, and which element
 * definitions it leads to, across the definitions of types and profiles.
 */
#ifndef AX_VALIDATE_SLICING_PATH_H
#define AX_VALIDATE_SLICING_PATH_H

#include "validate/slicing_match.h"

/* An ElementDefinition and where it stands. */
typedef struct {
  const ax_json *list;    /* snapshot.element */
  const ax_json *element; /* of `list` */
  ax_str profile;         /* canonical, of the root of another definition */
  ax_str only;            /* the one type that ofType() leaves; or empty */
  const ax_json *value;   /* what a fixed or pattern value further up holds */
} ax_slicing_spot;

typedef struct {
  ax_slicing_spot items[AX_SLICING_FOUND];
  size_t count;
} ax_slicing_spots;

/* Splits "a.extension('url').resolve()" into `steps` (texts are copies in the
 * arena); INVALID when it is not understood. */
ax_status ax_slicing_path_parse(ax_arena *arena, ax_str path,
                                ax_slicing_step *steps, size_t *count);

/* Goes one step on from every spot; a NAME of a choice becomes CHOICE. */
ax_status ax_slicing_path_go(const ax_slicing_source *source,
                             ax_slicing_step *step,
                             const ax_slicing_spots *from,
                             ax_slicing_spots *out);

/* The fixed or pattern value that holds at the spot; or NULL. */
const ax_json *ax_slicing_path_value(const ax_slicing_spot *spot);

/* The children of the spot, also those that its type or profile defines. */
ax_status ax_slicing_path_children(const ax_slicing_source *source,
                                   const ax_slicing_spot *spot, ax_str name,
                                   ax_slicing_spots *out);

#endif
