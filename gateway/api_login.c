#include "gateway/api_login.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/json_out.h"
#include "gateway/api_call.h"
#include "gateway/api_limit.h"
#include "gateway/credential.h"
#include "gateway/jwt.h"
#include "gateway/login_call.h"

enum { TOKEN_FORM_TOKEN };

const struct method api_login_token_form = {
	.name = "refresh or log out",
	.is_write = true,
	METHOD_PARAMS({ .name = "refresh_token",
		.kind = PARAM_TEXT,
		.flags = PARAM_NULLABLE,
		.min = 1,
		.max = CREDENTIAL_MAX }),
};

/* ---- Responses ---- */

static void put_token(
	struct buf *out, const struct jwt_secret *secret, const struct jwt_claims *claims)
{
	struct buf token = { 0 };
	jwt_mint(secret, claims, time(NULL), &token);
	json_out_text(out, buf_view(&token));
	out->failed |= token.failed;
	buf_fini(&token);
}

static struct jwt_claims claims_of(const struct login *login, enum jwt_kind kind, const char *jti)
{
	struct jwt_claims claims = {
		.kind = kind, .account = login->account, .expires_s = login->expires_s
	};
	(void)snprintf(claims.login_id, sizeof claims.login_id, "%s", login->id.text);
	(void)snprintf(claims.jti, sizeof claims.jti, "%s", jti);
	return claims;
}

/* An access token does not outlast its log-in. */
static void put_tokens(struct buf *out, const struct api_request *r, const struct login *login)
{
	struct api *api = r->api;
	struct jwt_claims refresh = claims_of(login, JWT_REFRESH, r->key);
	struct jwt_claims access = claims_of(login, JWT_ACCESS, login_id_new(&api->ids).text);
	int64_t lasts_s = login->expires_s - time(NULL);
	if (lasts_s > api->settings->access_token_s)
		lasts_s = api->settings->access_token_s;
	access.expires_s = time(NULL) + lasts_s;
	buf_text(out, "{\"access_token\":");
	put_token(out, api->secret, &access);
	buf_text(out, ",\"refresh_token\":");
	put_token(out, api->secret, &refresh);
	buf_printf(out, ",\"token_type\":\"Bearer\",\"expires_in\":%" PRId64 "}", lasts_s);
}

/* Of login and refresh. */
static void on_stored(void *arg, enum status st, struct span error, struct span result)
{
	struct api_request *r = arg;
	struct buf body = { 0 };
	struct login login;
	if (!api_call_has_result(&r, st, error))
		return;
	if (login_read(result, &login)) {
		put_tokens(&body, r, &login);
		api_request_respond_json(&r, 200, NULL, &body);
	} else {
		api_request_fail(&r, ST_INTERNAL, NULL);
	}
	buf_fini(&body);
}

static enum status outcome_of(enum status st, struct span error)
{
	return st == ST_OK && !msg_is_nil(error) ? response_read_error(error).st : st;
}

static void on_refreshed(void *arg, enum status st, struct span error, struct span result)
{
	enum status outcome = outcome_of(st, error);
	if (outcome != ST_OK)
		api_limit_ended(arg, outcome);
	on_stored(arg, st, error, result);
}

static void on_ended(void *arg, enum status st, struct span error, struct span result)
{
	(void)result;
	struct api_request *r = arg;
	struct buf body = { 0 };
	api_limit_ended(r, outcome_of(st, error));
	if (!api_call_has_result(&r, st, error))
		return;
	buf_text(&body, "{\"message\":\"Logged out\"}");
	if (r->route->status == 204)
		api_request_respond_empty(&r, 204, NULL);
	else
		api_request_respond_json(&r, r->route->status, NULL, &body);
	buf_fini(&body);
}

/* ---- Requests ---- */

/* The token of the body, else the Bearer token. */
static enum status find_token(const struct api_request *r, const struct api_form *form,
	struct span *token, struct fail *why)
{
	const struct param_value *given = &form->values[TOKEN_FORM_TOKEN];
	struct credential shown;
	*token = given->text;
	if (!given->is_null)
		return ST_OK;
	enum status st = credential_of_http(exchange_request(r->exchange), &shown, why);
	if (st != ST_OK)
		return st;
	*token = shown.text;
	return shown.kind == CREDENTIAL_NONE || shown.kind == CREDENTIAL_SESSION
		       ? ST_UNAUTHENTICATED
		       : ST_OK;
}

/* Reads the token that the request shows, and counts the request. `also` is another kind that is
 * accepted. */
static enum status read_token(
	struct api_request *r, enum jwt_kind also, struct jwt_claims *claims, struct fail *why)
{
	struct api_form form = { 0 };
	struct span token = { 0 };
	struct jwt_rules rules = { r->api->secret, also, time(NULL) };
	enum status st = api_form_read(r, &form, why);
	if (st == ST_OK)
		st = find_token(r, &form, &token, why);
	if (st == ST_OK)
		st = jwt_read(&rules, token, claims, why);
	rules.kind = JWT_REFRESH;
	if (st == ST_WRONG_TOKEN_TYPE && also != JWT_REFRESH)
		st = jwt_read(&rules, token, claims, why);
	api_form_fini(&form);
	if (st == ST_OK)
		(void)snprintf(r->login_id, sizeof r->login_id, "%s", claims->login_id);
	return api_limit_token(r, st, why);
}

static void set_key(struct api_request *r)
{
	(void)snprintf(r->key, sizeof r->key, "%s", login_id_new(&r->api->ids).text);
}

void api_login_open(struct api_request **request)
{
	struct api_request *r = *request;
	struct api_form form = { 0 };
	struct fail why = { 0 };
	enum status st = api_form_read(r, &form, &why);
	set_key(r);
	struct login_key key = { "refresh_id", span_of(r->key) };
	if (st == ST_OK)
		st = api_limit_login(r, form.values[LOGIN_FORM_USERNAME].text, &why);
	if (st == ST_OK)
		st = login_call_open(r, &form, &key, on_stored);
	api_form_fini(&form);
	api_request_settle(request, st, &why);
}

void api_login_refresh(struct api_request **request)
{
	struct api_request *r = *request;
	struct jwt_claims claims = { 0 };
	struct fail why = { 0 };
	enum status st = read_token(r, JWT_REFRESH, &claims, &why);
	struct login_ref login = { claims.account, claims.login_id, claims.jti };
	set_key(r);
	if (st == ST_OK)
		st = login_call_refresh(r, &login, r->key, on_refreshed);
	api_request_settle(request, st, &why);
}

void api_login_end(struct api_request **request)
{
	struct api_request *r = *request;
	struct jwt_claims claims = { 0 };
	struct fail why = { 0 };
	enum status st = read_token(r, JWT_ACCESS, &claims, &why);
	struct login_ref login = { .account = claims.account, .login_id = claims.login_id };
	if (st == ST_OK)
		st = login_call_end(r, &login, on_ended);
	api_request_settle(request, st, &why);
}

void api_login_register(struct api_request **request)
{
	const struct api_request *r = *request;
	if (strcmp(r->api->settings->registration, "open") == 0)
		api_call_start(request);
	else
		api_request_fail(request, ST_REGISTRATION_CLOSED, NULL);
}
