/*
 * passed: the listening sockets that systemd has passed (sd_listen_fds(3)).
 *
 * A socket unit names its socket with FileDescriptorName=. A socket is taken once; when all are
 * taken, the variables (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES) are removed from the environment.
 *
 *	int fd = passed_take("metrics");
 */
#ifndef GATEWAY_PASSED_H
#define GATEWAY_PASSED_H

#define PASSED_METRICS "metrics" /* FileDescriptorName= of the socket for GET /metrics */

/* Returns the descriptor of the first socket with this name that is not taken; -1: there is none.
 * NULL means any name but PASSED_METRICS. */
int passed_take(const char *name);

#endif
