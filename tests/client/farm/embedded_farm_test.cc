// The embedded farm: the same package with any number of workers and either bundling, and an end without
// leftovers when something fails. These tests also run under the thread sanitizer.
#include "client/farm/embedded_farm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "client/commands/following.h"
#include "client/ingest.h"
#include "coordinator/package/seal.h"
#include "core/digest.h"
#include "core/limits.h"
#include "tests/support/folder.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

constexpr int kRate = 8000;
constexpr int kSongs = 4;

class EmbeddedFarmTest : public ::testing::Test {
 protected:
  EmbeddedFarmTest() {
    std::string text =
        "album: A\nartist: B\ndeliver: [{stems: {}}, {mixes: [master, tv]}, {tracks: {}}]\nsongs:\n";
    for (int song = 0; song < kSongs; ++song) {
      text += "  - title: Song " + std::to_string(song) +
              "\n    buses: [{name: D}, {name: V, role: lead_vocal}]\n    tracks:\n";
      for (int track = 0; track < 4; ++track) {
        const std::string file = std::to_string(song) + "-" + std::to_string(track) + ".wav";
        test::WriteWav(folder_ / file, test::Wav(Format::BITS_24), 1, kRate,
                       test::Noise(kRate * 2 + song, 0.2, static_cast<uint64_t>(song * 10 + track)));
        text += "      - {name: T" + std::to_string(track) + ", file: " + file +
                ", bus: " + (track < 2 ? "D" : "V") + "}\n";
      }
    }
    spec_ = ReadSpecText(folder_ / "album.yaml", text, Solo::kRefuse);
    SongProgress progress;
    ingested_ = IngestSources(spec_, Digests::kAll, 4, stop_, progress);
  }

  // A farm of its own for each render, as the command has it.
  absl::StatusOr<Package> Render(int workers, Bundling bundling) {
    const std::string blobs = folder_ / ("blobs" + std::to_string(renders_++));
    store_ = *FileStore::Open(blobs, Durability::kCached);
    AdoptSources(ingested_, *store_);
    const absl::StatusOr<std::unique_ptr<EmbeddedFarm>> embedded =
        EmbeddedFarm::Start({workers, kBlockFrames}, *store_, stop_);
    if (!embedded.ok()) return embedded.status();
    Farm& farm = (*embedded)->client();
    const absl::StatusOr<SubmitResponse> submitted = farm.Submit(Request(bundling));
    if (!submitted.ok()) return submitted.status();
    EXPECT_EQ(submitted->missing_size(), 0) << "sources are adopted";
    const absl::StatusOr<OrderStatus> ended = farm.Watch("nighttrains", [this](const OrderStatus& status) {
      last_ = status;
      return FailedSong(status) != nullptr ? Onward::kLeave : Onward::kGoOn;
    });
    if (!ended.ok()) return ended.status();
    if (const SongStatus* song = FailedSong(*ended)) return absl::DataLossError(song->failure());
    return farm.GetPackage("nighttrains");
  }

  SubmitRequest Request(Bundling bundling) const {
    SubmitRequest request;
    request.set_order("nighttrains");
    *request.mutable_album() = spec_.album;
    request.set_spec_text(spec_.text);
    for (const auto& [path, source] : ingested_.sources) *request.add_sources() = source;
    request.set_bundling(bundling);
    return request;
  }

  static std::map<std::string, std::string> Texts(const Package& package) {
    std::map<std::string, std::string> texts;
    for (const PackageText& text : package.texts()) texts[text.path()] = text.text();
    return texts;
  }

  test::Folder folder_;
  std::atomic<bool> stop_ = false;
  Spec spec_;
  Ingested ingested_;
  OrderStatus last_;
  std::unique_ptr<FileStore> store_;
  int renders_ = 0;
};

TEST_F(EmbeddedFarmTest, GivesTheSamePackageWithAnyNumberOfWorkersAndEitherBundling) {
  ASSERT_FALSE(HasErrors(spec_.findings));
  const absl::StatusOr<Package> alone = Render(1, BUNDLING_SONG);
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(alone->manifest().files_size(), kSongs * (2 + 2 + 4));
  for (const int workers : {2, 5}) {
    for (const Bundling bundling : {BUNDLING_FARM, BUNDLING_SONG, BUNDLING_JOB}) {
      const absl::StatusOr<Package> together = Render(workers, bundling);
      ASSERT_TRUE(together.ok()) << together.status();
      EXPECT_EQ(Texts(*together), Texts(*alone));
    }
  }
}

TEST_F(EmbeddedFarmTest, ProvesEverySetOfStems) {
  const absl::StatusOr<Package> package = Render(3, BUNDLING_JOB);
  ASSERT_TRUE(package.ok()) << package.status();
  ASSERT_EQ(package->manifest().songs_size(), kSongs);
  for (const SongFacts& song : package->manifest().songs()) {
    ASSERT_EQ(song.proofs_size(), 1);
    EXPECT_EQ(song.proofs(0).verdict(), "passed");
    EXPECT_EQ(song.proofs(0).max_lsb(), 0);
  }
}

TEST_F(EmbeddedFarmTest, HasWhatItMadeInTheStore) {
  const absl::StatusOr<Package> package = Render(2, BUNDLING_FARM);
  ASSERT_TRUE(package.ok()) << package.status();
  for (const File& file : package->manifest().files())
    EXPECT_TRUE(store_->PathOf(BlobOf(file)).ok()) << file.path();
}

TEST_F(EmbeddedFarmTest, TellsWhichSongFailed) {
  std::filesystem::remove(folder_ / "2-1.wav");
  for (const Bundling bundling : {BUNDLING_FARM, BUNDLING_JOB}) {
    const absl::StatusOr<Package> package = Render(4, bundling);
    ASSERT_FALSE(package.ok());
    const SongStatus* song = FailedSong(last_);
    ASSERT_NE(song, nullptr) << package.status();
    EXPECT_EQ(song->title(), "Song 2");
    EXPECT_TRUE(song->source_at_fault()) << song->failure();
    EXPECT_THAT(song->failure(), testing::HasSubstr("2-1.wav"));
  }
}

TEST_F(EmbeddedFarmTest, StopsWhenItIsToldTo) {
  stop_ = true;
  EXPECT_TRUE(absl::IsCancelled(Render(2, BUNDLING_SONG).status()));
}

TEST_F(EmbeddedFarmTest, CountsEveryPassOfProgress) {
  ASSERT_TRUE(Render(2, BUNDLING_JOB).ok());
  ASSERT_EQ(last_.songs_size(), kSongs);
  for (const SongStatus& song : last_.songs()) {
    EXPECT_GT(song.steps_total(), 0);
    EXPECT_EQ(song.steps_done(), song.steps_total()) << song.title();
  }
}

}  // namespace
}  // namespace trackout
