// Whether processors of a job are such as a planner writes: by the rules in the options of their messages.
#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "core/limits.h"
#include "fmt/format.h"
#include "worker/dsp/layout.h"
#include "worker/render/graph/processors.h"

namespace trackout {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const Rule& RuleOf(const FieldDescriptor* field) {
  return field->options().GetExtension(rule);
}

bool IsWithin(const Rule& range, double value) {
  if (std::isnan(value)) return false;
  if (std::isinf(value)) return value > 0 ? range.may_be_infinite() : range.level();
  return (!range.has_min() || value >= range.min()) && (!range.has_max() || value <= range.max());
}

// Calls number(name, rule, value) for every number and time of a message that is written, in seconds; bands
// are band1, band2, ...
void ForEachNumber(const Message& message, const std::string& prefix,
                   const std::function<void(const std::string&, const Rule&, double)>& number) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = prefix + field->name();
    if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        ForEachNumber(reflection.GetRepeatedMessage(message, field, i),
                      fmt::format("{}band{}.", prefix, i + 1), number);
    } else if (field->message_type() == Time::descriptor()) {
      const auto& time = static_cast<const Time&>(reflection.GetMessage(message, field));
      number(name, RuleOf(field), static_cast<double>(time.nanoseconds()) / 1e9);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ForEachNumber(reflection.GetMessage(message, field), name + ".", number);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
      number(name, RuleOf(field), reflection.GetDouble(message, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      number(name, RuleOf(field), reflection.GetInt32(message, field));
    }
  }
}

const Message& ParametersOf(const Insert& insert) {
  const google::protobuf::Reflection& reflection = *insert.GetReflection();
  const FieldDescriptor* field =
      reflection.GetOneofFieldDescriptor(insert, Insert::descriptor()->FindOneofByName("processor"));
  return field == nullptr ? static_cast<const Message&>(insert) : reflection.GetMessage(insert, field);
}

bool IsEnvelope(const Envelope& envelope, const Rule& range) {
  int64_t last = -2 * kLongestTimeFrames;
  for (const Point& point : envelope.points()) {
    if (point.frame() < last || point.frame() > 2 * kLongestTimeFrames || !IsWithin(range, point.value()))
      return false;
    last = point.frame();
  }
  return !envelope.points().empty();
}

absl::Status CheckImpulse(const Processor& processor) {
  if (!processor.has_impulse()) return absl::OkStatus();
  if (!processor.insert().has_reverb()) return absl::InvalidArgumentError("an impulse is of no reverb");
  if (processor.impulse().regions_size() != 1) return absl::InvalidArgumentError("an impulse is one region");
  const Region& region = processor.impulse().regions(0);
  if (processor.impulse().channels() < 1 || processor.impulse().channels() > dsp::kMostChannels ||
      region.frame_count() < 0 || region.frame_count() > kMostImpulseSeconds * kHighestRate ||
      region.offset_frame() < 0)
    return absl::InvalidArgumentError("an impulse is too long, or has too many channels");
  return absl::OkStatus();
}

absl::Status CheckProcessor(const Processor& processor, int sidechain_count) {
  std::map<std::string, const Rule*> movable;
  std::string wrong;
  ForEachNumber(ParametersOf(processor.insert()), "",
                [&](const std::string& name, const Rule& range, double value) {
                  if (!IsWithin(range, value)) wrong = name;
                  if (!range.is_fixed()) movable[name] = &range;
                });
  if (!wrong.empty())
    return absl::InvalidArgumentError(fmt::format("a processor's {} is out of range", wrong));
  for (const Motion& motion : processor.motions()) {
    const auto found = movable.find(motion.parameter());
    if (found == movable.end() || !IsEnvelope(motion.envelope(), *found->second))
      return absl::InvalidArgumentError("a processor's parameter moves that it has not, or out of its range");
  }
  if (processor.has_sidechain() && (processor.sidechain() < 0 || processor.sidechain() >= sidechain_count))
    return absl::InvalidArgumentError("a side-chain is not there");
  if (processor.dry() && !processor.insert().has_delay() && !processor.insert().has_reverb())
    return absl::InvalidArgumentError("a processor without memory has no dry side");
  return CheckImpulse(processor);
}

}  // namespace

absl::Status CheckProcessors(const google::protobuf::RepeatedPtrField<Processor>& inserts,
                             int sidechain_count) {
  if (inserts.size() > kMostInserts) return absl::InvalidArgumentError("a strip has too many inserts");
  for (const Processor& insert : inserts) {
    if (absl::Status checked = CheckProcessor(insert, sidechain_count); !checked.ok()) return checked;
  }
  return absl::OkStatus();
}

}  // namespace trackout
