// Cutdowns against a plain model: sections, crossfades, fade-out, silence behind the end.
#include <algorithm>
#include <numbers>
#include <tuple>

#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::ExpectNear;
using test::Gain;
using test::Noise;
using test::Samples;
using test::Wav;

constexpr int64_t kPrintFrames = 5000;

class EditTest : public test::Studio {
 protected:
  EditTest() {
    for (uint64_t i = 0; i < 2; ++i) {
      sound_.push_back(Noise(2 * kPrintFrames, 0.3, 20 + i));
      Print print = StereoPrint();
      *print.add_strips() =
          StripOf(2, {Clip(Record("p" + std::to_string(i), 2, sound_.back()), 0, 0, kPrintFrames)});
      prints_.push_back(PlannedPrint(print, kPrintFrames));
    }
  }

  static void AddSection(Finish& finish, int64_t from, int64_t to, int64_t crossfade = 0) {
    EditSection& section = *finish.mutable_edit()->add_sections();
    section.set_from_frame(from);
    section.set_to_frame(to);
    section.set_crossfade_frames(crossfade);
  }

  // Mix 0: both prints, the second one inverted at -3 dB. In float.
  Finish FinishOfBoth() const {
    Finish finish;
    finish.set_channels(2);
    finish.set_whole_frames(kPrintFrames);
    finish.mutable_edit();
    Mix& mix = *finish.add_mixes();
    for (int i = 0; i < 2; ++i) {
      finish.add_prints()->set_job_key(prints_[static_cast<size_t>(i)].key());
      mix.add_terms()->set_print(i);
    }
    mix.mutable_terms(1)->set_gain_db(-3);
    mix.mutable_terms(1)->set_inverted(true);
    MixFile& file = *finish.add_mix_files();
    *file.mutable_format() = Wav(Format::BITS_32F);
    file.set_channels(2);
    return finish;
  }

  // What the file has, with the prints made in the same bundle and with prints that lie in the store.
  Samples RenderEdit(const Finish& finish, int64_t frames) {
    const PlannedJob job = PlannedFinish(finish, frames);
    const JobResults at_once = Render({prints_[0], prints_[1], job}, 333);
    const JobResults later = Render(
        {job}, 1000, Render({prints_[0], prints_[1]}, 1000, Render({prints_[1]}, 512, Render({prints_[0]}))));
    if (!at_once.contains(job.key()) || !later.contains(job.key())) return {};
    const Rendered& file = at_once.at(job.key()).outputs(0);
    EXPECT_EQ(Hex(file.digest()), Hex(later.at(job.key()).outputs(0).digest()));
    return test::ReadByFfmpeg(PathOf(file));
  }

  // Of the mix, at a frame of the prints; silent outside of them.
  double Mixed(int64_t frame, int channel) const {
    if (frame < 0 || frame >= kPrintFrames) return 0;
    const auto at = static_cast<size_t>(2 * frame + channel);
    return sound_[0][at] - Gain(-3) * sound_[1][at];
  }

  std::vector<Samples> sound_;
  std::vector<PlannedJob> prints_;
};

TEST_F(EditTest, TheEndOfTheSongFadesAsItDoesInTheSong) {
  Finish finish = FinishOfBoth();
  AddSection(finish, 4000, kPrintFrames);
  AddSection(finish, 0, 200);
  PlannedJob job = PlannedFinish(finish, 1200);
  job.mutable_job()->set_final_fade_frames(300);
  const JobResults results = Render({prints_[0], prints_[1], job}, 333);
  Samples expected;
  for (int64_t n = 0; n < 1200; ++n) {
    const int64_t frame = n < 1000 ? 4000 + n : n - 1000;
    const double gain = std::min(1.0, static_cast<double>(kPrintFrames - frame) / 300);
    for (int c = 0; c < 2; ++c) expected.push_back(gain * Mixed(frame, c));
  }
  ExpectNear(test::ReadByFfmpeg(PathOf(results.at(job.key()).outputs(0))), expected, 0x1p-24);
}

TEST_F(EditTest, SectionsStandOneAfterTheOther) {
  Finish finish = FinishOfBoth();
  AddSection(finish, 3000, 3700);
  AddSection(finish, 100, 600);
  Samples expected;
  for (int64_t n = 0; n < 1300; ++n) {
    const int64_t frame = n < 700 ? 3000 + n : n < 1200 ? 100 + n - 700 : -1;
    for (int c = 0; c < 2; ++c) expected.push_back(Mixed(frame, c));
  }
  ExpectNear(RenderEdit(finish, 1300), expected, 0x1p-24);  // and silence behind the end
  expected.resize(2 * 900);
  ExpectNear(RenderEdit(finish, 900), expected, 0x1p-24);
}

TEST_F(EditTest, ACrossfadeIsCentredOnTheJointAtEqualPower) {
  for (const int64_t crossfade : {1, 2, 200, 301}) {
    Finish finish = FinishOfBoth();
    AddSection(finish, 3000, 3700);
    AddSection(finish, 2000, 2600, crossfade);
    const int64_t begin = 700 - crossfade / 2;
    Samples expected;
    for (int64_t n = 0; n < 1300; ++n) {
      const double x = std::clamp(static_cast<double>(n - begin) / static_cast<double>(crossfade), 0.0, 1.0);
      const double in = std::sin(x * std::numbers::pi / 2);
      const double out = std::sin((1 - x) * std::numbers::pi / 2);
      for (int c = 0; c < 2; ++c)
        expected.push_back(Mixed(3000 + n, c) * out + Mixed(2000 + n - 700, c) * (n < begin ? 0 : in));
    }
    ExpectNear(RenderEdit(finish, 1300), expected, 0x1p-23);
  }
}

TEST_F(EditTest, OutsideOfThePrintsIsSilence) {
  Finish finish = FinishOfBoth();
  AddSection(finish, 4500, 5000);
  AddSection(finish, 0, 500,
             400);  // begins 200 frames ahead of the song, and the first goes on behind its end
  Samples expected;
  for (int64_t n = 0; n < 1000; ++n) {
    const double x = std::clamp(static_cast<double>(n - 300) / 400, 0.0, 1.0);
    for (int c = 0; c < 2; ++c)
      expected.push_back(Mixed(4500 + n, c) * std::sin((1 - x) * std::numbers::pi / 2) +
                         Mixed(n - 500, c) * std::sin(x * std::numbers::pi / 2));
  }
  ExpectNear(RenderEdit(finish, 1000), expected, 0x1p-23);
}

TEST_F(EditTest, WhatSoundsFadesOutAtItsEnd) {
  Finish finish = FinishOfBoth();
  AddSection(finish, 1000, 2000);
  finish.mutable_edit()->set_fade_out_frames(300);
  for (const int64_t frames : {800, 1000, 1200}) {
    const int64_t end = std::min<int64_t>(frames, 1000);
    Samples expected;
    for (int64_t n = 0; n < frames; ++n) {
      const double gain = std::clamp(static_cast<double>(end - n) / 300, 0.0, 1.0);
      for (int c = 0; c < 2; ++c) expected.push_back(gain * Mixed(1000 + n, c));
    }
    ExpectNear(RenderEdit(finish, frames), expected, 0x1p-23);
  }
}

TEST_F(EditTest, TheMasterFaderMovesAsAtThePlaceOfTheSong) {
  Finish finish = FinishOfBoth();
  AddSection(finish, 3000, 3500);
  AddSection(finish, 1000, 1500);
  for (const auto& [frame, db] : {std::pair(1000, -20.0), std::pair(3500, 0.0)}) {
    Point& point = *finish.mutable_master_fader()->add_points();
    point.set_frame(frame);
    point.set_value(db);
  }
  Samples expected;
  for (int64_t n = 0; n < 1000; ++n) {
    const int64_t frame = n < 500 ? 3000 + n : 1000 + n - 500;
    for (int c = 0; c < 2; ++c)
      expected.push_back(Mixed(frame, c) * Gain(-20 + 20.0 * static_cast<double>(frame - 1000) / 2500));
  }
  ExpectNear(RenderEdit(finish, 1000), expected, 0x1p-23);
}

TEST_F(EditTest, LeavesNoSpoolBehind) {
  Finish finish = FinishOfBoth();
  AddSection(finish, 3000, 3500);
  const PlannedJob job = PlannedFinish(finish, 500);
  Render({prints_[0], prints_[1], job});
  EXPECT_EQ(BlobFiles().size(), 1u);
}

}  // namespace
}  // namespace trackout
