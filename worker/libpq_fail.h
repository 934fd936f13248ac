/*
 * libpq_fail: what libpq and the server say of a failure, as one line for the log.
 */
#ifndef WORKER_LIBPQ_FAIL_H
#define WORKER_LIBPQ_FAIL_H

#include "common/status.h"

#define LIBPQ_SESSION_MODE "the pooler must work in session mode"

/* libpq's messages have several lines, indented, and end with a line feed. The result is
 * ST_DATABASE_UNAVAILABLE. */
enum status libpq_fail(struct fail *why, const char *text);

/* Appends what an operator must do about a failure that a pooler causes; the sqlstate may be NULL. */
void libpq_advise(struct fail *why, const char *sqlstate);

#endif
