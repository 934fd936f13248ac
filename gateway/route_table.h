/*
 * route_table: the routes of the HTTP APIs, a row for each. gateway/route.h says what a row holds.
 */
#ifndef GATEWAY_ROUTE_TABLE_H
#define GATEWAY_ROUTE_TABLE_H

#include "gateway/route.h"

extern const struct route_table route_table;

#endif
