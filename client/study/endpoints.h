/*
 * endpoints: where the gateways of this machine listen for clients, if nobody says.
 */
#ifndef STUDY_ENDPOINTS_H
#define STUDY_ENDPOINTS_H

#include <stddef.h>

/* All ipc://DIR/rpc-N.sock of the first directory that has any, comma-separated, to be freed;
 * NULL: none has, `looked_at` names the places. */
char *endpoints_find(char *looked_at, size_t size);

#endif
