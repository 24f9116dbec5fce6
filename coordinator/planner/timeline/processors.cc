#include "coordinator/planner/timeline/processors.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "coordinator/planner/timeline/automation.h"
#include "coordinator/planner/timeline/playlists.h"
#include "core/limits.h"
#include "core/spec/check/insert_check.h"
#include "core/spec/insert_parameters.h"
#include "core/spec/spec_values.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr double kNanosecondsOfSecond = 1e9;

class InsertResolver {
 public:
  InsertResolver(const Session& session, const Routing& routing, const Rack& rack, int index)
      : session_(session),
        rack_(rack),
        inserts_(routing.inserts(rack.strip)),
        index_(index),
        written_(inserts_[index]),
        listens_to_(routing.sidechains(rack.strip)[index]),
        place_(fmt::format("{}.inserts[{}]", rack.place, index)),
        who_(fmt::format("{}: {}", rack.who, WhoIsInsert(written_))) {}

  Processor Resolve() {
    Processor processor;
    Insert& insert = *processor.mutable_insert();
    insert = WithDefaults(written_);
    insert.clear_name();
    insert.clear_sidechain();
    ResolveTimes(insert);
    AddMotions(processor);
    if (listens_to_ != kNoStrip) processor.set_sidechain(listens_to_);
    if (!written_.reverb().impulse().empty()) AddImpulse(processor);
    if (written_.has_width()) CheckWidth();
    return processor;
  }

 private:
  // Of the processor itself: what lies deeper has none.
  void ResolveTimes(Insert& insert) {
    const auto* types = Insert::descriptor()->FindOneofByName("processor");
    const FieldDescriptor* type = insert.GetReflection()->GetOneofFieldDescriptor(insert, types);
    if (type == nullptr) return;
    Message& parameters = *insert.GetReflection()->MutableMessage(&insert, type);
    const google::protobuf::Reflection& in = *parameters.GetReflection();
    for (int f = 0; f < parameters.GetDescriptor()->field_count(); ++f) {
      const FieldDescriptor* field = parameters.GetDescriptor()->field(f);
      if (field->message_type() != Time::descriptor() || !in.HasField(parameters, field)) continue;
      auto& time = static_cast<Time&>(*in.MutableMessage(&parameters, field));
      if (time.has_nanoseconds()) continue;
      if (time.has_notes()) WarnOfTempi(field->name());
      time.set_nanoseconds(std::llround(SecondsOf(time) * kNanosecondsOfSecond));
    }
  }

  // A note's length is that at the song's start.
  double SecondsOf(const Time& time) const {
    if (time.has_samples()) return static_cast<double>(time.samples()) / session_.sample_rate;
    if (time.has_musical()) return session_.tempo.SecondsOf(time.musical()).value_or(0);
    const auto& tempi = session_.song.tempo();
    return tempi.empty() ? 0 : QuartersOf(time.notes()) * 60 / tempi[0].bpm();
  }

  void WarnOfTempi(const std::string& key) {
    const auto& tempi = session_.song.tempo();
    if (std::all_of(tempi.begin(), tempi.end(),
                    [&](const Tempo& tempo) { return tempo.bpm() == tempi[0].bpm(); }))
      return;
    session_.findings.Warning(
        fmt::format("{}.{}", place_, key),
        fmt::format("{}: the song's tempo changes, and {} stays what it is at the start, at {} bpm; automate "
                    "it, or write it in seconds",
                    who_, key, tempi[0].bpm()));
  }

  void AddMotions(Processor& processor) {
    std::vector<Motion> motions;
    for (const AutomationLane& lane : rack_.automation) {
      const std::optional<InsertLane> meant = FindInsertLane(inserts_, lane.parameter());
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
    if (session_.FramesOf(source) > kMostImpulseSeconds * session_.sample_rate) {
      session_.findings.Error(
          place_ + ".impulse",
          fmt::format("{}: its impulse {} is longer than {} s; cut it", who_, path, kMostImpulseSeconds));
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

  // What the check does not know: a track's channels are its source's.
  void CheckWidth() {
    if (rack_.channels == CHANNELS_STEREO || rack_.channels == 0) return;
    session_.findings.Error(place_ + ".type",
                            fmt::format("{}: width is for stereo, and this has {}; remove it", who_,
                                        ChannelsText(rack_.channels)));
  }

  const Session& session_;
  const Rack& rack_;
  const Inserts& inserts_;
  const int index_;
  const Insert& written_;
  const int listens_to_;
  const std::string place_, who_;
};

}  // namespace

std::vector<Processor> ProcessorsOf(const Session& session, const Routing& routing, const Rack& rack) {
  std::vector<Processor> processors;
  for (int i = 0; i < routing.inserts(rack.strip).size(); ++i)
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
