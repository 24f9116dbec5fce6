// A song in parts, and plain models of what makes a master of it (libm is allowed here).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "worker/dsp/derivation/derivation.h"
#include "worker/dsp/derivation/planes.h"

namespace trackout::dsp {

// Drums, bass, chords, a voice of noise; stereo.
struct TestSong {
  Planes drums, bass, chords, voice;
};
TestSong MakeTestSong(double seconds, double sample_rate = 48000, unsigned seed = 1);

// The sum of parts, each times a gain.
Planes Mixed(const TestSong& song, double drums = 1, double bass = 1, double chords = 1, double voice = 1);

// In place. At `rate`.
void Equalise(Planes& sound, double rate);  // a low cut, three bells, a high shelf
void Compress(Planes& sound, double rate);  // feed-forward, 10 ms and 120 ms, 3 : 1 above -22 dB
void CompressFast(Planes& sound, double rate);
// Look-ahead of 5 ms, release of 100 ms; `drive` in dB before it.
void Limit(Planes& sound, double rate, double drive);
void Saturate(Planes& sound, double drive);
void Clip(Planes& sound, double ceiling);

Planes Delayed(const Planes& sound, int64_t frames);
Planes Inverted(Planes sound);

ReadFrames ReaderOf(const Planes& sound);

// Through a processor in pieces of the given sizes, over and over; as long as what goes in, and without
// latency.
Planes Through(const Processor& processor, const Planes& sound, int64_t first_frame = 0,
               const std::vector<size_t>& pieces = {4096});

// 10 log10(energy of a - b / energy of a)
double DifferenceDb(const Planes& a, const Planes& b);

}  // namespace trackout::dsp
