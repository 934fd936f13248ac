/*
 * principal_client: an HTTP client of the gateway of principal_gateway.
 *
 *	int fd = client("GET /health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n");
 *	expect(fd, "HTTP/1.1 200 OK\\r\\n");
 *	close(fd);
 */
#ifndef TESTS_UNIT_PRINCIPAL_CLIENT_H
#define TESTS_UNIT_PRINCIPAL_CLIENT_H

#include "tests/unit/principal_gateway.h"

extern char response[1 << 16]; /* what the last client has received */

int client(const char *bytes); /* connects and sends; a non-blocking socket */
void send_more(int fd, const char *bytes);
bool receive(int fd);                  /* false at the end of the connection */
void expect(int fd, const char *text); /* receives until the text has come */
void expect_nothing(int fd);

#endif
