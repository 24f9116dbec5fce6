// The folder in which a package is made until it is whole.
#include "client/package/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

using test::Listing;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StagingTest : public testing::Test {
 protected:
  std::unique_ptr<Staging> Begin(const std::string& out) {
    absl::StatusOr<std::unique_ptr<Staging>> staging = Staging::Create(out, never_);
    EXPECT_TRUE(staging.ok()) << staging.status();
    return staging.ok() ? *std::move(staging) : nullptr;
  }
  std::unique_ptr<Staging> Begin() { return Begin(folder_.path()); }
  absl::Status Refused(const std::string& out) { return Staging::Create(out, never_).status(); }

  const std::atomic<bool> never_ = false;
  const test::Folder folder_;
};

TEST_F(StagingTest, LeavesNothing) {
  {
    const std::unique_ptr<Staging> staging = Begin();
    test::WriteFile(staging->blobs() + "/b", "blob");
    test::WriteFile(staging->package() + "/p", "package");
    EXPECT_EQ(Listing(folder_.path()).size(), 5u);
  }
  EXPECT_THAT(Listing(folder_.path()), IsEmpty());
}

TEST_F(StagingTest, StandsOnTheSameFileSystemUnderAHiddenName) {
  const std::unique_ptr<Staging> staging = Begin();
  EXPECT_THAT(staging->package(), testing::StartsWith(folder_ / ".trackout-"));
  EXPECT_GT(staging->FreeBytes(), 0);
}

TEST_F(StagingTest, MakesItsFolderAndRemovesItWhereItStaysEmpty) {
  { Begin(folder_ / "a/b/c"); }
  EXPECT_THAT(Listing(folder_.path()), IsEmpty());
  { Begin(folder_ / "a/b/c/"); }
  EXPECT_THAT(Listing(folder_.path()), IsEmpty());
}

TEST_F(StagingTest, KeepsTheFolderThatItMadeForAPackage) {
  ASSERT_TRUE(Begin(folder_ / "a/b")->MoveIntoPlace("Album", false).ok());
  EXPECT_THAT(Listing(folder_.path()), ElementsAre("a/", "a/b/", "a/b/Album/"));
}

TEST_F(StagingTest, MovesThePackageIntoPlace) {
  std::unique_ptr<Staging> staging = Begin();
  test::WriteFile(staging->package() + "/p", "package");
  ASSERT_TRUE(staging->MoveIntoPlace("Album", false).ok());
  staging = nullptr;
  EXPECT_THAT(Listing(folder_.path()), ElementsAre("Album/", "Album/p"));
}

TEST_F(StagingTest, RefusesToOverwrite) {
  folder_.Write("Album/old", "old");
  std::unique_ptr<Staging> staging = Begin();
  const absl::Status status = staging->MoveIntoPlace("Album", false);
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("Album"));
  staging = nullptr;
  EXPECT_THAT(Listing(folder_.path()), ElementsAre("Album/", "Album/old"));
}

TEST_F(StagingTest, RefusesToOverwriteAnEmptyFolderAndAFile) {
  std::filesystem::create_directory(folder_ / "Empty");
  folder_.Write("File", "text");
  EXPECT_TRUE(absl::IsAlreadyExists(Begin()->MoveIntoPlace("Empty", false)));
  EXPECT_TRUE(absl::IsAlreadyExists(Begin()->MoveIntoPlace("File", false)));
  EXPECT_EQ(test::ReadFile(folder_ / "File"), "text");
}

TEST_F(StagingTest, ReplacesWhereItMay) {
  folder_.Write("Album/old", "old");
  std::unique_ptr<Staging> staging = Begin();
  test::WriteFile(staging->package() + "/new", "new");
  ASSERT_TRUE(staging->MoveIntoPlace("Album", true).ok());
  staging = nullptr;
  EXPECT_THAT(Listing(folder_.path()), ElementsAre("Album/", "Album/new"));
}

TEST_F(StagingTest, KeepsWhatElseTheFolderHolds) {
  folder_.Write("notes.txt", "mine");
  folder_.Write(".hidden/x", "mine");
  { Begin(); }
  EXPECT_THAT(Listing(folder_.path()), ElementsAre(".hidden/", ".hidden/x", "notes.txt"));
}

TEST_F(StagingTest, RemovesWhatDeadProcessesLeft) {
  folder_.Write(".trackout-dead01/blobs/big", "x");
  { Begin(); }
  EXPECT_THAT(Listing(folder_.path()), IsEmpty());
}

TEST_F(StagingTest, KeepsTheStagingOfALivingOne) {
  const std::unique_ptr<Staging> living = Begin();
  test::WriteFile(living->blobs() + "/b", "blob");
  { Begin(); }
  EXPECT_EQ(test::ReadFile(living->blobs() + "/b"), "blob");
}

TEST_F(StagingTest, FollowsNoLinkOfThatName) {
  const test::Folder elsewhere;
  elsewhere.Write("precious", "mine");
  std::filesystem::create_directory_symlink(elsewhere.path(), folder_ / ".trackout-link00");
  { Begin(); }
  EXPECT_EQ(test::ReadFile(elsewhere / "precious"), "mine");
}

TEST_F(StagingTest, RefusesWhatIsNoFolder) {
  const std::string file = folder_.Write("file", "x");
  EXPECT_EQ(Refused(file).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Refused(file + "/below").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Refused(file + "/below").message(), HasSubstr("a part of it is a file"));
  EXPECT_EQ(test::ReadFile(file), "x");
}

// Not even root may make a folder in /proc.
TEST_F(StagingTest, RefusesAFolderThatCannotBeWrittenTo) {
  const absl::Status status = Refused("/proc/trackout");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(status.message(), HasSubstr("/proc/trackout"));
}

TEST_F(StagingTest, AStopEndsTheWaitForAnother) {
  const int other = open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  const std::atomic<bool> stop = true;
  EXPECT_TRUE(absl::IsCancelled(Staging::Create(folder_.path(), stop).status()));
  close(other);
}

class OrderStagingTest : public StagingTest {
 protected:
  std::unique_ptr<Staging> Collect() {
    absl::StatusOr<std::unique_ptr<Staging>> staging =
        Staging::OfOrder(folder_.path(), "nighttrains", stop_, [this] { stop_ = true; });
    if (!staging.ok()) return nullptr;
    return *std::move(staging);
  }

  std::atomic<bool> stop_ = false;  // set when it would wait
};

TEST_F(OrderStagingTest, LeavesNothingUnlessItIsKept) {
  test::WriteFile(Collect()->blobs() + "/b", "blob");
  EXPECT_THAT(Listing(folder_.path()), IsEmpty());
}

TEST_F(OrderStagingTest, TakesUpWhatWasKeptButThePackage) {
  {
    const std::unique_ptr<Staging> staging = Collect();
    test::WriteFile(staging->blobs() + "/b", "blob");
    test::WriteFile(staging->package() + "/half", "package");
    staging->Keep();
  }
  const std::unique_ptr<Staging> staging = Collect();
  EXPECT_EQ(test::ReadFile(staging->blobs() + "/b"), "blob");
  EXPECT_THAT(Listing(staging->package()), IsEmpty());
}

TEST_F(OrderStagingTest, IsNotDeadToARender) {
  {
    const std::unique_ptr<Staging> staging = Collect();
    test::WriteFile(staging->blobs() + "/b", "blob");
    staging->Keep();
  }
  { Begin(); }
  EXPECT_EQ(test::ReadFile(folder_ / ".trackout-nighttrains/blobs/b"), "blob");
}

TEST_F(OrderStagingTest, WaitsForAnotherCollectOfTheSameOrder) {
  const std::unique_ptr<Staging> first = Collect();
  EXPECT_EQ(Collect(), nullptr);
  EXPECT_TRUE(stop_) << "it was told that it waits";
}

TEST_F(OrderStagingTest, TakesItsTurnWhenTheOtherHasEnded) {
  std::unique_ptr<Staging> first = Collect();
  absl::StatusOr<std::unique_ptr<Staging>> second = absl::UnknownError("");
  std::atomic<bool> waits = false;
  std::thread other(
      [&] { second = Staging::OfOrder(folder_.path(), "nighttrains", never_, [&] { waits = true; }); });
  while (!waits) std::this_thread::yield();
  first = nullptr;
  other.join();
  ASSERT_TRUE(second.ok()) << second.status();
  test::WriteFile((*second)->package() + "/p", "package");
  EXPECT_TRUE((*second)->MoveIntoPlace("Album", false).ok());
  EXPECT_EQ(test::ReadFile(folder_ / "Album/p"), "package");
}

}  // namespace
}  // namespace trackout
