#include "gateway/access_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum { METHOD_MAX = 16, PATH_MAX_BYTES = 256 };

struct access_entry {
	size_t method_len, path_len;
	char method[METHOD_MAX], path[PATH_MAX_BYTES];
};

static size_t copy(char *to, size_t size, struct span from)
{
	size_t len = from.len < size ? from.len : size;
	if (len)
		memcpy(to, from.bytes, len);
	return len;
}

static void fill(struct access_entry *entry, const struct http_request *http)
{
	if (!http)
		return;
	entry->method_len = copy(entry->method, sizeof entry->method, http->method);
	entry->path_len = copy(entry->path, sizeof entry->path, http->path);
}

static void put(
	const struct access_entry *entry, const struct access_end *end, const struct request_id *id)
{
	char code[16];
	struct span method = { entry->method, entry->method_len },
		    path = { entry->path, entry->path_len };
	(void)snprintf(code, sizeof code, "%d", end->http_status);
	struct log_fields fields = { .event = LOG_EVENT_REQUEST,
		.request_id = request_id_view(id),
		.method = method,
		.path = path,
		.code = code,
		.duration_us = end->duration_us };
	log_with(LOG_INFO, &fields, "%.*s %.*s %s %" PRId64 " us %.*s", (int)method.len,
		method.bytes, (int)path.len, path.bytes, code, end->duration_us, (int)id->len,
		id->bytes);
}

struct access_entry *access_log_begin(const struct http_request *http)
{
	struct access_entry *entry = calloc(1, sizeof *entry);
	if (entry)
		fill(entry, http);
	return entry;
}

void access_log_end(
	struct access_entry **entry, const struct access_end *end, const struct request_id *id)
{
	if (!*entry)
		return;
	put(*entry, end, id);
	free(*entry);
	*entry = NULL;
}

void access_log_put(const struct http_request *http, int http_status, const struct request_id *id)
{
	struct access_entry entry = { 0 };
	fill(&entry, http);
	put(&entry, &(struct access_end){ http_status, 0 }, id);
}

void access_log_put_rpc(
	const char *method, const char *code, int64_t duration_us, const struct request_id *id)
{
	struct log_fields fields = { .event = LOG_EVENT_REQUEST,
		.request_id = request_id_view(id),
		.method = span_of(method),
		.code = code,
		.duration_us = duration_us };
	log_with(LOG_INFO, &fields, "rpc %s %s %" PRId64 " us %.*s", method, code, duration_us,
		(int)id->len, id->bytes);
}
