// Stems: who stands in which, what each is made of, and what the sets add up to.
#include "coordinator/planner/prints/stems.h"

#include "coordinator/planner/prints/mixes.h"
#include "core/job_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planner/prints/mixed_song.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kSong = R"(  - title: One
    buses:
      - {name: Kit, role: drums}
      - {name: Vox}
    returns:
      - {name: Echo, sends: [{to: Hall}]}
      - {name: Hall}
    tracks:
      - {name: Kick, file: kick, bus: Kit}
      - {name: Lead, file: lead, bus: Vox, role: lead_vocal, sends: [{to: Echo}]}
      - {name: Bass, file: bass, role: bass}
      - {name: Choir, file: choir, bus: Vox, role: backing_vocal, sends: [{to: Hall}]}
)";

class Stems : public testing::Test {
 protected:
  // A set as lines: "Drums wet: kick>Kit Kit>master".
  std::vector<std::string> Lines(const StemGroupSet& set) const {
    std::vector<std::string> lines;
    for (const Stem& stem : set.stems)
      lines.push_back(
          fmt::format("{} {}: {}", stem.name, stem.variant, fmt::join(song_.Written(stem.terms), " | ")));
    return lines;
  }
  std::vector<std::string> Only() {
    const std::vector<StemGroupSet> sets = StemSetsOf(song_.mixer(), request_);
    EXPECT_EQ(sets.size(), 1u);
    return Lines(sets.at(0));
  }
  void Ask(Processing processing) { request_.add_processing(processing); }
  void Group(const std::string& name, const std::vector<std::string>& of) {
    StemGroup& group = *request_.add_own_groups();
    group.set_name(name);
    for (const std::string& member : of) group.add_of(member);
  }
  Song& song() { return song_.song(); }

  test::MixedSong song_{kSong};
  StemsRequest request_;
};

const char* const kKick = "Kit wet: kick>Kit Kit>master";
const char* const kBass = "Other wet: bass>master";

TEST_F(Stems, AreTheBusesOfTheMasterAndOtherLast) {
  EXPECT_THAT(
      Only(),
      ElementsAre(kKick, "Vox wet: lead>Vox+Echo choir>Vox+Hall Vox>master Echo>master+Hall Hall>master",
                  kBass));
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_)[0].adds_up_to, "");
}

TEST_F(Stems, OfAFeederAreThePrintsOfTheMix) {
  const std::vector<PrintTerm> master = TermsOfMaster(song_.mixer());
  const StemGroupSet set = StemSetsOf(song_.mixer(), request_)[0];
  ASSERT_EQ(master.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(CanonicalEncoding(set.stems[i].terms.at(0).print),
              CanonicalEncoding(master[(i + 1) % 3].print));
  }
}

TEST_F(Stems, OfTracksAreOneForEachSource) {
  request_.set_groups(STEM_GROUPS_TRACKS);
  EXPECT_THAT(Only(),
              ElementsAre("Kick wet: kick>Kit Kit>master",
                          "Lead wet: lead>Vox+Echo Vox>master Echo>master+Hall Hall>master",
                          "Bass wet: bass>master", "Choir wet: choir>Vox+Hall Vox>master Hall>master"));
}

TEST_F(Stems, OfRolesComeInTheOrderOfTheFirstAndHaveTitles) {
  request_.set_groups(STEM_GROUPS_ROLES);
  song().mutable_tracks(3)->set_role(ROLE_DRUMS);
  EXPECT_THAT(Only(), ElementsAre("Drums wet: kick>Kit choir>Vox+Hall Kit>master Vox>master Hall>master",
                                  "Lead Vocal wet: lead>Vox+Echo Vox>master Echo>master+Hall Hall>master",
                                  "Bass wet: bass>master"));
}

TEST_F(Stems, SilentGroupsAreStillMade) {
  song().mutable_buses(0)->set_mute(true);
  EXPECT_EQ(Only()[0], "Kit wet: ");
  request_.set_groups(STEM_GROUPS_TRACKS);
  EXPECT_EQ(Only()[0], "Kick wet: ");
}

TEST_F(Stems, OwnGroupsHaveBusesAndTracksAndTheRestIsOther) {
  Group("Rhythm", {"Kit", "track:Bass"});
  Group("Choir", {"Choir"});
  EXPECT_THAT(Only(), ElementsAre("Rhythm wet: kick>Kit bass>master Kit>master",
                                  "Choir wet: choir>Vox+Hall Vox>master Hall>master",
                                  "Other wet: lead>Vox+Echo Vox>master Echo>master+Hall Hall>master"));
}

TEST_F(Stems, OwnGroupsOfEverythingHaveNoOther) {
  Group("Other", {"Kit"});
  Group("Vox", {"Vox", "Bass"});
  EXPECT_EQ(Only().size(), 2u);
  request_.mutable_own_groups(1)->mutable_of()->RemoveLast();
  EXPECT_THAT(Only(), testing::Contains("Other_2 wet: bass>master"));
}

TEST_F(Stems, PartialGroupsHaveNoOtherAndAddUpToThemselves) {
  Group("Rhythm", {"Kit"});
  request_.set_partial(true);
  EXPECT_THAT(Only(), ElementsAre("Rhythm wet: kick>Kit Kit>master"));
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_)[0].adds_up_to, "partial");
}

TEST_F(Stems, AReturnInAnOwnGroupIsThereFromEverySource) {
  Group("Space", {"Hall", "Bass"});
  EXPECT_THAT(Only(),
              ElementsAre("Space wet: bass>master | lead>-+Echo choir>-+Hall Echo>-+Hall Hall>master",
                          "Other wet: kick>Kit lead>Vox+Echo choir>Vox Kit>master Vox>master Echo>master"));
}

TEST_F(Stems, SeparateReturnsStandBehindTheOthers) {
  request_.set_returns(RETURNS_SEPARATE);
  EXPECT_THAT(Only(), ElementsAre(kKick, "Vox wet: lead>Vox choir>Vox Vox>master", kBass,
                                  "Echo wet: lead>-+Echo Echo>master",
                                  "Hall wet: lead>-+Echo choir>-+Hall Echo>-+Hall Hall>master"));
}

TEST_F(Stems, AReturnOfAnOwnGroupIsNotSeparateAgain) {
  request_.set_returns(RETURNS_SEPARATE);
  Group("Space", {"Hall"});
  EXPECT_THAT(Only(), ElementsAre("Space wet: lead>-+Echo choir>-+Hall Echo>-+Hall Hall>master",
                                  "Other wet: kick>Kit lead>Vox bass>master choir>Vox Kit>master Vox>master",
                                  "Echo wet: lead>-+Echo Echo>master"));
}

TEST_F(Stems, ASeparatePrintedReturnIsOneStem) {
  song().mutable_returns(1)->set_print("hall.print");
  song_.Record("hall.print", 2);
  request_.set_groups(STEM_GROUPS_TRACKS);
  request_.set_returns(RETURNS_SEPARATE);
  EXPECT_THAT(Only(), ElementsAre("Kick wet: kick>Kit Kit>master", "Lead wet: lead>Vox Vox>master",
                                  "Bass wet: bass>master", "Choir wet: choir>Vox Vox>master",
                                  "Echo wet: lead>-+Echo Echo>master", "Hall wet: hall.print>master"));
  request_.set_returns(RETURNS_IN_STEMS);
  EXPECT_EQ(Only().back(), "Hall wet: hall.print>master");
}

TEST_F(Stems, DryOnesLeaveSendsOut) {
  Ask(PROCESSING_DRY);
  EXPECT_THAT(Only(), ElementsAre("Kit dry: kick>Kit Kit>master", "Vox dry: lead>Vox choir>Vox Vox>master",
                                  "Other dry: bass>master"));
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_)[0].adds_up_to, "dry");
}

TEST_F(Stems, EffectsAreWetMinusDry) {
  Ask(PROCESSING_EFFECTS);
  const std::vector<std::string> lines = Only();
  EXPECT_EQ(lines[0], "Kit effects: kick>Kit Kit>master | kick>Kit Kit>master inverted");
  EXPECT_EQ(lines[1],
            "Vox effects: lead>Vox+Echo choir>Vox+Hall Vox>master Echo>master+Hall Hall>master | "
            "lead>Vox choir>Vox Vox>master inverted");
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_)[0].adds_up_to, "effects");
}

TEST_F(Stems, DryAndEffectsAreOneSetThatAddsUpToTheMix) {
  Ask(PROCESSING_EFFECTS);
  Ask(PROCESSING_WET);
  Ask(PROCESSING_DRY);
  const std::vector<StemGroupSet> sets = StemSetsOf(song_.mixer(), request_);
  ASSERT_EQ(sets.size(), 2u);
  EXPECT_EQ(sets[0].stems[0].variant, "wet");
  std::vector<std::string> variants;
  for (const Stem& stem : sets[1].stems) variants.push_back(stem.variant);
  EXPECT_THAT(variants, ElementsAre("dry", "dry", "dry", "effects", "effects", "effects"));
  EXPECT_EQ(sets[1].adds_up_to, "");
}

TEST_F(Stems, ASeparateReturnHasEffectsAndNothingDry) {
  request_.set_returns(RETURNS_SEPARATE);
  Ask(PROCESSING_DRY);
  EXPECT_THAT(Only(), ElementsAre("Kit dry: kick>Kit Kit>master", "Vox dry: lead>Vox choir>Vox Vox>master",
                                  "Other dry: bass>master"));
  request_.set_processing(0, PROCESSING_EFFECTS);
  EXPECT_EQ(Only()[3], "Echo effects: lead>-+Echo Echo>master");
}

TEST_F(Stems, MonoOnesAreDoubtedWhereASourceIsStereoOrPanned) {
  EXPECT_THAT(DoubtsOfMonoStems(song_.mixer(), request_), IsEmpty());
  song().mutable_tracks(0)->add_pan(10);
  song_.Record("bass", 2);
  EXPECT_THAT(
      DoubtsOfMonoStems(song_.mixer(), request_),
      ElementsAre(testing::HasSubstr("mono stem \"Kit\" is not centred: the track \"Kick\" is panned"),
                  testing::HasSubstr("mono stem \"Other\" is not centred: the track \"Bass\" is stereo")));
  song().mutable_tracks(0)->set_mute(true);
  song().mutable_master()->set_channels(CHANNELS_MONO);
  EXPECT_THAT(DoubtsOfMonoStems(song_.mixer(), request_), IsEmpty());
}

TEST_F(Stems, GoThroughTheMasterAsTheRequestSays) {
  song().mutable_master()->add_inserts()->mutable_limiter();
  const auto only = [&](StemMaster master) {
    request_.set_master(master);
    return StemSetsOf(song_.mixer(), request_).at(0);
  };
  for (const StemMaster master : {STEM_MASTER_NONE, STEM_MASTER_KEYED, STEM_MASTER_ALONE}) {
    const StemGroupSet set = only(master);
    ASSERT_EQ(set.stems.size(), 3u);
    const MasterUse use = master == STEM_MASTER_NONE    ? MASTER_NONE
                          : master == STEM_MASTER_KEYED ? MASTER_KEYED
                                                        : MASTER_OWN;
    for (const Stem& stem : set.stems) EXPECT_EQ(stem.master.use, use);
    EXPECT_EQ(set.is_open, master == STEM_MASTER_ALONE);
    EXPECT_EQ(set.master.use, master == STEM_MASTER_NONE ? MASTER_NONE : MASTER_KEYED);
    EXPECT_EQ(set.words, set.master_word);
  }
  EXPECT_EQ(only(STEM_MASTER_NONE).words, "");
  EXPECT_EQ(only(STEM_MASTER_KEYED).words, "keyed");
  EXPECT_EQ(only(STEM_MASTER_ALONE).words, "alone");
  request_.set_partial(true);
  request_.set_returns(RETURNS_SEPARATE);
  Group("Drums", {"Kit"});
  EXPECT_EQ(only(STEM_MASTER_KEYED).words, "partial groups returns keyed");
}

TEST_F(Stems, WithoutAChainAllStemsAreAsNone) {
  for (const StemMaster master : {STEM_MASTER_KEYED, STEM_MASTER_ALONE}) {
    request_.set_master(master);
    const StemGroupSet set = StemSetsOf(song_.mixer(), request_).at(0);
    EXPECT_EQ(set.words, "");
    EXPECT_FALSE(set.is_open);
    for (const Stem& stem : set.stems) EXPECT_EQ(stem.master.use, MASTER_NONE);
  }
}

TEST_F(Stems, OfAFinishedMasterHaveWhatIsNotExplainedAsTheLast) {
  song().mutable_master()->set_print("mastered");
  song_.Record("mastered", 2);
  request_.set_master(STEM_MASTER_KEYED);
  StemGroupSet set = StemSetsOf(song_.mixer(), request_).at(0);
  ASSERT_EQ(set.stems.size(), 4u);
  EXPECT_EQ(set.stems[3].name, "Residual");
  EXPECT_EQ(set.stems[3].variant, "wet");
  EXPECT_EQ(set.stems[3].master.use, MASTER_RESIDUAL);
  EXPECT_EQ(set.master.use, MASTER_FINISHED);
  EXPECT_THAT(set.stems[3].terms, IsEmpty());
  song().mutable_buses(0)->set_name("RESIDUAL");
  song().mutable_tracks(0)->set_bus("RESIDUAL");
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_).at(0).stems[3].name, "Residual_2");
  request_.set_master(STEM_MASTER_NONE);
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_).at(0).stems.size(), 3u);
}

TEST_F(Stems, ThatDoNotAddUpToTheFinishedMasterHaveNoResidual) {
  song().mutable_master()->set_print("mastered");
  song_.Record("mastered", 2);
  request_.set_master(STEM_MASTER_KEYED);
  Ask(PROCESSING_DRY);
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_).at(0).stems.back().name, "Other");
  Ask(PROCESSING_EFFECTS);
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_).at(0).stems.back().name, "Residual");
  Group("Drums", {"Kit"});
  request_.set_partial(true);
  EXPECT_EQ(StemSetsOf(song_.mixer(), request_).at(0).stems.back().name, "Drums");
}

}  // namespace
}  // namespace trackout
