"""A small certificate authority made with openssl, so that no key is ever stored with the tests."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


WEBHOOK_NAMES = ("localhost", "kelos-token-webhook.kelos-token-system.svc")


def openssl(*arguments, stdin=b"", timeout=15):
    """Runs openssl and returns the finished process; the caller judges the exit code."""
    return subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout)


def _must(*arguments):
    done = openssl(*arguments)
    assert done.returncode == 0, done.stderr.decode()


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key, both PEM files."""

    certificate: Path
    key: Path

    def copy_to(self, directory, certificate="tls.crt", key="tls.key"):
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.certificate, directory / certificate)
        shutil.copy(self.key, directory / key)
        return Pair(directory / certificate, directory / key)

    def serial(self):
        done = openssl("x509", "-in", self.certificate, "-noout", "-serial")
        return int(done.stdout.decode().strip().split("=")[1], 16)


class Authority:
    """Issues P-256 certificates for loopback names."""

    def __init__(self, directory, name="blackbox-ca"):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.issued = 0
        self.pair = Pair(directory / "ca.crt", directory / "ca.key")
        _must("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.pair.key)
        _must("req", "-x509", "-new", "-key", self.pair.key, "-out", self.pair.certificate, "-days", "30",
              "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
              "-addext", "keyUsage=critical,keyCertSign")

    def issue(self, common_name="kelos-token-webhook", usage="serverAuth", days=10, expired=False, names=WEBHOOK_NAMES):
        """A fresh pair; an expired one was valid for a day, long ago."""
        self.issued += 1
        stem = self.directory / f"leaf-{self.issued}"
        pair = Pair(stem.with_suffix(".crt"), stem.with_suffix(".key"))
        request, extensions = stem.with_suffix(".csr"), stem.with_suffix(".ext")
        extensions.write_text(
            f"subjectAltName={','.join(f'DNS:{name}' for name in names)},IP:127.0.0.1\n"
            f"extendedKeyUsage={usage}\nbasicConstraints=CA:FALSE\n")
        _must("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", pair.key)
        _must("req", "-new", "-key", pair.key, "-subj", f"/CN={common_name}", "-out", request)
        if expired:
            self._sign_with_dates(request, extensions, pair.certificate)
        else:
            _must("x509", "-req", "-in", request, "-CA", self.pair.certificate, "-CAkey", self.pair.key,
                  "-set_serial", str(1000 + self.issued), "-days", str(days), "-extfile", extensions,
                  "-out", pair.certificate)
        return pair

    def _sign_with_dates(self, request, extensions, certificate):
        """`openssl x509` of Debian 12 knows no dates, `openssl ca` does."""
        database, settings = self.directory / f"index-{self.issued}", self.directory / f"ca-{self.issued}.conf"
        database.touch()
        settings.write_text(
            f"[ca]\ndefault_ca=a\n[a]\ndatabase={database}\nnew_certs_dir={self.directory}\ndefault_md=sha256\n"
            "policy=p\nrand_serial=yes\n[p]\ncommonName=supplied\n")
        _must("ca", "-batch", "-notext", "-config", settings, "-cert", self.pair.certificate, "-keyfile",
              self.pair.key, "-startdate", "20240101000000Z", "-enddate", "20240102000000Z", "-extfile", extensions,
              "-in", request, "-out", certificate)


class MountedSecret:
    """A directory laid out as the kubelet lays out a Secret volume: `..data` links to a dated directory."""

    def __init__(self, directory, pair):
        self.directory = directory
        self.generation = 0
        directory.mkdir(parents=True)
        self.swap(pair)
        for name in ("tls.crt", "tls.key"):
            (directory / name).symlink_to(Path("..data") / name)

    @property
    def pair(self):
        return Pair(self.directory / "tls.crt", self.directory / "tls.key")

    def swap(self, pair):
        """Replaces the content in one rename, as the kubelet's atomic writer does."""
        self.generation += 1
        dated = self.directory / f"..generation_{self.generation}"
        pair.copy_to(dated)
        fresh = self.directory / "..data_tmp"
        fresh.symlink_to(dated.name)
        fresh.rename(self.directory / "..data")
        previous = self.directory / f"..generation_{self.generation - 1}"
        if previous.exists():
            shutil.rmtree(previous)
