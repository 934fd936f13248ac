/*
 * cursor: ties a page's cursor to the list that it belongs to.
 *
 * A cursor is a position: the key and the id of the last returned row. With another list, order or
 * filter the same position would silently skip rows. Therefore next_cursor is POSITION.FINGERPRINT:
 * the position from the statement, and a hash over the account, the method and all its params
 * except `limit` and `cursor`. A request with another fingerprint is refused. The hash is not a
 * secret, it only detects mistakes: a forged cursor shows nothing that its sender may not list
 * anyway.
 */
#ifndef WORKER_CURSOR_H
#define WORKER_CURSOR_H

#include "worker/request.h"

/* Returns the fingerprint of the request's list. */
uint32_t cursor_fingerprint(const struct request *r);

/* ST_INVALID_INPUT, field "cursor": the request's cursor belongs to another list. */
enum status cursor_check(const struct request *r, struct fail *why) MUST_CHECK;

/* Appends next_cursor as text. */
void cursor_put(struct buf *out, struct span position, uint32_t fingerprint);

#endif
