#include "coordinator/planner/timeline/tails.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace trackout {
namespace {

constexpr double kSilence = 1e-6;       // -120 dB
constexpr double kRounding = 1 + 1e-9;  // of a power that should be a round number
constexpr int64_t kNanosecondsOfSecond = 1'000'000'000;

// The highest value of a parameter: automation stands in for what is written.
double Highest(const Processor& processor, std::string_view parameter, double written) {
  for (const Motion& motion : processor.motions()) {
    if (motion.parameter() != parameter || motion.envelope().points().empty()) continue;
    double highest = motion.envelope().points(0).value();
    for (const Point& point : motion.envelope().points()) highest = std::max(highest, point.value());
    return highest;
  }
  return written;
}

int64_t HighestNs(const Processor& processor, std::string_view parameter, const Time& written) {
  const double written_ns = static_cast<double>(written.nanoseconds());
  return std::llround(Highest(processor, parameter, written_ns / kNanosecondsOfSecond) *
                      kNanosecondsOfSecond);
}

// Rounded up. Parameters last seconds, so that the product holds.
int64_t FramesOf(int64_t nanoseconds, int sample_rate) {
  return (nanoseconds * sample_rate + kNanosecondsOfSecond - 1) / kNanosecondsOfSecond;
}

// By multiplication: a logarithm would differ from machine to machine.
int64_t EchoesOf(double feedback_percent) {
  const double feedback = std::min(feedback_percent, 99.0) / 100;
  int64_t echoes = 1;
  for (double level = feedback; level > kSilence * kRounding; level *= feedback) ++echoes;
  return echoes;
}

}  // namespace

int64_t TailFramesOf(const Processor& processor, int sample_rate) {
  const Insert& insert = processor.insert();
  switch (insert.processor_case()) {
    case Insert::kReverb: {
      const Reverb& reverb = insert.reverb();
      const int64_t predelay_ns = HighestNs(processor, "predelay", reverb.predelay());
      if (processor.has_impulse())
        return FramesOf(predelay_ns, sample_rate) + processor.impulse().regions(0).frame_count();
      return FramesOf(predelay_ns + HighestNs(processor, "decay", reverb.decay()), sample_rate);
    }
    case Insert::kDelay: {
      const Delay& delay = insert.delay();
      return FramesOf(HighestNs(processor, "time", delay.time()), sample_rate) *
             EchoesOf(Highest(processor, "feedback", delay.feedback()));
    }
    case Insert::kCompressor:
      return FramesOf(insert.compressor().lookahead().nanoseconds(), sample_rate);
    case Insert::kExpander:
      return FramesOf(insert.expander().lookahead().nanoseconds(), sample_rate);
    case Insert::kLimiter:
      return FramesOf(insert.limiter().lookahead().nanoseconds(), sample_rate);
    default:
      return 0;
  }
}

}  // namespace trackout
