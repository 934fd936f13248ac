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

/* The first vectors of the reference implementation (github.com/veorq/SipHash): the key is 00 01 …
 * 0f, the bytes are 00 01 … */
static const struct {
	size_t len;
	const char *tag;
} tags[] = {
	{ 0, "a3817f04ba25a8e66df67214c7550293" },
	{ 1, "da87c1d86b99af44347659119b22fc45" },
	{ 2, "8177228da4a45dc7fca38bdef60affe4" },
};

START_TEST(tags_are_those_of_the_reference)
{
	unsigned char key[CRYPTO_TAG_KEY_SIZE], tag[CRYPTO_TAG_SIZE];
	char hex[2 * CRYPTO_TAG_SIZE + 1];
	for (unsigned char i = 0; i < sizeof key; i++)
		key[i] = i;
	crypto_tag(key, (struct span){ (const char *)key, tags[_i].len }, tag);
	for (size_t i = 0; i < sizeof tag; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", tag[i]);
	ck_assert_str_eq(hex, tags[_i].tag);
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

START_TEST(a_random_text_has_64_digits_and_is_new_each_time)
{
	char first[CRYPTO_HASH_TEXT_LEN + 1] = { 0 }, second[CRYPTO_HASH_TEXT_LEN + 1] = { 0 };
	crypto_random_text(first);
	crypto_random_text(second);
	ck_assert_uint_eq(strspn(first, "0123456789abcdef"), CRYPTO_HASH_TEXT_LEN);
	ck_assert_str_ne(first, second);
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

/* Passwords. */

static const struct password_costs low = { 8 << 10, 1 }, high = { 16 << 10, 2 };
static bool pwhash_fails;

int __real_crypto_pwhash(unsigned char *out, unsigned long long size, const char *password,
	unsigned long long len, const unsigned char *salt, unsigned long long passes, size_t memory,
	int algorithm);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long size, const char *password,
	unsigned long long len, const unsigned char *salt, unsigned long long passes, size_t memory,
	int algorithm);

int __wrap_crypto_pwhash(unsigned char *out, unsigned long long size, const char *password,
	unsigned long long len, const unsigned char *salt, unsigned long long passes, size_t memory,
	int algorithm)
{
	return pwhash_fails ? -1
			    : __real_crypto_pwhash(
				    out, size, password, len, salt, passes, memory, algorithm);
}

static bool matches(const char *hash, struct span password)
{
	bool is_right = false;
	struct fail why = { 0 };
	ck_assert_msg(
		crypto_password_check(hash, password, &is_right, &why) == ST_OK, "%s", why.text);
	return is_right;
}

START_TEST(a_hash_matches_its_password_only)
{
	char hash[CRYPTO_PASSWORD_HASH_SIZE], again[CRYPTO_PASSWORD_HASH_SIZE];
	struct span password = SPAN("p\303\244ss\0word");
	ck_assert(crypto_password_hash(password, &high, hash, NULL) == ST_OK);
	ck_assert(crypto_password_hash(password, &high, again, NULL) == ST_OK);
	ck_assert_str_ne(hash, again); /* the salts differ */
	ck_assert(matches(hash, password) && matches(again, password));
	ck_assert(!matches(hash, span_first(password, password.len - 1)));
	ck_assert(!matches(hash, SPAN("p\303\244ss\0wordx")));
	ck_assert(!matches(hash, SPAN("P\303\244ss\0word")));
	ck_assert(!matches(hash, SPAN("")));
	ck_assert(crypto_password_hash(SPAN(""), &low, hash, NULL) == ST_OK);
	ck_assert(matches(hash, SPAN("")) && !matches(hash, SPAN(" ")));
}
END_TEST

#define SALT "c29tZXNhbHRzb21lc2FsdA"
#define HASH "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"

/* Texts that look like a hash, and one that is a hash of the right form. */
static const struct {
	const char *text;
	bool is_hash;
} hash_texts[] = {
	{ "$argon2id$v=19$m=16,t=2,p=1$" SALT "$" HASH, true },
	{ "", false },
	{ "password", false },
	{ "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW", false },
	{ "$argon2i$v=19$m=16,t=2,p=1$" SALT "$" HASH, false },
	{ "$argon2id$v=16$m=16,t=2,p=1$" SALT "$" HASH, false },
	{ "$argon2id$v=19$m=16,t=2,p=2$" SALT "$" HASH, false },
	{ "$argon2id$v=19$m=7,t=2,p=1$" SALT "$" HASH, false },
	{ "$argon2id$v=19$m=16,t=0,p=1$" SALT "$" HASH, false },
	{ "$argon2id$v=19$m=99999999999999,t=2,p=1$" SALT "$" HASH, false },
	{ "$argon2id$v=19$m=16,t=2,p=1$" SALT "$" HASH "$", false },
	{ "$argon2id$v=19$m=16,t=2,p=1$" SALT "$" HASH "=", false },
	{ "$argon2id$v=19$m=16,t=2,p=1$" SALT "$" HASH " ", false },
	{ "$argon2id$v=19$m=16,t=2,p=1$" SALT "$MTIz", false },
	{ "$argon2id$v=19$m=16,t=2,p=1$MTIz$" HASH, false },
	{ "$argon2id$v=19$m=16,t=2,p=1$" SALT, false },
};

START_TEST(another_text_matches_nothing)
{
	pwhash_fails = true; /* so a text that is no hash is told from a hash */
	bool is_right = false;
	enum status st =
		crypto_password_check(hash_texts[_i].text, SPAN("password"), &is_right, NULL);
	ck_assert_int_eq(st, hash_texts[_i].is_hash ? ST_NO_MEMORY : ST_OK);
	ck_assert(!is_right);
	struct password_costs equal = { 16 << 10, 2 };
	ck_assert(
		crypto_password_is_cheaper(hash_texts[_i].text, &equal) == !hash_texts[_i].is_hash);
}
END_TEST

START_TEST(without_memory_a_right_password_is_not_a_wrong_one)
{
	char hash[CRYPTO_PASSWORD_HASH_SIZE];
	struct fail why = { 0 };
	bool is_right = true;
	ck_assert(crypto_password_hash(SPAN("password"), &high, hash, NULL) == ST_OK);
	pwhash_fails = true;
	ck_assert_int_eq(
		crypto_password_check(hash, SPAN("password"), &is_right, &why), ST_NO_MEMORY);
	ck_assert_str_eq(why.text, "hashing a password needs 16 KiB of memory");
	ck_assert(is_right);
}
END_TEST

static const struct {
	struct password_costs costs;
	bool is_cheaper; /* than these, a hash with `high` */
} compared[] = {
	{ { 16 << 10, 2 }, false },
	{ { 8 << 10, 2 }, false },
	{ { 16 << 10, 1 }, false },
	{ { 17 << 10, 2 }, true },
	{ { 16 << 10, 3 }, true },
	{ { 8 << 10, 3 }, true },
};

START_TEST(a_hash_is_cheaper_if_one_of_its_costs_is_lower)
{
	char hash[CRYPTO_PASSWORD_HASH_SIZE];
	ck_assert(crypto_password_hash(SPAN("password"), &high, hash, NULL) == ST_OK);
	ck_assert(crypto_password_is_cheaper(hash, &compared[_i].costs) == compared[_i].is_cheaper);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("crypto");
	tcase_add_loop_test(tests, macs_are_those_of_the_standard, 0, COUNT(macs));
	tcase_add_loop_test(tests, tags_are_those_of_the_reference, 0, COUNT(tags));
	tcase_add_loop_test(tests, bytes_become_text_and_bytes_again, 0, COUNT(codes));
	tcase_add_test(tests, a_random_text_has_64_digits_and_is_new_each_time);
	tcase_add_test(tests, only_64_bytes_are_characters);
	tcase_add_loop_test(tests, other_text_is_refused, 0, COUNT(no_codes));
	tcase_add_test(tests, a_full_buffer_is_not_overrun);
	tcase_add_test(tests, a_hash_matches_its_password_only);
	tcase_add_loop_test(tests, another_text_matches_nothing, 0, COUNT(hash_texts));
	tcase_add_test(tests, without_memory_a_right_password_is_not_a_wrong_one);
	tcase_add_loop_test(
		tests, a_hash_is_cheaper_if_one_of_its_costs_is_lower, 0, COUNT(compared));
	return suite_run("crypto", tests);
}
