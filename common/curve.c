#include "common/curve.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/trusted_file.h"

static const char key_variable[] = "STUDYTRACKER_CURVE_SECRET_KEY_FILE";
static const char clients_variable[] = "STUDYTRACKER_CURVE_CLIENTS_FILE";
static const char server_variable[] = "STUDYTRACKER_CURVE_SERVER_KEY";

struct curve {
	const char *clients_file;
	char public_key[CURVE_TEXT_LEN + 1], secret_key[CURVE_TEXT_LEN + 1];
	char server_key[CURVE_TEXT_LEN + 1];
	struct curve_clients clients;
};

/* Files. */

enum { KEYS_FILE_MAX = 64 << 10, CLIENTS_FILE_MAX = 16 << 20 };

struct file {
	const char *variable, *path;
	mode_t mode_max;
};

static enum status refuse(const struct file *f, struct fail *why, const char *reason)
{
	return fail_field(
		why, ST_BAD_SETTING, f->variable, "%s: %.200s: %s", f->variable, f->path, reason);
}

static enum status read_file(const struct file *f, struct buf *into, struct fail *why)
{
	struct fail inner = { 0 };
	enum status st = trusted_file_read(f->path, f->mode_max, into, &inner);
	if (st == ST_OK)
		return ST_OK;
	return fail_field(why, st == ST_NO_MEMORY ? st : ST_BAD_SETTING, f->variable, "%s: %s",
		f->variable, fail_text(&inner, st));
}

/* The key pair. */

/* Returns the rule that the line breaks, or NULL. */
static const char *take_key(struct curve *curve, const struct curve_line *line)
{
	char *into = span_is(line->word[0], "public")   ? curve->public_key
		     : span_is(line->word[0], "secret") ? curve->secret_key
							: NULL;
	if (!into || line->count != 2 || !curve_is_key(line->word[1]))
		return "it must be `public KEY` or `secret KEY`";
	if (curve_is_published(line->word[1]))
		return curve_published_rule;
	memcpy(into, line->word[1].bytes, CURVE_TEXT_LEN);
	return NULL;
}

static enum status take_keys(
	struct curve *curve, const struct file *file, struct span text, struct fail *why)
{
	struct curve_line line = { 0 };
	while (curve_line_next(&text, &line)) {
		const char *rule = take_key(curve, &line);
		char reason[120];
		if (!rule)
			continue;
		(void)snprintf(reason, sizeof reason, "line %d: %s", line.number, rule);
		return refuse(file, why, reason);
	}
	if (*curve->public_key && *curve->secret_key)
		return ST_OK;
	return refuse(file, why, "it must hold a public and a secret key");
}

static enum status read_keys(struct curve *curve, const char *path, struct fail *why)
{
	struct file file = { key_variable, path, TRUSTED_SECRET };
	struct buf text = { .limit = KEYS_FILE_MAX };
	enum status st = read_file(&file, &text, why);
	if (st == ST_OK)
		st = take_keys(curve, &file, buf_view(&text), why);
	if (text.bytes)
		explicit_bzero(text.bytes, text.cap);
	buf_fini(&text);
	return st;
}

static enum status set_server_key(struct curve *curve, const char *text, struct fail *why)
{
	if (!curve_is_key(span_of(text)))
		return fail_field(why, ST_BAD_SETTING, server_variable,
			"%s must be a key of 40 characters, as `study keys` prints it",
			server_variable);
	if (curve_is_published(span_of(text)))
		return fail_field(why, ST_BAD_SETTING, server_variable, "%s: %s", server_variable,
			curve_published_rule);
	if (!*curve->secret_key)
		return fail_field(why, ST_BAD_SETTING, server_variable,
			"%s is set without %s, which holds your own keys", server_variable,
			key_variable);
	memcpy(curve->server_key, text, CURVE_TEXT_LEN);
	return ST_OK;
}

/* Who may connect. */

enum status curve_reload(struct curve *curve, struct fail *why)
{
	struct file file = { clients_variable, curve->clients_file, TRUSTED_PUBLIC };
	struct curve_clients clients = { 0 };
	struct buf text = { .limit = CLIENTS_FILE_MAX };
	struct fail inner = { 0 };
	if (!curve->clients_file)
		return ST_OK;
	enum status st = read_file(&file, &text, why);
	if (st == ST_OK) {
		st = curve_clients_parse(buf_view(&text), &clients, &inner);
		if (st != ST_OK)
			(void)refuse(&file, why, fail_text(&inner, st));
	}
	buf_fini(&text);
	if (st != ST_OK)
		return st;
	curve_clients_fini(&curve->clients);
	curve->clients = clients;
	return ST_OK;
}

const struct curve_client *curve_find(
	const struct curve *curve, const unsigned char key[CURVE_KEY_SIZE], enum curve_role role)
{
	return curve_clients_find(&curve->clients, key, role);
}

enum status curve_open(struct curve **out, const struct curve_options *options, struct fail *why)
{
	struct curve *curve = calloc(1, sizeof *curve);
	enum status st = curve ? ST_OK : ST_NO_MEMORY;
	if (st == ST_OK && options->key_file && *options->key_file)
		st = read_keys(curve, options->key_file, why);
	if (st == ST_OK && options->server_key && *options->server_key)
		st = set_server_key(curve, options->server_key, why);
	if (st == ST_OK && options->clients_file && *options->clients_file) {
		curve->clients_file = options->clients_file;
		st = curve_reload(curve, why);
	}
	if (st == ST_OK)
		*out = curve;
	else
		curve_free(&curve);
	return st;
}

void curve_free(struct curve **out)
{
	struct curve *curve = *out;
	if (!curve)
		return;
	*out = NULL;
	curve_clients_fini(&curve->clients);
	explicit_bzero(curve, sizeof *curve);
	free(curve);
}

const char *curve_public_key(const struct curve *curve)
{
	return curve->public_key;
}

const char *curve_secret_key(const struct curve *curve)
{
	return curve->secret_key;
}

const char *curve_server_key(const struct curve *curve)
{
	return curve->server_key;
}

bool curve_has_clients(const struct curve *curve)
{
	return curve->clients_file != NULL;
}

size_t curve_client_count(const struct curve *curve)
{
	return curve->clients.count;
}

/* Strict on purpose: keys are needed unless the host is clearly a loopback address. */
bool curve_is_needed(const char *endpoint)
{
	static const char scheme[] = "tcp://";
	char host[64];
	struct in_addr v4;
	if (strncmp(endpoint, scheme, sizeof scheme - 1) != 0)
		return false;
	const char *at = endpoint + sizeof scheme - 1;
	const char *colon = strrchr(at, ':');
	size_t len = colon ? (size_t)(colon - at) : strlen(at);
	if (len >= sizeof host)
		return true;
	memcpy(host, at, len);
	host[len] = '\0';
	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return false;
	return inet_pton(AF_INET, host, &v4) != 1 || ntohl(v4.s_addr) >> 24 != 127;
}
