#include "common/curve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/trusted_file.h"

static const char key_variable[] = "STUDYTRACKER_CURVE_SECRET_KEY_FILE";
static const char clients_variable[] = "STUDYTRACKER_CURVE_CLIENTS_FILE";
static const char server_variable[] = "STUDYTRACKER_CURVE_SERVER_KEY";

struct allowed {
	unsigned char key[CURVE_KEY_SIZE];
	enum curve_role role;
};

struct clients {
	struct allowed *list; /* sorted */
	size_t count;
};

struct curve {
	const char *clients_file;
	char public_key[CURVE_TEXT_LEN + 1], secret_key[CURVE_TEXT_LEN + 1];
	char server_key[CURVE_TEXT_LEN + 1];
	struct clients clients;
};

bool curve_parse_key(struct span text, unsigned char out[CURVE_KEY_SIZE])
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		".-:+=^!/*?&<>()[]{}@%$#";
	unsigned char key[CURVE_KEY_SIZE];
	if (text.len != CURVE_TEXT_LEN)
		return false;
	for (size_t group = 0; group < CURVE_TEXT_LEN / 5; group++) {
		uint64_t value = 0;
		for (size_t i = 0; i < 5; i++) {
			char c = text.bytes[group * 5 + i];
			const char *at = c ? strchr(digits, c) : NULL;
			if (!at)
				return false;
			value = value * 85 + (uint64_t)(at - digits);
		}
		if (value > UINT32_MAX)
			return false;
		for (size_t i = 0; i < 4; i++)
			key[group * 4 + i] = (unsigned char)(value >> (24 - 8 * i));
	}
	memcpy(out, key, sizeof key);
	return true;
}

/* The keys of zmq_curve(7). Programs copy them from there, and everybody has their secrets. */
static const char *const published_table[] = {
	"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
	"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs",
	"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
	"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
};

static const char published_rule[] =
	"it must not be a key of ZeroMQ's documentation: make one with `study keys`";

static bool is_published(struct span key)
{
	for (size_t i = 0; i < sizeof published_table / sizeof *published_table; i++)
		if (span_is(key, published_table[i]))
			return true;
	return false;
}

/* Files of lines of words. */

enum { WORDS_MAX = 3 };

struct words {
	struct span word[WORDS_MAX];
	size_t count;
};

static bool is_key(struct span word)
{
	unsigned char key[CURVE_KEY_SIZE];
	return curve_parse_key(word, key);
}

/* The words of a line before its comment. A count over WORDS_MAX means too many words. */
static struct words split(const char *line)
{
	static const char blanks[] = " \t\r\n";
	struct words words = { .count = 0 };
	while (*(line += strspn(line, blanks))) {
		struct span word = { line, strcspn(line, blanks) };
		if (*line == '#' && !(words.count == 0 && is_key(word)))
			break;
		if (words.count < WORDS_MAX)
			words.word[words.count] = word;
		words.count++;
		line += word.len;
	}
	return words;
}

struct file {
	const char *variable, *path;
	/* Takes one line that is not empty. Returns the rule that the line breaks, or NULL. */
	const char *(*take)(void *arg, const struct words *words);
	void *arg;
};

static enum status refuse(const struct file *f, struct fail *why, const char *reason)
{
	return fail_field(
		why, ST_BAD_SETTING, f->variable, "%s: %.200s: %s", f->variable, f->path, reason);
}

static const char *take_line(const struct file *f, const char *line)
{
	struct words words = split(line);
	return words.count > 0 ? f->take(f->arg, &words) : NULL;
}

static enum status read_lines(const struct file *f, FILE *from, struct fail *why)
{
	char *line = NULL;
	size_t size = 0;
	const char *broken = NULL;
	int number = 0;
	while (!broken && getline(&line, &size, from) >= 0) {
		broken = take_line(f, line);
		number++;
	}
	bool is_cut = ferror(from);
	if (line)
		explicit_bzero(line, size);
	free(line);
	if (is_cut)
		return refuse(f, why, "can't be read");
	if (!broken)
		return ST_OK;
	char reason[120];
	(void)snprintf(reason, sizeof reason, "line %d: %s", number, broken);
	return refuse(f, why, reason);
}

static enum status read_file(const struct file *f, mode_t mode_max, struct fail *why)
{
	struct stat about;
	enum status st;
	FILE *from = fopen(f->path, "re");
	if (!from)
		return refuse(f, why, strerror(errno));
	const char *reason = fstat(fileno(from), &about) == 0
				     ? trusted_file_reason(&about, mode_max)
				     : strerror(errno);
	st = reason ? refuse(f, why, reason) : read_lines(f, from, why);
	(void)fclose(from);
	return st;
}

/* The key pair. */

static const char *take_key(void *arg, const struct words *words)
{
	struct curve *curve = arg;
	char *into = span_is(words->word[0], "public")   ? curve->public_key
		     : span_is(words->word[0], "secret") ? curve->secret_key
							 : NULL;
	if (!into || words->count != 2 || !is_key(words->word[1]))
		return "it must be `public KEY` or `secret KEY`";
	if (is_published(words->word[1]))
		return published_rule;
	memcpy(into, words->word[1].bytes, CURVE_TEXT_LEN);
	return NULL;
}

static enum status read_keys(struct curve *curve, const char *path, struct fail *why)
{
	struct file file = { key_variable, path, take_key, curve };
	enum status st = read_file(&file, TRUSTED_SECRET, why);
	if (st == ST_OK && (!*curve->public_key || !*curve->secret_key))
		st = refuse(&file, why, "it must hold a public and a secret key");
	return st;
}

static enum status set_server_key(struct curve *curve, const char *text, struct fail *why)
{
	if (!is_key(span_of(text)))
		return fail_field(why, ST_BAD_SETTING, server_variable,
			"%s must be a key of 40 characters, as `study keys` prints it",
			server_variable);
	if (is_published(span_of(text)))
		return fail_field(why, ST_BAD_SETTING, server_variable, "%s: %s", server_variable,
			published_rule);
	if (!*curve->secret_key)
		return fail_field(why, ST_BAD_SETTING, server_variable,
			"%s is set without %s, which holds your own keys", server_variable,
			key_variable);
	memcpy(curve->server_key, text, CURVE_TEXT_LEN);
	return ST_OK;
}

/* Who may connect. */

static int compare(const void *a, const void *b)
{
	const struct allowed *x = a, *y = b;
	int order = memcmp(x->key, y->key, sizeof x->key);
	return order ? order : (int)x->role - (int)y->role;
}

static const char *take_client(void *arg, const struct words *words)
{
	struct clients *clients = arg;
	struct allowed allowed = { .role = words->count == 2 ? CURVE_WORKER : CURVE_CLIENT };
	bool is_worker = words->count == 2 && span_is(words->word[1], "worker");
	if (!curve_parse_key(words->word[0], allowed.key) || (words->count != 1 && !is_worker))
		return "it must be `KEY` or `KEY worker`";
	if (is_published(words->word[0]))
		return published_rule;
	struct allowed *list = realloc(clients->list, (clients->count + 1) * sizeof *list);
	if (!list)
		return "out of memory";
	list[clients->count] = allowed;
	clients->list = list;
	clients->count++;
	return NULL;
}

enum status curve_reload(struct curve *curve, struct fail *why)
{
	struct clients clients = { 0 };
	struct file file = { clients_variable, curve->clients_file, take_client, &clients };
	if (!curve->clients_file)
		return ST_OK;
	enum status st = read_file(&file, TRUSTED_PUBLIC, why);
	if (st != ST_OK) {
		free(clients.list);
		return st;
	}
	if (clients.count > 0)
		qsort(clients.list, clients.count, sizeof *clients.list, compare);
	free(curve->clients.list);
	curve->clients = clients;
	return ST_OK;
}

bool curve_allows(
	const struct curve *curve, const unsigned char key[CURVE_KEY_SIZE], enum curve_role role)
{
	struct allowed wanted = { .role = role };
	memcpy(wanted.key, key, sizeof wanted.key);
	return curve->clients.count > 0
	       && bsearch(
		       &wanted, curve->clients.list, curve->clients.count, sizeof wanted, compare);
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
	free(curve->clients.list);
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
