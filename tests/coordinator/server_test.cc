// A coordinator behind gRPC, as workers and clients of other builds see it: real calls, on loopback, by
// workers that the test plays.
#include "coordinator/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "core/blobs/copy.h"
#include "core/job_key.h"
#include "core/rpc/channel.h"
#include "core/rpc/remote_store.h"
#include "core/spec/spec_reader.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "proto/leases.grpc.pb.h"
#include "proto/orders.grpc.pb.h"
#include "tests/support/folder.h"
#include "tests/support/recorded_source.h"

namespace trackout {
namespace {

using std::chrono::milliseconds;

constexpr const char* kAlbum = R"(album: Night Trains
artist: Open Rails Ensemble
deliver: [{mixes: [master]}]
songs: [{title: One, tracks: [{name: Kick, file: kick.wav}]}]
)";

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = *FileStore::Open(folder_.path(), Durability::kDurable);
    journal_ = MemoryJournal();
    Start();
  }

  void Start() {
    coordinator_ = *Coordinator::Start({}, *journal_, *store_);
    server_ = *Server::Start("127.0.0.1:0", *coordinator_, *store_);
    channel_ = *ConnectToFarm("127.0.0.1:" + std::to_string(server_->port()), "test", milliseconds(5000));
    orders_ = Orders::NewStub(channel_);
    leases_ = Leases::NewStub(channel_);
  }

  Digest Put(const std::string& bytes) {
    std::unique_ptr<BlobWriter> writer = *store_->Create();
    EXPECT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    return *writer->Commit();
  }

  SubmitRequest Album(const std::string& order, const std::string& kick = "kick") {
    SubmitRequest request;
    request.set_order(order);
    const Spec spec = ReadSpecText("album.yaml", kAlbum, Solo::kRefuse);
    *request.mutable_album() = spec.album;
    request.set_spec_text(spec.text);
    *request.add_sources() = test::RecordedSource("kick.wav", kick, 4800);
    return request;
  }

  grpc::Status Submit(const SubmitRequest& request, SubmitResponse* response) {
    grpc::ClientContext context;
    return orders_->Submit(&context, request, response);
  }
  OrderStatus StatusOf(const std::string& order) {
    grpc::ClientContext context;
    OrderRequest request;
    request.set_order(order);
    OrderStatus status;
    EXPECT_TRUE(orders_->Status(&context, request, &status).ok());
    return status;
  }

  static Worker WorkerCalled(const std::string& name, int engine_version = kEngineVersion) {
    Worker worker;
    worker.set_name(name);
    worker.set_incarnation(name + "'s first start");
    worker.set_slots(1);
    worker.set_engine_version(engine_version);
    return worker;
  }
  AcquireResponse Acquire(const Worker& worker, int64_t number, int64_t wait_ms = 100) {
    grpc::ClientContext context;
    AcquireRequest request;
    *request.mutable_worker() = worker;
    request.set_number(number);
    request.set_wait_ms(wait_ms);
    AcquireResponse response;
    const grpc::Status status = leases_->Acquire(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  CompleteResponse Complete(const Worker& worker, const AcquireResponse& work, const std::string& bytes) {
    grpc::ClientContext context;
    CompleteRequest request;
    *request.mutable_worker() = worker;
    *request.mutable_lease() = work.lease();
    for (const PlannedJob& job : work.jobs()) {
      if (!job.job().has_finish()) continue;
      JobResult& result = *request.add_results();
      result.set_job_key(job.key());
      *result.add_outputs()->mutable_digest() = DigestOf(bytes);
    }
    CompleteResponse response;
    const grpc::Status status = leases_->Complete(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  test::Folder folder_;
  std::unique_ptr<FileStore> store_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Orders::Stub> orders_;
  std::unique_ptr<Leases::Stub> leases_;
};

TEST_F(ServerTest, TakesAnOrderWhenItsSourcesAreThere) {
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  ASSERT_EQ(response.missing_size(), 1);
  EXPECT_TRUE(SameDigest(response.missing(0), DigestOf("kick")));
  EXPECT_FALSE(response.has_status());
  Put("kick");
  response.Clear();
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  EXPECT_EQ(response.missing_size(), 0);
  EXPECT_EQ(response.status().state(), OrderStatus::running);
  EXPECT_EQ(response.status().trouble(), "no worker is there");
}

TEST_F(ServerTest, RefusesAnotherAlbumUnderAnIdThatIsTaken) {
  Put("kick");
  Put("drum");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok()) << "the same once more";
  EXPECT_EQ(Submit(Album("firstorder", "drum"), &response).error_code(), grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(ServerTest, RefusesWhatIsNoOrder) {
  Put("kick");
  SubmitResponse response;
  for (const char* id :
       {"", "short", "Upper1234", "1234567890", "with space", "wayyyyyyyyyyyyyyyyyyyyyyyytoolong"})
    EXPECT_EQ(Submit(Album(id), &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT) << id;
  SubmitRequest wrong = Album("wrongorder");
  wrong.mutable_album()->mutable_songs(0)->mutable_tracks(0)->set_bus("Nowhere");
  EXPECT_EQ(Submit(wrong, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  wrong = Album("wrongorder");
  wrong.clear_sources();
  EXPECT_EQ(Submit(wrong, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  wrong = Album("wrongorder");
  wrong.mutable_sources(0)->mutable_digest()->set_sha256("short");
  EXPECT_EQ(Submit(wrong, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServerTest, RefusesWhatOnlyAHandMadeMessageCanSay) {
  Put("kick");
  SubmitResponse response;
  const auto refuses = [&](const SubmitRequest& request) {
    return Submit(request, &response).error_code() == grpc::StatusCode::INVALID_ARGUMENT;
  };
  SubmitRequest wrong = Album("wrongorder");
  wrong.mutable_album()->mutable_songs(0)->mutable_tracks(0)->set_fader(std::nan(""));
  EXPECT_TRUE(refuses(wrong)) << "an album that is not what its text says";
  wrong = Album("wrongorder");
  wrong.mutable_album()->clear_songs();
  EXPECT_TRUE(refuses(wrong));
  wrong = Album("wrongorder");
  wrong.mutable_sources(0)->set_channels(-1);
  EXPECT_TRUE(refuses(wrong));
  wrong = Album("wrongorder");
  wrong.mutable_sources(0)->set_frames(int64_t{1} << 62);
  EXPECT_TRUE(refuses(wrong));
}

TEST_F(ServerTest, TakesABundlingThatItDoesNotKnowAsItsOwnChoice) {
  Put("kick");
  SubmitRequest newer = Album("firstorder");
  newer.set_bundling(static_cast<Bundling>(7));
  SubmitResponse response;
  ASSERT_TRUE(Submit(newer, &response).ok());
  EXPECT_TRUE(Acquire(WorkerCalled("worker"), 1).has_lease());
}

TEST_F(ServerTest, DoesNotForgetAResultForADigestThatIsNobodys) {
  Put("kick");
  Put("master");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  const Worker worker = WorkerCalled("worker");
  EXPECT_EQ(Complete(worker, Acquire(worker, 1), "master").verdict(), CompleteResponse::accepted);
  const std::unique_ptr<BlobStore> blobs = RemoteStore(channel_);
  Digest wrong = DigestOf("master");
  wrong.set_size_bytes(1);
  EXPECT_TRUE(absl::IsNotFound(blobs->Open(wrong, 0).status()));
  coordinator_->BlobLost(DigestOf("master"));  // said by mistake: it is there
  EXPECT_EQ(StatusOf("firstorder").state(), OrderStatus::done);
}

TEST_F(ServerTest, RefusesAWorkerWithoutAName) {
  for (const std::string& name : {std::string(), std::string("two\nlines"), std::string(5000, 'x')}) {
    grpc::ClientContext context;
    RenewRequest request;
    *request.mutable_worker() = WorkerCalled("worker");
    request.mutable_worker()->set_name(name);
    RenewResponse response;
    EXPECT_EQ(leases_->Renew(&context, request, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(ServerTest, NamesTheSourceThatIsAtFault) {
  Put("kick");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  const Worker worker = WorkerCalled("worker");
  grpc::ClientContext context;
  ReleaseRequest request;
  *request.mutable_worker() = worker;
  *request.mutable_lease() = Acquire(worker, 1).lease();
  request.set_cause(ReleaseRequest::source_at_fault);
  request.set_reason("print: /far/away/blobs/" + Hex(DigestOf("kick")) + ": is not a sound file");
  ReleaseResponse released;
  ASSERT_TRUE(leases_->Release(&context, request, &released).ok());
  EXPECT_EQ(StatusOf("firstorder").songs(0).failure(), "print: kick.wav: is not a sound file");
}

TEST_F(ServerTest, RefusesAnAlbumThatSaysMoreThanItKnows) {
  Put("kick");
  SubmitRequest newer = Album("neweralbum");
  Song& song = *newer.mutable_album()->mutable_songs(0);
  song.GetReflection()->MutableUnknownFields(&song)->AddVarint(9999, 1);
  SubmitResponse response;
  const grpc::Status refused = Submit(newer, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), testing::HasSubstr("too old"));
}

TEST_F(ServerTest, GivesAWorkerOfANewerBuildNothingAndAnotherOneTheWork) {
  Put("kick");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  EXPECT_FALSE(Acquire(WorkerCalled("newer", kEngineVersion + 1), 1).has_lease());
  EXPECT_TRUE(Acquire(WorkerCalled("ours"), 1).has_lease());
}

TEST_F(ServerTest, GivesTheJobToAnotherWorkerWhenOneDoesNotKnowItsKind) {
  Put("kick");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  const AcquireResponse work = Acquire(WorkerCalled("older"), 1);
  ASSERT_TRUE(work.has_lease());
  grpc::ClientContext context;
  ReleaseRequest request;
  *request.mutable_worker() = WorkerCalled("older");
  *request.mutable_lease() = work.lease();
  request.set_cause(ReleaseRequest::not_supported);
  ReleaseResponse released;
  ASSERT_TRUE(leases_->Release(&context, request, &released).ok());
  EXPECT_FALSE(Acquire(WorkerCalled("older"), 2).has_lease());
  EXPECT_TRUE(Acquire(WorkerCalled("other"), 1).has_lease());
}

TEST_F(ServerTest, TakesResultsOnlyWhenTheirBlobsAreThere) {
  Put("kick");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  const Worker worker = WorkerCalled("worker");
  const AcquireResponse work = Acquire(worker, 1);
  CompleteResponse completed = Complete(worker, work, "master");
  EXPECT_EQ(completed.verdict(), CompleteResponse::missing);
  ASSERT_EQ(completed.missing_blobs_size(), 1);
  EXPECT_EQ(StatusOf("firstorder").state(), OrderStatus::running);
  Put("master");
  EXPECT_EQ(Complete(worker, work, "master").verdict(), CompleteResponse::accepted);
  EXPECT_EQ(StatusOf("firstorder").state(), OrderStatus::done);
  EXPECT_EQ(Complete(worker, work, "master").verdict(), CompleteResponse::duplicate);
}

TEST_F(ServerTest, QuarantinesAWorkerThatGivesOtherBytes) {
  Put("kick");
  Put("master");
  Put("another master");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  const Worker worker = WorkerCalled("worker");
  const AcquireResponse work = Acquire(worker, 1);
  EXPECT_EQ(Complete(worker, work, "master").verdict(), CompleteResponse::accepted);
  EXPECT_EQ(Complete(worker, work, "another master").verdict(), CompleteResponse::alarm);
  grpc::ClientContext context;
  ListWorkersResponse workers;
  ASSERT_TRUE(orders_->ListWorkers(&context, {}, &workers).ok());
  ASSERT_EQ(workers.workers_size(), 1);
  EXPECT_EQ(workers.workers(0).state(), WorkerStatus::quarantined);
}

TEST_F(ServerTest, DoesNotGiveWorkToAWorkerThatWentAwayWhileItWaited) {
  {
    grpc::ClientContext context;
    AcquireRequest request;
    *request.mutable_worker() = WorkerCalled("gone");
    request.set_number(1);
    request.set_wait_ms(20'000);
    AcquireResponse response;
    std::thread waits([&] { leases_->Acquire(&context, request, &response); });
    std::this_thread::sleep_for(milliseconds(100));
    context.TryCancel();
    waits.join();
  }
  std::this_thread::sleep_for(milliseconds(100));
  Put("kick");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  EXPECT_TRUE(Acquire(WorkerCalled("there"), 1).has_lease());
}

TEST_F(ServerTest, ShowsAWatcherEveryStateUntilTheEnd) {
  Put("kick");
  Put("master");
  SubmitResponse response;
  ASSERT_TRUE(Submit(Album("firstorder"), &response).ok());
  grpc::ClientContext context;
  OrderRequest request;
  request.set_order("firstorder");
  const std::unique_ptr<grpc::ClientReader<OrderStatus>> reader = orders_->Watch(&context, request);
  OrderStatus status;
  ASSERT_TRUE(reader->Read(&status));
  EXPECT_EQ(status.state(), OrderStatus::running);
  const Worker worker = WorkerCalled("worker");
  const AcquireResponse work = Acquire(worker, 1);
  EXPECT_EQ(Complete(worker, work, "master").verdict(), CompleteResponse::accepted);
  while (reader->Read(&status)) {
  }
  EXPECT_EQ(status.state(), OrderStatus::done);
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ServerTest, EndsAtOnceWithWatchersAndWorkersThatWait) {
  Put("kick");
  SubmitResponse response;
  SubmitRequest album = Album("firstorder");
  ASSERT_TRUE(Submit(album, &response).ok());
  grpc::ClientContext context;
  OrderRequest request;
  request.set_order("firstorder");
  const std::unique_ptr<grpc::ClientReader<OrderStatus>> reader = orders_->Watch(&context, request);
  OrderStatus status;
  ASSERT_TRUE(reader->Read(&status));
  const auto begin = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServerTest, SaysThatItIsHealthyAndWhatItServes) {
  // Raw calls: the messages of health and reflection are not installed as .proto files.
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const grpc::ByteBuffer nothing(nullptr, 0);
  const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", nothing, &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  ASSERT_TRUE(status.ok()) << status.error_message();
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(answer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  EXPECT_EQ(bytes, std::string("\x08\x01")) << "status: SERVING";
}

TEST_F(ServerTest, DoesNotListenWhereAnotherOneDoes) {
  const std::string taken = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_TRUE(absl::IsFailedPrecondition(Server::Start(taken, *coordinator_, *store_).status()));
}

}  // namespace
}  // namespace trackout
