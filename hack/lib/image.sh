# Container images without a registry: archives as `docker save` writes them, made of this machine's own programs.
# Sourced, never run. Needs output.sh and deps.sh.
# shellcheck shell=bash

# image_root FOLDER: an empty root directory, laid out as Debian's.
image_root() {
  mkdir -p "$1"/{etc,tmp,usr/{bin,lib,lib64,sbin},var}
  chmod 1777 "$1/tmp"
  local name
  for name in bin lib lib64 sbin; do
    ln -s "usr/$name" "$1/$name"
  done
}

# image_add FOLDER PROGRAM...: copies programs with the libraries that they load, to the paths that they have here.
image_add() {
  local root=$1 program library
  shift
  for program in "$@"; do
    cp --dereference --parents "$program" "$root"
    # A static program has none, and ldd says so by its exit code.
    while read -r library; do
      [[ -e "$root$library" ]] || cp --dereference --parents "$library" "$root"
    done < <(ldd "$program" 2>/dev/null | grep -oE '/[^ ]+' || true)
  done
}

# add_busybox FOLDER: Debian has it linked both ways, in two packages of which a machine can have one.
add_busybox() {
  [[ -x /bin/busybox ]] || ensure_packages busybox
  image_add "$1" /bin/busybox
}

# image_archive FOLDER NAME FILE CONFIG: FOLDER is the image's only layer, CONFIG its run configuration in JSON. The same
# files give the same archive, byte for byte.
image_archive() {
  local root=$1 name=$2 file=$3 config=$4 work
  local tar=(tar --create --sort=name --format=gnu --mtime=@0 --owner=0 --group=0 --numeric-owner
    --mode=a+rX)
  work=$(mktemp -d "${file%/*}/image.XXXXXX")
  "${tar[@]}" --directory "$root" --file "$work/layer.tar" .
  jq --null-input --compact-output --argjson config "$config" \
    --arg layer "sha256:$(sha256sum "$work/layer.tar" | cut -d' ' -f1)" \
    --arg architecture "$(dpkg --print-architecture)" '{architecture: $architecture, os: "linux",
      created: "1970-01-01T00:00:00Z", config: $config, rootfs: {type: "layers", diff_ids: [$layer]}}' \
    >"$work/config.json"
  jq --null-input --compact-output --arg name "$name" \
    '[{Config: "config.json", RepoTags: [$name], Layers: ["layer.tar"]}]' >"$work/manifest.json"
  "${tar[@]}" --directory "$work" --file "$file" manifest.json config.json layer.tar
  rm -rf -- "$work"
}

# build_pause_image FILE NAME: what holds a pod's namespaces; it has nothing to do but to stay.
build_pause_image() {
  local root
  root=$(mktemp -d "${1%/*}/root.XXXXXX")
  image_root "$root"
  add_busybox "$root"
  image_archive "$root" "$2" "$1" '{"Entrypoint": ["/bin/busybox", "sleep", "2147483647"]}'
  rm -rf -- "$root"
}

# build_agent_image FILE NAME ENTRYPOINT AUTHORITY: what an agent needs to work with GitHub: Debian's git and gh, a shell and
# small tools, ENTRYPOINT where Kelos expects it, and AUTHORITY among the certificates that are trusted. It runs as Kelos's
# agent images do, as the user 61100, and has nothing that knows of kelos-token.
build_agent_image() {
  ensure_packages ca-certificates dash gh git
  local root applet
  root=$(mktemp -d "${1%/*}/root.XXXXXX")
  image_root "$root"
  image_add "$root" /bin/dash /usr/bin/gh /usr/bin/git /usr/lib/git-core/git-remote-http
  ln -s git-remote-http "$root/usr/lib/git-core/git-remote-https"
  ln -s dash "$root/usr/bin/sh"
  add_busybox "$root"
  while read -r applet; do
    [[ -e "$root/usr/bin/$applet" ]] || ln -s busybox "$root/usr/bin/$applet"
  done < <(/bin/busybox --list)
  mkdir -p "$root"/{etc/ssl/certs,usr/local/bin,usr/share/git-core/templates}
  cat /etc/ssl/certs/ca-certificates.crt "$4" >"$root/etc/ssl/certs/ca-certificates.crt"
  printf '%s\n' 'root:x:0:0::/:/bin/sh' 'agent:x:61100:61100::/tmp:/bin/sh' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'agent:x:61100:' >"$root/etc/group"
  install -m 0755 "$3" "$root/kelos_entrypoint.sh"
  image_archive "$root" "$2" "$1" '{"User": "61100:61100", "Cmd": ["/bin/sh"], "Env": ["HOME=/tmp",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
  rm -rf -- "$root"
}
