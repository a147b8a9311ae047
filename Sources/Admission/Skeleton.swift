// The skeleton of the Admission layer; its first type replaces this file.
