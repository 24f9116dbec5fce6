#include "deploy/demo_album/room.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "deploy/demo_album/instruments/filters.h"

namespace trackout::demo {
namespace {

constexpr size_t kLines = 8;
// Milliseconds with no common measure, so that no pitch of its own is heard.
constexpr double kLengths_ms[kLines] = {31.71, 37.11, 40.23, 44.41, 51.53, 58.07, 66.91, 74.13};

// The fast Hadamard transform: every line goes to every line, with no energy gained or lost.
void Scatter(std::array<double, kLines>& x) {
  for (size_t half = 1; half < kLines; half *= 2) {
    for (size_t i = 0; i < kLines; i += 2 * half) {
      for (size_t k = i; k < i + half; ++k) {
        const double a = x[k], b = x[k + half];
        x[k] = a + b;
        x[k + half] = a - b;
      }
    }
  }
  for (double& value : x) value *= 0.35355339059327373;  // 1 / sqrt(8)
}

// A Schroeder all-pass: blurs a click into many without colouring it.
class Diffuser {
 public:
  Diffuser(double length_s, int sample_rate) : line_(static_cast<size_t>(length_s * sample_rate) + 1) {}
  double Next(double in) {
    const double delayed = line_[at_];
    const double out = delayed - 0.6 * in;
    line_[at_] = in + 0.6 * out;
    at_ = at_ + 1 == line_.size() ? 0 : at_ + 1;
    return out;
  }

 private:
  std::vector<double> line_;
  size_t at_ = 0;
};

}  // namespace

void Reverberate(const Space& space, int sample_rate, std::span<const double> in_left,
                 std::span<const double> in_right, std::span<double> left, std::span<double> right) {
  std::array<std::vector<double>, kLines> lines;
  std::array<size_t, kLines> at = {};
  std::array<double, kLines> gain = {};
  std::vector<OnePole> damping(kLines, OnePole(space.damping_hz, sample_rate));
  for (size_t i = 0; i < kLines; ++i) {
    const double length_s = kLengths_ms[i] * 0.001 * space.size;
    lines[i].resize(static_cast<size_t>(length_s * sample_rate) + 1);
    gain[i] = std::pow(10.0, -3.0 * length_s / space.decay_s);
  }
  Diffuser blur[2][2] = {{{0.0047, sample_rate}, {0.0036, sample_rate}},
                         {{0.0051, sample_rate}, {0.0033, sample_rate}}};
  Biquad low_cut[2] = {Biquad::HighPass(space.low_cut_hz, 0.7, sample_rate),
                       Biquad::HighPass(space.low_cut_hz, 0.7, sample_rate)};
  const size_t predelay = static_cast<size_t>(space.predelay_s * sample_rate);

  for (size_t n = predelay; n < left.size(); ++n) {
    const double in[2] = {in_left[n - predelay], in_right[n - predelay]};
    double blurred[2];
    for (size_t side = 0; side < 2; ++side) {
      blurred[side] = blur[side][1].Next(blur[side][0].Next(low_cut[side].Next(in[side])));
    }
    std::array<double, kLines> out;
    for (size_t i = 0; i < kLines; ++i) out[i] = damping[i].Next(lines[i][at[i]]) * gain[i];
    left[n] += out[0] - out[2] + out[4] - out[6];
    right[n] += out[1] - out[3] + out[5] - out[7];
    Scatter(out);
    for (size_t i = 0; i < kLines; ++i) {
      lines[i][at[i]] = out[i] + blurred[i % 2];
      at[i] = at[i] + 1 == lines[i].size() ? 0 : at[i] + 1;
    }
  }
}

}  // namespace trackout::demo
