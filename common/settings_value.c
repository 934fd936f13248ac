#include "common/settings_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/network.h"
#include "common/rate_limit.h"
#include "common/time_zone.h"

static enum status refuse_for(
	const struct setting_source *from, struct fail *why, const char *error, const char *detail)
{
	return fail_field(why, ST_BAD_SETTING, from->row->env, "%s%s is \"%.80s\": %s%s",
		from->origin == SETTING_FROM_FLAG ? "--" : "", from->name, from->value, error,
		detail);
}

static enum status refuse(const struct setting_source *from, struct fail *why, const char *wants)
{
	return refuse_for(from, why, "it must be ", wants);
}

static enum status set_text(const struct setting_source *from, void *field, struct fail *why)
{
	(void)why;
	*(const char **)field = from->value;
	return ST_OK;
}

static enum status set_int(const struct setting_source *from, void *field, struct fail *why)
{
	char *end;
	errno = 0;
	int64_t value = strtoll(from->value, &end, 10);
	bool digits = from->value[strspn(from->value, "0123456789")] == '\0' && *from->value;
	if (!digits || errno || value < from->row->min || value > from->row->max) {
		char wants[80];
		(void)snprintf(wants, sizeof wants, "a whole number from %" PRId64 " to %" PRId64,
			from->row->min, from->row->max);
		return refuse(from, why, wants);
	}
	*(int64_t *)field = value;
	return ST_OK;
}

static enum status set_bool(const struct setting_source *from, void *field, struct fail *why)
{
	static const char *const words[][2] = { { "false", "true" }, { "no", "yes" },
		{ "off", "on" }, { "0", "1" } };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		for (int is_true = 0; is_true < 2; is_true++)
			if (strcasecmp(from->value, words[i][is_true]) == 0) {
				*(bool *)field = is_true;
				return ST_OK;
			}
	return refuse(from, why, "true or false");
}

bool setting_takes_alias(const struct setting *row, const char *value)
{
	return !row->choices || setting_is_choice(row, value);
}

bool setting_is_choice(const struct setting *row, const char *value)
{
	for (const char *const *choice = row->choices; *choice; choice++)
		if (strcmp(*choice, value) == 0)
			return true;
	return false;
}

static enum status set_choice(const struct setting_source *from, void *field, struct fail *why)
{
	if (!setting_is_choice(from->row, from->value))
		return refuse(from, why, from->row->help);
	return set_text(from, field, why);
}

static enum status set_time_zone(const struct setting_source *from, void *field, struct fail *why)
{
	if (!time_zone_exists(from->value))
		return refuse(from, why, "a name of the tz database such as Europe/Berlin");
	return set_text(from, field, why);
}

/* The items of comma-separated lists. What a request cannot contain is refused, because it would
 * silently never match. */

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The number of bytes at the front that are in `set`. */
static size_t run_of(struct span text, const char *set)
{
	size_t len = 0;
	while (len < text.len && strchr(set, text.bytes[len]))
		len++;
	return len;
}

static bool is_host(struct span text)
{
	if (text.len > 2 && text.bytes[0] == '[' && text.bytes[text.len - 1] == ']')
		return run_of(span_drop(text, 1), DIGITS "abcdefABCDEF:.") == text.len - 2;
	return text.len > 0 && run_of(text, LETTERS DIGITS "-._") == text.len
	       && strchr(LETTERS DIGITS, text.bytes[0]) && text.bytes[text.len - 1] != '.';
}

/* As browsers write it: without zeros before it, and not the default of its scheme. */
static bool is_origin_port(struct span scheme, struct span digits)
{
	int64_t port;
	bool is_default = (span_is(digits, "80") && span_is_nocase(scheme, "http"))
			  || (span_is(digits, "443") && span_is_nocase(scheme, "https"));
	return run_of(digits, DIGITS) == digits.len && span_to_int(digits, &port) && port <= 65535
	       && digits.bytes[0] != '0' && !is_default;
}

/* RFC 6454 section 6.2. */
static bool is_origin(struct span text)
{
	struct span scheme = span_first(text, run_of(text, LETTERS DIGITS "+-."));
	struct span rest = span_drop(text, scheme.len), port = { 0 };
	if (rest.len < 3 || memcmp(rest.bytes, "://", 3) != 0)
		return false;
	rest = span_drop(rest, 3);
	const char *colon = rest.len ? memrchr(rest.bytes, ':', rest.len) : NULL;
	if (colon && rest.bytes[rest.len - 1] != ']') {
		port = span_drop(rest, (size_t)(colon + 1 - rest.bytes));
		rest.len = (size_t)(colon - rest.bytes);
	}
	return scheme.len && strchr(LETTERS, scheme.bytes[0]) && is_host(rest)
	       && (!port.bytes || is_origin_port(scheme, port));
}

static bool is_origin_item(struct span text)
{
	return span_is(text, "*") || span_is_nocase(text, "loopback")
	       || span_is_nocase(text, "null") || is_origin(text);
}

/* RFC 9110 section 5.6.2. */
static bool is_token(struct span text)
{
	return run_of(text, LETTERS DIGITS "!#$%&'*+-.^_`|~") == text.len;
}

static const struct item_rule {
	bool (*fits)(struct span text);
	const char *wants;
} item_rules[] = {
	[SETTING_HOSTS] = { is_host, "a host name without port" },
	[SETTING_ORIGINS] = { is_origin_item,
		"*, loopback, null or SCHEME://HOST[:PORT], without a path, a slash at the end or "
		"the default port" },
	[SETTING_TOKENS] = { is_token, "* or a name" },
};

static enum status set_list(const struct setting_source *from, void *field, struct fail *why)
{
	const struct item_rule *rule = &item_rules[from->row->kind];
	struct span rest = span_of(from->value);
	while (rest.len) {
		struct span item = span_trim(span_cut(&rest, ','));
		if (item.len == 0 || rule->fits(item))
			continue;
		char error[240];
		(void)snprintf(error, sizeof error,
			"\"%.*s\" must be %s, in a comma-separated list",
			item.len < 80 ? (int)item.len : 80, item.bytes, rule->wants);
		return refuse_for(from, why, error, "");
	}
	return set_text(from, field, why);
}

static enum status set_endpoints(const struct setting_source *from, void *field, struct fail *why)
{
	char endpoint[ENDPOINT_MAX];
	const char *at = from->value;
	for (int count = 1; settings_next_endpoint(&at, endpoint, sizeof endpoint); count++) {
		const char *path = strstr(endpoint, "://");
		bool known =
			strncmp(endpoint, "ipc://", 6) == 0 || strncmp(endpoint, "tcp://", 6) == 0;
		if (!known || !path[3] || (*endpoint == 'i' && strlen(endpoint) > IPC_ENDPOINT_MAX))
			return refuse(from, why,
				"ipc://PATH or tcp://ADDRESS:PORT, a path of at most 107 bytes");
		if (count > 1 && from->row->kind == SETTING_ENDPOINT)
			return refuse(from, why, "one endpoint");
	}
	if (from->value[0] && at == from->value) /* only commas and white space */
		return refuse(from, why, "ipc://PATH or tcp://ADDRESS:PORT");
	return set_text(from, field, why);
}

static enum status set_rate(const struct setting_source *from, void *field, struct fail *why)
{
	struct rate_limit limit;
	if (*from->value && !rate_limit_parse(span_of(from->value), &limit))
		return refuse(from, why,
			"COUNT/SECONDS such as 300/60, with a count from 1 to 1000000 and 1 to "
			"86400 seconds, or 0 for no limit");
	return set_text(from, field, why);
}

static enum status set_networks(const struct setting_source *from, void *field, struct fail *why)
{
	struct network networks[NETWORKS_MAX];
	struct fail error = { 0 };
	size_t count;
	if (network_parse_list(span_of(from->value), networks, &count, &error) != ST_OK)
		return refuse_for(from, why, "", error.text);
	return set_text(from, field, why);
}

typedef enum status (*setter)(const struct setting_source *from, void *field, struct fail *why);

static const setter setter_table[] = {
	[SETTING_TEXT] = set_text,
	[SETTING_INT] = set_int,
	[SETTING_BOOL] = set_bool,
	[SETTING_CHOICE] = set_choice,
	[SETTING_TIME_ZONE] = set_time_zone,
	[SETTING_ENDPOINT] = set_endpoints,
	[SETTING_ENDPOINTS] = set_endpoints,
	[SETTING_HOSTS] = set_list,
	[SETTING_ORIGINS] = set_list,
	[SETTING_TOKENS] = set_list,
	[SETTING_RATE] = set_rate,
	[SETTING_NETWORKS] = set_networks,
};

/* An item that does not fit becomes empty, which every check refuses. */
bool settings_next_endpoint(const char **at, char *endpoint, size_t size)
{
	static const char blanks[] = " \t,";
	const char *from = *at + strspn(*at, blanks);
	size_t len = strcspn(from, blanks);
	if (len == 0)
		return false;
	*at = from + len;
	if (len >= size)
		len = 0;
	memcpy(endpoint, from, len);
	endpoint[len] = '\0';
	return true;
}

enum status setting_store(const struct setting_source *from, void *field, struct fail *why)
{
	return setter_table[from->row->kind](from, field, why);
}
