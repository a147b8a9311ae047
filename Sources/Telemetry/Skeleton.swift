// The skeleton of the Telemetry layer; its first type replaces this file.
