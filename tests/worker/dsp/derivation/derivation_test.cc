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
                   int64_t first_frame = 0, int64_t premaster_frames = 0) {
  const DerivationRequest request{ReaderOf(premaster),
                                  ReaderOf(master),
                                  static_cast<int>(premaster.size()),
                                  sample_rate,
                                  static_cast<int64_t>(master[0].size()),
                                  first_frame,
                                  premaster_frames};
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

// At full level where it is cut, for songs fade out later; silence where they end before.
Planes FirstFrames(Planes sound, int64_t frames) {
  for (auto& plane : sound) plane.resize(static_cast<size_t>(frames));
  return sound;
}

Planes FromFrame(Planes sound, int64_t first) {
  for (auto& plane : sound) plane.erase(plane.begin(), plane.begin() + first);
  return sound;
}

double PeakOf(const Planes& sound) {
  double peak = 0;
  for (const auto& plane : sound) {
    for (const double sample : plane) peak = std::max(peak, std::abs(sample));
  }
  return peak;
}

// A master whose head was trimmed, of a premaster that is known to where the master is delivered, or further.
// What is rendered hears the premaster as it goes on.
TEST(Derive, OfAMasterThatWasTrimmedAtItsHead) {
  constexpr int64_t kFrames = 3 * 48000;
  const Planes premaster = FirstFrames(Mixed(Song()), 6 * 48000);
  const Planes whole = Mastered(premaster);
  for (const int64_t early : {int64_t{9600}, int64_t{72000}}) {
    const Planes master = FirstFrames(FromFrame(whole, early), kFrames);
    for (const int64_t known : {kFrames, kFrames + 48000, kFrames + 2 * 48000}) {
      const Planes read = FirstFrames(premaster, known);
      const Derivation derivation = Derived(read, master, 48000, 777, known);
      EXPECT_EQ(derivation.offset_frames, -early);
      ASSERT_TRUE(derivation.is_same_mix) << early << " " << known;
      // Of 1.5 s less is found.
      const double bound = known == kFrames ? -40 : -50;
      EXPECT_LT(derivation.residual_db, bound) << early << " " << known;
      const Planes through = FirstFrames(Through(*derivation.filter, premaster, 777), kFrames);
      EXPECT_LT(PeakOf(through), 1.2 * PeakOf(master)) << early << " " << known;
      // The same where the premaster was known, and soon silence behind.
      const int64_t end = std::min(kFrames, known - early);
      const int64_t sure = end < kFrames ? end - 512 : end;
      EXPECT_LT(DifferenceDb(FirstFrames(master, sure), FirstFrames(through, sure)), bound)
          << early << " " << known;
      const Planes behind = FromFrame(through, std::min(kFrames, end + 4800));
      EXPECT_LT(PeakOf(behind), 1e-2) << early << " " << known;
      const Planes as_read =
          FirstFrames(Through(*derivation.filter, FirstFrames(read, 6 * 48000), 777), kFrames);
      for (size_t c = 0; c < 2; ++c) EXPECT_TRUE(SameBits(through[c], as_read[c]));
    }
  }
}

TEST(Derive, OfATrimmedMasterThatWasCompressedAheadOfItsEq) {
  constexpr int64_t kFrames = 4 * 48000;
  const Planes premaster = FirstFrames(Mixed(Song()), 6 * 48000);
  Planes whole = premaster;
  CompressFast(whole, kRate);
  Equalise(whole, kRate);
  const Planes master = FirstFrames(FromFrame(whole, 72000), kFrames);
  const Derivation derivation = Derived(FirstFrames(premaster, kFrames), master);
  ASSERT_TRUE(derivation.is_same_mix);
  EXPECT_LT(derivation.residual_db, -36);
  EXPECT_LT(PeakOf(FirstFrames(Through(*derivation.filter, premaster), kFrames)), 1.2 * PeakOf(master));
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

// It agrees where it is loudest, in each part of the song that excerpts are taken from, and nowhere else.
TEST(Derive, RefusesASongThatAgreesInItsExcerptsAlone) {
  constexpr size_t kFrames = 40 * 48000;
  const Planes premaster{Noise(kFrames, 5, 0.1)};
  Planes master = premaster;
  const Samples other = Noise(kFrames, 6, 0.08);
  for (size_t n = 0; n < kFrames; ++n) {
    if (n / 28672 % 8 >= 6) master[0][n] = other[n];
  }
  const Derivation derivation = Derived(premaster, master);
  EXPECT_FALSE(derivation.is_same_mix);
  EXPECT_GT(derivation.residual_db, -12);
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

// Reading ends at any time, as when a render is stopped: nothing is read after that.
TEST(Derive, EndsWhereReadingEnds) {
  const Planes sound = Mixed(MakeTestSong(1));
  const auto reads = [&](int most) {
    int count = 0;
    const ReadFrames read = [&, whole = ReaderOf(sound)](int64_t first, Channels planes) {
      return ++count <= most && whole(first, planes);
    };
    Derivation derivation;
    const bool was_read = Derive({read, read, 2, 48000, 48000, 0}, derivation);
    EXPECT_EQ(was_read, count <= most);
    return count;
  };
  const int all = reads(1 << 20);
  ASSERT_GT(all, 100);
  for (const int most : {1, all / 3, all - 1}) EXPECT_EQ(reads(most), most + 1);
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
