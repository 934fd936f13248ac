#include "common/time_zone.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DIRECTORY "/usr/share/zoneinfo"

enum { NAME_MAX_BYTES = 64 };

/* Names without a slash are a closed list: the tz database adds no new ones. */
static const char pattern[] =
	"^(posix/)?([A-Za-z_]+(/[A-Za-z_-]+)+|Etc/GMT(\\+([1-9]|1[0-2])|-([1-9]|1[0-4]))"
	"|(Etc/)?GMT[+-]?0|CET|CST6CDT|Cuba|EET|EST|EST5EDT|Egypt|Eire|Factory|GB|GB-Eire|GMT"
	"|Greenwich|HST|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|MET|MST"
	"|MST7MDT|NZ|NZ-CHAT|Navajo|PRC|PST8PDT|Poland|Portugal|ROC|ROK|Singapore|Turkey|UCT|UTC"
	"|Universal|W-SU|WET|Zulu|localtime|posixrules)$";

static bool is_name(const char *text)
{
	regex_t compiled;
	if (strlen(text) > NAME_MAX_BYTES
		|| regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	bool matches = regexec(&compiled, text, 0, NULL, 0) == 0;
	regfree(&compiled);
	return matches;
}

static bool is_file(const char *name)
{
	char path[sizeof DIRECTORY "/" + NAME_MAX_BYTES];
	struct stat file;
	(void)snprintf(path, sizeof path, "%s/%s", DIRECTORY, name);
	return stat(path, &file) == 0 && S_ISREG(file.st_mode);
}

/* A machine without the file of UTC has no tz database. */
bool time_zone_exists(const char *name)
{
	return is_name(name) && (is_file(name) || !is_file("UTC"));
}
