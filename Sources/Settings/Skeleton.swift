// The skeleton of the Settings layer; its first type replaces this file.
