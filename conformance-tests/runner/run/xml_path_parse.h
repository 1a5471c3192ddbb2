/*
 * xml_path_parse.h - the text of an XPath as a tree. Private to xml_path.
 */
#ifndef AX_RUN_XML_PATH_PARSE_H
#define AX_RUN_XML_PATH_PARSE_H

#include "base/vec.h"
#include "json/json.h"

typedef struct ax_xml_path_test ax_xml_path_test;

typedef enum {
  AX_XML_PATH_CHILD,
  AX_XML_PATH_ATTRIBUTE,
  AX_XML_PATH_SELF
} ax_xml_path_axis;

typedef struct {
  ax_xml_path_axis axis;
  bool deep;   /* "//" before it */
  ax_str name; /* without prefix; "*": any */
  AX_VEC(const ax_xml_path_test *) tests;
} ax_xml_path_step;

typedef struct {
  bool from_root;
  AX_VEC(ax_xml_path_step) steps;
} ax_xml_path;

typedef enum {
  AX_XML_PATH_POSITION, /* [3] */
  AX_XML_PATH_LAST,     /* [last()] */
  AX_XML_PATH_EXISTS,   /* [path] */
  AX_XML_PATH_EQUAL,    /* [path = 'text'] */
  AX_XML_PATH_UNEQUAL,
  AX_XML_PATH_AND,
  AX_XML_PATH_OR,
  AX_XML_PATH_NOT
} ax_xml_path_op;

struct ax_xml_path_test {
  ax_xml_path_op op;
  int64_t position;
  ax_xml_path path;
  ax_str text;
  const ax_xml_path_test *left, *right;
};

/* UNSUPPORTED with the feature, INVALID with the place, TOO_LARGE, NOMEM. */
ax_status ax_xml_path_parse(ax_arena *arena, ax_str text, ax_xml_path *out,
                            ax_error *err) AX_MUST_USE;

#endif
