#include "worker/outbox.h"

#include <assert.h>
#include <string.h>

#include "worker/heartbeat.h"

enum { CREDIT_ROOM = 80 }; /* a worker.credit takes at most 76 bytes */

void outbox_init(struct outbox *o, size_t bytes_max)
{
	*o = (struct outbox){ .out.limit = bytes_max };
}

void outbox_fini(struct outbox *o)
{
	buf_fini(&o->out);
	buf_fini(&o->credit);
}

struct buf *outbox_open(struct outbox *o)
{
	static const char room[CREDIT_ROOM];
	if (o->out.len == 0)
		buf_put(&o->out, room, sizeof room);
	o->mark = o->out.len;
	return &o->out;
}

bool outbox_close(struct outbox *o)
{
	if (!o->out.failed) {
		o->responses++;
		return true;
	}
	o->out.failed = false;
	o->out.len = o->mark;
	return false;
}

bool outbox_message(struct outbox *o, const struct outbox_head *head, struct span *body)
{
	buf_clear(&o->credit);
	heartbeat_put_credit(&o->credit, head->epoch, head->credit, head->committed);
	if (o->credit.failed)
		return false;
	assert(o->credit.len <= CREDIT_ROOM);
	size_t unused = CREDIT_ROOM - o->credit.len;
	memcpy(o->out.bytes + unused, o->credit.bytes, o->credit.len);
	*body = (struct span){ o->out.bytes + unused, o->out.len - unused };
	return true;
}

void outbox_clear(struct outbox *o)
{
	o->responses = 0;
	buf_clear(&o->out);
}
