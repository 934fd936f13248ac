#include "gateway/http_link.h"

#include "gateway/http_text.h"

/* Escapes what would end the link: a target may have any visible byte. */
static void put_path(struct buf *out, struct span path)
{
	for (size_t i = 0; i < path.len; i++) {
		char byte = path.bytes[i];
		if (byte == '/' || byte == '%')
			buf_byte(out, byte);
		else
			http_percent_encode((struct span){ &path.bytes[i], 1 }, out);
	}
}

static void put_pair(struct buf *out, struct span name, struct span value)
{
	http_percent_encode(name, out);
	buf_byte(out, '=');
	http_percent_encode(value, out);
}

void http_link_put_next(struct buf *out, const struct http_request *http, struct span cursor)
{
	struct span rest = http->query;
	struct buf name = { 0 }, value = { 0 };
	buf_byte(out, '<');
	put_path(out, http->path);
	buf_byte(out, '?');
	while (http_query_next(&rest, &name, &value) == ST_OK) {
		if (span_is(buf_view(&name), "cursor"))
			continue;
		put_pair(out, buf_view(&name), buf_view(&value));
		buf_byte(out, '&');
	}
	put_pair(out, SPAN("cursor"), cursor);
	buf_text(out, ">; rel=\"next\"");
	out->failed |= name.failed || value.failed;
	buf_fini(&name);
	buf_fini(&value);
}
