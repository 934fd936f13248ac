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
		{ "account", as->account, 0, INT64_MAX },
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
	if (as->max_in_flight == 0)
		as->max_in_flight = 1024;
	if (as->max_reply_bytes == 0)
		as->max_reply_bytes = 64 << 20;
}

/* The texts besides the endpoints. */
enum { SERVER_KEY, PUBLIC_KEY, SECRET_KEY, TOKEN, TEXTS_COUNT };

struct text {
	const char *name;
	const char **at;
};

static enum study_status check_keys(const struct text *keys, struct study_error *why)
{
	bool is_any = *keys[0].at || *keys[1].at || *keys[2].at;
	for (int i = SERVER_KEY; is_any && i <= SECRET_KEY; i++)
		if (!*keys[i].at || !transport_is_key(*keys[i].at))
			return failure_field(why, STUDY_INVALID_ARGUMENT, keys[i].name,
				"%s must be a Z85 text of %d characters", keys[i].name, KEY_LENGTH);
	return STUDY_OK;
}

/* The message does not contain the token. */
static enum study_status check_token(const struct text *token, struct study_error *why)
{
	const char *text = *token->at;
	size_t len = text ? strlen(text) : 0, visible = 0;
	while (visible < len && text[visible] > ' ' && text[visible] <= '~')
		visible++;
	if (len > TOKEN_BYTES_MAX || visible < len)
		return failure_field(why, STUDY_INVALID_ARGUMENT, token->name,
			"the token must have at most %d characters of ASCII, without blanks",
			TOKEN_BYTES_MAX);
	return STUDY_OK;
}

/* Copies all texts into one block: the endpoints, then the others. */
static bool copy_texts(struct options *o, const struct text texts[TEXTS_COUNT])
{
	size_t size = strlen(o->as.endpoints) + 1, at = size;
	for (int i = 0; i < TEXTS_COUNT; i++)
		size += *texts[i].at ? strlen(*texts[i].at) + 1 : 0;
	char *block = malloc(size);
	if (!block)
		return false;
	memcpy(block, o->as.endpoints, at);
	for (int i = 0; i < TEXTS_COUNT; i++) {
		size_t len = *texts[i].at ? strlen(*texts[i].at) + 1 : 0;
		if (len == 0)
			continue;
		memcpy(block + at, *texts[i].at, len);
		*texts[i].at = block + at;
		at += len;
	}
	o->texts = block;
	o->texts_size = size;
	return true;
}

enum study_status options_take(
	struct options *out, const struct study_options *from, struct study_error *why)
{
	out->as = *from;
	const struct text texts[TEXTS_COUNT] = {
		[SERVER_KEY] = { "server_key", &out->as.server_key },
		[PUBLIC_KEY] = { "public_key", &out->as.public_key },
		[SECRET_KEY] = { "secret_key", &out->as.secret_key },
		[TOKEN] = { "token", &out->as.token },
	};
	if (!out->as.endpoints)
		out->as.endpoints = "";
	set_defaults(&out->as);
	enum study_status st = check_numbers(&out->as, why);
	if (st == STUDY_OK)
		st = check_keys(texts, why);
	if (st == STUDY_OK)
		st = check_token(&texts[TOKEN], why);
	if (st != STUDY_OK)
		return st;
	if (!copy_texts(out, texts))
		return failure_set(why, STUDY_NO_MEMORY, "out of memory");
	if (out->as.token)
		out->token = span_of(out->as.token);
	return split_endpoints(out, why);
}

void options_fini(struct options *o)
{
	if (o->texts)
		explicit_bzero(o->texts, o->texts_size);
	free(o->texts);
	o->texts = NULL;
}
