// Masters by plain models of an eq, a compressor, a limiter: what filter is found, and what is left.
#include "worker/dsp/derivation/derivation.h"

#include <cmath>
#include <random>

#include "tests/worker/dsp/derivation/test_song.h"
#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

constexpr double kRate = 48000;

const TestSong& Song() {
  static const TestSong song = MakeTestSong(8);
  return song;
}

Derivation Derived(const Planes& premaster, const Planes& master, int sample_rate = 48000,
                   int64_t first_frame = 0) {
  const DerivationRequest request{ReaderOf(premaster),
                                  ReaderOf(master),
                                  static_cast<int>(premaster.size()),
                                  sample_rate,
                                  static_cast<int64_t>(master[0].size()),
                                  first_frame};
  Derivation derivation;
  EXPECT_TRUE(Derive(request, derivation));
  EXPECT_FALSE(std::isnan(derivation.residual_db));
  EXPECT_FALSE(std::isnan(derivation.still_residual_db));
  EXPECT_EQ(derivation.filter != nullptr, derivation.is_same_mix);
  return derivation;
}

Planes Mastered(Planes sound) {
  Equalise(sound, kRate);
  Compress(sound, kRate);
  Limit(sound, kRate, 4);
  return sound;
}

TEST(Derive, LeavesNearlyNothingOfEqCompressorLimiter) {
  const Planes premaster = Mixed(Song());
  const Planes master = Mastered(premaster);
  const Derivation derivation = Derived(premaster, master);
  EXPECT_EQ(derivation.offset_frames, 0);
  EXPECT_FALSE(derivation.inverted);
  EXPECT_TRUE(derivation.is_same_mix);
  EXPECT_LT(derivation.residual_db, -60);
  EXPECT_GT(derivation.still_residual_db, derivation.residual_db + 20);
  const Planes through = Through(*derivation.filter, premaster);
  EXPECT_NEAR(DifferenceDb(master, through), derivation.residual_db, 0.01);
}

TEST(Derive, FindsOffsetAndPolarity) {
  const Planes premaster = Mixed(Song());
  const Planes master = Mastered(premaster);
  for (const int64_t offset : {int64_t{-12345}, int64_t{1}, int64_t{31007}}) {
    const Planes late = Inverted(Delayed(master, offset));
    const Derivation derivation = Derived(premaster, late, 48000, 777);
    EXPECT_EQ(derivation.offset_frames, offset);
    EXPECT_TRUE(derivation.inverted);
    ASSERT_TRUE(derivation.is_same_mix);
    EXPECT_LT(derivation.residual_db, -58);
    EXPECT_NEAR(DifferenceDb(late, Through(*derivation.filter, premaster, 777)), derivation.residual_db,
                0.01);
  }
}

TEST(Derive, FindsOffsetsOfSeconds) {
  Planes premaster = Mixed(Song());
  for (auto& plane : premaster) plane.resize(25 * 48000);
  for (const int64_t offset : {int64_t{9 * 48000 + 5}, int64_t{-9 * 48000 - 5}}) {
    const Planes master = offset > 0 ? Delayed(premaster, offset) : premaster;
    const Planes early = offset > 0 ? premaster : Delayed(premaster, -offset);
    EXPECT_EQ(Derived(early, master).offset_frames, offset);
  }
}

TEST(Derive, PartsAddUpToTheWhole) {
  const Planes premaster = Mixed(Song());
  const Derivation derivation = Derived(premaster, Mastered(premaster));
  ASSERT_TRUE(derivation.is_same_mix);
  const Planes whole = Through(*derivation.filter, premaster);
  Planes sum = SilentPlanes(2, whole[0].size());
  for (int part = 0; part < 4; ++part) {
    const Planes stem = Mixed(Song(), part == 0, part == 1, part == 2, part == 3);
    const Planes through = Through(*derivation.filter, stem);
    for (size_t c = 0; c < 2; ++c) {
      for (size_t n = 0; n < sum[c].size(); ++n) sum[c][n] += through[c][n];
    }
  }
  for (size_t c = 0; c < 2; ++c) {
    for (size_t n = 0; n < sum[c].size(); ++n) ASSERT_NEAR(sum[c][n], whole[c][n], 1e-12);
  }
}

TEST(Derive, TakesMastersOfEveryKindForTheSameMix) {
  const Planes premaster = Mixed(Song());
  const auto left = [&](auto&& make) {
    Planes master = premaster;
    make(master);
    const Derivation derivation = Derived(premaster, master);
    EXPECT_TRUE(derivation.is_same_mix);
    return derivation.residual_db;
  };
  EXPECT_LT(left([](Planes&) {}), -100);
  EXPECT_LT(left([](Planes& sound) { Equalise(sound, kRate); }), -65);
  EXPECT_LT(left([](Planes& sound) { Limit(sound, kRate, 12); }), -50);
  EXPECT_LT(left([](Planes& sound) {
              Compress(sound, kRate);
              Equalise(sound, kRate);
              Limit(sound, kRate, 4);
            }),
            -52);
  EXPECT_LT(left([](Planes& sound) {
              CompressFast(sound, kRate);
              Equalise(sound, kRate);
            }),
            -42);
  EXPECT_LT(left([](Planes& sound) {
              Equalise(sound, kRate);
              Compress(sound, kRate);
              Saturate(sound, 6);
              Limit(sound, kRate, 4);
            }),
            -25);
  EXPECT_LT(left([](Planes& sound) {
              Equalise(sound, kRate);
              Clip(sound, 0.4);
            }),
            -22);
}

TEST(Derive, RefusesAnotherMix) {
  const Planes premaster = Mixed(Song());
  const auto refused = [&](Planes other) {
    const Derivation derivation = Derived(premaster, other);
    return !derivation.is_same_mix && derivation.residual_db > -30;
  };
  EXPECT_TRUE(refused(Mastered(Mixed(MakeTestSong(8, kRate, 2)))));
  EXPECT_TRUE(refused({Noise(8 * 48000, 3), Noise(8 * 48000, 4)}));
  EXPECT_TRUE(refused(Mixed(Song(), 1, 1, 1, 0)));
  EXPECT_TRUE(refused(Mastered(Mixed(Song(), 1, 1, 1, 0))));
  EXPECT_TRUE(refused(Mastered(Mixed(Song(), 1, 1, 1, 2))));
  EXPECT_TRUE(refused(Mastered(Mixed(Song(), 1, 2, 1, 1))));
  EXPECT_TRUE(refused(SilentPlanes(2, 8 * 48000)));
}

TEST(Derive, OfSilence) {
  const Planes silence = SilentPlanes(2, 48000);
  const Planes sound = Mixed(MakeTestSong(1));
  EXPECT_FALSE(Derived(silence, sound).is_same_mix);
  EXPECT_FALSE(Derived(sound, silence).is_same_mix);
  const Derivation derivation = Derived(silence, silence);
  ASSERT_TRUE(derivation.is_same_mix);
  EXPECT_TRUE(std::isinf(derivation.residual_db));
  EXPECT_LT(DifferenceDb(sound, Through(*derivation.filter, sound)), -250);
  EXPECT_TRUE(Derived(SilentPlanes(1, 0), SilentPlanes(1, 0)).is_same_mix);
}

TEST(Derive, OfAnyLayoutAndAShortSong) {
  for (const size_t channels : {1, 2, 3, 6, 8}) {
    Planes premaster(channels);
    const TestSong song = MakeTestSong(1);
    for (size_t c = 0; c < channels; ++c) {
      premaster[c] = Mixed(song, 1, 1.0 + 0.1 * static_cast<double>(c), 1, 1)[c % 2];
    }
    const Derivation derivation = Derived(premaster, Mastered(premaster));
    ASSERT_TRUE(derivation.is_same_mix) << channels;
    EXPECT_LT(derivation.residual_db, -40) << channels;
  }
}

TEST(Derive, OfSoundThatIsShortInALongSong) {
  Planes premaster = Mixed(MakeTestSong(2));
  const int64_t length = 60 * 48000;
  for (auto& plane : premaster) plane.resize(length);
  premaster = Delayed(premaster, 44 * 48000);
  const Derivation derivation = Derived(premaster, Mastered(premaster));
  ASSERT_TRUE(derivation.is_same_mix);
  EXPECT_LT(derivation.residual_db, -45);
}

TEST(Derive, OfAMasterThatFadesOut) {
  const Planes premaster = Mixed(Song());
  Planes master = Mastered(premaster);
  for (auto& plane : master) {
    for (size_t n = 0; n < 4 * 48000; ++n) plane[4 * 48000 + n] *= 1 - static_cast<double>(n) / (4 * 48000);
  }
  EXPECT_LT(Derived(premaster, master).residual_db, -55);
}

TEST(Derive, AtOtherRates) {
  for (const int rate : {44100, 96000}) {
    const Planes premaster = Mixed(MakeTestSong(5, rate));
    Planes master = premaster;
    Equalise(master, rate);
    Compress(master, rate);
    const Derivation derivation = Derived(premaster, master, rate);
    ASSERT_TRUE(derivation.is_same_mix);
    EXPECT_LT(derivation.residual_db, -50);
  }
}

TEST(Derive, SaysWhatCannotBeRead) {
  const Planes sound = Mixed(MakeTestSong(1));
  const ReadFrames broken = [](int64_t, Channels) { return false; };
  Derivation derivation;
  EXPECT_FALSE(Derive({broken, ReaderOf(sound), 2, 48000, 48000, 0}, derivation));
  EXPECT_FALSE(Derive({ReaderOf(sound), broken, 2, 48000, 48000, 0}, derivation));
}

class DeriveBits : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(DeriveBits);

TEST_P(DeriveBits, AreTheSame) {
  const Planes premaster = Mixed(MakeTestSong(2));
  const Planes master = Delayed(Mastered(premaster), 100);
  const auto sound = [&] { return Through(*Derived(premaster, master).filter, premaster); };
  const Planes here = sound();
  ASSERT_TRUE(UseIsa(AvailableIsas().front()));
  const Planes plain = sound();
  for (size_t c = 0; c < 2; ++c) ASSERT_TRUE(SameBits(here[c], plain[c]));
}

}  // namespace
}  // namespace trackout::dsp
