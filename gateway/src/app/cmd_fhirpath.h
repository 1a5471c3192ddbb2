/* cmd_fhirpath.h - auspex fhirpath [--strict] EXPRESSION FILE */
#ifndef AX_APP_CMD_FHIRPATH_H
#define AX_APP_CMD_FHIRPATH_H

/* Gets the words behind "fhirpath"; returns an exit code (exits.h). */
int ax_cmd_fhirpath(int argc, char **argv);

#endif
