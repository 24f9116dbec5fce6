#!/usr/bin/env bash
# Installs what trackout needs to be built and tested on Debian 12, where it is missing; nothing else.
# As root, or through sudo.
set -euo pipefail

packages=(
  # to build
  g++ cmake ninja-build pkg-config protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev libabsl-dev
  libfmt-dev libspdlog-dev libsqlite3-dev libsndfile1-dev libhwy-dev libyaml-dev libcli11-dev libssl-dev libutf8proc-dev
  # the demo shows its package with it
  tree
  # to test: the test library, what formats code, what reads objects, and the libraries and programs that are oracles
  libgtest-dev libgmock-dev clang-format binutils libebur128-dev libsoxr-dev
  sox ffmpeg flac jq sqlite3 python3
  # the sound for ARM, and what runs it
  g++-aarch64-linux-gnu qemu-user
  # networks, small disks and other users for tests of whole programs; the benches' clock
  iproute2 procps mount util-linux time
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install.sh: run it as root, or install sudo; missing: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
