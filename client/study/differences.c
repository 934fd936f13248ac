#include "client/study/differences.h"

#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

enum { SHOWN = 48 };

/* Formats a value for people; NULL: none. */
static void show(const char *text, bool is_quoted, char out[SHOWN + 8])
{
	char cut[SHOWN];
	if (!text) {
		(void)snprintf(out, SHOWN + 8, "none");
		return;
	}
	utf8_show(text, strlen(text), cut, sizeof cut);
	const char *more = strlen(cut) < strlen(text) ? "\xe2\x80\xa6" : "";
	(void)snprintf(out, SHOWN + 8, is_quoted ? "\"%s%s\"" : "%s%s", cut, more);
}

static const char *text_of(const struct study_value *session, const char *name)
{
	return study_value_text(study_value_get(session, name), NULL);
}

struct pair {
	const char *name;
	bool is_quoted;
	const char *theirs, *ours; /* the value of the session and that of the file; NULL: none */
};

static void put(char *out, const struct pair *pair)
{
	char theirs[SHOWN + 8], ours[SHOWN + 8];
	size_t used = strlen(out);
	show(pair->theirs, pair->is_quoted, theirs);
	show(pair->ours, pair->is_quoted, ours);
	(void)snprintf(out + used, DIFFERENCES_SIZE - used, "%s%s %s, the file has %s",
		used > 0 ? "; " : "", pair->name, theirs, ours);
}

/* True if the service reports this field as differing. Only the service knows which names are
 * equal. */
static bool differs(const struct study_value *fields, const char *name, const char *other_name)
{
	for (size_t i = 0; i < study_value_count(fields); i++) {
		const char *field = study_value_text(study_value_at(fields, i), "");
		if (strcmp(field, name) == 0 || strcmp(field, other_name) == 0)
			return true;
	}
	return false;
}

bool record_differences(
	const struct record *record, const struct study_value *session, char out[DIFFERENCES_SIZE])
{
	char minutes[24], our_minutes[24];
	const struct study_value *fields = study_value_get(session, "fields");
	(void)snprintf(minutes, sizeof minutes, "%lld",
		(long long)study_value_int(study_value_get(session, "duration_minutes"), 0));
	(void)snprintf(our_minutes, sizeof our_minutes, "%lld", (long long)record->minutes);
	const struct {
		const char *field, *other_field;
		bool is_given; /* the file has the field */
		struct pair pair;
	} table[] = {
		{ "tag", "topic_id", true, { "tag", true, text_of(session, "tag"), record->tag } },
		{ "minutes", "duration_minutes", true, { "minutes", false, minutes, our_minutes } },
		{ "study_date", "", true,
			{ "study_date", false, text_of(session, "study_date"), record->day } },
		{ "notes", "", record->has_notes,
			{ "notes", true, text_of(session, "notes"), record->notes } },
		{ "created_at", "", *record->created_at != '\0',
			{ "timestamp", false, text_of(session, "created_at"),
				record->created_at } },
		{ "task_id", "goal_id", false, { 0 } }, /* no file has links */
		{ "skill_id", "project_id", false, { 0 } },
	};
	size_t differing = 0;
	out[0] = '\0';
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		bool is_other = differs(fields, table[i].field, table[i].other_field);
		differing += is_other;
		if (is_other && table[i].is_given)
			put(out, &table[i].pair);
	}
	if (differing == 0)
		(void)snprintf(out, DIFFERENCES_SIZE, "the service does not report which");
	return out[0] != '\0';
}
