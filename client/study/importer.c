#include "client/study/importer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/progress.h"
#include "client/study/rows.h"
#include "common/uuid.h"

enum {
	WINDOW = 1000,
	WINDOW_BYTES = 8 << 20,
	PROGRESS_MS = 100,
	RETRY_MS = 50,
	RETRY_MS_MAX = 1000
};

enum slot_state { SLOT_DONE, SLOT_REFUSED, SLOT_ASKED, SLOT_WAITING /* to be asked again */ };

struct slot {
	struct importer *importer;
	struct study_params *params;
	enum slot_state state;
	size_t bytes;
	uint64_t end_offset, end_line; /* of its row in the file */
	int64_t asked_ms, again_ms;    /* first, next */
	int tries;
	char id[STUDY_ID_SIZE], day[11];
	int64_t minutes;
	bool is_created, differs;
	struct refusal refusal;
};

struct importer {
	struct study_client *client;
	struct source *source;
	struct rows *rows;
	struct importer_options options;
	unsigned char name_space[16];
	struct journal_state done;
	struct slot ring[WINDOW];
	size_t head, count, bytes, waiting;
	int64_t told_ms;
	bool has_ended;  /* the file */
	bool is_starved; /* a pipe has nothing now */
	int failed;      /* errno of reading */
	struct study_error fatal;
};

struct importer *importer_new(struct study_client *client, struct source *source, struct rows *rows,
	const struct journal_state *from, const struct importer_options *options)
{
	struct importer *in = calloc(1, sizeof *in);
	if (!in)
		return NULL;
	in->client = client;
	in->source = source;
	in->rows = rows;
	in->options = *options;
	in->done = *from;
	bool is_uuid = uuid_parse(span_of(options->name_space), in->name_space);
	for (size_t i = 0; i < WINDOW; i++) {
		in->ring[i].importer = in;
		if (!is_uuid || study_params_new(&in->ring[i].params) != STUDY_OK) {
			importer_free(&in);
			return NULL;
		}
	}
	return in;
}

void importer_free(struct importer **importer)
{
	struct importer *in = *importer;
	if (!in)
		return;
	*importer = NULL;
	for (size_t i = 0; i < WINDOW; i++)
		study_params_free(&in->ring[i].params);
	free(in);
}

static struct slot *slot_at(struct importer *in, size_t index)
{
	return &in->ring[(in->head + index) % WINDOW];
}

/* Answers. */

static void on_taken(struct slot *slot, const struct study_value *session)
{
	const char *day = study_value_text(study_value_get(session, "study_date"), "");
	slot->state = SLOT_DONE;
	slot->is_created = study_value_bool(study_value_get(session, "created"), true);
	slot->differs = !slot->is_created
			&& (study_value_int(study_value_get(session, "minutes"), 0) != slot->minutes
				|| strcmp(day, slot->day) != 0);
	if (slot->differs)
		record_refuse(&slot->refusal, slot->refusal.line, "id",
			"is there already with %lld minutes on %.16s, which is kept",
			(long long)study_value_int(study_value_get(session, "minutes"), 0), day);
}

/* The param's name is told as the file's column. */
static void on_refused(struct slot *slot, const struct study_error *error)
{
	slot->state = SLOT_REFUSED;
	record_refuse(&slot->refusal, slot->refusal.line, error->field, "%s [%s]", error->message,
		error->code);
}

static void wait_or_give_up(struct slot *slot, const struct study_error *error)
{
	struct importer *in = slot->importer;
	int64_t now_ms = progress_now_ms(),
		delay_ms = RETRY_MS << (slot->tries < 5 ? slot->tries : 5);
	slot->state = SLOT_WAITING;
	slot->again_ms = now_ms + (delay_ms < RETRY_MS_MAX ? delay_ms : RETRY_MS_MAX);
	slot->tries++;
	in->waiting++;
	if (now_ms - slot->asked_ms >= in->options.give_up_ms && in->fatal.status == STUDY_OK)
		in->fatal = *error;
}

static void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error)
{
	struct slot *slot = arg;
	if (status == STUDY_OK)
		on_taken(slot, result);
	else if (status == STUDY_REFUSED && !error->is_retryable)
		on_refused(slot, error);
	else
		wait_or_give_up(slot, error);
}

/* Asking. */

static void ask(struct importer *in, struct slot *slot)
{
	enum study_status st = study_submit(in->client, "sessions.log", slot->params, on_reply,
		slot, (int)in->options.give_up_ms);
	slot->state = SLOT_ASKED;
	if (st == STUDY_INVALID_ARGUMENT) /* what no request can hold */
		on_refused(slot, study_client_error(in->client));
	else if (st != STUDY_OK)
		wait_or_give_up(slot, study_client_error(in->client));
}

static void ask_again(struct importer *in)
{
	int64_t now_ms = progress_now_ms();
	for (size_t i = 0; in->waiting > 0 && i < in->count; i++) {
		struct slot *slot = slot_at(in, i);
		if (slot->state != SLOT_WAITING || slot->again_ms > now_ms)
			continue;
		in->waiting--;
		ask(in, slot);
	}
}

static void take_record(struct importer *in, struct slot *slot, const struct raw_record *raw)
{
	struct record record;
	if (!record_judge(raw, in->name_space, &record, &slot->refusal)) {
		slot->state = SLOT_REFUSED;
		return;
	}
	memcpy(slot->id, record.id, sizeof slot->id);
	memcpy(slot->day, record.day, sizeof slot->day);
	slot->minutes = record.minutes;
	slot->refusal.line = raw->line;
	slot->is_created = true;
	if (in->options.is_dry_run)
		return;
	study_params_clear(slot->params);
	record_to_params(&record, slot->params);
	slot->asked_ms = progress_now_ms();
	ask(in, slot);
}

static void reset(struct slot *slot)
{
	slot->state = SLOT_DONE;
	slot->tries = 0;
	slot->is_created = slot->differs = false;
	slot->id[0] = '\0';
}

/* One row into the ring; false where there is none now. */
static bool take_row(struct importer *in)
{
	struct raw_record raw = { 0 };
	struct slot *slot = slot_at(in, in->count);
	uint64_t before = in->source->offset;
	reset(slot);
	enum rows_result result = rows_next(in->rows, &raw, &slot->refusal);
	in->is_starved = result == ROWS_WAIT;
	in->has_ended = result == ROWS_END || result == ROWS_FAILED;
	in->failed = result == ROWS_FAILED ? errno : 0;
	if (result != ROWS_RECORD && result != ROWS_REFUSED)
		return false;
	slot->bytes = (size_t)(in->source->offset - before);
	slot->end_offset = in->source->offset;
	slot->end_line = in->source->line;
	in->count++;
	in->bytes += slot->bytes;
	if (result == ROWS_REFUSED)
		slot->state = SLOT_REFUSED;
	else
		take_record(in, slot, &raw);
	return true;
}

static void fill(struct importer *in)
{
	while (!in->has_ended && in->count < WINDOW && in->bytes < WINDOW_BYTES && take_row(in))
		;
}

/* Past what is done. */

static void count_slot(struct importer *in, const struct slot *slot)
{
	in->done.offset = slot->end_offset;
	in->done.line = slot->end_line;
	in->done.refused += slot->state == SLOT_REFUSED;
	in->done.created += slot->state == SLOT_DONE && slot->is_created;
	in->done.existing += slot->state == SLOT_DONE && !slot->is_created && !slot->differs;
	in->done.differing += slot->state == SLOT_DONE && slot->differs;
	if (slot->state == SLOT_DONE)
		memcpy(in->done.last_id, slot->id, sizeof slot->id);
}

static void move_on(struct importer *in)
{
	while (in->count > 0 && slot_at(in, 0)->state <= SLOT_REFUSED) {
		struct slot *slot = slot_at(in, 0);
		count_slot(in, slot);
		if (slot->state == SLOT_REFUSED || slot->differs)
			in->options.on_refused(in->options.arg, &slot->refusal);
		in->bytes -= slot->bytes;
		in->head = (in->head + 1) % WINDOW;
		in->count--;
	}
}

static void tell(struct importer *in, bool is_end)
{
	int64_t now_ms = progress_now_ms();
	if (!is_end && now_ms - in->told_ms < PROGRESS_MS)
		return;
	in->told_ms = now_ms;
	in->options.on_progress(in->options.arg, &in->done);
}

/* Waiting. */

static int wait_ms(struct importer *in)
{
	int ms = in->client ? study_next_timeout_ms(in->client) : -1;
	bool has_room = !in->has_ended && in->count < WINDOW && in->bytes < WINDOW_BYTES;
	if (has_room && !in->is_starved)
		return 0;
	if (in->waiting > 0 && (ms < 0 || ms > RETRY_MS))
		ms = RETRY_MS;
	return ms;
}

/* False: stop_fd has spoken. */
static bool wait_for_any(struct importer *in, int stop_fd)
{
	struct pollfd at[] = {
		{ stop_fd, POLLIN, 0 },
		{ in->client ? study_fd(in->client) : -1, POLLIN, 0 },
		{ in->is_starved ? in->source->fd : -1, POLLIN, 0 },
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
		ask_again(in);
		fill(in);
		move_on(in);
		tell(in, false);
		if ((in->has_ended && in->count == 0) || in->fatal.status != STUDY_OK)
			break;
		*is_stopped = !wait_for_any(in, stop_fd);
		if (*is_stopped)
			break;
	}
	move_on(in);
	tell(in, true);
	*why = in->fatal;
	errno = in->failed;
	return in->failed == 0;
}
