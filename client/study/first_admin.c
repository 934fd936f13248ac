#include "client/study/first_admin.h"

#include <stdlib.h>

#include "client/study/database.h"
#include "common/crypto.h"
#include "common/method_map.h"
#include "common/params.h"
#include "common/password_list.h"
#include "common/settings.h"

/* The rules of names and passwords. */

static void put_params(struct buf *out, const struct first_admin *admin)
{
	msg_put_map(out, admin->email ? 3 : 2);
	msg_put_key(out, "username");
	msg_put_text(out, span_of(admin->username));
	msg_put_key(out, "password");
	msg_put_text(out, span_of(admin->password));
	if (admin->email) {
		msg_put_key(out, "email");
		msg_put_text(out, span_of(admin->email));
	}
}

static enum status decode(const struct method *m, const struct first_admin *admin, struct fail *why)
{
	struct buf params = { 0 }, names = { 0 };
	struct param_value *values = calloc(m->param_count, sizeof *values);
	put_params(&params, admin);
	enum status st = values && !params.failed ? ST_OK : ST_NO_MEMORY;
	if (st == ST_OK)
		st = params_decode(m, buf_view(&params), values, &names, why);
	if (params.bytes)
		crypto_wipe(params.bytes, params.cap);
	buf_fini(&params);
	buf_fini(&names);
	free(values);
	return st;
}

static enum status check_params(const struct first_admin *admin, struct fail *why)
{
	struct method_map methods;
	enum status st = method_map_init(&methods);
	if (st != ST_OK)
		return st;
	st = decode(method_map_find_public(&methods, SPAN("accounts.register")), admin, why);
	method_map_fini(&methods);
	return st;
}

/* As in a worker, only a list that somebody has chosen must be there. */
static enum status open_list(
	const struct settings *settings, struct password_list **list, struct fail *why)
{
	static const char variable[] = "STUDYTRACKER_PASSWORD_LIST";
	if (!*settings->password_list)
		return ST_OK;
	enum status st = password_list_open(settings->password_list, list, why);
	if (st == ST_OK || !settings_is_set(settings, variable))
		return ST_OK;
	return fail_wrap(why, ST_BAD_SETTING, variable);
}

static enum status check_password(
	const struct settings *settings, const struct first_admin *admin, struct fail *why)
{
	struct new_password password = { .text = span_of(admin->password),
		.names = { span_of(admin->username), span_of(admin->email) } };
	struct password_list *list = NULL;
	enum status st = open_list(settings, &list, why);
	if (st == ST_OK)
		st = password_list_check(list, &password, why);
	password_list_free(&list);
	return st;
}

/* The hash. */

static enum status hash_with(const struct settings *settings, const struct first_admin *admin,
	char out[CRYPTO_PASSWORD_HASH_SIZE], struct fail *why)
{
	struct password_costs costs = { (size_t)settings->password_memory_mib << 20,
		(unsigned)settings->password_passes };
	enum status st = check_password(settings, admin, why);
	if (st == ST_OK)
		st = crypto_init(why);
	if (st == ST_OK)
		st = crypto_password_hash(span_of(admin->password), &costs, out, why);
	return st;
}

/* With the settings of a worker on this machine. */
static enum status hash(
	const struct first_admin *admin, char out[CRYPTO_PASSWORD_HASH_SIZE], struct fail *why)
{
	static char name[] = "study";
	char *const argv[] = { name, NULL };
	struct settings settings = { 0 };
	enum settings_task task;
	enum status st = settings_load(FOR_WORKER, 1, argv, &settings, &task, why);
	if (st != ST_OK)
		return st;
	st = hash_with(&settings, admin, out, why);
	settings_fini(&settings);
	return st;
}

enum status first_admin_create(const struct first_admin *admin, int64_t *account, struct fail *why)
{
	char hashed[CRYPTO_PASSWORD_HASH_SIZE];
	struct new_admin row = { .username = admin->username,
		.email = admin->email,
		.hash = hashed,
		.claims_first = admin->claims_first };
	enum status st = check_params(admin, why);
	if (st == ST_OK)
		st = hash(admin, hashed, why);
	if (st == ST_OK)
		st = database_create_admin(admin->url, &row, account, why);
	return st;
}
