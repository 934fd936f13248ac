/*
 * cursor: binds a page's cursor to the list that it belongs to.
 *
 * A cursor is a position: the key and the id of the last row that was seen. In another list, order or
 * filter the same position would skip rows without a word. So next_cursor is POSITION.FINGERPRINT: the
 * position that the statement tells, and a hash over the account, the method and all of its params but
 * `limit` and `cursor`. A request whose own fingerprint differs is refused. The hash is no secret and
 * protects from mistakes only: a forged cursor shows nothing that its sender may not list anyway.
 */
#ifndef WORKER_CURSOR_H
#define WORKER_CURSOR_H

#include "worker/request.h"

/* Of what the request lists. */
uint32_t cursor_fingerprint(const struct request *r);

/* ST_INVALID_INPUT, field "cursor": the request has a cursor of another list. */
enum status cursor_check(const struct request *r, struct fail *why) MUST_CHECK;

/* Appends next_cursor as text: the position with the fingerprint. */
void cursor_put(struct buf *out, struct span position, uint32_t fingerprint);

#endif
