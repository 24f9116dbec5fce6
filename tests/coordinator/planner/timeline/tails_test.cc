// How long processors ring on.
#include "coordinator/planner/timeline/tails.h"

#include "gtest/gtest.h"

namespace trackout {
namespace {

constexpr int kRate = 48000;
constexpr int64_t kMs = 1'000'000;  // nanoseconds
constexpr int64_t kFramesOfMs = kRate / 1000;

Processor ReverbOf(int64_t decay_ms, int64_t predelay_ms) {
  Processor processor;
  Reverb& reverb = *processor.mutable_insert()->mutable_reverb();
  reverb.mutable_decay()->set_nanoseconds(decay_ms * kMs);
  reverb.mutable_predelay()->set_nanoseconds(predelay_ms * kMs);
  return processor;
}

Processor DelayOf(int64_t time_ms, double feedback) {
  Processor processor;
  Delay& delay = *processor.mutable_insert()->mutable_delay();
  delay.mutable_time()->set_nanoseconds(time_ms * kMs);
  delay.set_feedback(feedback);
  return processor;
}

void Automate(Processor& processor, const std::string& parameter, const std::vector<double>& values) {
  Motion& motion = *processor.add_motions();
  motion.set_parameter(parameter);
  for (const double value : values) motion.mutable_envelope()->add_points()->set_value(value);
}

int64_t TailMs(const Processor& processor) {
  const int64_t frames = TailFramesOf(processor, kRate);
  EXPECT_EQ(frames % kFramesOfMs, 0);
  return frames / kFramesOfMs;
}

TEST(Tails, AReverbRingsForItsDecayBehindItsPredelay) {
  EXPECT_EQ(TailMs(ReverbOf(1800, 20)), 1820);
  EXPECT_EQ(TailMs(ReverbOf(2000, 0)), 2000);
}

TEST(Tails, AConvolutionRingsForItsImpulse) {
  Processor hall = ReverbOf(1800, 20);
  hall.mutable_impulse()->add_regions()->set_frame_count(1001);
  EXPECT_EQ(TailFramesOf(hall, kRate), 1001 + 20 * kFramesOfMs);
}

TEST(Tails, EchoesCountDownTo120DecibelsAndThereIsOne) {
  EXPECT_EQ(TailMs(DelayOf(100, 0)), 100);
  EXPECT_EQ(TailMs(DelayOf(100, 1)), 300);
  EXPECT_EQ(TailMs(DelayOf(100, 10)), 600);  // exactly -120 dB
  EXPECT_EQ(TailMs(DelayOf(100, 30)), 1200);
  EXPECT_EQ(TailMs(DelayOf(100, 50)), 2000);
  EXPECT_EQ(TailMs(DelayOf(10, 95)), 2700);
}

TEST(Tails, OfWhatMovesTheHighestValueCountsInPlaceOfTheWritten) {
  Processor hall = ReverbOf(9000, 20);
  Automate(hall, "decay", {1, 2.5, 0.5});
  EXPECT_EQ(TailMs(hall), 2520);
  Automate(hall, "predelay", {0.1});
  EXPECT_EQ(TailMs(hall), 2600);
  Processor echo = DelayOf(500, 95);
  Automate(echo, "time", {0.1, 0.2});
  Automate(echo, "feedback", {0, 30});
  EXPECT_EQ(TailMs(echo), 2400);
}

TEST(Tails, DynamicsHoldBackTheirLookAhead) {
  Processor processor;
  processor.mutable_insert()->mutable_compressor()->mutable_lookahead()->set_nanoseconds(5 * kMs);
  EXPECT_EQ(TailMs(processor), 5);
  processor.mutable_insert()->mutable_expander()->mutable_lookahead()->set_nanoseconds(6 * kMs);
  EXPECT_EQ(TailMs(processor), 6);
  processor.mutable_insert()->mutable_limiter()->mutable_lookahead()->set_nanoseconds(7 * kMs);
  EXPECT_EQ(TailMs(processor), 7);
}

TEST(Tails, AllOthersEndWithTheirSound) {
  Processor processor;
  Insert& insert = *processor.mutable_insert();
  EXPECT_EQ(TailFramesOf(processor, kRate), 0);
  insert.mutable_gain();
  EXPECT_EQ(TailFramesOf(processor, kRate), 0);
  insert.mutable_width();
  EXPECT_EQ(TailFramesOf(processor, kRate), 0);
  insert.mutable_eq();
  EXPECT_EQ(TailFramesOf(processor, kRate), 0);
  insert.mutable_deesser();
  EXPECT_EQ(TailFramesOf(processor, kRate), 0);
  insert.mutable_saturator();
  EXPECT_EQ(TailFramesOf(processor, kRate), 0);
}

TEST(Tails, PartsOfAFrameAreRoundedUp) {
  EXPECT_EQ(TailFramesOf(ReverbOf(1001, 0), 44100), 44145);  // 44144.1
}

}  // namespace
}  // namespace trackout
