#include "client/study/importer_inside.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/progress.h"

enum {
	WINDOW_BYTES = 4 << 20,
	PROGRESS_MS = 100,
};

struct importer *importer_new(struct study_client *client, struct source *source, struct rows *rows,
	const struct journal_state *from, const struct importer_options *options)
{
	struct importer *in = calloc(1, sizeof *in);
	if (!in || study_params_new(&in->params) != STUDY_OK) {
		free(in);
		return NULL;
	}
	in->client = client;
	in->source = source;
	in->rows = rows;
	in->options = *options;
	in->done = *from;
	in->in_flight_max = WINDOW;
	for (size_t i = 0; i < WINDOW; i++)
		in->ring[i].importer = in;
	return in;
}

void importer_free(struct importer **importer)
{
	struct importer *in = *importer;
	if (!in)
		return;
	*importer = NULL;
	for (size_t i = 0; i < WINDOW; i++) {
		buf_fini(&in->ring[i].texts);
		free(in->ring[i].kept_notes);
	}
	study_params_free(&in->params);
	free(in);
}

struct slot *importer_slot(struct importer *in, size_t index)
{
	return &in->ring[(in->head + index) % WINDOW];
}

/* Rows. */

/* Copies the texts, because rows_next invalidates those of the row before. */
static bool copy_texts(struct slot *slot)
{
	struct record *record = &slot->record;
	struct buf *texts = &slot->texts;
	buf_clear(texts);
	buf_text(texts, record->tag);
	buf_byte(texts, '\0');
	size_t notes_at = texts->len;
	buf_text(texts, record->notes ? record->notes : "");
	buf_byte(texts, '\0');
	if (texts->failed)
		return false;
	record->tag = texts->bytes;
	record->notes = record->notes ? texts->bytes + notes_at : NULL;
	return true;
}

static void add_record(struct importer *in, struct slot *slot, const struct raw_record *raw)
{
	if (!record_check(raw, &in->options.rules, &slot->record, &slot->refusal)) {
		slot->record.id[0] = '\0';
		importer_end(slot, OUTCOME_REFUSED);
		return;
	}
	slot->refusal = (struct refusal){ .line = raw->line };
	in->done.has_foreign_ids |= slot->record.is_foreign;
	importer_end(slot, OUTCOME_CREATED);
	if (in->options.is_dry_run)
		return;
	if (copy_texts(slot)) {
		importer_start(in, slot);
		return;
	}
	slot->state = SLOT_WAITING; /* it was not imported */
	in->fatal = (struct study_error){ .status = STUDY_NO_MEMORY, .message = "out of memory" };
}

static void reset(struct slot *slot)
{
	slot->tries = 0;
	slot->was_restored = slot->was_updated = false;
	slot->record.id[0] = '\0';
	free(slot->kept_notes);
	slot->kept_notes = NULL;
}

/* Reads one row into the ring; false if there is none now. */
static bool read_row(struct importer *in)
{
	struct raw_record raw = { 0 };
	struct slot *slot = importer_slot(in, in->count);
	uint64_t before = in->source->offset;
	reset(slot);
	enum rows_result result = rows_next(in->rows, &raw, &slot->refusal);
	in->is_waiting_for_input = result == ROWS_WAIT;
	in->has_ended = result == ROWS_END || result == ROWS_FAILED;
	in->failed = result == ROWS_FAILED ? errno : 0;
	if (result != ROWS_RECORD && result != ROWS_REFUSED)
		return false;
	slot->bytes = (size_t)(in->source->offset - before);
	slot->end.offset = in->source->offset;
	slot->end.line = in->source->line;
	slot->end.mark = rows_mark(in->rows);
	in->count++;
	in->bytes += slot->bytes;
	if (result == ROWS_REFUSED)
		importer_end(slot, OUTCOME_REFUSED);
	else
		add_record(in, slot, &raw);
	return true;
}

static void fill(struct importer *in)
{
	while (!in->has_ended && in->count < WINDOW && in->bytes < WINDOW_BYTES && read_row(in))
		;
}

/* Done rows. */

static void count_outcome(struct importer *in, const struct slot *slot)
{
	bool is_there = slot->outcome < OUTCOME_DELETED && *slot->record.id;
	in->done.offset = slot->end.offset;
	in->done.line = slot->end.line;
	in->done.mark = slot->end.mark;
	in->done.counts[slot->outcome]++;
	if (is_there)
		memcpy(in->done.last_id, slot->record.id, sizeof slot->record.id);
	if (*slot->record.id && !in->options.is_dry_run)
		importer_forget_id(in, slot);
}

static void advance(struct importer *in)
{
	while (in->count > 0 && importer_slot(in, 0)->state == SLOT_DONE) {
		struct slot *slot = importer_slot(in, 0);
		count_outcome(in, slot);
		if (slot->outcome >= OUTCOME_DIFFERING)
			in->options.on_refused(in->options.arg, slot->outcome, &slot->refusal);
		in->bytes -= slot->bytes;
		in->head = (in->head + 1) % WINDOW;
		in->count--;
	}
}

static void report(struct importer *in, bool is_end)
{
	int64_t now_ms = progress_now_ms();
	if (!is_end && now_ms - in->reported_ms < PROGRESS_MS)
		return;
	in->reported_ms = now_ms;
	in->options.on_progress(in->options.arg, &in->done);
}

/* Waiting. */

static int wait_ms(struct importer *in)
{
	int ms = in->client ? study_next_timeout_ms(in->client) : -1;
	bool has_room = !in->has_ended && in->count < WINDOW && in->bytes < WINDOW_BYTES;
	if (has_room && !in->is_waiting_for_input)
		return 0;
	if (in->waiting > 0 && (ms < 0 || ms > RETRY_MS))
		ms = RETRY_MS;
	return ms;
}

/* False if stop_fd is readable. */
static bool wait_for_events(struct importer *in, int stop_fd)
{
	struct pollfd at[] = {
		{ stop_fd, POLLIN, 0 },
		{ in->client ? study_fd(in->client) : -1, POLLIN, 0 },
		{ in->is_waiting_for_input ? in->source->fd : -1, POLLIN, 0 },
	};
	(void)poll(at, sizeof at / sizeof *at, wait_ms(in));
	if (in->client)
		study_dispatch(in->client);
	return at[0].revents == 0;
}

bool importer_run(struct importer *in, int stop_fd, bool *is_stopped, struct study_error *why)
{
	*is_stopped = false;
	for (;;) {
		importer_send_due(in);
		fill(in);
		advance(in);
		report(in, false);
		if ((in->has_ended && in->count == 0) || in->fatal.status != STUDY_OK)
			break;
		*is_stopped = !wait_for_events(in, stop_fd);
		if (*is_stopped)
			break;
	}
	advance(in);
	report(in, true);
	*why = in->fatal;
	errno = in->failed;
	return in->failed == 0;
}
