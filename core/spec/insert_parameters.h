// What the processor of an insert has: its type, its parameters under the names that automation calls them
// by, and what those count as that are not written. All of it read from the schema, proto/album.proto; pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "proto/album.pb.h"

namespace trackout {

// Before the name of an insert in the parameter of a lane: "insert:Glue.threshold".
inline constexpr std::string_view kInsertPrefix = "insert:";

using Inserts = google::protobuf::RepeatedPtrField<Insert>;

// The slopes of an equaliser's cuts, dB/oct.
inline constexpr std::array kCutSlopes{6, 12, 18, 24, 36, 48};
bool IsCut(const EqBand& band);

// The words of `type` that there are, in the order of the schema; and of these, the insert's: `compressor`,
// or empty where it has none.
std::vector<std::string> InsertTypes();
std::string TypeOf(const Insert& insert);
// Whether a message is what some insert's type stands for.
bool IsProcessor(const google::protobuf::Descriptor* type);
// Whether it has a detector, which may listen to another strip.
bool HasDetector(const Insert& insert);

// The message of its type: a Compressor. The insert must have a type.
const google::protobuf::Message& ProcessorOf(const Insert& insert);

// The insert with every number and time that is not written, of its bands too, as what it counts as: the
// fallback of its rule, a time in nanoseconds. The predelay of a reverb with an impulse counts as 0. What has
// no fallback (low_cut: none) stays away.
Insert WithDefaults(const Insert& insert);

// A number or a time of a processor, of one of its bands, or of its filter.
struct InsertParameter {
  std::string name;   // as automation calls it: `threshold`, `band1.gain`, `sidechain_filter.low_cut`
  std::string place;  // in the insert: `threshold`, `bands[0].gain`, `sidechain_filter.low_cut`
  const google::protobuf::Message* owner;
  const google::protobuf::FieldDescriptor* field;

  const Rule& rule() const;
  bool is_time() const;
  bool is_written() const;
  // Of a number: what is written, else its fallback, else 0.
  double number() const;
  // Of a time: what is written.
  const Time& time() const;
  // Why it does nothing in an insert as this, with the remedy, such as the gain of a notch; empty where it
  // does something.
  std::string WhyIdle() const;
};

// All that its type has, written or not; those of a filter where the filter is written. The insert must
// outlive them. None where it has no type.
std::vector<InsertParameter> ParametersOf(const Insert& insert);

// Why a parameter cannot be automated, with the remedy; empty where it can: numbers and times that are not
// fixed, do something, and are written or have a fallback to move from.
std::string WhyStill(const InsertParameter& parameter);
// The names of those that can be automated.
std::vector<std::string> MovingParameters(const Insert& insert);

// What "insert:NAME.parameter" means. Where names have dots, the longest name that fits is meant.
struct InsertLane {
  int insert;             // its index in the strip
  std::string parameter;  // `threshold`; whether it has that, MovingParameters knows
};
// Nullopt where no insert of the strip has this name, or the parameter is no insert's.
std::optional<InsertLane> FindInsertLane(const Inserts& inserts, std::string_view parameter);

}  // namespace trackout
