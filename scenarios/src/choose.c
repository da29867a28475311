/* Choosing cases, and reading them; see cmd.h. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "cmd.h"
#include "complaint.h"

int cmd_choice_name(struct cmd_choice *choice, const char *name)
{
    if (choice->name_count == CMD_CHOICES_MAX)
        return -1;
    choice->names[choice->name_count++] = name;
    return 0;
}

int cmd_choice_tag(struct cmd_choice *choice, const char *tag)
{
    if (choice->tag_count == CMD_CHOICES_MAX)
        return -1;
    choice->tags[choice->tag_count++] = tag;
    return 0;
}

static bool has_name(const struct cmd_choice *choice, const struct sc_case *scase)
{
    size_t i;

    for (i = 0; i < choice->name_count; i++)
        if (strstr(scase->id, choice->names[i]) || fnmatch(choice->names[i], scase->id, 0) == 0)
            return true;
    return choice->name_count == 0;
}

bool cmd_is_chosen(const struct cmd_choice *choice, const struct sc_case *scase)
{
    size_t i;

    for (i = 0; i < choice->tag_count; i++) {
        const char *tag = choice->tags[i];
        bool is_unwanted = tag[0] == '!';

        if ((sc_case_has_tag(scase, tag + is_unwanted) != 0) == is_unwanted)
            return false;
    }
    return has_name(choice, scase);
}

int cmd_load(struct sc_suite *suite, const struct sc_settings *settings, char **paths, int count)
{
    PM_AUTO_FREE char *own = cmd_cases_dir(settings);
    const char **list = calloc((size_t)count + 1, sizeof(*list));
    struct sc_complaints complaints;
    int r = -1, i;

    sc_complaints_init(&complaints);
    for (i = 0; list && i < count; i++)
        list[i] = paths[i];
    if (list && own) {
        if (count == 0)
            list[0] = own;
        r = sc_suite_load(suite, list, count > 0 ? (size_t)count : 1, &complaints);
    }
    if (complaints.text.data)
        (void)fputs(complaints.text.data, stderr);
    sc_complaints_clear(&complaints);
    free(list);
    return r < 0 ? CMD_USAGE : 0;
}
