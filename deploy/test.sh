#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test; then the tests once more under ASan and UBSan, and
# the threaded parts under TSan. Ends within 15 minutes on two cores.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

deploy/install.sh

echo "== format"
find core coordinator worker client tests deploy -name '*.cc' -o -name '*.h' | xargs clang-format --dry-run -Werror

echo "== build and test"
cmake --preset release >/dev/null
cmake --build --preset release
ctest --preset release -j "$(nproc)"

echo "== the same under the address and undefined-behaviour sanitizers"
cmake --preset asan >/dev/null
cmake --build --preset asan
ctest --preset asan -j "$(nproc)"

echo "== the threaded parts under the thread sanitizer"
cmake --preset tsan >/dev/null
cmake --build --preset tsan --target client_test
ctest --preset tsan -R 'EmbeddedFarm|BlobStore' -j "$(nproc)"
