// nghttp2 as Debian 12 ships it: 1.52 with the security back-ports of deb12u3. Imported by the HTTP2 target only.
//
// The functions of 1.61 and later whose names end in 2 (nghttp2_session_mem_recv2 and so on) do not exist here.
// nghttp2_option_set_stream_reset_rate_limit and nghttp2_option_set_max_continuations are back-ports that no version
// number shows: a build against a package older than deb12u2 fails where the HTTP2 target calls them, as it should.
#ifndef KELOS_CNGHTTP2_SHIM_H
#define KELOS_CNGHTTP2_SHIM_H

#include <nghttp2/nghttp2.h>

#if NGHTTP2_VERSION_NUM < 0x013400
#error "nghttp2 1.52 with Debian 12's security back-ports is the oldest that may serve"
#endif

#endif
