// The range of a value, from its rule in proto/album.proto: whether a value is in it, and how messages call
// it.
#pragma once

#include <string>

#include "proto/album.pb.h"

namespace trackout {

// Of a number in its unit, or of a time in seconds. -inf is in the range of a level, inf in one that may be
// infinite, NaN in none.
bool IsInRange(const Rule& range, double value);

// `-80 to 0 dB`, `-inf to 60 dB`, `1 to inf`.
std::string NumberRangeText(const Rule& range);

// `0 to 20 ms`, `0.001 to 10 s`.
std::string TimeRangeText(const Rule& range);

}  // namespace trackout
