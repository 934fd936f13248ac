/*
 * ipc_path: checks and prepares the path of an ipc:// endpoint before it is bound.
 *
 * Both functions accept other endpoints and do nothing for them.
 *
 *	st = ipc_path_prepare(endpoint, IPC_FOR_WORKERS, why);
 *	if (st == ST_OK && ipc_path_is_taken(endpoint)) ...
 */
#ifndef COMMON_IPC_PATH_H
#define COMMON_IPC_PATH_H

#include "common/status.h"

/* True if a process listens there. Check before a bind: ZeroMQ silently takes over the path. */
bool ipc_path_is_taken(const char *endpoint);

enum ipc_guard {
	IPC_FOR_CLIENTS, /* anyone who may enter the directory may call */
	IPC_FOR_WORKERS, /* a peer that connects is trusted with all data */
};

/* Creates the directory, mode 0750, if it is missing; its parent must exist. ST_BAD_SETTING: the
 * path is for workers, and users other than root and ours can write to the directory. ST_SYSTEM. */
enum status ipc_path_prepare(
	const char *endpoint, enum ipc_guard guard, struct fail *why) MUST_CHECK;

#endif
