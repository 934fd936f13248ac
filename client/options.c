#include "client/options.h"

#include <stdlib.h>
#include <string.h>

#include "client/failure.h"
#include "client/request.h"

enum { KEY_LENGTH = 40, IPC_PATH_MAX = 107 };

static bool is_port(const char *text)
{
	int64_t port;
	return text && span_to_int(span_of(text + 1), &port) && port >= 1 && port <= 65535;
}

static bool is_endpoint(const char *text)
{
	static const char ipc[] = "ipc://", tcp[] = "tcp://";
	if (strncmp(text, ipc, sizeof ipc - 1) == 0) {
		size_t len = strlen(text + sizeof ipc - 1);
		return len > 0 && len <= IPC_PATH_MAX;
	}
	const char *host = text + sizeof tcp - 1;
	return strncmp(text, tcp, sizeof tcp - 1) == 0 && *host != ':'
	       && is_port(strrchr(host, ':'));
}

/* Splits the list in place. */
static enum study_status split_endpoints(struct options *o, struct study_error *why)
{
	static const char field[] = "endpoints", blanks[] = ", \t\r\n";
	char *rest = NULL;
	for (char *at = strtok_r(o->texts, blanks, &rest); at; at = strtok_r(NULL, blanks, &rest)) {
		if (!is_endpoint(at))
			return failure_field(why, STUDY_INVALID_ARGUMENT, field,
				"%.128s is not ipc://PATH or tcp://HOST:PORT", at);
		if (o->count == ENDPOINTS_MAX)
			return failure_field(why, STUDY_INVALID_ARGUMENT, field,
				"more than %d endpoints", ENDPOINTS_MAX);
		o->endpoints[o->count++] = at;
	}
	if (o->count == 0)
		return failure_field(
			why, STUDY_INVALID_ARGUMENT, field, "at least one endpoint is required");
	return STUDY_OK;
}

static enum study_status check_numbers(struct study_options *as, struct study_error *why)
{
	const struct {
		const char *name;
		int64_t value, min, max;
	} numbers[] = {
		{ "timeout_ms", as->timeout_ms, 1, TIMEOUT_MS_MAX },
		{ "connect_timeout_ms", as->connect_timeout_ms, 1, TIMEOUT_MS_MAX },
		{ "account", as->account, 1, INT64_MAX },
		{ "max_in_flight", (int64_t)as->max_in_flight, 1, REQUESTS_MAX },
		{ "max_reply_bytes", (int64_t)as->max_reply_bytes, 1024, INT32_MAX },
	};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].value < numbers[i].min || numbers[i].value > numbers[i].max)
			return failure_field(why, STUDY_INVALID_ARGUMENT, numbers[i].name,
				"%s must be from %lld to %lld", numbers[i].name,
				(long long)numbers[i].min, (long long)numbers[i].max);
	return STUDY_OK;
}

static void set_defaults(struct study_options *as)
{
	if (as->timeout_ms == 0)
		as->timeout_ms = 5000;
	if (as->connect_timeout_ms == 0)
		as->connect_timeout_ms =
			TIMEOUT_MS_MAX; /* the deadline of the call is always earlier */
	if (as->account == 0)
		as->account = 1;
	if (as->max_in_flight == 0)
		as->max_in_flight = 1024;
	if (as->max_reply_bytes == 0)
		as->max_reply_bytes = 64 << 20;
}

struct key {
	const char *name;
	const char **text;
};

static enum study_status check_keys(const struct key keys[3], struct study_error *why)
{
	bool is_any = *keys[0].text || *keys[1].text || *keys[2].text;
	for (int i = 0; is_any && i < 3; i++)
		if (!*keys[i].text || !transport_is_key(*keys[i].text))
			return failure_field(why, STUDY_INVALID_ARGUMENT, keys[i].name,
				"%s must be a Z85 text of %d characters", keys[i].name, KEY_LENGTH);
	return STUDY_OK;
}

/* Copies all texts into one block: the endpoints, then the keys. */
static bool copy_texts(struct options *o, const struct key keys[3])
{
	struct buf texts = { 0 };
	buf_put(&texts, o->as.endpoints, strlen(o->as.endpoints) + 1);
	size_t at = texts.len;
	for (int i = 0; i < 3 && *keys[0].text; i++)
		buf_put(&texts, *keys[i].text, KEY_LENGTH + 1);
	if (texts.failed) {
		buf_fini(&texts);
		return false;
	}
	o->texts = texts.bytes;
	for (int i = 0; i < 3 && *keys[0].text; i++, at += KEY_LENGTH + 1)
		*keys[i].text = o->texts + at;
	return true;
}

enum study_status options_take(
	struct options *out, const struct study_options *from, struct study_error *why)
{
	out->as = *from;
	const struct key keys[3] = {
		{ "server_key", &out->as.server_key },
		{ "public_key", &out->as.public_key },
		{ "secret_key", &out->as.secret_key },
	};
	if (!out->as.endpoints)
		out->as.endpoints = "";
	set_defaults(&out->as);
	enum study_status st = check_numbers(&out->as, why);
	if (st == STUDY_OK)
		st = check_keys(keys, why);
	if (st != STUDY_OK)
		return st;
	if (!copy_texts(out, keys))
		return failure_set(why, STUDY_NO_MEMORY, "out of memory");
	return split_endpoints(out, why);
}

void options_fini(struct options *o)
{
	if (o->as.secret_key && o->texts)
		explicit_bzero((char *)o->texts + (o->as.secret_key - o->texts), KEY_LENGTH);
	free(o->texts);
	o->texts = NULL;
}
