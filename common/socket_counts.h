/*
 * socket_counts: what a socket (common/socket.h) counts. The tables say what each number means.
 *
 *	counter_sources_add(&sources, &worker_socket_counter_table, socket_counts(socket));
 */
#ifndef COMMON_SOCKET_COUNTS_H
#define COMMON_SOCKET_COUNTS_H

#include <stdint.h>

struct counter_table;

struct socket_counts {
	uint64_t received, sent;
	uint64_t oversize, revoked, malformed;
	uint64_t overloaded, unroutable;
};

/* The same rows for the two sockets of a gateway. */
extern const struct counter_table worker_socket_counter_table;
extern const struct counter_table rpc_socket_counter_table;

#endif
