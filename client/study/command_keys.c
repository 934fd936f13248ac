/* study keys: writes a CURVE key pair for STUDYTRACKER_CURVE_SECRET_KEY_FILE. Only this file of
 * `study` uses zmq.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "client/study/command.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

const struct command command_keys = { "keys", "FILE", "Make a key pair for tcp:// endpoints",
	"Writes FILE, mode 0600, which must not exist, and prints the public key. Add the key of\n"
	"a client or a worker to the gateway's STUDYTRACKER_CURVE_CLIENTS_FILE. Set\n"
	"STUDYTRACKER_CURVE_SERVER_KEY or --server-key to the key of the gateway.\n",
	NULL, 1, 1, run };

struct key_pair {
	char public[CURVE_TEXT_LEN + 1], secret[CURVE_TEXT_LEN + 1];
};

static bool write_pair(int fd, const struct key_pair *pair)
{
	char text[128];
	int len = snprintf(text, sizeof text, "public %s\nsecret %s\n", pair->public, pair->secret);
	bool is_written = write(fd, text, (size_t)len) == len && fsync(fd) == 0;
	explicit_bzero(text, sizeof text);
	return close(fd) == 0 && is_written;
}

static int save(struct study *study, const char *path, const struct key_pair *pair)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd >= 0 && write_pair(fd, pair))
		return STUDY_EXIT_DONE;
	study_print_error(study, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)unlink(path);
	return STUDY_EXIT_USAGE;
}

static int run(struct study *study, const struct arguments *args)
{
	struct key_pair pair;
	if (zmq_curve_keypair(pair.public, pair.secret) != 0) {
		study_print_error(
			study, "ZeroMQ can't generate keys: %s", zmq_strerror(zmq_errno()));
		return STUDY_EXIT_USAGE;
	}
	int exit = save(study, args->words[0], &pair);
	explicit_bzero(pair.secret, sizeof pair.secret);
	if (exit == STUDY_EXIT_DONE)
		fprintf(study->out.to, study->is_json ? "{\"public\":\"%s\"}\n" : "%s\n",
			pair.public);
	return exit;
}
