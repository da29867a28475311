/* What TLS needs beside libmicrohttpd's own; see http_private.h. The only user of GnuTLS. */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <sys/socket.h>

#include "http_private.h"

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return info ? info->tls_session : NULL;
}

static ssize_t send_encrypted(gnutls_session_t session, const void *bytes, size_t len)
{
    ssize_t sent = gnutls_record_send(session, bytes, len);

    if (sent >= 0)
        return sent;
    errno = sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED ? EAGAIN : EPIPE;
    return -1;
}

ssize_t fa_http_wire_send(struct fa_http_exchange *exchange, const void *bytes, size_t len)
{
    gnutls_session_t session = session_of(exchange->connection);

    if (session)
        return send_encrypted(session, bytes, len);
    return send(exchange->peer->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}
