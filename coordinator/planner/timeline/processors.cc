#include "coordinator/planner/timeline/processors.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "coordinator/planner/timeline/automation.h"
#include "coordinator/planner/timeline/playlists.h"
#include "core/spec/insert_parameters.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr double kNanosecondsOfSecond = 1e9;

double QuartersOf(const Time::Notes& notes) {
  const double quarters = 4.0 * notes.count() / notes.unit();
  if (notes.dotted()) return quarters * 1.5;
  return notes.triplet() ? quarters * 2 / 3 : quarters;
}

class InsertResolver {
 public:
  InsertResolver(const Session& session, const Routing& routing, const Rack& rack, int index)
      : session_(session),
        routing_(routing),
        rack_(rack),
        index_(index),
        written_(rack.inserts[index]),
        place_(fmt::format("{}.inserts[{}]", rack.place, index)),
        who_(fmt::format("{}: insert {}", rack.who,
                         written_.name().empty() ? std::to_string(index + 1) : Quoted(written_.name()))) {}

  Processor Resolve() {
    Processor processor;
    Insert& insert = *processor.mutable_insert();
    insert = WithDefaults(written_);
    insert.clear_name();
    insert.clear_sidechain();
    ResolveTimes(insert);
    AddMotions(processor);
    const int listens_to = written_.sidechain().empty() ? kNoStrip : routing_.FindStrip(written_.sidechain());
    if (listens_to >= 0) processor.set_sidechain(listens_to);
    if (!written_.reverb().impulse().empty()) AddImpulse(processor);
    return processor;
  }

 private:
  // Of the processor itself: what lies deeper has none.
  void ResolveTimes(Insert& insert) {
    const auto* oneof = Insert::descriptor()->FindOneofByName("processor");
    const FieldDescriptor* chosen = insert.GetReflection()->GetOneofFieldDescriptor(insert, oneof);
    if (chosen == nullptr) return;
    Message& parameters = *insert.GetReflection()->MutableMessage(&insert, chosen);
    const google::protobuf::Reflection& in = *parameters.GetReflection();
    for (int f = 0; f < parameters.GetDescriptor()->field_count(); ++f) {
      const FieldDescriptor* field = parameters.GetDescriptor()->field(f);
      if (field->message_type() != Time::descriptor() || !in.HasField(parameters, field)) continue;
      auto& time = static_cast<Time&>(*in.MutableMessage(&parameters, field));
      if (!time.has_nanoseconds()) ResolveTime(*field, time);
    }
  }

  void ResolveTime(const FieldDescriptor& field, Time& time) {
    const std::string place = fmt::format("{}.{}", place_, field.name());
    double seconds = 0;
    if (time.has_samples()) {
      seconds = static_cast<double>(time.samples()) / session_.sample_rate;
    } else if (session_.song.tempo().empty()) {
      session_.findings.Error(
          place,
          fmt::format("{}: {} is a musical length, and the song has no tempo; write the song's `tempo`, or "
                      "a time such as 250ms",
                      who_, field.name()));
    } else if (time.has_notes()) {
      seconds = QuartersOf(time.notes()) * 60 / session_.song.tempo(0).bpm();
      WarnOfTempi(field, place);
    } else {
      seconds = session_.tempo.SecondsOf(time.musical()).value_or(0);
    }
    time.set_nanoseconds(std::llround(seconds * kNanosecondsOfSecond));
    if (seconds > 0) CheckRange(field, place, seconds);
  }

  void WarnOfTempi(const FieldDescriptor& field, const std::string& place) {
    const double bpm = session_.song.tempo(0).bpm();
    const auto& tempi = session_.song.tempo();
    if (std::all_of(tempi.begin(), tempi.end(), [&](const Tempo& tempo) { return tempo.bpm() == bpm; }))
      return;
    session_.findings.Warning(
        place,
        fmt::format("{}: the song's tempo changes, and {} stays what it is at its start ({} bpm); automate "
                    "it, or write a time",
                    who_, field.name(), bpm));
  }

  // What the reader could not know: how long it is.
  void CheckRange(const FieldDescriptor& field, const std::string& place, double seconds) {
    const Rule& rule = field.options().GetExtension(trackout::rule);
    if (seconds >= rule.min() && (!rule.has_max() || seconds <= rule.max())) return;
    session_.findings.Error(place, fmt::format("{}: {} lasts {:.4g} s here, and may last {} to {} s", who_,
                                               field.name(), seconds, rule.min(), rule.max()));
  }

  void AddMotions(Processor& processor) {
    std::vector<Motion> motions;
    for (const AutomationLane& lane : rack_.automation) {
      const std::optional<InsertLane> meant = FindInsertLane(rack_.inserts, lane.parameter());
      if (!meant || meant->insert != index_) continue;
      Motion& motion = motions.emplace_back();
      motion.set_parameter(meant->parameter);
      *motion.mutable_envelope() = EnvelopeOf(lane, session_.tempo, session_.sample_rate);
    }
    std::sort(motions.begin(), motions.end(),
              [](const Motion& a, const Motion& b) { return a.parameter() < b.parameter(); });
    processor.mutable_motions()->Assign(motions.begin(), motions.end());
  }

  void AddImpulse(Processor& processor) {
    const std::string& file = written_.reverb().impulse();
    processor.mutable_insert()->mutable_reverb()->clear_impulse();
    const Source& source = session_.SourceOf(file);
    const std::string path = SourcePath(session_.song, file);
    if (source.frames() < 1) {
      session_.findings.Error(
          place_ + ".impulse",
          fmt::format("{}: there is no sound in its impulse {}; name another file", who_, path));
      return;
    }
    const bool is_stereo = rack_.channels == CHANNELS_STEREO;
    const bool fits = source.channels() == 1 || source.channels() == rack_.channels ||
                      (is_stereo && source.channels() == 4);
    if (!fits && rack_.channels > 0) {
      session_.findings.Error(
          place_ + ".impulse",
          fmt::format("{}: its impulse {} has {}, and the signal has {}; use an impulse with 1 channel{}{}",
                      who_, path, ChannelsText(source.channels()), ChannelsText(rack_.channels),
                      rack_.channels > 1 ? fmt::format(", or with {}", rack_.channels) : "",
                      is_stereo ? ", or with 4 (left to both sides, then right)" : ""));
    }
    *processor.mutable_impulse() = WholeFileOf(session_, source);
  }

  const Session& session_;
  const Routing& routing_;
  const Rack& rack_;
  const int index_;
  const Insert& written_;
  const std::string place_, who_;
};

}  // namespace

std::vector<Processor> ProcessorsOf(const Session& session, const Routing& routing, const Rack& rack) {
  std::vector<Processor> processors;
  for (int i = 0; i < rack.inserts.size(); ++i)
    processors.push_back(InsertResolver(session, routing, rack, i).Resolve());
  return processors;
}

bool IsLevelDependent(const Insert& insert) {
  switch (insert.processor_case()) {
    case Insert::kCompressor:
    case Insert::kExpander:
    case Insert::kDeesser:
    case Insert::kLimiter:
    case Insert::kSaturator:
      return true;
    default:
      return false;
  }
}

bool IsTimeBased(const Insert& insert) {
  return insert.has_delay() || insert.has_reverb();
}

}  // namespace trackout
