/*
 * ipc_path: the place of an ipc:// endpoint before it is bound.
 *
 * Both accept other endpoints, for which there is nothing to do.
 *
 *	st = ipc_path_prepare(endpoint, IPC_FOR_WORKERS, why);
 *	if (st == ST_OK && ipc_path_is_taken(endpoint)) ...
 */
#ifndef COMMON_IPC_PATH_H
#define COMMON_IPC_PATH_H

#include "common/status.h"

/* ZeroMQ's bind takes the path from whoever listens there, without a word: ask first. */
bool ipc_path_is_taken(const char *endpoint);

enum ipc_guard {
	IPC_FOR_CLIENTS, /* whoever may enter the directory may call */
	IPC_FOR_WORKERS, /* who connects is trusted with the data */
};

/* Makes the directory where it is missing, mode 0750, in one that exists. ST_BAD_SETTING: it is for
 * workers, and others than root and our user can write to the directory. ST_SYSTEM with the reason. */
enum status ipc_path_prepare(
	const char *endpoint, enum ipc_guard guard, struct fail *why) MUST_CHECK;

#endif
