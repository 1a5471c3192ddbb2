#include "fhir/fhir_make.h"

void ax_fhir_make_coding(ax_json_writer *w, ax_coding coding) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("system"), coding.system);
  ax_json_write_member(w, AX_STR("code"), coding.code);
  ax_json_write_member(w, AX_STR("display"), coding.display);
  ax_json_write_close(w);
}

void ax_fhir_make_concept(ax_json_writer *w, const ax_coding *codings,
                          size_t count, ax_str text) {
  ax_json_write_object(w);
  if (count) {
    ax_json_write_key(w, AX_STR("coding"));
    ax_json_write_array(w);
    for (size_t i = 0; i < count; i++) ax_fhir_make_coding(w, codings[i]);
    ax_json_write_close(w);
  }
  ax_json_write_member(w, AX_STR("text"), text);
  ax_json_write_close(w);
}

void ax_fhir_make_reference(ax_json_writer *w, ax_str reference,
                            ax_str display) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("reference"), reference);
  ax_json_write_member(w, AX_STR("display"), display);
  ax_json_write_close(w);
}

void ax_fhir_make_quantity(ax_json_writer *w, double value, ax_str ucum) {
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("value"));
  ax_json_write_double(w, value);
  if (ucum.len) {
    ax_json_write_member(w, AX_STR("unit"), ucum);
    ax_json_write_member(w, AX_STR("system"),
                         AX_STR("http://unitsofmeasure.org"));
    ax_json_write_member(w, AX_STR("code"), ucum);
  }
  ax_json_write_close(w);
}

void ax_fhir_make_identifier(ax_json_writer *w, ax_str system, ax_str value) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("system"), system);
  ax_json_write_member(w, AX_STR("value"), value);
  ax_json_write_close(w);
}

void ax_fhir_make_outcome(ax_json_writer *w, ax_str severity, ax_str code,
                          ax_str text) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("resourceType"), AX_STR("OperationOutcome"));
  ax_json_write_key(w, AX_STR("issue"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("severity"), severity);
  ax_json_write_member(w, AX_STR("code"), code);
  if (text.len) {
    ax_json_write_key(w, AX_STR("details"));
    ax_fhir_make_concept(w, NULL, 0, text);
  }
  ax_json_write_close(w);
  ax_json_write_close(w);
  ax_json_write_close(w);
}
