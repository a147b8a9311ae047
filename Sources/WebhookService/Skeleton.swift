// The skeleton of the WebhookService layer; its first type replaces this file.
