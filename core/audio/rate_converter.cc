#include "core/audio/rate_converter.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>
#include <vector>

#include "core/limits.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// In halves of the lower rate: the middle of the filter's slope, from 234/256 to 1.
constexpr int64_t kCutoffOver = 245, kCutoffUnder = 256;
constexpr double kCutoff = double{kCutoffOver} / kCutoffUnder;
constexpr int64_t kHalfWidth = 136;  // frames at the lower rate
constexpr double kBeta = 18.375;
constexpr double kPi = 3.14159265358979323846;

// sin(pi over/under) for |over/under| <= 1/2: Taylor's series, its rest below 1e-20.
double SinPi(int64_t over, int64_t under) {
  const double z = kPi * (static_cast<double>(over) / static_cast<double>(under));
  const double square = z * z;
  double sum = 1;
  for (int k = 25; k >= 3; k -= 2) sum = 1 - sum * (square / (k * (k - 1)));
  return z * sum;
}

// sin(pi c u) / (pi c u), u = over/under in frames of the lower rate. The angle is brought into the first
// quarter in integers, exactly.
double Sinc(int64_t over, int64_t under) {
  if (over == 0) return 1;
  const int64_t half_turn = kCutoffUnder * under;
  int64_t angle = kCutoffOver * over % (2 * half_turn);
  double sign = 1;
  if (angle < 0) angle += 2 * half_turn;
  if (angle >= half_turn) {
    angle -= half_turn;
    sign = -1;
  }
  if (2 * angle > half_turn) angle = half_turn - angle;
  const double u = static_cast<double>(over) / static_cast<double>(under);
  return sign * SinPi(angle, half_turn) / (kPi * kCutoff * u);
}

// The modified Bessel function I0(2 sqrt(q)), by its power series.
double Bessel(double q) {
  double term = 1, sum = 1;
  for (int k = 1; term > sum * 1e-20; ++k) {
    term *= q / (static_cast<double>(k) * k);
    sum += term;
  }
  return sum;
}

double Kaiser(int64_t over, int64_t under) {
  constexpr double kQuarter = kBeta * kBeta / 4;
  const double y = static_cast<double>(over) / static_cast<double>(under * kHalfWidth);
  static const double top = Bessel(kQuarter);
  return Bessel(kQuarter * (1 - y * y)) / top;
}

// What is asked of the source for an output frame: `taps` frames, weighed by the row of its phase.
class Filter {
 public:
  Filter(int64_t phases, int64_t step)
      : phases_(phases),
        step_(step),
        reach_((kHalfWidth * std::max(phases, step) + phases - 1) / phases),
        taps_(static_cast<size_t>(2 * reach_ + 7) / 8 * 8) {
    if (phases_ * static_cast<int64_t>(taps_) > kMostFilterValues) return;
    rows_.resize(static_cast<size_t>(phases_) * taps_);
    for (int64_t phase = 0; phase < phases_; ++phase)
      Fill(phase, std::span(rows_).subspan(static_cast<size_t>(phase) * taps_, taps_));
  }

  int64_t phases() const { return phases_; }  // output frames in `step` source frames
  int64_t step() const { return step_; }
  int64_t reach() const { return reach_; }  // the first tap lies `reach` - 1 before the output's source frame
  size_t taps() const { return taps_; }

  // Of rates that have next to nothing in common the rows are made one by one, in `room`: slow, but small.
  const double* Row(int64_t phase, std::vector<double>& room) const {
    if (!rows_.empty()) return &rows_[static_cast<size_t>(phase) * taps_];
    room.resize(taps_);
    Fill(phase, room);
    return room.data();
  }

 private:
  void Fill(int64_t phase, std::span<double> row) const {
    const int64_t under = std::max(phases_, step_);
    const double scale = kCutoff * (static_cast<double>(phases_) / static_cast<double>(under));
    for (size_t j = 0; j < row.size(); ++j) {
      const int64_t over = (static_cast<int64_t>(j) - reach_ + 1) * phases_ - phase;
      const bool is_inside = over < kHalfWidth * under && -over < kHalfWidth * under;
      row[j] = is_inside ? scale * Sinc(over, under) * Kaiser(over, under) : 0;
    }
  }

  const int64_t phases_;
  const int64_t step_;
  const int64_t reach_;
  const size_t taps_;
  std::vector<double> rows_;
};

// Many sources of one session go the same way: they share a filter as long as one of them lives.
std::shared_ptr<const Filter> FilterFor(int from_hz, int to_hz) {
  static std::mutex mutex;
  static std::map<std::pair<int64_t, int64_t>, std::weak_ptr<const Filter>> known;
  const int64_t common = std::gcd(from_hz, to_hz);
  const std::pair<int64_t, int64_t> key{to_hz / common, from_hz / common};
  const std::lock_guard lock(mutex);
  std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
  std::shared_ptr<const Filter> filter = known[key].lock();
  if (filter == nullptr) {
    filter = std::make_shared<const Filter>(key.first, key.second);
    known[key] = filter;
  }
  return filter;
}

using Pair = double __attribute__((vector_size(16)));

Pair Load(const double* from) {
  Pair pair;
  std::memcpy(&pair, from, sizeof pair);  // at any address
  return pair;
}

// The sum of eight interleaved sums, always: so it may be computed in any width without being another one.
double Weigh(const double* samples, const double* row, size_t taps) {
  Pair sums[4] = {};
  for (size_t j = 0; j < taps; j += 8) {
    for (size_t k = 0; k < 4; ++k) {
      const Pair product = Load(samples + j + 2 * k) * Load(row + j + 2 * k);
      sums[k] += product;
    }
  }
  const Pair sum = (sums[0] + sums[2]) + (sums[1] + sums[3]);
  return sum[0] + sum[1];
}

// Frames that come in at one end and leave at the other; moving the rest costs little, as it is the smaller
// part.
class Line {
 public:
  size_t size() const { return samples_.size() - first_; }
  const double* data() const { return samples_.data() + first_; }
  void Append(const double* samples, size_t count) {
    samples_.insert(samples_.end(), samples, samples + count);
  }
  void AppendSilence(size_t count) { samples_.insert(samples_.end(), count, 0.0); }
  double* Grow(size_t count) {
    samples_.resize(samples_.size() + count);
    return samples_.data() + samples_.size() - count;
  }
  void Drop(size_t count) {
    first_ += count;
    if (first_ * 2 < samples_.size()) return;
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }

 private:
  std::vector<double> samples_;
  size_t first_ = 0;
};

}  // namespace

int64_t FramesAtRate(int64_t frames, int from_hz, int to_hz) {
  assert(frames >= 0 && from_hz > 0 && to_hz > 0);
  const int64_t whole = frames / from_hz;
  const int64_t rest = frames % from_hz;
  return whole * to_hz + (rest * to_hz + from_hz - 1) / from_hz;
}

struct RateConverter::State {
  std::shared_ptr<const Filter> filter;  // nullptr: one rate, nothing to do
  int64_t frames_left = 0;               // to come in
  int64_t frames_due = 0;                // to come out
  size_t ahead = 0;                      // of the line's first frame, the next output's first tap
  int64_t phase = 0;                     // of the next output
  std::vector<Line> lines;               // what came in and is still needed, a channel each
  std::vector<Line> ready;
  std::vector<double> room;

  // How many outputs have all their taps.
  int64_t Reachable() const {
    const size_t there = lines.front().size();
    if (there < ahead + filter->taps()) return 0;
    const auto steps = static_cast<int64_t>(there - ahead - filter->taps());
    // The last whose source frame, phase / phases further on, is not behind `steps`.
    return std::min(frames_due, ((steps + 1) * filter->phases() - phase - 1) / filter->step() + 1);
  }

  void Convert() {
    const int64_t count = Reachable();
    if (count <= 0) return;
    std::vector<double*> out;
    for (Line& line : ready) out.push_back(line.Grow(static_cast<size_t>(count)));
    for (int64_t n = 0; n < count; ++n) {
      const double* row = filter->Row(phase, room);
      for (size_t c = 0; c < lines.size(); ++c)
        out[c][n] = Weigh(lines[c].data() + ahead, row, filter->taps());
      phase += filter->step();
      ahead += static_cast<size_t>(phase / filter->phases());
      phase %= filter->phases();
    }
    frames_due -= count;
    const size_t done = std::min(ahead, lines.front().size());
    for (Line& line : lines) line.Drop(done);
    ahead -= done;
  }
};

RateConverter::RateConverter(std::unique_ptr<State> state) : state_(std::move(state)) {}
RateConverter::~RateConverter() = default;

absl::StatusOr<std::unique_ptr<RateConverter>> RateConverter::Create(int channels, int from_hz, int to_hz,
                                                                     int64_t frames) {
  assert(channels > 0 && frames >= 0);
  for (const int hz : {from_hz, to_hz}) {
    if (hz < 1 || hz > kHighestRate)
      return absl::InvalidArgumentError(fmt::format("a rate of {} Hz cannot be converted", hz));
  }
  auto state = std::make_unique<State>();
  state->frames_left = frames;
  state->frames_due = FramesAtRate(frames, from_hz, to_hz);
  state->lines.resize(static_cast<size_t>(channels));
  state->ready.resize(static_cast<size_t>(channels));
  if (from_hz != to_hz) {
    state->filter = FilterFor(from_hz, to_hz);
    for (Line& line : state->lines) line.AppendSilence(static_cast<size_t>(state->filter->reach() - 1));
  }
  return std::unique_ptr<RateConverter>(new RateConverter(std::move(state)));
}

absl::Status RateConverter::Push(std::span<const std::span<const double>> planes) {
  State& state = *state_;
  assert(planes.size() == state.lines.size());
  const size_t count = planes.front().size();
  if (static_cast<int64_t>(count) > state.frames_left)
    return absl::InvalidArgumentError("more frames than were announced");
  if (count == 0) return absl::OkStatus();
  state.frames_left -= static_cast<int64_t>(count);
  std::vector<Line>& into = state.filter == nullptr ? state.ready : state.lines;
  for (size_t c = 0; c < planes.size(); ++c) {
    assert(planes[c].size() == count);
    into[c].Append(planes[c].data(), count);
  }
  if (state.filter == nullptr) return absl::OkStatus();
  if (state.frames_left == 0) {
    for (Line& line : state.lines) line.AppendSilence(state.filter->taps());
  }
  state.Convert();
  assert(state.frames_left > 0 || state.frames_due == 0);
  return absl::OkStatus();
}

size_t RateConverter::available() const {
  return state_->ready.front().size();
}

void RateConverter::Pull(std::span<const std::span<double>> planes) {
  assert(planes.size() == state_->ready.size());
  for (size_t c = 0; c < planes.size(); ++c) {
    assert(planes[c].size() == planes.front().size() && planes[c].size() <= state_->ready[c].size());
    std::copy_n(state_->ready[c].data(), planes[c].size(), planes[c].begin());
    state_->ready[c].Drop(planes[c].size());
  }
}

}  // namespace trackout
