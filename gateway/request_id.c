#include "gateway/request_id.h"

#include <string.h>

static bool is_safe(struct span id)
{
	if (id.len == 0 || id.len > REQUEST_ID_MAX)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		unsigned char c = (unsigned char)id.bytes[i];
		if (c <= ' ' || c >= 0x7f || strchr("\"\\<>'`{}|^", c))
			return false;
	}
	return true;
}

struct request_id request_id_choose(const struct http_request *http, struct uuid_source *ids)
{
	static const char *const names[] = { "X-Request-Id", "X-Trace-Id" };
	struct request_id id;
	for (size_t i = 0; http && i < sizeof names / sizeof *names; i++) {
		struct span given = http_request_field(http, names[i]);
		if (is_safe(given)) {
			id.len = given.len;
			memcpy(id.bytes, given.bytes, given.len);
			return id;
		}
	}
	unsigned char uuid[16];
	uuid_v7(ids, uuid);
	uuid_format(uuid, id.bytes);
	id.len = UUID_TEXT_LEN;
	return id;
}
