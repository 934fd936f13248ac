#include "client/study/differences.h"

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"

enum { SHOWN = 48 };

/* A value as it stands in a line for people; NULL: none. */
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

struct pair {
	const char *name;
	bool is_quoted;
	const char *theirs, *ours; /* the session's, the file's; NULL: none */
};

static void put(char *out, const struct pair *pair)
{
	char theirs[SHOWN + 8], ours[SHOWN + 8];
	size_t used = strlen(out);
	show(pair->theirs, pair->is_quoted, theirs);
	show(pair->ours, pair->is_quoted, ours);
	(void)snprintf(out + used, DIFFERENCES_SIZE - used, "%s%s %s, the file says %s",
		used > 0 ? "; " : "", pair->name, theirs, ours);
}

/* A topic's name may differ in blanks around it, which the service drops. */
static bool is_same_name(const char *theirs, const char *ours)
{
	size_t start = utf8_trim_start(ours, strlen(ours));
	size_t len = utf8_trim_end(ours + start, strlen(ours) - start);
	return span_is((struct span){ ours + start, len }, theirs);
}

static bool is_same_text(const char *theirs, const char *ours)
{
	return theirs && ours ? strcmp(theirs, ours) == 0 : theirs == ours;
}

/* What the service finds to differ and we do not, by name; of absent notes a file says nothing. */
static void put_names(const struct record *record, const struct study_value *fields, char *out)
{
	for (size_t i = 0; i < study_value_count(fields); i++) {
		const char *name = study_value_text(study_value_at(fields, i), "");
		size_t used = strlen(out);
		if (record->has_notes || strcmp(name, "notes") != 0)
			(void)snprintf(out + used, DIFFERENCES_SIZE - used, "%s%.32s",
				used > 0 ? ", " : "", name);
	}
}

bool record_differences(
	const struct record *record, const struct study_value *session, char out[DIFFERENCES_SIZE])
{
	char minutes[24], our_minutes[24];
	const char *tag = study_value_text(study_value_get(session, "tag"), "");
	int64_t theirs = study_value_int(study_value_get(session, "duration_minutes"), 0);
	(void)snprintf(minutes, sizeof minutes, "%lld", (long long)theirs);
	(void)snprintf(our_minutes, sizeof our_minutes, "%lld", (long long)record->minutes);
	const struct pair pairs[] = {
		{ "tag", true, tag, record->tag },
		{ "minutes", false, minutes, our_minutes },
		{ "study_date", false,
			study_value_text(study_value_get(session, "study_date"), NULL),
			record->day },
		{ "notes", true, study_value_text(study_value_get(session, "notes"), NULL),
			record->has_notes ? record->notes : NULL },
		{ "timestamp", false,
			study_value_text(study_value_get(session, "created_at"), NULL),
			*record->created_at ? record->created_at : NULL },
	};
	const bool is_same[] = {
		is_same_name(tag, record->tag),
		theirs == record->minutes,
		is_same_text(pairs[2].theirs, pairs[2].ours),
		!record->has_notes || is_same_text(pairs[3].theirs, pairs[3].ours),
		!*record->created_at || is_same_text(pairs[4].theirs, pairs[4].ours),
	};
	out[0] = '\0';
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (!is_same[i])
			put(out, &pairs[i]);
	if (out[0] == '\0')
		put_names(record, study_value_get(session, "fields"), out);
	return out[0] != '\0';
}
