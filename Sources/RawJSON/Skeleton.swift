// The skeleton of the RawJSON layer; its first type replaces this file.
