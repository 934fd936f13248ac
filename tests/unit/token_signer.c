#include "tests/unit/token_signer.h"

#include <check.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "common/crypto.h"

static const struct {
	gnutls_pk_algorithm_t pk;
	unsigned bits;
	gnutls_sign_algorithm_t sign;
	size_t number_len; /* of r and s; 0: the signature is as it is */
	const char *kty, *crv;
} table[SIGNER_COUNT] = {
	[SIGNER_RSA] = { GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_SHA256, 0, "RSA", NULL },
	[SIGNER_RSA_SHORT] = { GNUTLS_PK_RSA, 1024, GNUTLS_SIGN_RSA_SHA256, 0, "RSA", NULL },
	[SIGNER_EC] = { GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
		GNUTLS_SIGN_ECDSA_SHA256, 32, "EC", "P-256" },
	[SIGNER_EC_384] = { GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1),
		GNUTLS_SIGN_ECDSA_SHA256, 48, "EC", "P-384" },
	[SIGNER_ED] = { GNUTLS_PK_EDDSA_ED25519, 0, GNUTLS_SIGN_EDDSA_ED25519, 0, "OKP",
		"Ed25519" },
};

static gnutls_privkey_t keys[SIGNER_COUNT];

static void must(int result)
{
	ck_assert_msg(result >= 0, "%s", gnutls_strerror(result));
}

void signer_open(void)
{
	for (int i = 0; i < SIGNER_COUNT; i++) {
		must(gnutls_privkey_init(&keys[i]));
		must(gnutls_privkey_generate(keys[i], table[i].pk, table[i].bits, 0));
	}
}

void signer_close(void)
{
	for (int i = 0; i < SIGNER_COUNT; i++)
		gnutls_privkey_deinit(keys[i]);
}

/* Without leading zeros, or with more of them: as many bytes as `len`. */
static void put_padded(const gnutls_datum_t *number, size_t len, struct buf *out)
{
	size_t skipped = number->size > len ? number->size - len : 0;
	for (size_t i = number->size; i < len; i++)
		buf_byte(out, '\0');
	buf_put(out, number->data + skipped, number->size - skipped);
}

/* Appends `,"NAME":"NUMBER"`, and frees the number. `len` 0: as many bytes as it needs. */
static void put_number(const char *name, gnutls_datum_t *number, size_t len, struct buf *out)
{
	struct buf bytes = { 0 };
	put_padded(number, len ? len : number->size, &bytes);
	buf_printf(out, ",\"%s\":\"", name);
	crypto_base64url_put(buf_view(&bytes), out);
	buf_byte(out, '"');
	buf_fini(&bytes);
	gnutls_free(number->data);
	number->data = NULL;
}

static void put_numbers(enum signer signer, gnutls_pubkey_t key, struct buf *out)
{
	gnutls_datum_t first = { NULL, 0 }, second = { NULL, 0 };
	size_t len = table[signer].number_len;
	if (table[signer].pk == GNUTLS_PK_RSA) {
		must(gnutls_pubkey_export_rsa_raw2(key, &first, &second, GNUTLS_EXPORT_FLAG_NO_LZ));
		put_number("n", &first, 0, out);
		put_number("e", &second, 0, out);
		return;
	}
	must(gnutls_pubkey_export_ecc_raw2(key, NULL, &first, &second, 0));
	put_number("x", &first, len, out);
	if (table[signer].pk == GNUTLS_PK_ECDSA)
		put_number("y", &second, len, out);
}

void signer_put_jwk(enum signer signer, const char *more, struct buf *out)
{
	gnutls_pubkey_t key;
	must(gnutls_pubkey_init(&key));
	must(gnutls_pubkey_import_privkey(key, keys[signer], 0, 0));
	buf_printf(out, "{\"kty\":\"%s\"", table[signer].kty);
	if (table[signer].crv)
		buf_printf(out, ",\"crv\":\"%s\"", table[signer].crv);
	put_numbers(signer, key, out);
	buf_printf(out, "%s%s}", *more ? "," : "", more);
	gnutls_pubkey_deinit(key);
}

static void put_pair(const gnutls_datum_t *der, size_t len, struct buf *out)
{
	gnutls_datum_t r, s;
	must(gnutls_decode_rs_value(der, &r, &s));
	put_padded(&r, len, out);
	put_padded(&s, len, out);
	gnutls_free(r.data);
	gnutls_free(s.data);
}

static void put_signature(enum signer signer, size_t number_len, struct span bytes, struct buf *out)
{
	union {
		const char *bytes;
		unsigned char *data;
	} both = { bytes.bytes };
	gnutls_datum_t data = { both.data, (unsigned)bytes.len }, signature;
	must(gnutls_privkey_sign_data2(keys[signer], table[signer].sign, 0, &data, &signature));
	if (number_len)
		put_pair(&signature, number_len, out);
	else
		buf_put(out, signature.data, signature.size);
	gnutls_free(signature.data);
}

void signer_put_signature(enum signer signer, struct span bytes, struct buf *out)
{
	put_signature(signer, table[signer].number_len, bytes, out);
}

void signer_put_der(struct span bytes, struct buf *out)
{
	put_signature(SIGNER_EC, 0, bytes, out);
}

void signer_put_token(enum signer signer, const char *header, const char *claims, struct buf *out)
{
	struct buf signature = { 0 };
	size_t start = out->len;
	crypto_base64url_put(span_of(header), out);
	buf_byte(out, '.');
	crypto_base64url_put(span_of(claims), out);
	signer_put_signature(signer, span_drop(buf_view(out), start), &signature);
	buf_byte(out, '.');
	crypto_base64url_put(buf_view(&signature), out);
	buf_fini(&signature);
}
