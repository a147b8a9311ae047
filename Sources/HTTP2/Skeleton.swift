// The skeleton of the HTTP2 layer; its first type replaces this file.
