// The few filters and envelopes that the instruments are made of: a one-pole low-pass, three envelopes, and
// the biquad sections of Robert Bristow-Johnson's "Audio EQ Cookbook".
#pragma once

#include <cmath>
#include <numbers>

namespace trackout::demo {

class OnePole {
 public:
  OnePole(double corner_hz, int sample_rate)
      : keep_(std::exp(-2 * std::numbers::pi * corner_hz / sample_rate)) {}

  double Next(double in) { return state_ = in + keep_ * (state_ - in); }

 private:
  double keep_;
  double state_ = 0;
};

// What dies away exponentially: 1 at first, 1/e after `time_s`.
class Decay {
 public:
  Decay(double time_s, int sample_rate) : keep_(std::exp(-1 / (time_s * sample_rate))) {}

  double Next() {
    const double now = level_;
    level_ *= keep_;
    return now;
  }

 private:
  double keep_;
  double level_ = 1;
};

// What rises in a straight line for `attack_s` and then dies away.
class Swell {
 public:
  Swell(double attack_s, double decay_s, int sample_rate)
      : rise_(1 / (attack_s * sample_rate)), decay_(decay_s, sample_rate) {}

  double Next() {
    level_ += rise_;
    return level_ < 1 ? level_ : decay_.Next();
  }

 private:
  double rise_;
  Decay decay_;
  double level_ = 0;
};

// The loudness of a note that is held and let go: up to 1 at once or in `attack_s`, then down from
// wherever it stands. All times to 1/e.
class Hold {
 public:
  Hold(double attack_s, double length_s, double release_s, int sample_rate)
      : rise_(attack_s > 0 ? 1 - std::exp(-1 / (attack_s * sample_rate)) : 1),
        fall_(std::exp(-1 / (release_s * sample_rate))),
        held_samples_(length_s * sample_rate) {}

  double Next() {
    if (at_++ < held_samples_) {
      level_ += rise_ * (1 - level_);
    } else {
      level_ *= fall_;
    }
    return level_;
  }

 private:
  double rise_;
  double fall_;
  double held_samples_;
  double at_ = 0;
  double level_ = 0;
};

class Biquad {
 public:
  static Biquad LowPass(double hz, double q, int sample_rate) {
    const Corner c(hz, q, sample_rate);
    return Biquad((1 - c.cosine) / 2, 1 - c.cosine, (1 - c.cosine) / 2, 1 + c.alpha, -2 * c.cosine,
                  1 - c.alpha);
  }
  static Biquad HighPass(double hz, double q, int sample_rate) {
    const Corner c(hz, q, sample_rate);
    return Biquad((1 + c.cosine) / 2, -1 - c.cosine, (1 + c.cosine) / 2, 1 + c.alpha, -2 * c.cosine,
                  1 - c.alpha);
  }
  static Biquad BandPass(double hz, double q, int sample_rate) {
    const Corner c(hz, q, sample_rate);
    return Biquad(c.alpha, 0, -c.alpha, 1 + c.alpha, -2 * c.cosine, 1 - c.alpha);
  }
  static Biquad Bell(double hz, double q, double gain_db, int sample_rate) {
    const Corner c(hz, q, sample_rate);
    const double a = std::pow(10.0, gain_db / 40.0);
    return Biquad(1 + c.alpha * a, -2 * c.cosine, 1 - c.alpha * a, 1 + c.alpha / a, -2 * c.cosine,
                  1 - c.alpha / a);
  }

  double Next(double in) {
    const double out = b0_ * in + state1_;
    state1_ = b1_ * in - a1_ * out + state2_;
    state2_ = b2_ * in - a2_ * out;
    return out;
  }

 private:
  struct Corner {
    Corner(double hz, double q, int sample_rate) {
      const double w = 2 * std::numbers::pi * hz / sample_rate;
      cosine = std::cos(w);
      alpha = std::sin(w) / (2 * q);
    }
    double cosine;
    double alpha;
  };
  Biquad(double b0, double b1, double b2, double a0, double a1, double a2)
      : b0_(b0 / a0), b1_(b1 / a0), b2_(b2 / a0), a1_(a1 / a0), a2_(a2 / a0) {}

  double b0_, b1_, b2_, a1_, a2_;
  double state1_ = 0;
  double state2_ = 0;
};

}  // namespace trackout::demo
