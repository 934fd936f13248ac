#include "tests/unit/principal_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

char response[1 << 16];
static size_t response_len;

int client(const char *bytes)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)edge_port(edge)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(evutil_make_socket_nonblocking(fd), 0);
	ck_assert_int_eq(send(fd, bytes, strlen(bytes), 0), (int)strlen(bytes));
	response_len = 0;
	response[0] = '\0';
	return fd;
}

void send_more(int fd, const char *bytes)
{
	ck_assert_int_eq(send(fd, bytes, strlen(bytes), 0), (int)strlen(bytes));
}

bool receive(int fd)
{
	ssize_t len = recv(fd, response + response_len, sizeof response - 1 - response_len, 0);
	if (len > 0)
		response_len += (size_t)len;
	response[response_len] = '\0';
	return len > 0 || (len < 0 && errno == EAGAIN);
}

void expect(int fd, const char *text)
{
	UNTIL(strstr(response, text) || !receive(fd));
	ck_assert_msg(strstr(response, text), "no \"%s\" in: %s", text, response);
}

void expect_nothing(int fd)
{
	for (int i = 0; i < 5; i++)
		turn();
	ck_assert(receive(fd));
	ck_assert_str_eq(response, "");
}
