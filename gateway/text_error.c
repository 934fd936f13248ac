#include "gateway/text_error.h"

#include <string.h>

#include "common/json_out.h"
#include "common/param_value.h"

/* The texts of the Flask service that the clients were written for. */
static const struct error_text fixed_texts[] = {
	{ .st = ST_NOT_FOUND, .text = "Resource not found" },
	{ .st = ST_BAD_REQUEST, .text = "Bad request", .keeps_message = true },
	{ .st = ST_INVALID_JSON, .text = "Bad request", .keeps_message = true },
	{ .st = ST_INTERNAL, .text = "Internal server error", .keeps_message = true },
	{ .st = ST_UNAUTHENTICATED, .text = "Missing or invalid token", .keeps_message = true },
	{ 0 },
};

/* The broken rule of a param that has the flags, and what follows the param's name. */
static const struct rule_text {
	const char *rule;
	unsigned flags;
	const char *text;
} rule_texts[] = {
	{ PARAM_NOT_NULL_RULE, 0, " cannot be null" },
	{ PARAM_NOT_EMPTY_RULE, PARAM_REQUIRED, " is required" },
	{ PARAM_NOT_BLANK_RULE, PARAM_REQUIRED, " is required" },
};

static const enum status token_errors[] = { ST_UNAUTHENTICATED, ST_TOKEN_INVALID,
	ST_WRONG_TOKEN_TYPE, ST_TOKEN_EXPIRED, ST_TOKEN_REVOKED, ST_TOKEN_REUSED,
	ST_ACCOUNT_DISABLED };

static bool is_token_error(enum status st)
{
	for (size_t i = 0; i < sizeof token_errors / sizeof *token_errors; i++)
		if (token_errors[i] == st)
			return true;
	return false;
}

static struct span message_of(const struct error_info *error)
{
	return error->message.len ? error->message : span_of(status_info(error->st)->message);
}

static bool begins_with(struct span text, struct span start)
{
	return text.len >= start.len && memcmp(text.bytes, start.bytes, start.len) == 0;
}

/* Of "title is required": "is required". */
static struct span rule_of(const struct error_info *error)
{
	struct span message = message_of(error), field = error->field;
	bool has_name = field.len && message.len > field.len && begins_with(message, field)
			&& message.bytes[field.len] == ' ';
	return span_drop(message, has_name ? field.len + 1 : 0);
}

static const struct error_text *find_text(
	const struct error_text *texts, const struct error_info *error)
{
	for (; texts && texts->text; texts++)
		if (texts->st == error->st && (!texts->field || span_is(error->field, texts->field))
			&& (!texts->rule || span_is(rule_of(error), texts->rule)))
			return texts;
	return NULL;
}

static void put_capitalized(struct buf *out, struct span text)
{
	bool is_small = text.len && *text.bytes >= 'a' && *text.bytes <= 'z';
	if (is_small)
		buf_byte(out, (char)(*text.bytes - 'a' + 'A'));
	buf_span(out, span_drop(text, is_small));
}

static void put_choices(struct buf *out, const char *name, const struct param *p)
{
	buf_printf(out, "Invalid %s. Must be one of:", name);
	for (size_t i = 0; p->choices[i]; i++)
		buf_printf(out, "%s %s", i ? "," : "", p->choices[i]);
}

/* False if the clients know no text for the rule. */
static bool put_rule(struct buf *out, const struct error_info *error, struct span rule)
{
	const struct param *p = error->param;
	const char *name = error->alias ? error->alias : p->name;
	if (p->choices && begins_with(rule, SPAN(PARAM_CHOICE_RULE))) {
		put_choices(out, name, p);
		return true;
	}
	for (size_t i = 0; i < sizeof rule_texts / sizeof *rule_texts; i++) {
		const struct rule_text *row = &rule_texts[i];
		if (!span_is(rule, row->rule) || (p->flags & row->flags) != row->flags)
			continue;
		put_capitalized(out, span_of(name));
		buf_text(out, row->text);
		return true;
	}
	return false;
}

static void put_message(struct buf *out, const struct error_info *error)
{
	bool breaks_rule = error->st == ST_INVALID_INPUT && error->param;
	struct span message = message_of(error), rule = rule_of(error);
	if (breaks_rule && put_rule(out, error, rule))
		return;
	bool has_alias = error->alias && rule.len < message.len;
	put_capitalized(out, has_alias ? span_of(error->alias) : message);
	if (has_alias)
		buf_printf(out, " %.*s", (int)rule.len, rule.bytes);
}

void text_error_put(struct buf *out, const struct error_info *error, struct span trace_id)
{
	struct buf message = { 0 };
	const struct error_text *known = find_text(error->texts, error);
	if (!known)
		known = find_text(fixed_texts, error);
	if (known && !known->keeps_message)
		buf_text(&message, known->text);
	else
		put_message(&message, error);
	buf_text(out, "{\"error\":");
	json_out_text(out, known ? span_of(known->text) : buf_view(&message));
	buf_text(out, ",\"message\":");
	json_out_text(out, buf_view(&message));
	if (is_token_error(error->st)) {
		buf_text(out, ",\"msg\":");
		json_out_text(out, buf_view(&message));
	}
	buf_text(out, ",\"trace_id\":");
	json_out_text(out, trace_id);
	buf_byte(out, '}');
	out->failed |= message.failed;
	buf_fini(&message);
}
