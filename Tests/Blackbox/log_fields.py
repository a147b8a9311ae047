"""The keys that a log line may have. A closed list: a line with another key fails whichever test made it be written.

The README's table is made of it.
"""

# What every line has, in this order; console lines have their values in columns.
LINE = {
    "level": "`debug`, `info`, `warn` or `error`",
    "ts": "when, as `--zap-time-encoding` says; RFC 3339 in UTC unless told otherwise",
    "logger": "`webhook` or `refresher`",
    "msg": "what happened, from a closed set of sentences",
}

# What a line may have beside these, in alphabetical order.
FIELDS = {
    "address": "where reviews are served",
    "after": "how long was waited",
    "appSecret": "the Secret with the GitHub App's key",
    "cause": "why a refresh failed; the label `cause` of the metrics",
    "certificateNotAfter": "when the certificate that is served first expires",
    "class": "`transient`, `rate_limit` or `permanent`",
    "complete": "whether a single pass saw everything",
    "containers": "names of a pod's containers, separated by commas",
    "curl": "version of the library",
    "dryRun": "whether nothing is stored",
    "error": "what went wrong, one sentence",
    "expiresAt": "when the token expires",
    "failed": "Secrets of a single pass that failed",
    "file": "the certificate file",
    "github": "GitHub's API where no annotation names another",
    "health": "where probes are served",
    "host": "the GitHub host",
    "idle": "Secrets of a single pass that nobody uses now",
    "kind": "the kind of the reviewed object",
    "lease": "namespace and name of the Lease",
    "lifeLeft": "what the old token had left when it was replaced",
    "logLevel": "the level from now on, as `--zap-log-level` takes it",
    "managed": "Secrets that are cared for",
    "metrics": "where metrics are served",
    "name": "of the reviewed object, or the start of the name it will get",
    "namespace": "of the object",
    "namespaces": "those that are watched",
    "nghttp2": "version of the library",
    "notAfter": "when the new certificate expires",
    "openssl": "version of the library",
    "pod": "the pod's name",
    "reason": "why, from a closed set of words; the label `reason` of the metrics",
    "refreshed": "Secrets of a single pass that got a new token",
    "remedy": "what to do about the error",
    "requestID": "the review's `uid`, which the API server's audit log has too",
    "requests": "how many it took",
    "resource": "the plural of the watched kind",
    "result": "what became of the review; the label `result` of the metrics",
    "retryAfter": "when it is tried again, from now",
    "secret": "the Secret's name",
    "server": "the API server's address",
    "signal": "the signal's name",
    "suppressed": "like lines that were left out before this one",
    "swift": "version of the compiler",
    "took": "how long it took",
    "truncated": "`true` where fields did not fit into the line",
    "version": "of the program",
}
