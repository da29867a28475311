/*
 * libpq, loaded when the first PostgreSQL store is opened: linking it would cost everybody else
 * some twelve shared libraries at each start. The names are libpq's own.
 */
#ifndef FA_LIBPQ_H
#define FA_LIBPQ_H

#include <stddef.h>

#include <libpq-fe.h>

#define FA_LIBPQ_FUNCTIONS(X) \
    X(PQbackendPID)           \
    X(PQclear)                \
    X(PQcmdStatus)            \
    X(PQcmdTuples)            \
    X(PQconnectdbParams)      \
    X(PQconsumeInput)         \
    X(PQenterPipelineMode)    \
    X(PQerrorMessage)         \
    X(PQexec)                 \
    X(PQexitPipelineMode)     \
    X(PQfinish)               \
    X(PQflush)                \
    X(PQfreemem)              \
    X(PQgetResult)            \
    X(PQgetvalue)             \
    X(PQisBusy)               \
    X(PQnotifies)             \
    X(PQntuples)              \
    X(PQpipelineSync)         \
    X(PQresultErrorField)     \
    X(PQresultStatus)         \
    X(PQsendPrepare)          \
    X(PQsendQueryParams)      \
    X(PQsendQueryPrepared)    \
    X(PQserverVersion)        \
    X(PQsetNoticeReceiver)    \
    X(PQsetnonblocking)       \
    X(PQsocket)               \
    X(PQstatus)

#define FA_LIBPQ_MEMBER(name) __typeof__(name) *name;

struct fa_libpq {
    FA_LIBPQ_FUNCTIONS(FA_LIBPQ_MEMBER)
};

/**
 * From any thread.
 *
 * @message: on failure why, and what to do
 *
 * Errors: NULL there is none, or it is too old
 */
const struct fa_libpq *fa_libpq_get(char *message, size_t size);

#endif
