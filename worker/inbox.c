#include "worker/inbox.h"

struct inbox {
	const struct inbox_events *events;
	void *arg;
};

static void refuse(const struct inbox *in, const char *what)
{
	struct fail why = { 0 };
	(void)fail_set(&why, ST_MALFORMED, "%s", what);
	in->events->on_malformed(in->arg, NULL, &why);
}

static void on_hello(const struct inbox *in, struct span params)
{
	int64_t epoch;
	if (msg_find_int(params, "epoch", &epoch) && epoch > 0)
		in->events->on_hello(in->arg, epoch);
	else
		refuse(in, "gateway.hello without an epoch");
}

/* The msgids before one that is not an integer count. */
static void on_cancel(const struct inbox *in, struct span params)
{
	int64_t epoch;
	struct span msgids;
	struct msg_token token;
	if (!msg_find_int(params, "epoch", &epoch)
		|| msg_find(params, "msgids", &msgids) != ST_OK) {
		refuse(in, "gateway.cancel without an epoch or msgids");
		return;
	}
	struct msg_reader reader = msg_reader(msgids);
	if (msg_read(&reader, &token) != ST_OK || token.type != MSG_ARRAY)
		return;
	for (uint32_t left = token.count; left > 0; left--) {
		if (msg_read(&reader, &token) != ST_OK || token.type != MSG_INT)
			return;
		in->events->on_cancel(in->arg, epoch, (uint32_t)token.integer);
	}
}

static const struct notification {
	const char *name;
	void (*read)(const struct inbox *in, struct span params);
} notification_table[] = {
	{ "gateway.hello", on_hello },
	{ "gateway.cancel", on_cancel },
};

enum { NOTIFICATIONS = sizeof notification_table / sizeof *notification_table };

const char *inbox_notification(size_t index)
{
	return index < NOTIFICATIONS ? notification_table[index].name : NULL;
}

static void read_notification(const struct inbox *in, const struct envelope *e)
{
	for (size_t i = 0; i < NOTIFICATIONS; i++)
		if (span_is(e->method, notification_table[i].name))
			notification_table[i].read(in, e->params);
}

static void read_envelope(const struct inbox *in, const struct envelope *e)
{
	if (e->kind == ENVELOPE_REQUEST)
		in->events->on_request(in->arg, e);
	else if (e->kind == ENVELOPE_NOTIFICATION)
		read_notification(in, e);
}

/* Returns false if the end of the message is unknown. */
static bool skip_malformed(
	const struct inbox *in, struct msg_reader *reader, const struct fail *why)
{
	struct span rest = { reader->at, (size_t)(reader->end - reader->at) };
	size_t size = 0;
	uint32_t msgid;
	bool has_end = msg_measure(rest, &size, NULL) == ST_OK;
	bool is_request = has_end && envelope_is_request((struct span){ rest.bytes, size }, &msgid);
	in->events->on_malformed(in->arg, is_request ? &msgid : NULL, why);
	reader->at += size;
	return has_end;
}

void inbox_read(struct span body, const struct inbox_events *events, void *arg)
{
	const struct inbox in = { events, arg };
	struct msg_reader reader = msg_reader(body);
	while (reader.at < reader.end) {
		struct envelope e;
		struct fail why = { 0 };
		if (envelope_decode(&reader, &e, &why) == ST_OK)
			read_envelope(&in, &e);
		else if (!skip_malformed(&in, &reader, &why))
			return;
	}
}
