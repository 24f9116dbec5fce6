#include "core/rpc/remote_store.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.h"
#include "core/rpc/channel.h"
#include "core/rpc/status.h"
#include "fmt/format.h"
#include "grpcpp/completion_queue.h"
#include "proto/blobs.grpc.pb.h"

namespace trackout {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kQuestion{30};
// A piece that takes longer than this does not come. (Who is cut off is noticed sooner, by the channel's
// pings.)
constexpr seconds kSilence{20};
// Of a writer that is dropped: for the other side to put away what has arrived.
constexpr seconds kFarewell{2};
// What the slowest disk of a farm hashes or syncs.
constexpr int64_t kSlowBytesPerSecond = 50'000'000;

// For a step in which the other side has so many bytes to hash or to sync.
milliseconds PatienceFor(int64_t size_bytes) {
  return kSilence + milliseconds(size_bytes / (kSlowBytesPerSecond / 1000));
}

// What gRPC says of a farm that goes away in the middle of a stream: one word for all of it.
absl::Status FromStream(const grpc::Status& status) {
  const bool is_gone = status.error_code() == grpc::StatusCode::CANCELLED ||
                       status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
                       (status.error_code() == grpc::StatusCode::UNKNOWN &&
                        status.error_message().find("Stream removed") != std::string::npos);
  if (!is_gone) return FromRpc(status);
  return absl::UnavailableError(fmt::format("the farm does not answer: {}", status.error_message()));
}

// One call with its steps, one at a time, and its end. What the other side leaves waiting cancels the call.
// Lives longer than the call's stream, which lies in the context's memory; Stop comes before either goes.
class Steps {
 public:
  void Stop() {
    context_.TryCancel();
    while (step_ == kUnderWay || end_ == kUnderWay) Next(kFarewell);
    queue_.Shutdown();
    void* tag;
    bool went_well;
    while (queue_.Next(&tag, &went_well)) continue;
  }

  grpc::ClientContext& context() { return context_; }
  grpc::CompletionQueue& queue() { return queue_; }

  // The tags of the step that begins, and of the status that ends the call.
  void* Begin() {
    assert(step_ != kUnderWay);
    step_ = kUnderWay;
    return &step_;
  }
  void* BeginEnd() {
    assert(end_ != kUnderWay);
    end_ = kUnderWay;
    return &end_;
  }

  // Whether the step that was begun last went well; where not, the call has ended or will.
  bool Await(milliseconds patience) {
    while (step_ == kUnderWay) {
      // gRPC would leave a message waiting in the process that nobody will take any more.
      if (end_ == kDone || !Next(patience)) {
        context_.TryCancel();
        Next(kFarewell);
      }
    }
    return step_ == kDone && end_ != kDone;
  }
  void AwaitEnd(milliseconds patience) {
    while (end_ == kUnderWay) {
      if (!Next(patience)) context_.TryCancel();
    }
  }

 private:
  enum State { kNotBegun, kUnderWay, kDone, kFailed };

  // Whether something has come in time.
  bool Next(milliseconds patience) {
    void* tag = nullptr;
    bool went_well = false;
    const gpr_timespec end =
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(patience.count(), GPR_TIMESPAN));
    if (queue_.AsyncNext(&tag, &went_well, end) != grpc::CompletionQueue::GOT_EVENT) return false;
    *static_cast<State*>(tag) = went_well ? kDone : kFailed;
    return true;
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  State step_ = kNotBegun;
  State end_ = kNotBegun;
};

// The next message is under way while the caller has the last one.
class RemoteReader : public BlobReader {
 public:
  RemoteReader(Blobs::Stub& stub, const Digest& digest, int64_t offset)
      : left_bytes_(digest.size_bytes() - offset) {
    DownloadRequest request;
    *request.mutable_digest() = digest;
    request.set_offset(offset);
    stream_ = stub.AsyncDownload(&steps_.context(), request, &steps_.queue(), steps_.Begin());
  }

  ~RemoteReader() override { steps_.Stop(); }

  // The first message, or why there is none.
  absl::Status Start(int64_t size_bytes) {
    if (!steps_.Await(PatienceFor(size_bytes))) return End();
    stream_->Read(&next_, steps_.Begin());
    return Advance(PatienceFor(size_bytes));
  }

  absl::StatusOr<size_t> Read(std::span<std::byte> bytes) override {
    if (bytes.empty()) return 0;
    while (done_ == piece_.bytes().size()) {
      if (ended_) return ended_->ok() ? absl::StatusOr<size_t>(0) : *ended_;
      Advance(kSilence).IgnoreError();
    }
    const size_t count = std::min(bytes.size(), piece_.bytes().size() - done_);
    std::memcpy(bytes.data(), piece_.bytes().data() + done_, count);
    done_ += count;
    return count;
  }

 private:
  absl::Status Advance(milliseconds patience) {
    piece_.clear_bytes();
    done_ = 0;
    if (!steps_.Await(patience)) return End();
    std::swap(piece_, next_);
    left_bytes_ -= static_cast<int64_t>(piece_.bytes().size());
    stream_->Read(&next_, steps_.Begin());
    return absl::OkStatus();
  }

  absl::Status End() {
    stream_->Finish(&status_, steps_.BeginEnd());
    steps_.AwaitEnd(kSilence);
    ended_ = FromStream(status_);
    if (ended_->ok() && left_bytes_ != 0)
      ended_ = absl::DataLossError("the farm has sent more bytes or fewer than the blob has");
    return *ended_;
  }

  int64_t left_bytes_;
  DownloadResponse piece_;
  DownloadResponse next_;
  size_t done_ = 0;  // of piece_
  grpc::Status status_;
  std::optional<absl::Status> ended_;
  Steps steps_;
  std::unique_ptr<grpc::ClientAsyncReader<DownloadResponse>> stream_;
};

// One message is under way while the caller fills the next. The answer may come before the last byte is sent:
// a failure, or that the blob is there already.
class RemoteWriter : public BlobWriter {
 public:
  RemoteWriter(Blobs::Stub& stub, const Digest& digest, int64_t offset) : digest_(digest) {
    *request_.mutable_digest() = digest;
    request_.set_offset(offset);
    request_.mutable_bytes()->reserve(kPieceBytes);
    stream_ = stub.AsyncUpload(&steps_.context(), &response_, &steps_.queue(), steps_.Begin());
    stream_->Finish(&status_, steps_.BeginEnd());  // asked for from the start, as it may come early
  }

  // The other side keeps what has been sent, and has put it away when this returns.
  ~RemoteWriter() override {
    if (!ended_ && steps_.Await(kFarewell)) {
      stream_->WritesDone(steps_.Begin());
      steps_.AwaitEnd(kFarewell);
    }
    steps_.Stop();
  }

  absl::Status Append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      if (ended_) return *ended_;
      const size_t count = std::min(bytes.size(), kPieceBytes - request_.bytes().size());
      request_.mutable_bytes()->append(reinterpret_cast<const char*>(bytes.data()), count);
      bytes = bytes.subspan(count);
      if (request_.bytes().size() < kPieceBytes) continue;
      if (absl::Status sent = Send(); !sent.ok()) return sent;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Digest> Commit() override {
    // The first message is sent in any case: it says which blob this is.
    if (!ended_ && (!request_.bytes().empty() || request_.has_digest())) Send().IgnoreError();
    if (!ended_ && AwaitWrite()) {
      stream_->WritesDone(steps_.Begin());
      End(PatienceFor(digest_.size_bytes()));
    }
    if (!ended_->ok()) return *ended_;
    return digest_;
  }

 private:
  absl::Status Send() {
    if (!AwaitWrite()) return *ended_;
    stream_->Write(request_, steps_.Begin());
    request_.clear_digest();
    request_.clear_offset();
    request_.mutable_bytes()->clear();
    return absl::OkStatus();
  }

  // Whether the next message can go; where not, the call has ended.
  bool AwaitWrite() {
    // The other side may have to hash what had arrived before it takes more.
    if (steps_.Await(PatienceFor(digest_.size_bytes()))) return true;
    End(kSilence);
    return false;
  }

  void End(milliseconds patience) {
    steps_.AwaitEnd(patience);
    ended_ = FromStream(status_);
  }

  const Digest digest_;
  UploadRequest request_;
  UploadResponse response_;
  grpc::Status status_;
  std::optional<absl::Status> ended_;
  Steps steps_;
  std::unique_ptr<grpc::ClientAsyncWriter<UploadRequest>> stream_;
};

class Remote : public BlobStore {
 public:
  explicit Remote(std::shared_ptr<grpc::Channel> channel) : stub_(Blobs::NewStub(std::move(channel))) {}

  absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) override {
    std::vector<MissingBlob> missing;
    while (!digests.empty()) {
      const size_t count = std::min(digests.size(), size_t{kMostDigestsAtOnce});
      FindMissingRequest request;
      request.mutable_digests()->Add(digests.begin(), digests.begin() + static_cast<ptrdiff_t>(count));
      digests = digests.subspan(count);
      grpc::ClientContext context;
      SetDeadline(context, kQuestion);
      FindMissingResponse response;
      const absl::Status status = FromStream(stub_->FindMissing(&context, request, &response));
      if (!status.ok()) return status;
      std::move(response.mutable_missing()->begin(), response.mutable_missing()->end(),
                std::back_inserter(missing));
    }
    return missing;
  }

  absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) override {
    auto reader = std::make_unique<RemoteReader>(*stub_, digest, offset);
    if (absl::Status started = reader->Start(digest.size_bytes()); !started.ok()) return started;
    return reader;
  }

  absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) override {
    return std::make_unique<RemoteWriter>(*stub_, digest, offset);
  }

 private:
  const std::unique_ptr<Blobs::Stub> stub_;
};

}  // namespace

std::unique_ptr<BlobStore> RemoteStore(std::shared_ptr<grpc::Channel> channel) {
  return std::make_unique<Remote>(std::move(channel));
}

}  // namespace trackout
