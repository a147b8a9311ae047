# Container images without a registry or Docker: OCI image layouts, made of this machine's own programs.
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

# image_libraries FOLDER PROGRAM...: copies the shared libraries that programs load, to the paths that they have here.
image_libraries() {
  local root=$1 program library
  shift
  for program in "$@"; do
    # A static program has none, and ldd says so by its exit code.
    while read -r library; do
      [[ -e "$root$library" ]] || cp --dereference --parents "$library" "$root"
    done < <(ldd "$program" 2>/dev/null | grep -oE '/[^ ]+' || true)
  done
}

# image_add FOLDER PROGRAM...: copies programs, and the libraries that they load.
image_add() {
  local root=$1
  shift
  cp --dereference --parents "$@" "$root"
  image_libraries "$root" "$@"
}

# add_busybox FOLDER: Debian has it linked both ways, in two packages of which a machine can have one.
add_busybox() {
  [[ -x /bin/busybox ]] || ensure_packages busybox
  image_add "$1" /bin/busybox
}

# image_tar FILE FOLDER NAME...: what is named in the folder. The same files give the same archive, byte for byte.
image_tar() {
  tar --create --sort=name --format=gnu --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a+rX \
    --file "$1" --directory "$2" "${@:3}"
}

# image_blob LAYOUT TYPE FILE: moves a file to the place that its digest gives it; prints its descriptor.
image_blob() {
  local digest
  digest=$(sha256sum "$3" | cut -d' ' -f1)
  mv -f "$3" "$1/blobs/sha256/$digest"
  jq --null-input --compact-output --arg type "$2" --arg digest "sha256:$digest" \
    --argjson size "$(stat --format=%s "$1/blobs/sha256/$digest")" '{mediaType: $type, digest: $digest, size: $size}'
}

# image_layout LAYOUT NAME CONFIG ROOT...: each ROOT is a layer, CONFIG the run configuration in JSON. The image was made
# at $SOURCE_DATE_EPOCH; its files are of 1970, so that a layer whose files stay keeps its digest. Beside what OCI's
# image-layout.md asks for is Docker's manifest.json, as `docker save` has both.
image_layout() {
  local layout=$1 name=$2 config=$3 root layer layers=() differences=() architecture
  mkdir -p "$layout/blobs/sha256"
  architecture=$(dpkg --print-architecture)
  for root in "${@:4}"; do
    layer=$layout/layer.tar
    image_tar "$layer" "$root" .
    differences+=("sha256:$(sha256sum "$layer" | cut -d' ' -f1)")
    gzip --no-name --force "$layer"
    layers+=("$(image_blob "$layout" application/vnd.oci.image.layer.v1.tar+gzip "$layer.gz")")
  done
  jq --null-input --compact-output --argjson config "$config" --arg architecture "$architecture" \
    --argjson created "${SOURCE_DATE_EPOCH:-0}" '{created: ($created | todate), architecture: $architecture,
      os: "linux", config: $config, rootfs: {type: "layers", diff_ids: $ARGS.positional}}' \
    --args "${differences[@]}" >"$layout/config.json"
  local described
  described=$(image_blob "$layout" application/vnd.oci.image.config.v1+json "$layout/config.json")
  jq --null-input --compact-output --argjson described "$described" --argjson config "$config" '{schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json", config: $described, layers: $ARGS.positional}
    + if $config.Labels then {annotations: $config.Labels} else {} end' \
    --jsonargs "${layers[@]}" >"$layout/manifest"
  # containerd takes the whole name from an annotation of its own, others the tag from OCI's.
  local full=$name
  [[ "$name" == */* ]] || full=docker.io/library/$name
  image_blob "$layout" application/vnd.oci.image.manifest.v1+json "$layout/manifest" \
    | jq --compact-output --arg full "$full" --arg tag "${name##*:}" --arg architecture "$architecture" '
      {schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [. + {
        platform: {architecture: $architecture, os: "linux"},
        annotations: {"io.containerd.image.name": $full, "org.opencontainers.image.ref.name": $tag}}]}' \
      >"$layout/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}\n' >"$layout/oci-layout"
  jq --null-input --compact-output --arg name "$name" --argjson config "$described" '
    def path: "blobs/" + (.digest | sub(":"; "/"));
    [{Config: ($config | path), RepoTags: [$name], Layers: [$ARGS.positional[] | path]}]' \
    --jsonargs "${layers[@]}" >"$layout/manifest.json"
}

# image_archive LAYOUT FILE: the layout in one file, as `ctr images import` takes it.
image_archive() {
  image_tar "$2" "$1" oci-layout index.json manifest.json blobs
}

# archive_root FOLDER NAME FILE CONFIG: an archive of an image with the one layer FOLDER.
archive_root() {
  local layout
  layout=$(mktemp -d "${3%/*}/layout.XXXXXX")
  image_layout "$layout" "$2" "$4" "$1"
  image_archive "$layout" "$3"
  rm -rf -- "$layout"
}

# build_pause_image FILE NAME: what holds a pod's namespaces; it has nothing to do but to stay.
build_pause_image() {
  local root
  root=$(mktemp -d "${1%/*}/root.XXXXXX")
  image_root "$root"
  add_busybox "$root"
  archive_root "$root" "$2" "$1" '{"Entrypoint": ["/bin/busybox", "sleep", "2147483647"]}'
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
  archive_root "$root" "$2" "$1" '{"User": "61100:61100", "Cmd": ["/bin/sh"], "Env": ["HOME=/tmp",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
  rm -rf -- "$root"
}
