#include "db.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"

const struct fa_db_engine *fa_db_engine_of(const char *where)
{
    (void)where;
    return &fa_db_sqlite;
}

/* Where a password begins and ends: `//user:PASSWORD@host`, or `password=PASSWORD` among the
 * options. */
static const char *find_password(const char *where, size_t *ret_len)
{
    const char *authority = strstr(where, "://");
    const char *option = strstr(where, "password=");
    const char *colon;
    size_t len;

    if (!authority)
        return NULL;
    authority += strlen("://");
    len = strcspn(authority, "/?");
    colon = memchr(authority, ':', len);
    if (colon && memchr(colon, '@', len - (size_t)(colon - authority))) {
        *ret_len = strcspn(colon + 1, "@");
        return colon + 1;
    }
    if (!option)
        return NULL;
    option += strlen("password=");
    *ret_len = strcspn(option, "&");
    return option;
}

void fa_db_show(const char *where, char shown[FA_DB_SHOWN_SIZE])
{
    size_t len = 0;
    const char *password = find_password(where, &len);

    if (password)
        snprintf(shown, FA_DB_SHOWN_SIZE, "%.*s***%s", (int)(password - where), where,
                 password + len);
    else
        snprintf(shown, FA_DB_SHOWN_SIZE, "%s", where);
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
