/*
 * api_local: the routes that the gateway serves without a worker. Each function takes the request.
 */
#ifndef GATEWAY_API_LOCAL_H
#define GATEWAY_API_LOCAL_H

#include "gateway/api_request.h"

void api_local_root(struct api_request **r);
void api_local_health(struct api_request **r);  /* the process serves */
void api_local_healthz(struct api_request **r); /* the same, and the name of the service */
void api_local_backend(struct api_request **r); /* the same, as system C's page wants it */
void api_local_readyz(struct api_request **r);  /* a worker is connected that has its database */
void api_local_asset(struct api_request **r);   /* the static file of the route's path */

#endif
