/* The commands of paidmonitor-fakeapi. Each parses its own options and returns an exit status. */
#ifndef FA_CMD_H
#define FA_CMD_H

#define CMD_PROGRAM "paidmonitor-fakeapi"
/* The token of the control API itself: for containers, where a file is hard to come by. */
#define CMD_TOKEN_VARIABLE "PAIDMONITOR_FAKEAPI_CONTROL_TOKEN"

enum {
    CMD_OK = 0,
    CMD_FAILED = 1, /* at run time */
    CMD_USAGE = 2,
    CMD_CONFIG = 3, /* accounts file, store, port */
};

/** @argv: CMD_PROGRAM first, as getopt(3) wants it, then the command's own arguments */
int cmd_serve(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_ctl(int argc, char **argv);
/** `ctl verify` in a word. */
int cmd_verify(int argc, char **argv);
int cmd_reference(int argc, char **argv);

/** Did all that was printed reach standard output? Says so if not. Returns an exit status. */
int cmd_flush(void);

#endif
