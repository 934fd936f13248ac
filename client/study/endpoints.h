/*
 * endpoints: finds the gateways of this machine if no endpoint is given.
 */
#ifndef STUDY_ENDPOINTS_H
#define STUDY_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/status.h"

/* Returns all ipc://DIR/rpc-N.sock of the first directory that has any, comma-separated; the caller
 * frees the text. NULL: there are none; `looked_at` lists the directories. */
char *endpoints_find(char *looked_at, size_t size);

/* Whether the user may not enter the directory of an endpoint that is ipc://PATH, or of a place
 * where endpoints_find looks (NULL): then `why` names the directory and its group. */
bool endpoints_are_closed(const char *endpoints, struct fail *why);

#endif
