#include "gateway/login_call.h"

#include <string.h>

#include "common/date.h"
#include "gateway/api_call.h"

/* The bounds are those of logins.open. */
const struct method login_form = {
	.name = "log in",
	.is_write = true,
	METHOD_PARAMS({ .name = "username",
			      .kind = PARAM_TEXT,
			      .flags = PARAM_REQUIRED,
			      .max = EMAIL_MAX_CHARS },
		{ .name = "password",
			.kind = PARAM_TEXT,
			.flags = PARAM_REQUIRED,
			.max = PASSWORD_MAX_CHARS }),
};

struct login_id login_id_new(struct uuid_source *ids)
{
	struct login_id id = { 0 };
	unsigned char uuid[16];
	uuid_v7(ids, uuid);
	uuid_format(uuid, id.text);
	return id;
}

/* A call of a worker whose params are being written. It must not be moved. */
struct draft {
	struct api_call call;
	struct buf params;
	struct param_writer w;
};

static void begin_draft(struct draft *d, const char *method, int64_t account)
{
	*d = (struct draft){ .call = {
				     .method = method_find(span_of(method)), .account = account } };
	d->w = param_writer_open(&d->params, NULL);
}

static enum status send_draft(struct draft *d, struct api_request *r, call_done done)
{
	api_request_put_caller(r, d->call.method, &d->w);
	param_writer_close(&d->w);
	d->call.params = buf_view(&d->params);
	d->call.done = done;
	enum status st = d->params.failed ? ST_NO_MEMORY : api_call_run(r, &d->call);
	buf_fini(&d->params);
	return st;
}

enum status login_call_open(struct api_request *r, const struct api_form *form,
	const struct login_key *key, call_done done)
{
	enum { ANY_ACCOUNT = 1 }; /* the method finds it by the name */
	struct login_id id = login_id_new(&r->api->ids);
	struct draft d;
	begin_draft(&d, "logins.open", ANY_ACCOUNT);
	param_writer_text(&d.w, "username", form->values[LOGIN_FORM_USERNAME].text);
	param_writer_text(&d.w, "password", form->values[LOGIN_FORM_PASSWORD].text);
	param_writer_text(&d.w, "login_id", span_of(id.text));
	param_writer_text(&d.w, key->param, key->value);
	param_writer_int(&d.w, "lifetime_s", r->api->settings->refresh_token_s);
	return send_draft(&d, r, done);
}

enum status login_call_refresh(struct api_request *r, const struct login_ref *login,
	const char *next_refresh_id, call_done done)
{
	struct draft d;
	begin_draft(&d, "logins.refresh", login->account);
	param_writer_text(&d.w, "login_id", span_of(login->login_id));
	param_writer_text(&d.w, "refresh_id", span_of(login->refresh_id));
	param_writer_text(&d.w, "next_refresh_id", span_of(next_refresh_id));
	return send_draft(&d, r, done);
}

enum status login_call_end(struct api_request *r, const struct login_ref *login, call_done done)
{
	struct draft d;
	begin_draft(&d, "logins.end", login->account);
	param_writer_text(&d.w, "login_id", span_of(login->login_id));
	return send_draft(&d, r, done);
}

bool login_read(struct span result, struct login *out)
{
	struct span id;
	int64_t expires_us;
	if (!msg_find_int(result, "account_id", &out->account)
		|| !msg_find_text(result, "login_id", &id) || id.len != UUID_TEXT_LEN
		|| !msg_find_text(result, "expires_at", &out->expires_at)
		|| !instant_parse(out->expires_at, &expires_us)
		|| !msg_find_text(result, "role", &out->role)
		|| !msg_find_text(result, "username", &out->username))
		return false;
	memcpy(out->id.text, id.bytes, UUID_TEXT_LEN);
	out->id.text[UUID_TEXT_LEN] = '\0';
	out->expires_s = expires_us / 1000000;
	return true;
}
