// Processors of all types, set and moved at random within their ranges, over hostile sound: every sample is
// finite, silence stays silent, and neither blocks nor the frame where a run begins change a bit.
// TRACKOUT_FUZZ=N: so many cases; TRACKOUT_SEED=N: the first one.
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "core/spec/insert_parameters.h"
#include "tests/worker/render/studio.h"
#include "worker/render/graph/chain.h"
#include "worker/render/graph/processors.h"

namespace trackout {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using test::Samples;
using Signal = std::vector<Samples>;  // planes
using Inserts = google::protobuf::RepeatedPtrField<Processor>;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int kMostImpulse = 3000;

uint64_t NumberOf(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}
  int Below(int end) { return static_cast<int>(random_() % static_cast<uint64_t>(end)); }
  bool OneIn(int count) { return Below(count) == 0; }
  double Share() { return Below(1 << 30) / double{1 << 30}; }

  // Often at an edge, else anywhere; a wide range is tried in all its decades.
  double Within(double least, double most) {
    if (OneIn(6)) return least;
    if (OneIn(6)) return most;
    if (least > 0 && most > 20 * least) return std::min(most, least * std::pow(most / least, Share()));
    return least + (most - least) * Share();
  }
  double Value(const Rule& range, bool moves) {
    if (range.level() && OneIn(5)) return -kInf;
    if (range.may_be_infinite() && !moves && OneIn(4)) return kInf;
    const double least = range.has_min() ? range.min() : -120;
    return Within(least, range.has_max() ? range.max() : OneIn(2) ? 20 : 1e9);
  }

 private:
  std::mt19937_64 random_;
};

const Rule& RuleOf(const FieldDescriptor* field) {
  return field->options().GetExtension(rule);
}

// Sets everything that a processor has: numbers, times, words, bands; what need not be there half of the
// times.
void Fill(Message& message, Chance& chance) {
  const google::protobuf::Reflection& in = *message.GetReflection();
  for (int f = 0; f < message.GetDescriptor()->field_count(); ++f) {
    const FieldDescriptor* field = message.GetDescriptor()->field(f);
    const Rule& range = RuleOf(field);
    if (field->is_repeated()) {
      for (int count = 1 + chance.Below(4); count > 0; --count) Fill(*in.AddMessage(&message, field), chance);
    } else if (field->message_type() == Time::descriptor()) {
      auto& time = static_cast<Time&>(*in.MutableMessage(&message, field));
      time.set_nanoseconds(std::llround(chance.Within(range.min(), range.max()) * 1e9));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (chance.OneIn(2)) Fill(*in.MutableMessage(&message, field), chance);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
      if (range.has_fallback() || range.required() || chance.OneIn(2))
        in.SetDouble(&message, field, chance.Value(range, false));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      in.SetInt32(&message, field, kCutSlopes[static_cast<size_t>(chance.Below(kCutSlopes.size()))]);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      in.SetBool(&message, field, chance.OneIn(2));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      const int first = range.required() ? 1 : 0;
      in.SetEnumValue(&message, field, first + chance.Below(field->enum_type()->value_count() - first));
    }
  }
}

Motion MotionOf(const InsertParameter& parameter, int64_t begin, int frames, Chance& chance) {
  Motion motion;
  motion.set_parameter(parameter.name);
  int64_t frame = begin - 100 + chance.Below(frames);
  for (int count = 1 + chance.Below(5); count > 0; --count) {
    Point& point = *motion.mutable_envelope()->add_points();
    point.set_frame(frame);
    point.set_value(chance.Value(parameter.rule(), true));
    if (!chance.OneIn(4) || count % 2 == 0) frame += 1 + chance.Below(frames / 2);
  }
  return motion;
}

// Sound that filters, detectors and curves do not like.
double HostileSample(int kind, int i, int period, Chance& chance) {
  constexpr double kDenormal = std::numeric_limits<double>::denorm_min();
  switch (kind) {
    case 0:
      return chance.Share() * 2 - 1;
    case 1:
      return i / period % 2 == 0 ? 1 : -1;
    case 2:
      return i % period == 0 ? 1 : 0;
    case 3:
      return kDenormal * (1 + chance.Below(1000));
    case 4:
      return i % (2 * period) < period ? chance.Share() * 2 - 1 : 0;
    case 5:
      return i % period == 0 ? 1 : kDenormal;
    case 6:
      return 1;
    case 7:
      return std::ldexp(chance.Share() - 0.5, -chance.Below(1100));
    default:
      return 0;
  }
}
constexpr int kKinds = 9;

Signal HostileSound(int channels, int frames, Chance& chance) {
  Signal signal;
  for (int c = 0; c < channels; ++c) {
    const int kind = chance.Below(kKinds), period = 1 + chance.Below(300);
    Samples& plane = signal.emplace_back();
    for (int i = 0; i < frames; ++i) plane.push_back(HostileSample(kind, i, period, chance));
  }
  return signal;
}

struct Run {
  int64_t frame;
  int block;
  int silent;  // frames before `frame` in which there is nothing yet
};

// What comes out of a chain, from the frame of the run on.
Signal Through(const std::vector<ChainStage>& stages, const Signal& signal, const Run& run) {
  Chain chain(stages, run.block);
  Signal out;
  for (const Samples& plane : signal) {
    out.emplace_back(static_cast<size_t>(run.silent), 0.0);
    out.back().insert(out.back().end(), plane.begin(), plane.end());
  }
  const size_t frames = out[0].size();
  const std::vector<ConstPlanes> sidechains(stages.size());
  for (size_t first = 0; first < frames; first += static_cast<size_t>(run.block)) {
    Planes planes;
    for (Samples& plane : out)
      planes.Add(std::span(plane).subspan(first, std::min(static_cast<size_t>(run.block), frames - first)));
    const int64_t out_frame = run.frame - run.silent + static_cast<int64_t>(first) - chain.latency();
    chain.Render(out_frame, 0, sidechains, planes);
  }
  for (Samples& plane : out) plane.erase(plane.begin(), plane.begin() + run.silent);
  return out;
}

class ProcessorsFuzzTest : public test::Studio {
 protected:
  ProcessorsFuzzTest() {
    Chance chance(1);
    for (const int channels : {1, 2, 4, 6}) {
      Samples samples(static_cast<size_t>(kMostImpulse * channels));
      for (double& sample : samples) sample = chance.Share() * 1.9 - 0.95;
      impulses_[channels] = Record("impulse" + std::to_string(channels), channels, samples);
    }
  }

  Processor RandomProcessor(int channels, int64_t begin, int frames, Chance& chance) {
    Processor processor;
    Insert& insert = *processor.mutable_insert();
    const auto* types = Insert::descriptor()->FindOneofByName("processor");
    Fill(*insert.GetReflection()->MutableMessage(&insert, types->field(chance.Below(types->field_count()))),
         chance);
    if (insert.has_reverb() && chance.OneIn(2)) {
      const std::vector<int> fitting{1, channels, channels == 2 ? 4 : channels};
      const int impulse_channels = fitting[static_cast<size_t>(chance.Below(3))];
      *processor.mutable_impulse() = PlaylistOf(
          impulse_channels, {Clip(impulses_[impulse_channels], 0, 0, 1 + chance.Below(kMostImpulse))});
    }
    for (const InsertParameter& parameter : ParametersOf(insert)) {
      if (parameter.is_written() && !parameter.rule().is_fixed() && chance.OneIn(4))
        *processor.add_motions() = MotionOf(parameter, begin, frames, chance);
    }
    processor.set_dry((insert.has_delay() || insert.has_reverb()) && chance.OneIn(8));
    return processor;
  }

  std::vector<ChainStage> StagesAt(int sample_rate, const Inserts& inserts, int channels) {
    EXPECT_TRUE(CheckProcessors(inserts, 0).ok()) << CheckProcessors(inserts, 0);
    Graph graph(store_, sample_rate, 1000, 16);
    absl::StatusOr<std::vector<ChainStage>> stages = StagesOf(graph, inserts, channels, {});
    EXPECT_TRUE(stages.ok()) << stages.status();
    return stages.ok() ? *std::move(stages) : std::vector<ChainStage>();
  }

  // Why a case is wrong; empty where it is not.
  std::string WhyWrong(Chance& chance) {
    static constexpr int kRates[] = {8000, 11025, 22050, 44100, 48000, 88200, 96000, 176400, 192000};
    const int rate = kRates[chance.Below(std::size(kRates))];
    const int channels = std::vector{1, 2, 6}[static_cast<size_t>(chance.Below(3))];
    const int frames = chance.OneIn(10) ? 20'000 : 3000;
    const int64_t frame = chance.Below(200'000) - 10'000;
    Inserts inserts;
    for (int count = chance.OneIn(4) ? 2 : 1; count > 0; --count)
      *inserts.Add() = RandomProcessor(channels, frame, frames, chance);
    const std::vector<ChainStage> stages = StagesAt(rate, inserts, channels);
    const std::string place = "\nat " + std::to_string(rate) + " Hz, " + std::to_string(channels) +
                              " channels, from frame " + std::to_string(frame) + "\n";
    const auto wrong = [&](const std::string& why) {
      std::string text = why + place;
      for (const Processor& insert : inserts) text += insert.ShortDebugString() + "\n";
      return text;
    };
    const Signal signal = HostileSound(channels, frames, chance);
    const Signal out = Through(stages, signal, {frame, 1000, 0});
    for (const Samples& plane : out) {
      for (size_t i = 0; i < plane.size(); ++i) {
        if (!std::isfinite(plane[i])) return wrong("not finite, frame " + std::to_string(i));
      }
    }
    if (Through(stages, signal, {frame, 16, 0}) != out) return wrong("other samples in blocks of 16");
    if (Through(stages, signal, {frame, 511, 1 + chance.Below(1500)}) != out)
      return wrong("other samples where it begins earlier");
    const Signal silence(signal.size(), Samples(signal[0].size(), 0.0));
    if (Through(stages, silence, {frame, 1000, 0}) != silence) return wrong("silence sounds");
    return "";
  }

  std::map<int, Digest> impulses_;
};

TEST_F(ProcessorsFuzzTest, HostileSoundStaysSound) {
  const uint64_t first = NumberOf("TRACKOUT_SEED", 1), cases = NumberOf("TRACKOUT_FUZZ", 400);
  int wrong = 0;
  for (uint64_t seed = first; seed < first + cases && wrong < 5; ++seed) {
    Chance chance(seed);
    const std::string why = WhyWrong(chance);
    wrong += why.empty() ? 0 : 1;
    EXPECT_EQ(why, "") << "TRACKOUT_SEED=" << seed;
  }
}

}  // namespace
}  // namespace trackout
