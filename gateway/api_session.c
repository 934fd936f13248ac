#include "gateway/api_session.h"

#include <inttypes.h>
#include <string.h>

#include "common/crypto.h"
#include "common/json_out.h"
#include "gateway/api_call.h"
#include "gateway/api_limit.h"
#include "gateway/credential.h"
#include "gateway/login_call.h"

/* The field is the same when the cookie is set and when it is cleared: else the browser keeps the
 * former. */
static void put_cookie(
	const struct api_request *r, const char *value, int64_t lasts_s, struct buf *headers)
{
	bool is_https = api_request_client(r).is_https;
	buf_printf(headers,
		"Set-Cookie: %s=%s; Path=/; Max-Age=%" PRId64 "; HttpOnly; SameSite=Strict%s\r\n",
		is_https ? CREDENTIAL_SECURE_COOKIE : CREDENTIAL_COOKIE, value, lasts_s,
		is_https ? "; Secure" : "");
}

static void respond_login(struct api_request **request, const struct login *login)
{
	const struct api_request *r = *request;
	struct buf headers = { 0 }, body = { 0 };
	put_cookie(r, r->key, r->api->settings->refresh_token_s, &headers);
	buf_printf(&body, "{\"account_id\":%" PRId64 ",\"username\":", login->account);
	json_out_text(&body, login->username);
	buf_text(&body, ",\"role\":");
	json_out_text(&body, login->role);
	buf_text(&body, ",\"expires_at\":");
	json_out_text(&body, login->expires_at);
	buf_byte(&body, '}');
	api_request_respond_json(request, 200, &headers, &body);
	buf_fini(&headers);
	buf_fini(&body);
}

static void on_opened(void *arg, enum status st, struct span error, struct span result)
{
	struct api_request *r = arg;
	struct login login;
	if (!api_call_has_result(&r, st, error))
		return;
	if (login_read(result, &login))
		respond_login(&r, &login);
	else
		api_request_fail(&r, ST_INTERNAL, NULL);
}

/* A page of another site must not log its visitor in: what the visitor then writes would go to the
 * account of the page's author. A client without Origin is no browser. */
static enum status check_page(const struct api_request *r, struct fail *why)
{
	const struct http_request *http = exchange_request(r->exchange);
	if (http_request_field(http, "Origin").len == 0)
		return ST_OK;
	return access_check_session(&r->api->access, http, api_request_client(r).is_https, why);
}

void api_session_open(struct api_request **request)
{
	struct api_request *r = *request;
	struct api_form form = { 0 };
	struct fail why = { 0 };
	char hash[CRYPTO_HASH_TEXT_LEN];
	enum status st = check_page(r, &why);
	if (st == ST_OK)
		st = api_form_read(r, &form, &why);
	crypto_random_text(r->key);
	r->key[CRYPTO_HASH_TEXT_LEN] = '\0';
	crypto_sha256_text(span_of(r->key), hash);
	struct login_key key = { "session_hash", { hash, sizeof hash } };
	if (st == ST_OK)
		st = api_limit_login(r, form.values[LOGIN_FORM_USERNAME].text, &why);
	if (st == ST_OK)
		st = login_call_open(r, &form, &key, on_opened);
	api_form_fini(&form);
	api_request_settle(request, st, &why);
}

static void respond_ended(struct api_request **request)
{
	struct buf headers = { 0 };
	put_cookie(*request, "", 0, &headers);
	api_request_respond_empty(request, 204, &headers);
	buf_fini(&headers);
}

static void on_ended(void *arg, enum status st, struct span error, struct span result)
{
	(void)result;
	struct api_request *r = arg;
	if (api_call_has_result(&r, st, error))
		respond_ended(&r);
}

void api_session_end(struct api_request **request)
{
	struct api_request *r = *request;
	const struct principal *p = &r->authentication.principal;
	struct login_ref login = { .account = p->account, .login_id = p->login };
	if (p->source != AUTH_SOURCE_SESSION) {
		respond_ended(request);
		return;
	}
	api_request_settle(request, login_call_end(r, &login, on_ended), NULL);
}
