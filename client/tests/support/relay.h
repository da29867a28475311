/*
 * A TCP relay on loopback that can lose a server's answers: for tests of ambiguous outcomes, where
 * the server has done what it was asked and the client never hears of it.
 */
#ifndef TEST_RELAY_H
#define TEST_RELAY_H

struct relay;

/** Relay connections to a port of 127.0.0.1. Aborts on failure, as a test's helper may. */
struct relay *relay_start(unsigned int server_port);

/** Where clients connect. */
unsigned int relay_port(const struct relay *relay);

/** Lose the next @count answers to requests that contain @needle; the connection closes instead. */
void relay_lose(struct relay *relay, const char *needle, int count);

/** How many answers are still to be lost. */
int relay_still_to_lose(struct relay *relay);

void relay_stop(struct relay *relay);

#endif
