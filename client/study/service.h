/*
 * service: the commands' way to the client library: one client, and what went wrong as one line
 * for people and one exit status for scripts.
 *
 *	int exit = service_call(study, "topics.get", params, &topic);
 *	if (exit != STUDY_EXIT_DONE)
 *		return exit; // it was told
 */
#ifndef STUDY_SERVICE_H
#define STUDY_SERVICE_H

#include "client/study/command.h"

enum { SERVICE_ENDPOINTS_MAX = 16 };

/* Opens study->client, if it isn't. What is no endpoint of a gateway is told. */
int service_open(struct study *study);

/* The same with other endpoints and room for so many requests; for clients of one's own. */
int service_open_client(struct study *study, const char *endpoints, size_t max_in_flight,
	struct study_client **out);

/* The endpoints that service_open would use; NULL: there are none, which is told. */
const char *service_endpoints(struct study *study);

int service_call(struct study *study, const char *method, const struct study_params *params,
	struct study_value **out);

/* Calls and prints the answer as JSON. Frees the params. */
int service_print(struct study *study, const char *method, struct study_params **params);

/* Tells, and says what to exit with. */
int service_complain(const struct study *study, const struct study_error *why);
int service_exit_of(const struct study_error *why);

void study_complain(const struct study *study, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Empty params, or NULL, which is told. */
struct study_params *service_params(struct study *study);

/* Prints the value as JSON, without a line's end. */
int service_write_value(struct study *study, const struct study_value *value);

#endif
