/*
 * http_list: the members of a comma-separated list (RFC 9110 section 5.6.1); pure.
 *
 * A list is one text, or all lines of one field of a request in their order, which mean the same
 * as one line with commas between them (section 5.3). A comma within double quotes does not
 * separate. Empty members are skipped. Members borrow their bytes.
 *
 *	struct http_list list = http_list_of(http, "Accept");
 *	while (http_list_next(&list, &member))
 *		...
 */
#ifndef GATEWAY_HTTP_LIST_H
#define GATEWAY_HTTP_LIST_H

#include "gateway/http_request.h"

struct http_list {
	struct span rest; /* of the current line */
	const struct http_request *http;
	struct span name;
	size_t next; /* index of the field that is read next */
};

struct http_list http_list_of(const struct http_request *http, const char *name);
struct http_list http_list_of_text(struct span text);

/* The next member, without the blanks around it; false at the end. */
bool http_list_next(struct http_list *list, struct span *member);

/* The next member of a list of choices such as Accept-Encoding (section 12.4.2): its value without
 * parameters, and its weight q in thousandths. Without q the weight is 1000; with a malformed q it
 * is 0, which means not acceptable. */
bool http_list_next_weighted(struct http_list *list, struct span *value, int *weight);

/* Whether `wanted` is a member, compared without case. */
bool http_list_has(struct http_list list, struct span wanted);

/* Whether the request has at least one line of the field, even an empty one. */
bool http_list_is_given(const struct http_request *http, const char *name);

#endif
