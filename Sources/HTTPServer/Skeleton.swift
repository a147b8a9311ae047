// The skeleton of the HTTPServer layer; its first type replaces this file.
