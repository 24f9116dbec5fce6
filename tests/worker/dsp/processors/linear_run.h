// Runs sound through a processor without a detector, in pieces, and checks what every processor keeps to
// (worker/dsp/processors/processor.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <ctime>
#include <string>
#include <vector>

#include "tests/worker/dsp/each_isa.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

using Planes = std::vector<Samples>;

inline Planes NoisePlanes(size_t channels, size_t frames, unsigned seed, double most = 1) {
  Planes planes;
  for (size_t c = 0; c < channels; ++c)
    planes.push_back(Noise(frames, seed + 100 * static_cast<unsigned>(c), most));
  return planes;
}

inline void ApplyInPieces(Applier& applier, int64_t frame, Planes& planes,
                          const std::vector<size_t>& pieces) {
  const size_t frames = planes[0].size();
  for (size_t at = 0, k = 0; at < frames; ++k) {
    const size_t count = std::min(pieces[k % pieces.size()], frames - at);
    std::vector<std::span<double>> spans;
    for (Samples& plane : planes) spans.push_back(std::span(plane).subspan(at, count));
    applier.Apply(frame + static_cast<int64_t>(at), {}, spans);
    at += count;
  }
}

// What comes out for the frames that go in: `in` begins at `first_frame`, and what comes is put back to its
// frame.
inline Planes Through(const Processor& processor, Planes in, int64_t first_frame = 0,
                      const std::vector<size_t>& pieces = {4096}) {
  const auto latency = static_cast<size_t>(processor.latency());
  const size_t frames = in[0].size();
  for (Samples& plane : in) plane.resize(frames + latency);
  ApplyInPieces(*processor.NewApplier(), first_frame, in, pieces);
  for (Samples& plane : in) plane.erase(plane.begin(), plane.begin() + static_cast<std::ptrdiff_t>(latency));
  return in;
}

inline ::testing::AssertionResult SamePlanes(const Planes& a, const Planes& b) {
  for (size_t c = 0; c < a.size(); ++c) {
    if (const auto same = SameBits(a[c], b[c]); !same)
      return ::testing::AssertionFailure() << "channel " << c << " " << same.message();
  }
  return ::testing::AssertionSuccess();
}

inline double Highest(const Planes& planes) {
  double highest = 0;
  for (const Samples& plane : planes) {
    for (const double x : plane) highest = std::max(highest, std::isfinite(x) ? std::abs(x) : INFINITY);
  }
  return highest;
}

inline double Distance(const Planes& a, const Planes& b) {
  double most = 0;
  for (size_t c = 0; c < a.size(); ++c) {
    for (size_t i = 0; i < a[c].size(); ++i) most = std::max(most, std::abs(a[c][i] - b[c][i]));
  }
  return most;
}

// Pieces and an early start change no bit; parts add up. `first_frame` is off every grid.
inline void CheckContract(const Processor& processor, size_t channels, size_t frames) {
  constexpr int64_t kFirst = -1003;
  const Planes in = NoisePlanes(channels, frames, 77);
  const Planes whole = Through(processor, in, kFirst, {frames});
  EXPECT_TRUE(std::isfinite(Highest(whole)));
  for (const std::vector<size_t>& pieces :
       {std::vector<size_t>{1}, {64}, {511}, {1000}, {3, 700, 64, 1, 0, 129, 2048}}) {
    EXPECT_TRUE(SamePlanes(Through(processor, in, kFirst, pieces), whole)) << "pieces of " << pieces[0];
  }
  for (const size_t early : {size_t{1}, size_t{777}, size_t{20000}}) {
    Planes padded = in;
    for (Samples& plane : padded) plane.insert(plane.begin(), early, 0.0);
    Planes later = Through(processor, padded, kFirst - static_cast<int64_t>(early), {1000});
    for (Samples& plane : later)
      plane.erase(plane.begin(), plane.begin() + static_cast<std::ptrdiff_t>(early));
    EXPECT_TRUE(SamePlanes(later, whole)) << early << " frames earlier";
  }
  Planes part = NoisePlanes(channels, frames, 990, 0.5);
  Planes rest = in;
  for (size_t c = 0; c < channels; ++c) {
    for (size_t i = 0; i < frames; ++i) rest[c][i] -= part[c][i];
  }
  Planes sum = Through(processor, part, kFirst);
  const Planes other = Through(processor, rest, kFirst);
  for (size_t c = 0; c < channels; ++c) {
    for (size_t i = 0; i < frames; ++i) sum[c][i] += other[c][i];
  }
  EXPECT_LT(Distance(sum, whole), 1e-12 * std::max(1.0, Highest(whole)));
}

// The instruction set under test gives the bits of the best one.
inline void CheckIsa(Isa isa, const Processor& processor, size_t channels, size_t frames) {
  const Planes in = NoisePlanes(channels, frames, 78);
  ASSERT_TRUE(UseIsa(isa));
  const Planes out = Through(processor, in, 5, {1000, 77});
  ASSERT_TRUE(UseIsa(AvailableIsas().back()));
  EXPECT_TRUE(SamePlanes(out, Through(processor, in, 5)));
  ASSERT_TRUE(UseIsa(isa));
}

// Signals that break filters; what comes out is finite and below `most`.
inline void CheckHostile(const Processor& processor, size_t channels, size_t frames, double most) {
  for (int kind = 0; kind < 5; ++kind) {
    Planes in(channels, Samples(frames));
    const Planes noise = NoisePlanes(channels, frames, 5);
    for (size_t c = 0; c < channels; ++c) {
      for (size_t i = 0; i < frames; ++i) {
        const double values[] = {i == 0 ? 1.0 : 0.0, 1.0, (i / 37) % 2 == 0 ? 1.0 : -1.0,
                                 1e-310 * noise[c][i], noise[c][i]};
        in[c][i] = values[kind];
      }
    }
    EXPECT_LT(Highest(Through(processor, in, 12345)), most) << "signal " << kind;
  }
}

// The processor's seconds for a run: the machine has other work as well.
inline double SecondsOf(Applier& applier, int64_t frame, Planes planes) {
  const std::clock_t start = std::clock();
  ApplyInPieces(applier, frame, planes, {4096});
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

// A tail that falls into silence takes no more time than sound, as it would (many times more) if it became
// denormal. Each of `seconds` counts at its fastest of five runs.
inline void CheckTailIsCheap(const Processor& processor, size_t channels, int seconds) {
  constexpr int64_t kSecond = 48000;
  double sound = 1e9;
  Samples silence(static_cast<size_t>(seconds), 1e9);
  for (int run = 0; run < 5; ++run) {
    const auto applier = processor.NewApplier();
    sound = std::min(sound, SecondsOf(*applier, 0, NoisePlanes(channels, kSecond, 3)));
    sound = std::min(sound, SecondsOf(*applier, kSecond, NoisePlanes(channels, kSecond, 4)));
    for (int k = 0; k < seconds; ++k) {
      const double took = SecondsOf(*applier, (k + 2) * kSecond, Planes(channels, Samples(kSecond)));
      silence[static_cast<size_t>(k)] = std::min(silence[static_cast<size_t>(k)], took);
    }
  }
  EXPECT_LT(*std::ranges::max_element(silence), 3 * sound);
}

}  // namespace trackout::dsp
