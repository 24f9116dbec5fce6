// Where each file of a package stands: the examples of the design, and names that clash.
#include "coordinator/package/paths.h"

#include <set>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::ElementsAre;

class Paths : public testing::Test {
 protected:
  Paths() { AddSong("The Fast Route"); }

  void AddSong(const std::string& title) {
    SongFacts& song = *plan_.mutable_manifest()->add_songs();
    song.set_title(title);
    song.set_number(plan_.manifest().songs_size());
  }
  void Add(const std::string& kind, const std::string& name, const std::string& encoding = "wav24",
           const std::string& variant = "", int song = 1) {
    File& file = *plan_.add_files()->mutable_file();
    file.set_kind(kind);
    file.set_name(name);
    file.set_encoding(encoding);
    file.set_variant(variant);
    file.set_song(song);
  }
  // The file that was added last.
  File& Last() { return *plan_.mutable_files(plan_.files_size() - 1)->mutable_file(); }
  void AddTake(const std::string& kind, const std::string& name, const std::string& version,
               const std::string& edit) {
    Add(kind, name);
    Last().set_version(version);
    Last().set_edit(edit);
  }
  // Paths below the folder of the first song.
  std::vector<std::string> Assigned() {
    AssignPaths(plan_);
    std::vector<std::string> paths;
    for (const PlannedFile& file : plan_.files()) {
      std::string path = file.file().path();
      if (path.starts_with("01_The_Fast_Route/")) path.erase(0, 18);
      paths.push_back(path);
    }
    return paths;
  }

  RenderPlan plan_;
};

TEST_F(Paths, TheExamplesOfTheDesign) {
  Add("stem", "Drums", "wav24", "wet");
  Add("mix", "master");
  Add("track", "Kick", "wav24", "raw");
  EXPECT_THAT(Assigned(),
              ElementsAre("Stems/01_Drums.wav", "Mixes/The_Fast_Route_Master.wav", "Tracks/01_Kick.wav"));
}

TEST_F(Paths, NumbersRunForEachKindAndSong) {
  AddSong("Title Theme");
  Add("track", "Kick");
  Add("stem", "Drums");
  Add("track", "Snare");
  Add("stem", "Bass");
  Add("track", "Kick", "wav24", "", 2);
  EXPECT_THAT(Assigned(), ElementsAre("Tracks/01_Kick.wav", "Stems/01_Drums.wav", "Tracks/02_Snare.wav",
                                      "Stems/02_Bass.wav", "02_Title_Theme/Tracks/01_Kick.wav"));
}

TEST_F(Paths, TheFormatTellsApartWhatHasOneName) {
  Add("stem", "Drums", "wav24", "wet");
  Add("stem", "Bass", "wav24", "wet");
  Add("stem", "Drums", "wav16", "wet");
  Add("mix", "master", "wav24");
  Add("mix", "master", "wav32f");
  Add("mix", "tv", "wav24");
  EXPECT_THAT(Assigned(), ElementsAre("Stems/01_Drums_24.wav", "Stems/02_Bass_24.wav",
                                      "Stems/01_Drums_16.wav", "Mixes/The_Fast_Route_Master_24.wav",
                                      "Mixes/The_Fast_Route_Master_32f.wav", "Mixes/The_Fast_Route_TV.wav"));
}

TEST_F(Paths, TheVariantComesBeforeTheFormat) {
  Add("stem", "Drums", "wav24", "dry");
  Add("stem", "Drums", "wav16", "dry");
  Add("stem", "Drums", "wav16", "wet");
  EXPECT_THAT(Assigned(), ElementsAre("Stems/01_Drums_Dry_24.wav", "Stems/01_Drums_Dry_16.wav",
                                      "Stems/01_Drums_Wet.wav"));
}

TEST_F(Paths, VersionAndEditAreAlwaysInTheName) {
  AddTake("stem", "Drums", "Clean", "30s");
  AddTake("mix", "master", "Clean", "30s");
  AddTake("mix", "My Mix", "", "Radio Edit");
  AddTake("track", "Kick", "Clean", "");
  AddTake("stem", "Drums", "", "");
  EXPECT_THAT(Assigned(),
              ElementsAre("Stems/01_Drums_Clean_30s.wav", "Mixes/The_Fast_Route_Clean_30s_Master.wav",
                          "Mixes/The_Fast_Route_Radio_Edit_My_Mix.wav", "Tracks/01_Kick_Clean.wav",
                          "Stems/01_Drums.wav"));
}

TEST_F(Paths, RateAndChannelsTellApartAfterTheBits) {
  for (const int rate : {48000, 44100}) {
    for (const int channels : {2, 1}) {
      Add("mix", "master");
      Last().set_sample_rate(rate);
      Last().set_channels(channels);
    }
  }
  Add("mix", "master", "wav16");
  Last().set_sample_rate(44100);
  Last().set_channels(2);
  EXPECT_THAT(Assigned(), ElementsAre("Mixes/The_Fast_Route_Master_24_48000_Stereo.wav",
                                      "Mixes/The_Fast_Route_Master_24_48000_Mono.wav",
                                      "Mixes/The_Fast_Route_Master_24_44100_Stereo.wav",
                                      "Mixes/The_Fast_Route_Master_24_44100_Mono.wav",
                                      "Mixes/The_Fast_Route_Master_16.wav"));
}

TEST_F(Paths, NamesThatAFileSystemTakesForOneAreTold) {
  Add("mix", "Karaoke");
  Add("mix", "KARAOKE");
  Add("mix", "Karaoke?");
  EXPECT_THAT(Assigned(),
              ElementsAre("Mixes/The_Fast_Route_Karaoke.wav", "Mixes/The_Fast_Route_KARAOKE_2.wav",
                          "Mixes/The_Fast_Route_Karaoke_3.wav"));
}

TEST_F(Paths, AnOwnMixDoesNotTakeTheNameOfAWord) {
  Add("mix", "vocal_up");
  Add("mix", "Vocal Up");
  EXPECT_THAT(Assigned(),
              ElementsAre("Mixes/The_Fast_Route_Vocal_Up.wav", "Mixes/The_Fast_Route_Vocal_Up_2.wav"));
}

TEST_F(Paths, SongsOfOneTitleHaveTheirNumbers) {
  AddSong("The Fast Route");
  Add("stem", "A");
  Add("stem", "A", "wav24", "", 2);
  EXPECT_THAT(Assigned(), ElementsAre("Stems/01_A.wav", "02_The_Fast_Route/Stems/01_A.wav"));
}

TEST_F(Paths, AHundredSongsHaveThreeDigits) {
  for (int i = 2; i <= 100; ++i) AddSong("S");
  Add("stem", "A", "wav24", "", 7);
  EXPECT_THAT(Assigned(), ElementsAre("007_S/Stems/01_A.wav"));
}

TEST_F(Paths, AHundredTracksGoOnCounting) {
  for (int i = 1; i <= 100; ++i) Add("track", fmt::format("T{}", i));
  EXPECT_EQ(Assigned().back(), "Tracks/100_T100.wav");
}

TEST_F(Paths, LongNamesStayBelowTheLimitOfAFileSystem) {
  std::string title;
  for (int i = 0; i < 100; ++i) title += "夜";
  AddSong(title);
  for (const char* encoding : {"wav16", "wav24", "wav32f"}) {
    Add("mix", title, encoding, "", 2);
    Add("mix", title + "x", encoding, "", 2);
    Add("stem", title, encoding, "effects", 2);
    Add("stem", title, encoding, "wet", 2);
    for (const char* kind : {"stem", "mix"}) {
      for (const int rate : {48000, 192000}) {
        Add(kind, title, encoding, "effects", 2);
        Last().set_version(title);
        Last().set_edit(title);
        Last().set_sample_rate(rate);
        Last().set_channels(rate == 48000 ? 1 : 2);
      }
    }
  }
  for (const std::string& path : Assigned()) {
    for (size_t from = 0, to; from < path.size(); from = to + 1) {
      to = std::min(path.find('/', from), path.size());
      EXPECT_LE(to - from, 120u) << path;
    }
  }
}

TEST_F(Paths, AllAreDifferent) {
  for (const char* name : {"A", "a", "A/", "A_2", "A_24", "A:", "\u00C4", "A\u0308"}) {
    for (const char* encoding : {"wav16", "wav24"}) Add("mix", name, encoding);
  }
  std::set<std::string> different;
  for (const std::string& path : Assigned()) EXPECT_TRUE(different.insert(path).second) << path;
}

TEST_F(Paths, ThePackageIsNamedAfterItsAlbum) {
  plan_.mutable_manifest()->set_album("Night Trains: Vol. 1/2");
  EXPECT_EQ(PackageFolder(plan_.manifest()), "Night_Trains_Vol._1_2");
}

TEST_F(Paths, SetsThatDifferByTheirMasterSaySoWhereTheyClash) {
  const auto add = [&](const std::string& name, const std::string& master, const std::string& encoding) {
    Add("stem", name, encoding, "wet");
    plan_.mutable_files(plan_.files_size() - 1)->set_master(master);
  };
  add("Drums", "keyed", "wav24");
  EXPECT_THAT(Assigned(), ElementsAre("Stems/01_Drums.wav"));
  add("Drums", "", "wav24");
  add("Bass", "", "wav24");
  add("Residual", "keyed", "wav24");
  EXPECT_THAT(Assigned(), ElementsAre("Stems/01_Drums_Keyed.wav", "Stems/01_Drums.wav", "Stems/02_Bass.wav",
                                      "Stems/03_Residual_Keyed.wav"));
}

TEST_F(Paths, TheMasterTellsApartBeforeTheFormat) {
  const auto add = [&](const std::string& master, const std::string& encoding) {
    Add("stem", "Drums", encoding, "wet");
    plan_.mutable_files(plan_.files_size() - 1)->set_master(master);
  };
  add("", "wav24");
  add("keyed", "wav16");
  add("alone", "wav24");
  EXPECT_THAT(Assigned(),
              ElementsAre("Stems/01_Drums.wav", "Stems/01_Drums_Keyed.wav", "Stems/01_Drums_Alone.wav"));
  add("keyed", "wav24");
  EXPECT_THAT(Assigned(), ElementsAre("Stems/01_Drums.wav", "Stems/01_Drums_Keyed_16.wav",
                                      "Stems/01_Drums_Alone.wav", "Stems/01_Drums_Keyed_24.wav"));
}

}  // namespace
}  // namespace trackout
