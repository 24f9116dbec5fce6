// Every bound of the farm, each with its reason.
#pragma once

#include <cstdint>

namespace trackout {

// The spec. The largest real albums stay below 1 MiB and 20,000 values; a bomb of aliases does not.
inline constexpr int64_t kMostSpecBytes = int64_t{4} << 20;
inline constexpr int64_t kMostYamlValues = 100'000;
inline constexpr int kMostYamlLevels = 32;
// Of one song. A film mix has some hundred tracks; the checks are quadratic in these.
inline constexpr int kMostTracks = 1000;
inline constexpr int kMostBuses = 500;
// Errors told at once: more than a screen of them helps nobody.
inline constexpr int kMostFindings = 50;

// A time in a spec: two days, far above any song, far below what 64 bits of nanoseconds hold.
inline constexpr int64_t kLongestTimeNs = int64_t{48} * 3600 * 1'000'000'000;
inline constexpr int kHighestRate = 768'000;
// A source: more frames than this only a header says that does not know.
inline constexpr int64_t kLongestFileFrames = int64_t{1} << 48;
inline constexpr int64_t kLongestTimeFrames = int64_t{48} * 3600 * kHighestRate;

// Frames that a block of the mixer may have. Below 16 the loop costs more than the sound; above
// some hundred thousand the buffers of many tracks do not fit into memory.
inline constexpr int kFewestBlockFrames = 16;
inline constexpr int kMostBlockFrames = 1 << 18;
// The default: large enough for cheap reads, small enough for the second-level cache.
inline constexpr int kBlockFrames = 4096;

inline constexpr int kMostWorkers = 256;

// Bytes of a name in a package: below what any file system allows (255), with room for a path.
inline constexpr int kMostNameBytes = 120;

}  // namespace trackout
