/*
 * ipc_path: whether somebody listens at an ipc:// endpoint.
 */
#ifndef COMMON_IPC_PATH_H
#define COMMON_IPC_PATH_H

#include <stdbool.h>

/* False also for other endpoints. ZeroMQ's bind takes the path from whoever listens there,
 * without a word: ask first. */
bool ipc_path_is_taken(const char *endpoint);

#endif
