// libcurl as Debian 12 ships it: 7.88.1 on OpenSSL. Imported by the HTTPClient target only.
//
// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift cannot call: each static inline
// function below fixes the type of the last argument. libcurl copies texts, blobs and bodies; it keeps the pointers of
// lists, callbacks and the error buffer.
#ifndef KELOS_CCURL_SHIM_H
#define KELOS_CCURL_SHIM_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 is the oldest with CURLOPT_PROTOCOLS_STR; Debian 12 has 7.88.1"
#endif

typedef size_t (*kelos_bytes_callback)(char *bytes, size_t size, size_t count, void *context);

// CURL_GLOBAL_DEFAULT is a macro of macros, beyond what the importer evaluates.
static inline CURLcode kelos_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode kelos_set_number(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

// NULL takes an option's text away, also where libcurl was built with one.
static inline CURLcode kelos_set_text(CURL *easy, CURLoption option, const char *text) {
    return curl_easy_setopt(easy, option, text);
}

static inline CURLcode kelos_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(easy, option, &blob);
}

// Makes the request carry a body. Never NULL bytes: libcurl would read standard input instead.
static inline CURLcode kelos_set_body(CURL *easy, const void *bytes, size_t count) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    if (code != CURLE_OK) return code;
    return curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes == NULL ? "" : bytes);
}

static inline CURLcode kelos_set_fields(CURL *easy, struct curl_slist *fields) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
}

static inline CURLcode kelos_set_body_callback(CURL *easy, kelos_bytes_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
    if (code != CURLE_OK) return code;
    return curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode kelos_set_head_callback(CURL *easy, kelos_bytes_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
    if (code != CURLE_OK) return code;
    return curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

static inline CURLcode kelos_set_socket_callback(CURL *easy, curl_opensocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

static inline CURLcode kelos_set_error_buffer(CURL *easy, char *buffer) {
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

static inline CURLcode kelos_set_context(CURL *easy, void *context) {
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, context);
}

static inline void *kelos_context(CURL *easy) {
    char *context = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context) != CURLE_OK) return NULL;
    return context;
}

// Zero when libcurl does not know.
static inline long kelos_number(CURL *easy, CURLINFO info) {
    long value = 0;
    if (curl_easy_getinfo(easy, info, &value) != CURLE_OK) return 0;
    return value;
}

static inline CURLMcode kelos_set_multi_number(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The result lies in a union.
static inline CURLcode kelos_result(const CURLMsg *message) { return message->data.result; }
static inline bool kelos_is_done(const CURLMsg *message) { return message->msg == CURLMSG_DONE; }

#endif
