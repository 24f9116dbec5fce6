// Versions, edits, formats and proofs of an album: which files there are, and what makes them.
#include <map>
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
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* kNight = R"(  - title: Night
    buses: [{name: Drums}]
    tracks:
      - {name: Kick, file: kick.wav, bus: Drums}
      - {name: Lead, file: lead.wav, role: lead_vocal}
)";
const std::string kTaken =
    std::string(kNight) + R"(    versions: [{name: Clean, silence: {Lead: [[0s, 5ms]]}}]
    edits: [{name: 30s, sections: [{from: 0s, to: 10ms}]}]
)";

std::vector<std::string> ProofNames(const RenderPlan& plan) {
  std::vector<std::string> names;
  for (const PlannedProof& proof : plan.proofs()) names.push_back(proof.proof().name());
  return names;
}

const File& FileAt(const RenderPlan& plan, const std::string& path) {
  for (const PlannedFile& file : plan.files()) {
    if (file.file().path() == path) return file.file();
  }
  ADD_FAILURE() << "no file " << path;
  return plan.files(0).file();
}

TEST(Takes, EveryDeliverableExistsForEveryVersionAndMixesAndStemsForEveryEdit) {
  const RenderPlan plan = PlanOf(AlbumText("{stems: {}}, {mixes: [master]}, {tracks: {}}", kTaken));
  EXPECT_THAT(
      PathsOf(plan),
      UnorderedElementsAre("01_Night/Stems/01_Drums.wav", "01_Night/Stems/02_Other.wav",
                           "01_Night/Mixes/Night_Master.wav", "01_Night/Tracks/01_Kick.wav",
                           "01_Night/Tracks/02_Lead.wav",  //
                           "01_Night/Stems/01_Drums_30s.wav", "01_Night/Stems/02_Other_30s.wav",
                           "01_Night/Mixes/Night_30s_Master.wav",  //
                           "01_Night/Stems/01_Drums_Clean.wav", "01_Night/Stems/02_Other_Clean.wav",
                           "01_Night/Mixes/Night_Clean_Master.wav", "01_Night/Tracks/01_Kick_Clean.wav",
                           "01_Night/Tracks/02_Lead_Clean.wav",  //
                           "01_Night/Stems/01_Drums_Clean_30s.wav", "01_Night/Stems/02_Other_Clean_30s.wav",
                           "01_Night/Mixes/Night_Clean_30s_Master.wav"));
  const File& file = FileAt(plan, "01_Night/Stems/01_Drums_Clean_30s.wav");
  EXPECT_EQ(file.version(), "Clean");
  EXPECT_EQ(file.edit(), "30s");
  EXPECT_EQ(file.frames(), 480);
  EXPECT_EQ(FileAt(plan, "01_Night/Mixes/Night_Master.wav").frames(), 1000);
  EXPECT_THAT(ProofNames(plan),
              ElementsAre("stems wav24", "stems wav24 30s", "stems wav24 Clean", "stems wav24 Clean 30s"));
  EXPECT_EQ(plan.proofs(3).proof().of(), "01_Night/Mixes/Night_Clean_30s_Master.wav");
}

TEST(Takes, VersionsShareWhatTheyDoNotChange) {
  const RenderPlan plan = PlanOf(AlbumText("{stems: {}}, {mixes: [master]}", kTaken));
  EXPECT_EQ(JobsOf(plan, RenderJob::kPrint).size(), 3u);   // Drums; Lead twice
  EXPECT_EQ(JobsOf(plan, RenderJob::kFinish).size(), 4u);  // a version and a length each
}

TEST(Takes, AnEditIsAFinishOfThePrintsOfTheWholeSong) {
  const RenderPlan plan = PlanOf(AlbumText("{mixes: [master]}", kTaken));
  std::map<int64_t, const RenderJob*> by_frames;
  for (const RenderJob* job : JobsOf(plan, RenderJob::kFinish)) by_frames.emplace(job->frames(), job);
  ASSERT_EQ(by_frames.size(), 2u);
  const Finish& edit = by_frames.at(480)->finish();
  const Finish& whole = by_frames.at(1000)->finish();
  EXPECT_EQ(edit.whole_frames(), 1000);
  EXPECT_EQ(edit.edit().sections_size(), 1);
  EXPECT_EQ(edit.prints(0).job_key(), whole.prints(0).job_key());
  EXPECT_FALSE(whole.has_edit());
  EXPECT_EQ(whole.whole_frames(), 0);
  for (const RenderJob* job : JobsOf(plan, RenderJob::kPrint)) {
    for (const Finish* finish : {&edit, &whole}) {
      EXPECT_EQ(job->start_frame(), finish->prints_start_frame());
      EXPECT_EQ(job->frames(), finish->prints_frames());
    }
  }
}

TEST(Takes, FiltersOfEntriesAndRequestsRestrict) {
  const auto paths = [](const std::string& deliver) { return PathsOf(PlanOf(AlbumText(deliver, kTaken))); };
  EXPECT_THAT(paths("{mixes: [master], edit: full, version: main}"),
              ElementsAre("01_Night/Mixes/Night_Master.wav"));
  EXPECT_THAT(paths("{mixes: [master], edit: 30s, version: Clean}"),
              ElementsAre("01_Night/Mixes/Night_Clean_30s_Master.wav"));
  EXPECT_THAT(paths("{mixes: [{name: master, version: main}], edit: [30s]}"),
              ElementsAre("01_Night/Mixes/Night_30s_Master.wav"));
  EXPECT_THAT(paths("{stems: {version: Clean, edit: full}}"),
              ElementsAre("01_Night/Stems/01_Drums_Clean.wav", "01_Night/Stems/02_Other_Clean.wav"));
  EXPECT_THAT(paths("{tracks: {version: Clean}}"),
              ElementsAre("01_Night/Tracks/01_Kick_Clean.wav", "01_Night/Tracks/02_Lead_Clean.wav"));
}

TEST(Takes, TheStretchOfTheSongIsInItsJobs) {
  const RenderPlan plan = PlanOf(AlbumText("{stems: {}}, {tracks: {}}",
                                           std::string(kNight) + "    start: 100smp\n    length: 500smp\n"));
  for (const PlannedJob& job : plan.jobs()) {
    if (job.job().has_print()) {  // from the song's 0 on, and a second more on either side
      EXPECT_EQ(job.job().start_frame(), -48000);
      EXPECT_EQ(job.job().frames(), 48000 + 100 + 500 + 48000);
      continue;
    }
    EXPECT_EQ(job.job().frames(), 500);
    EXPECT_EQ(job.job().start_frame(), job.job().has_sum_proof() ? 0 : 100);
  }
}

TEST(Takes, AutomationOfTheMasterIsInTheFinish) {
  const RenderPlan plan = PlanOf(AlbumText(
      "{mixes: [master]}",
      std::string(kNight) + "    master: {fader: -1, automation: {fader: [[0s, 0], [10ms, -6]]}}\n"));
  const Finish& finish = JobsOf(plan, RenderJob::kFinish)[0]->finish();
  EXPECT_EQ(finish.master_fader_db(), -1);
  ASSERT_EQ(finish.master_fader().points_size(), 2);
  EXPECT_EQ(finish.master_fader().points(1).frame(), 480);
  EXPECT_EQ(finish.master_fader().points(1).value(), -6);
}

TEST(Formats, AnotherRateChangesLengthAndSize) {
  const RenderPlan plan = PlanOf(AlbumText(
      "{mixes: [master], format: {sample_rate: 44100}}, {mixes: [master], format: {sample_rate: 48000}}",
      kNight));
  const File& file = FileAt(plan, "01_Night/Mixes/Night_Master_44100.wav");
  EXPECT_EQ(file.sample_rate(), 44100);
  EXPECT_EQ(file.frames(), 919);  // 918.75
  EXPECT_EQ(file.size_bytes(), 44 + 919 * 6);
  const Finish& finish = JobsOf(plan, RenderJob::kFinish)[0]->finish();
  EXPECT_EQ(finish.mix_files(0).format().sample_rate(), 44100);
  EXPECT_EQ(finish.mix_files(1).format().sample_rate(), 0);  // the song's
  EXPECT_EQ(JobsOf(plan, RenderJob::kFinish)[0]->frames(), 1000);
}

TEST(Formats, ChannelsAreTheMastersOrWhatIsAskedFor) {
  const RenderPlan plan = PlanOf(AlbumText(
      "{mixes: [master]}, {mixes: [master], format: {channels: mono}}, {tracks: {format: {channels: "
      "stereo}}}",
      std::string(kNight) + "    master: {channels: \"5.1\"}\n"));
  EXPECT_EQ(FileAt(plan, "01_Night/Mixes/Night_Master_5.1.wav").channels(), 6);
  EXPECT_EQ(FileAt(plan, "01_Night/Mixes/Night_Master_Mono.wav").channels(), 1);
  EXPECT_EQ(FileAt(plan, "01_Night/Tracks/01_Kick.wav").channels(), 2);
  const Finish& finish = JobsOf(plan, RenderJob::kFinish)[0]->finish();
  EXPECT_EQ(finish.channels(), 6);
  EXPECT_EQ(finish.mix_files(0).channels(), 6);
  EXPECT_EQ(finish.mix_files(1).channels(), 1);
  EXPECT_EQ(finish.mix_files(1).format().channels(), Format::CHANNELS_UNSPECIFIED);
  EXPECT_EQ(JobsOf(plan, RenderJob::kTrackFiles)[0]->track_files().tracks(0).channels(), 2);
}

TEST(Formats, DitherIsForShortMixesAndTracksUnlessWritten) {
  const auto seeds = [](const std::string& format) {
    const RenderPlan plan = PlanOf(
        AlbumText("{mixes: [master], format: " + format + "}, {tracks: {format: " + format + "}}", kNight));
    const bool of_mix = JobsOf(plan, RenderJob::kFinish)[0]->finish().mix_files(0).has_tpdf_seed();
    const TrackFile& track = JobsOf(plan, RenderJob::kTrackFiles)[0]->track_files().tracks(0);
    EXPECT_EQ(track.has_tpdf_seed(), of_mix);
    EXPECT_EQ(track.format().dither(), Format::DITHER_UNSPECIFIED);
    return of_mix;
  };
  EXPECT_TRUE(seeds("{bits: 16}"));
  EXPECT_FALSE(seeds("{bits: 16, dither: none}"));
  EXPECT_FALSE(seeds("{bits: 24}"));
  EXPECT_TRUE(seeds("{bits: 24, dither: tpdf}"));
  EXPECT_FALSE(seeds("{bits: 32f}"));
}

TEST(Formats, MonoStemsThatAreNotCentredAreWarnedOf) {
  test::PlannedAlbum album(AlbumText("{mixes: [master]}, {stems: {}, format: {channels: mono}}", kNight),
                           {test::Recorded("kick.wav", 2, 48000, 1000)});
  EXPECT_FALSE(album.Plan().jobs().empty());
  EXPECT_THAT(album.Told(),
              ElementsAre("warning: deliver[1]: song \"Night\": the mono stem \"Drums\" is not centred: "
                          "the track \"Kick\" is stereo; its mono file is (L + R) / 2"));
}

TEST(Proofs, AreHeldAgainstTheMixOfTheSameForm) {
  const auto of = [](const std::string& mix) {
    return PlanOf(AlbumText("{stems: {}, format: {sample_rate: 44100, channels: mono}}, " + mix, kNight))
        .proofs(0)
        .proof()
        .of();
  };
  EXPECT_EQ(of("{mixes: [master], format: {sample_rate: 44100, channels: mono}}"),
            "01_Night/Mixes/Night_Master.wav");
  EXPECT_EQ(of("{mixes: [master], format: {sample_rate: 44100}}"), "print:premaster");
  EXPECT_EQ(of("{mixes: [master], format: {channels: mono}}"), "print:premaster");
}

TEST(Proofs, OfSetsThatAreNoMixAreHeldAgainstTheirSum) {
  const RenderPlan plan =
      PlanOf(AlbumText("{mixes: [master]}, {stems: {processing: dry}}, {stems: {processing: effects}}, "
                       "{stems: {groups: [{name: Kit, of: [Drums]}], partial: true}}, {stems: {processing: "
                       "[effects, dry]}}, {stems: {}}",
                       kNight));
  std::map<std::string, std::string> of;
  for (const PlannedProof& proof : plan.proofs()) of[proof.proof().name()] = proof.proof().of();
  EXPECT_THAT(
      of, UnorderedElementsAre(testing::Pair("stems wav24 dry", "print:dry"),
                               testing::Pair("stems wav24 effects", "print:effects"),
                               testing::Pair("stems wav24 partial groups", "print:partial"),
                               testing::Pair("stems wav24 dry effects", "01_Night/Mixes/Night_Master.wav"),
                               testing::Pair("stems wav24", "01_Night/Mixes/Night_Master.wav")));
  const Finish& finish = JobsOf(plan, RenderJob::kFinish)[0]->finish();
  const StemSet& dry = finish.stem_sets(0);
  EXPECT_EQ(finish.mixes(dry.mix()).terms_size(), 2);
  EXPECT_EQ(finish.stem_sets(4).mix(), finish.mix_files(0).mix());
  const SumProof& proof = FindJob(plan, plan.proofs(0).job_key())->sum_proof();
  EXPECT_NE(proof.mix().output(), 0);
  EXPECT_EQ(proof.stems(0).output(), finish.mix_files_size());
}

TEST(Proofs, ADeliveredMixWithoutDitherIsPreferred) {
  const RenderPlan plan =
      PlanOf(AlbumText("{mixes: [master], format: wav16}, {mixes: [master], format: {bits: 16, dither: "
                       "none}}, {stems: {}, format: wav16}",
                       kNight));
  EXPECT_FALSE(FindJob(plan, plan.proofs(0).job_key())->sum_proof().mix_is_dithered());
  EXPECT_EQ(plan.proofs(0).mix_file(), 1);
}

TEST(Sets, OfOtherGroupsWithTheSameNamesAreAllMade) {
  const RenderPlan plan = PlanOf(AlbumText(
      "{stems: {}}, {stems: {groups: [{name: Drums, of: [Lead]}], partial: true}}, {stems: {}}", kNight));
  EXPECT_THAT(PathsOf(plan), ElementsAre("01_Night/Stems/01_Drums.wav", "01_Night/Stems/02_Other.wav",
                                         "01_Night/Stems/01_Drums_2.wav"));
  EXPECT_EQ(plan.proofs_size(), 2);
}

TEST(Sets, AnotherDeliverableChangesNoPrint) {
  const auto prints = [](const std::string& deliver) {
    const RenderPlan plan = PlanOf(AlbumText(deliver, kNight));
    std::set<std::string> keys;
    for (const RenderJob* job : JobsOf(plan, RenderJob::kPrint)) keys.insert(KeyOf(*job));
    return keys;
  };
  const std::set<std::string> more = prints("{stems: {groups: tracks}}, {mixes: [tv, master]}, {stems: {}}");
  for (const std::string& key : prints("{mixes: [master]}")) EXPECT_TRUE(more.contains(key));
}

}  // namespace
}  // namespace trackout
