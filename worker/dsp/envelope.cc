#include "worker/dsp/envelope.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "worker/dsp/gain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/envelope.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// values[i] = start + (at + i) * slope
void FillLine(double start, double slope, double at, double* HWY_RESTRICT values, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto frames = hn::Iota(d, at + static_cast<double>(i));
    hn::StoreU(hn::Add(hn::Set(d, start), hn::Mul(frames, hn::Set(d, slope))), d, values + i);
  });
}

// In place is allowed.
void GainsOf(const double* db, double* gains, size_t count) {
  ForEach(count,
          [&](auto d, size_t i) HWY_ATTR { hn::StoreU(GainOf(d, hn::LoadU(d, db + i)), d, gains + i); });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(FillLine);
HWY_EXPORT(GainsOf);

namespace {

constexpr int64_t kForever = std::numeric_limits<int64_t>::max() / 2;

// A straight piece: value(n) = from + (n - begin) * ((to - from) / frames) up to `end`.
struct Piece {
  double from;
  double to;
  int64_t begin;
  int64_t frames;
};

void Fill(const Piece& piece, int64_t frame, std::span<double> values) {
  if (piece.from == piece.to) {
    std::fill(values.begin(), values.end(), piece.from);
    return;
  }
  const double slope = (piece.to - piece.from) / static_cast<double>(piece.frames);
  HWY_DYNAMIC_DISPATCH(FillLine)
  (piece.from, slope, static_cast<double>(frame - piece.begin), values.data(), values.size());
}

// Writes the straight pieces between points: write(piece, frame, values of it).
template <class Write>
void BetweenPoints(std::span<const EnvelopePoint> points, int64_t first_frame, std::span<double> values,
                   const Write& write) {
  assert(!points.empty());
  auto next = std::upper_bound(points.begin(), points.end(), first_frame,
                               [](int64_t frame, const EnvelopePoint& point) { return frame < point.frame; });
  int64_t frame = first_frame;
  while (!values.empty()) {
    Piece piece{};
    if (next == points.begin() || next == points.end()) {
      piece.from = piece.to = (next == points.begin() ? points.front() : points.back()).value;
    } else {
      const EnvelopePoint& last = *(next - 1);
      piece = {last.value, next->value, last.frame, next->frame - last.frame};
    }
    auto count = static_cast<int64_t>(values.size());
    if (next != points.end()) count = std::min(count, next->frame - frame);
    write(piece, frame, values.first(static_cast<size_t>(count)));
    values = values.subspan(static_cast<size_t>(count));
    frame += count;
    while (next != points.end() && next->frame <= frame) ++next;
  }
}

}  // namespace

void LineValues(std::span<const EnvelopePoint> points, int64_t first_frame, std::span<double> values) {
  BetweenPoints(points, first_frame, values, Fill);
}

void DecibelGains(std::span<const EnvelopePoint> points, int64_t first_frame, std::span<double> gains) {
  BetweenPoints(points, first_frame, gains, [](Piece piece, int64_t frame, std::span<double> part) {
    if (piece.from == piece.to || std::isinf(piece.from) || std::isinf(piece.to)) {
      piece.from = FromDecibels(piece.from);
      piece.to = FromDecibels(piece.to);
      Fill(piece, frame, part);
    } else {
      Fill(piece, frame, part);
      FromDecibels(part, part);
    }
  });
}

void MuteGains(std::span<const EnvelopePoint> points, int64_t ramp_frames, int64_t first_frame,
               std::span<double> gains) {
  assert(!points.empty() && ramp_frames >= 0);
  const int64_t end_frame = first_frame + static_cast<int64_t>(gains.size());
  const auto part = [&](int64_t begin, int64_t end) {
    begin = std::clamp(begin, first_frame, end_frame);
    end = std::clamp(end, begin, end_frame);
    return gains.subspan(static_cast<size_t>(begin - first_frame), static_cast<size_t>(end - begin));
  };
  double gain = 1 - points.front().value;  // where the last point left it
  std::ranges::fill(part(first_frame, points.front().frame), gain);
  for (size_t k = 0; k < points.size(); ++k) {
    const int64_t begin = points[k].frame;
    const int64_t end = k + 1 < points.size() ? points[k + 1].frame : kForever;
    const int64_t there = end - begin <= ramp_frames ? end : begin + ramp_frames;
    const Piece ramp{gain, 1 - points[k].value, begin, ramp_frames};
    Fill(ramp, std::max(begin, first_frame), part(begin, there));
    std::ranges::fill(part(there, end), ramp.to);
    gain = ramp.to;
    if (end - begin < ramp_frames) {
      const double slope = (ramp.to - ramp.from) / static_cast<double>(ramp_frames);
      gain = ramp.from + static_cast<double>(end - begin) * slope;
    }
  }
}

void FromDecibels(std::span<const double> db, std::span<double> gains) {
  assert(db.size() == gains.size());
  HWY_DYNAMIC_DISPATCH(GainsOf)(db.data(), gains.data(), db.size());
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
