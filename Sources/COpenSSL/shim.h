// OpenSSL 3.0 as Debian 12 ships it. Imported by the TLS target only.
// The static inline functions below wrap what Swift cannot see: function-like macros.
#ifndef KELOS_COPENSSL_SHIM_H
#define KELOS_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline int kelos_set_min_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline long kelos_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }

// Takes a reference of its own to the certificate.
static inline long kelos_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate);
}

// SSL_OP_BIT(n) is beyond what the importer evaluates.
static inline uint64_t kelos_no_renegotiation(void) { return SSL_OP_NO_RENEGOTIATION; }
static inline uint64_t kelos_server_preference(void) { return SSL_OP_CIPHER_SERVER_PREFERENCE; }
static inline uint64_t kelos_no_compression(void) { return SSL_OP_NO_COMPRESSION; }
static inline uint64_t kelos_no_ticket(void) { return SSL_OP_NO_TICKET; }

// A new key: EVP_EC_gen and EVP_RSA_gen are macros over a function with a variable argument list.
static inline EVP_PKEY *kelos_make_p256_key(void) { return EVP_EC_gen("P-256"); }
static inline EVP_PKEY *kelos_make_rsa_key(void) { return EVP_RSA_gen(2048); }

// The stack's own functions are macros. Neither takes over or gives away a reference.
static inline STACK_OF(X509) *kelos_chain_new(void) { return sk_X509_new_null(); }
static inline void kelos_chain_free(STACK_OF(X509) *chain) { sk_X509_free(chain); }
static inline int kelos_chain_push(STACK_OF(X509) *chain, X509 *certificate) { return sk_X509_push(chain, certificate); }
static inline int kelos_chain_count(const STACK_OF(X509) *chain) { return sk_X509_num(chain); }
static inline X509 *kelos_chain_at(const STACK_OF(X509) *chain, int index) { return sk_X509_value(chain, index); }

static inline void kelos_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void kelos_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }

static inline long kelos_disable_session_cache(SSL_CTX *context) {
    return SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

#endif
