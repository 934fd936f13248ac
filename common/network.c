#include "common/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { V4_BITS = 32, V6_BITS = 128 };

static const unsigned char v4_prefix[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96 */

bool network_is_v4(const unsigned char address[ADDRESS_SIZE])
{
	return memcmp(address, v4_prefix, sizeof v4_prefix) == 0;
}

bool network_parse_address(struct span text, unsigned char out[ADDRESS_SIZE])
{
	char copy[INET6_ADDRSTRLEN];
	unsigned char v4[4];
	if (text.len == 0 || text.len >= sizeof copy || memchr(text.bytes, '\0', text.len))
		return false;
	memcpy(copy, text.bytes, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, v4) != 1)
		return inet_pton(AF_INET6, copy, out) == 1;
	memcpy(out, v4_prefix, sizeof v4_prefix);
	memcpy(out + sizeof v4_prefix, v4, sizeof v4);
	return true;
}

static enum status refuse(struct fail *why, struct span text, const char *rule)
{
	return fail_set(why, ST_INVALID_INPUT, "\"%.*s\" %s", text.len < 60 ? (int)text.len : 60,
		text.bytes, rule);
}

static enum status refuse_form(struct fail *why, struct span text)
{
	return refuse(why, text,
		"is neither an address such as 10.0.0.7 nor a network such as 10.1.0.0/16");
}

static bool has_bits_after(const struct network *n)
{
	for (unsigned bit = n->bits; bit < V6_BITS; bit++)
		if (n->bytes[bit / 8] & 0x80 >> bit % 8)
			return true;
	return false;
}

/* `bits` counts from the start of the written form. */
static enum status set_bits(struct span text, int64_t bits, struct network *n, struct fail *why)
{
	char rule[64];
	bool is_v4 = network_is_v4(n->bytes) && !memchr(text.bytes, ':', text.len);
	if (bits < 0 || bits > (is_v4 ? V4_BITS : V6_BITS))
		return refuse_form(why, text);
	n->bits = (unsigned)bits + (is_v4 ? V6_BITS - V4_BITS : 0);
	if (bits == 0)
		return refuse(why, text, "contains every address");
	if (!has_bits_after(n))
		return ST_OK;
	(void)snprintf(rule, sizeof rule, "has bits after the first %d", (int)bits);
	return refuse(why, text, rule);
}

enum status network_parse(struct span text, struct network *out, struct fail *why)
{
	struct network made = { .bits = V6_BITS };
	struct span bits = text, address = span_cut(&bits, '/');
	int64_t count;
	enum status st = ST_OK;
	if (span_is(text, "unix"))
		made.is_unix = true;
	else if (!network_parse_address(address, made.bytes))
		st = refuse_form(why, text);
	else if (address.len < text.len)
		st = bits.len <= 3 && span_to_int(bits, &count) ? set_bits(text, count, &made, why)
								: refuse_form(why, text);
	if (st == ST_OK)
		*out = made;
	return st;
}

enum status network_parse_list(
	struct span list, struct network out[NETWORKS_MAX], size_t *count, struct fail *why)
{
	enum status st = ST_OK;
	for (*count = 0; list.len && st == ST_OK;) {
		struct span item = span_trim(span_cut(&list, ','));
		if (item.len == 0)
			continue;
		if (*count == NETWORKS_MAX)
			return fail_set(
				why, ST_INVALID_INPUT, "it has over %d items", NETWORKS_MAX);
		st = network_parse(item, &out[*count], why);
		*count += st == ST_OK;
	}
	return st;
}

bool network_has(const struct network *n, const unsigned char address[ADDRESS_SIZE])
{
	unsigned bytes = n->bits / 8, rest = n->bits % 8;
	if (n->is_unix || memcmp(n->bytes, address, bytes) != 0)
		return false;
	return rest == 0 || (n->bytes[bytes] ^ address[bytes]) >> (8 - rest) == 0;
}
