// Blobs in a folder: whole or not there.
#include "core/blob_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class BlobStoreTest : public testing::Test {
 protected:
  std::unique_ptr<BlobWriter> Begin(const std::string& bytes) {
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer = store_.Create();
    EXPECT_TRUE(writer.ok()) << writer.status();
    EXPECT_TRUE((*writer)->Append(std::as_bytes(std::span(bytes))).ok());
    return *std::move(writer);
  }
  Digest Put(const std::string& bytes) {
    const absl::StatusOr<Digest> digest = Begin(bytes)->Commit();
    EXPECT_TRUE(digest.ok()) << digest.status();
    return *digest;
  }
  std::string Get(const Digest& digest) {
    const absl::StatusOr<std::string> path = store_.PathOf(digest);
    return path.ok() ? test::ReadFile(*path) : path.status().ToString();
  }
  std::vector<std::string> Files() const { return test::Listing(folder_.path()); }

  const test::Folder folder_;
  BlobStore store_{folder_.path()};
};

TEST_F(BlobStoreTest, GivesBackWhatWasCommitted) {
  const Digest digest = Put("sound");
  EXPECT_TRUE(SameDigest(digest, DigestOf("sound")));
  EXPECT_EQ(Get(digest), "sound");
  EXPECT_THAT(Files(), ElementsAre(Hex(digest)));
}

TEST_F(BlobStoreTest, HoldsAnEmptyBlob) {
  EXPECT_EQ(Get(Put("")), "");
}

TEST_F(BlobStoreTest, HoldsBlobsLargerThanItsBuffer) {
  std::string bytes;
  std::unique_ptr<BlobWriter> writer = Begin("");
  for (int i = 0; i < 50; ++i) {
    const std::string piece(static_cast<size_t>(10'000 + i), static_cast<char>('a' + i % 26));
    bytes += piece;
    ASSERT_TRUE(writer->Append(std::as_bytes(std::span(piece))).ok());
  }
  const absl::StatusOr<Digest> digest = writer->Commit();
  ASSERT_TRUE(digest.ok());
  EXPECT_TRUE(SameDigest(*digest, DigestOf(bytes)));
  EXPECT_EQ(Get(*digest), bytes);
}

TEST_F(BlobStoreTest, ADroppedWriterLeavesNothing) {
  Begin("half");
  Begin(std::string(1'000'000, 'x'));
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(store_.PathOf(DigestOf("half")).status()));
}

TEST_F(BlobStoreTest, WhatIsNotCommittedIsNotFound) {
  const std::unique_ptr<BlobWriter> writer = Begin("half");
  EXPECT_TRUE(absl::IsNotFound(store_.PathOf(DigestOf("half")).status()));
}

TEST_F(BlobStoreTest, EqualBlobsAreOneFile) {
  const Digest first = Put("same");
  const Digest second = Put("same");
  EXPECT_TRUE(SameDigest(first, second));
  EXPECT_EQ(Files().size(), 1u);
  EXPECT_EQ(Get(first), "same");
}

TEST_F(BlobStoreTest, WritersDoNotDisturbEachOther) {
  std::unique_ptr<BlobWriter> one = Begin("one");
  std::unique_ptr<BlobWriter> two = Begin("two");
  ASSERT_TRUE(two->Commit().ok());
  ASSERT_TRUE(one->Commit().ok());
  EXPECT_EQ(Get(DigestOf("one")), "one");
  EXPECT_EQ(Get(DigestOf("two")), "two");
}

TEST_F(BlobStoreTest, ThreadsMayWriteAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 25; ++i) Put("blob " + std::to_string(t) + " " + std::to_string(i % 20));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Files().size(), 80u);
  EXPECT_EQ(Get(DigestOf("blob 3 19")), "blob 3 19");
}

TEST_F(BlobStoreTest, ReadsAnAdoptedFileWhereItLies) {
  const test::Folder elsewhere;
  const std::string path = elsewhere.Write("Kick.wav", "kick");
  store_.Adopt(DigestOf("kick"), path);
  EXPECT_EQ(*store_.PathOf(DigestOf("kick")), path);
  EXPECT_THAT(Files(), IsEmpty());
}

// A raw track may have the very bytes of its source; the package takes the store's copy, not the source.
TEST_F(BlobStoreTest, ItsOwnCopyComesBeforeAnAdoptedFile) {
  const test::Folder elsewhere;
  store_.Adopt(DigestOf("kick"), elsewhere.Write("Kick.wav", "kick"));
  const Digest digest = Put("kick");
  EXPECT_THAT(*store_.PathOf(digest), testing::StartsWith(folder_.path()));
}

TEST(BlobStore, SaysSoWhereItsFolderIsGone) {
  BlobStore store("/nowhere/at/all");
  EXPECT_FALSE(store.Create().ok());
}

TEST(BlobStore, SaysThatTheDiskIsFull) {
  ASSERT_TRUE(std::ifstream("/dev/full"));
  const test::Folder folder;
  BlobStore store(folder.path());
  std::unique_ptr<BlobWriter> writer = *store.Create();
  // The writer's file becomes one on which every write fails with ENOSPC.
  const std::string at = folder / test::Listing(folder.path()).at(0);
  for (int descriptor = 3; descriptor < 64; ++descriptor) {
    std::error_code error;
    const auto link = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error);
    if (error || link != at) continue;
    const int full = open("/dev/full", O_WRONLY);
    dup2(full, descriptor);
    close(full);
  }
  const std::vector<std::byte> bytes(1 << 20);
  const absl::Status written = writer->Append(bytes);
  EXPECT_TRUE(absl::IsResourceExhausted(written)) << written;
}

}  // namespace
}  // namespace trackout
