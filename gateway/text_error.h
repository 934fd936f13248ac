/*
 * text_error: the error bodies of system C, whose clients show a text to people; pure.
 *
 *	{"error":text,"message":text,"trace_id":id}
 *
 * Errors of tokens have the member "msg", too: Flask-JWT-Extended calls the message so.
 *
 * The text is the first of these that exists:
 *   - the one that the route's row has for this error
 *   - the one that the clients know by the status, such as "Resource not found"
 *   - the one that the clients know for the broken rule of a param, such as "Title cannot be null"
 *   - the error's message, with a capital letter at its start
 *
 * A field that has an alias is called by it.
 *
 *	static const struct error_text texts[] = {
 *		{ .st = ST_INVALID_INPUT, .field = "project_id", .text = "Invalid project ID format" },
 *		{ 0 },
 *	};
 */
#ifndef GATEWAY_TEXT_ERROR_H
#define GATEWAY_TEXT_ERROR_H

#include "gateway/response.h"

struct error_text {
	enum status st;
	const char *field; /* NULL: any */
	const char *rule;  /* the message, without the field's name at its start; NULL: any */
	const char *text;
	bool keeps_message; /* `message` is that of the error: it says more */
};

void text_error_put(struct buf *out, const struct error_info *error, struct span trace_id);

#endif
