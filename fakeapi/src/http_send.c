/* Replies, handed to libmicrohttpd. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "http_private.h"

static int64_t now_ms(const struct fa_http *http)
{
    return http->options.now_ms ? http->options.now_ms(http->options.context) : pm_clock_wall_ms();
}

static struct MHD_Response *make_response(struct fa_http_reply *reply)
{
    size_t len = reply->body.len;
    char *bytes;
    struct MHD_Response *response;

    if (reply->stream)
        return fa_http_stream_response(reply);
    bytes = pm_buf_take(&reply->body);
    if (!bytes)
        return NULL;
    response = MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_MUST_FREE);
    if (!response)
        free(bytes);
    return response;
}

const char *fa_http_reason(unsigned int status)
{
    return MHD_get_reason_phrase_for(status);
}

/* RFC 9110, section 5.6.7; strftime() would ask the locale. */
static void write_date(time_t date, char *text, size_t size)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm utc;

    text[0] = '\0';
    if (gmtime_r(&date, &utc))
        snprintf(text, size, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT", days + 3 * utc.tm_wday,
                 utc.tm_mday, months + 3 * utc.tm_mon, utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                 utc.tm_sec);
}

/* Most replies are of the same second as the one before. */
const char *fa_http_date(const struct fa_http_exchange *exchange)
{
    struct fa_http *http = exchange->http;
    int64_t date_ms = exchange->reply.date_ms ? exchange->reply.date_ms : now_ms(http);
    time_t date = (time_t)(date_ms / 1000);

    if (http->date_text[0] == '\0' || http->date != date) {
        http->date = date;
        write_date(date, http->date_text, sizeof(http->date_text));
    }
    return http->date_text;
}

void fa_http_each_header(const struct fa_http_reply *reply,
                         void (*add)(void *context, const char *name, const char *value),
                         void *context)
{
    const char *at = reply->headers.data;
    const char *end = at ? at + reply->headers.len : NULL;

    if (reply->content_type)
        add(context, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    if (reply->close)
        add(context, MHD_HTTP_HEADER_CONNECTION, "close");
    while (at < end) {
        const char *value = at + strlen(at) + 1;

        add(context, at, value);
        at = value + strlen(value) + 1;
    }
}

static void add_header(void *response, const char *name, const char *value)
{
    MHD_add_response_header(response, name, value);
}

static void add_head(struct MHD_Response *response, const struct fa_http_exchange *exchange)
{
    const char *date = fa_http_date(exchange);

    if (date[0] != '\0')
        MHD_add_response_header(response, MHD_HTTP_HEADER_DATE, date);
    fa_http_each_header(&exchange->reply, add_header, response);
}

enum MHD_Result fa_http_send(struct fa_http_exchange *exchange)
{
    bool is_stream = exchange->reply.stream != NULL;
    struct MHD_Response *response = make_response(&exchange->reply);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    add_head(response, exchange);
    result = MHD_queue_response(exchange->connection, exchange->reply.status, response);
    MHD_destroy_response(response);
    if (exchange->peer) {
        exchange->peer->owes_request = false;
        exchange->peer->deadline_ms = is_stream ? INT64_MAX : pm_clock_mono_ms() + FA_HTTP_SEND_MS;
    }
    return result;
}
