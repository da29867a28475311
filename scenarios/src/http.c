/* One request by libcurl; see http.h. */
#include "http.h"

#include <ctype.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>

#include "cleanup.h"
#include "error.h"

#define BODY_MAX (64u << 20)

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct pm_buf *body = context;

    return pm_buf_add(body, bytes, size * count) < 0 ? 0 : size * count;
}

/* `Name: value`, CR LF. A status line has no colon before its first blank. */
static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct sc_http_reply *reply = context;
    size_t len = size * count, i;
    PM_AUTO_FREE char *line = strndup(bytes, len);
    char *value;

    if (!line)
        return 0;
    line[strcspn(line, "\r\n")] = '\0';
    value = strchr(line, ':');
    if (!value)
        return len;
    *value++ = '\0';
    value += strspn(value, " \t");
    for (i = 0; line[i]; i++)
        line[i] = (char)tolower((unsigned char)line[i]);
    cJSON_AddStringToObject(reply->headers, line, value);
    return len;
}

static struct curl_slist *header_list(const cJSON *headers)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    const cJSON *item;

    cJSON_ArrayForEach(item, headers)
    {
        PM_AUTO_FREE char *line = NULL;

        if (asprintf(&line, "%s: %s", item->string,
                     cJSON_GetStringValue(item) ? item->valuestring : "") < 0)
            line = NULL;
        if (line)
            list = curl_slist_append(list, line);
    }
    return list;
}

static void prepare(CURL *curl, const struct sc_http_request *request,
                    const struct curl_slist *headers, struct sc_http_reply *reply)
{
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (request->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(request->body));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    if (request->method && strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (request->method)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply->body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
}

int sc_http_do(const struct sc_http_request *request, struct sc_http_reply *reply,
               struct sc_error *err)
{
    struct curl_slist *headers = header_list(request->headers);
    CURL *curl = curl_easy_init();
    CURLcode code = CURLE_OUT_OF_MEMORY;
    long status = 0;

    *reply = (struct sc_http_reply){.headers = cJSON_CreateObject()};
    pm_buf_init(&reply->body, BODY_MAX);
    if (curl && headers && reply->headers) {
        prepare(curl, request, headers, reply);
        code = curl_easy_perform(curl);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        reply->status = (int)status;
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return code == CURLE_OK ? 0
                            : sc_error_set(err, "%s: %s", request->url, curl_easy_strerror(code));
}

void sc_http_reply_clear(struct sc_http_reply *reply)
{
    pm_buf_clear(&reply->body);
    cJSON_Delete(reply->headers);
    reply->headers = NULL;
}
