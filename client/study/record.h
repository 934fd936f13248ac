/*
 * record: one session as a file has it, judged by the rules of the method that takes it.
 *
 * Ids. A UUID is kept. Any other id (the system before counted its sessions) becomes the UUID,
 * version 5, of its exact text in a namespace, so that two ids never become one. What could be
 * taken for another id is refused: an id with blanks around it, a UUID that is not written in
 * groups of 8-4-4-4-12.
 *
 * Days. A session belongs to the day that study_date says, else to the day of its moment in the
 * zone, which begins at day_starts_at. A time without an offset is local time of the zone.
 */
#ifndef STUDY_RECORD_H
#define STUDY_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "client/studytracker.h"

struct zone;

enum field { FIELD_ID, FIELD_DAY, FIELD_TIME, FIELD_MINUTES, FIELD_TAG, FIELD_NOTES, FIELD_COUNT };

/* As a file has them, by each name of a field; NULL: absent. */
enum { FIELD_NAMES_MAX = 2 };
struct named_texts {
	const char *text[FIELD_COUNT][FIELD_NAMES_MAX];
	bool has_notes; /* the file says something of notes, be it that there are none */
};

/* One of each. */
struct raw_record {
	uint64_t line, last_line;
	const char *text[FIELD_COUNT];
	bool has_notes;
};

struct record {
	char id[STUDY_ID_SIZE], day[11];
	char created_at[28]; /* "": the file says none */
	int64_t minutes;
	const char *tag, *notes; /* of the raw one; notes may be NULL */
	bool has_notes;          /* as of the raw one */
	bool is_foreign;         /* its id was no UUID */
};

struct refusal {
	uint64_t line, last_line; /* last_line 0: one line */
	char field[32];           /* "" where it is the whole line */
	char rule[384];
};

struct record_rules {
	unsigned char name_space[16];
	const struct zone *zone;
	int64_t day_starts_at; /* seconds after midnight */
};

/* Namespace of ids that are no UUIDs, unless one is given. */
extern const char record_namespace[STUDY_ID_SIZE];

/* The field of a column or key, and which of its names it is; FIELD_COUNT: none. */
enum field record_field(const char *name, int *rank);
const char *record_field_name(enum field field, int rank); /* NULL: it has no such name */

/* What a JSON value is. */
enum raw_kind { RAW_TEXT, RAW_NUMBER, RAW_BOOL, RAW_NULL, RAW_NESTED };

/* Why a field can't be a value of that kind; NULL: it can. */
const char *record_kind_rule(enum field field, enum raw_kind kind, const char *text);

/* False: two names of one field say different things. */
bool record_merge(const struct named_texts *named, struct raw_record *raw, struct refusal *why);

bool record_judge(const struct raw_record *raw, const struct record_rules *rules,
	struct record *out, struct refusal *why);

void record_to_params(const struct record *record, struct study_params *params);

void record_refuse(struct refusal *why, uint64_t line, const char *field, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Appends to the rule. */
void record_add(struct refusal *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
