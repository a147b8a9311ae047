"""An OCI image layout read as https://github.com/opencontainers/image-spec says, every digest and size verified."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """One image in a folder. Whatever is not as it should be fails at once."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.used = set()
        assert json.loads((self.folder / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
        self.index = json.loads((self.folder / "index.json").read_text())
        assert (self.index["schemaVersion"], self.index["mediaType"]) == (2, INDEX)
        (self.descriptor,) = self.index["manifests"]
        self.manifest = json.loads(self.blob(self.descriptor, MANIFEST))
        assert (self.manifest["schemaVersion"], self.manifest["mediaType"]) == (2, MANIFEST)
        self.config = json.loads(self.blob(self.manifest["config"], CONFIG))
        self.layers = [gzip.decompress(self.blob(layer, LAYER)) for layer in self.manifest["layers"]]

    def blob(self, descriptor, kind):
        assert descriptor["mediaType"] == kind
        path = self.folder / "blobs" / descriptor["digest"].replace(":", "/")
        data = path.read_bytes()
        assert (digest(data), len(data)) == (descriptor["digest"], descriptor["size"])
        self.used.add(path)
        return data

    @property
    def run(self):
        return self.config["config"]

    def members(self, layer=None):
        """What is in the layers, or in one: path from the root to the entry of the archive."""
        found = {}
        for position in range(len(self.layers)) if layer is None else [layer]:
            with tarfile.open(fileobj=io.BytesIO(self.layers[position])) as archive:
                found |= {"/" + member.name.removeprefix("./").removeprefix("."): member for member in archive}
        return found

    def files(self, layer=None):
        """Paths of all that is neither a folder nor a link."""
        return {path for path, member in self.members(layer).items() if not (member.isdir() or member.issym())}

    def unpack(self, folder):
        """The root file system, as a runtime lays the layers over one another."""
        for layer in self.layers:
            with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
                archive.extractall(folder)
        return Path(folder)
