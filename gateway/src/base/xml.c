#include "base/xml.h"

#include <expat.h>
#include <stdio.h>

struct ax_xml {
  XML_Parser parser;
  const ax_xml_calls *calls;
  void *ctx;
  ax_xml_fault *fault;
  unsigned depth, limit;
  bool stopped, faulty;
};

/* --- places ------------------------------------------------------------------
 */

size_t ax_xml_at(const ax_xml *xml) {
  XML_Index at = XML_GetCurrentByteIndex(xml->parser);
  return at < 0 ? 0 : (size_t)at;
}

size_t ax_xml_end(const ax_xml *xml) {
  return ax_xml_at(xml) + (size_t)XML_GetCurrentByteCount(xml->parser);
}

uint32_t ax_xml_line(const ax_xml *xml) {
  return (uint32_t)XML_GetCurrentLineNumber(xml->parser);
}

void ax_xml_stop(ax_xml *xml) {
  if (xml->stopped) return;
  xml->stopped = true;
  (void)XML_StopParser(xml->parser, XML_FALSE);
}

static void fail(ax_xml *xml, const char *text) {
  if (xml->faulty) return;
  xml->faulty = true;
  xml->fault->at = ax_xml_at(xml);
  xml->fault->line = ax_xml_line(xml);
  xml->fault->column =
      (uint32_t)XML_GetCurrentColumnNumber(xml->parser) + 1;
  (void)snprintf(xml->fault->text, sizeof xml->fault->text, "%s", text);
}

/* --- expat's calls -----------------------------------------------------------
 * A stopped parser may still tell the end of an empty element.
 */

static void on_start(void *ctx, const char *name, const char **attributes) {
  ax_xml *xml = ctx;
  if (xml->stopped) return;
  if (xml->depth++ == xml->limit) {
    fail(xml, "elements are nested too deep");
    ax_xml_stop(xml);
  } else if (xml->calls->start)
    xml->calls->start(xml->ctx, xml, name, (const char *const *)attributes);
}

static void on_end(void *ctx, const char *name) {
  ax_xml *xml = ctx;
  if (xml->stopped) return;
  xml->depth--;
  if (xml->calls->end) xml->calls->end(xml->ctx, xml, name);
}

static void on_text(void *ctx, const char *text, int length) {
  ax_xml *xml = ctx;
  if (!xml->stopped && xml->calls->text)
    xml->calls->text(xml->ctx, xml, (ax_str){ text, (size_t)length });
}

static void on_entity(void *ctx, const char *name, int is_parameter) {
  ax_xml *xml = ctx;
  if (!xml->stopped && !is_parameter) xml->calls->entity(xml->ctx, xml, name);
}

static void on_doctype(void *ctx, const char *name, const char *system,
                       const char *public, int internal) {
  ax_xml *xml = ctx;
  (void)system, (void)public, (void)internal;
  if (xml->stopped) return;
  if (xml->calls->doctype)
    xml->calls->doctype(xml->ctx, xml, name);
  else
    fail(xml, "a document type is not allowed");
  ax_xml_stop(xml);
}

static void on_instruction(void *ctx, const char *target, const char *data) {
  ax_xml *xml = ctx;
  (void)data;
  if (!xml->stopped && xml->calls->instruction)
    xml->calls->instruction(xml->ctx, xml, target);
}

/* --- entry -------------------------------------------------------------------
 */

static void prepare(ax_xml *xml) {
  XML_Parser parser = xml->parser;
  XML_SetUserData(parser, xml);
  XML_SetElementHandler(parser, on_start, on_end);
  XML_SetCharacterDataHandler(parser, on_text);
  XML_SetStartDoctypeDeclHandler(parser, on_doctype);
  XML_SetProcessingInstructionHandler(parser, on_instruction);
  /* As if there were a DTD somewhere: unknown entities are reported to
   * on_entity instead of ending the parse. */
  if (!xml->calls->entity) return;
  (void)XML_UseForeignDTD(parser, XML_TRUE);
  XML_SetSkippedEntityHandler(parser, on_entity);
}

ax_status ax_xml_read(ax_str text, unsigned depth, const ax_xml_calls *calls,
                      void *ctx, ax_xml_fault *fault) {
  ax_xml xml = { .calls = calls, .ctx = ctx, .fault = fault, .limit = depth };
  if (text.len > INT32_MAX) return AX_TOO_LARGE;
  xml.parser = XML_ParserCreate("UTF-8");
  if (!xml.parser) return AX_NOMEM;
  prepare(&xml);
  bool fine = XML_Parse(xml.parser, text.ptr, (int)text.len, XML_TRUE) ==
              XML_STATUS_OK;
  enum XML_Error code = XML_GetErrorCode(xml.parser);
  if (!fine && !xml.stopped && code != XML_ERROR_NO_MEMORY)
    fail(&xml, XML_ErrorString(code));
  XML_ParserFree(xml.parser);
  if (!fine && !xml.stopped && code == XML_ERROR_NO_MEMORY) return AX_NOMEM;
  return xml.faulty ? AX_INVALID : AX_OK;
}
