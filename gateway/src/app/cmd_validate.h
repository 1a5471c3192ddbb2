/*
 * cmd_validate.h - `auspex validate`: holds files to R4 and to profiles.
 * Exit code 0: all valid; 1: at least one invalid; 2: nothing could be said
 * (an unreadable file, a wrong option, packages that cannot be used).
 */
#ifndef AX_APP_CMD_VALIDATE_H
#define AX_APP_CMD_VALIDATE_H

int ax_cmd_validate(int argc, char **argv);

#endif
