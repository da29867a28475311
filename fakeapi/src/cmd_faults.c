#include "cmd_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "cmd.h"
#include "fakeapi.h"
#include "log.h"

#define FILE_MAX_BYTES (1024 * 1024)

static int read_file(const char *path, struct pm_buf *buf)
{
    PM_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    char bytes[4096];
    ssize_t len;

    if (fd < 0)
        return -1;
    while ((len = read(fd, bytes, sizeof(bytes))) > 0)
        if (pm_buf_add(buf, bytes, (size_t)len) < 0) {
            errno = EFBIG;
            return -1;
        }
    return len < 0 ? -1 : 0;
}

static int add(struct fa_server *server, const char *json, const char *source)
{
    char message[512];

    if (fa_server_fault(server, json, message, sizeof(message)) == 0)
        return CMD_OK;
    pm_log_error("%s: %s", source, message);
    return CMD_CONFIG;
}

int cmd_fault(struct fa_server *server, const char *text)
{
    struct pm_buf json;
    int status = CMD_CONFIG;

    if (text[0] != '@')
        return add(server, text, "--fault");
    pm_buf_init(&json, FILE_MAX_BYTES);
    if (read_file(text + 1, &json) < 0)
        pm_log_error("cannot read the faults \"%s\": %s", text + 1, strerror(errno));
    else
        status = add(server, json.data ? json.data : "", text + 1);
    pm_buf_clear(&json);
    return status;
}
