/*
 * api_export: everything that an account has as one JSON document, streamed by
 * gateway/api_stream.h.
 *
 * The worker sends pages of {table, row}, the rows of one table after the other. Each table becomes
 * a member, in that order:
 *
 *	{"account":{...},"topics":[{...},{...}],"energy_checkins":[]}
 *
 * The table `account` has one row, which is the member itself. A null row stands for a table
 * without rows. The pages are read one after the other, so the document may show a change that was
 * made meanwhile in one table and not in another.
 */
#ifndef GATEWAY_API_EXPORT_H
#define GATEWAY_API_EXPORT_H

#include "gateway/api_request.h"

/* The respond function of exports. Takes the request, whose call has ended. */
void api_export_respond(struct api_request **r, struct span page);

/* Appends a page to the document; pure. `member` is empty before the first page, and then holds the
 * name of the member that is open. *next_cursor is empty after the last page, which ends the
 * document. ST_MALFORMED: it is not a page of an export. */
enum status api_export_put(struct buf *member, struct span page, struct buf *document,
	struct span *next_cursor) MUST_CHECK;

#endif
