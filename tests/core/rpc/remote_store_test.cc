// Blobs through the real service: over the loopback and within the process.
#include "core/rpc/remote_store.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "coordinator/services/blobs_service.h"
#include "core/blobs/copy.h"
#include "core/blobs/file_store.h"
#include "core/limits.h"
#include "core/rpc/channel.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"

namespace trackout {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr milliseconds kPatience{5000};

std::string Bytes(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

absl::Status Append(BlobWriter& writer, const std::string& bytes) {
  return writer.Append(std::as_bytes(std::span(bytes)));
}

std::string ReadAll(absl::StatusOr<std::unique_ptr<BlobReader>> reader) {
  if (!reader.ok()) return reader.status().ToString();
  std::string bytes;
  std::vector<std::byte> piece(100'000);
  while (true) {
    const absl::StatusOr<size_t> count = (*reader)->Read(piece);
    if (!count.ok()) return count.status().ToString();
    if (*count == 0) return bytes;
    bytes.append(reinterpret_cast<const char*>(piece.data()), *count);
  }
}

enum class Way { kLoopback, kInProcess };

// A farm that has nothing but blobs.
class RemoteStoreTest : public testing::TestWithParam<Way> {
 protected:
  RemoteStoreTest() { Start(); }
  ~RemoteStoreTest() override { Stop(); }

  void Start() {
    store_ = *FileStore::Open(folder_.path(), Durability::kDurable);
    service_ = std::make_unique<BlobsService>(*store_, [this](const Digest& digest) {
      const std::lock_guard lock(mutex_);
      lost_.push_back(Hex(digest));
    });
    grpc::ServerBuilder builder;
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    channel_ = GetParam() == Way::kLoopback ? *ConnectToFarm(Address(), "blobs", kPatience)
                                            : server_->InProcessChannel({});
    remote_ = RemoteStore(channel_);
  }
  void Stop() {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now() + milliseconds(100));
    server_.reset();
    service_.reset();
    store_.reset();
  }
  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }

  Digest Keep(const std::string& bytes) {
    std::unique_ptr<BlobWriter> writer = *store_->Create();
    EXPECT_TRUE(Append(*writer, bytes).ok());
    return *writer->Commit();
  }
  absl::Status Upload(const Digest& digest, int64_t offset, const std::string& bytes) {
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer = remote_->Put(digest, offset);
    if (!writer.ok()) return writer.status();
    if (absl::Status appended = Append(**writer, bytes); !appended.ok()) return appended;
    const absl::StatusOr<Digest> committed = (*writer)->Commit();
    EXPECT_TRUE(!committed.ok() || SameDigest(*committed, digest));
    return committed.status();
  }
  // An upload that stops after these bytes.
  void UploadPart(const Digest& digest, int64_t offset, const std::string& bytes) {
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer = remote_->Put(digest, offset);
    ASSERT_TRUE(writer.ok());
    EXPECT_TRUE(Append(**writer, bytes).ok());
  }
  std::string Download(const Digest& digest, int64_t offset = 0) {
    return ReadAll(remote_->Open(digest, offset));
  }
  // What has arrived of it; -1 where it is there.
  int64_t Arrived(const Digest& digest) {
    const absl::StatusOr<std::vector<MissingBlob>> missing = remote_->FindMissing({&digest, 1});
    EXPECT_TRUE(missing.ok()) << missing.status();
    return missing->empty() ? -1 : missing->at(0).arrived_bytes();
  }
  std::vector<std::string> Lost() {
    const std::lock_guard lock(mutex_);
    return lost_;
  }

  const test::Folder folder_;
  int port_ = 0;
  std::unique_ptr<FileStore> store_;
  std::unique_ptr<BlobsService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<BlobStore> remote_;
  std::mutex mutex_;
  std::vector<std::string> lost_;
};

INSTANTIATE_TEST_SUITE_P(Ways, RemoteStoreTest, testing::Values(Way::kLoopback, Way::kInProcess),
                         [](const auto& one) {
                           return one.param == Way::kLoopback ? "Loopback" : "InProcess";
                         });

TEST_P(RemoteStoreTest, MovesBlobsOfEverySizeThereAndBack) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{kPieceBytes} - 1, size_t{kPieceBytes},
                            size_t{kPieceBytes} + 1, size_t{2 * kPieceBytes}, size_t{3'000'003}}) {
    const std::string bytes = Bytes(size);
    const Digest digest = DigestOf(bytes);
    if (size > 0) {
      EXPECT_EQ(Arrived(digest), 0);
    }
    const absl::Status uploaded = Upload(digest, 0, bytes);
    EXPECT_TRUE(uploaded.ok()) << uploaded;
    EXPECT_EQ(Arrived(digest), -1);
    EXPECT_EQ(test::ReadFile(*store_->PathOf(digest)), bytes);
    EXPECT_EQ(Download(digest), bytes);
    EXPECT_EQ(Download(digest, static_cast<int64_t>(size / 3)), bytes.substr(size / 3));
    EXPECT_EQ(Download(digest, static_cast<int64_t>(size)), "");
  }
}

TEST_P(RemoteStoreTest, GoesOnAfterADroppedWriter) {
  const std::string bytes = Bytes(3'000'003);
  const Digest digest = DigestOf(bytes);
  UploadPart(digest, 0, bytes.substr(0, 2 * kPieceBytes + 5));
  const int64_t arrived = Arrived(digest);
  ASSERT_EQ(arrived, 2 * kPieceBytes);  // whole pieces are sent
  const absl::Status status = Upload(digest, arrived, bytes.substr(static_cast<size_t>(arrived)));
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(Download(digest), bytes);
}

TEST_P(RemoteStoreTest, GoesOnNowhereElse) {
  const std::string bytes = Bytes(3'000'003);
  const Digest digest = DigestOf(bytes);
  const absl::Status status = Upload(digest, 1000, bytes.substr(1000));
  EXPECT_TRUE(absl::IsOutOfRange(status)) << status;
}

TEST_P(RemoteStoreTest, RefusesOtherBytesAndKeepsNone) {
  std::string bytes = Bytes(3'000'003);
  const Digest digest = DigestOf(bytes);
  bytes[2'000'000] ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(Upload(digest, 0, bytes)));
  EXPECT_EQ(Arrived(digest), 0);
  EXPECT_TRUE(absl::IsDataLoss(Upload(DigestOf("sound"), 0, "more than sound")));
  EXPECT_EQ(Arrived(DigestOf("sound")), 0);
  EXPECT_THAT(test::Listing(folder_ / "arriving"), IsEmpty());
  EXPECT_THAT(Lost(), IsEmpty());
}

TEST_P(RemoteStoreTest, AnUploadThatEndsEarlyIsKept) {
  const Digest digest = DigestOf("sound");
  EXPECT_TRUE(absl::IsOutOfRange(Upload(digest, 0, "sou")));
  EXPECT_EQ(Arrived(digest), 3);
  EXPECT_TRUE(Upload(digest, 3, "nd").ok());
}

TEST_P(RemoteStoreTest, RefusesADigestWithoutShape) {
  Digest digest = DigestOf("sound");
  digest.set_size_bytes(-1);
  EXPECT_TRUE(absl::IsInvalidArgument(remote_->FindMissing({&digest, 1}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Upload(digest, 0, "sound")));
  EXPECT_TRUE(absl::IsInvalidArgument(remote_->Open(digest, 0).status()));
}

TEST_P(RemoteStoreTest, AnUploadOfWhatIsThereIsAnsweredEarly) {
  const std::string bytes = Bytes(20'000'003);
  const Digest digest = Keep(bytes);
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = remote_->Put(digest, 0);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Append(**writer, bytes.substr(0, kPieceBytes)).ok());
  EXPECT_TRUE((*writer)->Commit().ok());  // of half the bytes: nobody looked
  EXPECT_EQ(Download(digest), bytes);
}

TEST_P(RemoteStoreTest, WhatIsNotThereIsNotFoundAtOnce) {
  EXPECT_TRUE(absl::IsNotFound(remote_->Open(DigestOf("nothing"), 0).status()));
  EXPECT_TRUE(absl::IsOutOfRange(remote_->Open(Keep("sound"), 6).status()));
  EXPECT_THAT(Lost(), ElementsAre(Hex(DigestOf("nothing"))));
}

TEST_P(RemoteStoreTest, WhatWasDamagedAtRestIsLost) {
  const std::string bytes = Bytes(3'000'003);
  const Digest digest = Keep(bytes);
  const std::string path = *store_->PathOf(digest);
  Stop();
  test::WriteFile(path, bytes.substr(0, 2'999'999) + "XXXX");
  Start();
  EXPECT_EQ(Arrived(digest), -1);  // nobody has looked yet
  const absl::Status status = remote_->Open(digest, 0).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr(Hex(digest)));
  EXPECT_THAT(Lost(), ElementsAre(Hex(digest)));
  EXPECT_EQ(Arrived(digest), 0);
  EXPECT_TRUE(absl::IsNotFound(remote_->Open(digest, 0).status()));
  EXPECT_TRUE(Upload(digest, 0, bytes).ok());
  EXPECT_EQ(Download(digest), bytes);
  EXPECT_THAT(Lost(), ElementsAre(Hex(digest), Hex(digest)));  // damaged, then not there
}

TEST_P(RemoteStoreTest, TwoMayUploadTheSame) {
  const std::string bytes = Bytes(3'000'003);
  const Digest digest = DigestOf(bytes);
  absl::StatusOr<std::unique_ptr<BlobWriter>> slow = remote_->Put(digest, 0);
  ASSERT_TRUE(Append(**slow, bytes.substr(0, 2'000'000)).ok());
  EXPECT_TRUE(Upload(digest, 0, bytes).ok());
  EXPECT_TRUE(Append(**slow, bytes.substr(2'000'000)).ok());
  EXPECT_TRUE((*slow)->Commit().ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (size_t i = 1; i < 20; ++i) {
        const std::string some = Bytes(50'000 * i);
        const absl::Status status = Upload(DigestOf(some), 0, some);
        EXPECT_TRUE(status.ok()) << status;
        EXPECT_EQ(Download(DigestOf(some)), some);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(test::Listing(folder_ / "arriving"), IsEmpty());
  EXPECT_THAT(test::Listing(folder_ / "new"), IsEmpty());
}

TEST_P(RemoteStoreTest, AServerThatGoesAwayIsUnavailableThenItGoesOn) {
  const std::string bytes = Bytes(3'000'003);
  const Digest digest = DigestOf(bytes);
  const Digest large = Keep(Bytes(30'000'000));
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = remote_->Put(digest, 0);
  ASSERT_TRUE(Append(**writer, bytes.substr(0, 2'000'000)).ok());
  absl::StatusOr<std::unique_ptr<BlobReader>> reader = remote_->Open(large, 0);
  ASSERT_TRUE(reader.ok());
  Stop();

  absl::Status status;
  for (int i = 0; i < 3 && status.ok(); ++i) status = Append(**writer, bytes.substr(0, 1'000'000));
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_TRUE(absl::IsUnavailable((*writer)->Commit().status()));
  EXPECT_THAT(ReadAll(*std::move(reader)), HasSubstr("UNAVAILABLE"));
  if (GetParam() == Way::kLoopback) {  // gRPC 1.51 crashes where a channel within the process has no server
    EXPECT_TRUE(absl::IsUnavailable(remote_->FindMissing({&digest, 1}).status()));
    EXPECT_TRUE(absl::IsUnavailable(remote_->Open(large, 0).status()));
    EXPECT_TRUE(absl::IsUnavailable(Upload(digest, 0, bytes)));
  }
  writer->reset();

  Start();
  const int64_t arrived = Arrived(digest);
  EXPECT_GT(arrived, 0);
  EXPECT_LE(arrived, 2'000'000);
  EXPECT_TRUE(Upload(digest, arrived, bytes.substr(static_cast<size_t>(arrived))).ok());
  EXPECT_EQ(Download(digest), bytes);
}

TEST_P(RemoteStoreTest, AsksOfManyInBatches) {
  std::vector<Digest> digests;
  const Digest there = Keep("there");
  for (int i = 0; i < kMostDigestsAtOnce * 2 + 1; ++i) {
    digests.push_back(DigestOf(std::to_string(i)));
    if (i % 9999 == 0) digests.push_back(there);
  }
  const absl::StatusOr<std::vector<MissingBlob>> missing = remote_->FindMissing(digests);
  ASSERT_TRUE(missing.ok()) << missing.status();
  ASSERT_EQ(missing->size(), size_t{kMostDigestsAtOnce} * 2 + 1);
  for (size_t i = 0; i < missing->size(); i += 777) {
    EXPECT_TRUE(SameDigest((*missing)[i].digest(), DigestOf(std::to_string(i)))) << i;
  }
}

TEST_P(RemoteStoreTest, AQuestionOfTooManyIsRefused) {
  FindMissingRequest request;
  for (int i = 0; i <= kMostDigestsAtOnce; ++i) *request.add_digests() = DigestOf("x");
  FindMissingResponse response;
  grpc::ClientContext context;
  const grpc::Status status = Blobs::NewStub(channel_)->FindMissing(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_P(RemoteStoreTest, GivesAPartOfABlob) {
  const std::string bytes = Bytes(3'000'003);
  DownloadRequest request;
  *request.mutable_digest() = Keep(bytes);
  request.set_offset(1'000'001);
  for (const int64_t size : {1, 700'000, 2'000'002, 9'999'999}) {
    request.set_size_bytes(size);
    grpc::ClientContext context;
    const std::unique_ptr<Blobs::Stub> stub = Blobs::NewStub(channel_);
    const auto stream = stub->Download(&context, request);
    std::string got;
    for (DownloadResponse response; stream->Read(&response);) got += response.bytes();
    EXPECT_TRUE(stream->Finish().ok());
    EXPECT_EQ(got, bytes.substr(1'000'001, static_cast<size_t>(size)));
  }
}

TEST_P(RemoteStoreTest, AClientThatVanishesLeavesNoStream) {
  const Digest digest = Keep(Bytes(30'000'000));
  for (int i = 0; i < 10; ++i) {
    absl::StatusOr<std::unique_ptr<BlobReader>> reader = remote_->Open(digest, 0);
    ASSERT_TRUE(reader.ok());
  }
  Stop();  // would wait for a stream that is left
}

TEST_P(RemoteStoreTest, CopiesFromStoreToFarmAndBack) {
  const test::Folder studio;
  const std::unique_ptr<FileStore> here = *FileStore::Open(studio.path(), Durability::kCached);
  const std::string bytes = Bytes(3'000'003);
  const Digest digest = DigestOf(bytes);
  here->Adopt(digest, studio.Write("Kick.wav", bytes));
  const std::atomic<bool> stop = false;
  UploadPart(digest, 0, bytes.substr(0, 1'500'000));
  EXPECT_TRUE(CopyBlob(*here, *remote_, digest, stop, nullptr).ok());

  const test::Folder other;
  const std::unique_ptr<FileStore> there = *FileStore::Open(other.path(), Durability::kCached);
  EXPECT_TRUE(CopyBlob(*remote_, *there, digest, stop, nullptr).ok());
  EXPECT_EQ(test::ReadFile(*there->PathOf(digest)), bytes);
}

// A file system of a megabyte.
class SmallDisk {
 public:
  SmallDisk() { is_mounted_ = mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=1m") == 0; }
  ~SmallDisk() {
    if (is_mounted_) umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }
  const std::string& path() const { return folder_.path(); }

 private:
  const test::Folder folder_;
  bool is_mounted_;
};

TEST(FullDisk, OfTheFarmIsSaidToTheClient) {
  const SmallDisk disk;
  if (!disk.is_mounted()) GTEST_SKIP() << "only root may mount";
  const std::unique_ptr<FileStore> store = *FileStore::Open(disk.path(), Durability::kCached);
  EXPECT_LE(store->FreeBytes(), 1 << 20);
  BlobsService service(*store, [](const Digest&) {});
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const std::unique_ptr<BlobStore> remote = RemoteStore(server->InProcessChannel({}));

  const test::Folder folder;
  const std::unique_ptr<FileStore> here = *FileStore::Open(folder.path(), Durability::kCached);
  const std::string bytes = Bytes(3'000'003);
  const Digest digest = DigestOf(bytes);
  here->Adopt(digest, folder.Write("Kick.wav", bytes));
  const std::atomic<bool> stop = false;
  std::atomic<int64_t> done = 0;
  const absl::Status status = CopyBlob(*here, *remote, digest, stop, &done);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("the disk is full"));
  EXPECT_EQ(done, 0);
  // Made larger, it goes on from what is there.
  ASSERT_EQ(mount("tmpfs", disk.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
  EXPECT_GT(remote->FindMissing({&digest, 1})->at(0).arrived_bytes(), 500'000);
  EXPECT_TRUE(CopyBlob(*here, *remote, digest, stop, &done).ok());
  EXPECT_EQ(done, 3'000'003);
  server->Shutdown();
}

TEST(FullDisk, IsSaidBeforeAByteIsSentWhereTheStoreHasToLeaveRoom) {
  const SmallDisk disk;
  if (!disk.is_mounted()) GTEST_SKIP() << "only root may mount";
  const std::unique_ptr<FileStore> store = *FileStore::Open(disk.path(), Durability::kDurable);
  EXPECT_EQ(store->FreeBytes(), 0) << "the journal's";
  EXPECT_TRUE(absl::IsResourceExhausted(store->Put(DigestOf("sound"), 0).status()));
}

TEST(FullDisk, OfTheFarmIsNoReasonToRefuseWhatOthersGiveWayTo) {
  const SmallDisk disk;
  if (!disk.is_mounted()) GTEST_SKIP() << "only root may mount";
  ASSERT_EQ(mount("tmpfs", disk.path().c_str(), "tmpfs", MS_REMOUNT, "size=16m"), 0);
  const std::unique_ptr<FileStore> store = *FileStore::Open(disk.path(), Durability::kDurable);
  std::unique_ptr<BlobWriter> print = *store->Create();
  const std::string old_bytes = Bytes(5'000'000);
  ASSERT_TRUE(print->Append(std::as_bytes(std::span(old_bytes))).ok());
  const Digest kept = *print->Commit();
  bool is_willing = false;
  BlobsService service(
      *store, [](const Digest&) {},
      [&](int64_t bytes) {
        EXPECT_EQ(bytes, 4'000'000);
        if (is_willing) store->Remove(kept);
        return is_willing;
      });
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const std::unique_ptr<BlobStore> remote = RemoteStore(server->InProcessChannel({}));

  const test::Folder folder;
  const std::unique_ptr<FileStore> here = *FileStore::Open(folder.path(), Durability::kCached);
  const std::string bytes = Bytes(4'000'000);
  const Digest digest = DigestOf(bytes);
  here->Adopt(digest, folder.Write("Kick.wav", bytes));
  const std::atomic<bool> stop = false;
  std::atomic<int64_t> done = 0;
  EXPECT_TRUE(absl::IsResourceExhausted(CopyBlob(*here, *remote, digest, stop, &done)));
  is_willing = true;
  const absl::Status comes_again = CopyBlob(*here, *remote, digest, stop, &done);
  EXPECT_TRUE(absl::IsUnavailable(comes_again)) << comes_again;
  EXPECT_TRUE(CopyBlob(*here, *remote, digest, stop, &done).ok());
  server->Shutdown();
}

TEST(ConnectToFarm, RefusesWhatIsNoAddress) {
  for (const std::string text : {"", "farm", "farm:", ":7000", "farm:port", "farm:0", "farm:65536", "farm:-1",
                                 "farm:7000,", ",farm:7000", "farm:7000, other:7000", "http://farm:7000",
                                 "::1:7000", "[]:7000", "farm:7000,other"}) {
    const absl::Status status = ConnectToFarm(text, "test", milliseconds(1)).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text << ": " << status;
  }
}

TEST(ConnectToFarm, GivesUpWhereNobodyAnswers) {
  const auto start = std::chrono::steady_clock::now();
  const absl::Status status =
      ConnectToFarm("127.0.0.1:1,[::1]:1,127.0.0.2:1", "test", milliseconds(300)).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("127.0.0.1:1,[::1]:1,127.0.0.2:1"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

using LoopbackTest = RemoteStoreTest;
INSTANTIATE_TEST_SUITE_P(Only, LoopbackTest, testing::Values(Way::kLoopback));

TEST_P(LoopbackTest, TakesTheFirstAddressThatAnswers) {
  const auto channel = ConnectToFarm("127.0.0.1:1," + Address(), "test", kPatience);
  ASSERT_TRUE(channel.ok()) << channel.status();
  EXPECT_TRUE(RemoteStore(*channel)->FindMissing({}).ok());
}

TEST_P(LoopbackTest, TheChannelComesBackWithTheFarm) {
  const Digest digest = Keep("sound");
  const std::unique_ptr<BlobStore> remote = RemoteStore(channel_);
  server_->Shutdown(std::chrono::system_clock::now());
  Stop();
  EXPECT_TRUE(absl::IsUnavailable(remote->FindMissing({&digest, 1}).status()));
  std::this_thread::sleep_for(milliseconds(1200));  // some tries in vain
  const std::shared_ptr<grpc::Channel> same = channel_;
  Start();
  const auto start = std::chrono::steady_clock::now();
  while (!remote->FindMissing({&digest, 1}).ok()) {
    ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
    std::this_thread::sleep_for(milliseconds(20));
  }
}

}  // namespace
}  // namespace trackout
