/* Files that paidmonitor.conf(5) describes, for the command and the agent. */
#ifndef SC_CONFIG_H
#define SC_CONFIG_H

struct cJSON;
struct sc_call;
struct sc_fake;

/**
 * Write one.
 *
 * @settings: a map of `section.key` to text; they come in front of those that follow from @fake
 *
 * Errors: -1, said in the call
 */
int sc_config_write(struct sc_call *call, const char *path, const struct sc_fake *fake,
                    const struct cJSON *settings);

#endif
