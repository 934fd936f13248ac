#include "gateway/verification.h"

#include <string.h>

#include "common/crypto.h"
#include "common/date.h"
#include "common/msg.h"
#include "gateway/identity.h"
#include "gateway/jose.h"
#include "gateway/jwt.h"
#include "gateway/param_writer.h"

enum { MICROSECONDS = 1000000 };

/* Questions. */

static void put_text_param(struct buf *params, const char *name, struct span text)
{
	struct param_writer w = param_writer_open(params, NULL);
	param_writer_text(&w, name, text);
	param_writer_close(&w);
}

static void ask_hash(struct verification *v, struct span secret)
{
	char hash[CRYPTO_HASH_TEXT_LEN];
	crypto_sha256_text(secret, hash);
	put_text_param(&v->params, "hash", (struct span){ hash, sizeof hash });
}

static enum status ask_login(const struct verification_rules *rules, struct span token,
	struct verification *v, struct fail *why)
{
	struct jwt_rules jwt = { rules->secret, JWT_ACCESS, rules->now_s };
	struct jwt_claims claims;
	enum status st = jwt_read(&jwt, token, &claims, why);
	if (st != ST_OK)
		return st;
	v->source = AUTH_SOURCE_LOGIN;
	v->account = claims.account;
	v->expires_s = claims.expires_s;
	put_text_param(&v->params, "login_id", span_of(claims.login_id));
	return ST_OK;
}

static void put_identity(const struct identity *identity, const struct identity_claims *claims,
	struct param_writer *w)
{
	param_writer_text(w, "issuer", span_of(identity_issuer(identity)));
	param_writer_text(w, "subject", span_of(claims->subject));
}

static void put_optional(struct param_writer *w, const char *name, const char *text)
{
	if (*text)
		param_writer_text(w, name, span_of(text));
}

static enum status ask_identity(const struct verification_rules *rules, struct span token,
	struct verification *v, struct fail *why)
{
	struct identity_token shown = { token, rules->now_s };
	struct identity_claims claims;
	enum status st = identity_read(rules->identity, &shown, &claims, why);
	if (st != ST_OK)
		return st;
	v->source = AUTH_SOURCE_IDENTITY;
	v->expires_s = claims.expires_s;
	struct param_writer w = param_writer_open(&v->params, NULL);
	put_identity(rules->identity, &claims, &w);
	param_writer_close(&w);
	w = param_writer_open(&v->registration, NULL);
	put_identity(rules->identity, &claims, &w);
	put_optional(&w, "username", claims.username);
	put_optional(&w, "email", claims.email);
	put_optional(&w, "name", claims.name);
	param_writer_close(&w);
	return ST_OK;
}

/* The header of a token says who has signed it. Each of both checks has its own keys and
 * algorithms, so a header that lies fails in either. */
static enum status ask_jwt(const struct verification_rules *rules, struct span token,
	struct verification *v, struct fail *why)
{
	bool has_provider = rules->identity && *identity_issuer(rules->identity);
	bool is_foreign = has_provider && jose_is_asymmetric(token);
	return is_foreign ? ask_identity(rules, token, v, why) : ask_login(rules, token, v, why);
}

enum status verification_of_credential(const struct verification_rules *rules,
	const struct credential *credential, struct verification *out, struct fail *why)
{
	struct verification v = { .expires_s = INT64_MAX };
	enum status st = ST_OK;
	if (credential->kind == CREDENTIAL_JWT) {
		st = ask_jwt(rules, credential->text, &v, why);
	} else {
		v.source = credential->kind == CREDENTIAL_TOKEN ? AUTH_SOURCE_TOKEN
								: AUTH_SOURCE_SESSION;
		ask_hash(&v, credential->text);
	}
	if (v.params.failed || v.registration.failed)
		st = ST_NO_MEMORY;
	if (st == ST_OK)
		*out = v;
	else
		verification_fini(&v);
	return st;
}

enum status verification_of_key(int64_t account, struct verification *out)
{
	struct verification v = {
		.source = AUTH_SOURCE_KEY, .account = account, .expires_s = INT64_MAX
	};
	struct param_writer w = param_writer_open(&v.params, NULL);
	param_writer_int(&w, "holder_id", account);
	param_writer_close(&w);
	if (v.params.failed) {
		verification_fini(&v);
		return ST_NO_MEMORY;
	}
	*out = v;
	return ST_OK;
}

void verification_fini(struct verification *v)
{
	buf_fini(&v->params);
	buf_fini(&v->registration);
}

/* Answers. */

/* False if the text does not fit. An absent one is empty. */
static bool copy_text(struct span row, const char *name, char *into, size_t size)
{
	struct span text = { 0 };
	if (!msg_find_text(row, name, &text))
		text = SPAN(""); /* memcpy must not see NULL */
	if (text.len >= size)
		return false;
	memcpy(into, text.bytes, text.len);
	into[text.len] = '\0';
	return true;
}

/* A nil means that it never expires. */
static bool read_expiry(struct span row, int64_t *expires_s)
{
	struct span text;
	int64_t microseconds;
	if (!msg_find_text(row, "expires_at", &text))
		return true;
	if (!instant_parse(text, &microseconds))
		return false;
	if (microseconds / MICROSECONDS < *expires_s)
		*expires_s = microseconds / MICROSECONDS;
	return true;
}

static int64_t unmarked_token(struct span row)
{
	struct span value;
	struct msg_token is_marked = { .type = MSG_NIL };
	int64_t id;
	if (!msg_find_int(row, "token_id", &id) || msg_find(row, "is_marked", &value) != ST_OK)
		return 0;
	struct msg_reader in = msg_reader(value);
	if (msg_read(&in, &is_marked) != ST_OK || is_marked.type != MSG_BOOL)
		return 0;
	return is_marked.boolean ? 0 : id;
}

static bool read_row(struct span row, struct finding *f)
{
	struct principal *p = &f->principal;
	int64_t scopes;
	if (!msg_find_int(row, "account_id", &p->account) || p->account <= 0
		|| !msg_find_int(row, "scopes", &scopes) || scopes < 0
		|| scopes > PRINCIPAL_ALL_SCOPES)
		return false;
	p->scopes = (unsigned)scopes;
	f->unmarked_token = unmarked_token(row);
	return copy_text(row, "credential", p->credential, sizeof p->credential)
	       && copy_text(row, "login_id", p->login, sizeof p->login)
	       && read_expiry(row, &f->expires_s);
}

enum status verification_read(
	const struct verification *v, struct span row, struct finding *out, struct fail *why)
{
	struct finding f = { .principal.source = v->source, .expires_s = v->expires_s };
	if (!read_row(row, &f))
		return fail_set(
			why, ST_INTERNAL, "the worker's answer about a credential is wrong");
	if (v->account && v->account != f.principal.account)
		return ST_TOKEN_INVALID; /* without a text: the verdict that is kept has none */
	*out = f;
	return ST_OK;
}
