/*
 * The files of a system: of this one, or of another one under a directory, whose absolute symbolic
 * links then stay inside it.
 */
#ifndef DOCTOR_VIEW_H
#define DOCTOR_VIEW_H

#include <stdbool.h>
#include <sys/stat.h>

struct view {
    int root_fd;
    uid_t owner; /* of the root directory: who may own what the system trusts */
};

#define VIEW_FILE_MAX (256u * 1024u)

/** Errors: -1 with errno */
int view_open(struct view *view, const char *root);
void view_close(struct view *view);

/** Read a regular file; what is over VIEW_FILE_MAX is cut. Returns it for the caller to free, or
 * NULL with errno. */
char *view_read(const struct view *view, const char *path);

bool view_stat(const struct view *view, const char *path, struct stat *ret_status);
bool view_exists(const struct view *view, const char *path);

/** Can somebody change it who is not the system's owner? */
bool view_is_writable_by_others(const struct view *view, const char *path);

/** Call for each name in a directory but those with a dot in front. */
void view_list(const struct view *view, const char *path,
               void (*each)(const char *name, void *data), void *data);

#endif
