#include "gateway/credential.h"

#include <limits.h>
#include <string.h>

#include "common/msg.h"
#include "gateway/dialect.h"

static const char missing_scheme[] =
	"Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'";
static const char bad_field[] = "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'";

static const struct credential no_credential = { CREDENTIAL_NONE, { 0 } };

static const char token_prefix[] = "st_";

enum { PREFIX_LEN = sizeof token_prefix - 1, SECRET_DIGITS = 64 };

/* A table, because each request with a token comes here: strchr took 3 % of the gateway's time. */
static const bool is_digit[UCHAR_MAX + 1] = {
	['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true,
	['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true, ['a'] = true, ['b'] = true,
	['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true,
};

static bool is_secret(struct span text)
{
	bool are_digits = text.len == SECRET_DIGITS;
	for (size_t i = 0; are_digits && i < SECRET_DIGITS; i++)
		are_digits = is_digit[(unsigned char)text.bytes[i]];
	return are_digits;
}

static bool is_personal(struct span token)
{
	return token.len >= PREFIX_LEN && memcmp(token.bytes, token_prefix, PREFIX_LEN) == 0;
}

static enum status take_token(struct span token, struct credential *out, struct fail *why)
{
	if (token.len > CREDENTIAL_MAX)
		return fail_set(
			why, ST_TOKEN_INVALID, "the token is over %d bytes", CREDENTIAL_MAX);
	bool has_prefix = is_personal(token);
	if (has_prefix && !is_secret(span_drop(token, PREFIX_LEN)))
		return fail_set(why, ST_TOKEN_INVALID,
			"a personal token must be %s and %d lower-case hexadecimal digits",
			token_prefix, SECRET_DIGITS);
	*out = (struct credential){ has_prefix ? CREDENTIAL_TOKEN : CREDENTIAL_JWT, token };
	return ST_OK;
}

/* Authorization. */

/* The value of the last field; `count` is how many there are. */
static struct span find_authorization(const struct http_request *http, size_t *count)
{
	struct span value = { 0 };
	*count = 0;
	for (size_t i = 0; i < http->field_count; i++)
		if (span_is_nocase(http->fields[i].name, "Authorization")) {
			value = http->fields[i].value;
			++*count;
		}
	return value;
}

static bool is_bearer(struct span scheme, const struct dialect *dialect)
{
	return dialect->bearer_has_case ? span_is(scheme, "Bearer")
					: span_is_nocase(scheme, "Bearer");
}

static size_t word_len(struct span text)
{
	size_t len = 0;
	while (len < text.len && text.bytes[len] != ' ' && text.bytes[len] != '\t')
		len++;
	return len;
}

static bool has_space(struct span text)
{
	return memchr(text.bytes, ' ', text.len) || memchr(text.bytes, '\t', text.len);
}

static enum status take_field(const struct http_request *http, struct span field,
	struct credential *out, struct fail *why)
{
	size_t scheme_len = word_len(field);
	struct span token = span_trim(span_drop(field, scheme_len));
	if (!is_bearer(span_first(field, scheme_len), dialect_of(http->path)))
		return fail_set(why, ST_UNAUTHENTICATED, "%s", missing_scheme);
	if (token.len == 0 || has_space(token))
		return fail_set(why, ST_TOKEN_INVALID, "%s", bad_field);
	return take_token(token, out, why);
}

struct span credential_bearer_field(const struct http_request *http)
{
	size_t count;
	struct span field = find_authorization(http, &count);
	bool is_plain = count == 1 && span_is(span_first(field, word_len(field)), "Bearer");
	return is_plain ? field : (struct span){ 0 };
}

/* Cookie. */

static enum status take_cookie(struct span value, struct credential *out, struct fail *why)
{
	if (!is_secret(value))
		return fail_set(why, ST_TOKEN_INVALID, "the cookie of the session is malformed");
	*out = (struct credential){ CREDENTIAL_SESSION, value };
	return ST_OK;
}

struct cookie {
	const char *name;
	struct span value;
	size_t count;
};

static void read_cookies(struct span field, struct cookie *cookie)
{
	while (field.len) {
		struct span value = span_trim(span_cut(&field, ';'));
		if (!span_is(span_trim(span_cut(&value, '=')), cookie->name))
			continue;
		cookie->value = span_trim(value);
		cookie->count++;
	}
}

/* A proxy may split the pairs over several fields (RFC 9113 section 8.2.3). */
static struct cookie find_cookie(const struct http_request *http, const char *name)
{
	struct cookie cookie = { .name = name };
	for (size_t i = 0; i < http->field_count; i++)
		if (span_is_nocase(http->fields[i].name, "Cookie"))
			read_cookies(http->fields[i].value, &cookie);
	return cookie;
}

bool credential_is_secure(const struct http_request *http)
{
	return find_cookie(http, CREDENTIAL_SECURE_COOKIE).count > 0;
}

/* Another host of the same domain can add a second cookie of the name, so none of them counts. */
static enum status find_session(
	const struct http_request *http, struct credential *out, struct fail *why)
{
	struct cookie cookie = find_cookie(http, CREDENTIAL_SECURE_COOKIE);
	if (cookie.count == 0)
		cookie = find_cookie(http, CREDENTIAL_COOKIE);
	if (cookie.count > 1)
		return fail_set(why, ST_TOKEN_INVALID, "the cookie %s came %zu times", cookie.name,
			cookie.count);
	if (cookie.count == 1)
		return take_cookie(cookie.value, out, why);
	*out = no_credential;
	return ST_OK;
}

enum status credential_of_http(
	const struct http_request *http, struct credential *out, struct fail *why)
{
	size_t count;
	struct span field = find_authorization(http, &count);
	if (count > 1)
		return fail_set(why, ST_TOKEN_INVALID, "%s", bad_field);
	return field.len ? take_field(http, field, out, why) : find_session(http, out, why);
}

enum status credential_of_rpc(struct span context, struct credential *out, struct fail *why)
{
	struct span value, token;
	if (msg_find(context, "token", &value) != ST_OK || msg_is_nil(value)) {
		*out = no_credential;
		return ST_OK;
	}
	if (!msg_find_text(context, "token", &token))
		return fail_field(why, ST_INVALID_INPUT, "token", "context.token must be a text");
	if (token.len == 0)
		return fail_field(why, ST_TOKEN_INVALID, "token", "context.token is empty");
	return take_token(token, out, why);
}
