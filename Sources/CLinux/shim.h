// The Linux interfaces that Swift's Glibc module leaves out: epoll, eventfd, accept4 and malloc tuning.
// Imported by the Platform target only.
#ifndef KELOS_CLINUX_SHIM_H
#define KELOS_CLINUX_SHIM_H

#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>

// Declared here because _GNU_SOURCE, which <sys/socket.h> wants for it, would give this module another view of
// fd_set than Swift's Glibc module has.
extern int accept4(int, struct sockaddr *, socklen_t *, int);

// epoll_data_t is a union inside a packed struct; the two accessors spare Swift its layout.
static inline struct epoll_event kelos_epoll_event(uint32_t events, uint64_t token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return event;
}

static inline uint64_t kelos_epoll_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t kelos_epoll_events(const struct epoll_event *event) { return event->events; }

static inline int kelos_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// prctl is variadic too; the kernel keeps the first 15 bytes of the calling thread's name.
static inline void kelos_set_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// open is variadic, which Swift cannot call.
static inline int kelos_open_read_only(const char *path) { return open(path, O_RDONLY | O_CLOEXEC); }

#endif
