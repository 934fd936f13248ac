#include "worker/link_wire.h"

#include "common/log.h"

void link_wire_init(struct link_wire *w, const struct link_options *options,
	const struct link_state *state, struct link_counts *counts)
{
	*w = (struct link_wire){ .options = options, .state = state, .counts = counts };
	outbox_init(&w->outbox, SOCKET_RESPONSE_BODY_MAX);
}

void link_wire_fini(struct link_wire *w)
{
	outbox_fini(&w->outbox);
	buf_fini(&w->notification);
}

static struct heartbeat heartbeat_of(const struct link_wire *w)
{
	struct heartbeat heartbeat = { 0 };
	w->options->get_heartbeat(w->options->arg, &heartbeat);
	return heartbeat;
}

/* Responses. */

static enum status send_outbox(struct link_wire *w)
{
	struct span body;
	struct heartbeat heartbeat = heartbeat_of(w);
	struct outbox_head head = { w->state->epoch, link_state_credit(w->state, heartbeat.window),
		heartbeat.committed };
	if (!outbox_message(&w->outbox, &head, &body))
		return ST_NO_MEMORY;
	return socket_send(w->socket, (struct span){ 0 }, body);
}

void link_wire_send_responses(struct link_wire *w)
{
	if (w->outbox.responses == 0)
		return;
	enum status st = send_outbox(w);
	if (st == ST_OK) {
		w->counts->responses += w->outbox.responses;
		outbox_clear(&w->outbox);
		return;
	}
	if (log_limit_allows(&w->log_limit))
		log_warn("%zu responses to the gateway at %s dropped: %s", w->outbox.responses,
			w->options->endpoint,
			st == ST_OVERLOADED ? "no connection" : status_info(st)->message);
	link_wire_drop_responses(w);
}

void link_wire_drop_responses(struct link_wire *w)
{
	w->counts->dropped += w->outbox.responses;
	outbox_clear(&w->outbox);
}

struct buf *link_wire_open_response(struct link_wire *w)
{
	return outbox_open(&w->outbox);
}

void link_wire_close_response(struct link_wire *w)
{
	if (!outbox_close(&w->outbox)) {
		w->counts->dropped++;
		if (log_limit_allows(&w->log_limit))
			log_error("response to the gateway at %s dropped: out of memory",
				w->options->endpoint);
	}
	if (w->outbox.out.len >= LINK_BODY_TARGET)
		link_wire_send_responses(w);
}

/* Notifications. */

static enum status send_notification(struct link_wire *w)
{
	if (w->notification.failed)
		return ST_NO_MEMORY;
	return socket_send(w->socket, (struct span){ 0 }, buf_view(&w->notification));
}

enum status link_wire_send_ready(struct link_wire *w)
{
	struct heartbeat heartbeat = heartbeat_of(w);
	struct heartbeat_ready ready = {
		.uuid = w->options->uuid,
		.version = w->options->version,
		.epoch = w->state->epoch,
		.credit = link_state_credit(w->state, heartbeat.window),
		.heartbeat = &heartbeat,
		.link = w->counts,
	};
	link_wire_send_responses(w);
	buf_clear(&w->notification);
	heartbeat_put_ready(&w->notification, &ready);
	return send_notification(w);
}

void link_wire_send_leaving(struct link_wire *w)
{
	link_wire_send_responses(w);
	buf_clear(&w->notification);
	heartbeat_put_leaving(&w->notification, w->state->epoch);
	(void)send_notification(w); /* LINK_LEAVE_MS bounds the wait for the gateway */
}
