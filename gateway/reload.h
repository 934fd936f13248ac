/*
 * reload: what SIGHUP reads again while a gateway runs: the settings that may change, the clients
 * file with the keys of RPC clients and workers, and the secret of tokens.
 *
 * Each part stands alone: if it cannot be read, the one from before counts, and the log says so. No
 * request is lost.
 */
#ifndef GATEWAY_RELOAD_H
#define GATEWAY_RELOAD_H

#include "gateway/gateway.h"

void reload_all(struct gateway *g);

#endif
