/*
 * record: one session of a file, checked by the rules of its method.
 *
 * Ids. A UUID is kept. Any other id (an earlier system numbered its sessions) becomes the version 5
 * UUID of its exact text in a namespace, so that different ids stay different. An ambiguous id is
 * refused: one with blanks around it, or a UUID that is not in groups of 8-4-4-4-12.
 *
 * Days. A session belongs to the day in study_date, else to the day of its moment in the zone; a
 * day begins at day_starts_at. A time without an offset is local time of the zone.
 */
#ifndef STUDY_RECORD_H
#define STUDY_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "client/studytracker.h"

struct zone;

enum field { FIELD_ID, FIELD_DAY, FIELD_TIME, FIELD_MINUTES, FIELD_TAG, FIELD_NOTES, FIELD_COUNT };

/* The texts of a file, by each name of a field; NULL: absent. */
enum { FIELD_NAMES_MAX = 2 };
struct named_texts {
	const char *text[FIELD_COUNT][FIELD_NAMES_MAX];
	bool has_notes; /* the file has the field, even if it is empty */
};

/* One text per field. */
struct raw_record {
	uint64_t line, last_line;
	const char *text[FIELD_COUNT];
	bool has_notes;
};

struct record {
	char id[STUDY_ID_SIZE], day[11];
	char created_at[28]; /* "": not in the file */
	int64_t minutes;
	const char *tag, *notes; /* borrowed from the raw record; notes may be NULL */
	bool has_notes;          /* as in the raw record */
	bool is_foreign;         /* its id was not a UUID */
};

struct refusal {
	uint64_t line, last_line; /* last_line 0: one line */
	char field[32];           /* "": the whole line */
	char rule[384];
};

struct record_rules {
	unsigned char name_space[16];
	const struct zone *zone;
	int64_t day_starts_at; /* seconds after midnight */
};

/* The default namespace of ids that are not UUIDs. */
extern const char record_namespace[STUDY_ID_SIZE];

/* The field of a column or key, and the index of the name in *rank; FIELD_COUNT: none. */
enum field record_field(const char *name, int *rank);
const char *record_field_name(enum field field, int rank); /* NULL: no such name */

/* The kind of a JSON value. */
enum raw_kind { RAW_TEXT, RAW_NUMBER, RAW_BOOL, RAW_NULL, RAW_NESTED };

/* The rule that a value of that kind breaks for the field; NULL: none. */
const char *record_kind_rule(enum field field, enum raw_kind kind, const char *text);

/* False if two names of one field have different values. */
bool record_merge(const struct named_texts *named, struct raw_record *raw, struct refusal *why);

bool record_check(const struct raw_record *raw, const struct record_rules *rules,
	struct record *out, struct refusal *why);

void record_to_params(const struct record *record, struct study_params *params);

void record_refuse(struct refusal *why, uint64_t line, const char *field, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Appends to the rule. */
void record_add(struct refusal *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
