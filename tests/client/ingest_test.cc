// Sources looked at: there or not, sound or not, and what is suggested.
#include "client/ingest.h"

#include <chrono>
#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class IngestTest : public testing::Test {
 protected:
  std::string Record(const std::string& name, int64_t frames = 500) {
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    return test::WriteWav(folder_ / name, test::Wav(Format::BITS_24), 1, 48000, test::Noise(frames, 0.5, 1));
  }
  // Looks at the sources of an album of these tracks: `{name: K, file: k.wav}, ...`.
  Ingested Ingest(const std::string& tracks, Digests digests = Digests::kAll, int workers = 3) {
    spec_ =
        ReadSpecText(folder_ / "album.yaml",
                     "album: A\nartist: B\ndeliver: [{mixes: [master]}]\nsongs:\n  - {title: One, tracks: [" +
                         tracks + "]}\n",
                     Solo::kRefuse);
    EXPECT_FALSE(HasErrors(spec_.findings));
    return IngestSources(spec_, digests, workers, stop_, progress_);
  }
  static std::vector<std::string> Told(const Ingested& ingested) {
    std::vector<std::string> told;
    for (const Finding& finding : ingested.findings)
      told.push_back(finding.place() + ": " + finding.message());
    return told;
  }

  const test::Folder folder_;
  Spec spec_;
  SongProgress progress_;
  std::atomic<bool> stop_ = false;
};

TEST_F(IngestTest, FindsSourcesBesideTheSpec) {
  const std::string path = Record("Kick.wav");
  const Ingested ingested = Ingest("{name: K, file: Kick.wav}");
  EXPECT_THAT(Told(ingested), IsEmpty());
  ASSERT_EQ(ingested.sources.size(), 1u);
  const Source& source = ingested.sources.at("Kick.wav");
  EXPECT_EQ(source.path(), "Kick.wav");
  EXPECT_EQ(source.frames(), 500);
  EXPECT_EQ(Hex(source.digest()), test::Run({"sha256sum", path}).out.substr(0, 64));
  EXPECT_EQ(source.digest().size_bytes(), 44 + 1500);
}

TEST_F(IngestTest, ImpulsesAndPrintsAreSources) {
  for (const char* name : {"k.wav", "hall.wav", "p.wav"}) Record(name);
  const Ingested ingested = Ingest(
      "{name: K, file: k.wav, inserts: [{type: reverb, impulse: hall.wav}]}, {name: L, file: k.wav, print: "
      "p.wav, inserts: [{type: reverb, impulse: none.wav}]}");
  EXPECT_THAT(Told(ingested), IsEmpty());  // a print has its inserts in it
  EXPECT_EQ(ingested.sources.size(), 3u);
  EXPECT_THAT(
      Told(Ingest("{name: K, file: k.wav, inserts: [{type: gain}, {type: reverb, impulse: hal.wav}]}")),
      ElementsAre(HasSubstr("songs[0].tracks[0].inserts[1].impulse: song \"One\": track \"K\": hal.wav: no "
                            "such file; did you mean \"hall.wav\"?")));
}

TEST_F(IngestTest, LooksAtEachFileOnce) {
  Record("Kick.wav");
  const Ingested ingested = Ingest("{name: K, file: Kick.wav}, {name: L, file: Kick.wav}");
  EXPECT_EQ(ingested.sources.size(), 1u);
  EXPECT_EQ(ingested.files.size(), 1u);
  EXPECT_EQ(progress_.steps_done, 1544);
  EXPECT_EQ(progress_.steps_total, 1544);
}

TEST_F(IngestTest, SuggestsTheNearestFile) {
  Record("Kick.wav");
  Record("Snare.wav");
  EXPECT_THAT(Told(Ingest("{name: K, file: Kik.wav}")),
              ElementsAre("songs[0].tracks[0].file: song \"One\": track \"K\": Kik.wav: no such file; did "
                          "you mean \"Kick.wav\"?"));
}

TEST_F(IngestTest, SuggestsNothingWhereNothingIsNear) {
  EXPECT_THAT(
      Told(Ingest("{name: K, file: nowhere/Trombone.wav}")),
      ElementsAre("songs[0].tracks[0].file: song \"One\": track \"K\": nowhere/Trombone.wav: no such file"));
}

TEST_F(IngestTest, TellsALinkThatLeadsNowhere) {
  std::filesystem::create_symlink("/nowhere/Kick.wav", folder_ / "Kick.wav");
  EXPECT_THAT(Told(Ingest("{name: K, file: Kick.wav}")),
              ElementsAre("songs[0].tracks[0].file: song \"One\": track \"K\": Kick.wav: no such file: a "
                          "link that leads nowhere"));
}

TEST_F(IngestTest, TellsAllThatIsWrongAtOnceAtEveryUse) {
  folder_.Write("text.wav", "not a sound");
  Record("Good.wav");
  std::filesystem::create_directory(folder_ / "folder.wav");
  const Ingested ingested = Ingest(
      "{name: A, file: text.wav}, {name: B, file: gone.flac}, {name: C, file: Good.wav}, "
      "{name: D, file: folder.wav}, {name: E, file: text.wav}");
  EXPECT_THAT(Told(ingested), ElementsAre(HasSubstr("tracks[0].file"), HasSubstr("gone.flac: no such file"),
                                          HasSubstr("folder.wav: is a folder"), HasSubstr("tracks[4].file")));
  EXPECT_EQ(ingested.sources.size(), 1u);
}

TEST_F(IngestTest, ADoubtIsAWarning) {
  const std::string wav = Record("Kick.wav", 48000);
  ASSERT_EQ(test::Run({"ffmpeg", "-nostdin", "-v", "error", "-i", wav, folder_ / "Kick.ogg"}).exit_code, 0);
  const Ingested ingested = Ingest("{name: K, file: Kick.ogg}");
  ASSERT_EQ(ingested.findings.size(), 1u);
  EXPECT_EQ(ingested.findings[0].severity(), Finding::warning);
  EXPECT_THAT(ingested.findings[0].message(), HasSubstr("lossy"));
}

TEST_F(IngestTest, ACheckTakesNoDigests) {
  Record("Kick.wav");
  EXPECT_EQ(Ingest("{name: K, file: Kick.wav}", Digests::kNone).sources.at("Kick.wav").digest().sha256(), "");
}

TEST_F(IngestTest, AStoreReadsTheSourcesWhereTheyLie) {
  const std::string path = Record("Kick.wav");
  const Ingested ingested = Ingest("{name: K, file: Kick.wav}");
  const test::Folder blobs;
  const std::unique_ptr<FileStore> opened = *FileStore::Open(blobs.path(), Durability::kCached);
  FileStore& store = *opened;
  AdoptSources(ingested, store);
  EXPECT_EQ(*store.PathOf(ingested.sources.at("Kick.wav").digest()), path);
}

TEST_F(IngestTest, FindsASourceThatWasChangedSince) {
  const std::string path = Record("Kick.wav");
  const Ingested ingested = Ingest("{name: K, file: Kick.wav}");
  EXPECT_TRUE(CheckUnchanged(ingested, Meanwhile::kRendered).ok());
  const auto time = std::filesystem::last_write_time(path);
  std::filesystem::last_write_time(path, time + std::chrono::milliseconds(1));
  EXPECT_TRUE(absl::IsDataLoss(CheckUnchanged(ingested, Meanwhile::kRendered)));
  EXPECT_THAT(CheckUnchanged(ingested, Meanwhile::kRendered).message(), HasSubstr("Kick.wav"));
  std::filesystem::last_write_time(path, time);
  EXPECT_TRUE(CheckUnchanged(ingested, Meanwhile::kRendered).ok());
  std::filesystem::last_write_time(path, time + std::chrono::milliseconds(1));
  EXPECT_THAT(CheckUnchanged(ingested, Meanwhile::kUploaded).message(),
              HasSubstr("was changed while it was uploaded; submit again"));
  std::filesystem::remove(path);
  EXPECT_TRUE(absl::IsDataLoss(CheckUnchanged(ingested, Meanwhile::kRendered)));
}

// Its doubt is one that no look at the file would have.
TEST_F(IngestTest, BelievesTheMemoryWhereTheFileIsTheSame) {
  const std::string path = Record("k.wav");
  const FileState state = *StateOf(path);
  Source source;
  source.set_channels(1);
  source.set_sample_rate(48000);
  source.set_frames(500);
  source.add_doubts("was remembered");
  *source.mutable_digest() = DigestOf("something");
  SourceMemory memory("");
  memory.Remember(path, state, source, state.inode_changed_ns + 10'000'000'000);
  Ingest("{name: K, file: k.wav}");
  const Ingested ingested = IngestSources(spec_, Digests::kAll, 2, stop_, progress_, &memory);
  EXPECT_THAT(Told(ingested), ElementsAre(HasSubstr("was remembered")));
  ASSERT_EQ(ingested.files.size(), 1u);
  EXPECT_TRUE(SameDigest(ingested.files[0].digest, source.digest()));
  Record("k.wav", 600);
  const Ingested again = IngestSources(spec_, Digests::kAll, 2, stop_, progress_, &memory);
  EXPECT_THAT(Told(again), IsEmpty());
  EXPECT_EQ(again.sources.at("k.wav").frames(), 600);
}

}  // namespace
}  // namespace trackout
