/*
 * A program that answers lines: it is written one line and must answer with one line before it is
 * written the next. It may be silent, die, or babble; then it is ended, and started anew for the
 * next line.
 */
#ifndef PM_PEER_H
#define PM_PEER_H

#include <stddef.h>

struct pm_buf;
struct pm_peer;

#define PM_PEER_LINE_MAX    4096 /* ours: an answer that is a checksum has 28 bytes */
#define PM_PEER_PROBLEM_MAX 300

/**
 * Nothing is started yet.
 *
 * @argv:       borrowed until the peer is freed; argv[0] is looked up in PATH
 * @timeout_ms: for one answer
 *
 * Errors: NULL out of memory
 */
struct pm_peer *pm_peer_new(char *const argv[], int timeout_ms);

/** Close its input, give it a moment to end by itself, then kill it and what it started. */
void pm_peer_free(struct pm_peer *peer);

/**
 * Write a line and take the answering one. The caller ignores SIGPIPE.
 *
 * @line:    without newline
 * @answer:  the answer without newline
 * @problem: what the program did wrong, at least PM_PEER_PROBLEM_MAX bytes; visible characters only
 *
 * Errors: -1  see @problem
 */
int pm_peer_ask(struct pm_peer *peer, const char *line, size_t len, struct pm_buf *answer,
                char *problem);

#endif
