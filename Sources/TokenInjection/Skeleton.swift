// The skeleton of the TokenInjection layer; its first type replaces this file.
