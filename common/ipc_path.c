#include "common/ipc_path.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool ipc_path_is_taken(const char *endpoint)
{
	static const char scheme[] = "ipc://";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	if (strncmp(endpoint, scheme, sizeof scheme - 1) != 0)
		return false;
	const char *path = endpoint + sizeof scheme - 1;
	size_t len = strlen(path);
	if (len == 0 || len >= sizeof at.sun_path)
		return false;
	memcpy(at.sun_path, path, len);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (path[0] == '@')
		at.sun_path[0] = '\0';
	else
		size++;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	bool taken = connect(fd, (struct sockaddr *)&at, size) == 0 || errno == EAGAIN;
	close(fd);
	return taken;
}
