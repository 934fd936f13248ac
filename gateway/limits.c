#include "gateway/limits.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"
#include "gateway/login_name.h"
#include "gateway/verified.h"

enum { ENDED_LOGINS_MAX = 4096, ENDED_LOGIN_MS = 3600 * 1000 };

enum limit_kind { BY_ACCOUNT, BY_ADDRESS, LOGINS_BY_NAME, LOGINS_BY_ADDRESS, KIND_COUNT };

struct limits {
	unsigned char secret[CRYPTO_TAG_KEY_SIZE];
	struct rate *rates[KIND_COUNT]; /* NULL: no limit */
	struct verified *ended;         /* log-ins */
	struct limits_counts counts;
};

#define SETTING(field) offsetof(struct settings, field)
#define REFUSED(field) offsetof(struct limits_counts, field)

static const struct {
	size_t setting;
	const char *with_accounts; /* the default */
	size_t refused;
} kind_table[KIND_COUNT] = {
	[BY_ACCOUNT] = { SETTING(rate_account), "1200/60", REFUSED(account) },
	[BY_ADDRESS] = { SETTING(rate_address), "300/60", REFUSED(address) },
	[LOGINS_BY_NAME] = { SETTING(rate_login_account), "100/300", REFUSED(login_account) },
	[LOGINS_BY_ADDRESS] = { SETTING(rate_login_address), "10/300", REFUSED(login_address) },
};

#define AT(field) COUNTER_AT(struct limits_counts, field)

static const struct counter rows[] = {
	{ "account",       COUNTER_TOTAL, AT(account),       "Requests refused because of the limit of their account or log-in." },
	{ "address",       COUNTER_TOTAL, AT(address),       "Requests without valid credentials refused because of their address's limit." },
	{ "login_account", COUNTER_TOTAL, AT(login_account), "Log-ins refused because of their user name's limit." },
	{ "login_address", COUNTER_TOTAL, AT(login_address), "Log-ins refused because of their address's limit." },
};

const struct counter_table limits_counter_table = { "limited", "studytracker_limited_", rows,
	sizeof rows / sizeof *rows };

void limits_add_counters(const struct limits *l, struct counter_sources *sources)
{
	static const struct limits_counts none;
	counter_sources_add(sources, &limits_counter_table, l ? &l->counts : &none);
}

/* ---- Open and free ---- */

static struct rate_limit limit_of(const struct settings *settings, enum limit_kind kind)
{
	struct rate_limit limit = { 0 };
	const char *text = *(const char *const *)(const void *)((const char *)settings
								+ kind_table[kind].setting);
	if (!*text)
		text = settings_have_accounts(settings) ? kind_table[kind].with_accounts : "0";
	bool is_read = rate_limit_parse(span_of(text), &limit);
	assert(is_read); /* settings_load has checked it */
	(void)is_read;
	return limit;
}

static enum status open_rates(struct limits *l, const struct settings *settings, bool *has_any)
{
	enum status st = ST_OK;
	*has_any = false;
	for (enum limit_kind kind = 0; kind < KIND_COUNT && st == ST_OK; kind++) {
		struct rate_limit limit = limit_of(settings, kind);
		if (limit.count == 0)
			continue;
		*has_any = true;
		st = rate_new(&l->rates[kind], &limit);
	}
	return st;
}

enum status limits_open(struct limits **out, const struct settings *settings, struct fail *why)
{
	bool has_any;
	enum status st = crypto_init(why);
	if (st != ST_OK)
		return st;
	struct limits *l = calloc(1, sizeof *l);
	if (!l)
		return ST_NO_MEMORY;
	crypto_random(l->secret, sizeof l->secret);
	st = open_rates(l, settings, &has_any);
	l->ended = has_any ? verified_new(ENDED_LOGINS_MAX) : NULL;
	if (has_any && !l->ended)
		st = ST_NO_MEMORY;
	if (st == ST_OK && has_any)
		*out = l;
	else
		limits_free(&l);
	return st;
}

void limits_free(struct limits **limits)
{
	struct limits *l = *limits;
	if (!l)
		return;
	*limits = NULL;
	for (enum limit_kind kind = 0; kind < KIND_COUNT; kind++)
		rate_free(&l->rates[kind]);
	verified_free(&l->ended);
	free(l);
}

/* ---- Tokens ---- */

static struct rate_key key_of(const struct limits *l, struct span bytes)
{
	struct rate_key key;
	_Static_assert(sizeof key.bytes == CRYPTO_TAG_SIZE, "a tag");
	crypto_tag(l->secret, bytes, key.bytes);
	/* cppcheck-suppress uninitvar; crypto_tag has set all bytes */
	return key;
}

static void count_refusal(struct limits *l, enum limit_kind kind)
{
	++*(uint64_t *)(void *)((char *)&l->counts + kind_table[kind].refused);
}

static void count(struct limits *l, enum limit_kind kind, struct span bytes, uint64_t now_ms,
	struct rate_verdict *verdict)
{
	*verdict = (struct rate_verdict){ .is_allowed = true };
	if (!l->rates[kind])
		return;
	struct rate_key key = key_of(l, bytes);
	rate_take(l->rates[kind], &key, now_ms, verdict);
}

static bool take(struct limits *l, enum limit_kind kind, struct span bytes, uint64_t now_ms,
	struct rate_verdict *verdict)
{
	count(l, kind, bytes, now_ms, verdict);
	if (!verdict->is_allowed)
		count_refusal(l, kind);
	return verdict->is_allowed;
}

bool limits_take_account(
	struct limits *l, int64_t account, uint64_t now_ms, struct rate_verdict *verdict)
{
	struct span bytes = { (const char *)&account, sizeof account };
	return take(l, BY_ACCOUNT, bytes, now_ms, verdict);
}

static struct span bytes_of(const struct limits_address *from)
{
	return (struct span){ (const char *)from->bytes, from->len };
}

bool limits_take_address(struct limits *l, const struct limits_address *from, uint64_t now_ms,
	struct rate_verdict *verdict)
{
	return take(l, BY_ADDRESS, bytes_of(from), now_ms, verdict);
}

void limits_count_address(struct limits *l, const struct limits_address *from, uint64_t now_ms,
	struct rate_verdict *verdict)
{
	count(l, BY_ADDRESS, bytes_of(from), now_ms, verdict);
	verdict->is_allowed = true;
}

static bool has_ended(struct limits *l, struct span login_id, uint64_t now_ms)
{
	struct verdict verdict;
	struct rate_key key = key_of(l, login_id);
	return verified_find(l->ended, key.bytes, now_ms, &verdict);
}

/* The id has more bytes than an account. */
bool limits_take_jwt(struct limits *l, const struct limits_address *from, struct span login_id,
	uint64_t now_ms, struct rate_verdict *verdict)
{
	bool is_of_address = l->rates[BY_ADDRESS] && has_ended(l, login_id, now_ms);
	return take(l, is_of_address ? BY_ADDRESS : BY_ACCOUNT,
		is_of_address ? bytes_of(from) : login_id, now_ms, verdict);
}

void limits_put_ended(struct limits *l, struct span login_id, uint64_t now_ms)
{
	struct verdict verdict = { .until_ms = now_ms + ENDED_LOGIN_MS };
	struct rate_key key = key_of(l, login_id);
	verified_put(l->ended, key.bytes, &verdict);
}

/* The bytes of a name or of an account. */
static bool take_both(struct limits *l, const struct limits_address *from, struct span bytes,
	uint64_t now_ms, struct rate_verdict *verdict)
{
	struct rate_verdict of_name;
	if (!take(l, LOGINS_BY_ADDRESS, bytes_of(from), now_ms, verdict) || bytes.len == 0)
		return verdict->is_allowed;
	(void)take(l, LOGINS_BY_NAME, bytes, now_ms, &of_name);
	bool is_stricter = !verdict->limit || of_name.remaining < verdict->remaining;
	if (of_name.limit && (!of_name.is_allowed || is_stricter))
		*verdict = of_name;
	return verdict->is_allowed;
}

/* Of a name, the bytes are four and those of its key, which may be empty. */
bool limits_take_login(struct limits *l, const struct limits_address *from, struct span username,
	uint64_t now_ms, struct rate_verdict *verdict)
{
	uint32_t key[1 + LOGIN_NAME_KEY_MAX] = { 0 };
	size_t len = username.len ? 1 + login_name_key(username, key + 1) : 0;
	struct span bytes = { (const char *)key, len * sizeof *key };
	return take_both(l, from, bytes, now_ms, verdict);
}

bool limits_count_passwords(const struct method *m)
{
	return m->passwords && (m->is_open || m->passwords->checks);
}

/* Nine bytes: no name has so many. */
bool limits_take_password(struct limits *l, const struct limits_address *from, int64_t account,
	uint64_t now_ms, struct rate_verdict *verdict)
{
	char bytes[1 + sizeof account] = { '\0' };
	memcpy(bytes + 1, &account, sizeof account);
	return take_both(
		l, from, (struct span){ bytes, account ? sizeof bytes : 0 }, now_ms, verdict);
}

/* ---- Addresses ---- */

static struct limits_address keep(struct span bytes)
{
	struct limits_address address = { { 0 } };
	address.len = bytes.len < sizeof address.bytes ? bytes.len : sizeof address.bytes;
	if (address.len)
		memcpy(address.bytes, bytes.bytes, address.len);
	return address;
}

struct limits_address limits_address_of(const union address *a)
{
	struct address_group group = address_group(a);
	return keep((struct span){ (const char *)group.bytes, sizeof group });
}

struct limits_address limits_address_of_text(struct span text)
{
	unsigned char bytes[ADDRESS_SIZE];
	if (!network_parse_address(text, bytes))
		return keep(text);
	union address address = address_of_bytes(bytes);
	return limits_address_of(&address);
}

/* ---- Header lines ---- */

static int64_t seconds(int64_t ms)
{
	return (ms + 999) / 1000;
}

static int64_t retry_s(const struct rate_verdict *verdict)
{
	int64_t wait_s = seconds(verdict->retry_in_ms);
	return wait_s > 1 ? wait_s : 1;
}

enum status limits_refuse(const struct rate_verdict *verdict, struct fail *why)
{
	return fail_set(
		why, ST_RATE_LIMITED, "too many requests: wait %" PRId64 " s", retry_s(verdict));
}

static void put_field(struct buf *headers, const char *name, int64_t value)
{
	buf_text(headers, name);
	buf_int(headers, value);
	buf_text(headers, "\r\n");
}

void limits_put_headers(const struct rate_verdict *verdict, int64_t now_s, struct buf *headers)
{
	if (verdict->limit == 0)
		return;
	put_field(headers, "X-RateLimit-Limit: ", verdict->limit);
	put_field(headers, "X-RateLimit-Remaining: ", verdict->remaining);
	put_field(headers, "X-RateLimit-Reset: ", now_s + seconds(verdict->full_in_ms));
	if (!verdict->is_allowed)
		put_field(headers, "Retry-After: ", retry_s(verdict));
}
