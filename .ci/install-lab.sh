#!/usr/bin/env bash
# Installs what the tests need: containerd 1.6 with runc from this Debian, promtool, and a 1.7 and a 2.x
# unpacked beside it from later suites. Run again, it does nothing.
set -euo pipefail

cache="${CRI_RECOVER_LAB:-/opt/cri-recover-lab}"
# One suite for each containerd line that this Debian does not have.
later=('trixie 1.7' 'forky 2.')
export DEBIAN_FRONTEND=noninteractive

missing_packages() {
  local package
  for package in containerd runc busybox-static strace containernetworking-plugins systemd prometheus python3 e2fsprogs; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

install_packages() {
  local missing policy=/usr/sbin/policy-rc.d
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  apt-get update -q
  # containerd's package starts a service; the tests start their own, under their own folders.
  if [ -e "$policy" ]; then
    apt-get install -q -y --no-install-recommends "${missing[@]}"
  else
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    # shellcheck disable=SC2064
    trap "rm -f '$policy'" EXIT
    apt-get install -q -y --no-install-recommends "${missing[@]}"
    rm -f "$policy"
    trap - EXIT
  fi
}

unpacked() { # unpacked <version prefix>
  local candidate
  for candidate in "$cache/containerd-$1"*/usr/bin/containerd; do
    [ -x "$candidate" ] && return 0
  done
  return 1
}

# The mirror is the one that this machine's own sources name.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 'Component: main' |
    sort -u | head -n 1
}

unpack() ( # unpack <suite> <version prefix>
  suite="$1" prefix="$2"
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  # apt's sandbox user must be able to read the list and write the download.
  chmod 755 "$work"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$work/preferences" "$work/new"
  uri="$(mirror)"
  if [ -z "$uri" ]; then
    apt-get update -q
    uri="$(mirror)"
  fi
  [ -n "$uri" ] || { echo "install-lab: no Debian mirror among this machine's apt sources" >&2; exit 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$work/sources.list"
  # Folders of its own: the machine's sources, lists and pins stay as they are, while apt still checks
  # the suite's signature and the package's checksum.
  options=(
    -o "Dir::Etc::SourceList=$work/sources.list"
    -o "Dir::Etc::SourceParts=$work/parts"
    -o "Dir::Etc::Preferences=$work/preferences/none"
    -o "Dir::Etc::PreferencesParts=$work/preferences"
    -o "Dir::State::Lists=$work/lists"
    -o "Dir::Cache=$work/cache"
    -o "APT::Sandbox::User=root"
    -o "Acquire::Languages=none"
    -o "APT::Update::Post-Invoke-Success::="
    -o "APT::Update::Error-Mode=any"
    -o "Acquire::Retries=3"
  )
  apt-get "${options[@]}" update -q
  version="$(apt-cache "${options[@]}" madison containerd | awk -F '|' '{ gsub(/ /, "", $2); print $2 }' |
    grep -m 1 -F "$prefix")" || true
  case "$version" in
    "$prefix"*) ;;
    *) echo "install-lab: $suite has no containerd $prefix*" >&2; exit 1 ;;
  esac
  cd "$work/new"
  apt-get "${options[@]}" download -q "containerd=$version"
  dpkg-deb -x ./*.deb "$work/new/tree"
  upstream="$("$work/new/tree/usr/bin/containerd" --version | awk '{ print $3 }')" ||
    { echo "install-lab: containerd $version from $suite does not run here" >&2; exit 1; }
  upstream="${upstream#v}"
  target="$cache/containerd-${upstream%%[~+]*}"
  mkdir -p "$cache"
  # Moved in whole, so that an interrupted run leaves nothing that looks installed.
  rm -rf "$target" "$target.new"
  mv "$work/new/tree" "$target.new"
  mv "$target.new" "$target"
)

install_packages
for entry in "${later[@]}"; do
  read -r suite prefix <<<"$entry"
  unpacked "$prefix" || unpack "$suite" "$prefix"
done
