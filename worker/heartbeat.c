#include "worker/heartbeat.h"

#include <unistd.h>

#include "common/envelope.h"
#include "common/process_usage.h"
#include "common/uuid.h"
#include "worker/link.h"

static void put_int(struct buf *out, const char *key, int64_t value)
{
	msg_put_key(out, key);
	msg_put_int(out, value);
}

static void put_methods(struct buf *out)
{
	const struct method *m;
	uint32_t count = 0;
	msg_put_key(out, "methods");
	size_t mark = msg_open_array(out);
	for (size_t i = 0; (m = method_at(i)) != NULL; i++) {
		if (m->audience == AUDIENCE_SELF)
			continue;
		msg_put_key(out, m->name);
		count++;
	}
	msg_close(out, mark, count);
}

static void put_counts(struct buf *out, const struct counter_table *table, const void *counts)
{
	msg_put_key(out, table->name);
	counter_put_map(out, table, counts);
}

static void put_position(struct buf *out, struct position committed)
{
	if (!position_is_set(committed))
		return;
	msg_put_key(out, "position");
	position_put(out, committed);
}

/* A number that the system does not tell is left out. */
static void put_process(struct buf *out)
{
	int64_t cpu_us, bytes;
	bool has_cpu = process_usage_cpu_us(&cpu_us),
	     has_bytes = process_usage_resident_bytes(&bytes);
	msg_put_key(out, "process");
	msg_put_map(out, (uint32_t)has_cpu + has_bytes);
	if (has_cpu)
		put_int(out, "cpu_us", cpu_us);
	if (has_bytes)
		put_int(out, "resident_bytes", bytes);
}

void heartbeat_put_ready(struct buf *out, const struct heartbeat_ready *ready)
{
	char uuid[UUID_TEXT_LEN];
	uuid_format(ready->uuid, uuid);
	envelope_open_notification(out, "worker.ready");
	msg_put_map(out, 11 + position_is_set(ready->heartbeat->committed));
	msg_put_key(out, "worker");
	msg_put_text(out, (struct span){ uuid, sizeof uuid });
	put_int(out, "pid", getpid());
	msg_put_key(out, "version");
	msg_put_key(out, ready->version);
	put_int(out, "epoch", ready->epoch);
	put_int(out, "credit", ready->credit);
	put_methods(out);
	msg_put_key(out, "database");
	msg_put_bool(out, ready->heartbeat->has_database);
	put_position(out, ready->heartbeat->committed);
	put_counts(out, &lanes_counter_table, &ready->heartbeat->counts);
	put_counts(out, &link_counter_table, ready->link);
	put_process(out);
	msg_put_key(out, "lanes");
	if (ready->heartbeat->lanes)
		lanes_put_counts(ready->heartbeat->lanes, out);
	else
		msg_put_map(out, 0);
}

void heartbeat_put_credit(struct buf *out, int64_t epoch, int64_t credit, struct position committed)
{
	envelope_open_notification(out, "worker.credit");
	msg_put_map(out, 2 + position_is_set(committed));
	put_int(out, "epoch", epoch);
	put_int(out, "credit", credit);
	put_position(out, committed);
}

void heartbeat_put_leaving(struct buf *out, int64_t epoch)
{
	envelope_open_notification(out, "worker.leaving");
	msg_put_map(out, 1);
	put_int(out, "epoch", epoch);
}
