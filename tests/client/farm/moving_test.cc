// Blobs between two stores, of which one is a farm's that comes and goes.
#include "client/farm/moving.h"

#include "core/blobs/file_store.h"
#include "core/digest.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "tests/client/farm_here.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

// A store that cannot be reached for the first so many calls.
class AwayStore : public BlobStore {
 public:
  AwayStore(BlobStore& store, int calls) : store_(store), calls_(calls) {}

  absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) override {
    return store_.FindMissing(digests);
  }
  absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) override {
    if (calls_-- > 0) return absl::UnavailableError("away");
    return store_.Open(digest, offset);
  }
  absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) override {
    return store_.Put(digest, offset);
  }

 private:
  BlobStore& store_;
  std::atomic<int> calls_;
};

class MovingTest : public testing::Test {
 protected:
  static std::unique_ptr<FileStore> Open(const test::Folder& folder) {
    return *FileStore::Open(folder.path(), Durability::kCached);
  }
  static void Put(FileStore& store, const std::string& bytes) {
    std::unique_ptr<BlobWriter> writer = *store.Create();
    ASSERT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    ASSERT_TRUE(writer->Commit().ok());
  }
  // Five blobs of 100,000 bytes and more.
  void SetUp() override {
    for (int i = 0; i < 5; ++i) {
      const std::string bytes(static_cast<size_t>(100'000 + i), static_cast<char>('a' + i));
      Put(*from_, bytes);
      bytes_.push_back(bytes);
      digests_.push_back(DigestOf(bytes));
    }
  }
  absl::StatusOr<Moved> Move(BlobStore& from) {
    return MoveBlobs(from, *to_, digests_, *farm_, stop_, progress_,
                     [this](int64_t to_move) { told_ = to_move; });
  }
  bool AllAreThere() { return to_->FindMissing(digests_)->empty(); }

  const test::Folder here_, there_;
  std::unique_ptr<FileStore> from_ = Open(here_), to_ = Open(there_);
  std::vector<std::string> bytes_;
  std::vector<Digest> digests_;
  std::atomic<bool> stop_ = false;
  SongProgress progress_;
  int64_t told_ = 0;
  // Never called: these tests only need its patience.
  std::unique_ptr<Farm> farm_ =
      Farm::InProcess(grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials()), stop_);
};

TEST_F(MovingTest, MovesWhatIsMissing) {
  Put(*to_, bytes_[3]);
  const absl::StatusOr<Moved> moved = Move(*from_);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(moved->bytes, 100'000 + 100'001 + 100'002 + 100'004);
  EXPECT_EQ(told_, moved->bytes);
  EXPECT_EQ(progress_.steps_done, moved->bytes);
  EXPECT_EQ(progress_.steps_total, moved->bytes);
  EXPECT_TRUE(AllAreThere());
}

TEST_F(MovingTest, GoesOnFromWhatHasArrived) {
  {
    std::unique_ptr<BlobWriter> writer = *to_->Put(digests_[0], 0);
    ASSERT_TRUE(writer->Append(std::as_bytes(std::span(bytes_[0]).first(60'000))).ok());
  }
  const absl::StatusOr<Moved> moved = Move(*from_);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(moved->bytes, SizeOf(digests_) - 60'000);
  EXPECT_TRUE(AllAreThere());
}

TEST_F(MovingTest, MovesTheOthersWhereOneIsLost) {
  from_->Remove(digests_[2]);
  const absl::StatusOr<Moved> moved = Move(*from_);
  ASSERT_TRUE(moved.ok()) << moved.status();
  ASSERT_EQ(moved->lost.size(), 1u);
  EXPECT_TRUE(SameDigest(moved->lost[0], digests_[2]));
  EXPECT_EQ(to_->FindMissing(digests_)->size(), 1u);
}

TEST_F(MovingTest, WaitsForAFarmThatComesBack) {
  test::FarmHere here;
  farm_ = *Farm::Connect(here.Listen(), stop_);
  std::vector<std::string> said;
  farm_->SpeakBy([&](const std::string& line) { said.push_back(line); });
  AwayStore away(*from_, 4);
  const absl::StatusOr<Moved> moved = Move(away);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_TRUE(AllAreThere());
  ASSERT_FALSE(said.empty());
  EXPECT_THAT(said.front(), testing::HasSubstr("is not reachable; waiting for it"));
}

TEST_F(MovingTest, DoesNotWaitForAFarmInThisProcess) {
  AwayStore away(*from_, 1000);
  EXPECT_TRUE(absl::IsUnavailable(Move(away).status()));
}

TEST_F(MovingTest, EndsWhereItIsStopped) {
  stop_ = true;
  EXPECT_TRUE(absl::IsCancelled(Move(*from_).status()));
}

}  // namespace
}  // namespace trackout
