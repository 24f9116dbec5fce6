#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test; then, under ASan and UBSan, the tests that read what
# others wrote and the programs in a farm; and the threaded parts that need no gRPC under TSan. Within 25
# minutes on two cores.
#   deploy/test.sh --long      every test under ASan and UBSan, a hundred thousand simulated histories, and every way
#                              to render the torture album
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install.sh

echo "== format"
find core coordinator worker client tests deploy -name '*.cc' -o -name '*.h' | xargs clang-format --dry-run -Werror

echo "== build and test"
cmake --preset release >/dev/null
cmake --build --preset release
ctest --preset release -j "$(nproc)"

echo "== the kernels on another kind of processor"
tests/house/neon build-release/bin/kernel_digest

echo "== address and undefined-behaviour sanitizers"
cmake --preset asan >/dev/null
if [ "${1:-}" = --long ]; then
  TRACKOUT_HISTORIES=100000 build-release/bin/desk_test --gtest_brief=1 --gtest_filter='Simulation*'
  TRACKOUT_TORTURE=all build-release/bin/network_test --gtest_brief=1 --gtest_filter='Torture*'
  cmake --build --preset asan
  ctest --preset asan -j "$(nproc)"
else
  cmake --build --preset asan --target trackout trackout-coordinator trackout-worker core_test render_test desk_test
  for test in core_test render_test desk_test; do build-asan/bin/$test --gtest_brief=1; done
  # The tests of whole programs as built above, with the sanitized programs, in two halves side by side. Of the
  # farm's faults a few: slow renders are very slow here.
  export TRACKOUT_PROGRAMS=$PWD/build-asan/bin
  export GTEST_TOTAL_SHARDS=2 GTEST_BRIEF=1 TRACKOUT_CHAINS=10
  farm='*FarmBytes*:LoopbackFarm*:FarmDisks*:*KilledSubmit*:*KilledCollect*:*Rots*:*KilledCoordinator*'
  finished='FinishedMaster.OfA*:FinishedMaster.OfOthers*:FinishedMaster.ThatComes*'  # one of them is enough
  shard() {
    GTEST_SHARD_INDEX=$1 build-release/bin/farm_test --gtest_filter="-$finished"
    GTEST_SHARD_INDEX=$1 build-release/bin/network_test --gtest_filter="$farm"
  }
  shard 1 &
  shard 0
  wait $!
  unset TRACKOUT_PROGRAMS GTEST_TOTAL_SHARDS GTEST_BRIEF
fi

echo "== thread sanitizer"
cmake --preset tsan >/dev/null
cmake --build --preset tsan --target coordinator_test worker_test core_test render_test
build-tsan/bin/coordinator_test --gtest_brief=1
build-tsan/bin/worker_test --gtest_brief=1
build-tsan/bin/core_test --gtest_brief=1 --gtest_filter='*FileStore*:*Copy*'
build-tsan/bin/render_test --gtest_brief=1 --gtest_filter='Crew*:BundleTest*'

echo "all tests passed"
