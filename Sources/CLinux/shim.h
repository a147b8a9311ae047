// The Linux interfaces that Swift's Glibc module leaves out: epoll, eventfd, accept4 and malloc tuning.
// Imported by the Platform target only.
#ifndef KELOS_CLINUX_SHIM_H
#define KELOS_CLINUX_SHIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

// epoll_data_t is a union inside a packed struct; the two accessors spare Swift its layout.
static inline struct epoll_event kelos_epoll_event(uint32_t events, uint64_t token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return event;
}

static inline uint64_t kelos_epoll_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t kelos_epoll_events(const struct epoll_event *event) { return event->events; }

// accept4 is a GNU extension that Glibc's module map hides.
static inline int kelos_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// fcntl is variadic, which Swift cannot call.
static inline int kelos_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

#endif
