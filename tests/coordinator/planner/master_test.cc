// The master's chain in a plan: which mixes and stems go through it, and what they are held against.
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
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// The tail is written, for a limiter's look-ahead would make it longer.
std::string NightWith(const std::string& master) {
  return R"(  - title: Night
    tail: 0
    buses: [{name: Drums}, {name: Vox, role: lead_vocal}]
    tracks:
      - {name: Kick, file: kick.wav, bus: Drums}
      - {name: Lead, file: lead.wav, bus: Vox}
      - {name: Ghost, file: ghost.wav, mute: true}
)" + (master.empty() ? "" : "    master: " + master + "\n");
}

constexpr const char* kGlued = "{inserts: [{type: compressor}, {type: limiter}]}";

RenderPlan NightPlan(const std::string& deliver, const std::string& master = kGlued) {
  return PlanOf(AlbumText(deliver, NightWith(master)), {Recorded("m.wav", 2, 48000, 1000)});
}

const Finish& FinishOf(const RenderPlan& plan) {
  return JobsOf(plan, RenderJob::kFinish).at(0)->finish();
}

// The mix that a file of the plan is.
const Mix& MixOf(const RenderPlan& plan, const std::string& name) {
  const Finish& finish = FinishOf(plan);
  for (const PlannedFile& planned : plan.files()) {
    if (planned.file().name() != name) continue;
    const int output = planned.made_by().output();
    if (output < finish.mix_files_size()) return finish.mixes(finish.mix_files(output).mix());
    int stem = output - finish.mix_files_size();
    for (const StemSet& set : finish.stem_sets()) {
      if (stem < set.stems_size()) return finish.mixes(set.stems(stem));
      stem -= set.stems_size();
    }
  }
  ADD_FAILURE() << "no file " << name;
  return Mix::default_instance();
}

const SumProof& SumOf(const RenderPlan& plan, int proof) {
  return FindJob(plan, plan.proofs(proof).job_key())->sum_proof();
}

TEST(MasterChain, IsInTheFinishWithItsPlace) {
  const RenderPlan plan = NightPlan("{mixes: [master]}");
  const MasterChain& chain = FinishOf(plan).master();
  ASSERT_EQ(chain.inserts_size(), 2);
  EXPECT_TRUE(chain.inserts(0).insert().has_compressor());
  EXPECT_FALSE(chain.behind_fader());
  EXPECT_TRUE(FinishOf(NightPlan("{mixes: [master]}", "{inserts_at: post_fader, inserts: [{type: limiter}]}"))
                  .master()
                  .behind_fader());
}

TEST(MasterChain, IsAbsentWhereNothingGoesThroughIt) {
  const std::string deliver = "{stems: {}}, {mixes: [premaster], format: wav16}";
  const RenderPlan without = NightPlan(deliver, "");
  const RenderPlan with = NightPlan(deliver);
  EXPECT_TRUE(CanonicalEncoding(FinishOf(with)) == CanonicalEncoding(FinishOf(without)));
  EXPECT_FALSE(FinishOf(with).has_master());
  EXPECT_FALSE(FinishOf(with).has_whole_mix());
  EXPECT_FALSE(FinishOf(NightPlan("{mixes: [master, tv]}", "")).has_whole_mix());
}

TEST(MasterChain, ChangesNoPrint) {
  const auto prints = [](const std::string& master) {
    std::set<std::string> keys;
    const RenderPlan plan = NightPlan("{stems: {}}, {mixes: [master, tv]}", master);
    for (const PlannedJob& job : plan.jobs()) {
      if (job.job().has_print()) keys.insert(job.key());
    }
    return keys;
  };
  EXPECT_EQ(prints(kGlued), prints(""));
  EXPECT_EQ(prints("{print: m.wav}"), prints(""));
}

TEST(MasterChain, MixesGoThroughItByTheirWords) {
  const RenderPlan plan = NightPlan("{mixes: [master, premaster, no_limiter, tv, vocal_up]}");
  EXPECT_EQ(MixOf(plan, "master").master(), MASTER_KEYED);
  EXPECT_EQ(MixOf(plan, "premaster").master(), MASTER_NONE);
  EXPECT_EQ(MixOf(plan, "no_limiter").master(), MASTER_OWN);
  EXPECT_TRUE(MixOf(plan, "no_limiter").without_limiters());
  EXPECT_EQ(MixOf(plan, "tv").master(), MASTER_KEYED);
  EXPECT_EQ(MixOf(plan, "vocal_up").master(), MASTER_OWN);
  EXPECT_FALSE(MixOf(plan, "vocal_up").without_limiters());
}

TEST(MasterChain, KeyedMixesListenToTheWholeMix) {
  const RenderPlan plan = NightPlan("{mixes: [tv, master]}");
  Mix master = MixOf(plan, "master");
  master.clear_master();
  EXPECT_EQ(CanonicalEncoding(FinishOf(plan).whole_mix()), CanonicalEncoding(master));
  EXPECT_EQ(FinishOf(plan).whole_mix().terms_size(), 2);
  EXPECT_EQ(MixOf(plan, "tv").terms_size(), 1);
  EXPECT_FALSE(FinishOf(NightPlan("{mixes: [vocal_up]}")).has_whole_mix());
}

TEST(MasterChain, AKeyedMixOfEverythingIsTheMaster) {
  const RenderPlan plan = NightPlan("{mixes: [master, {name: All, buses: [Drums, Vox]}, bgv]}");
  EXPECT_EQ(plan.files(0).made_by().output(), plan.files(1).made_by().output());
  EXPECT_EQ(FinishOf(plan).mixes_size(), 2);
}

TEST(MasterChain, ListensToSideChainsAsPrintsOfTheirOwn) {
  const RenderPlan plan = NightPlan("{mixes: [master]}",
                                    "{inserts: [{type: compressor, sidechain: Ghost}, {type: compressor, "
                                    "sidechain: Drums}, {type: gain}]}");
  const Finish& finish = FinishOf(plan);
  const auto tap_of = [&](int insert) -> const Print& {
    return FindJob(plan, finish.prints(finish.master().inserts(insert).sidechain()).job_key())->print();
  };
  EXPECT_TRUE(tap_of(0).has_tap());
  EXPECT_EQ(tap_of(0).channels(), 1);
  EXPECT_EQ(tap_of(0).strips_size(), 0);
  EXPECT_EQ(tap_of(0).whole_size(), 1);
  EXPECT_EQ(tap_of(1).tap(), 1);
  EXPECT_EQ(tap_of(1).channels(), 2);
  EXPECT_EQ(tap_of(1).whole_size(), 2);
  EXPECT_FALSE(finish.master().inserts(2).has_sidechain());
  EXPECT_EQ(finish.prints_size(), 4);
}

TEST(MasterChain, SeedsDependOnTheMixAndItsChainAlone) {
  const auto seed = [](const std::string& deliver, const std::string& master) {
    const RenderPlan plan = NightPlan(deliver, master);
    for (const PlannedFile& planned : plan.files()) {
      if (planned.file().name() == "tv")
        return FinishOf(plan).mix_files(planned.made_by().output()).tpdf_seed();
    }
    return uint64_t{0};
  };
  const std::string ducked = "{inserts: [{type: compressor, sidechain: Ghost}, {type: limiter}]}";
  const uint64_t alone = seed("{mixes: [tv], format: wav16}", ducked);
  EXPECT_NE(alone, 0u);
  EXPECT_EQ(seed("{stems: {groups: tracks, master: keyed}}, {mixes: [vocal_up, master, tv], format: wav16}",
                 ducked),
            alone);
  EXPECT_NE(seed("{mixes: [tv], format: wav16}", kGlued), alone);
  EXPECT_NE(seed("{mixes: [tv], format: wav16}", ""), alone);
}

TEST(MasterStems, OfNoneCloseOnThePremaster) {
  const RenderPlan plan = NightPlan("{stems: {}}, {mixes: [master, premaster]}");
  EXPECT_EQ(plan.proofs(0).proof().of(), "01_Night/Mixes/Night_Premaster.wav");
  EXPECT_EQ(MixOf(plan, "Drums").master(), MASTER_NONE);
  EXPECT_EQ(NightPlan("{stems: {}}, {mixes: [master]}").proofs(0).proof().of(), "print:premaster");
}

TEST(MasterStems, KeyedCloseOnTheMaster) {
  const RenderPlan plan = NightPlan("{stems: {master: keyed}}, {mixes: [premaster, master]}");
  EXPECT_EQ(plan.proofs(0).proof().of(), "01_Night/Mixes/Night_Master.wav");
  EXPECT_EQ(MixOf(plan, "Drums").master(), MASTER_KEYED);
  const Finish& finish = FinishOf(plan);
  EXPECT_EQ(CanonicalEncoding(finish.mixes(finish.stem_sets(0).mix())),
            CanonicalEncoding(MixOf(plan, "master")));
  EXPECT_FALSE(finish.stem_sets(0).is_open());
  EXPECT_FALSE(SumOf(plan, 0).is_comparison());
  EXPECT_FALSE(plan.proofs(0).has_residual_file());
  EXPECT_EQ(NightPlan("{stems: {master: keyed}}").proofs(0).proof().of(), "print:master");
}

TEST(MasterStems, AloneAreOpenAndComparedWithTheMaster) {
  const RenderPlan plan = NightPlan("{stems: {master: alone}}, {mixes: [premaster, master]}");
  EXPECT_EQ(plan.proofs(0).proof().of(), "01_Night/Mixes/Night_Master.wav");
  EXPECT_EQ(MixOf(plan, "Drums").master(), MASTER_OWN);
  EXPECT_TRUE(FinishOf(plan).stem_sets(0).is_open());
  EXPECT_TRUE(SumOf(plan, 0).is_comparison());
  EXPECT_EQ(NightPlan("{stems: {master: alone}}").proofs(0).proof().of(), "print:master");
}

TEST(MasterStems, DryAndPartialSetsAddUpThroughTheChain) {
  const RenderPlan plan = NightPlan("{stems: {processing: dry, master: keyed}}, {mixes: [master]}");
  EXPECT_EQ(plan.proofs(0).proof().of(), "print:dry");
  const Finish& finish = FinishOf(plan);
  EXPECT_EQ(finish.mixes(finish.stem_sets(0).mix()).master(), MASTER_KEYED);
  EXPECT_EQ(MixOf(plan, "Drums").master(), MASTER_KEYED);
}

TEST(MasterStems, AllKindsOfGroupsGoThroughTheChain) {
  for (const char* stems : {"{master: keyed, groups: tracks}", "{master: keyed, groups: roles}",
                            "{master: keyed, groups: [{name: Low, of: [Drums]}], partial: true}",
                            "{master: keyed, returns: separate}"}) {
    const RenderPlan plan = NightPlan(std::string("{stems: ") + stems + "}");
    const Finish& finish = FinishOf(plan);
    ASSERT_EQ(finish.stem_sets_size(), 1) << stems;
    for (const int stem : finish.stem_sets(0).stems())
      EXPECT_EQ(finish.mixes(stem).master(), MASTER_KEYED) << stems;
  }
}

TEST(MasterStems, SetsThatDifferByTheirMasterHaveNamesOfTheirOwn) {
  const RenderPlan plan =
      NightPlan("{stems: {}}, {stems: {master: keyed}}, {stems: {master: alone}}, {mixes: [master]}");
  EXPECT_THAT(PathsOf(plan),
              ElementsAre("01_Night/Stems/01_Drums.wav", "01_Night/Stems/02_Vox.wav",
                          "01_Night/Stems/03_Other.wav", "01_Night/Stems/01_Drums_Keyed.wav",
                          "01_Night/Stems/02_Vox_Keyed.wav", "01_Night/Stems/03_Other_Keyed.wav",
                          "01_Night/Stems/01_Drums_Alone.wav", "01_Night/Stems/02_Vox_Alone.wav",
                          "01_Night/Stems/03_Other_Alone.wav", "01_Night/Mixes/Night_Master.wav"));
  std::vector<std::string> names;
  for (const PlannedProof& proof : plan.proofs()) names.push_back(proof.proof().name());
  EXPECT_THAT(names, ElementsAre("stems wav24", "stems wav24 keyed", "stems wav24 alone"));
  EXPECT_THAT(PathsOf(NightPlan("{stems: {master: keyed}}")), Contains("01_Night/Stems/01_Drums.wav"));
}

TEST(MasterStems, WithoutAChainAreOneSetAsNone) {
  const std::string all = "{stems: {}}, {stems: {master: keyed}}, {stems: {master: alone}}";
  EXPECT_EQ(NightPlan(all, "").files_size(), NightPlan("{stems: {}}", "").files_size());
  const RenderPlan keyed = NightPlan("{stems: {master: keyed}}, {mixes: [master]}", "");
  const RenderPlan none = NightPlan("{stems: {}}, {mixes: [master]}", "");
  EXPECT_TRUE(keyed.SerializeAsString() == none.SerializeAsString());
  EXPECT_EQ(NightPlan("{stems: {master: keyed}}", "").proofs(0).proof().of(), "print:premaster");
}

TEST(FinishedMaster, StandsInForTheInserts) {
  const RenderPlan plan = NightPlan("{mixes: [master, tv, premaster]}", "{print: m.wav}");
  const MasterChain& chain = FinishOf(plan).master();
  EXPECT_THAT(chain.inserts(), IsEmpty());
  ASSERT_EQ(chain.print().regions_size(), 1);
  EXPECT_EQ(chain.print().regions(0).frame_count(), 1000);
  EXPECT_EQ(MixOf(plan, "master").master(), MASTER_FINISHED);
  EXPECT_EQ(MixOf(plan, "master").terms_size(), 0);
  EXPECT_EQ(MixOf(plan, "tv").master(), MASTER_KEYED);
  EXPECT_EQ(MixOf(plan, "premaster").master(), MASTER_NONE);
}

TEST(FinishedMaster, StemsCloseOnItWithAResidual) {
  const RenderPlan plan = NightPlan("{stems: {master: keyed}}, {mixes: [master]}", "{print: m.wav}");
  EXPECT_THAT(PathsOf(plan), ElementsAre("01_Night/Stems/01_Drums.wav", "01_Night/Stems/02_Vox.wav",
                                         "01_Night/Stems/03_Other.wav", "01_Night/Stems/04_Residual.wav",
                                         "01_Night/Mixes/Night_Master.wav"));
  EXPECT_EQ(MixOf(plan, "Residual").master(), MASTER_RESIDUAL);
  EXPECT_EQ(MixOf(plan, "Residual").terms_size(), 0);
  EXPECT_EQ(plan.files(3).file().variant(), "wet");
  EXPECT_EQ(plan.proofs(0).residual_file(), 3);
  EXPECT_EQ(plan.proofs(0).proof().of(), "01_Night/Mixes/Night_Master.wav");
  EXPECT_EQ(SumOf(plan, 0).stems_size(), 4);
  EXPECT_TRUE(FinishOf(plan).has_whole_mix());
}

TEST(FinishedMaster, StemsWithoutItAreAsEver) {
  const RenderPlan plan = NightPlan("{stems: {}}", "{print: m.wav}");
  EXPECT_TRUE(CanonicalEncoding(FinishOf(plan)) == CanonicalEncoding(FinishOf(NightPlan("{stems: {}}", ""))));
  EXPECT_EQ(plan.proofs(0).proof().of(), "print:premaster");
}

}  // namespace
}  // namespace trackout
