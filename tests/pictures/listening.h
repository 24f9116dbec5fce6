// What is heard behind a processor, and how it is measured for a picture.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tests/pictures/panel.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::pictures {

inline constexpr int kRate = 48000;

using Samples = std::vector<double>;
using Sound = std::vector<Samples>;  // one for each channel, of one length

struct Heard {
  Sound out;
  Samples control;  // of a detector of width 1; else empty
};

// Through the processor, its latency taken off: out[i] and control[i] are of frame i that went in.
Heard Hear(const dsp::Processor& processor, Sound in);

// A sine from phase 0, times `level(frame)`.
Samples Tone(double hertz, size_t frames, const std::function<double(size_t)>& level);
Samples Tone(double hertz, size_t frames, double level);
// A one, then nothing.
Samples Impulse(size_t frames);
// White, the same in every run, -1 .. 1.
Samples Noise(size_t frames);

size_t FramesIn(double seconds);
double SecondsAt(size_t frame);

// 10^(db / 20), and back.
double Amplitude(double db);
double Decibels(double amplitude);
// Of frames from .. to - 1.
double RmsDecibels(const Samples& samples, size_t from, size_t to);

// Magnitudes of 2^n samples in dB at bins that are spread evenly over a logarithmic axis.
Points ResponseOf(const Samples& samples, double from_hertz, double to_hertz);
// Squared magnitudes from 0 to half the rate, of 2^n samples.
Samples PowersOf(const Samples& samples);

// Level in and level out, in dB, of a steady sine of 1 kHz.
Points StaticCurve(const dsp::Processor& processor, double from_db, double to_db);

// The gain in dB over time in ms, of a tone of 1 kHz that has one level, then, from `from` to `to` seconds,
// another.
struct Step {
  double low_db, high_db;
  double from, to, seconds;
};
Points GainOver(const dsp::Processor& processor, const Step& step);

}  // namespace trackout::pictures
