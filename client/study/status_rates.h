/*
 * status_rates: what a gateway did per second, for study status: calls, and those it refused.
 *
 *	status_rates_print(&study->out, &interval);
 */
#ifndef STUDY_STATUS_RATES_H
#define STUDY_STATUS_RATES_H

#include "client/study/status_interval.h"
#include "client/study/terminal.h"

/* What rates are divided by: the interval, or the time since the start of the gateway. */
double status_rates_seconds(const struct status_interval *interval);

void status_rates_print(const struct terminal *out, const struct status_interval *interval);

/* The same as a part of a line. */
void status_rates_print_line(const struct terminal *out, const struct status_interval *interval);

/* The same as an object; the caller owns it. */
struct json_object *status_rates_json(const struct status_interval *interval);

#endif
