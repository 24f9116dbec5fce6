// Samples per second of every kernel of worker/dsp with every instruction set, in blocks that stay in the
// cache; beside memcpy of as many doubles. Medians of five. One sample is one of one channel.
//   bench_kernels
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "worker/dsp/envelope.h"
#include "worker/dsp/fade.h"
#include "worker/dsp/isa.h"
#include "worker/dsp/layout.h"
#include "worker/dsp/mix.h"
#include "worker/dsp/quantise.h"
#include "worker/dsp/unpack.h"

namespace trackout::dsp {
namespace {

constexpr size_t kBlock = 8192;
constexpr int kRuns = 5;
constexpr double kRunSeconds = 0.02;

struct Row {
  std::string name;
  size_t samples;  // of one call
  std::function<void()> call;
};

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Samples per second, in millions.
double Speed(const Row& row) {
  std::vector<double> speeds;
  for (int run = 0; run < kRuns; ++run) {
    int calls = 0;
    const auto start = std::chrono::steady_clock::now();
    double seconds = 0;
    do {
      for (int i = 0; i < 16; ++i) row.call();
      calls += 16;
      seconds = SecondsSince(start);
    } while (seconds < kRunSeconds);
    speeds.push_back(static_cast<double>(row.samples) * calls / seconds / 1e6);
  }
  std::nth_element(speeds.begin(), speeds.begin() + kRuns / 2, speeds.end());
  return speeds[kRuns / 2];
}

struct Blocks {
  std::vector<double> left = std::vector<double>(kBlock, 0.3);
  std::vector<double> right = std::vector<double>(kBlock, -0.2);
  std::vector<double> gains = std::vector<double>(kBlock, 0.9);
  std::vector<double> out = std::vector<double>(kBlock, 0.0);
  std::vector<double> other = std::vector<double>(kBlock, 0.0);
  std::vector<double> frames = std::vector<double>(2 * kBlock, 0.1);
  std::vector<std::byte> bytes = std::vector<std::byte>(16 * kBlock, std::byte{0x3c});

  std::vector<std::span<const double>> in(size_t channels) const {
    return channels == 1 ? std::vector<std::span<const double>>{left}
                         : std::vector<std::span<const double>>{left, right};
  }
  std::vector<std::span<double>> to(size_t channels) {
    return channels == 1 ? std::vector<std::span<double>>{out} : std::vector<std::span<double>>{out, other};
  }
  std::span<std::byte> bytes_of(size_t channels, size_t size) {
    return std::span(bytes).first(kBlock * channels * size);
  }
};

void AddUnpacking(Blocks& b, std::vector<Row>& rows) {
  const struct {
    const char* name;
    SampleKind kind;
  } kinds[] = {{"16", SampleKind::kInt16},
               {"24", SampleKind::kInt24},
               {"32", SampleKind::kInt32},
               {"float", SampleKind::kFloat32},
               {"double", SampleKind::kFloat64}};
  for (const auto& [name, kind] : kinds) {
    for (const size_t channels : {1, 2}) {
      rows.push_back({std::string("unpack ") + name + (channels == 1 ? " mono" : " stereo"),
                      kBlock * channels, [&b, kind = kind, channels] {
                        const int wanted[] = {0, 1};
                        Unpack(kind, b.bytes_of(channels, BytesOf(kind)), channels,
                               std::span(wanted).first(channels), b.to(channels));
                      }});
    }
  }
}

void AddMixing(Blocks& b, std::vector<Row>& rows) {
  rows.push_back({"AddScaled", kBlock, [&b] { AddScaled(b.left, 0.3, b.out); }});
  rows.push_back({"AddScaledBy", kBlock, [&b] { AddScaledBy(b.left, 0.3, b.gains, b.out); }});
  rows.push_back({"Scale", kBlock, [&b] { Scale(-1, b.out); }});
  rows.push_back({"ScaleBy", kBlock, [&b] { ScaleBy(b.gains, b.other); }});
  rows.push_back({"AddMatrix 1 to 2", kBlock, [&b] { AddMatrix(Conversion(1, 2), b.in(1), {}, b.to(2)); }});
  rows.push_back({"AddMatrix 2 to 2", 2 * kBlock, [&b] {
                    AddMatrix(PanMatrix({PanLaw::kMinus3, 50, {10}}, 2, 2), b.in(2), {}, b.to(2));
                  }});
  rows.push_back({"Interleave", 2 * kBlock, [&b] { Interleave(b.in(2), b.frames); }});
  rows.push_back({"Deinterleave", 2 * kBlock, [&b] { Deinterleave(b.frames, b.to(2)); }});
}

void AddCurves(Blocks& b, std::vector<Row>& rows) {
  static constexpr EnvelopePoint kPoints[] = {{0, -30}, {kBlock + 5, 6}};
  rows.push_back({"LineValues", kBlock, [&b] { LineValues(kPoints, 1, b.out); }});
  rows.push_back({"DecibelGains", kBlock, [&b] { DecibelGains(kPoints, 1, b.out); }});
  rows.push_back({"PanGains -3 dB", kBlock, [&b] { PanGains(PanLaw::kMinus3, 1, b.left, b.to(2)); }});
  rows.push_back({"fade linear", kBlock, [&b] { FadeIn(FadeShape::kLinear, kBlock, 0, b.other); }});
  rows.push_back({"fade equal power", kBlock, [&b] { FadeIn(FadeShape::kEqualPower, kBlock, 0, b.other); }});
  rows.push_back({"fade log", kBlock, [&b] { FadeIn(FadeShape::kLog, kBlock, 0, b.other); }});
}

void AddQuantising(Blocks& b, std::vector<Row>& rows) {
  rows.push_back({"Round", kBlock, [&b] { Round(b.left, 0x1p23, b.out); }});
  rows.push_back({"RoundWithTpdf", kBlock, [&b] { RoundWithTpdf(b.left, 0x1p15, 7, 0, 0, b.out); }});
  rows.push_back({"TakeStem", kBlock, [&b] { TakeStem(b.out, b.other); }});
  rows.push_back({"Clip", kBlock, [&b] { Clip(0x1p23, b.out); }});
  rows.push_back({"RoundToFloat", kBlock, [&b] { RoundToFloat(b.left, b.out); }});
  rows.push_back({"Pack16 stereo", 2 * kBlock, [&b] { Pack16(b.in(2), b.bytes_of(2, 2)); }});
  rows.push_back({"Pack24 mono", kBlock, [&b] { Pack24(b.in(1), b.bytes_of(1, 3)); }});
  rows.push_back({"Pack24 stereo", 2 * kBlock, [&b] { Pack24(b.in(2), b.bytes_of(2, 3)); }});
  rows.push_back({"PackFloat stereo", 2 * kBlock, [&b] { PackFloat(b.in(2), b.bytes_of(2, 4)); }});
  rows.push_back({"Round, Pack24 stereo", 2 * kBlock, [&b] {
                    Round(b.left, 0x1p23, b.out);
                    Round(b.right, 0x1p23, b.other);
                    Pack24(std::vector<std::span<const double>>{b.out, b.other}, b.bytes_of(2, 3));
                  }});
}

int Main() {
  const std::vector<Isa> isas = AvailableIsas();
  std::printf("%-22s", "million samples/s");
  for (const Isa isa : isas) std::printf("%9s", std::string(NameOf(isa)).c_str());
  std::printf("\n");
  Blocks blocks;
  std::vector<Row> rows;
  rows.push_back({"memcpy", kBlock, [&blocks] {
                    std::memcpy(blocks.out.data(), blocks.left.data(), kBlock * sizeof(double));
                    asm volatile("" : : "r"(blocks.out.data()) : "memory");
                  }});
  AddUnpacking(blocks, rows);
  AddMixing(blocks, rows);
  AddCurves(blocks, rows);
  AddQuantising(blocks, rows);
  for (const Row& row : rows) {
    std::printf("%-22s", row.name.c_str());
    for (const Isa isa : isas) {
      UseIsa(isa);
      std::fill(blocks.out.begin(), blocks.out.end(), 0.0);
      std::fill(blocks.other.begin(), blocks.other.end(), 0.0);
      std::printf("%9.0f", Speed(row));
    }
    std::printf("\n");
  }
  return 0;
}

}  // namespace
}  // namespace trackout::dsp

int main() {
  return trackout::dsp::Main();
}
