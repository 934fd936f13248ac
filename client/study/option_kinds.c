#include "client/study/option_kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/date.h"
#include "common/number.h"
#include "common/uuid.h"

/* Checks: each sets `why` to what the value must be. */

static bool check_flag(const struct option *o, struct option_value *v, char *why, size_t size)
{
	(void)o, (void)why, (void)size;
	v->number = true;
	return true;
}

static bool check_text(const struct option *o, struct option_value *v, char *why, size_t size)
{
	(void)o, (void)v, (void)why, (void)size;
	return true;
}

static bool check_int(const struct option *o, struct option_value *v, char *why, size_t size)
{
	if (span_to_int(span_of(v->text), &v->number) && v->number >= o->min && v->number <= o->max)
		return true;
	if (o->max == INT64_MAX)
		(void)snprintf(why, size, "a whole number from %lld", (long long)o->min);
	else
		(void)snprintf(why, size, "a whole number from %lld to %lld", (long long)o->min,
			(long long)o->max);
	return false;
}

static bool check_real(const struct option *o, struct option_value *v, char *why, size_t size)
{
	double real;
	(void)snprintf(
		why, size, "a number from %lld to %lld", (long long)o->min, (long long)o->max);
	return number_real_of_text(span_of(v->text), &real) && real >= (double)o->min
	       && real <= (double)o->max;
}

static bool check_bool(const struct option *o, struct option_value *v, char *why, size_t size)
{
	(void)o;
	(void)snprintf(why, size, "yes or no");
	v->number = !v->text || strcmp(v->text, "yes") == 0;
	return v->number || strcmp(v->text, "no") == 0;
}

static bool check_date(const struct option *o, struct option_value *v, char *why, size_t size)
{
	static const char *const days[] = { "yesterday", "today", "tomorrow" };
	(void)o;
	(void)snprintf(why, size, "a day that exists (YYYY-MM-DD), yesterday, today or tomorrow");
	v->is_relative = false;
	for (int i = 0; i < 3; i++)
		if (strcmp(v->text, days[i]) == 0) {
			v->is_relative = true;
			v->number = i - 1;
			return true;
		}
	return date_parse(span_of(v->text), &v->number);
}

static bool check_time(const struct option *o, struct option_value *v, char *why, size_t size)
{
	(void)o;
	(void)snprintf(why, size, "a time of day (HH:MM)");
	return time_parse(span_of(v->text), &v->number);
}

static bool check_choice(const struct option *o, struct option_value *v, char *why, size_t size)
{
	size_t at = (size_t)snprintf(why, size, "one of");
	for (int i = 0; o->choices[i]; i++) {
		v->number = i;
		if (strcmp(o->choices[i], v->text) == 0)
			return true;
		if (at < size)
			at += (size_t)snprintf(
				why + at, size - at, "%s %s", i > 0 ? "," : "", o->choices[i]);
	}
	return false;
}

static bool check_seconds(const struct option *o, struct option_value *v, char *why, size_t size)
{
	char *end;
	errno = 0;
	double seconds = strtod(v->text, &end);
	double least = o->min == 0 ? 0 : 0.001;
	(void)snprintf(why, size, "seconds, up to 86400");
	if (errno != 0 || end == v->text || *end != '\0' || !(seconds >= least && seconds <= 86400))
		return false;
	v->number = (int64_t)(seconds * 1000 + 0.5);
	return true;
}

static bool check_uuid(const struct option *o, struct option_value *v, char *why, size_t size)
{
	unsigned char uuid[16];
	(void)o;
	(void)snprintf(why, size, "a UUID");
	return uuid_parse(span_of(v->text), uuid);
}

static bool check_texts(const struct option *o, struct option_value *v, char *why, size_t size)
{
	return !o->choices || check_choice(o, v, why, size);
}

/* Gets the next part of a comma-separated list, which may be empty. False: there is none. */
static bool next_part(const char **at, char *part, size_t size)
{
	if (!*at)
		return false;
	size_t len = strcspn(*at, ",");
	(void)snprintf(part, size, "%.*s", (int)len, *at);
	*at = (*at)[len] ? *at + len + 1 : NULL;
	return true;
}

static bool check_choices(const struct option *o, struct option_value *v, char *why, size_t size)
{
	char part[64];
	struct option_value one = { .text = part };
	for (const char *at = v->text; next_part(&at, part, sizeof part);)
		if (!check_choice(o, &one, why, size))
			return false;
	return true;
}

static bool check_ids(const struct option *o, struct option_value *v, char *why, size_t size)
{
	(void)o;
	(void)snprintf(why, size, "a whole number from 1");
	return span_to_int(span_of(v->text), &v->number) && v->number >= 1;
}

/* Params. */

static void put_text(struct study_params *p, const struct option *o, const struct option_value *v)
{
	study_params_text(p, o->param, v->text);
}

static void put_number(struct study_params *p, const struct option *o, const struct option_value *v)
{
	study_params_int(p, o->param, v->number);
}

static void put_real(struct study_params *p, const struct option *o, const struct option_value *v)
{
	double real = 0;
	(void)number_real_of_text(span_of(v->text), &real);
	study_params_real(p, o->param, real);
}

static void put_bool(struct study_params *p, const struct option *o, const struct option_value *v)
{
	study_params_bool(p, o->param, v->number);
}

static void put_texts(struct study_params *p, const struct option *o, const struct option_value *v)
{
	study_params_open_array(p, o->param);
	for (size_t i = 0; i < v->list_count; i++)
		study_params_text(p, NULL, v->list[i]);
	study_params_close(p);
}

static void put_choices(
	struct study_params *p, const struct option *o, const struct option_value *v)
{
	char part[64];
	study_params_open_array(p, o->param);
	for (size_t i = 0; i < v->list_count; i++)
		for (const char *at = v->list[i]; next_part(&at, part, sizeof part);)
			study_params_text(p, NULL, part);
	study_params_close(p);
}

static void put_ids(struct study_params *p, const struct option *o, const struct option_value *v)
{
	study_params_open_array(p, o->param);
	for (size_t i = 0; i < v->list_count; i++) {
		int64_t id = 0;
		(void)span_to_int(span_of(v->list[i]), &id);
		study_params_int(p, NULL, id);
	}
	study_params_close(p);
}

/* Objects. */

static const char *last_colon(const char *text, const char *end)
{
	while (end > text)
		if (*--end == ':')
			return end;
	return NULL;
}

/* Where the members of a text end: the last colons separate them. Returns their number. */
static int split(const char *text, int wanted, const char *ends[WORDS_MAX])
{
	int count = 1;
	const char *end = text + strlen(text);
	for (const char *at = end; count < wanted && (at = last_colon(text, at)) != NULL;)
		count++;
	for (int i = count - 1; i >= 0; i--) {
		ends[i] = end;
		end = i > 0 ? last_colon(text, end) : end;
	}
	return count;
}

static int count_of(const struct option *options)
{
	int count = 0;
	while (count < WORDS_MAX && options[count].name)
		count++;
	return count;
}

/* An empty member is absent. */
static void put_member(
	struct study_params *p, const struct option *item, const char *from, const char *end)
{
	struct buf text = { 0 };
	buf_put(&text, from, (size_t)(end - from));
	buf_byte(&text, '\0');
	struct option_value value = { .is_given = true, .text = text.failed ? "" : text.bytes };
	char why[256];
	if (from == end || !option_read(item, value.text, "", &value, why))
		value.is_given = false;
	if (value.is_given)
		option_put(item, &value, p);
	free(value.list);
	buf_fini(&text);
}

static void put_objects(
	struct study_params *p, const struct option *o, const struct option_value *v)
{
	study_params_open_array(p, o->param);
	for (size_t i = 0; i < v->list_count; i++) {
		const char *ends[WORDS_MAX], *from = v->list[i];
		int count = split(from, count_of(o->items), ends);
		study_params_open_map(p, NULL);
		for (int k = 0; k < count; k++) {
			put_member(p, &o->items[k], from, ends[k]);
			from = ends[k] + 1;
		}
		study_params_close(p);
	}
	study_params_close(p);
}

static bool check_member(const struct option *item, const char *from, size_t len, char why[256])
{
	char copy[1024], wrong[256];
	struct option_value value = { 0 };
	if (len == 0 || len >= sizeof copy) /* the service checks lengths */
		return true;
	memcpy(copy, from, len);
	copy[len] = '\0';
	bool is_read = option_read(item, copy, "", &value, wrong);
	if (!is_read)
		(void)snprintf(why, 256, "%s", wrong);
	free(value.list);
	return is_read;
}

static bool check_objects(const struct option *o, struct option_value *v, char *why, size_t size)
{
	const char *ends[WORDS_MAX], *from = v->text;
	char wrong[256];
	int count = split(from, count_of(o->items), ends);
	for (int i = 0; i < count; i++) {
		if (!check_member(&o->items[i], from, (size_t)(ends[i] - from), wrong)) {
			(void)snprintf(why, size, "%s, where %.150s", o->argument, wrong);
			return false;
		}
		from = ends[i] + 1;
	}
	return true;
}

static const struct {
	bool (*check)(const struct option *o, struct option_value *v, char *why, size_t size);
	void (*put)(struct study_params *p, const struct option *o, const struct option_value *v);
	bool takes_value, is_list;
} kind_table[] = {
	[OPTION_FLAG] = { check_flag, put_bool, false, false },
	[OPTION_TEXT] = { check_text, put_text, true, false },
	[OPTION_INT] = { check_int, put_number, true, false },
	[OPTION_REAL] = { check_real, put_real, true, false },
	[OPTION_BOOL] = { check_bool, put_bool, false, false },
	[OPTION_DATE] = { check_date, put_text, true, false },
	[OPTION_TIME] = { check_time, put_text, true, false },
	[OPTION_CHOICE] = { check_choice, put_text, true, false },
	[OPTION_SECONDS] = { check_seconds, put_number, true, false },
	[OPTION_UUID] = { check_uuid, put_text, true, false },
	[OPTION_TEXTS] = { check_texts, put_texts, true, true },
	[OPTION_CHOICES] = { check_choices, put_choices, true, true },
	[OPTION_IDS] = { check_ids, put_ids, true, true },
	[OPTION_OBJECTS] = { check_objects, put_objects, true, true },
};

bool option_takes_value(enum option_kind kind)
{
	return kind_table[kind].takes_value;
}

bool option_is_list(enum option_kind kind)
{
	return kind_table[kind].is_list;
}

static bool append(struct option_value *v, const char *text)
{
	const char **list = realloc(v->list, (v->list_count + 1) * sizeof *list);
	if (!list)
		return false;
	v->list = list;
	v->list[v->list_count++] = text;
	return true;
}

bool option_read(const struct option *o, const char *text, const char *dashes,
	struct option_value *value, char why[256])
{
	char rule[200] = "";
	value->text = text;
	value->is_given = true;
	if (!kind_table[o->kind].check(o, value, rule, sizeof rule)) {
		(void)snprintf(why, 256, "%s%s must be %s", dashes, o->name, rule);
		return false;
	}
	if (!option_is_list(o->kind) || append(value, text))
		return true;
	(void)snprintf(why, 256, "out of memory");
	return false;
}

void option_put(
	const struct option *o, const struct option_value *value, struct study_params *params)
{
	kind_table[o->kind].put(params, o, value);
}
