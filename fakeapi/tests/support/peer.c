#include "peer.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 10000

int peer_connect(unsigned int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

void peer_send(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);

        if (sent < 0)
            return; /* closed by the server: what it said is in the reply */
        at += sent;
        len -= (size_t)sent;
    }
}

static ssize_t read_some(int fd, char *bytes, size_t size)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    ck_assert_msg(poll(&ready, 1, DEADLINE_MS) == 1, "no answer within %d ms", DEADLINE_MS);
    return recv(fd, bytes, size, 0);
}

static size_t wanted_len(const struct peer_reply *reply)
{
    const char *head_end = strstr(reply->bytes, "\r\n\r\n");
    const char *length = strcasestr(reply->bytes, "\r\nContent-Length:");

    if (!head_end || (!length && strncmp(reply->bytes, "HTTP/1.1 1", 10) != 0))
        return SIZE_MAX;
    if (!length || length > head_end)
        return (size_t)(head_end - reply->bytes) + 4;
    return (size_t)(head_end - reply->bytes) + 4 + strtoul(length + 17, NULL, 10);
}

void peer_read(int fd, struct peer_reply *reply)
{
    reply->len = 0;
    reply->bytes[0] = '\0';
    while (reply->len < wanted_len(reply)) {
        ssize_t len = read_some(fd, reply->bytes + reply->len, PEER_REPLY_MAX - 1 - reply->len);

        if (len <= 0)
            break;
        reply->len += (size_t)len;
        reply->bytes[reply->len] = '\0';
    }
    reply->status = reply->len > 12 ? atoi(reply->bytes + 9) : 0;
    reply->body = strstr(reply->bytes, "\r\n\r\n");
    reply->body = reply->body ? reply->body + 4 : "";
}

int peer_is_closed(int fd)
{
    char byte;

    return read_some(fd, &byte, 1) <= 0;
}

void peer_exchange(unsigned int port, const void *bytes, size_t len, struct peer_reply *reply)
{
    int fd = peer_connect(port);

    peer_send(fd, bytes, len);
    peer_read(fd, reply);
    (void)close(fd);
}

void peer_get(unsigned int port, const char *target, struct peer_reply *reply)
{
    char *head;
    int len =
        asprintf(&head, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", target);

    ck_assert_int_gt(len, 0);
    peer_exchange(port, head, (size_t)len, reply);
    free(head);
}

void peer_post(unsigned int port, const char *target, const char *body, size_t len,
               struct peer_reply *reply)
{
    char *head;
    int head_len = asprintf(&head,
                            "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            "Content-Type: application/x-www-form-urlencoded\r\n"
                            "Content-Length: %zu\r\n\r\n",
                            target, len);
    int fd = peer_connect(port);

    ck_assert_int_gt(head_len, 0);
    peer_send(fd, head, (size_t)head_len);
    free(head);
    peer_send(fd, body, len);
    peer_read(fd, reply);
    (void)close(fd);
}

/* Forms */

void peer_form_add(struct peer_form *form, const char *name, const char *value)
{
    ck_assert_uint_lt(form->count, FORM_MAX);
    form->names[form->count] = name;
    form->values[form->count++] = value;
}

void peer_form_set(struct peer_form *form, const char *name, const char *value)
{
    size_t i;

    for (i = 0; i < form->count; i++)
        if (strcmp(form->names[i], name) == 0)
            break;
    if (i == form->count && value)
        peer_form_add(form, name, value);
    else if (value)
        form->values[i] = value;
    else if (i < form->count) {
        form->count--;
        form->names[i] = form->names[form->count];
        form->values[i] = form->values[form->count];
    }
}

void peer_checksum(const char *secretkey, size_t secretkey_len, const char *text, size_t len,
                   char *checksum)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len;

    ck_assert_ptr_nonnull(HMAC(EVP_sha1(), secretkey, (int)secretkey_len,
                               (const unsigned char *)text, len, digest, &digest_len));
    EVP_EncodeBlock((unsigned char *)checksum, digest, (int)digest_len);
}

static void sort_form(struct peer_form *form)
{
    size_t i;
    size_t j;

    for (i = 1; i < form->count; i++)
        for (j = i; j > 0 && strcmp(form->names[j - 1], form->names[j]) > 0; j--) {
            const char *name = form->names[j];
            const char *value = form->values[j];

            form->names[j] = form->names[j - 1];
            form->values[j] = form->values[j - 1];
            form->names[j - 1] = name;
            form->values[j - 1] = value;
        }
}

static int has_name(const struct peer_form *form, const char *name)
{
    size_t i;

    for (i = 0; i < form->count; i++)
        if (strcasecmp(form->names[i], name) == 0)
            return 1;
    return 0;
}

void peer_form_sign(struct peer_form *form, const char *secretkey)
{
    time_t now = time(NULL);
    struct tm parts;
    char *text = NULL;
    size_t len;
    FILE *out;
    size_t i;

    gmtime_r(&now, &parts);
    strftime(form->timestamp, sizeof(form->timestamp), "%Y-%m-%d %H:%M:%S", &parts);
    peer_form_set(form, "checksum", NULL);
    if (!has_name(form, "timestamp"))
        peer_form_add(form, "timestamp", form->timestamp);
    sort_form(form);
    out = open_memstream(&text, &len);
    for (i = 0; i < form->count; i++)
        fprintf(out, "%s%s", form->names[i], form->values[i]);
    (void)fclose(out);
    peer_checksum(secretkey, strlen(secretkey), text, len, form->checksum);
    free(text);
    peer_form_add(form, "checksum", form->checksum);
}

static void put_encoded(FILE *out, const char *text)
{
    for (; *text; text++)
        fprintf(out, "%%%02X", (unsigned char)*text);
}

char *peer_form_encode(const struct peer_form *form)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    size_t i;

    for (i = 0; i < form->count; i++) {
        if (i > 0)
            fputc('&', out);
        put_encoded(out, form->names[i]);
        fputc('=', out);
        put_encoded(out, form->values[i]);
    }
    (void)fclose(out);
    return text;
}
