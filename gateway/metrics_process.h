/*
 * metrics_process: the numbers of this process that every program of Prometheus has: time on the
 * processor, memory, descriptors, start.
 */
#ifndef GATEWAY_METRICS_PROCESS_H
#define GATEWAY_METRICS_PROCESS_H

#include "gateway/metrics_text.h"

/* `start_s`: when the process started, in seconds since 1970. A number that the system does not
 * tell is left out. */
void metrics_process_put(struct metrics_text *text, double start_s);

#endif
