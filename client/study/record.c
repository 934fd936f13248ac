#include "client/study/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "client/study/uuid5.h"
#include "common/date.h"
#include "common/method.h"
#include "common/utf8.h"
#include "common/uuid.h"

enum { NAMES_MAX = 4, ID_MAX = 200 };

const char record_namespace[STUDY_ID_SIZE] = "6b0f2a3e-5d1c-4f7e-9a58-3c2d7e91b604";

/* What is told of a field, the method's param, and its names in files, the best first. */
static const struct {
	const char *param, *names[NAMES_MAX];
} field_table[FIELD_COUNT] = {
	[FIELD_ID] = { "session_id", { "id", "session_id" } },
	[FIELD_DAY] = { "study_date", { "study_date", "date", "timestamp" } },
	[FIELD_MINUTES] = { "minutes", { "minutes", "duration_minutes" } },
	[FIELD_TAG] = { "tag", { "tag", "topic" } },
	[FIELD_NOTES] = { "notes", { "notes", "note" } },
};

enum field record_field(const char *name, int *rank)
{
	for (int f = 0; f < FIELD_COUNT; f++)
		for (int i = 0; i < NAMES_MAX && field_table[f].names[i]; i++)
			if (strcasecmp(name, field_table[f].names[i]) == 0) {
				*rank = i;
				return (enum field)f;
			}
	return FIELD_COUNT;
}

void record_refuse(struct refusal *why, uint64_t line, const char *field, const char *format, ...)
{
	va_list args;
	why->line = line;
	(void)snprintf(why->field, sizeof why->field, "%s", field);
	va_start(args, format);
	(void)vsnprintf(why->rule, sizeof why->rule, format, args);
	va_end(args);
}

struct judge {
	const struct raw_record *raw;
	struct refusal *why;
};

static bool refuse(const struct judge *j, enum field field, const char *rule)
{
	record_refuse(j->why, j->raw->line, field_table[field].names[0], "%s", rule);
	return false;
}

static const struct param *param_of(enum field field)
{
	return method_param(
		method_find(span_of("sessions.log")), span_of(field_table[field].param));
}

static struct span trimmed(const char *text)
{
	size_t len = strlen(text), start = utf8_trim_start(text, len);
	return (struct span){ text + start, utf8_trim_end(text + start, len - start) };
}

static bool is_given(const struct judge *j, enum field field, struct span *out)
{
	*out = trimmed(j->raw->text[field] ? j->raw->text[field] : "");
	return out->len > 0 || refuse(j, field, "is missing");
}

static bool judge_id(
	const struct judge *j, const unsigned char name_space[16], char out[STUDY_ID_SIZE])
{
	unsigned char id[16];
	struct span text;
	if (!is_given(j, FIELD_ID, &text))
		return false;
	if (text.len > ID_MAX)
		return refuse(j, FIELD_ID, "is over 200 bytes");
	if (!uuid_parse(text, id))
		uuid5(name_space, text.bytes, text.len, id);
	uuid_format(id, out);
	out[UUID_TEXT_LEN] = '\0';
	return true;
}

static bool take_two(const char **at, int max)
{
	const char *d = *at;
	if (d[0] < '0' || d[0] > '9' || d[1] < '0' || d[1] > '9'
		|| (d[0] - '0') * 10 + d[1] - '0' > max)
		return false;
	*at += 2;
	return true;
}

static bool take_char(const char **at, const char *any)
{
	if (!**at || !strchr(any, **at))
		return false;
	(*at)++;
	return true;
}

/* "hh:mm", then ":ss", a fraction and an offset, or none of each. */
static bool is_time(const char *at)
{
	if (!take_two(&at, 23) || !take_char(&at, ":") || !take_two(&at, 59))
		return false;
	if (take_char(&at, ":")) {
		if (!take_two(&at, 60))
			return false;
		if (take_char(&at, ".,")) {
			size_t digits = strspn(at, "0123456789");
			if (digits == 0)
				return false;
			at += digits;
		}
	}
	(void)take_char(&at, " ");
	if (take_char(&at, "+-")) {
		if (!take_two(&at, 23))
			return false;
		if (*at && (take_char(&at, ":"), !take_two(&at, 59)))
			return false;
	} else
		(void)take_char(&at, "Zz");
	return *at == '\0';
}

static bool judge_day(const struct judge *j, char out[DATE_TEXT_LEN + 1])
{
	static const char rule[] =
		"must be a day that exists, from 1900-01-01 to 9999-12-31; a time may "
		"follow, as in 2026-01-31T09:30:00+01:00";
	char time[64];
	struct span text;
	int64_t day;
	if (!is_given(j, FIELD_DAY, &text))
		return false;
	if (text.len < DATE_TEXT_LEN
		|| !date_parse((struct span){ text.bytes, DATE_TEXT_LEN }, &day))
		return refuse(j, FIELD_DAY, rule);
	memcpy(out, text.bytes, DATE_TEXT_LEN);
	out[DATE_TEXT_LEN] = '\0';
	if (text.len == DATE_TEXT_LEN)
		return true;
	size_t len = text.len - DATE_TEXT_LEN - 1;
	if (!strchr("Tt ", text.bytes[DATE_TEXT_LEN]) || len >= sizeof time)
		return refuse(j, FIELD_DAY, rule);
	memcpy(time, text.bytes + DATE_TEXT_LEN + 1, len);
	time[len] = '\0';
	return is_time(time) || refuse(j, FIELD_DAY, rule);
}

static bool judge_minutes(const struct judge *j, int64_t *out)
{
	const struct param *rule = param_of(FIELD_MINUTES);
	struct span text;
	if (!is_given(j, FIELD_MINUTES, &text))
		return false;
	if (span_to_int(text, out) && *out >= rule->min && *out <= rule->max)
		return true;
	record_refuse(j->why, j->raw->line, "minutes", "must be a whole number from %lld to %lld",
		(long long)rule->min, (long long)rule->max);
	return false;
}

static bool judge_length(const struct judge *j, enum field field, struct span text)
{
	const struct param *rule = param_of(field);
	if (utf8_length(text.bytes, text.len) <= (size_t)rule->max)
		return true;
	record_refuse(j->why, j->raw->line, field_table[field].names[0],
		"must have at most %lld characters", (long long)rule->max);
	return false;
}

bool record_judge(const struct raw_record *raw, const unsigned char name_space[16],
	struct record *out, struct refusal *why)
{
	const struct judge j = { raw, why };
	struct span tag;
	out->tag = raw->text[FIELD_TAG];
	out->notes = raw->text[FIELD_NOTES];
	return judge_id(&j, name_space, out->id) && judge_day(&j, out->day)
	       && judge_minutes(&j, &out->minutes) && is_given(&j, FIELD_TAG, &tag)
	       && judge_length(&j, FIELD_TAG, tag)
	       && judge_length(&j, FIELD_NOTES, span_of(out->notes));
}

void record_to_params(const struct record *record, struct study_params *params)
{
	study_params_text(params, "session_id", record->id);
	study_params_text(params, "study_date", record->day);
	study_params_int(params, "minutes", record->minutes);
	study_params_text(params, "tag", record->tag);
	if (record->notes)
		study_params_text(params, "notes", record->notes);
}
