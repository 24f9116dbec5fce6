// Blobs move whole, from where an earlier try stopped, and every byte is counted once.
#include "core/blobs/copy.h"

#include "core/blobs/file_store.h"
#include "core/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

std::string Bytes(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

// A store whose readers fail with Unavailable once they have given so many bytes.
class Flaky : public BlobStore {
 public:
  explicit Flaky(BlobStore& store) : store_(store) {}

  int64_t fails_after_bytes = 0;
  std::vector<int64_t> offsets;  // that it was opened at

  absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) override {
    return store_.FindMissing(digests);
  }
  absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) override {
    offsets.push_back(offset);
    return std::make_unique<Reader>(*store_.Open(digest, offset), fails_after_bytes);
  }
  absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) override {
    return store_.Put(digest, offset);
  }

 private:
  class Reader : public BlobReader {
   public:
    Reader(std::unique_ptr<BlobReader> reader, int64_t left) : reader_(std::move(reader)), left_(left) {}
    absl::StatusOr<size_t> Read(std::span<std::byte> bytes) override {
      if (left_ <= 0) return absl::UnavailableError("the line is cut");
      const absl::StatusOr<size_t> count =
          reader_->Read(bytes.first(std::min(bytes.size(), static_cast<size_t>(left_))));
      left_ -= static_cast<int64_t>(*count);
      return count;
    }

   private:
    const std::unique_ptr<BlobReader> reader_;
    int64_t left_;
  };

  BlobStore& store_;
};

// One whose question is answered with what was true a moment ago.
class Stale : public BlobStore {
 public:
  explicit Stale(BlobStore& store) : store_(store) {}

  int64_t first_answer = 0;
  int questions = 0;

  absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) override {
    absl::StatusOr<std::vector<MissingBlob>> missing = store_.FindMissing(digests);
    if (questions++ == 0) missing->front().set_arrived_bytes(first_answer);
    return missing;
  }
  absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) override {
    return store_.Open(digest, offset);
  }
  absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) override {
    return store_.Put(digest, offset);
  }

 private:
  BlobStore& store_;
};

class CopyTest : public testing::Test {
 protected:
  Digest Keep(const std::string& bytes) {
    std::unique_ptr<BlobWriter> writer = *from_->Create();
    EXPECT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    return *writer->Commit();
  }
  absl::Status Copy(const Digest& digest) { return CopyBlob(*from_, *to_, digest, stop_, &done_); }
  std::string Copied(const Digest& digest) {
    const absl::StatusOr<std::string> path = to_->PathOf(digest);
    return path.ok() ? test::ReadFile(*path) : path.status().ToString();
  }

  const test::Folder from_folder_, to_folder_;
  const std::unique_ptr<FileStore> from_ = *FileStore::Open(from_folder_.path(), Durability::kCached);
  const std::unique_ptr<FileStore> to_ = *FileStore::Open(to_folder_.path(), Durability::kCached);
  std::atomic<bool> stop_ = false;
  std::atomic<int64_t> done_ = 7;
};

TEST_F(CopyTest, MovesBlobsOfEverySize) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{kPieceBytes} - 1, size_t{kPieceBytes},
                            size_t{kPieceBytes} + 1, size_t{3'000'003}}) {
    done_ = 7;
    const std::string bytes = Bytes(size);
    const Digest digest = Keep(bytes);
    const absl::Status copied = Copy(digest);
    EXPECT_TRUE(copied.ok()) << copied;
    EXPECT_EQ(Copied(digest), bytes);
    EXPECT_EQ(done_, 7 + static_cast<int64_t>(size));
  }
}

TEST_F(CopyTest, DoesNothingTwice) {
  const Digest digest = Keep("sound");
  ASSERT_TRUE(Copy(digest).ok());
  from_->Remove(digest);
  EXPECT_TRUE(Copy(digest).ok());
  EXPECT_EQ(done_, 7 + 5 + 5);
}

TEST_F(CopyTest, NeedNotBeCounted) {
  const Digest digest = Keep("sound");
  EXPECT_TRUE(CopyBlob(*from_, *to_, digest, stop_, nullptr).ok());
}

TEST_F(CopyTest, SaysSoWhereThereIsNoSuchBlob) {
  EXPECT_TRUE(absl::IsNotFound(Copy(DigestOf("nothing"))));
  EXPECT_EQ(done_, 7);
}

TEST_F(CopyTest, GoesOnWhereTheLineWasCut) {
  const std::string bytes = Bytes(3'000'003);
  const Digest digest = Keep(bytes);
  Flaky flaky(*from_);
  flaky.fails_after_bytes = 1'000'000;
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = CopyBlob(flaky, *to_, digest, stop_, &done_);
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_EQ(done_, 7);
  }
  flaky.fails_after_bytes = 4;  // the rest, and its end
  EXPECT_TRUE(CopyBlob(flaky, *to_, digest, stop_, &done_).ok());
  EXPECT_THAT(flaky.offsets, testing::ElementsAre(0, 1'000'000, 2'000'000, 3'000'000));
  EXPECT_EQ(Copied(digest), bytes);
  EXPECT_EQ(done_, 7 + 3'000'003);
}

TEST_F(CopyTest, StopsAndKeepsWhatHasArrived) {
  const Digest digest = Keep(Bytes(3'000'003));
  stop_ = true;
  EXPECT_TRUE(absl::IsCancelled(Copy(digest)));
  EXPECT_EQ(done_, 7);
  stop_ = false;
  EXPECT_TRUE(Copy(digest).ok());
}

TEST_F(CopyTest, AsksAgainWhereItCannotGoOn) {
  const Digest digest = Keep("sound");
  Stale stale(*to_);
  stale.first_answer = 3;  // none of it is there
  EXPECT_TRUE(CopyBlob(*from_, stale, digest, stop_, &done_).ok());
  EXPECT_EQ(stale.questions, 2);
  EXPECT_EQ(Copied(digest), "sound");
  EXPECT_EQ(done_, 7 + 5);
}

TEST_F(CopyTest, StartsAgainWhereWhatHadArrivedIsWrong) {
  const Digest digest = Keep("sound");
  to_folder_.Write("arriving/" + Hex(digest), "sXu");
  EXPECT_TRUE(Copy(digest).ok());
  EXPECT_EQ(Copied(digest), "sound");
}

TEST_F(CopyTest, DoesNotTakeADamagedSource) {
  const Digest digest = DigestOf("sound");
  from_->Adopt(digest, from_folder_.Write("Kick.wav", "soupd"));
  EXPECT_TRUE(absl::IsDataLoss(Copy(digest)));
  EXPECT_TRUE(absl::IsNotFound(to_->PathOf(digest).status()));
  EXPECT_EQ(done_, 7);
}

}  // namespace
}  // namespace trackout
