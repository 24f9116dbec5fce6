// Every way that a signal can take: an impulse lands on its sample, at its gain.
#include <algorithm>
#include <limits>
#include <map>

#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::Gain;
using test::Samples;

constexpr int64_t kFrames = 2000;
constexpr double kImpulse = 0.5;
constexpr int64_t kAt = 300;  // of the source
constexpr double kWithin = 1e-12;
const double kHalf = std::sqrt(0.5);

class RoutesTest : public test::Studio {
 protected:
  RoutesTest() {
    for (const int channels : {1, 2, 3, 4, 6, 8}) {
      // In channel c: an impulse of c + 1 eighths, at kAt + c.
      Samples samples(static_cast<size_t>(1000 * channels), 0.0);
      for (int c = 0; c < channels; ++c)
        samples[static_cast<size_t>((kAt + c) * channels + c)] = (c + 1) / 8.0;
      if (channels == 1) samples[static_cast<size_t>(kAt)] = kImpulse;
      sources_[channels] = Record("impulse" + std::to_string(channels), channels, samples);
    }
  }

  // A mono track of the impulse, hard on the left side so that it arrives there at gain 1.
  Strip Track(int feeds = -1) {
    Strip strip = StripOf(1, {Clip(sources_[1], 0, 0, 1000)}, feeds);
    strip.add_pan(-100);
    return strip;
  }

  struct Hit {
    int64_t frame;
    int channel;
    double value;
  };
  // Everything that is not silent.
  std::vector<Hit> HitsOf(const Print& print, int64_t start = 0) {
    const Samples samples = RenderPrint(print, kFrames, start, 64);
    std::vector<Hit> hits;
    for (size_t i = 0; i < samples.size(); ++i) {
      if (std::fabs(samples[i]) > 1e-15)
        hits.push_back(
            {static_cast<int64_t>(i) / print.channels(), static_cast<int>(i) % print.channels(), samples[i]});
    }
    return hits;
  }
  void ExpectHits(const Print& print, const std::vector<Hit>& expected, int64_t start = 0) {
    const std::vector<Hit> hits = HitsOf(print, start);
    ASSERT_EQ(hits.size(), expected.size()) << print.ShortDebugString();
    for (size_t i = 0; i < hits.size(); ++i) {
      EXPECT_EQ(hits[i].frame, expected[i].frame);
      EXPECT_EQ(hits[i].channel, expected[i].channel);
      EXPECT_NEAR(hits[i].value, expected[i].value, kWithin);
    }
  }
  void ExpectLeft(const Print& print, int64_t frame, double value, int64_t start = 0) {
    ExpectHits(print, {{frame, 0, value}}, start);
  }

  static Send& AddSend(Strip& strip, int to, double level_db) {
    Send& send = *strip.add_sends();
    send.set_to(to);
    send.set_level_db(level_db);
    return send;
  }

  std::map<int, Digest> sources_;
};

TEST_F(RoutesTest, AClipsStartAndOffset) {
  Print print = StereoPrint();
  *print.add_strips() = Track();
  Region& clip = *print.mutable_strips(0)->mutable_playlist()->mutable_regions(0);
  ExpectLeft(print, kAt, kImpulse);
  clip.set_start_frame(700);
  ExpectLeft(print, 700 + kAt, kImpulse);
  clip.set_offset_frame(250);
  clip.set_frame_count(100);
  ExpectLeft(print, 700 + kAt - 250, kImpulse);
  clip.set_gain_db(-7);
  ExpectLeft(print, 700 + kAt - 250, kImpulse * Gain(-7));
  clip.set_frame_count(50);
  ExpectHits(print, {});
}

TEST_F(RoutesTest, TheStretchThatIsDelivered) {
  Print print = StereoPrint();
  *print.add_strips() = Track();
  for (const int64_t start : {1, 63, 64, 299, 300}) ExpectLeft(print, kAt - start, kImpulse, start);
  ExpectHits(print, {}, kAt + 1);
}

TEST_F(RoutesTest, AClipsFades) {
  Print print = StereoPrint();
  *print.add_strips() = Track();
  Region& clip = *print.mutable_strips(0)->mutable_playlist()->mutable_regions(0);
  clip.mutable_fade_in()->set_frames(600);
  ExpectLeft(print, kAt, kImpulse * 0.5);
  clip.mutable_fade_in()->set_shape(FADE_EQUAL_POWER);
  ExpectLeft(print, kAt, kImpulse * kHalf);
  clip.mutable_fade_in()->set_frames(kAt);
  ExpectLeft(print, kAt, kImpulse);
  clip.mutable_fade_out()->set_frames(800);  // of 1000: 700 frames are left at the impulse
  ExpectLeft(print, kAt, kImpulse * 700 / 800);
  clip.mutable_fade_out()->set_shape(FADE_S_CURVE);
  ExpectLeft(print, kAt, kImpulse * 0.875 * 0.875 * (3 - 2 * 0.875));
}

TEST_F(RoutesTest, ChannelsOfAFile) {
  for (int channel = 0; channel < 6; ++channel) {
    Print print = StereoPrint();
    *print.add_strips() = Track();
    Region& clip = *print.mutable_strips(0)->mutable_playlist()->mutable_regions(0);
    *clip.mutable_source() = sources_[6];
    clip.add_channels(channel);
    ExpectLeft(print, kAt + channel, (channel + 1) / 8.0);
  }
  Print print = StereoPrint();
  *print.add_strips() = StripOf(2, {Clip(sources_[4], 0, 0, 1000)});
  Region& clip = *print.mutable_strips(0)->mutable_playlist()->mutable_regions(0);
  clip.add_channels(3);
  clip.add_channels(1);
  ExpectHits(print, {{kAt + 1, 1, 2 / 8.0}, {kAt + 3, 0, 4 / 8.0}});
}

TEST_F(RoutesTest, DelaysOfTracksBusesAndReturns) {
  for (const int64_t track : {0, 5, -5, 700, -290, -1000}) {
    for (const int64_t bus : {0, 7, -7, -200, 800}) {
      for (const int64_t of_return : {0, 100, -60}) {
        if (kAt + track + bus < 0) continue;  // ahead of the song
        Print print = StereoPrint();
        *print.add_strips() = Track(1);
        *print.add_strips() = BusOf(2);
        *print.add_strips() = BusOf(2);
        print.mutable_strips(0)->set_delay_frames(track);
        print.mutable_strips(1)->set_delay_frames(bus);
        print.mutable_strips(2)->set_delay_frames(of_return);
        ExpectLeft(print, kAt + track + bus, kImpulse);
        AddSend(*print.mutable_strips(1), 2, 0);
        std::vector<Hit> hits{{kAt + track + bus, 0, kImpulse}};
        const int64_t late = kAt + track + bus + of_return;
        if (of_return == 0) hits[0].value *= 2;
        if (of_return != 0 && late >= 0) hits.push_back({late, 0, kImpulse});
        std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.frame < b.frame; });
        ExpectHits(print, hits);
      }
    }
  }
}

TEST_F(RoutesTest, ADelayAheadOfTheSongIsMadeGoodByALaterOne) {
  for (const int64_t delay : {100, 299, 301, 5000}) {
    for (const int64_t start : {0, 250}) {
      Print print = StereoPrint();
      *print.add_strips() = Track(1);
      *print.add_strips() = BusOf(2);
      print.mutable_strips(0)->set_delay_frames(-delay);
      print.mutable_strips(1)->set_delay_frames(delay);
      ExpectLeft(print, kAt - start, kImpulse, start);
    }
  }
}

TEST_F(RoutesTest, ASendBehindTheFader) {
  Print print = StereoPrint();
  *print.add_strips() = Track(-2);
  *print.add_strips() = BusOf(2);
  Strip& track = *print.mutable_strips(0);
  track.set_fader_db(-4);
  Send& send = AddSend(track, 1, -3);
  ExpectLeft(print, kAt, kImpulse * Gain(-7));
  send.set_pan(100);  // its own, before the panner
  ExpectHits(print, {{kAt, 1, kImpulse * Gain(-7)}});
  send.set_pan(0);
  ExpectHits(print, {{kAt, 0, kImpulse * Gain(-7) * kHalf}, {kAt, 1, kImpulse * Gain(-7) * kHalf}});
}

TEST_F(RoutesTest, ASendBeforeTheFader) {
  Print print = StereoPrint();
  *print.add_strips() = Track(-2);
  *print.add_strips() = BusOf(2);
  Strip& track = *print.mutable_strips(0);
  track.set_fader_db(-std::numeric_limits<double>::infinity());
  Send& send = AddSend(track, 1, -3);
  ExpectHits(print, {});
  send.set_pre_fader(true);  // and not panned: at the centre of the law
  ExpectHits(print, {{kAt, 0, kImpulse * Gain(-3) * kHalf}, {kAt, 1, kImpulse * Gain(-3) * kHalf}});
  send.set_pan(-100);
  ExpectLeft(print, kAt, kImpulse * Gain(-3));
  track.mutable_mute()->add_points()->set_value(1);
  ExpectHits(print, {});
}

TEST_F(RoutesTest, ReturnsIntoReturns) {
  Print print = StereoPrint();
  *print.add_strips() = Track(-2);
  for (int i = 0; i < 3; ++i) *print.add_strips() = BusOf(2, i == 0 ? -1 : -2);
  AddSend(*print.mutable_strips(0), 3, -1);  // 3 -> 2 -> 1: against their order in the spec
  AddSend(*print.mutable_strips(3), 2, -2);
  AddSend(*print.mutable_strips(2), 1, -3);
  ExpectLeft(print, kAt, kImpulse * Gain(-6));
}

TEST_F(RoutesTest, BusesOfEveryWidthInARow) {
  for (const int first : {1, 2, 3, 4, 6, 8}) {
    for (const int second : {2, 3, 4, 6, 8}) {
      Print print = StereoPrint();
      Strip track = StripOf(1, {Clip(sources_[1], 0, 0, 1000)}, 1);
      track.add_pan(100);
      *print.add_strips() = track;
      *print.add_strips() = BusOf(first, 2);
      *print.add_strips() = BusOf(second);
      if (first == 1) {  // which ignores pan, and is then centred
        ExpectHits(print, {{kAt, 0, kImpulse * kHalf}, {kAt, 1, kImpulse * kHalf}});
      } else {
        ExpectHits(print, {{kAt, 1, kImpulse}});
      }
    }
  }
}

TEST_F(RoutesTest, SurroundIntoStereo) {
  Print print = StereoPrint();
  *print.add_strips() = StripOf(6, {Clip(sources_[6], 0, 0, 1000)});
  ExpectHits(print, {{kAt, 0, 1 / 8.0},
                     {kAt + 1, 1, 2 / 8.0},
                     {kAt + 2, 0, 3 / 8.0 * kHalf},
                     {kAt + 2, 1, 3 / 8.0 * kHalf},
                     {kAt + 4, 0, 5 / 8.0 * kHalf},
                     {kAt + 5, 1, 6 / 8.0 * kHalf}});
}

TEST_F(RoutesTest, WidthAndTwoPans) {
  Print print = StereoPrint();
  *print.add_strips() = StripOf(2, {Clip(sources_[2], 0, 0, 1000)});
  Strip& strip = *print.mutable_strips(0);
  strip.set_width(0);
  ExpectHits(print, {{kAt, 0, 1 / 16.0}, {kAt, 1, 1 / 16.0}, {kAt + 1, 0, 1 / 8.0}, {kAt + 1, 1, 1 / 8.0}});
  strip.set_width(200);
  ExpectHits(print, {{kAt, 0, 1.5 / 8}, {kAt, 1, -0.5 / 8}, {kAt + 1, 0, -0.5 / 4}, {kAt + 1, 1, 1.5 / 4}});
  strip.clear_width();
  strip.add_pan(100);
  strip.add_pan(-100);  // the sides change places
  ExpectHits(print, {{kAt, 1, 1 / 8.0}, {kAt + 1, 0, 2 / 8.0}});
}

TEST_F(RoutesTest, AMuteTakesTwoMilliseconds) {
  Print print = StereoPrint();
  *print.add_strips() = Track();
  Strip& strip = *print.mutable_strips(0);
  const int64_t ramp = 96;  // at 48 kHz
  for (const auto& [mute_at, gain] : {std::pair(kAt + 1, 1.0), std::pair(kAt, 1.0), std::pair(kAt - 24, 0.75),
                                      std::pair(kAt - ramp, 0.0)}) {
    strip.clear_mute();
    strip.mutable_mute()->add_points()->set_value(0);
    Point& point = *strip.mutable_mute()->add_points();
    point.set_frame(mute_at);
    point.set_value(1);
    if (gain == 0) {
      ExpectHits(print, {});
    } else {
      ExpectLeft(print, kAt, kImpulse * gain);
    }
  }
}

TEST_F(RoutesTest, ASilenceHasRampsAroundIt) {
  Print print = StereoPrint();
  *print.add_strips() = Track();
  Stretch& silence = *print.mutable_strips(0)->mutable_playlist()->add_silences();
  const auto expect = [&](int64_t from, int64_t to, double gain) {
    silence.set_from_frame(from);
    silence.set_to_frame(to);
    gain == 0 ? ExpectHits(print, {}) : ExpectLeft(print, kAt, kImpulse * gain);
  };
  expect(kAt, kAt + 1, 0);
  expect(kAt + 24, kAt + 50, 0.25);
  expect(kAt + 96, kAt + 200, 1);
  expect(0, kAt, 0);
  expect(0, kAt - 24, 0.25);
  expect(0, kAt - 96, 1);
}

TEST_F(RoutesTest, AutomationIsReadAtTheFrameOfTheStripThatItMoves) {
  // The bus hears what the track plays 100 frames later: the track's fader has moved by then, the bus's has
  // not.
  Print print = StereoPrint();
  *print.add_strips() = Track(1);
  *print.add_strips() = BusOf(2);
  print.mutable_strips(1)->set_delay_frames(100);
  const auto step = [](Envelope& envelope, int64_t at) {
    for (const auto& [frame, db] : {std::pair(at, 0.0), std::pair(at + 1, -20.0)}) {
      Point& point = *envelope.add_points();
      point.set_frame(frame);
      point.set_value(db);
    }
  };
  step(*print.mutable_strips(0)->mutable_fader(), kAt);
  ExpectLeft(print, kAt + 100, kImpulse);
  step(*print.mutable_strips(1)->mutable_fader(), kAt + 99);
  ExpectLeft(print, kAt + 100, kImpulse * Gain(-20));
}

}  // namespace
}  // namespace trackout
