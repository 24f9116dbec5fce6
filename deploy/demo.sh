#!/usr/bin/env bash
# Installs what is missing, builds, and renders an album: a demo that it synthesises, or the one named.
#   deploy/demo.sh [ALBUM.yaml]      the package is made in ./trackout-demo (or $TRACKOUT_OUT)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${TRACKOUT_OUT:-$PWD/trackout-demo}

"$root/deploy/install.sh"
cmake -S "$root" -B "$root/build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$root/build" --target trackout trackout-coordinator trackout-worker trackout-demo-album

album=${1:-}
if [ -z "$album" ]; then
  "$root/build/bin/trackout-demo-album" "$out/album"
  album=$out/album/album.yaml
fi
"$root/build/bin/trackout" check "$album"
status=0
table=$("$root/build/bin/trackout" render "$album" --out "$out/package") || status=$?
echo "$table"
[ "$status" -eq 0 ] || exit "$status"
package=${table##*$'\n'}  # the table's last line

echo
tree --noreport "$package"
echo
echo "What a receiver can run:  (cd \"$package\" && sha256sum -c manifest-sha256.txt)"
(cd "$package" && sha256sum --quiet -c manifest-sha256.txt && echo "every checksum is right")
"$root/build/bin/trackout" verify "$package"
