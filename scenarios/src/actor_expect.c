/* `expect` and `wait`: what must be so now, and what must come to be so. */
#include <poll.h>

#include "cleanup.h"
#include "clock.h"
#include "stage.h"
#include "subject.h"

#define WHY_MAX   (1u << 20)
#define WITHIN_MS 20000
#define SHORT_MS  2
#define LONG_MS   40

static enum sc_verdict say(struct sc_call *call, struct pm_buf *why)
{
    sc_subject_trace(call, why);
    return sc_call_fail(call, "%s", why->data ? why->data : "it is not so");
}

static enum sc_verdict expect(struct sc_call *call)
{
    struct pm_buf why;
    enum sc_verdict verdict = SC_PASS;
    enum sc_answer answer;

    if (sc_arg(call, "declare"))
        return sc_subject_declare(call) < 0 ? SC_FAIL : SC_PASS;
    if (sc_subject_check(call) < 0)
        return SC_FAIL;
    pm_buf_init(&why, WHY_MAX);
    answer = sc_subject_look(call, &why);
    if (answer == SC_NO)
        verdict = say(call, &why);
    else if (answer == SC_CANNOT_KNOW)
        verdict = SC_FAIL;
    pm_buf_clear(&why);
    return verdict;
}

/* What cannot be read may be there later: a server that starts anew, a file that is written. */
static enum sc_verdict wait_for(struct sc_call *call)
{
    int64_t within_ms = sc_arg_duration(call, "within", WITHIN_MS);
    int64_t deadline_ms = sc_stage_deadline(call->stage, within_ms);
    int pause_ms = SHORT_MS;
    struct pm_buf why;
    enum sc_answer answer;

    if (sc_subject_check(call) < 0)
        return SC_FAIL;
    pm_buf_init(&why, WHY_MAX);
    for (;;) {
        pm_buf_reset(&why);
        pm_buf_reset(&call->message);
        answer = sc_subject_look(call, &why);
        if (answer == SC_YES || pm_clock_mono_ms() >= deadline_ms)
            break;
        (void)poll(NULL, 0, pause_ms);
        pause_ms = pause_ms * 2 < LONG_MS ? pause_ms * 2 : LONG_MS;
    }
    if (answer == SC_YES)
        pm_buf_reset(&call->message);
    else
        (void)sc_call_fail(call, "not within %lld ms\n", (long long)within_ms);
    if (answer == SC_NO)
        (void)say(call, &why);
    pm_buf_clear(&why);
    return answer == SC_YES ? SC_PASS : SC_FAIL;
}

static const struct sc_key expect_keys[] = {
    SC_SUBJECT_KEYS,
    {"declare", SC_MATCHER, false,
     "Declare to the server what must, may and must not come: a list of expectations"
     " as fakeapi/TESTING.md describes them. They are looked at later with `declared`.",
     NULL, NULL},
    {0},
};

static const struct sc_key wait_keys[] = {
    SC_SUBJECT_KEYS,
    {"within", SC_DURATION, false, "How long to wait at most; 20s if left out.", NULL, NULL},
    {0},
};

const struct sc_actor sc_actor_expect = {
    .name = "expect",
    .about = "What must be so now. When it is not, both sides are shown.",
    .keys = expect_keys,
    .step = expect,
};

const struct sc_actor sc_actor_wait = {
    .name = "wait",
    .about =
        "What must come to be so. When it does not and it was rows, the newest login is traced\n"
        "over every hop.",
    .keys = wait_keys,
    .step = wait_for,
};
