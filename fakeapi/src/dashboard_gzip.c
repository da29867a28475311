/* Pages compressed on their way; see dashboard_gzip.h. */
#include "dashboard_gzip.h"

#include <string.h>
#include <zlib.h>

#include "buf.h"
#include "http.h"

#define WORTH_IT    1400 /* bytes: less fits into one packet as it is */
#define GZIP_FORMAT (15 + 16)
#define MEMORY      8

static int compress_body(const struct pm_buf *body, struct pm_buf *out)
{
    char chunk[16 * 1024];
    z_stream stream = {.next_in = (Bytef *)body->data, .avail_in = (uInt)body->len};
    int r = Z_OK;

    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_FORMAT, MEMORY, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return -1;
    while (r == Z_OK) {
        stream.next_out = (Bytef *)chunk;
        stream.avail_out = sizeof(chunk);
        r = deflate(&stream, Z_FINISH);
        (void)pm_buf_add(out, chunk, sizeof(chunk) - stream.avail_out); /* failures stick */
    }
    (void)deflateEnd(&stream); /* frees in any case */
    return r == Z_STREAM_END && !out->failed ? 0 : -1;
}

void fa_gzip_page(const struct fa_http_request *request, struct fa_http_reply *reply)
{
    const char *accepted = fa_http_header(request, "Accept-Encoding");
    struct pm_buf packed;

    if (!accepted || !strstr(accepted, "gzip") || reply->body.len < WORTH_IT ||
        !reply->content_type || strncmp(reply->content_type, "text/html", 9) != 0)
        return;
    pm_buf_init(&packed, reply->body.len);
    if (compress_body(&reply->body, &packed) == 0 &&
        fa_http_reply_header(reply, "Content-Encoding", "gzip") == 0) {
        pm_buf_reset(&reply->body);
        (void)pm_buf_add(&reply->body, packed.data, packed.len); /* less than what was there */
    }
    pm_buf_clear(&packed);
}
