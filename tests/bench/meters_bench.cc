// How fast files are measured: a bank of eight stereo files, one file, and libebur128 with all its meters, on
// one core, in one run. The sound is made here: noise with a beat and a bass, loud but not clipped.
//   bench_meters [SECONDS-OF-SOUND]
// prints millions of frames of a file in a second, medians of five, and how many times libebur128 that is.
#include <ebur128.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "worker/dsp/isa.h"
#include "worker/dsp/meters/meter_bank.h"

namespace trackout::dsp {
namespace {

constexpr int kRate = 48000;
constexpr size_t kBlock = 4000;  // a second is a multiple of it
constexpr size_t kFiles = 8;
constexpr double kSteps = 1 << 23;

using Plane = std::vector<double>;

// Steps of 24 bits.
Plane Music(uint32_t seed) {
  Plane plane(kRate);
  double slow = 0;
  for (size_t i = 0; i < kRate; ++i) {
    seed = seed * 1664525 + 1013904223;
    const double noise = seed / 2147483648.0 - 1;
    slow += 0.2 * (noise - slow);
    const double seconds = static_cast<double>(i) / kRate;
    const double beat = std::exp(-8 * std::fmod(seconds, 0.5));
    plane[i] =
        std::floor(kSteps * (0.4 * slow * (0.3 + beat) + 0.3 * std::sin(345.6 * seconds) * (0.5 + beat / 2)));
  }
  return plane;
}

double MedianSeconds(const std::function<void()>& work) {
  std::vector<double> seconds;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[2];
}

void MeasureBank(const std::vector<Plane>& planes, size_t seconds, size_t files, Reading& reading) {
  MeterBank bank(kRate, std::vector<int>(files, 2));
  const std::vector<double> scales(files, 1 / kSteps);
  std::vector<std::span<const double>> block(2 * files);
  for (size_t first = 0; first < seconds * kRate; first += kBlock) {
    for (size_t p = 0; p < block.size(); ++p) block[p] = std::span(planes[p]).subspan(first % kRate, kBlock);
    bank.Process(block, scales);
  }
  for (size_t file = 0; file < files; ++file) reading = bank.Read(file);
}

void MeasureWithLibrary(const std::vector<double>& frames, size_t seconds, double& loudness,
                        double& true_peak) {
  const int mode =
      EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_S | EBUR128_MODE_M | EBUR128_MODE_TRUE_PEAK;
  ebur128_state* meter = ebur128_init(2, kRate, mode);
  for (size_t first = 0; first < seconds * kRate; first += kBlock) {
    ebur128_add_frames_double(meter, frames.data() + 2 * (first % kRate), kBlock);
  }
  double range = 0;
  double right = 0;
  ebur128_loudness_global(meter, &loudness);
  ebur128_loudness_range(meter, &range);
  ebur128_true_peak(meter, 0, &true_peak);
  ebur128_true_peak(meter, 1, &right);
  true_peak = 20 * std::log10(std::max(true_peak, right));
  ebur128_destroy(&meter);
}

void Main(size_t seconds, std::string_view only_isa) {
  std::vector<Plane> planes;
  for (uint32_t p = 0; p < 2 * kFiles; ++p) planes.push_back(Music(17 * p + 1));
  std::vector<double> interleaved(2 * kRate);
  for (size_t i = 0; i < kRate; ++i) {
    interleaved[2 * i] = planes[14][i] / kSteps;
    interleaved[2 * i + 1] = planes[15][i] / kSteps;
  }

  const size_t length = seconds * kRate;
  double loudness = 0;
  double true_peak = 0;
  const double library_seconds =
      MedianSeconds([&] { MeasureWithLibrary(interleaved, seconds, loudness, true_peak); });
  const double library = static_cast<double>(length) / library_seconds / 1e6;
  std::printf("libebur128               %8.1f Mframes/s         (%.4f LUFS, %.4f dBTP)\n", library, loudness,
              true_peak);
  for (const Isa isa : AvailableIsas()) {
    if (!only_isa.empty() && only_isa != NameOf(isa)) continue;
    UseIsa(isa);
    for (const size_t files : {size_t{1}, kFiles}) {
      Reading reading;
      const double taken = MedianSeconds([&] { MeasureBank(planes, seconds, files, reading); });
      const double speed = static_cast<double>(length * files) / taken / 1e6;
      std::printf("%-8s %zu stereo file%c %8.1f Mframes/s %6.1f x (%.4f LUFS, %.4f dBTP)\n",
                  std::string(NameOf(isa)).c_str(), files, files == 1 ? ' ' : 's', speed, speed / library,
                  *reading.loudness_lufs, reading.true_peak_dbtp);
    }
  }
}

}  // namespace
}  // namespace trackout::dsp

int main(int argc, char** argv) {
  trackout::dsp::Main(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 60, argc > 2 ? argv[2] : "");
  return 0;
}
