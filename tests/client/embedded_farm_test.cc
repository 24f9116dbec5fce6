// The embedded farm: units in the order of their needs, the same results with any number of threads, and an
// end without leftovers when something fails. These tests also run under the thread sanitizer.
#include "client/embedded_farm.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "client/ingest.h"
#include "coordinator/planner/planner.h"
#include "core/digest.h"
#include "core/limits.h"
#include "tests/support/folder.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

constexpr int kRate = 8000;
constexpr int kSongs = 4;

class EmbeddedFarm : public ::testing::Test {
 protected:
  EmbeddedFarm() {
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
    plan_ = PlanAlbum(spec_.album, ingested_.sources, spec_.findings);
  }

  absl::StatusOr<JobResults> Render(int workers, Bundling bundling) {
    const std::string blobs = folder_ / ("blobs" + std::to_string(renders_++));
    std::filesystem::create_directory(blobs);
    BlobStore store(blobs);
    AdoptSources(ingested_, store);
    std::deque<SongProgress> songs;
    PrepareProgress(plan_, bundling, songs);
    return RenderPlanHere(plan_, store, {workers, bundling, kBlockFrames}, stop_, songs);
  }

  std::vector<std::string> DigestsOfFiles(const JobResults& results) const {
    std::vector<std::string> digests;
    for (const PlannedFile& file : plan_.files()) {
      digests.push_back(Hex(results.at(file.made_by().job_key()).outputs(file.made_by().output()).digest()));
    }
    return digests;
  }

  test::Folder folder_;
  std::atomic<bool> stop_ = false;
  Spec spec_;
  Ingested ingested_;
  RenderPlan plan_;
  int renders_ = 0;
};

TEST_F(EmbeddedFarm, GivesTheSameFilesWithAnyNumberOfWorkersAndEitherBundling) {
  ASSERT_FALSE(HasErrors(spec_.findings));
  const absl::StatusOr<JobResults> alone = Render(1, Bundling::kSong);
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(DigestsOfFiles(*alone).size(), size_t{kSongs * (2 + 2 + 4)});
  for (const int workers : {2, 5}) {
    for (const Bundling bundling : {Bundling::kSong, Bundling::kJob}) {
      const absl::StatusOr<JobResults> together = Render(workers, bundling);
      ASSERT_TRUE(together.ok()) << together.status();
      EXPECT_EQ(DigestsOfFiles(*together), DigestsOfFiles(*alone));
    }
  }
}

TEST_F(EmbeddedFarm, ProvesEverySetOfStems) {
  const absl::StatusOr<JobResults> results = Render(3, Bundling::kJob);
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(plan_.proofs_size(), kSongs);
  for (const PlannedProof& proof : plan_.proofs()) {
    EXPECT_TRUE(results->at(proof.job_key()).residual().within_bound());
    EXPECT_EQ(results->at(proof.job_key()).residual().max_lsb(), 0);
  }
}

TEST_F(EmbeddedFarm, TellsWhichSongFailedAndEndsTheOthers) {
  std::filesystem::remove(folder_ / "2-1.wav");
  for (const Bundling bundling : {Bundling::kSong, Bundling::kJob}) {
    stop_ = false;
    const absl::StatusOr<JobResults> results = Render(4, bundling);
    ASSERT_FALSE(results.ok());
    EXPECT_TRUE(absl::IsDataLoss(results.status())) << results.status();
    EXPECT_NE(results.status().message().find("song \"Song 2\""), absl::string_view::npos)
        << results.status();
    EXPECT_NE(results.status().message().find("2-1.wav"), absl::string_view::npos) << results.status();
  }
}

TEST_F(EmbeddedFarm, StopsWhenItIsToldTo) {
  stop_ = true;
  EXPECT_TRUE(absl::IsCancelled(Render(2, Bundling::kSong).status()));
}

TEST_F(EmbeddedFarm, CountsEveryPassOfProgress) {
  const std::string blobs = folder_ / "counted";
  std::filesystem::create_directory(blobs);
  BlobStore store(blobs);
  AdoptSources(ingested_, store);
  std::deque<SongProgress> songs;
  PrepareProgress(plan_, Bundling::kJob, songs);
  ASSERT_EQ(songs.size(), size_t{kSongs});
  ASSERT_TRUE(RenderPlanHere(plan_, store, {2, Bundling::kJob, 100}, stop_, songs).ok());
  for (const SongProgress& song : songs) {
    EXPECT_GT(song.steps_total, 0);
    EXPECT_EQ(song.steps_done, song.steps_total) << song.title;
  }
}

}  // namespace
}  // namespace trackout
