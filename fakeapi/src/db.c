#include "db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

const struct fa_db_engine *fa_db_engine_of(const char *where)
{
    static const char *const schemes[] = {"postgresql://", "postgres://"};
    size_t i;

    for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncmp(where, schemes[i], strlen(schemes[i])) == 0)
            return &fa_db_postgresql;
    return &fa_db_sqlite;
}

/* Passwords: `//user:PASSWORD@host`, and `password=PASSWORD` among the options. */

struct span {
    const char *begin;
    size_t len;
};

static struct span password_of_user(const char *where)
{
    const char *authority = strstr(where, "://");
    size_t len;
    const char *at;
    const char *colon;

    if (!authority)
        return (struct span){0};
    authority += strlen("://");
    len = strcspn(authority, "/?");
    at = memrchr(authority, '@', len);
    colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
    if (!colon)
        return (struct span){0};
    return (struct span){colon + 1, (size_t)(at - colon - 1)};
}

static struct span password_option(const char *where)
{
    const char *options = strstr(where, "://") ? strchr(where, '?') : NULL;
    const char *option = options ? strstr(options, "password=") : NULL;

    if (!option)
        return (struct span){0};
    option += strlen("password=");
    return (struct span){option, strcspn(option, "&")};
}

/* Replace every copy of a secret. What stands for it is no longer than most. */
static void hide(char *text, struct span secret)
{
    static const char mask[] = "***";
    char *found = secret.len > 0 ? memmem(text, strlen(text), secret.begin, secret.len) : NULL;

    while (found) {
        size_t keep = secret.len < sizeof(mask) - 1 ? secret.len : sizeof(mask) - 1;

        memcpy(found, mask, keep);
        memmove(found + keep, found + secret.len, strlen(found + secret.len) + 1);
        found += keep;
        found = memmem(found, strlen(found), secret.begin, secret.len);
    }
}

void fa_db_tidy(const char *where, char *message)
{
    char *to = message;
    const char *from;

    hide(message, password_of_user(where));
    hide(message, password_option(where));
    for (from = message; *from; from++)
        if (*from != '\n' && *from != '\t')
            *to++ = *from;
        else if (to > message && to[-1] != ' ' && from[1] != '\0')
            *to++ = ' ';
    *to = '\0';
}

void fa_db_show(const char *where, char shown[FA_DB_SHOWN_SIZE])
{
    char *copy = strdup(where); /* so that no password is cut in the middle, and not found */

    if (copy)
        fa_db_tidy(where, copy);
    snprintf(shown, FA_DB_SHOWN_SIZE, "%s", copy ? copy : "");
    free(copy);
}

/* A word is known, or it is a mistake of ours that the engine's parser will tell. */
static const char *find_word(const struct fa_db_engine *engine, const char *name, size_t len)
{
    const struct fa_db_word *word;

    for (word = engine->words; word->word; word++)
        if (strlen(word->word) == len && memcmp(word->word, name, len) == 0)
            return word->text;
    return "{?}";
}

int fa_db_translate(const struct fa_db_engine *engine, const char *sql, struct pm_buf *ret_text)
{
    pm_buf_reset(ret_text);
    while (*sql) {
        size_t len = strcspn(sql, "{?");

        (void)pm_buf_add(ret_text, sql, len); /* failures stick */
        sql += len;
        if (*sql == '?') {
            (void)pm_buf_addc(ret_text, engine->mark);
            sql++;
        } else if (*sql == '{') {
            len = strcspn(++sql, "}");
            (void)pm_buf_adds(ret_text, find_word(engine, sql, len));
            sql += len + (sql[len] == '}');
        }
    }
    return ret_text->failed ? -1 : 0;
}
