// The skeleton of the TLS layer; its first type replaces this file.
