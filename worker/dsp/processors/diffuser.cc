#include "worker/dsp/processors/diffuser.h"

#include <algorithm>

#include "worker/dsp/processors/ticks.h"

namespace trackout::dsp {
namespace {

struct Stage {
  double milliseconds;
  double gain;
};

// The input of J. Dattorro's plate ("Effect design, part 1", JAES 1997).
constexpr std::array kStages = {Stage{4.771, 0.75}, Stage{3.595, 0.75}, Stage{12.73, 0.625},
                                Stage{9.307, 0.625}};

// Each channel's lengths are longer by so much than the last one's.
constexpr double kSpread = 0.083;

bool IsPrime(int64_t n) {
  for (int64_t k = 2; k * k <= n; ++k) {
    if (n % k == 0) return false;
  }
  return n > 1;
}

// Samples no longer than the allpass: what is read has been written.
void RunAllpass(DelayLine& line, int64_t frames, double gain, std::span<double> samples) {
  Tick late, loop;
  const size_t count = samples.size();
  line.Read(frames, std::span(late).first(count));
  for (size_t i = 0; i < count; ++i) {
    loop[i] = samples[i] + gain * late[i];
    samples[i] = late[i] - gain * loop[i];
  }
  line.Write(std::span(loop).first(count));
}

}  // namespace

int64_t PrimeFrom(int64_t frames) {
  while (!IsPrime(frames)) ++frames;
  return frames;
}

Diffuser::Diffuser(double size, size_t channel, int sample_rate) {
  const double scale = size * (1 + kSpread * static_cast<double>(channel));
  for (const Stage& stage : kStages) {
    const double frames = stage.milliseconds * scale * sample_rate / 1000;
    const int64_t prime = PrimeFrom(static_cast<int64_t>(frames + 0.5));
    allpasses_.push_back({prime, stage.gain, DelayLine(prime)});
  }
}

void Diffuser::Run(std::span<double> samples) {
  for (Allpass& allpass : allpasses_) {
    std::span<double> left = samples;
    while (!left.empty()) {
      const size_t part = std::min(left.size(), static_cast<size_t>(allpass.frames));
      RunAllpass(allpass.line, allpass.frames, allpass.gain, left.first(part));
      left = left.subspan(part);
    }
  }
}

}  // namespace trackout::dsp
