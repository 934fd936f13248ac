/*
 * libpq_fail: turns an error message of libpq or the server into one line for the log.
 */
#ifndef WORKER_LIBPQ_FAIL_H
#define WORKER_LIBPQ_FAIL_H

#include "common/status.h"

#define LIBPQ_SESSION_MODE "the pooler must work in session mode"

/* libpq's messages have several indented lines and end with a line feed. Returns
 * ST_DATABASE_UNAVAILABLE. */
enum status libpq_fail(struct fail *why, const char *text);

/* Appends advice to a failure that a pooler causes. `sqlstate` may be NULL. */
void libpq_advise(struct fail *why, const char *sqlstate);

#endif
