// Whether processors of a job are such as a planner writes: by the rules in the options of their messages.
#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "core/spec/insert_parameters.h"
#include "core/spec/value_range.h"
#include "fmt/format.h"
#include "worker/render/graph/processors.h"
#include "worker/render/value_check.h"

namespace trackout {
namespace {

absl::Status Wrong(std::string_view why) {
  return absl::InvalidArgumentError(std::string(why));
}

// What is left out counts as nothing sensible here: a planner writes what it counts as.
bool IsMissing(const InsertParameter& parameter) {
  return !parameter.is_written() && (parameter.rule().has_fallback() || parameter.rule().required());
}

bool IsInItsRange(const InsertParameter& parameter) {
  if (!parameter.is_time()) return IsInRange(parameter.rule(), parameter.number());
  const Time& time = parameter.time();
  return time.has_nanoseconds() && IsInRange(parameter.rule(), static_cast<double>(time.nanoseconds()) / 1e9);
}

absl::Status CheckBands(const Eq& eq) {
  if (eq.bands().empty() || eq.bands_size() > kMostBands)
    return Wrong("an equaliser has no bands, or too many");
  for (const EqBand& band : eq.bands()) {
    if (band.shape() == EqBand::SHAPE_UNSPECIFIED || !EqBand::Shape_IsValid(band.shape()))
      return Wrong("a band has no shape");
    if (IsCut(band) && std::find(kCutSlopes.begin(), kCutSlopes.end(), band.slope()) == kCutSlopes.end())
      return Wrong("a cut has a slope that no filter has");
  }
  return absl::OkStatus();
}

absl::Status CheckImpulse(const Processor& processor) {
  if (!processor.has_impulse()) return absl::OkStatus();
  if (!processor.insert().has_reverb()) return Wrong("an impulse is of no reverb");
  if (processor.impulse().regions_size() != 1) return Wrong("an impulse is one region");
  if (processor.impulse().regions(0).frame_count() > kMostImpulseSeconds * kHighestRate)
    return Wrong("an impulse is too long");
  return CheckPlaylist(processor.impulse());
}

// Of its own type, written and in range; and what moves, once each.
absl::Status CheckParameters(const Processor& processor) {
  std::map<std::string, Rule> movable;
  for (const InsertParameter& parameter : ParametersOf(processor.insert())) {
    if (IsMissing(parameter)) return Wrong(fmt::format("a processor's {} is not written", parameter.name));
    if (!parameter.is_written()) continue;
    if (!IsInItsRange(parameter))
      return Wrong(fmt::format("a processor's {} is out of range", parameter.name));
    if (!parameter.rule().is_fixed()) movable.emplace(parameter.name, parameter.rule());
  }
  for (const Motion& motion : processor.motions()) {
    const auto rule = movable.extract(motion.parameter());
    if (rule.empty()) return Wrong("a processor's parameter moves that it has not, or twice");
    // Nothing is on the way to inf; to -inf a level is, which is straight in amplitude.
    const auto is_value = [&](double value) {
      return value < std::numeric_limits<double>::infinity() && IsInRange(rule.mapped(), value);
    };
    if (motion.envelope().points().empty() || !IsEnvelope(motion.envelope(), is_value))
      return Wrong(fmt::format("a processor's {} moves out of its range", motion.parameter()));
  }
  return absl::OkStatus();
}

absl::Status CheckProcessor(const Processor& processor, int sidechain_count) {
  if (absl::Status checked = CheckParameters(processor); !checked.ok()) return checked;
  if (processor.has_sidechain() && (processor.sidechain() < 0 || processor.sidechain() >= sidechain_count))
    return Wrong("a side-chain is not there");
  const Insert& insert = processor.insert();
  if (processor.dry() && !insert.has_delay() && !insert.has_reverb())
    return Wrong("a processor without memory has no dry side");
  if (insert.has_eq()) {
    if (absl::Status checked = CheckBands(insert.eq()); !checked.ok()) return checked;
  }
  return CheckImpulse(processor);
}

}  // namespace

absl::Status CheckProcessors(const google::protobuf::RepeatedPtrField<Processor>& inserts,
                             int sidechain_count) {
  if (inserts.size() > kMostInserts) return Wrong("a strip has too many inserts");
  for (const Processor& insert : inserts) {
    if (absl::Status checked = CheckProcessor(insert, sidechain_count); !checked.ok()) return checked;
  }
  return absl::OkStatus();
}

}  // namespace trackout
