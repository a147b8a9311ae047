// The skeleton of the PodManifests layer; its first type replaces this file.
