# Keys and certificates by openssl: P-256, X.509 v3 extensions spelled out. Sourced, never run. Needs output.sh.
# shellcheck shell=bash

# run_openssl ARGUMENTS...: quiet unless it fails.
run_openssl() {
  local output
  output=$(openssl "$@" 2>&1) || die "openssl $1 failed" "$output"
}

# pki_key FILE: a new P-256 key, readable by its owner only.
pki_key() {
  (umask 077 && run_openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1")
}

# pki_ca DIR COMMON_NAME DAYS: DIR/ca.key and DIR/ca.crt, which may sign leaves and nothing else.
pki_ca() {
  pki_key "$1/ca.key"
  run_openssl req -x509 -new -sha256 -key "$1/ca.key" -days "$3" -subj "/CN=$2" -out "$1/ca.crt" -config /dev/null \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -addext 'subjectKeyIdentifier=hash'
}

# pki_leaf CA_DIR FILE SUBJECT USAGE DAYS [SAN]: FILE.key and FILE.crt; USAGE is serverAuth or clientAuth or both.
pki_leaf() {
  local ca=$1 file=$2 subject=$3 usage=$4 days=$5 names=${6:-}
  pki_key "$file.key"
  run_openssl req -new -sha256 -key "$file.key" -subj "$subject" -config /dev/null -out "$file.csr"
  {
    printf 'basicConstraints=critical,CA:FALSE\n'
    printf 'keyUsage=critical,digitalSignature\n'
    printf 'extendedKeyUsage=%s\n' "$usage"
    printf 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
    [[ -z "$names" ]] || printf 'subjectAltName=%s\n' "$names"
  } >"$file.ext"
  # 127 random bits: RFC 5280 wants a positive serial of at most 20 octets, and two leaves must never share one.
  run_openssl x509 -req -sha256 -in "$file.csr" -CA "$ca/ca.crt" -CAkey "$ca/ca.key" -days "$days" \
    -set_serial "0x4$(openssl rand -hex 15)" -extfile "$file.ext" -out "$file.crt"
  rm -f "$file.csr" "$file.ext"
}

# pki_lives_for CERTIFICATE DAYS: it does not expire before then.
pki_lives_for() {
  openssl x509 -in "$1" -noout -checkend "$(($2 * 86400))" >/dev/null
}
