/*
 * service: connects commands to the client library: one client; errors as one line for people and
 * an exit status for scripts.
 *
 *	int exit = service_call(study, "topics.get", params, &topic);
 *	if (exit != STUDY_EXIT_DONE)
 *		return exit; // the error was printed
 */
#ifndef STUDY_SERVICE_H
#define STUDY_SERVICE_H

#include "client/study/command.h"

enum { SERVICE_ENDPOINTS_MAX = 16 };

/* Opens study->client if it is not open. Returns an exit status; prints an error. */
int service_open(struct study *study);

/* The same for a separate client with other endpoints and its own limit of requests in flight. */
int service_open_client(struct study *study, const char *endpoints, size_t max_in_flight,
	struct study_client **out);

/* The endpoints that service_open would use. NULL after an error, which is printed. */
const char *service_endpoints(struct study *study);

/* The service refused a request as one too many. A second is the shortest time that it then tells
 * to wait. */
enum { SERVICE_LIMIT_MS = 1000 };
bool service_is_limited(const struct study_error *why);

/* Like study_call with study->client, but waits and tries again while the service responds
 * RATE_LIMITED, until the timeout. */
enum study_status service_try(struct study *study, const char *method,
	const struct study_params *params, struct study_value **out) STUDY_MUST_CHECK;

/* service_open and service_try. Returns an exit status; prints an error. */
int service_call(struct study *study, const char *method, const struct study_params *params,
	struct study_value **out);

/* Calls and prints the result as JSON. Frees the params. */
int service_print(struct study *study, const char *method, struct study_params **params);

/* Calls with the given options as params, and shows the result, or prints it as JSON. */
int service_show(struct study *study, const char *method, const struct option *options,
	const struct option_value *given,
	void (*show)(struct study *study, const struct study_value *result));

/* Prints the error and returns its exit status. */
int service_report(const struct study *study, const struct study_error *why);
int service_exit_of(const struct study_error *why);

void study_print_error(const struct study *study, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Creates empty params. NULL after an error, which is printed. */
struct study_params *service_params(struct study *study);

/* Prints the value as JSON without a line end. */
int service_write_value(struct study *study, const struct study_value *value);

#endif
