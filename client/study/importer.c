#include "client/study/importer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/differences.h"
#include "client/study/progress.h"
#include "client/study/rows.h"

enum {
	WINDOW = 1000,
	WINDOW_BYTES = 4 << 20,
	PROGRESS_MS = 100,
	RETRY_MS = 50,
	RETRY_MS_MAX = 1000
};

enum slot_state { SLOT_DONE, SLOT_ASKED, SLOT_WAITING /* to be asked again */ };

/* What a row asks for. Whatever fails begins with the first again, which is safe to repeat. */
enum step { STEP_LOG, STEP_UPDATE, STEP_RESTORE };

static const char *const methods[] = {
	[STEP_LOG] = "sessions.log",
	[STEP_UPDATE] = "sessions.log",
	[STEP_RESTORE] = "sessions.restore",
};

struct slot {
	struct importer *importer;
	enum slot_state state;
	enum step step;
	enum outcome outcome; /* once it is done */
	size_t bytes;
	struct journal_state end;   /* the place of its row's end in the file */
	int64_t asked_ms, again_ms; /* first, next */
	int tries;
	struct record record; /* its texts are in `texts` */
	struct buf texts;
	char *kept_notes; /* the service's, of which the file says nothing */
	bool was_restored, was_updated;
	struct refusal refusal;
};

enum { IDS = 4096 };

struct importer {
	struct study_client *client;
	struct source *source;
	struct rows *rows;
	struct importer_options options;
	struct journal_state done;
	struct study_params *params; /* of the request that is being made */
	struct slot ring[WINDOW];
	size_t head, count, bytes, waiting;
	unsigned short ids[IDS]; /* how many slots of the ring have an id of this hash */
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
	if (!in || study_params_new(&in->params) != STUDY_OK) {
		free(in);
		return NULL;
	}
	in->client = client;
	in->source = source;
	in->rows = rows;
	in->options = *options;
	in->done = *from;
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

static struct slot *slot_at(struct importer *in, size_t index)
{
	return &in->ring[(in->head + index) % WINDOW];
}

/* Rows of one id. */

static unsigned short *id_count(struct importer *in, const char *id)
{
	unsigned hash = 5381;
	for (; *id; id++)
		hash = hash * 33 + (unsigned char)*id;
	return &in->ids[hash % IDS];
}

/* Whether a row before it has the same id and is not done. */
static bool is_behind(struct importer *in, const struct slot *slot)
{
	if (*id_count(in, slot->record.id) < 2)
		return false;
	for (size_t i = 0; i < in->count && slot_at(in, i) != slot; i++)
		if (slot_at(in, i)->state != SLOT_DONE
			&& strcmp(slot_at(in, i)->record.id, slot->record.id) == 0)
			return true;
	return false;
}

/* Asking. */

static void put_params(struct importer *in, const struct slot *slot)
{
	study_params_clear(in->params);
	if (slot->step == STEP_RESTORE) {
		study_params_text(in->params, "session_id", slot->record.id);
		return;
	}
	record_to_params(&slot->record, in->params);
	if (slot->step != STEP_UPDATE)
		return;
	study_params_text(in->params, "if_match", "*");
	if (!slot->record.has_notes && slot->kept_notes)
		study_params_text(in->params, "notes", slot->kept_notes);
}

static void end(struct slot *slot, enum outcome outcome)
{
	slot->state = SLOT_DONE;
	slot->outcome = outcome;
}

static void wait_for(struct slot *slot, int64_t delay_ms)
{
	slot->state = SLOT_WAITING;
	slot->step = STEP_LOG;
	slot->again_ms = progress_now_ms() + delay_ms;
	slot->importer->waiting++;
}

static void wait_or_give_up(struct slot *slot, const struct study_error *error)
{
	struct importer *in = slot->importer;
	int64_t delay_ms = RETRY_MS << (slot->tries < 5 ? slot->tries : 5);
	wait_for(slot, delay_ms < RETRY_MS_MAX ? delay_ms : RETRY_MS_MAX);
	slot->tries++;
	bool is_late = progress_now_ms() - slot->asked_ms >= in->options.give_up_ms;
	if (is_late && in->fatal.status == STUDY_OK)
		in->fatal = *error;
}

/* The param's name is told as the file's column. */
static void refuse(struct slot *slot, const struct study_error *error)
{
	record_refuse(&slot->refusal, slot->refusal.line, error->field, "%s [%s]", error->message,
		error->code);
	end(slot, OUTCOME_REFUSED);
}

static void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error);

static void ask(struct slot *slot, enum step step)
{
	struct importer *in = slot->importer;
	slot->step = step;
	slot->state = SLOT_ASKED;
	put_params(in, slot);
	enum study_status st = study_submit(
		in->client, methods[step], in->params, on_reply, slot, (int)in->options.give_up_ms);
	if (st == STUDY_INVALID_ARGUMENT) /* what no request can hold */
		refuse(slot, study_client_error(in->client));
	else if (st != STUDY_OK)
		wait_or_give_up(slot, study_client_error(in->client));
}

static void ask_again(struct importer *in)
{
	int64_t now_ms = progress_now_ms();
	for (size_t i = 0; in->waiting > 0 && i < in->count; i++) {
		struct slot *slot = slot_at(in, i);
		if (slot->state != SLOT_WAITING || slot->again_ms > now_ms || is_behind(in, slot))
			continue;
		in->waiting--;
		ask(slot, STEP_LOG);
	}
}

/* Answers. */

static void on_done(struct slot *slot, const struct study_value *session)
{
	bool is_created = study_value_bool(study_value_get(session, "created"), true);
	if (slot->step == STEP_RESTORE) {
		slot->was_restored = true;
		ask(slot, STEP_LOG); /* which compares the values */
		return;
	}
	slot->was_updated |= slot->step == STEP_UPDATE;
	end(slot, slot->was_restored  ? OUTCOME_RESTORED
		  : slot->was_updated ? OUTCOME_UPDATED
		  : is_created        ? OUTCOME_CREATED
				      : OUTCOME_EXISTING);
}

static void on_exists(struct slot *slot, const struct study_value *details)
{
	struct importer *in = slot->importer;
	char differences[DIFFERENCES_SIZE];
	const char *notes = study_value_text(study_value_get(details, "notes"), NULL);
	if (!record_differences(&slot->record, details, differences)) {
		end(slot, slot->was_restored ? OUTCOME_RESTORED : OUTCOME_EXISTING);
		return;
	}
	if (in->options.should_update) {
		free(slot->kept_notes);
		slot->kept_notes = notes ? strdup(notes) : NULL;
		ask(slot, STEP_UPDATE);
		return;
	}
	record_refuse(&slot->refusal, slot->refusal.line, "id", "is there with other values%s: %s",
		slot->was_restored ? ", restored" : "", differences);
	end(slot, OUTCOME_DIFFERING);
}

static void on_deleted(struct slot *slot)
{
	if (slot->importer->options.should_restore && !slot->was_restored) {
		ask(slot, STEP_RESTORE);
		return;
	}
	record_refuse(&slot->refusal, slot->refusal.line, "id", "was deleted, and stays so");
	end(slot, OUTCOME_DELETED);
}

static void on_refused(
	struct slot *slot, const struct study_value *details, const struct study_error *error)
{
	if (strcmp(error->code, "SESSION_EXISTS") == 0 && slot->step == STEP_LOG)
		on_exists(slot, details);
	else if (strcmp(error->code, "SESSION_DELETED") == 0)
		on_deleted(slot);
	else if (strcmp(error->code, "PRECONDITION_FAILED") == 0 && slot->step == STEP_UPDATE)
		wait_or_give_up(slot, error); /* it has gone or come meanwhile */
	else
		refuse(slot, error);
}

static void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error)
{
	struct slot *slot = arg;
	if (status == STUDY_OK)
		on_done(slot, result);
	else if (status == STUDY_REFUSED && !error->is_retryable)
		on_refused(slot, result, error);
	else {
		slot->was_updated |= slot->step == STEP_UPDATE && error->is_outcome_unknown;
		wait_or_give_up(slot, error);
	}
}

/* Rows. */

/* A row's texts last only until the next one. */
static bool keep_texts(struct slot *slot)
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

static void take_record(struct importer *in, struct slot *slot, const struct raw_record *raw)
{
	if (!record_judge(raw, &in->options.rules, &slot->record, &slot->refusal)) {
		slot->record.id[0] = '\0';
		end(slot, OUTCOME_REFUSED);
		return;
	}
	slot->refusal = (struct refusal){ .line = raw->line };
	in->done.has_foreign_ids |= slot->record.is_foreign;
	end(slot, OUTCOME_CREATED);
	if (in->options.is_dry_run)
		return;
	slot->asked_ms = progress_now_ms();
	++*id_count(in, slot->record.id);
	if (!keep_texts(slot))
		in->fatal = (struct study_error){ .status = STUDY_NO_MEMORY,
			.message = "out of memory" };
	else if (is_behind(in, slot))
		wait_for(slot, 0);
	else
		ask(slot, STEP_LOG);
}

static void reset(struct slot *slot)
{
	slot->tries = 0;
	slot->was_restored = slot->was_updated = false;
	slot->record.id[0] = '\0';
	free(slot->kept_notes);
	slot->kept_notes = NULL;
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
	slot->end.offset = in->source->offset;
	slot->end.line = in->source->line;
	slot->end.mark = rows_mark(in->rows);
	in->count++;
	in->bytes += slot->bytes;
	if (result == ROWS_REFUSED)
		end(slot, OUTCOME_REFUSED);
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
	bool is_there = slot->outcome < OUTCOME_DELETED && *slot->record.id;
	in->done.offset = slot->end.offset;
	in->done.line = slot->end.line;
	in->done.mark = slot->end.mark;
	in->done.counts[slot->outcome]++;
	if (is_there)
		memcpy(in->done.last_id, slot->record.id, sizeof slot->record.id);
	if (*slot->record.id && !in->options.is_dry_run)
		--*id_count(in, slot->record.id);
}

static void move_on(struct importer *in)
{
	while (in->count > 0 && slot_at(in, 0)->state == SLOT_DONE) {
		struct slot *slot = slot_at(in, 0);
		count_slot(in, slot);
		if (slot->outcome >= OUTCOME_DIFFERING)
			in->options.on_refused(in->options.arg, slot->outcome, &slot->refusal);
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
