#include "core/spec/value_range.h"

#include <cmath>

#include "fmt/format.h"

namespace trackout {

bool IsInRange(const Rule& range, double value) {
  if (std::isnan(value)) return false;
  if (std::isinf(value)) return value < 0 ? range.level() : range.may_be_infinite();
  return !(range.has_min() && value < range.min()) && !(range.has_max() && value > range.max());
}

std::string NumberRangeText(const Rule& range) {
  const std::string unit = range.unit().empty() ? "" : " " + range.unit();
  const std::string from = range.level() || !range.has_min() ? "-inf" : fmt::format("{}", range.min());
  const std::string to = range.has_max() ? fmt::format("{}", range.max()) : "inf";
  return fmt::format("{} to {}{}", from, to, unit);
}

std::string TimeRangeText(const Rule& range) {
  const bool is_short = range.max() < 1;
  const double scale = is_short ? 1000 : 1;
  return fmt::format("{} to {} {}", range.min() * scale, range.max() * scale, is_short ? "ms" : "s");
}

}  // namespace trackout
