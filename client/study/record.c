#include "client/study/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "client/study/uuid5.h"
#include "client/study/zone.h"
#include "common/date.h"
#include "common/method.h"
#include "common/number.h"
#include "common/utf8.h"
#include "common/uuid.h"

enum { ID_MAX = 200, DAY_SECONDS = 86400 };

const char record_namespace[STUDY_ID_SIZE] = "6b0f2a3e-5d1c-4f7e-9a58-3c2d7e91b604";

/* A field: its param of the method, its names in files, and the rule for JSON values. */
static const struct {
	const char *param, *names[FIELD_NAMES_MAX];
	const char *kinds;
	bool takes_number;
} field_table[FIELD_COUNT] = {
	[FIELD_ID] = { "session_id", { "id", "session_id" }, "must be text or a whole number",
		true },
	[FIELD_DAY] = { "study_date", { "study_date", "date" }, "must be text" },
	[FIELD_TIME] = { "created_at", { "timestamp", "created_at" }, "must be text" },
	[FIELD_MINUTES] = { "minutes", { "minutes", "duration_minutes" }, "must be a whole number",
		true },
	[FIELD_TAG] = { "tag", { "tag", "topic" }, "must be text" },
	[FIELD_NOTES] = { "notes", { "notes", "note" }, "must be text" },
};

enum field record_field(const char *name, int *rank)
{
	for (int f = 0; f < FIELD_COUNT; f++)
		for (int i = 0; i < FIELD_NAMES_MAX; i++)
			if (strcasecmp(name, field_table[f].names[i]) == 0) {
				*rank = i;
				return (enum field)f;
			}
	return FIELD_COUNT;
}

const char *record_field_name(enum field field, int rank)
{
	return field_table[field].names[rank];
}

/* An id must not have a fraction: 1.0 and 1 would be different ids. */
const char *record_kind_rule(enum field field, enum raw_kind kind, const char *text)
{
	bool is_whole = kind == RAW_NUMBER && !strpbrk(text, ".eE");
	if (kind == RAW_TEXT || (field == FIELD_MINUTES && kind == RAW_NUMBER)
		|| (field_table[field].takes_number && is_whole))
		return NULL;
	return field_table[field].kinds;
}

void record_refuse(struct refusal *why, uint64_t line, const char *field, const char *format, ...)
{
	va_list args;
	*why = (struct refusal){ .line = line };
	utf8_show(field, strlen(field), why->field, sizeof why->field);
	va_start(args, format);
	(void)vsnprintf(why->rule, sizeof why->rule, format, args);
	va_end(args);
}

void record_add(struct refusal *why, const char *format, ...)
{
	va_list args;
	size_t used = strlen(why->rule);
	va_start(args, format);
	(void)vsnprintf(why->rule + used, sizeof why->rule - used, format, args);
	va_end(args);
}

bool record_merge(const struct named_texts *named, struct raw_record *raw, struct refusal *why)
{
	raw->has_notes = named->has_notes;
	for (int f = 0; f < FIELD_COUNT; f++) {
		const char *first = named->text[f][0], *second = named->text[f][1];
		raw->text[f] = first ? first : second;
		if (!first || !second || strcmp(first, second) == 0)
			continue;
		record_refuse(why, raw->line, field_table[f].names[0],
			"and %s have different values", field_table[f].names[1]);
		return false;
	}
	return true;
}

struct check {
	const struct raw_record *raw;
	const struct record_rules *rules;
	struct refusal *why;
};

static bool refuse(const struct check *c, enum field field, const char *rule)
{
	record_refuse(c->why, c->raw->line, field_table[field].names[0], "%s", rule);
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

static struct span trimmed_text(const struct check *c, enum field field)
{
	return trimmed(c->raw->text[field] ? c->raw->text[field] : "");
}

static bool is_given(const struct check *c, enum field field, struct span *out)
{
	*out = trimmed_text(c, field);
	return out->len > 0 || refuse(c, field, "is missing");
}

/* {…}, urn:uuid:…, no hyphens or other groups. */
static bool is_uuid_of_another_form(struct span text)
{
	static const char urn[] = "urn:uuid:";
	size_t digits = 0, skip = sizeof urn - 1;
	if (text.len > skip && strncasecmp(text.bytes, urn, skip) == 0)
		text = (struct span){ text.bytes + skip, text.len - skip };
	for (size_t i = 0; i < text.len; i++) {
		char c = text.bytes[i];
		if (c && strchr("0123456789abcdefABCDEF", c))
			digits++;
		else if (!c || !strchr("-{}()", c))
			return false;
	}
	return digits == 32;
}

static bool check_id(const struct check *c, struct record *out)
{
	unsigned char id[16];
	struct span text;
	if (!is_given(c, FIELD_ID, &text))
		return false;
	if (text.len != strlen(c->raw->text[FIELD_ID]))
		return refuse(c, FIELD_ID, "must not begin or end with blanks");
	if (text.len > ID_MAX)
		return refuse(c, FIELD_ID, "has more than 200 bytes");
	out->is_foreign = !uuid_parse(text, id);
	if (out->is_foreign && is_uuid_of_another_form(text))
		return refuse(c, FIELD_ID,
			"is a UUID in another form: write it in groups of 8-4-4-4-12 digits");
	if (out->is_foreign)
		uuid5(c->rules->name_space, text.bytes, text.len, id);
	uuid_format(id, out->id);
	out->id[UUID_TEXT_LEN] = '\0';
	return true;
}

static bool read_two(const char **at, int max, int *out)
{
	const char *d = *at;
	if (d[0] < '0' || d[0] > '9' || d[1] < '0' || d[1] > '9'
		|| (d[0] - '0') * 10 + d[1] - '0' > max)
		return false;
	*out = (d[0] - '0') * 10 + d[1] - '0';
	*at += 2;
	return true;
}

static bool read_char(const char **at, const char *any)
{
	if (!**at || !strchr(any, **at))
		return false;
	(*at)++;
	return true;
}

/* A moment as written in a file. */
struct moment {
	int64_t local;  /* seconds since 1970-01-01T00:00, local time */
	int64_t micros; /* microseconds after `local` */
	int64_t offset; /* seconds east of UTC */
	bool has_time, has_offset;
};

static bool read_fraction(const char **at, int64_t *micros)
{
	int64_t unit = 100000;
	size_t digits = strspn(*at, "0123456789");
	for (size_t i = 0; i < digits; i++, unit /= 10)
		*micros += unit * ((*at)[i] - '0');
	*at += digits;
	return digits > 0;
}

/* "Z", "+hh", "+hh:mm", "+hhmm" or nothing. */
static bool read_offset(const char **at, struct moment *out)
{
	int hours = 0, minutes = 0, sign = **at == '-' ? -1 : 1;
	out->has_offset = true;
	if (read_char(at, "Zz"))
		return true;
	if (!read_char(at, "+-")) {
		out->has_offset = false;
		return true;
	}
	if (!read_two(at, 23, &hours))
		return false;
	if (**at && (read_char(at, ":"), !read_two(at, 59, &minutes)))
		return false;
	out->offset = sign * ((int64_t)hours * 3600 + (int64_t)minutes * 60);
	return true;
}

/* "hh:mm", then optionally ":ss", a fraction and an offset. */
static bool read_time(const char *at, struct moment *out)
{
	int hours = 0, minutes = 0, seconds = 0;
	if (!read_two(&at, 23, &hours) || !read_char(&at, ":") || !read_two(&at, 59, &minutes))
		return false;
	if (read_char(&at, ":") && !read_two(&at, 60, &seconds))
		return false;
	if (read_char(&at, ".,") && !read_fraction(&at, &out->micros))
		return false;
	(void)read_char(&at, " ");
	out->local += hours * 3600 + minutes * 60 + seconds;
	out->has_time = true;
	return read_offset(&at, out) && *at == '\0';
}

static bool read_moment(struct span text, struct moment *out)
{
	char time[64];
	int64_t day;
	*out = (struct moment){ 0 };
	if (text.len < DATE_TEXT_LEN
		|| !date_parse((struct span){ text.bytes, DATE_TEXT_LEN }, &day))
		return false;
	out->local = day * DAY_SECONDS;
	if (text.len == DATE_TEXT_LEN)
		return true;
	size_t len = text.len - DATE_TEXT_LEN - 1;
	if (!strchr("Tt ", text.bytes[DATE_TEXT_LEN]) || len >= sizeof time)
		return false;
	memcpy(time, text.bytes + DATE_TEXT_LEN + 1, len);
	time[len] = '\0';
	return read_time(time, out);
}

static bool check_moment(const struct check *c, enum field field, struct moment *out)
{
	static const char rule[] = "must be a day that exists, from 1900-01-01 to 9999-12-31; a "
				   "time may follow, as in "
				   "2026-01-31T09:30:00+01:00";
	struct span text;
	return is_given(c, field, &text) && (read_moment(text, out) || refuse(c, field, rule));
}

/* Converts to UTC; a local time is in the zone. */
static bool place_moment(const struct check *c, enum field field, struct moment *m, int64_t *utc)
{
	enum zone_local often = ZONE_ONCE;
	if (m->has_offset)
		*utc = m->local - m->offset;
	else
		often = zone_instant(c->rules->zone, m->local, utc);
	if (often == ZONE_ONCE)
		return true;
	record_refuse(c->why, c->raw->line, field_table[field].names[0], "%s in %s%s",
		often == ZONE_TWICE ? "exists twice" : "does not exist", zone_name(c->rules->zone),
		often == ZONE_TWICE ? ", where the clocks are put back: write its offset"
				    : ", where the clocks are put forward");
	return false;
}

static int64_t day_of(int64_t seconds)
{
	return seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
}

/* A date is the day itself; a moment belongs to its day in the zone. */
static bool put_day(const struct check *c, const struct moment *m, int64_t utc, struct record *out)
{
	const struct record_rules *rules = c->rules;
	int64_t local = m->local;
	if (m->has_time)
		local = utc + zone_offset(rules->zone, utc) - rules->day_starts_at;
	date_format(day_of(local), out->day);
	out->day[DATE_TEXT_LEN] = '\0';
	int64_t day;
	return date_parse(span_of(out->day), &day)
	       || refuse(c, FIELD_DAY, "must be from 1900-01-01 to 9999-12-31");
}

/* The day comes from study_date, else from timestamp; the moment from timestamp, else from
 * study_date. */
static bool check_time(const struct check *c, struct record *out)
{
	bool has_day = trimmed_text(c, FIELD_DAY).len > 0;
	bool has_time = trimmed_text(c, FIELD_TIME).len > 0;
	enum field of_day = has_day || !has_time ? FIELD_DAY : FIELD_TIME;
	enum field of_time = has_time ? FIELD_TIME : FIELD_DAY;
	struct moment day, time;
	int64_t day_utc = 0, utc = 0;
	*out->created_at = '\0';
	if (!check_moment(c, of_day, &day) || !check_moment(c, of_time, &time)
		|| (day.has_time && !place_moment(c, of_day, &day, &day_utc))
		|| (time.has_time && !place_moment(c, of_time, &time, &utc))
		|| !put_day(c, &day, day_utc, out))
		return false;
	if (has_day && has_time && !time.has_time)
		return refuse(c, FIELD_TIME,
			"must contain a time of day, as in 2026-01-31T09:30:00+01:00");
	if (!time.has_time)
		return true;
	instant_format(utc * 1000000 + time.micros, out->created_at);
	out->created_at[INSTANT_TEXT_LEN] = '\0';
	return true;
}

static bool check_minutes(const struct check *c, int64_t *out)
{
	const struct param *rule = param_of(FIELD_MINUTES);
	struct span text;
	if (!is_given(c, FIELD_MINUTES, &text))
		return false;
	if (number_of_text(text, out) && *out >= rule->min && *out <= rule->max)
		return true;
	record_refuse(c->why, c->raw->line, "minutes", "must be a whole number from %lld to %lld",
		(long long)rule->min, (long long)rule->max);
	return false;
}

static bool check_length(const struct check *c, enum field field, struct span text)
{
	const struct param *rule = param_of(field);
	if (utf8_length(text.bytes, text.len) <= (size_t)rule->max)
		return true;
	record_refuse(c->why, c->raw->line, field_table[field].names[0],
		"must have at most %lld characters", (long long)rule->max);
	return false;
}

static bool check_all(const struct check *c, struct record *out)
{
	struct span tag;
	out->tag = c->raw->text[FIELD_TAG];
	out->notes = c->raw->text[FIELD_NOTES];
	out->has_notes = c->raw->has_notes;
	return check_id(c, out) && check_time(c, out) && check_minutes(c, &out->minutes)
	       && is_given(c, FIELD_TAG, &tag) && check_length(c, FIELD_TAG, tag)
	       && check_length(c, FIELD_NOTES, span_of(out->notes));
}

bool record_check(const struct raw_record *raw, const struct record_rules *rules,
	struct record *out, struct refusal *why)
{
	const struct check c = { raw, rules, why };
	bool is_right = check_all(&c, out);
	if (!is_right)
		why->last_line = raw->last_line;
	return is_right;
}

void record_to_params(const struct record *record, struct study_params *params)
{
	study_params_text(params, "session_id", record->id);
	study_params_text(params, "study_date", record->day);
	study_params_int(params, "minutes", record->minutes);
	study_params_text(params, "tag", record->tag);
	if (record->notes)
		study_params_text(params, "notes", record->notes);
	if (*record->created_at)
		study_params_text(params, "created_at", record->created_at);
}
