/*
 * param_value: checks and decodes one value by its row of the method table.
 *
 * common/params.h uses it for the params of a request. Decoded values are borrowed from the
 * message. Each refusal is ST_INVALID_INPUT; its field is the row's name and its text is
 * `NAME RULE`.
 */
#ifndef COMMON_PARAM_VALUE_H
#define COMMON_PARAM_VALUE_H

#include "common/date.h"
#include "common/method.h"
#include "common/msg.h"

struct param_value {
	bool is_present; /* the request names it, even as nil */
	bool is_null;    /* nil, or absent without a default */
	bool boolean;
	union {
		bool has_uuid; /* CURSOR: KEY~UUID */
		bool is_local; /* LOCAL_INSTANT: without an offset, so µs of a clock */
	};
	uint32_t fingerprint; /* cursors: identifies its list (worker/cursor.h) */
	union {
		int64_t integer; /* INT; cursors: the key; DATE: days since 1970-01-01; INSTANT: µs */
		double real;     /* REAL; never -0.0 */
	};
	/* TEXT, NAME (folded: common/name.h), CHOICE; CURSOR_TEXT: the position; lists: JSON */
	struct span text;
	union {
		unsigned char uuid[16]; /* UUID, CURSOR */
		int64_t id;             /* CURSOR_INT */
	};
};

/* Rules that the gateway words otherwise for some of its clients (gateway/text_error.h). */
#define PARAM_REQUIRED_RULE  "is required"
#define PARAM_NOT_NULL_RULE  "must not be null"
#define PARAM_NOT_EMPTY_RULE "must not be empty"
#define PARAM_NOT_BLANK_RULE "must not be blank"
#define PARAM_CHOICE_RULE    "must be one of" /* the choices follow */
#define PARAM_LIST_RULE      "must be a list"

enum status param_refuse(const struct param *p, struct fail *why, const char *rule);

/* Sets the value of a token other than nil. A NAME must be folded afterwards. Of a list only the
 * number of elements is checked: common/param_list.h does the rest. */
enum status param_value_decode(const struct param *p, const struct msg_token *t,
	struct param_value *v, struct fail *why) MUST_CHECK;

/* Whether a nil has a meaning: absent, clear or, for a required param, missing. Another nil would
 * change nothing, and must not look like a change, so it is refused. */
bool param_accepts_nil(const struct param *p);

bool param_is_cursor(const struct param *p);

/* Writes a LOCAL_INSTANT in its one form, without NUL: 2026-01-31T18:30:00.000000Z, or without Z if
 * it had no offset. Returns the length. */
size_t param_value_local_instant(const struct param_value *v, char out[INSTANT_TEXT_LEN]);

/* Sets the default, which the row must have. */
void param_value_default(const struct param *p, struct param_value *v);

/* Folds a NAME and checks its length. Appends the form to `names`, and borrows it from there,
 * unless the name has that form already. */
enum status param_value_fold(const struct param *p, struct param_value *v, struct buf *names,
	struct fail *why) MUST_CHECK;

#endif
