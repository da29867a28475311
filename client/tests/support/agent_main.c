/* The agent's main() under another name, for a program that forks agents. */
int agent_main(int argc, char **argv);

#define main agent_main
#include "../../agent/main.c"
