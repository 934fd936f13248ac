/*
 * login_call: the calls of workers about log-ins, for gateway/api_login.h and
 * gateway/api_session.h.
 *
 * A log-in has an id, and a key that only its client has: a refresh token or the cookie of a
 * browser. The gateway makes both. All calls are safe to repeat with the same ids and keys, so
 * another worker can repeat the call of one that died.
 *
 * `done` gets the request, whose call has ended. A successful result of login_call_open and
 * login_call_refresh is a log-in:
 *
 *	struct login login;
 *	if (!login_read(result, &login))
 *		fail with ST_INTERNAL
 */
#ifndef GATEWAY_LOGIN_CALL_H
#define GATEWAY_LOGIN_CALL_H

#include "common/uuid.h"
#include "gateway/api_form.h"

/* The form of a log-in: username, password. */
extern const struct method login_form;
enum { LOGIN_FORM_USERNAME, LOGIN_FORM_PASSWORD };

/* A UUID as a text, with a NUL. */
struct login_id {
	char text[UUID_TEXT_LEN + 1];
};

struct login_id login_id_new(struct uuid_source *ids);

/* The key of a new log-in: a param of logins.open and its value. */
struct login_key {
	const char *param; /* "refresh_id" or "session_hash" */
	struct span value;
};

/* Opens a log-in with the name and the password of the form. ST_INVALID_CREDENTIALS and
 * ST_ACCOUNT_DISABLED are outcomes of the call. */
enum status login_call_open(struct api_request *r, const struct api_form *form,
	const struct login_key *key, call_done done) MUST_CHECK;

/* A log-in that a client has shown. */
struct login_ref {
	int64_t account;
	const char *login_id;
	const char *refresh_id; /* the key that was shown; of login_call_refresh only */
};

/* Replaces the key of a log-in by `next_refresh_id`. Outcomes: ST_TOKEN_REUSED if another one has
 * replaced it before, which ends the log-in. ST_TOKEN_REVOKED, ST_TOKEN_EXPIRED,
 * ST_ACCOUNT_DISABLED. */
enum status login_call_refresh(struct api_request *r, const struct login_ref *login,
	const char *next_refresh_id, call_done done) MUST_CHECK;

/* Ends a log-in. It is no error if it has ended before. */
enum status login_call_end(
	struct api_request *r, const struct login_ref *login, call_done done) MUST_CHECK;

/* A log-in that a worker has stored. The spans are borrowed from the result. */
struct login {
	int64_t account;
	struct login_id id;
	int64_t expires_s; /* Unix time */
	struct span expires_at, username, role;
};

/* False: it is not such a result. */
bool login_read(struct span result, struct login *out) MUST_CHECK;

#endif
