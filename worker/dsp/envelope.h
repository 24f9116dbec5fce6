// Parameters over time as gains, one for each sample. Each value is a function of the absolute frame alone,
// in closed form for its segment, so that no block size changes a bit: v(n) = v0 + (n - n0) * ((v1 - v0) /
// (n1 - n0)). Points ascend; before the first and after the last the value holds. At least one point.
#pragma once

#include <cstdint>
#include <span>

namespace trackout::dsp {

struct EnvelopePoint {
  int64_t frame = 0;
  double value = 0;
};

// values[i] is the parameter at frame first_frame + i, straight in its unit.
void LineValues(std::span<const EnvelopePoint> points, int64_t first_frame, std::span<double> values);

// Points in dB; gains[i] = 10^(dB / 20). A line that touches -inf is straight in amplitude.
void DecibelGains(std::span<const EnvelopePoint> points, int64_t first_frame, std::span<double> gains);

// Points of a mute: 1 muted, 0 not. A point steps; the gain (1 or 0) moves to the new value straight within
// `ramp_frames` from the point on, from wherever it is.
void MuteGains(std::span<const EnvelopePoint> points, int64_t ramp_frames, int64_t first_frame,
               std::span<double> gains);

// Gains from dB, element by element: FromDecibels of each (gain.h), to the last bit.
void FromDecibels(std::span<const double> db, std::span<double> gains);

}  // namespace trackout::dsp
