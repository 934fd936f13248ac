/*
 * position_field: the field StudyTracker-Position of HTTP, a position in the WAL
 * (common/position.h); pure.
 *
 * With reads on a standby, the response to a write has the field. A request that carries it reads
 * nothing older, also through another gateway (gateway/positions.h).
 *
 *	StudyTracker-Position: 1-24023128
 */
#ifndef GATEWAY_POSITION_FIELD_H
#define GATEWAY_POSITION_FIELD_H

#include "common/position.h"
#include "gateway/http_request.h"

/* The position of a request; none without such a field. ST_INVALID_INPUT with the field's name. */
enum status position_field_read(
	const struct http_request *http, struct position *out, struct fail *why) MUST_CHECK;

/* Appends the header line; nothing if there is no position. */
void position_field_put(struct buf *headers, struct position p);

#endif
