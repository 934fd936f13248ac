#include "gateway/identity_claims.h"

#include <string.h>

#include "common/name.h"

static enum status refuse(struct fail *why, const char *text)
{
	return fail_set(why, ST_TOKEN_INVALID, "%s", text);
}

static bool has_audience(const struct json_value *aud, const char *audience)
{
	if (json_value_is_text(aud, audience))
		return true;
	for (size_t i = 0; i < json_value_count(aud); i++)
		if (json_value_is_text(json_value_item(aud, i), audience))
			return true;
	return false;
}

static enum status check_parties(
	const struct identity_rules *rules, const struct json_value *claims, struct fail *why)
{
	const struct json_value *iss = json_value_member(claims, "iss"),
				*aud = json_value_member(claims, "aud");
	if (!iss)
		return refuse(why, "Missing claim: iss");
	if (!json_value_is_text(iss, rules->issuer))
		return refuse(why, "Invalid issuer");
	if (!aud)
		return refuse(why, "Missing claim: aud");
	if (!has_audience(aud, rules->audience))
		return refuse(why, "Audience doesn't match");
	return ST_OK;
}

/* An optional claim that must not be in the future. */
static enum status check_past(
	const struct json_value *claims, const char *name, int64_t now_s, struct fail *why)
{
	const struct json_value *value = json_value_member(claims, name);
	int64_t from_s;
	if (!value)
		return ST_OK;
	if (!json_value_seconds(value, &from_s))
		return fail_set(why, ST_TOKEN_INVALID, "The claim %s must be a number", name);
	if (from_s > now_s + IDENTITY_LEEWAY_S)
		return fail_set(why, ST_TOKEN_INVALID, "The token is not yet valid (%s)", name);
	return ST_OK;
}

static enum status check_times(
	const struct json_value *claims, int64_t now_s, int64_t *expires_s, struct fail *why)
{
	const struct json_value *exp = json_value_member(claims, "exp");
	if (!exp)
		return refuse(why, "Missing claim: exp");
	if (!json_value_seconds(exp, expires_s))
		return refuse(why, "The claim exp must be a number");
	*expires_s += IDENTITY_LEEWAY_S;
	if (*expires_s <= now_s)
		return ST_TOKEN_EXPIRED;
	enum status st = check_past(claims, "nbf", now_s, why);
	return st == ST_OK ? check_past(claims, "iat", now_s, why) : st;
}

static enum status read_subject(
	const struct json_value *claims, char into[IDENTITY_SUBJECT_MAX + 1], struct fail *why)
{
	const struct json_value *value = json_value_member(claims, "sub");
	struct span text;
	if (!value)
		return refuse(why, "Missing claim: sub");
	if (!json_value_text(value, &text))
		return refuse(why, "Subject must be a string");
	if (text.len == 0 || text.len > IDENTITY_SUBJECT_MAX)
		return refuse(why, "The claim sub must have 1 to 255 bytes");
	memcpy(into, text.bytes, text.len);
	into[text.len] = '\0';
	return ST_OK;
}

/* The person. */

/* Copies a claim in the form of common/name.h, if it is a text that fits. */
static void read_name(const struct json_value *value, size_t chars_max, char *into)
{
	struct span text;
	struct buf folded = { 0 };
	if (!json_value_text(value, &text))
		return;
	size_t chars = name_fold(text, &folded);
	if (chars >= 1 && chars <= chars_max && !folded.failed) {
		memcpy(into, folded.bytes, folded.len);
		into[folded.len] = '\0';
	}
	buf_fini(&folded);
}

static bool has_any(struct span text, const char *bytes)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(bytes, text.bytes[i]))
			return true;
	return false;
}

/* Two or more labels, none of them empty at the ends. */
static bool is_domain(struct span host)
{
	return has_any(host, ".") && host.bytes[0] != '.' && host.bytes[host.len - 1] != '.';
}

/* As much as shows a mistake: whether the address exists is the business of the provider. */
static bool is_email(struct span text)
{
	struct span host = text, user = span_cut(&host, '@');
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.bytes[i] <= ' ' || text.bytes[i] == 0x7f)
			return false;
	return text.len <= IDENTITY_EMAIL_MAX && user.len && !has_any(host, "@")
	       && (span_is(host, "localhost") || is_domain(host));
}

static void read_person(const struct json_value *claims, struct identity_claims *into)
{
	struct span text;
	read_name(json_value_member(claims, "preferred_username"), IDENTITY_USERNAME_MAX,
		into->username);
	if (has_any(span_of(into->username), " @"))
		*into->username = '\0';
	read_name(json_value_member(claims, "name"), IDENTITY_NAME_MAX, into->name);
	if (json_value_is_true(json_value_member(claims, "email_verified"))
		&& json_value_text(json_value_member(claims, "email"), &text) && is_email(text))
		memcpy(into->email, text.bytes, text.len);
}

enum status identity_claims_read(const struct json_value *claims,
	const struct identity_rules *rules, struct identity_claims *out, struct fail *why)
{
	struct identity_claims found = { .expires_s = 0 };
	enum status st = check_parties(rules, claims, why);
	if (st == ST_OK)
		st = check_times(claims, rules->now_s, &found.expires_s, why);
	if (st == ST_OK)
		st = read_subject(claims, found.subject, why);
	if (st != ST_OK)
		return st;
	read_person(claims, &found);
	*out = found;
	return ST_OK;
}
