// An album as jobs and files: what is made once, what is shared, and what a job may not know.
#include "coordinator/planner/planner.h"

#include <set>

#include "core/job_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planned_album.h"

namespace trackout {
namespace {

using test::AlbumText;
using test::FindJob;
using test::JobsOf;
using test::PathsOf;
using test::PlanOf;
using test::Recorded;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kNight = R"(  - title: Night
    buses: [{name: Drums}, {name: Vox, role: lead_vocal}]
    tracks:
      - {name: Kick, file: kick.wav, bus: Drums}
      - {name: Snare, file: snare.wav, bus: Drums}
      - {name: Lead, file: lead.wav, bus: Vox}
      - {name: Bass, file: bass.wav}
)";

const PlannedFile* FindFile(const RenderPlan& plan, const std::string& path) {
  for (const PlannedFile& file : plan.files()) {
    if (file.file().path() == path) return &file;
  }
  ADD_FAILURE() << "no file " << path;
  return nullptr;
}

// The mix file of a finish that a path is made by.
const MixFile& MixFileOf(const RenderPlan& plan, const std::string& path) {
  const JobOutput& made_by = FindFile(plan, path)->made_by();
  return FindJob(plan, made_by.job_key())->finish().mix_files(made_by.output());
}

TEST(Planner, FilesComeInTheOrderOfDeliverThenOfTheSpec) {
  EXPECT_THAT(
      PathsOf(PlanOf(AlbumText("{stems: {}}, {mixes: [master, instrumental]}, {tracks: {}}", kNight))),
      ElementsAre("01_Night/Stems/01_Drums.wav", "01_Night/Stems/02_Vox.wav", "01_Night/Stems/03_Other.wav",
                  "01_Night/Mixes/Night_Master.wav", "01_Night/Mixes/Night_Instrumental.wav",
                  "01_Night/Tracks/01_Kick.wav", "01_Night/Tracks/02_Snare.wav",
                  "01_Night/Tracks/03_Lead.wav", "01_Night/Tracks/04_Bass.wav"));
}

TEST(Planner, AFileSaysWhatItWillBe) {
  const RenderPlan plan = PlanOf(AlbumText("{tracks: {}}, {mixes: [master], format: wav16}", kNight),
                                 {Recorded("bass.wav", 2, 48000, 900)});
  const File& bass = FindFile(plan, "01_Night/Tracks/04_Bass.wav")->file();
  EXPECT_EQ(bass.kind(), "track");
  EXPECT_EQ(bass.variant(), "raw");
  EXPECT_EQ(bass.name(), "Bass");
  EXPECT_EQ(bass.song(), 1);
  EXPECT_EQ(bass.frames(), 1000);  // the song's length
  EXPECT_EQ(bass.channels(), 2);
  EXPECT_EQ(bass.sample_rate(), 48000);
  EXPECT_EQ(bass.encoding(), "wav24");
  EXPECT_EQ(bass.size_bytes(), 44 + 1000 * 2 * 3);
  EXPECT_FALSE(bass.has_sha256());
  const File& master = FindFile(plan, "01_Night/Mixes/Night_Master.wav")->file();
  EXPECT_EQ(master.kind(), "mix");
  EXPECT_EQ(master.name(), "master");
  EXPECT_EQ(master.channels(), 2);
  EXPECT_EQ(master.encoding(), "wav16");
  EXPECT_EQ(master.size_bytes(), 44 + 1000 * 2 * 2);
  EXPECT_EQ(FindFile(plan, "01_Night/Tracks/01_Kick.wav")->file().channels(), 1);
}

TEST(Planner, TheManifestSaysWhatTheSongsAre) {
  const RenderPlan plan = PlanOf(AlbumText("{mixes: [master]}", kNight));
  EXPECT_EQ(plan.manifest().album(), "Night Trains");
  ASSERT_EQ(plan.manifest().songs_size(), 1);
  EXPECT_EQ(plan.manifest().songs(0).title(), "Night");
  EXPECT_EQ(plan.manifest().songs(0).number(), 1);
  EXPECT_EQ(plan.manifest().songs(0).sample_rate(), 48000);
  EXPECT_EQ(plan.manifest().songs(0).frames(), 1000);
  EXPECT_EQ(plan.sources_size(), 4);
}

TEST(Planner, JobsOfASong) {
  const RenderPlan plan = PlanOf(AlbumText("{stems: {}}, {mixes: [master]}, {tracks: {}}", kNight));
  EXPECT_EQ(JobsOf(plan, RenderJob::kPrint).size(), 3u);       // Drums, Vox, what feeds the master
  EXPECT_EQ(JobsOf(plan, RenderJob::kTrackFiles).size(), 3u);  // the same three
  EXPECT_EQ(JobsOf(plan, RenderJob::kFinish).size(), 1u);
  EXPECT_EQ(JobsOf(plan, RenderJob::kSumProof).size(), 1u);
}

TEST(Planner, EveryJobHasItsKeyAndStandsAfterWhatItNeeds) {
  const RenderPlan plan =
      PlanOf(AlbumText("{stems: {}}, {mixes: [master, tv, vocal_up]}, {tracks: {}}", kNight));
  std::set<std::string> before;
  for (const PlannedJob& job : plan.jobs()) {
    EXPECT_EQ(job.key(), KeyOf(job.job()));
    EXPECT_EQ(job.job().engine_version(), kEngineVersion);
    EXPECT_EQ(job.job().sample_rate(), 48000);
    // Prints have a second more on either side.
    EXPECT_EQ(job.job().frames(), job.job().has_print() ? 1000 + 2 * 48000 : 1000);
    EXPECT_EQ(job.job().start_frame(), job.job().has_print() ? -48000 : 0);
    for (const std::string& need : job.needs()) EXPECT_TRUE(before.contains(need));
    EXPECT_TRUE(before.insert(job.key()).second) << "the same job twice";
  }
  for (const PlannedFile& file : plan.files()) EXPECT_TRUE(before.contains(file.made_by().job_key()));
}

TEST(Planner, TheSameAlbumGivesTheSamePlan) {
  const std::string text =
      AlbumText("{stems: {}}, {mixes: [master, tv], format: wav16}, {tracks: {}}", kNight);
  EXPECT_EQ(PlanOf(text).SerializeAsString(), PlanOf(text).SerializeAsString());
}

TEST(Planner, EqualSongsShareTheirJobs) {
  const std::string deliver = "{stems: {}}, {mixes: [master]}, {tracks: {}}";
  std::string twin = kNight;
  for (const char* name : {"Night", "Drums", "Kick", "Lead,"}) {
    for (size_t at = 0; (at = twin.find(name, at)) != std::string::npos; at += 2) twin.insert(at, "x");
  }
  const RenderPlan one = PlanOf(AlbumText(deliver, kNight));
  const RenderPlan two = PlanOf(AlbumText(deliver, std::string(kNight) + twin));
  EXPECT_EQ(two.jobs_size(), one.jobs_size());
  EXPECT_EQ(two.files_size(), 2 * one.files_size());
  for (const PlannedJob& job : two.jobs()) EXPECT_THAT(job.songs(), ElementsAre(1, 2));
}

TEST(Planner, AJobHasNoNamesAndNoPaths) {
  const std::string deliver = "{stems: {}}, {mixes: [master, {name: MixName, without: [Vox]}]}, {tracks: {}}";
  const RenderPlan plan = PlanOf(AlbumText(deliver, kNight));
  ASSERT_GT(plan.jobs_size(), 5);
  for (const PlannedJob& job : plan.jobs()) {
    const std::string bytes = job.job().SerializeAsString();
    for (const char* name :
         {"Night", "Drums", "Vox", "Kick", "Snare", "Lead", "Bass", "MixName", "master", ".wav", "Other"})
      EXPECT_EQ(bytes.find(name), std::string::npos) << name << " in " << job.job().ShortDebugString();
  }
}

TEST(Planner, IdenticalEntriesMerge) {
  const RenderPlan once = PlanOf(AlbumText("{stems: {}}, {mixes: [master]}, {tracks: {}}", kNight));
  const RenderPlan twice =
      PlanOf(AlbumText("{stems: {}}, {mixes: [master]}, {tracks: {}}, {tracks: {processing: raw}}, "
                       "{stems: {format: wav24}}, {mixes: [master, master]}",
                       kNight));
  EXPECT_EQ(PathsOf(once), PathsOf(twice));
  EXPECT_EQ(once.jobs_size(), twice.jobs_size());
  EXPECT_EQ(twice.proofs_size(), 1);
}

TEST(Planner, PremasterAndMasterAreOneOutput) {
  const RenderPlan plan = PlanOf(AlbumText("{mixes: [master, premaster, no_limiter]}", kNight));
  ASSERT_EQ(plan.files_size(), 3);
  EXPECT_EQ(plan.files(0).made_by().output(), plan.files(1).made_by().output());
  EXPECT_EQ(plan.files(0).made_by().output(), plan.files(2).made_by().output());
  EXPECT_EQ(JobsOf(plan, RenderJob::kFinish)[0]->finish().mix_files_size(), 1);
}

TEST(Planner, WhatFeedsTheMasterDirectlyIsOther) {
  const std::string song =
      "  - {title: S, buses: [{name: %s}], tracks: [{name: A, file: a, bus: %s}, {name: B, file: b}]}\n";
  const auto stems = [&](const std::string& bus) {
    std::string text = song;
    for (size_t at; (at = text.find("%s")) != std::string::npos;) text.replace(at, 2, bus);
    return PathsOf(PlanOf(AlbumText("{stems: {}}", text)));
  };
  EXPECT_THAT(stems("Drums"), ElementsAre("01_S/Stems/01_Drums.wav", "01_S/Stems/02_Other.wav"));
  EXPECT_THAT(stems("Other"), ElementsAre("01_S/Stems/01_Other.wav", "01_S/Stems/02_Other_2.wav"));
  EXPECT_THAT(stems("OTHER"), ElementsAre("01_S/Stems/01_OTHER.wav", "01_S/Stems/02_Other_2.wav"));
}

TEST(Planner, NestedBusesAreNoStemsOfTheirOwn) {
  const RenderPlan plan =
      PlanOf(AlbumText("{stems: {}}",
                       "  - {title: S, buses: [{name: Kit, bus: Drums}, {name: Drums}], tracks: [{name: "
                       "K, file: k, bus: Kit}, {name: R, file: r, bus: Drums}]}\n"));
  EXPECT_THAT(PathsOf(plan), ElementsAre("01_S/Stems/01_Drums.wav"));
  const Print& print = JobsOf(plan, RenderJob::kPrint).at(0)->print();
  ASSERT_EQ(print.strips_size(), 4);
  EXPECT_EQ(print.strips(0).feeds(), 2);
  EXPECT_EQ(print.strips(1).feeds(), 3);
  EXPECT_EQ(print.strips(2).feeds(), 3);
  EXPECT_EQ(print.strips(3).feeds(), -1);
}

TEST(Planner, AMutedTrackIsDeliveredRawAndMarkedUnused) {
  const RenderPlan plan = PlanOf(AlbumText(
      "{tracks: {}}",
      "  - {title: S, buses: [{name: M, mute: true}], tracks: [{name: A, file: a, mute: true}, {name: B, "
      "file: b}, {name: C, file: c, bus: M}]}\n"));
  ASSERT_EQ(plan.files_size(), 3);
  EXPECT_TRUE(plan.files(0).file().unused());
  EXPECT_FALSE(plan.files(1).file().has_unused());
  EXPECT_TRUE(plan.files(2).file().unused());
}

TEST(Planner, SilenceIsNoError) {
  const RenderPlan plan = PlanOf(AlbumText("{stems: {}}, {mixes: [master, acapella]}",
                                           "  - {title: S, tracks: [{name: A, file: a, mute: true}]}\n"));
  EXPECT_EQ(plan.files_size(), 3);
}

TEST(Planner, TheProofReadsTheDeliveredMixOfTheFormat) {
  const RenderPlan plan =
      PlanOf(AlbumText("{stems: {}}, {mixes: [instrumental, premaster, master]}", kNight));
  ASSERT_EQ(plan.proofs_size(), 1);
  EXPECT_EQ(plan.proofs(0).proof().of(), "01_Night/Mixes/Night_Premaster.wav");
  EXPECT_THAT(
      plan.proofs(0).proof().stems(),
      ElementsAre("01_Night/Stems/01_Drums.wav", "01_Night/Stems/02_Vox.wav", "01_Night/Stems/03_Other.wav"));
  const SumProof& proof = FindJob(plan, plan.proofs(0).job_key())->sum_proof();
  EXPECT_EQ(proof.stems_size(), 3);
  EXPECT_FALSE(proof.mix_is_dithered());
  EXPECT_EQ(proof.mix().output(), plan.files(4).made_by().output());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(proof.stems(i).output(), plan.files(i).made_by().output());
}

TEST(Planner, WhereNoMixOfTheFormatIsDeliveredTheProofReadsAnUndelivered) {
  for (const char* deliver :
       {"{stems: {}}", "{stems: {}}, {mixes: [master], format: wav16}", "{stems: {}}, {mixes: [tv]}"})
    EXPECT_EQ(PlanOf(AlbumText(deliver, kNight)).proofs(0).proof().of(), "print:premaster") << deliver;
}

TEST(Planner, AProofOfSixteenBitsKnowsThatTheMixIsDithered) {
  const RenderPlan plan =
      PlanOf(AlbumText("{stems: {}, format: wav16}, {mixes: [master], format: wav16}", kNight));
  EXPECT_TRUE(FindJob(plan, plan.proofs(0).job_key())->sum_proof().mix_is_dithered());
  const RenderPlan alone = PlanOf(AlbumText("{stems: {}, format: wav16}", kNight));
  EXPECT_FALSE(FindJob(alone, alone.proofs(0).job_key())->sum_proof().mix_is_dithered());
}

TEST(Planner, EachFormatOfStemsHasItsProofAndNoStemsHaveNone) {
  EXPECT_EQ(PlanOf(AlbumText("{stems: {}}, {stems: {format: wav32f}}", kNight)).proofs_size(), 2);
  EXPECT_EQ(PlanOf(AlbumText("{mixes: [master]}, {tracks: {}}", kNight)).proofs_size(), 0);
}

TEST(Planner, SixteenBitsAreDitheredAndOthersAreNot) {
  const RenderPlan plan = PlanOf(
      AlbumText("{mixes: [master], format: wav16}, {mixes: [master]}, {mixes: [master], format: wav32f}, "
                "{tracks: {format: wav16}}, {tracks: {}}",
                kNight));
  EXPECT_TRUE(MixFileOf(plan, "01_Night/Mixes/Night_Master_16.wav").has_tpdf_seed());
  EXPECT_FALSE(MixFileOf(plan, "01_Night/Mixes/Night_Master_24.wav").has_tpdf_seed());
  EXPECT_FALSE(MixFileOf(plan, "01_Night/Mixes/Night_Master_32f.wav").has_tpdf_seed());
  for (const RenderJob* job : JobsOf(plan, RenderJob::kTrackFiles)) {
    for (const TrackFile& track : job->track_files().tracks())
      EXPECT_EQ(track.has_tpdf_seed(), track.format().bits() == Format::BITS_16);
  }
}

TEST(Planner, AnotherDeliverableChangesNoSeed) {
  const std::string master = "01_Night/Mixes/Night_Master.wav";
  const RenderPlan alone =
      PlanOf(AlbumText("{mixes: [master], format: wav16}, {tracks: {format: wav16}}", kNight));
  const RenderPlan more = PlanOf(AlbumText(
      "{stems: {}}, {mixes: [vocal_up, tv, master], format: wav16}, {tracks: {}}, {tracks: {format: wav16}}",
      kNight));
  EXPECT_EQ(MixFileOf(alone, master).tpdf_seed(), MixFileOf(more, master).tpdf_seed());
  std::set<uint64_t> before, after;
  for (const RenderJob* job : JobsOf(alone, RenderJob::kTrackFiles))
    for (const TrackFile& track : job->track_files().tracks()) before.insert(track.tpdf_seed());
  for (const RenderJob* job : JobsOf(more, RenderJob::kTrackFiles))
    for (const TrackFile& track : job->track_files().tracks())
      if (track.has_tpdf_seed()) after.insert(track.tpdf_seed());
  EXPECT_EQ(before.size(), 4u);
  EXPECT_EQ(before, after);
}

TEST(Planner, DifferentMixesHaveDifferentSeeds) {
  const RenderPlan plan =
      PlanOf(AlbumText("{mixes: [master, tv, vocal_up, vocal_down], format: wav16}", kNight));
  std::set<uint64_t> seeds;
  for (const MixFile& file : JobsOf(plan, RenderJob::kFinish)[0]->finish().mix_files())
    seeds.insert(file.tpdf_seed());
  EXPECT_EQ(seeds.size(), 4u);
}

TEST(Planner, TheMasterFaderIsInTheFinish) {
  const RenderPlan plan =
      PlanOf(AlbumText("{mixes: [master]}", std::string(kNight) + "    master: {fader: -2.5}\n"));
  EXPECT_EQ(JobsOf(plan, RenderJob::kFinish)[0]->finish().master_fader_db(), -2.5);
}

TEST(Planner, WhereTheTailIsCutEveryFileFades) {
  const RenderPlan plan =
      PlanOf(AlbumText("{mixes: [master]}, {tracks: {}}",
                       std::string(kNight) + "    tail: 2s\n    max_tail: 1s\n"
                                             "    edits: [{name: End, sections: [{from: 0s, to: 1s}]}]\n"));
  for (const PlannedJob& planned : plan.jobs()) {
    if (planned.job().has_print() || planned.job().has_sum_proof()) continue;
    EXPECT_EQ(planned.job().final_fade_frames(), planned.job().sample_rate()) << planned.ShortDebugString();
  }
}

TEST(Planner, ErrorsOfTheSourcesLeaveThePlanEmpty) {
  test::PlannedAlbum album(AlbumText("{mixes: [master]}", kNight), {Recorded("kick.wav", 1, 44100, 10)});
  EXPECT_THAT(album.Plan().jobs(), IsEmpty());
  EXPECT_FALSE(album.findings.empty());
}

}  // namespace
}  // namespace trackout
