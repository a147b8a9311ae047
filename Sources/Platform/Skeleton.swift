// The skeleton of the Platform layer; its first type replaces this file.
