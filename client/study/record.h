/*
 * record: one session as a file has it, judged by the rules of the method that takes it.
 *
 * A session's id is kept if it is a UUID. Any other (the system before counted them) becomes the
 * UUID, version 5, of its text in a namespace. The day is the date as it is written: in the
 * timestamp's own offset, or in UTC where it has none.
 */
#ifndef STUDY_RECORD_H
#define STUDY_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "client/studytracker.h"

enum field { FIELD_ID, FIELD_DAY, FIELD_MINUTES, FIELD_TAG, FIELD_NOTES, FIELD_COUNT };

/* As it was read; NULL: absent. */
struct raw_record {
	uint64_t line;
	const char *text[FIELD_COUNT];
};

struct record {
	char id[STUDY_ID_SIZE], day[11];
	int64_t minutes;
	const char *tag, *notes; /* of the raw one; notes may be NULL */
};

struct refusal {
	uint64_t line;
	char field[32]; /* "" where it is the whole line */
	char rule[200];
};

/* Namespace of ids that are no UUIDs, unless one is given. */
extern const char record_namespace[STUDY_ID_SIZE];

/* The field of a column or key; FIELD_COUNT: none. *rank: 0 is the best name, where a file has
 * several. */
enum field record_field(const char *name, int *rank);

bool record_judge(const struct raw_record *raw, const unsigned char name_space[16],
	struct record *out, struct refusal *why);

void record_to_params(const struct record *record, struct study_params *params);

void record_refuse(struct refusal *why, uint64_t line, const char *field, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
