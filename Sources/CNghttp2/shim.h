// nghttp2 as Debian 12 ships it (1.52 with the security back-ports of deb12u3).
// Imported by the HTTP2 target only.
#ifndef KELOS_CNGHTTP2_SHIM_H
#define KELOS_CNGHTTP2_SHIM_H

#include <nghttp2/nghttp2.h>

#endif
