/*
 * process_usage: what this process has used of the machine, as the metrics of gateways and workers
 * tell it.
 */
#ifndef COMMON_PROCESS_USAGE_H
#define COMMON_PROCESS_USAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Time on the processor, of user code and of the kernel, in microseconds. False: the system does
 * not tell. */
bool process_usage_cpu_us(int64_t *out);

/* Resident memory. */
bool process_usage_resident_bytes(int64_t *out);

#endif
