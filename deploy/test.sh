#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test; then, under ASan and UBSan, the tests that read what
# others wrote, and the whole farm; and the threaded part under TSan. Within 15 minutes on two cores.
#   deploy/test.sh --long      every test under ASan and UBSan
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install.sh

echo "== format"
find core coordinator worker client tests deploy -name '*.cc' -o -name '*.h' | xargs clang-format --dry-run -Werror

echo "== build and test"
cmake --preset release >/dev/null
cmake --build --preset release
ctest --preset release -j "$(nproc)"

echo "== address and undefined-behaviour sanitizers"
cmake --preset asan >/dev/null
if [ "${1:-}" = --long ]; then
  cmake --build --preset asan
  ctest --preset asan -j "$(nproc)"
else
  cmake --build --preset asan --target trackout core_test render_test
  build-asan/bin/core_test --gtest_brief=1
  build-asan/bin/render_test --gtest_brief=1
  # The farm's tests as built above, with the sanitized program, in two halves side by side.
  export TRACKOUT_PROGRAMS=$PWD/build-asan/bin GTEST_TOTAL_SHARDS=2
  GTEST_SHARD_INDEX=1 build-release/bin/farm_test --gtest_brief=1 &
  GTEST_SHARD_INDEX=0 build-release/bin/farm_test --gtest_brief=1
  wait $!
  unset TRACKOUT_PROGRAMS GTEST_TOTAL_SHARDS
fi

echo "== thread sanitizer"
cmake --preset tsan >/dev/null
cmake --build --preset tsan --target client_test
build-tsan/bin/client_test --gtest_brief=1 --gtest_filter='EmbeddedFarm*'

echo "all tests passed"
