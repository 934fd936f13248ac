/*
 * param_writer: appends the params of an RPC request, one map, to a buffer; pure.
 *
 *	struct param_writer w = param_writer_open(&params, &why);
 *	param_writer_text(&w, "tag", SPAN("C"));
 *	param_writer_close(&w);
 */
#ifndef GATEWAY_PARAM_WRITER_H
#define GATEWAY_PARAM_WRITER_H

#include "common/method.h"

struct param_writer {
	struct buf *out;
	struct fail *why; /* what is wrong with a value */
	uint32_t count;
	size_t mark;
};

struct param_writer param_writer_open(struct buf *out, struct fail *why);
void param_writer_close(struct param_writer *w);

/* The key; the caller appends one value after it. */
void param_writer_key(struct param_writer *w, const char *name);

void param_writer_text(struct param_writer *w, const char *name, struct span text);
void param_writer_int(struct param_writer *w, const char *name, int64_t value);
void param_writer_bool(struct param_writer *w, const char *name, bool value);

/* A value of a URL. It is text: digits become an integer, a number a real, and `true` and `false` a
 * boolean if the param is of that kind; a blank before the offset of an instant becomes "+". A list
 * is never in a URL. ST_INVALID_INPUT with the param's
 * name if it is not UTF-8. */
enum status param_writer_url_text(
	struct param_writer *w, const struct param *p, struct span text) MUST_CHECK;

#endif
