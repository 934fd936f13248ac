#include "gateway/jwt.h"

#include <inttypes.h>
#include <string.h>

#include "gateway/jose.h"

static const struct {
	const char *type;
	const char *other_is_refused;
} kind_table[] = {
	[JWT_ACCESS] = { "access", "Only non-refresh tokens are allowed" },
	[JWT_REFRESH] = { "refresh", "Only refresh tokens are allowed" },
};

void jwt_mint(const struct jwt_secret *secret, const struct jwt_claims *claims, int64_t now_s,
	struct buf *out)
{
	const struct jwt_key *key = jwt_secret_current(secret);
	struct buf text = { 0 };
	buf_printf(&text,
		"{\"fresh\":false,\"iat\":%" PRId64 ",\"jti\":\"%s\",\"type\":\"%s\","
		"\"sub\":\"%" PRId64 "\",\"nbf\":%" PRId64 ",\"exp\":%" PRId64 ",\"sid\":\"%s\"}",
		now_s, claims->jti, kind_table[claims->kind].type, claims->account, now_s,
		claims->expires_s, claims->login_id);
	if (text.failed)
		out->failed = true;
	else
		jose_sign(span_of(key->kid), span_of(key->text), buf_view(&text), out);
	buf_fini(&text);
}

static enum status verify(const struct jwt_secret *secret, struct jose *token, struct fail *why)
{
	struct span kid;
	if (jose_alg(token) != JOSE_HS256)
		return fail_set(why, ST_TOKEN_INVALID, "The specified alg value is not allowed");
	if (!jose_kid(token, &kid))
		return fail_set(why, ST_TOKEN_INVALID, "Missing header: kid");
	const struct jwt_key *key = jwt_secret_find(secret, kid);
	if (!key)
		return fail_set(why, ST_TOKEN_INVALID, "The header kid names an unknown secret");
	return jose_verify_mac(token, span_of(key->text), why);
}

static enum status refuse_claim(
	const struct json_value *claims, const char *name, const char *rule, struct fail *why)
{
	if (!json_value_member(claims, name))
		return fail_set(why, ST_TOKEN_INVALID, "Missing claim: %s", name);
	return fail_set(why, ST_TOKEN_INVALID, "The claim %s must be %s", name, rule);
}

static enum status read_times(
	const struct json_value *claims, int64_t now_s, int64_t *expires_s, struct fail *why)
{
	int64_t from_s;
	if (!json_value_seconds(json_value_member(claims, "exp"), expires_s))
		return refuse_claim(claims, "exp", "a number", why);
	if (!json_value_seconds(json_value_member(claims, "nbf"), &from_s))
		return refuse_claim(claims, "nbf", "a number", why);
	if (*expires_s <= now_s)
		return ST_TOKEN_EXPIRED;
	if (from_s > now_s + JWT_LEEWAY_S)
		return fail_set(why, ST_TOKEN_INVALID, "The token is not yet valid (nbf)");
	return ST_OK;
}

/* A positive decimal number as jwt_mint writes it. */
static enum status read_account(const struct json_value *claims, int64_t *account, struct fail *why)
{
	const struct json_value *value = json_value_member(claims, "sub");
	struct span text;
	if (!value)
		return refuse_claim(claims, "sub", "", why);
	if (!json_value_text(value, &text))
		return fail_set(why, ST_TOKEN_INVALID, "Subject must be a string");
	if (text.len == 0 || *text.bytes < '1' || !span_to_int(text, account))
		return refuse_claim(claims, "sub", "the number of an account", why);
	return ST_OK;
}

static enum status read_id(const struct json_value *claims, const char *name,
	char into[UUID_TEXT_LEN + 1], struct fail *why)
{
	struct span text;
	unsigned char uuid[16];
	if (!json_value_text(json_value_member(claims, name), &text) || !uuid_parse(text, uuid))
		return refuse_claim(claims, name, "a UUID", why);
	uuid_format(uuid, into);
	into[UUID_TEXT_LEN] = '\0';
	return ST_OK;
}

static enum status read_kind(
	const struct json_value *claims, enum jwt_kind wanted, struct fail *why)
{
	const struct json_value *type = json_value_member(claims, "type");
	if (!type)
		return refuse_claim(claims, "type", "", why);
	if (!json_value_is_text(type, kind_table[wanted].type))
		return fail_set(
			why, ST_WRONG_TOKEN_TYPE, "%s", kind_table[wanted].other_is_refused);
	return ST_OK;
}

static enum status read_claims(const struct jwt_rules *rules, const struct json_value *claims,
	struct jwt_claims *into, struct fail *why)
{
	enum status st = read_times(claims, rules->now_s, &into->expires_s, why);
	if (st == ST_OK)
		st = read_account(claims, &into->account, why);
	if (st == ST_OK)
		st = read_kind(claims, rules->kind, why);
	if (st == ST_OK)
		st = read_id(claims, "sid", into->login_id, why);
	return st == ST_OK ? read_id(claims, "jti", into->jti, why) : st;
}

enum status jwt_read(
	const struct jwt_rules *rules, struct span text, struct jwt_claims *out, struct fail *why)
{
	struct jwt_claims claims = { .kind = rules->kind };
	struct jose *token = NULL;
	enum status st = jose_parse(text, &token, why);
	if (st == ST_OK)
		st = verify(rules->secret, token, why);
	if (st == ST_OK)
		st = read_claims(rules, jose_claims(token), &claims, why);
	jose_free(&token);
	if (st == ST_OK)
		*out = claims;
	return st;
}
