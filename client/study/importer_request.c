#include "client/study/importer_inside.h"

#include <stdlib.h>
#include <string.h>

#include "client/study/differences.h"
#include "client/study/progress.h"
#include "client/study/service.h"

enum { RETRY_MS_MAX = 1000 };

static const char *const methods[] = {
	[STEP_LOG] = "sessions.log",
	[STEP_UPDATE] = "sessions.log",
	[STEP_RESTORE] = "sessions.restore",
};

static const char *const links[SESSION_LINKS] = { "task_id", "goal_id", "skill_id", "project_id" };

/* Rows with the same id. */

static unsigned short *id_count(struct importer *in, const char *id)
{
	unsigned hash = 5381;
	for (; *id; id++)
		hash = hash * 33 + (unsigned char)*id;
	return &in->ids[hash % IDS];
}

/* True if an earlier row with the same id is not done. */
static bool has_earlier(struct importer *in, const struct slot *slot)
{
	if (*id_count(in, slot->record.id) < 2)
		return false;
	for (size_t i = 0; i < in->count && importer_slot(in, i) != slot; i++)
		if (importer_slot(in, i)->state != SLOT_DONE
			&& strcmp(importer_slot(in, i)->record.id, slot->record.id) == 0)
			return true;
	return false;
}

/* Requests. */

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
	for (int i = 0; i < SESSION_LINKS; i++)
		if (slot->kept_links[i] > 0)
			study_params_int(in->params, links[i], slot->kept_links[i]);
}

void importer_end(struct slot *slot, enum outcome outcome)
{
	slot->state = SLOT_DONE;
	slot->outcome = outcome;
}

static void wait_and_retry(struct slot *slot, int64_t delay_ms)
{
	slot->state = SLOT_WAITING;
	slot->step = STEP_LOG;
	slot->retry_ms = progress_now_ms() + delay_ms;
	slot->importer->waiting++;
}

/* Rows wait for each other: a row is late only if none has ended for so long. */
static bool is_late(const struct slot *slot, int64_t now_ms)
{
	const struct importer *in = slot->importer;
	int64_t since_ms = slot->first_ms > in->ended_ms ? slot->first_ms : in->ended_ms;
	return now_ms - since_ms >= in->options.give_up_ms;
}

/* If all rows were sent again at once, their first requests would use up the limit. The second
 * requests of rows that need two would then be refused, again and again. */
static void slow_down(struct importer *in, int64_t now_ms)
{
	in->paused_ms = now_ms + SERVICE_LIMIT_MS;
	in->in_flight_max = 1;
}

static void retry_or_give_up(struct slot *slot, const struct study_error *error)
{
	struct importer *in = slot->importer;
	int64_t now_ms = progress_now_ms();
	int64_t delay_ms = RETRY_MS << (slot->tries < 5 ? slot->tries : 5);
	bool is_limited = service_is_limited(error);
	if (is_limited)
		slow_down(in, now_ms);
	else
		slot->tries++;
	wait_and_retry(slot, is_limited ? 0 : delay_ms < RETRY_MS_MAX ? delay_ms : RETRY_MS_MAX);
	if (is_late(slot, now_ms) && in->fatal.status == STUDY_OK)
		in->fatal = *error;
}

/* Reports the column of the file instead of the param. */
static void refuse(struct slot *slot, const struct study_error *error)
{
	record_refuse(&slot->refusal, slot->refusal.line, error->field, "%s [%s]", error->message,
		error->code);
	importer_end(slot, OUTCOME_REFUSED);
}

static void on_response(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error);

static void send_step(struct slot *slot, enum step step)
{
	struct importer *in = slot->importer;
	slot->step = step;
	slot->state = SLOT_SENT;
	put_params(in, slot);
	enum study_status st = study_submit(in->client, methods[step], in->params, on_response,
		slot, (int)in->options.give_up_ms);
	if (st == STUDY_INVALID_ARGUMENT) /* it fits no request */
		refuse(slot, study_client_error(in->client));
	else if (st != STUDY_OK)
		retry_or_give_up(slot, study_client_error(in->client));
}

static bool may_send(const struct importer *in, int64_t now_ms)
{
	return now_ms >= in->paused_ms && study_in_flight(in->client) < in->in_flight_max;
}

void importer_send_due(struct importer *in)
{
	int64_t now_ms = progress_now_ms();
	for (size_t i = 0; in->waiting > 0 && may_send(in, now_ms) && i < in->count; i++) {
		struct slot *slot = importer_slot(in, i);
		if (slot->state != SLOT_WAITING || slot->retry_ms > now_ms || has_earlier(in, slot))
			continue;
		in->waiting--;
		send_step(slot, STEP_LOG);
	}
}

/* Responses. */

static void on_done(struct slot *slot, const struct study_value *session)
{
	bool is_created = study_value_bool(study_value_get(session, "created"), true);
	if (slot->step == STEP_RESTORE) {
		slot->was_restored = true;
		send_step(slot, STEP_LOG); /* the service compares the values */
		return;
	}
	slot->was_updated |= slot->step == STEP_UPDATE;
	importer_end(slot, slot->was_restored  ? OUTCOME_RESTORED
			   : slot->was_updated ? OUTCOME_UPDATED
			   : is_created        ? OUTCOME_CREATED
					       : OUTCOME_EXISTING);
}

/* Keeps what the service has and the file does not. */
static void keep(struct slot *slot, const struct study_value *details)
{
	const char *notes = study_value_text(study_value_get(details, "notes"), NULL);
	free(slot->kept_notes);
	slot->kept_notes = notes ? strdup(notes) : NULL;
	for (int i = 0; i < SESSION_LINKS; i++)
		slot->kept_links[i] = study_value_int(study_value_get(details, links[i]), 0);
}

static void on_exists(struct slot *slot, const struct study_value *details)
{
	struct importer *in = slot->importer;
	char differences[DIFFERENCES_SIZE];
	if (!record_differences(&slot->record, details, differences)) {
		importer_end(slot, slot->was_restored ? OUTCOME_RESTORED : OUTCOME_EXISTING);
		return;
	}
	if (in->options.should_update) {
		keep(slot, details);
		send_step(slot, STEP_UPDATE);
		return;
	}
	record_refuse(&slot->refusal, slot->refusal.line, "id", "exists with other values%s: %s",
		slot->was_restored ? ", restored" : "", differences);
	importer_end(slot, OUTCOME_DIFFERING);
}

static void on_deleted(struct slot *slot)
{
	if (slot->importer->options.should_restore && !slot->was_restored) {
		send_step(slot, STEP_RESTORE);
		return;
	}
	record_refuse(&slot->refusal, slot->refusal.line, "id", "was deleted and stays deleted");
	importer_end(slot, OUTCOME_DELETED);
}

static void on_refused(
	struct slot *slot, const struct study_value *details, const struct study_error *error)
{
	if (strcmp(error->code, "SESSION_EXISTS") == 0 && slot->step == STEP_LOG)
		on_exists(slot, details);
	else if (strcmp(error->code, "SESSION_DELETED") == 0)
		on_deleted(slot);
	else if (strcmp(error->code, "PRECONDITION_FAILED") == 0 && slot->step == STEP_UPDATE)
		retry_or_give_up(slot, error); /* it was deleted or created meanwhile */
	else
		refuse(slot, error);
}

static void on_response(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error)
{
	struct slot *slot = arg;
	if (status == STUDY_OK)
		on_done(slot, result);
	else if (status == STUDY_REFUSED && !error->is_retryable)
		on_refused(slot, result, error);
	else {
		slot->was_updated |= slot->step == STEP_UPDATE && error->is_outcome_unknown;
		retry_or_give_up(slot, error);
	}
	if (slot->state != SLOT_DONE)
		return;
	slot->importer->ended_ms = progress_now_ms();
	slot->importer->in_flight_max++;
}

void importer_start(struct importer *in, struct slot *slot)
{
	slot->first_ms = progress_now_ms();
	++*id_count(in, slot->record.id);
	if (has_earlier(in, slot) || !may_send(in, slot->first_ms))
		wait_and_retry(slot, 0);
	else
		send_step(slot, STEP_LOG);
}

void importer_forget_id(struct importer *in, const struct slot *slot)
{
	--*id_count(in, slot->record.id);
}
