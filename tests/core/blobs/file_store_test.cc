// Blobs in a folder: whole or not there, found again after a start, never given out damaged.
#include "core/blobs/file_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "core/blobs/disk.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string Bytes(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

class FileStoreTest : public testing::Test {
 protected:
  FileStoreTest() { Reopen(); }

  void Reopen(Durability durability = Durability::kCached) {
    store_.reset();
    absl::StatusOr<std::unique_ptr<FileStore>> opened = FileStore::Open(folder_.path(), durability);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  static absl::Status Append(BlobWriter& writer, const std::string& bytes) {
    return writer.Append(std::as_bytes(std::span(bytes)));
  }
  std::unique_ptr<BlobWriter> Begin(const std::string& bytes) {
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer = store_->Create();
    EXPECT_TRUE(writer.ok()) << writer.status();
    EXPECT_TRUE(Append(**writer, bytes).ok());
    return *std::move(writer);
  }
  Digest Keep(const std::string& bytes) {
    const absl::StatusOr<Digest> digest = Begin(bytes)->Commit();
    EXPECT_TRUE(digest.ok()) << digest.status();
    return *digest;
  }
  std::unique_ptr<BlobWriter> Put(const Digest& digest, int64_t offset, const std::string& bytes) {
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer = store_->Put(digest, offset);
    EXPECT_TRUE(writer.ok()) << writer.status();
    EXPECT_TRUE(Append(**writer, bytes).ok());
    return *std::move(writer);
  }
  std::string Get(const Digest& digest) {
    const absl::StatusOr<std::string> path = store_->PathOf(digest);
    return path.ok() ? test::ReadFile(*path) : path.status().ToString();
  }
  std::string Read(const Digest& digest, int64_t offset) {
    absl::StatusOr<std::unique_ptr<BlobReader>> reader = store_->Open(digest, offset);
    if (!reader.ok()) return reader.status().ToString();
    std::string bytes;
    std::vector<std::byte> piece(1000);
    while (true) {
      const absl::StatusOr<size_t> count = (*reader)->Read(piece);
      if (!count.ok()) return count.status().ToString();
      if (*count == 0) return bytes;
      bytes.append(reinterpret_cast<const char*>(piece.data()), *count);
    }
  }
  // What has arrived of it; -1 where it is there.
  int64_t Arrived(const Digest& digest) {
    const absl::StatusOr<std::vector<MissingBlob>> missing = store_->FindMissing({&digest, 1});
    EXPECT_TRUE(missing.ok()) << missing.status();
    return missing->empty() ? -1 : missing->at(0).arrived_bytes();
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names = test::Listing(folder_.path());
    std::erase_if(names, [](const std::string& name) { return name.ends_with('/'); });
    return names;
  }
  static std::string Name(const Digest& digest) {
    return "blobs/" + Hex(digest).substr(0, 2) + "/" + Hex(digest);
  }
  // What happens to a blob on a bad disk.
  void Overwrite(const Digest& digest, const std::string& bytes) {
    test::WriteFile(folder_ / Name(digest), bytes);
  }

  const test::Folder folder_;
  std::unique_ptr<FileStore> store_;
};

// Written here.

TEST_F(FileStoreTest, AFileWithoutANameIsNowhereInTheFolder) {
  const absl::StatusOr<DiskFile> file = store_->CreateNameless();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(Files(), IsEmpty());
  ASSERT_EQ(pwrite(file->descriptor(), "sound", 5, 100), 5);
  char bytes[5];
  ASSERT_EQ(pread(file->descriptor(), bytes, 5, 100), 5);
  EXPECT_EQ(std::string(bytes, 5), "sound");
}

TEST_F(FileStoreTest, GivesBackWhatWasCommitted) {
  const Digest digest = Keep("sound");
  EXPECT_TRUE(SameDigest(digest, DigestOf("sound")));
  EXPECT_EQ(Get(digest), "sound");
  EXPECT_EQ(Read(digest, 0), "sound");
  EXPECT_EQ(Read(digest, 3), "nd");
  EXPECT_EQ(Read(digest, 5), "");
  EXPECT_THAT(Read(digest, 6), HasSubstr("OUT_OF_RANGE"));
  EXPECT_THAT(Files(), ElementsAre(Name(digest)));
}

TEST_F(FileStoreTest, ADurableStoreGivesBackWhatWasCommitted) {
  Reopen(Durability::kDurable);
  const Digest digest = Keep("sound");
  Put(DigestOf("music"), 0, "music")->Commit().IgnoreError();
  Reopen(Durability::kDurable);
  EXPECT_EQ(Get(digest), "sound");
  EXPECT_EQ(Get(DigestOf("music")), "music");
}

TEST_F(FileStoreTest, HoldsBlobsLargerThanItsBuffer) {
  std::string bytes;
  std::unique_ptr<BlobWriter> writer = Begin("");
  for (int i = 0; i < 50; ++i) {
    // Below the buffer, above it, and just as much.
    const size_t size =
        i % 7 == 3 ? (256 << 10) + static_cast<size_t>(i % 3) : 10'000 + static_cast<size_t>(i);
    const std::string piece(size, static_cast<char>('a' + i % 26));
    bytes += piece;
    ASSERT_TRUE(Append(*writer, piece).ok());
  }
  const absl::StatusOr<Digest> digest = writer->Commit();
  ASSERT_TRUE(digest.ok());
  EXPECT_TRUE(SameDigest(*digest, DigestOf(bytes)));
  EXPECT_EQ(Get(*digest), bytes);
  EXPECT_EQ(Read(*digest, 777'777), bytes.substr(777'777));
}

TEST_F(FileStoreTest, ADroppedWriterLeavesNothing) {
  Begin("half");
  Begin(std::string(1'000'000, 'x'));
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(store_->PathOf(DigestOf("half")).status()));
}

TEST_F(FileStoreTest, WhatIsNotCommittedIsNotFound) {
  const std::unique_ptr<BlobWriter> writer = Begin("half");
  EXPECT_TRUE(absl::IsNotFound(store_->PathOf(DigestOf("half")).status()));
  EXPECT_EQ(Arrived(DigestOf("half")), 0);
}

TEST_F(FileStoreTest, EqualBlobsAreOneFile) {
  const Digest first = Keep("same");
  const Digest second = Keep("same");
  EXPECT_TRUE(SameDigest(first, second));
  EXPECT_THAT(Files(), SizeIs(1));
  EXPECT_EQ(Get(first), "same");
}

TEST_F(FileStoreTest, WritersDoNotDisturbEachOther) {
  std::unique_ptr<BlobWriter> one = Begin("one");
  std::unique_ptr<BlobWriter> two = Begin("two");
  ASSERT_TRUE(two->Commit().ok());
  ASSERT_TRUE(one->Commit().ok());
  EXPECT_EQ(Get(DigestOf("one")), "one");
  EXPECT_EQ(Get(DigestOf("two")), "two");
}

TEST_F(FileStoreTest, AnEmptyBlobIsAlwaysThere) {
  const Digest empty = DigestOf("");
  EXPECT_EQ(Arrived(empty), -1);
  EXPECT_EQ(Read(empty, 0), "");
  EXPECT_EQ(Get(empty), "");
  store_->Remove(empty);
  EXPECT_EQ(Get(empty), "");
  EXPECT_EQ(Get(Keep("")), "");
}

TEST_F(FileStoreTest, RefusesADigestWithoutShape) {
  Digest digest = DigestOf("a");
  digest.set_sha256("../../../etc/passwd");
  EXPECT_TRUE(absl::IsInvalidArgument(store_->FindMissing({&digest, 1}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->Open(digest, 0).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->Put(digest, 0).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->PathOf(digest).status()));
}

// Put by a peer.

TEST_F(FileStoreTest, KeepsWhatHasArrivedAndGoesOn) {
  const std::string bytes = Bytes(1'000'003);
  const Digest digest = DigestOf(bytes);
  Put(digest, 0, bytes.substr(0, 300'001));
  EXPECT_EQ(Arrived(digest), 300'001);
  Reopen();  // the process died
  EXPECT_EQ(Arrived(digest), 300'001);
  EXPECT_TRUE(absl::IsNotFound(store_->Open(digest, 0).status()));
  Put(digest, 300'001, bytes.substr(300'001, 5));
  const absl::StatusOr<Digest> committed = Put(digest, 300'006, bytes.substr(300'006))->Commit();
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_TRUE(SameDigest(*committed, digest));
  EXPECT_EQ(Arrived(digest), -1);
  EXPECT_EQ(Get(digest), bytes);
  EXPECT_THAT(Files(), ElementsAre(Name(digest)));
}

TEST_F(FileStoreTest, GoesOnAtTheVeryEnd) {
  const Digest digest = DigestOf("sound");
  Put(digest, 0, "sound");
  EXPECT_EQ(Arrived(digest), 5);
  EXPECT_TRUE(Put(digest, 5, "")->Commit().ok());
  EXPECT_EQ(Get(digest), "sound");
}

TEST_F(FileStoreTest, GoesOnNowhereElse) {
  const Digest digest = DigestOf("sound");
  EXPECT_TRUE(absl::IsOutOfRange(store_->Put(digest, 3).status()));
  Put(digest, 0, "sou");
  for (const int64_t offset : {-1, 1, 2, 4, 5, 6}) {
    EXPECT_TRUE(absl::IsOutOfRange(store_->Put(digest, offset).status())) << offset;
  }
  EXPECT_TRUE(Put(digest, 3, "nd")->Commit().ok());
}

TEST_F(FileStoreTest, StartsAgainAtTheBeginning) {
  const Digest digest = DigestOf("sound");
  Put(digest, 0, "XXXX");
  EXPECT_TRUE(Put(digest, 0, "sound")->Commit().ok());
  EXPECT_EQ(Get(digest), "sound");
}

TEST_F(FileStoreTest, RefusesOtherBytesAndKeepsNone) {
  const Digest digest = DigestOf("sound");
  EXPECT_TRUE(absl::IsDataLoss(Put(digest, 0, "soupd")->Commit().status()));
  EXPECT_TRUE(absl::IsDataLoss(Put(digest, 0, "soun")->Commit().status()));
  const absl::Status longer = Append(*Put(digest, 0, "soun"), "dx");
  EXPECT_TRUE(absl::IsDataLoss(longer)) << longer;
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_EQ(Arrived(digest), 0);
  EXPECT_TRUE(Put(digest, 0, "sound")->Commit().ok());
}

TEST_F(FileStoreTest, WhatArrivedDamagedStartsAgain) {
  const Digest digest = DigestOf("sound");
  Put(digest, 0, "sou");
  test::WriteFile(folder_ / ("arriving/" + Hex(digest)), "sXu");
  EXPECT_TRUE(absl::IsDataLoss(Put(digest, 3, "nd")->Commit().status()));
  EXPECT_EQ(Arrived(digest), 0);
}

TEST_F(FileStoreTest, TheFirstOfTwoUploadsWins) {
  const Digest digest = DigestOf("sound");
  for (const bool first_wins : {true, false}) {
    std::unique_ptr<BlobWriter> first = Put(digest, 0, "sou");
    EXPECT_EQ(Arrived(digest), 0);
    EXPECT_TRUE(absl::IsOutOfRange(store_->Put(digest, 3).status()));
    std::unique_ptr<BlobWriter> second = Put(digest, 0, "sound");
    if (first_wins) {
      ASSERT_TRUE(Append(*first, "nd").ok());
      EXPECT_TRUE(first->Commit().ok());
      EXPECT_EQ(Arrived(digest), -1);
    }
    EXPECT_TRUE(second->Commit().ok());
    first.reset();
    second.reset();
    EXPECT_EQ(Get(digest), "sound");
    EXPECT_THAT(Files(), ElementsAre(Name(digest)));
    store_->Remove(digest);
  }
}

TEST_F(FileStoreTest, ADroppedSecondUploadLeavesNothing) {
  const Digest digest = DigestOf("sound");
  const std::unique_ptr<BlobWriter> first = Put(digest, 0, "");
  Put(digest, 0, "sou");
  EXPECT_THAT(Files(), ElementsAre("arriving/" + Hex(digest)));
}

// At rest.

TEST_F(FileStoreTest, FindsItsBlobsAgain) {
  const Digest one = Keep("one");
  const Digest two = Keep("the other");
  folder_.Write("new/7", "of a process that died");
  folder_.Write("blobs/lost+found/x", "");
  folder_.Write("blobs/zz/" + Hex(one), "");
  folder_.Write("blobs/README", "");
  folder_.Write(Name(one) + "x", "");
  folder_.Write("blobs/ab/" + std::string(64, 'X'), "");
  std::filesystem::create_directories(folder_ / Name(DigestOf("a folder")));
  Reopen();
  EXPECT_THAT(store_->Held(), SizeIs(2));
  EXPECT_EQ(Arrived(one), -1);
  EXPECT_EQ(Get(one), "one");
  EXPECT_EQ(Read(two, 4), "other");
  EXPECT_THAT(test::Listing(folder_ / "new"), IsEmpty());
}

TEST_F(FileStoreTest, FindsABlobThatWasDamagedAtRest) {
  // Other bytes, fewer, more, none.
  for (const std::string bytes : {"soupd", "soun", "soundd", ""}) {
    const Digest digest = Keep("sound");
    Overwrite(digest, bytes);
    Reopen();
    const absl::Status status = store_->Open(digest, 4).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(status.message(), HasSubstr(Hex(digest)));
    EXPECT_EQ(Arrived(digest), 0);
    EXPECT_TRUE(absl::IsNotFound(store_->PathOf(digest).status()));
    EXPECT_EQ(test::ReadFile(folder_ / ("damaged/" + Hex(digest))), bytes);
    EXPECT_TRUE(Put(digest, 0, "sound")->Commit().ok());
    EXPECT_EQ(Get(digest), "sound");
  }
}

TEST_F(FileStoreTest, ADamagedBlobHasNoPath) {
  const Digest digest = Keep("sound");
  Overwrite(digest, "soupd");
  Reopen();
  EXPECT_TRUE(absl::IsDataLoss(store_->PathOf(digest).status()));
}

TEST_F(FileStoreTest, ABlobThatComesAgainReplacesADamagedOne) {
  const Digest digest = Keep("sound");
  Overwrite(digest, "soupd");
  Reopen();
  Keep("sound");
  EXPECT_EQ(Get(digest), "sound");
}

TEST_F(FileStoreTest, AskedForAnotherSizeItHasNoSuchBlob) {
  Digest digest = Keep("sound");
  for (int i = 0; i < 2; ++i) {
    digest.set_size_bytes(4);
    EXPECT_TRUE(absl::IsNotFound(store_->Open(digest, 0).status()));
    EXPECT_EQ(Arrived(digest), 0);
    EXPECT_EQ(Get(DigestOf("sound")), "sound");
    Reopen();
  }
}

TEST_F(FileStoreTest, ABlobThatShrinksWhileItIsReadIsDamaged) {
  const Digest digest = Keep("sound");
  absl::StatusOr<std::unique_ptr<BlobReader>> reader = store_->Open(digest, 0);
  ASSERT_TRUE(reader.ok());
  std::filesystem::resize_file(folder_ / Name(digest), 2);
  std::vector<std::byte> bytes(10);
  EXPECT_EQ(*(*reader)->Read(bytes), 2u);
  EXPECT_TRUE(absl::IsDataLoss((*reader)->Read(bytes).status()));
  EXPECT_EQ(Arrived(digest), 0);
}

TEST_F(FileStoreTest, AFileThatVanishedIsNotFound) {
  for (const bool at_rest : {true, false}) {
    const Digest digest = Keep("sound");
    if (at_rest) Reopen();
    std::filesystem::remove(folder_ / Name(digest));
    EXPECT_TRUE(
        absl::IsNotFound(at_rest ? store_->Open(digest, 0).status() : store_->PathOf(digest).status()));
    EXPECT_EQ(Arrived(digest), 0);
  }
}

TEST_F(FileStoreTest, RemovesABlobButNotUnderItsReader) {
  const Digest digest = Keep("sound");
  absl::StatusOr<std::unique_ptr<BlobReader>> reader = store_->Open(digest, 0);
  store_->Remove(digest);
  store_->Remove(digest);
  EXPECT_EQ(Arrived(digest), 0);
  EXPECT_THAT(store_->Held(), IsEmpty());
  EXPECT_THAT(Files(), IsEmpty());
  std::vector<std::byte> bytes(10);
  EXPECT_EQ(*(*reader)->Read(bytes), 5u);
}

TEST_F(FileStoreTest, KnowsItsRoom) {
  EXPECT_GT(store_->FreeBytes(), 0);
}

TEST_F(FileStoreTest, SaysSoWhereItsFolderCannotBe) {
  const std::string file = folder_.Write("file", "");
  EXPECT_TRUE(absl::IsFailedPrecondition(FileStore::Open(file + "/x", Durability::kCached).status()));
}

TEST_F(FileStoreTest, SaysThatTheDiskIsFull) {
  ASSERT_TRUE(std::ifstream("/dev/full"));
  std::unique_ptr<BlobWriter> writer = Begin("");
  // The writer's file becomes one on which every write fails with ENOSPC.
  const std::string at = folder_ / Files().at(0);
  for (int descriptor = 3; descriptor < 64; ++descriptor) {
    std::error_code error;
    const auto link = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error);
    if (error || link != at) continue;
    const int full = open("/dev/full", O_WRONLY);
    dup2(full, descriptor);
    close(full);
  }
  const absl::Status written = Append(*writer, std::string(1 << 20, 'x'));
  EXPECT_TRUE(absl::IsResourceExhausted(written)) << written;
  EXPECT_THAT(written.message(), HasSubstr("the disk is full"));
  EXPECT_TRUE(absl::IsResourceExhausted(writer->Commit().status()));
}

// Elsewhere.

TEST_F(FileStoreTest, ReadsAnAdoptedFileWhereItLies) {
  const test::Folder elsewhere;
  const Digest digest = DigestOf("kick");
  const std::string path = elsewhere.Write("Kick.wav", "kick");
  store_->Adopt(digest, path);
  EXPECT_EQ(Get(digest), "kick");
  EXPECT_EQ(*store_->PathOf(digest), path);
  EXPECT_EQ(Read(digest, 1), "ick");
  EXPECT_EQ(Arrived(digest), -1);
  store_->Remove(digest);
  EXPECT_EQ(*store_->PathOf(digest), path);
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_THAT(store_->Held(), IsEmpty());
}

// A raw track may have the very bytes of its source; the package takes the store's copy, not the source.
TEST_F(FileStoreTest, ItsOwnCopyComesBeforeAnAdoptedFile) {
  const test::Folder elsewhere;
  store_->Adopt(DigestOf("kick"), elsewhere.Write("Kick.wav", "kick"));
  const Digest digest = Keep("kick");
  EXPECT_THAT(*store_->PathOf(digest), testing::StartsWith(folder_.path()));
}

// Many at once; for ThreadSanitizer, too.

void InThreads(int count, const std::function<void(int)>& run) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back(run, t);
  for (std::thread& thread : threads) thread.join();
}

TEST_F(FileStoreTest, ThreadsMayWriteAtOnce) {
  InThreads(4, [this](int t) {
    for (int i = 0; i < 25; ++i) Keep("blob " + std::to_string(t) + " " + std::to_string(i % 20));
  });
  EXPECT_THAT(Files(), SizeIs(80));
  EXPECT_EQ(Get(DigestOf("blob 3 19")), "blob 3 19");
}

TEST_F(FileStoreTest, ThreadsMayReadFirstAtOnce) {
  const std::string bytes = Bytes(3'000'000);
  const Digest whole = Keep(bytes);
  const Digest damaged = Keep("sound");
  Overwrite(damaged, "soupd");
  Reopen();
  std::atomic<int> losses = 0;
  InThreads(4, [&](int) {
    EXPECT_EQ(Read(whole, 0), bytes);
    const absl::Status status = store_->Open(damaged, 0).status();
    EXPECT_TRUE(absl::IsDataLoss(status) || absl::IsNotFound(status)) << status;
    losses += absl::IsDataLoss(status) ? 1 : 0;
  });
  EXPECT_EQ(losses, 1);
}

TEST_F(FileStoreTest, ThreadsMayPutTheSameBlobs) {
  InThreads(4, [this](int t) {
    for (int i = 0; i < 20; ++i) {
      const std::string bytes = Bytes(static_cast<size_t>(1000 * i + 1));
      const Digest digest = DigestOf(bytes);
      absl::StatusOr<std::unique_ptr<BlobWriter>> writer = store_->Put(digest, 0);
      ASSERT_TRUE(writer.ok()) << writer.status();
      ASSERT_TRUE(Append(**writer, bytes).ok());
      EXPECT_TRUE((*writer)->Commit().ok());
      if (t == 0 && i % 3 == 0) store_->Remove(digest);
      const std::string read = Read(digest, 0);
      EXPECT_TRUE(read == bytes || read.starts_with("NOT_FOUND")) << read.substr(0, 100);
      EXPECT_GE(store_->Held().size(), 0u);
    }
  });
  EXPECT_THAT(test::Listing(folder_ / "new"), IsEmpty());
  EXPECT_THAT(test::Listing(folder_ / "arriving"), IsEmpty());
}

}  // namespace
}  // namespace trackout
