#include <stdio.h>
#include <string.h>

#include "common/crypto.h"
#include "tests/unit/suite.h"

/* RFC 4231 sections 4.2, 4.3 and 4.7. */
static const struct {
	struct span key, bytes;
	const char *mac;
} macs[] = {
	{ SPAN_INIT("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
		    "\x0b"),
		SPAN_INIT("Hi There"),
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ SPAN_INIT("Jefe"), SPAN_INIT("what do ya want for nothing?"),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ { NULL, 131 }, SPAN_INIT("Test Using Larger Than Block-Size Key - Hash Key First"),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
};

START_TEST(macs_are_those_of_the_standard)
{
	char long_key[131], hex[2 * CRYPTO_HASH_SIZE + 1];
	unsigned char mac[CRYPTO_HASH_SIZE];
	struct span key = macs[_i].key;
	memset(long_key, 0xaa, sizeof long_key);
	if (!key.bytes)
		key.bytes = long_key;
	crypto_hmac_sha256(key, macs[_i].bytes, mac);
	for (size_t i = 0; i < sizeof mac; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	ck_assert_str_eq(hex, macs[_i].mac);
}
END_TEST

/* RFC 4648 section 10, and the two characters that differ from base64. */
static const struct {
	struct span bytes;
	const char *text;
} codes[] = {
	{ SPAN_INIT(""), "" },
	{ SPAN_INIT("f"), "Zg" },
	{ SPAN_INIT("fo"), "Zm8" },
	{ SPAN_INIT("foo"), "Zm9v" },
	{ SPAN_INIT("foob"), "Zm9vYg" },
	{ SPAN_INIT("\xfb\xff\0"), "-_8A" },
};

START_TEST(bytes_become_text_and_bytes_again)
{
	struct buf text = { 0 }, bytes = { 0 };
	buf_text(&text, "kept:");
	buf_text(&bytes, "kept:");
	crypto_base64url_put(codes[_i].bytes, &text);
	ck_assert(span_is(span_drop(buf_view(&text), 5), codes[_i].text));
	ck_assert(crypto_base64url_take(span_of(codes[_i].text), &bytes));
	ck_assert_uint_eq(bytes.len, 5 + codes[_i].bytes.len);
	ck_assert_int_eq(memcmp(bytes.bytes + 5, codes[_i].bytes.bytes, codes[_i].bytes.len), 0);
	buf_fini(&text);
	buf_fini(&bytes);
}
END_TEST

/* Every single byte, in the place of a character. */
START_TEST(only_64_bytes_are_characters)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	for (int byte = 0; byte < 256; byte++) {
		struct buf bytes = { 0 };
		char text[] = { 'A', (char)byte, 'A', 'A' };
		bool is_character = memchr(alphabet, byte, 64) != NULL;
		ck_assert_msg(
			crypto_base64url_take((struct span){ text, 4 }, &bytes) == is_character,
			"byte %d", byte);
		buf_fini(&bytes);
	}
}
END_TEST

static const char *const no_codes[] = { "Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm9v=", "Zm9vY", "Zm9\nv",
	" Zm9v", "Zm9v ", "+_8A", "-/8A", "Zm9v.", "Zm8\x80" };

START_TEST(other_text_is_refused)
{
	struct buf bytes = { 0 };
	ck_assert_msg(!crypto_base64url_take(span_of(no_codes[_i]), &bytes), "%s", no_codes[_i]);
	ck_assert_uint_eq(bytes.len, 0);
	ck_assert(!bytes.failed);
	buf_fini(&bytes);
}
END_TEST

START_TEST(a_full_buffer_is_not_overrun)
{
	struct buf text = { .limit = 3 }, bytes = { .limit = 2 };
	crypto_base64url_put(SPAN("foo"), &text);
	ck_assert(text.failed && text.len == 0);
	ck_assert(!crypto_base64url_take(SPAN("Zm9v"), &bytes));
	ck_assert(bytes.failed && bytes.len == 0);
	buf_fini(&text);
	buf_fini(&bytes);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("crypto");
	tcase_add_loop_test(tests, macs_are_those_of_the_standard, 0, COUNT(macs));
	tcase_add_loop_test(tests, bytes_become_text_and_bytes_again, 0, COUNT(codes));
	tcase_add_test(tests, only_64_bytes_are_characters);
	tcase_add_loop_test(tests, other_text_is_refused, 0, COUNT(no_codes));
	tcase_add_test(tests, a_full_buffer_is_not_overrun);
	return suite_run("crypto", tests);
}
