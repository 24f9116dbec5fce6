#include "tests/worker/dsp/derivation/test_song.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace trackout::dsp {
namespace {

constexpr double kTurn = 6.283185307179586;

// Adds to both sides; pan 0 .. 1.
void Put(Planes& sound, size_t n, double value, double pan) {
  sound[0][n] += value * (1 - pan);
  sound[1][n] += value * pan;
}

struct Biquad {
  double b0, b1, b2, a0, a1, a2;

  void Run(std::vector<double>& samples) const {
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (double& sample : samples) {
      const double y = (b0 * sample + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2) / a0;
      x2 = x1;
      x1 = sample;
      y2 = y1;
      y1 = y;
      sample = y;
    }
  }
};

Biquad Bell(double rate, double frequency, double gain, double q) {
  const double a = std::pow(10, gain / 40);
  const double w = kTurn * frequency / rate;
  const double alpha = std::sin(w) / 2 / q;
  return {1 + alpha * a, -2 * std::cos(w), 1 - alpha * a, 1 + alpha / a, -2 * std::cos(w), 1 - alpha / a};
}

Biquad LowCut(double rate, double frequency) {
  const double w = kTurn * frequency / rate;
  const double alpha = std::sin(w) / 2 / std::sqrt(0.5);
  const double c = std::cos(w);
  return {(1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha};
}

Biquad BandPass(double rate, double frequency, double q) {
  const double w = kTurn * frequency / rate;
  const double alpha = std::sin(w) / 2 / q;
  return {alpha, 0, -alpha, 1 + alpha, -2 * std::cos(w), 1 - alpha};
}

Biquad HighShelf(double rate, double frequency, double gain) {
  const double a = std::pow(10, gain / 40);
  const double w = kTurn * frequency / rate;
  const double c = std::cos(w);
  const double r = 2 * std::sqrt(a) * std::sin(w) / 2 * std::sqrt(2);
  return {a * ((a + 1) + (a - 1) * c + r), -2 * a * ((a - 1) + (a + 1) * c), a * ((a + 1) + (a - 1) * c - r),
          (a + 1) - (a - 1) * c + r,       2 * ((a - 1) - (a + 1) * c),      (a + 1) - (a - 1) * c - r};
}

double LoudestSide(const Planes& sound, size_t n) {
  double most = 0;
  for (const auto& plane : sound) most = std::max(most, std::abs(plane[n]));
  return most;
}

void CompressBy(Planes& sound, double rate, double threshold, double ratio, double attack, double release) {
  constexpr double kKnee = 6;
  double reduction = 0;
  for (size_t n = 0; n < sound[0].size(); ++n) {
    const double over = 20 * std::log10(std::max(1e-9, LoudestSide(sound, n))) - threshold;
    double wanted = 0;
    if (over > kKnee / 2)
      wanted = over * (1 - 1 / ratio);
    else if (over > -kKnee / 2)
      wanted = (1 - 1 / ratio) * (over + kKnee / 2) * (over + kKnee / 2) / 2 / kKnee;
    const double pole = std::exp(-1 / ((wanted > reduction ? attack : release) * rate));
    reduction = pole * reduction + (1 - pole) * wanted;
    for (auto& plane : sound) plane[n] *= std::pow(10, (4 - reduction) / 20);
  }
}

void AddDrums(Planes& sound, double rate, std::mt19937_64& random) {
  std::normal_distribution<double> noise;
  const size_t frames = sound[0].size();
  const auto sixteenth = static_cast<size_t>(rate * 0.11);
  for (size_t hit = 0; hit * sixteenth < frames; ++hit) {
    const bool kick = hit % 8 == 0 || hit % 8 == 5;
    const bool snare = hit % 8 == 4;
    for (size_t i = 0; i < 3 * sixteenth && hit * sixteenth + i < frames; ++i) {
      const double t = static_cast<double>(i) / rate;
      double value = 0.06 * noise(random) * std::exp(-t * 60);
      if (kick) value += 0.8 * std::sin(kTurn * (50 * t - 8 * std::exp(-t * 30) / 6)) * std::exp(-t * 9);
      if (snare) value += (0.25 * noise(random) + 0.2 * std::sin(kTurn * 190 * t)) * std::exp(-t * 18);
      Put(sound, hit * sixteenth + i, value, hit % 2 == 0 ? 0.5 : 0.35);
    }
  }
}

// A saw of few partials per note, that decays.
void AddNotes(Planes& sound, double rate, const std::vector<double>& notes, double length, double level,
              double pan) {
  const auto note_frames = static_cast<size_t>(length * rate);
  for (size_t n = 0; n < sound[0].size(); ++n) {
    const double t = static_cast<double>(n % note_frames) / rate;
    const double frequency = notes[n / note_frames % notes.size()];
    double value = 0;
    for (int k = 1; k <= 12; ++k)
      value += std::sin(kTurn * frequency * k * t + k) / k * std::exp(-t * k * 0.7);
    const double edge = std::min({1.0, t * 200, (length - t) * 200});
    Put(sound, n, level * value * edge, pan);
  }
}

void AddVoice(Planes& sound, double rate, std::mt19937_64& random) {
  std::normal_distribution<double> noise;
  std::vector<double> raw(sound[0].size());
  double phase = 0;
  for (size_t n = 0; n < raw.size(); ++n) {
    const double t = static_cast<double>(n) / rate;
    phase += (220 + 40 * std::sin(t * 2.1) + 5 * std::sin(t * 35)) / rate;
    const double word = std::max(0.0, std::sin(kTurn * t * 0.9)) * (std::sin(kTurn * t / 7) > -0.5 ? 1 : 0);
    raw[n] = (0.4 * noise(random) + 2 * (phase - std::floor(phase)) - 1) * word;
  }
  std::vector<double> low = raw, high = raw;
  BandPass(rate, 700, 3).Run(low);
  BandPass(rate, 2600, 4).Run(high);
  for (size_t n = 0; n < raw.size(); ++n) Put(sound, n, 0.5 * low[n] + 0.4 * high[n] + 0.02 * raw[n], 0.5);
}

// The last fiftieth is silent, for what rings on behind the end would be cut off in a master; before it a
// fade.
void FadeOut(Planes& sound) {
  const size_t frames = sound[0].size();
  for (auto& plane : sound) {
    for (size_t n = frames * 47 / 50; n < frames; ++n) {
      const double way = 50.0 * static_cast<double>(n) / static_cast<double>(frames) - 47;
      plane[n] *= std::max(0.0, 1 - way / 2);
    }
  }
}

}  // namespace

TestSong MakeTestSong(double seconds, double sample_rate, unsigned seed) {
  const Planes silence = SilentPlanes(2, static_cast<size_t>(seconds * sample_rate));
  TestSong song{silence, silence, silence, silence};
  std::mt19937_64 random(seed);
  const double tune = 1 + 0.11 * (seed - 1);
  AddDrums(song.drums, sample_rate, random);
  AddNotes(song.bass, sample_rate, {55 * tune, 65.4 * tune, 49 * tune, 73.4 * tune}, 0.44, 0.25, 0.5);
  for (const double step : {1.0, 1.26, 1.498}) {
    AddNotes(song.chords, sample_rate, {220 * tune * step, 261.6 * tune * step}, 0.88 * tune, 0.07,
             0.9 - step / 2);
  }
  AddVoice(song.voice, sample_rate, random);
  for (Planes* part : {&song.drums, &song.bass, &song.chords, &song.voice}) FadeOut(*part);
  return song;
}

Planes Mixed(const TestSong& song, double drums, double bass, double chords, double voice) {
  Planes mix = SilentPlanes(2, song.drums[0].size());
  for (size_t c = 0; c < 2; ++c) {
    for (size_t n = 0; n < mix[c].size(); ++n) {
      mix[c][n] = 0.5 * (drums * song.drums[c][n] + bass * song.bass[c][n] + chords * song.chords[c][n] +
                         voice * song.voice[c][n]);
    }
  }
  return mix;
}

void Equalise(Planes& sound, double rate) {
  for (auto& plane : sound) {
    LowCut(rate, 30).Run(plane);
    Bell(rate, 120, 2, 1).Run(plane);
    Bell(rate, 400, -3, 1.2).Run(plane);
    Bell(rate, 3000, 2.5, 0.8).Run(plane);
    HighShelf(rate, 9000, 4).Run(plane);
  }
}

void Compress(Planes& sound, double rate) {
  CompressBy(sound, rate, -22, 3, 0.01, 0.12);
}
void CompressFast(Planes& sound, double rate) {
  CompressBy(sound, rate, -22, 4, 0.001, 0.05);
}

void Limit(Planes& sound, double rate, double drive) {
  const auto ahead = static_cast<size_t>(0.005 * rate);
  const double ceiling = std::pow(10, -0.05);
  const size_t frames = sound[0].size();
  std::vector<double> wanted(frames), gains(frames);
  for (size_t n = 0; n < frames; ++n) {
    for (auto& plane : sound) plane[n] *= std::pow(10, drive / 20);
    wanted[n] = std::min(1.0, ceiling / std::max(1e-9, LoudestSide(sound, n)));
  }
  const double pole = std::exp(-1 / (0.1 * rate));
  double gain = 1;
  for (size_t n = 0; n < frames; ++n) {
    const auto begin = wanted.begin() + static_cast<ptrdiff_t>(n);
    const double least =
        *std::min_element(begin, begin + static_cast<ptrdiff_t>(std::min(ahead + 1, frames - n)));
    gain = std::min(least, 1 - (1 - gain) * pole);
    gains[n] = gain;
  }
  // Two boxes that reach the held minimum in time.
  for (int box = 0; box < 2; ++box) {
    std::vector<double> smooth(frames);
    double sum = static_cast<double>(ahead / 2);
    for (size_t n = 0; n < frames; ++n) {
      sum += gains[n] - (n >= ahead / 2 ? gains[n - ahead / 2] : 1);
      smooth[n] = sum / static_cast<double>(ahead / 2);
    }
    gains = smooth;
  }
  for (auto& plane : sound) {
    for (size_t n = 0; n < frames; ++n) plane[n] *= gains[n];
  }
}

void Saturate(Planes& sound, double drive) {
  const double g = std::pow(10, drive / 20);
  for (auto& plane : sound) {
    for (double& sample : plane) sample = std::tanh(g * sample) / std::sqrt(g);
  }
}

void Clip(Planes& sound, double ceiling) {
  for (auto& plane : sound) {
    for (double& sample : plane) sample = std::clamp(sample, -ceiling, ceiling);
  }
}

Planes Delayed(const Planes& sound, int64_t frames) {
  Planes delayed = sound;
  for (size_t c = 0; c < sound.size(); ++c) {
    for (size_t n = 0; n < sound[c].size(); ++n) {
      const int64_t from = static_cast<int64_t>(n) - frames;
      const bool inside = from >= 0 && from < static_cast<int64_t>(sound[c].size());
      delayed[c][n] = inside ? sound[c][static_cast<size_t>(from)] : 0;
    }
  }
  return delayed;
}

Planes Inverted(Planes sound) {
  for (auto& plane : sound) {
    for (double& sample : plane) sample = -sample;
  }
  return sound;
}

ReadFrames ReaderOf(const Planes& sound) {
  return [&sound](int64_t first, Channels planes) {
    for (size_t c = 0; c < planes.size(); ++c) {
      for (size_t i = 0; i < planes[c].size(); ++i) {
        const int64_t n = first + static_cast<int64_t>(i);
        const bool inside = n >= 0 && n < static_cast<int64_t>(sound[c].size());
        planes[c][i] = inside ? sound[c][static_cast<size_t>(n)] : 0;
      }
    }
    return true;
  };
}

Planes Through(const Processor& processor, const Planes& sound, int64_t first_frame,
               const std::vector<size_t>& pieces) {
  const auto latency = static_cast<size_t>(processor.latency());
  const size_t frames = sound[0].size();
  Planes work = sound;
  for (auto& plane : work) plane.resize(frames + latency);
  const std::unique_ptr<Applier> applier = processor.NewApplier();
  size_t piece = 0;
  for (size_t done = 0; done < frames + latency; ++piece) {
    const size_t count = std::min(pieces[piece % pieces.size()], frames + latency - done);
    applier->Apply(first_frame + static_cast<int64_t>(done), {}, Views(work, done, count));
    done += count;
  }
  for (auto& plane : work) plane.erase(plane.begin(), plane.begin() + static_cast<ptrdiff_t>(latency));
  return work;
}

double DifferenceDb(const Planes& a, const Planes& b) {
  double difference = 0;
  for (size_t c = 0; c < a.size(); ++c) {
    for (size_t n = 0; n < a[c].size(); ++n) difference += (a[c][n] - b[c][n]) * (a[c][n] - b[c][n]);
  }
  return 10 * std::log10(difference / Energy(a));
}

}  // namespace trackout::dsp
